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

from syndicator.domain.errors import SyndicatorError, TryLater
from syndicator.http.exchange import Exchange

#: Characters of what a service says of a failure that are shown.
MAX_SHOWN_CHARS = 200

OTHER_SIGN_IN = "the browser came back from another sign-in: begin again"

#: Where a browser comes back to. Its port never changes: where an app is registered by hand, the address is
#: taken as it stands there, whatever RFC 8252 section 7.3 says of ports.
CALLBACK = "http://127.0.0.1:27182/signed-in"

#: What stands for that where the browser is on another machine, and the service shows a code instead
#: (https://docs.joinmastodon.org/client/authorized/).
OUT_OF_BAND = "urn:ietf:wg:oauth:2.0:oob"

#: Statuses by which a service declines a code, or us.
DECLINED = (400, 401, 403)


@dataclass(frozen=True, kw_only=True)
class SignIn:
    """A person who signs in, in a browser on this machine or ``is_elsewhere``.

    ``visit`` has them open an address, and returns the parameters with which the browser comes back to
    ``callback``, or those that they type in. Raises ``SyndicatorError`` where it does not come back. ``ask``
    has them type something in: what bears the name of a setting is kept as its secret.
    """

    visit: Callable[[str], Mapping[str, str]]
    ask: Callable[[str], str]
    callback: str = CALLBACK
    is_elsewhere: bool = False


@dataclass(frozen=True, kw_only=True)
class OAuthClient:
    """We, as a service knows us, and where it is asked. ``redirect_uri``: where it sends the browser.
    ``scopes``: what we want to do, separated by spaces. ``has_pkce``: the service takes proof that who hands
    in the code is who asked for it."""

    client_id: str
    client_secret: str
    redirect_uri: str
    authorize_url: str
    token_url: str
    scopes: str
    has_pkce: bool = True


def access_token(client: OAuthClient, sign_in: SignIn, exchange: Callable[[], Exchange]) -> str:
    """The token that a person grants us. ``exchange`` begins one: people take longer than any lasts. Raises
    ``SyndicatorError`` where they decline, or the service does."""
    state = secrets.token_urlsafe(24)
    challenge, proof = _pkce() if client.has_pkce else ({}, {})
    query = {
        "response_type": "code",
        "client_id": client.client_id,
        "redirect_uri": client.redirect_uri,
        "scope": client.scopes,
        "state": state,
        **challenge,
    }
    back = sign_in.visit(f"{client.authorize_url}?{urlencode(query)}")
    if "code" not in back:
        why = back.get("error_description") or back.get("error") or "no code came back"
        raise SyndicatorError(f"access was not granted: {why[:MAX_SHOWN_CHARS]}")
    # a code that is typed in comes without; a browser that does was sent by somebody else
    state_back = back.get("state", state if sign_in.is_elsewhere else "")
    if not secrets.compare_digest(state_back.encode(), state.encode()):
        raise SyndicatorError(OTHER_SIGN_IN)
    form = {
        "grant_type": "authorization_code",
        "code": back["code"],
        "client_id": client.client_id,
        "client_secret": client.client_secret,
        "redirect_uri": client.redirect_uri,
        **proof,
    }
    reply = exchange().ask("POST", client.token_url, data=form, accept=DECLINED, unknown=TryLater)
    if reply.status in DECLINED:
        raise SyndicatorError(f"{reply.message}; begin again: a code is good once, and for some minutes")
    return reply.read(lambda document: str(document["access_token"]))


def _pkce() -> tuple[dict[str, str], dict[str, str]]:
    """What goes out with a request, and the proof of who made it that goes out with its code."""
    verifier = secrets.token_urlsafe(48)
    digest = hashlib.sha256(verifier.encode()).digest()
    challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    return {"code_challenge": challenge, "code_challenge_method": "S256"}, {"code_verifier": verifier}
