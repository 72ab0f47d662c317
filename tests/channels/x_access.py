"""X's sign-in beside its API, built from its pages of OAuth 1.0a: .../obtaining-user-access-tokens and
.../pin-based-oauth below https://docs.x.com/fundamentals/authentication/oauth-1-0a/."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import count
from urllib.parse import urlencode

from tests.channels.local_server import Reply, Request, said
from tests.channels.x_server import FakeX, XDeclines
from tests.channels.x_signatures import sent_with, signature_of

#: X shows a code in place of an address that is called this.
PIN = "oob"


@dataclass(kw_only=True)
class RequestToken:
    """One that is good once. ``verifier``: empty until the account's owner has allowed it."""

    callback: str
    secret: str
    verifier: str = ""


class FakeXAccess(FakeX):
    """One app and one account. ``callbacks``: the app's allowlist. ``declines``: the account's owner does not
    allow it."""

    def __init__(self, port: int = 0) -> None:
        super().__init__(port)
        self.callbacks: set[str] = set()
        self.request_tokens: dict[str, RequestToken] = {}
        self.declines = False
        self._token_numbers = count(1)

    def answer(self, request: Request) -> Reply:
        try:
            match request.method, request.path:
                case "POST", "/oauth/request_token":
                    return self._begin(request)
                case "GET", "/oauth/authorize":
                    return self._consent(request.query)
                case "POST", "/oauth/access_token":
                    return self._grant(request)
        except XDeclines as e:
            return e.reply
        return super().answer(request)

    def _begin(self, request: Request) -> Reply:
        sent = self._signed(request, "")
        callback = sent.get("oauth_callback", "")
        if callback != PIN and callback not in self.callbacks:
            words = "Callback URL not approved for this client application."
            return said(403, {"errors": [{"code": 415, "message": words}]})
        number = next(self._token_numbers)
        token = RequestToken(callback=callback, secret=f"request-token-secret-{number}")
        self.request_tokens[f"request-token-{number}"] = token
        return _form(
            {
                "oauth_token": f"request-token-{number}",
                "oauth_token_secret": token.secret,
                "oauth_callback_confirmed": "true",
            }
        )

    def _consent(self, query: Mapping[str, str]) -> Reply:
        """The account's owner, who sees the PIN on a page, or is sent back."""
        name = query.get("oauth_token", "")
        token = self.request_tokens.get(name)
        if token is None:
            return Reply(status=403, body=b"<p>This page is no longer valid.</p>", media_type="text/html")
        if self.declines:
            del self.request_tokens[name]
            return _sent_back(token.callback, {"denied": name})
        token.verifier = f"{next(self._token_numbers):07}"
        if token.callback == PIN:
            page = f"<p>Go back to the app and enter this PIN: <code>{token.verifier}</code></p>"
            return Reply(body=page.encode(), media_type="text/html")
        return _sent_back(token.callback, {"oauth_token": name, "oauth_verifier": token.verifier})

    def _grant(self, request: Request) -> Reply:
        name = sent_with(request).get("oauth_token", "")
        token = self.request_tokens.get(name)
        if token is None:
            raise XDeclines(401, "about:blank", "Invalid request token")
        sent = self._signed(request, token.secret)
        if not token.verifier or sent.get("oauth_verifier") != token.verifier:
            raise XDeclines(
                401, "about:blank", "Error processing your OAuth request: Invalid oauth_verifier parameter"
            )
        del self.request_tokens[name]
        granted = {"oauth_token": self.keys["token"], "oauth_token_secret": self.token_secret}
        return _form({**granted, "user_id": self.user_id, "screen_name": "newsroom"})

    def _signed(self, request: Request, token_secret: str) -> dict[str, str]:
        """What a request was sent with, if its signature is the app's, and new."""
        sent = sent_with(request)
        right = signature_of(request, sent, self.keys["key_secret"], token_secret)
        is_new = abs(time.time() - int(sent.get("oauth_timestamp", "0"))) < 300
        is_new &= sent.get("oauth_nonce", "") not in self.nonces
        self.nonces.add(sent.get("oauth_nonce", ""))
        if (
            not is_new
            or sent.get("oauth_consumer_key") != self.keys["key"]
            or sent["oauth_signature"] != right
        ):
            raise XDeclines(401, "about:blank", "Could not authenticate you.")
        return sent


def _form(fields: Mapping[str, str]) -> Reply:
    return Reply(body=urlencode(fields).encode(), media_type="text/html;charset=utf-8")


def _sent_back(callback: str, back: Mapping[str, str]) -> Reply:
    if callback == PIN:
        return Reply(body=b"<p>You have denied access.</p>", media_type="text/html")
    return Reply(status=302, headers={"Location": f"{callback}?{urlencode(back)}"})
