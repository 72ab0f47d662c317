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
from requests.structures import CaseInsensitiveDict
from urllib3.exceptions import HTTPError

from syndicator import __version__
from syndicator.domain.errors import FetchError, Forbidden, TooLarge
from syndicator.http.body import BodyTooLarge, body_chunks, gunzipped
from syndicator.http.connections import Resolver, open_connection, within
from syndicator.http.guarded_session import GuardedAdapter, GuardedSession
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

#: Bytes of one response, after decompression.
MAX_BODY_BYTES = 15_000_000

#: Seconds for one fetch in all, redirects and body included.
FETCH_DEADLINE_S = 20.0

#: Seconds to connect, and between two bytes of a response.
CONNECT_TIMEOUT_S, READ_TIMEOUT_S = 5.0, 10.0

MAX_REDIRECTS = 5

PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Response:
    """A response, read whole. ``url`` is where it came from in the end; ``moved`` the address that permanent
    redirects (301, 308) alone led to, if any."""

    url: str
    status: int
    headers: CaseInsensitiveDict[str] = field(repr=False)
    content: bytes = field(repr=False)
    moved: str = ""


@dataclass(frozen=True)
class AddressGuard:
    """Which private hosts may be reached all the same: names, ``host:port``, or networks (CIDR).

    ``setting``: where an operator declares them. Each kind of stranger has a list of its own: what may be
    fetched because it is declared is nothing that a page or a subscriber may make us ask for. ``is_outside``:
    for what was named by somebody on the Internet: listed ports may be used, and no private network.
    """

    allow: Sequence[str] = ()
    setting: str = "[fetch] allow"
    is_outside: bool = False
    resolver: Resolver = field(default_factory=Resolver, repr=False, compare=False)

    def permits(self, host: str, port: int, address: Address) -> bool:
        """Whether a connection to this address may be made."""
        if is_public(address):
            return True
        return not self.is_outside and (self.is_listed(host, port) or self._in_network(address))

    def is_listed(self, host: str, port: int) -> bool:
        return host in self.allow or f"{host}:{port}" in self.allow

    def _in_network(self, address: Address) -> bool:
        return any(address in network for network in self._networks())

    def _networks(self) -> list[IPv4Network | IPv6Network]:
        return [ip_network(entry) for entry in self.allow if "/" in entry]

    def addresses(self, host: str, port: int) -> list[tuple[str, int]]:
        """Addresses of the host, all of them checked. Raises ``Forbidden`` (a ``FetchError``) if any of
        them is not permitted: a name that points inside and outside is an attack. Raises ``OSError`` if the
        host is not known, or not looked up in time."""
        host_and_port = f"{host}:{port}"
        resolved = self.resolver.resolve(host, port)
        for numeric, _ in resolved:
            address = ip_address(numeric.split("%")[0])
            if not self.permits(host, port, address):
                raise Forbidden(
                    host_and_port, f"{address} is in a private network; {self._advice(host_and_port)}"
                )
        return list(dict.fromkeys(resolved))

    def _advice(self, host_and_port: str) -> str:
        if self.is_outside:
            return "no address on the Internet leads us there, whatever is listed"
        return f"if that is meant, list {host_and_port!r} in {self.setting}"

    def connect(self, host: str, port: int, timeout: Any) -> socket.socket:
        """A connection to an address of the host that was checked. Raises ``Forbidden``."""
        error: OSError | None = None
        for sockaddr in self.addresses(host, port):
            try:
                return open_connection(sockaddr, timeout)
            except OSError as e:
                error = e
        raise error or OSError(f"{host} has no address")


