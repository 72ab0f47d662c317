"""OAuth 1.0a (RFC 5849): requests signed in the name of an account."""

from __future__ import annotations

from dataclasses import dataclass

from oauthlib.oauth1 import Client

from syndicator.secret import Secret


@dataclass(frozen=True, kw_only=True)
class OAuth1Keys:
    """What signs requests: the application's ``key`` and ``key_secret``, and the account's ``token`` and
    ``token_secret``."""

    key: Secret
    key_secret: Secret
    token: Secret
    token_secret: Secret

    @property
    def secrets(self) -> tuple[Secret, ...]:
        """All of them, for exchanges."""
        return self.key, self.key_secret, self.token, self.token_secret

    def headers(self, method: str, url: str) -> dict[str, str]:
        """The headers that sign a request. ``url`` with its query; a body that is no form is not signed (RFC
        5849 section 3.4.1.3.1). Raises ``Misconfigured`` where a secret is missing."""
        client = Client(
            self.key.reveal(),
            client_secret=self.key_secret.reveal(),
            resource_owner_key=self.token.reveal(),
            resource_owner_secret=self.token_secret.reveal(),
        )
        _, headers, _ = client.sign(url, http_method=method)  # type: ignore[arg-type]  # any method's name
        return {"Authorization": str(headers["Authorization"])}
