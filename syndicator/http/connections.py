"""Connections on which nothing can be waited for beyond the end of the exchange that they serve.

A time limit of ``requests`` is one for each silence: a head that drips byte by byte, ``100 Continue`` for
ever, a trailer without end, a handshake in pieces keep a thread as long as the other side likes. Here every
single wait is given what is left of the exchange (``within``), on fresh and on kept connections alike, and
so all of them together end with it.
"""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any

from requests.utils import DEFAULT_CA_BUNDLE_PATH
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError
from urllib3.util.ssl_ import create_urllib3_context

from syndicator.http.networks import is_public

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer, WriteableBuffer

#: Seconds until a name has to be found: what libraries wait for one server, and for the next.
LOOKUP_S = 10.0

#: Names looked up at once. The system cannot be stopped while it does; threads are not lost without bound.
LOOKUPS = 256

_ends: ContextVar[float | None] = ContextVar("ends", default=None)


@contextmanager
def within(ends: float) -> Iterator[None]:
    """Whatever this thread's connections wait for meanwhile ends at ``ends`` (``time.monotonic()``) at the
    latest, as ``TimeoutError`` or what urllib3 and requests make of it."""
    before = _ends.set(ends)
    try:
        yield
    finally:
        _ends.reset(before)


def seconds(most: float | None) -> float | None:
    """Seconds that a wait may take: no more than ``most``, nor than the exchange has left. Raises
    ``TimeoutError``."""
    ends = _ends.get()
    if ends is None:
        return most
    left = ends - time.monotonic()
    if left <= 0:
        raise TimeoutError("no time left")
    return left if most is None else min(most, left)


class Names:
    """Looks names up, each for ``LOOKUP_S`` at most: ``getaddrinfo`` itself knows no limit, so that it gets a
    thread which is left behind. Safe to share between threads."""

    def __init__(self, at_once: int = LOOKUPS) -> None:
        self._free = threading.Semaphore(at_once)

    def find(self, host: str, port: int) -> list[tuple[str, int]]:
        """Addresses and ports. Raises ``OSError`` (``TimeoutError``, ``gaierror``) or ``UnicodeError``."""
        ends = time.monotonic() + (seconds(LOOKUP_S) or 0)
        if not self._free.acquire(timeout=ends - time.monotonic()):
            raise TimeoutError("too many names are waited for")
        found: Future[list[tuple[str, int]]] = Future()
        try:
            threading.Thread(target=self._look, args=(host, port, found), daemon=True).start()
        except RuntimeError as e:  # the system has no thread left
            self._free.release()
            raise OSError(str(e)) from e
        return found.result(max(0, ends - time.monotonic()))

    def _look(self, host: str, port: int, found: Future[list[tuple[str, int]]]) -> None:
        try:
            entries = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            found.set_result([(str(entry[4][0]), int(entry[4][1])) for entry in entries])
        except Exception as e:  # noqa: BLE001 - it is raised where it is waited for
            found.set_exception(e)
        finally:
            self._free.release()


class Bounded(socket.socket):
    """Waits for a byte no longer than it was told to (``settimeout``), nor than the exchange has left; to be
    rid of what it sends as long as the exchange has left."""

    _silence: float | None = None

    def settimeout(self, value: float | None, /) -> None:
        self._silence = value
        super().settimeout(value)

    def recv_into(self, buffer: WriteableBuffer, nbytes: int | None = None, flags: int = 0) -> int:
        super().settimeout(seconds(self._silence))
        return super().recv_into(buffer, nbytes or 0, flags)

    def send(self, data: ReadableBuffer, flags: int = 0, /) -> int:
        super().settimeout(self._patience())
        return super().send(data, flags)

    def sendall(self, data: ReadableBuffer, flags: int = 0, /) -> None:
        super().settimeout(self._patience())
        super().sendall(data, flags)  # the limit is one for all of it

    def _patience(self) -> float | None:
        return seconds(self._silence if _ends.get() is None else None)


class BoundedTLS(Bounded, ssl.SSLSocket):
    """The same below TLS, whose own limit counts from each record's first byte."""


def connected(address: tuple[str, int], timeout: float | None) -> Bounded:
    """A connection to a numeric address, within ``timeout`` seconds. Raises ``OSError``."""
    made = Bounded(socket.AF_INET6 if ":" in address[0] else socket.AF_INET)
    try:
        made.settimeout(seconds(timeout))
        made.connect(address)
        # head and body are sent apart: the second would wait for the first one's acknowledgement (RFC 896)
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    except BaseException:
        made.close()
        raise
    return made


class Final(http.client.HTTPResponse):
    """Passes over all interim answers, not only 100 (RFC 9110 section 15.2): what follows one of them would
    be taken for the answer to the next request."""

    def begin(self) -> None:
        super().begin()
        while 100 <= self.status < 200 and self.status != 101:
            self.headers = None  # type: ignore[assignment]  # as before the first
            super().begin()


Connect = Callable[[str, int, Any], socket.socket]


class Placed(HTTPConnection):
    """Made by ``guarded`` (host, port, seconds); its answers know whether it leads into a private network."""

    response_class = Final
    guarded: Connect
    is_inside = False

    def _new_conn(self) -> socket.socket:
        try:
            made = self.guarded(self.host, self.port or 0, self.timeout)
            self.is_inside = not is_public(ip_address(made.getpeername()[0].split("%")[0]))
            return made
        except TimeoutError as e:
            raise ConnectTimeoutError(self, f"no connection to {self.host} in time") from e
        except OSError as e:
            raise NewConnectionError(self, str(e)) from e

    def getresponse(self) -> Any:  # urllib3's own, not http.client's
        response = super().getresponse()
        vars(response)["is_inside"] = self.is_inside
        return response


class PlacedTLS(Placed, HTTPSConnection):
    """Whatever fails before TLS stands, nothing has been asked yet: it is as if there were no connection."""

    def connect(self) -> None:
        self.ssl_context, self.ca_certs = tls(), None
        try:
            super().connect()
        except TimeoutError as e:
            raise ConnectTimeoutError(self, f"no TLS with {self.host} in time") from e
        except ssl.SSLCertVerificationError:  # has words of its own
            raise
        except OSError as e:
            raise NewConnectionError(self, f"no TLS: {e}") from e


def pools(connect: Connect) -> dict[str, Any]:
    """Pools by scheme, for urllib3, whose connections are made by ``connect`` (host, port, seconds)."""

    class Plain(Placed):
        guarded = staticmethod(connect)

    class Secure(PlacedTLS):
        guarded = staticmethod(connect)

    class PlainPool(HTTPConnectionPool):
        ConnectionCls = Plain

    class SecurePool(HTTPSConnectionPool):
        ConnectionCls = Secure

    return {"http": PlainPool, "https": SecurePool}


@cache
def tls() -> ssl.SSLContext:
    """One for all connections: authorities are read once (30 ms)."""
    context = create_urllib3_context(cert_reqs=ssl.CERT_REQUIRED)
    context.load_verify_locations(DEFAULT_CA_BUNDLE_PATH)
    context.sslsocket_class = BoundedTLS
    return context
