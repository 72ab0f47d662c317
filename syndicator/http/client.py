"""The one client that everything is fetched with. Whatever it fetches is hostile.

An address is resolved once, every answer of the resolver is checked, and the connection is made to the
very address that was checked, so that a name cannot point elsewhere a moment later (DNS rebinding). TLS
and ``Host`` still see the name. Redirects are followed here, one checked step at a time.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Any
from urllib.parse import urljoin, urlsplit

import requests
from requests.adapters import HTTPAdapter
from requests.structures import CaseInsensitiveDict
from urllib3.exceptions import HTTPError
from urllib3.poolmanager import PoolManager

from syndicator import __version__
from syndicator.domain.errors import FetchError, Forbidden, TooLarge
from syndicator.http.body import BodyTooLarge, body_pieces
from syndicator.http.connections import Names, connected, pools, within
from syndicator.http.networks import Address, is_public
from syndicator.http.retry_after import retry_at

__all__ = [
    "AddressGuard",
    "Http",
    "Response",
    "check_address",
    "is_public",
    "plainly",
]

USER_AGENT = f"Syndicator/{__version__} (newsroom syndication worker)"

#: Bytes of one answer, after decompression.
LIMIT = 15_000_000

#: Seconds for one fetch in all, redirects and body included.
DEADLINE = 20.0

#: Seconds to connect, and between two bytes of an answer.
TIMEOUT = (5.0, 10.0)

REDIRECTS = 5

#: Hosts whose connections are kept for the next fetch, and connections kept to each: no fewer than threads
#: that fetch, else those of one host throw away what the others need.
HOSTS, CONNECTIONS = 20, 64

PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Response:
    """``url`` is where it came from in the end; ``moved`` the address that permanent redirects (301,
    308) alone led to, if any."""

    url: str
    status: int
    headers: CaseInsensitiveDict[str] = field(repr=False)
    content: bytes = field(repr=False)
    moved: str = ""


@dataclass(frozen=True)
class AddressGuard:
    """Which private hosts may be reached all the same: names, ``host:port``, or networks (CIDR).

    ``listed``: where an operator declares them. Each kind of stranger has a list of its own: what may be
    fetched because it is declared is nothing that a page or a subscriber may make us ask for. ``is_outside``:
    for what was named by somebody on the Internet: listed ports may be used, and no private network.
    """

    allow: Sequence[str] = ()
    listed: str = "[fetch] allow"
    is_outside: bool = False
    names: Names = field(default_factory=Names, repr=False, compare=False)

    def permits(self, host: str, port: int, address: Address) -> bool:
        """Whether a connection to this address may be made."""
        if is_public(address):
            return True
        return not self.is_outside and (self.lists(host, port) or self._in_network(address))

    def lists(self, host: str, port: int) -> bool:
        return host in self.allow or f"{host}:{port}" in self.allow

    def _in_network(self, address: Address) -> bool:
        return any(address in network for network in self._networks())

    def _networks(self) -> list[IPv4Network | IPv6Network]:
        return [ip_network(entry) for entry in self.allow if "/" in entry]

    def addresses(self, host: str, port: int) -> list[tuple[str, int]]:
        """Addresses of the host, all of them checked. Raises ``Forbidden`` (a ``FetchError``) if any of
        them is not permitted: a name that points inside and outside is an attack. ``OSError`` if it is not
        known, or not found in time."""
        where = f"{host}:{port}"
        found = self.names.find(host, port)
        for numbers, _ in found:
            address = ip_address(numbers.split("%")[0])
            if not self.permits(host, port, address):
                raise Forbidden(where, f"{address} is in a private network; {self._advice(where)}")
        return list(dict.fromkeys(found))

    def _advice(self, where: str) -> str:
        if self.is_outside:
            return "no address on the Internet leads us there, whatever is listed"
        return f"if that is meant, list {where!r} in {self.listed}"

    def connect(self, host: str, port: int, timeout: Any) -> socket.socket:
        """A connection to an address of the host that was checked. Raises ``Forbidden``."""
        error: OSError | None = None
        for sockaddr in self.addresses(host, port):
            try:
                return connected(sockaddr, timeout)
            except OSError as e:
                error = e
        raise error or OSError(f"{host} has no address")


class Http:
    """Fetches. Safe to share between threads. ``allow`` and ``listed``: see ``AddressGuard``.

    What is on the Internet leads to the Internet only: a redirect from there, or a link (``is_declared``
    false), never gets into a private network, be it listed or not. Browsers do the same
    (https://wicg.github.io/private-network-access/).
    """

    def __init__(
        self, allow: Sequence[str] = (), user_agent: str = USER_AGENT, *, listed: str = "[fetch] allow"
    ) -> None:
        self.guard = AddressGuard(tuple(allow), listed)
        self.outside = replace(self.guard, is_outside=True)
        self.user_agent = user_agent
        self._session, self._outside = self.session(), self.session(self.outside)

    def __reduce__(self) -> tuple[Callable[..., Http], tuple[Sequence[str], str, str]]:
        """A copy in another process has connections of its own."""
        return _http, (self.guard.allow, self.user_agent, self.guard.listed)

    def session(self, guard: AddressGuard | None = None) -> requests.Session:
        """A ``requests`` session behind the same guard, for those who do more than fetch. It obeys no
        proxy settings of the environment; its users follow no redirects."""
        session = _Session()
        session.trust_env = False
        session.headers["User-Agent"] = self.user_agent
        for scheme in ("http://", "https://"):
            session.mount(scheme, _Adapter(guard or self.guard))
        return session

    def get(
        self,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        limit: int = LIMIT,
        deadline: float = DEADLINE,
        is_declared: bool = True,
    ) -> Response:
        """Fetch an address; 304 is an answer like 200. Raises ``FetchError`` (any other status from 300,
        no answer), ``Forbidden`` or ``TooLarge``. ``limit`` in bytes, ``deadline`` in seconds in all.
        ``is_declared``: an operator wrote the address, or somebody whose word is as good; false for what
        others name."""
        end = time.monotonic() + deadline
        seen = [url]
        moved, permanently, is_inside = "", True, is_declared
        while True:
            try:
                answer, is_inside = self._get_one(seen[-1], headers or {}, limit, end, is_inside=is_inside)
            except FetchError as e:
                if len(seen) == 1:
                    raise
                raise type(e)(url, f"leads to {seen[-1]}: {e.why}") from e  # by the name that is declared
            target = answer.headers.get("Location")
            if answer.status not in (301, 302, 303, 307, 308) or not target:
                break
            permanently = permanently and answer.status in (301, 308)
            following = _joined(seen[-1], target)
            if following in seen:
                raise TooLarge(url, f"redirects in a circle: {' > '.join([*seen, following])}")
            if len(seen) > REDIRECTS:
                raise TooLarge(url, f"more than {REDIRECTS} redirects, the last one to {following}")
            seen.append(following)
            moved = following if permanently else moved
        if answer.status >= 300 and answer.status != 304:
            raise FetchError(url, _reason(answer), status=answer.status, retry_at=retry_at(answer.headers))
        return Response(seen[-1], answer.status, answer.headers, answer.content, moved)

    def _get_one(
        self, url: str, headers: Mapping[str, str], limit: int, end: float, *, is_inside: bool
    ) -> tuple[Response, bool]:
        """One answer, and whether it came from where the allow list may still be used: only the connection
        itself knows."""
        session, guard = (self._session, self.guard) if is_inside else (self._outside, self.outside)
        check_address(url, guard)
        try:
            with (
                within(end),
                session.get(
                    url, headers=dict(headers), timeout=TIMEOUT, stream=True, allow_redirects=False
                ) as response,
            ):
                is_inside = is_inside and bool(vars(response.raw)["is_inside"])
                content = _read(url, response, limit)
                return Response(url, response.status_code, response.headers, content), is_inside
        except Forbidden as e:
            raise Forbidden(url, e.why) from e
        except (requests.RequestException, HTTPError, OSError, ValueError) as e:
            is_over = time.monotonic() >= end
            raise FetchError(url, "the answer took too long" if is_over else plainly(e)) from e


def _http(allow: Sequence[str], user_agent: str, listed: str) -> Http:
    return Http(allow, user_agent, listed=listed)


def check_address(url: str, guard: AddressGuard) -> None:
    """Refuse what is no public web address. Raises ``Forbidden``."""
    try:
        parts = urlsplit(url)
        port = parts.port or PORTS.get(parts.scheme, 0)
    except ValueError as e:
        raise Forbidden(url, f"not an address: {e}") from e
    if parts.scheme not in PORTS or not parts.hostname:
        raise Forbidden(url, "not an http or https address")
    if parts.username is not None:
        raise Forbidden(url, "addresses with a user name are not fetched")
    if port not in PORTS.values() and not guard.lists(parts.hostname, port):
        raise Forbidden(url, f"port {port} is neither 80 nor 443; list it in {guard.listed} if it is meant")


def is_same_host(url: str, declared: Iterable[str]) -> bool:
    """Whether an address is at the very host and port of a declared one."""

    def place(address: str) -> tuple[str | None, int]:
        parts = urlsplit(address)
        return parts.hostname, parts.port or PORTS.get(parts.scheme, 0)

    try:
        return place(url) in map(place, declared)
    except ValueError:  # no address at all
        return False


def plainly(error: BaseException) -> str:
    """A network error in an operator's words."""
    text = str(error)
    if isinstance(error, (requests.ConnectTimeout, requests.ReadTimeout, TimeoutError)):
        return f"no answer in time ({type(error).__name__})"
    if isinstance(error, socket.gaierror) or any(hint in text for hint in ("not known", "getaddrinfo")):
        return "the host's name is not known"
    if "Connection refused" in text:
        return "connection refused"
    return text[:300] or type(error).__name__


def _read(url: str, response: requests.Response, limit: int) -> bytes:
    declared = response.headers.get("Content-Length", "")
    if declared.isdigit() and int(declared) > limit:
        raise TooLarge(url, f"{int(declared):,} bytes; at most {limit:,} are read")
    try:
        return b"".join(body_pieces(response, limit))
    except BodyTooLarge as e:
        raise TooLarge(url, f"more than {limit:,} bytes") from e


def _joined(base: str, target: str) -> str:
    try:
        return urljoin(base, target)
    except ValueError as e:
        raise FetchError(base, f"a redirect to what is no address: {target[:200]!r}") from e


def _reason(answer: Response) -> str:
    if answer.status < 400:
        return f"{answer.status}: a redirect without an address"
    phrase = HTTPStatus(answer.status).phrase if answer.status in set(HTTPStatus) else ""
    return f"{answer.status} {phrase}".strip()


class _Session(requests.Session):
    """Leaves redirects to us: it would read their bodies to the end, however long they are."""

    def get_redirect_target(self, resp: requests.Response) -> None:  # noqa: ARG002 - whatever it says
        return None


class _Adapter(HTTPAdapter):
    """Connects through a guard."""

    def __init__(self, guard: AddressGuard) -> None:
        self._guard = guard
        super().__init__(pool_connections=HOSTS, pool_maxsize=CONNECTIONS)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        manager: PoolManager = self.poolmanager
        manager.pool_classes_by_scheme = pools(self._guard.connect)

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        try:
            return super().send(request, *args, **kwargs)
        except requests.ConnectionError as e:
            forbidden = _cause(e, Forbidden)
            if forbidden:
                raise forbidden from e
            raise


def _cause(error: BaseException | None, kind: type[Forbidden]) -> Forbidden | None:
    while error is not None:
        if isinstance(error, kind):
            return error
        reason = getattr(error, "reason", None)  # urllib3's is an error, ssl's a word
        error = reason if isinstance(reason, BaseException) else error.__cause__ or error.__context__
    return None
