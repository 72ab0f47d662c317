"""LinkedIn's sign-in beside its API, built from its pages of the authorization code flow
(https://learn.microsoft.com/en-us/linkedin/shared/authentication/authorization-code-flow)."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import count
from urllib.parse import urlencode

from tests.channels.linkedin_server import FakeLinkedIn
from tests.channels.local_server import Reply, Request, said

#: How long a token is good for: 60 days.
TOKEN_LIFE_S = 5_184_000


class FakeLinkedInAccess(FakeLinkedIn):
    """One app and one member. ``redirect_urls``: those that are registered. ``scopes``: what the app
    may ask for. ``declines``: the member does not allow it."""

    client_id, client_secret = "78rm4k1pq2vbxn", "WPL_AP1.f0rTheRiver.c2VjcmV0"

    def __init__(self, port: int = 0) -> None:
        super().__init__(port)
        self.redirect_urls: set[str] = set()
        self.scopes = {"w_organization_social", "r_organization_social", "w_member_social"}
        self.declines = False
        self.codes: dict[str, Mapping[str, str]] = {}
        self._code_numbers = count(1)

    def answer(self, request: Request) -> Reply:
        match request.method, request.path:
            case "GET", "/oauth/v2/authorization":
                return self._consent(request.query)
            case "POST", "/oauth/v2/accessToken":
                return self._grant(request)
        return super().answer(request)

    def _consent(self, query: Mapping[str, str]) -> Reply:
        if query.get("client_id") != self.client_id or query.get("response_type") != "code":
            return _page("You need to pass the client_id")
        if query.get("redirect_uri") not in self.redirect_urls:
            return _page("The redirect_uri does not match the registered value")
        if lacking := set(query.get("scope", "").split()) - self.scopes:
            words = f'Scope "{min(lacking)}" is not authorized for your application'
            back = {"error": "unauthorized_scope_error", "error_description": words}
        elif self.declines:
            back = {
                "error": "user_cancelled_authorize",
                "error_description": "The user cancelled the authorization",
            }
        else:
            back = {"code": f"AQT-code-{next(self._code_numbers)}"}
            self.codes[back["code"]] = dict(query)
        address = f"{query['redirect_uri']}?{urlencode({**back, 'state': query.get('state', '')})}"
        return Reply(status=302, headers={"Location": address})

    def _grant(self, request: Request) -> Reply:
        """A code is good once. What proof of PKCE comes with it, LinkedIn takes for a client that is none of
        its confidential ones (observed by others; its pages give that a flow of its own, for native apps)."""
        if not request.headers.get("Content-Type", "").startswith("application/x-www-form-urlencoded"):
            return _error(400, "invalid_request", "A required parameter is missing")
        form = request.fields()
        is_known = form.get("client_id") == self.client_id and form.get("client_secret") == self.client_secret
        if not is_known or "code_verifier" in form:
            return _error(401, "invalid_client", "Client authentication failed")
        asked = self.codes.pop(form.get("code", ""), None)
        is_same = asked is not None and asked["redirect_uri"] == form.get("redirect_uri")
        if asked is None or not is_same or form.get("grant_type") != "authorization_code":
            words = "appid/redirect uri/code verifier does not match authorization code. Or code expired"
            return _error(400, "invalid_request", f"Unable to retrieve access token: {words}")
        scope = ",".join(asked["scope"].split())
        return said(200, {"access_token": self.token, "expires_in": TOKEN_LIFE_S, "scope": scope})


def _page(words: str) -> Reply:
    """What stays in the browser: nobody is sent to an address that is not known."""
    return Reply(
        status=400, body=f"<p>Bummer, something went wrong. {words}</p>".encode(), media_type="text/html"
    )


def _error(status: int, error: str, words: str) -> Reply:
    return said(status, {"error": error, "error_description": words})
