"""Who may see the console and the metrics, and which requests may change anything."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
import time
from collections import deque
from collections.abc import Callable
from urllib.parse import urlsplit

from anyio import sleep
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from syndicator.http.networks import is_loopback
from syndicator.throttled_log import Seldom
from syndicator.web.callers import network

#: The one user there is.
USER = "operator"

#: Wrong passwords that one address may send within so many seconds.
FAILURES, WINDOW = 10, 60.0

#: Wrong guesses of all addresses together in ``WINDOW``, from which on their answers are held back: for a
#: second where they are twice as many, and so on up to the longest delay (seconds).
FREE, LONGEST_DELAY = 100, 5.0

#: Addresses whose failures are remembered.
ADDRESSES = 4096

COOKIE = "console"

_CHALLENGE = {"WWW-Authenticate": 'Basic realm="console", charset="UTF-8"', "Cache-Control": "no-store"}


class Throttle:
    """Counts failures (or requests, where all of them count) by address within the last ``WINDOW``
    seconds. ``most``: how many there may be.

    Whoever is right is let in at any time, so that nobody is shut out by another's guesses: only wrong
    answers are counted, refused and held back.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic, most: int = FAILURES) -> None:
        self.clock, self.most = clock, most
        self._failures: dict[str, deque[float]] = {}
        self._level, self._since, self._seldom = 0.0, clock(), Seldom(clock)

    def wait(self, address: str) -> float:
        """Seconds until the address may fail again; 0 if it may now."""
        failures = self._failures.get(address)
        if failures is None or len(failures) < self.most:
            return 0.0
        return max(0.0, failures[0] + WINDOW - self.clock())

    def failed(self, address: str) -> None:
        failures = self._failures.pop(address, None) or deque(maxlen=self.most)
        failures.append(self.clock())
        self._failures[address] = failures
        if len(self._failures) > ADDRESSES:  # forget who has been quiet for longest
            del self._failures[next(iter(self._failures))]

    def guessed(self, address: str, what: str) -> tuple[float, float]:
        """A wrong guess: seconds until the address may guess again (0: it may now), and seconds for which
        the answer is held back, which grow with the guesses of all addresses together."""
        wait, now = self.wait(address), self.clock()
        self.failed(address)
        self._level = max(0.0, self._level - (now - self._since) * FREE / WINDOW) + 1
        self._since = now
        excess = self._level - FREE
        if excess > 0:
            self._seldom.tell("many wrong guesses at %s, the latest from %s: answered slowly", what, address)
        return wait, min(max(0.0, excess / FREE), LONGEST_DELAY)


class ConsoleGuard:
    """ASGI middleware before ``/console`` and ``/metrics``.

    With a password: HTTP Basic (RFC 7617) as ``operator``. Without one they are for this machine alone:
    the server must listen on a loopback address, and be called by it, so that no page on the web gets in
    by a name of its own that points here (DNS rebinding).
    """

    def __init__(self, app: ASGIApp, *, password: str | None, host: str, throttle: Throttle) -> None:
        self.app, self.throttle = app, throttle
        self.expected = digest(f"{USER}:{password}") if password else None
        self.is_private = is_loopback(host)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_guarded = scope["type"] == "http" and _guarded(scope["path"])
        refusal = await self._refusal(scope) if is_guarded else None
        await (refusal or self.app)(scope, receive, send)

    async def _refusal(self, scope: Scope) -> Response | None:
        headers = Headers(scope=scope)
        if self.expected is None:
            is_local = self.is_private and is_loopback(_name(headers.get("host", "")))
            return None if is_local else _closed()
        given = credentials(headers.get("authorization"))
        if given is not None and hmac.compare_digest(digest(given), self.expected):
            return None
        if given is not None:
            address = network(scope["client"][0] if scope.get("client") else "")
            wait, delay = self.throttle.guessed(address, "the console's password")
            await sleep(delay)
            if wait:
                late = {"Retry-After": str(int(wait) + 1), "Cache-Control": "no-store"}
                return PlainTextResponse("Too many wrong passwords: wait a minute.\n", 429, late)
        return PlainTextResponse("This needs the operator's password.\n", 401, _CHALLENGE)


def _guarded(path: str) -> bool:
    return path in ("/console", "/metrics") or path.startswith(("/console/", "/metrics/"))


def _name(host: str) -> str:
    """The name in a Host header, without its port."""
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""


def _closed() -> Response:
    return PlainTextResponse(
        "The console has no password, so it answers only on this machine, at a loopback address such as\n"
        "http://127.0.0.1/console. To reach it from elsewhere, declare a password for it.\n",
        403,
        {"Cache-Control": "no-store"},
    )


def credentials(authorization: str | None) -> str | None:
    """``user:password`` of a Basic header; an empty text for one that cannot be read."""
    if authorization is None:
        return None
    scheme, _, encoded = authorization.partition(" ")
    try:
        return base64.b64decode(encoded, validate=True).decode() if scheme.lower() == "basic" else ""
    except (binascii.Error, UnicodeDecodeError):
        return ""


def digest(text: str) -> bytes:
    """Of equal length for all, so that comparing takes equal time for all."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()


class Allowance:
    """How much each address may have: ``most`` at once, and as many again in each minute."""

    def __init__(self, most: int, clock: Callable[[], float] = time.monotonic) -> None:
        self.most, self.clock = most, clock
        self._left: dict[str, tuple[float, float]] = {}

    def wait(self, address: str) -> float:
        """Seconds until the address may have one more; 0: it has it."""
        now = self.clock()
        left, since = self._left.pop(address, (self.most, now))
        left = min(self.most, left + (now - since) * self.most / 60)
        has = left >= 1
        self._left[address] = (left - 1 if has else left, now)
        if len(self._left) > ADDRESSES:  # forget who has been quiet for longest
            del self._left[next(iter(self._left))]
        return 0.0 if has else (1 - left) * 60 / self.most


def token_of(request: Request) -> str:
    """The browser's token against forged requests: the one it has, else a fresh one."""
    return request.cookies.get(COOKIE) or secrets.token_urlsafe(24)


def keep_token(request: Request, response: Response, token: str) -> None:
    """Only pages of our own origin get to know the token, through the forms that carry it."""
    response.set_cookie(
        COOKIE,
        token,
        path="/console",
        httponly=True,
        samesite="strict",
        secure=request.url.scheme == "https",
    )


def foreign(request: Request) -> str:
    """Why a request comes from another site; empty if it does not, as far as its headers say."""
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    if site not in (None, "same-origin"):
        return "this request comes from another site"
    if site is None and origin is not None and origin.partition("://")[2] != request.headers.get("host"):
        return "this request comes from another site"
    return ""


def forgery(request: Request, token: str) -> str:
    """Why a request that would change something is not taken for the operator's own; empty if it is.

    https://cheatsheetseries.owasp.org/cheatsheets/Cross-Site_Request_Forgery_Prevention_Cheat_Sheet.html
    """
    if why := foreign(request):
        return why
    known = request.cookies.get(COOKIE, "")
    if not known or not hmac.compare_digest(known.encode(), token.encode("utf-8", "surrogatepass")):
        return "this page is out of date: load it again"
    return ""
