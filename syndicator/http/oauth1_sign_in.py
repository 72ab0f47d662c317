"""OAuth 1.0a for a person at a terminal: an account grants an app its token, with a browser beside it.

RFC 5849 section 2, by the addresses that X has for it:
https://docs.x.com/fundamentals/authentication/oauth-1-0a/obtaining-user-access-tokens
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlencode

from oauthlib.oauth1 import Client

from syndicator.domain.errors import SyndicatorError, TryLater
from syndicator.http.exchange import Exchange
from syndicator.http.oauth import DECLINED, OTHER_SIGN_IN, SignIn

#: What stands for the callback where the browser is on another machine, and a PIN is shown in it (RFC 5849
#: section 2.1).
OUT_OF_BAND = "oob"


@dataclass(frozen=True, kw_only=True)
class OAuth1App:
    """An app by its credentials, and the server that it is registered with."""

    key: str
    key_secret: str = field(repr=False)
    server: str

    def ask(self, exchange: Exchange, path: str, **signing: str) -> tuple[str, str]:
        """The token and its secret with which a signed request is answered. Raises ``SyndicatorError``."""
        url = f"{self.server.rstrip('/')}{path}"
        _, headers, _ = Client(self.key, client_secret=self.key_secret, **signing).sign(
            url, http_method="POST"
        )
        reply = exchange.ask("POST", url, headers=headers, accept=DECLINED, unknown=TryLater)
        if reply.status in DECLINED:
            raise SyndicatorError(f"{reply.message}; nothing was granted: begin again")
        form = dict(parse_qsl(reply.body.decode("utf-8", "replace")))
        try:
            return form["oauth_token"], form["oauth_token_secret"]
        except KeyError as e:
            raise TryLater(f"{reply.host}: unreadable answer (no {e})") from e


def granted_token(app: OAuth1App, person: SignIn, exchange: Callable[[], Exchange]) -> tuple[str, str]:
    """The token that an account's owner grants an app, and its secret. ``exchange`` begins one: people take
    longer than any lasts. Raises ``SyndicatorError`` where they decline, or the service does."""
    callback = OUT_OF_BAND if person.is_elsewhere else person.callback
    token, token_secret = app.ask(exchange(), "/oauth/request_token", callback_uri=callback)
    back = person.visit(f"{app.server.rstrip('/')}/oauth/authorize?{urlencode({'oauth_token': token})}")
    return app.ask(
        exchange(),
        "/oauth/access_token",
        resource_owner_key=token,
        resource_owner_secret=token_secret,
        verifier=_verifier(back, token, is_typed_in=person.is_elsewhere),
    )


def _verifier(back: Mapping[str, str], token: str, *, is_typed_in: bool) -> str:
    """What proves that the account's owner has granted our request. Raises ``SyndicatorError``."""
    verifier = back.get("code" if is_typed_in else "oauth_verifier", "")
    if not verifier:
        raise SyndicatorError("access was not granted")
    # a PIN is typed in without; a browser that comes back without was sent by somebody else
    token_back = token if is_typed_in else back.get("oauth_token", "")
    if not secrets.compare_digest(token_back.encode(), token.encode()):
        raise SyndicatorError(OTHER_SIGN_IN)
    return verifier