class Http:
    """Fetches addresses. Safe to share between threads. ``allow`` and ``setting``: see ``AddressGuard``.

    What is on the Internet leads to the Internet only: a redirect from there, or a link (``is_declared``
    false), never gets into a private network, be it listed or not. Browsers do the same
    (https://wicg.github.io/private-network-access/).
    """

    def __init__(
        self, allow: Sequence[str] = (), user_agent: str = USER_AGENT, *, setting: str = "[fetch] allow"
    ) -> None:
        self.guard = AddressGuard(tuple(allow), setting)
        self.outside = replace(self.guard, is_outside=True)
        self.user_agent = user_agent
        self._session, self._outside = self.session(), self.session(self.outside)

    def __reduce__(self) -> tuple[Callable[..., Http], tuple[Sequence[str], str, str]]:
        """How a copy is made in another process: it has connections of its own."""
        return _make_http, (self.guard.allow, self.user_agent, self.guard.setting)

    def session(self, guard: AddressGuard | None = None) -> GuardedSession:
        """A ``requests`` session behind the same guard, for those who do more than fetch. It obeys no
        proxy settings of the environment; its users follow no redirects."""
        session = GuardedSession()
        session.trust_env = False
        session.headers["User-Agent"] = self.user_agent
        for scheme in ("http://", "https://"):
            session.mount(scheme, GuardedAdapter((guard or self.guard).connect))
        return session

    def get(
        self,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        limit: int = MAX_BODY_BYTES,
        deadline: float = FETCH_DEADLINE_S,
        is_declared: bool = True,
    ) -> Response:
        """Fetch an address; 304 is a response like 200. Raises ``FetchError`` (any other status from 300,
        no response), ``Forbidden`` or ``TooLarge``. ``limit`` in bytes, ``deadline`` in seconds in all.
        ``is_declared``: an operator wrote the address, or somebody whose word is as good; false for what
        others name."""
        end = time.monotonic() + deadline
        visited = [url]
        moved, permanently, is_inside = "", True, is_declared
        while True:
            try:
                response, is_inside = self._get_one(
                    visited[-1], headers or {}, limit, end, is_inside=is_inside
                )
            except FetchError as e:
                if len(visited) == 1:
                    raise
                raise type(e)(url, f"leads to {visited[-1]}: {e.why}") from e  # by the name that is declared
            target = response.headers.get("Location")
            if response.status not in (301, 302, 303, 307, 308) or not target:
                break
            permanently = permanently and response.status in (301, 308)
            next_url = _redirect_target(visited[-1], target)
            if next_url in visited:
                raise TooLarge(url, f"redirects in a circle: {' > '.join([*visited, next_url])}")
            if len(visited) > MAX_REDIRECTS:
                raise TooLarge(url, f"more than {MAX_REDIRECTS} redirects, the last one to {next_url}")
            visited.append(next_url)
            moved = next_url if permanently else moved
        if response.status >= 300 and response.status != 304:
            raise FetchError(
                url, _status_reason(response), status=response.status, retry_at=retry_at(response.headers)
            )
        return Response(visited[-1], response.status, response.headers, response.content, moved)

    def _get_one(
        self, url: str, headers: Mapping[str, str], limit: int, end: float, *, is_inside: bool
    ) -> tuple[Response, bool]:
        """One response, and whether it came from where the allow list may still be used: only the connection
        itself knows."""
        session, guard = (self._session, self.guard) if is_inside else (self._outside, self.outside)
        check_address(url, guard)
        timeout = (CONNECT_TIMEOUT_S, READ_TIMEOUT_S)
        try:
            with (
                within(end),
                session.request("GET", url, headers=headers, timeout=timeout, stream=True) as response,
            ):
                is_inside = is_inside and bool(vars(response.raw)["is_inside"])
                content = _read_body(url, response, limit)
                return Response(url, response.status_code, response.headers, content), is_inside
        except Forbidden as e:
            raise Forbidden(url, e.why) from e
        except (requests.RequestException, HTTPError, OSError, ValueError) as e:
            is_over = time.monotonic() >= end
            raise FetchError(url, "the answer took too long" if is_over else plainly(e)) from e


def _make_http(allow: Sequence[str], user_agent: str, setting: str) -> Http:
    return Http(allow, user_agent, setting=setting)


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
    if port not in PORTS.values() and not guard.is_listed(parts.hostname, port):
        raise Forbidden(url, f"port {port} is neither 80 nor 443; list it in {guard.setting} if it is meant")


def is_same_host(url: str, declared: Iterable[str]) -> bool:
    """Whether an address is at the very host and port of a declared one."""

    def host_and_port(address: str) -> tuple[str | None, int]:
        parts = urlsplit(address)
        return parts.hostname, parts.port or PORTS.get(parts.scheme, 0)

    try:
        return host_and_port(url) in map(host_and_port, declared)
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


def _read_body(url: str, response: requests.Response, limit: int) -> bytes:
    length = response.headers.get("Content-Length", "")
    if length.isdigit() and int(length) > limit:
        raise TooLarge(url, f"{int(length):,} bytes; at most {limit:,} are read")
    try:
        return gunzipped(b"".join(body_chunks(response, limit)), limit)
    except BodyTooLarge as e:
        raise TooLarge(url, f"more than {limit:,} bytes") from e


def _redirect_target(base: str, target: str) -> str:
    try:
        return urljoin(base, target)
    except ValueError as e:
        raise FetchError(base, f"a redirect to what is no address: {target[:200]!r}") from e


def _status_reason(response: Response) -> str:
    if response.status < 400:
        return f"{response.status}: a redirect without an address"
    phrase = HTTPStatus(response.status).phrase if response.status in set(HTTPStatus) else ""
    return f"{response.status} {phrase}".strip()
