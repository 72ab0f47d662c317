"""Who may see the console and the metrics, and which requests may change anything."""

from __future__ import annotations

import secrets
from urllib.parse import urlsplit

from anyio import sleep
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from syndicator.http.networks import is_loopback
from syndicator.web.basic_auth import credentials, is_same_secret
from syndicator.web.callers import network
from syndicator.web.limits import Throttle

#: The one user there is.
USER = "operator"

#: Paths that are the operator's, with everything below them.
GUARDED = ("/console", "/metrics")

#: The cookie that holds the browser's token against forged requests.
CSRF_COOKIE = "console"

_CHALLENGE = {"WWW-Authenticate": 'Basic realm="console", charset="UTF-8"', "Cache-Control": "no-store"}


class ConsoleGuard:
    """ASGI middleware that lets the operator alone see what is ``GUARDED``.

    With a password: HTTP Basic (RFC 7617) as ``operator``. Without one they are for this machine alone:
    the server must listen on a loopback address, and be called by it, so that no page on the web gets in
    by a name of its own that points here (DNS rebinding). ``host`` is where the server listens.
    """

    def __init__(self, app: ASGIApp, *, password: str | None, host: str) -> None:
        self.app, self.throttle = app, Throttle()
        self.credentials = f"{USER}:{password}" if password else None
        self.is_private = is_loopback(host)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_guarded = scope["type"] == "http" and _is_guarded(scope["path"])
        refusal = await self._refusal(scope) if is_guarded else None
        await (refusal or self.app)(scope, receive, send)

    async def _refusal(self, scope: Scope) -> Response | None:
        """The response to who may not see it; ``None`` for who may."""
        headers = Headers(scope=scope)
        if self.credentials is None:
            is_local = self.is_private and is_loopback(_hostname(headers.get("host", "")))
            return None if is_local else _only_local()
        sent = credentials(headers.get("authorization"))
        if sent is None:
            return _unauthorized()
        if is_same_secret(sent, self.credentials):
            return None
        client = network(scope["client"][0] if scope.get("client") else "")
        wait, delay = self.throttle.record_guess(client, "the console's password")
        await sleep(delay)
        return _too_many_guesses(wait) if wait else _unauthorized()


def _is_guarded(path: str) -> bool:
    return any(path == each or path.startswith(each + "/") for each in GUARDED)


def _hostname(host: str) -> str:
    """The name in a Host header, without its port."""
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""


def _only_local() -> Response:
    return PlainTextResponse(
        "The console has no password, so it answers only on this machine, at a loopback address such as\n"
        "http://127.0.0.1/console. To reach it from elsewhere, declare a password for it.\n",
        403,
        {"Cache-Control": "no-store"},
    )


def _too_many_guesses(wait: float) -> Response:
    headers = {"Retry-After": str(int(wait) + 1), "Cache-Control": "no-store"}
    return PlainTextResponse("Too many wrong passwords: wait a minute.\n", 429, headers)


def _unauthorized() -> Response:
    return PlainTextResponse("This needs the operator's password.\n", 401, _CHALLENGE)


def csrf_token(request: Request) -> str:
    """The browser's token against forged requests: the one it has, else a fresh one."""
    return request.cookies.get(CSRF_COOKIE) or secrets.token_urlsafe(24)


def set_csrf_cookie(request: Request, response: Response, token: str) -> None:
    """Let the browser keep the token. Only pages of our own origin get to know it, through the forms that
    carry it."""
    response.set_cookie(
        CSRF_COOKIE,
        token,
        path="/console",
        httponly=True,
        samesite="strict",
        secure=request.url.scheme == "https",
    )


def cross_site_reason(request: Request) -> str:
    """Why a request is taken to come from another site; empty if it does not, as far as its headers say."""
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    if site is None:
        is_own = origin is None or origin.partition("://")[2] == request.headers.get("host")
    else:
        is_own = site == "same-origin"
    return "" if is_own else "this request comes from another site"


def forgery_reason(request: Request, token: str) -> str:
    """Why a request that would change something is not taken for the operator's own; empty if it is.
    ``token``: the one that its form carries.

    https://cheatsheetseries.owasp.org/cheatsheets/Cross-Site_Request_Forgery_Prevention_Cheat_Sheet.html
    """
    if reason := cross_site_reason(request):
        return reason
    cookie = request.cookies.get(CSRF_COOKIE, "")
    if not cookie or not is_same_secret(token, cookie):
        return "this page is out of date: load it again"
    return ""
