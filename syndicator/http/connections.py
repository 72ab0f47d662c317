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

#: Seconds for looking up one name: what libraries wait for one server, and for the next.
LOOKUP_S = 10.0

#: Names looked up at once. The system cannot be stopped while it does; threads are not lost without bound.
MAX_LOOKUPS = 256

_deadline: ContextVar[float | None] = ContextVar("deadline", default=None)


@contextmanager
def within(deadline: float) -> Iterator[None]:
    """Ends every wait of this thread's connections at ``deadline`` (``time.monotonic()``) at the latest, with
    ``TimeoutError`` or what urllib3 and requests make of it."""
    before = _deadline.set(deadline)
    try:
        yield
    finally:
        _deadline.reset(before)


def timeout_within(limit_s: float | None) -> float | None:
    """Seconds that a wait may take: no more than ``limit_s``, nor than the exchange has left. Raises
    ``TimeoutError``."""
    deadline = _deadline.get()
    if deadline is None:
        return limit_s
    remaining_s = deadline - time.monotonic()
    if remaining_s <= 0:
        raise TimeoutError("no time left")
    return remaining_s if limit_s is None else min(limit_s, remaining_s)


class Resolver:
    """Looks up the addresses of hosts, each for ``LOOKUP_S`` at most: ``getaddrinfo`` itself knows no limit,
    so that it gets a thread which is left behind. Safe to share between threads."""

    def __init__(self, max_at_once: int = MAX_LOOKUPS) -> None:
        self._slots = threading.Semaphore(max_at_once)

    def resolve(self, host: str, port: int) -> list[tuple[str, int]]:
        """Addresses and ports. Raises ``OSError`` (``TimeoutError``, ``gaierror``) or ``UnicodeError``."""
        deadline = time.monotonic() + (timeout_within(LOOKUP_S) or 0)
        if not self._slots.acquire(timeout=deadline - time.monotonic()):
            raise TimeoutError("too many names are waited for")
        result: Future[list[tuple[str, int]]] = Future()
        try:
            threading.Thread(target=self._resolve, args=(host, port, result), daemon=True).start()
        except RuntimeError as e:  # the system has no thread left
            self._slots.release()
            raise OSError(str(e)) from e
        return result.result(max(0, deadline - time.monotonic()))

    def _resolve(self, host: str, port: int, result: Future[list[tuple[str, int]]]) -> None:
        try:
            entries = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            result.set_result([(str(entry[4][0]), int(entry[4][1])) for entry in entries])
        except Exception as e:  # noqa: BLE001 - it is raised where it is waited for
            result.set_exception(e)
        finally:
            self._slots.release()


class BoundedSocket(socket.socket):
    """A socket that waits for a byte no longer than ``settimeout`` allows, nor than the exchange has left,
    and for room to send as long as the exchange has left."""

    _read_timeout_s: float | None = None

    def settimeout(self, value: float | None, /) -> None:
        self._read_timeout_s = value
        super().settimeout(value)

    def recv_into(self, buffer: WriteableBuffer, nbytes: int | None = None, flags: int = 0) -> int:
        super().settimeout(timeout_within(self._read_timeout_s))
        return super().recv_into(buffer, nbytes or 0, flags)

    def send(self, data: ReadableBuffer, flags: int = 0, /) -> int:
        super().settimeout(self._send_timeout_s())
        return super().send(data, flags)

    def sendall(self, data: ReadableBuffer, flags: int = 0, /) -> None:
        super().settimeout(self._send_timeout_s())
        super().sendall(data, flags)  # the limit is one for all of it

    def _send_timeout_s(self) -> float | None:
        return timeout_within(self._read_timeout_s if _deadline.get() is None else None)


class BoundedTLSSocket(BoundedSocket, ssl.SSLSocket):
    """A ``BoundedSocket`` below TLS, whose own limit counts from each record's first byte."""


def open_connection(address: tuple[str, int], timeout: float | None) -> BoundedSocket:
    """A connection to a numeric address, within ``timeout`` seconds. Raises ``OSError``."""
    connection = BoundedSocket(socket.AF_INET6 if ":" in address[0] else socket.AF_INET)
    try:
        connection.settimeout(timeout_within(timeout))
        connection.connect(address)
        # head and body are sent apart: the second would wait for the first one's acknowledgement (RFC 896)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    except BaseException:
        connection.close()
        raise
    return connection


class FinalResponse(http.client.HTTPResponse):
    """The final response: it passes over all interim ones, not only 100 (RFC 9110 section 15.2), since what
    follows one of them would be taken for the response to the next request."""

    def begin(self) -> None:
        super().begin()
        while 100 <= self.status < 200 and self.status != 101:
            self.headers = None  # type: ignore[assignment]  # as before the first
            super().begin()


OpenSocket = Callable[[str, int, Any], socket.socket]


class GuardedConnection(HTTPConnection):
    """A connection made by ``open_socket`` (host, port, seconds); its responses bear ``is_inside``: whether
    it leads into a private network."""

    response_class = FinalResponse
    open_socket: OpenSocket
    is_inside = False

    def _new_conn(self) -> socket.socket:
        try:
            connection = self.open_socket(self.host, self.port or 0, self.timeout)
            self.is_inside = not is_public(ip_address(connection.getpeername()[0].split("%")[0]))
            return connection
        except TimeoutError as e:
            raise ConnectTimeoutError(self, f"no connection to {self.host} in time") from e
        except OSError as e:
            raise NewConnectionError(self, str(e)) from e

    def getresponse(self) -> Any:  # urllib3's own, not http.client's
        response = super().getresponse()
        vars(response)["is_inside"] = self.is_inside
        return response


class GuardedTLSConnection(GuardedConnection, HTTPSConnection):
    """A guarded connection with TLS. What fails before TLS stands counts as no connection: no request has
    been sent yet."""

    def connect(self) -> None:
        self.ssl_context, self.ca_certs = tls_context(), None
        try:
            super().connect()
        except TimeoutError as e:
            raise ConnectTimeoutError(self, f"no TLS with {self.host} in time") from e
        except ssl.SSLCertVerificationError:  # has words of its own
            raise
        except OSError as e:
            raise NewConnectionError(self, f"no TLS: {e}") from e


def pool_classes(connect: OpenSocket) -> dict[str, Any]:
    """Pools by scheme, for urllib3, whose connections are made by ``connect`` (host, port, seconds)."""

    class Plain(GuardedConnection):
        open_socket = staticmethod(connect)

    class Secure(GuardedTLSConnection):
        open_socket = staticmethod(connect)

    class PlainPool(HTTPConnectionPool):
        ConnectionCls = Plain

    class SecurePool(HTTPSConnectionPool):
        ConnectionCls = Secure

    return {"http": PlainPool, "https": SecurePool}


@cache
def tls_context() -> ssl.SSLContext:
    """The TLS settings, one object for all connections: authorities are read once (30 ms)."""
    context = create_urllib3_context(cert_reqs=ssl.CERT_REQUIRED)
    context.load_verify_locations(DEFAULT_CA_BUNDLE_PATH)
    context.sslsocket_class = BoundedTLSSocket
    return context
