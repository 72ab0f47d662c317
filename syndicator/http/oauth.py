"""OAuth 2.0 for a person at a terminal: the authorization code flow with a browser beside it.

RFC 6749 section 4.1, with PKCE (RFC 7636), and a loopback address that the browser comes back to (RFC 8252
section 7.3).
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from syndicator.domain.errors import Refused, SyndicatorError, TryLater
from syndicator.http.exchange import Exchange

#: Characters of what a service says of a failure that are shown.
MAX_SHOWN_CHARS = 200


@dataclass(frozen=True, kw_only=True)
class SignIn:
    """A person who signs in. ``redirect_uri``: where the service sends the browser when that is done.
    ``visit`` has them open an address, and returns the parameters that the browser comes back with. Raises
    ``SyndicatorError`` where it does not come back."""

    redirect_uri: str
    visit: Callable[[str], Mapping[str, str]]


@dataclass(frozen=True)
class OAuthClient:
    """We, as a service knows us, and where it is asked. ``scopes``: what we want to do, separated by
    spaces."""

    client_id: str
    client_secret: str
    authorize_url: str
    token_url: str
    scopes: str


def access_token(client: OAuthClient, sign_in: SignIn, exchange: Callable[[], Exchange]) -> str:
    """The token that a person grants us. ``exchange`` begins one: people take longer than any lasts. Raises
    ``SyndicatorError`` where they decline, or the service does."""
    state, verifier = secrets.token_urlsafe(24), secrets.token_urlsafe(48)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    query = {
        "response_type": "code",
        "client_id": client.client_id,
        "redirect_uri": sign_in.redirect_uri,
        "scope": client.scopes,
        "state": state,
        "code_challenge": challenge,
        "code_challenge_method": "S256",
    }
    back = sign_in.visit(f"{client.authorize_url}?{urlencode(query)}")
    if not secrets.compare_digest(back.get("state", state).encode(), state.encode()):
        raise SyndicatorError("the browser came back from another sign-in: begin again")
    if "code" not in back:
        why = (back.get("error_description") or back.get("error") or "no code came back")[:MAX_SHOWN_CHARS]
        raise SyndicatorError(f"access was not granted: {why}")
    try:
        reply = exchange().ask(
            "POST",
            client.token_url,
            data={
                "grant_type": "authorization_code",
                "code": back["code"],
                "client_id": client.client_id,
                "client_secret": client.client_secret,
                "redirect_uri": sign_in.redirect_uri,
                "code_verifier": verifier,
            },
            unknown=TryLater,
        )
    except Refused as e:
        raise SyndicatorError(f"{e}; begin again: a code is good once, and for some minutes") from e
    return reply.read(lambda document: str(document["access_token"]))
