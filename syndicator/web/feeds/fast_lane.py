"""The express lane: feeds are answered by the connection itself, as soon as the request's head is read.

uvicorn's protocol makes a task, a scope and two messages of each request before the application answers,
which costs several times what a feed's answer does. What is no feed goes on to uvicorn, as does a request
that follows another one which is not answered yet.
"""

from __future__ import annotations

import asyncio
import logging
import re
from functools import lru_cache
from typing import Any, Protocol

from httptools import HttpParserCallbackError, HttpParserError, HttpParserUpgrade
from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from syndicator.web.callers import Callers
from syndicator.web.feeds.answers import Headers, Response, ResponseHead
from syndicator.web.limits import ConnectionLimit

log = logging.getLogger(__name__)

#: Bytes that the head of a request may have: the limit of most servers is between 8 and 64 kB.
HEAD = 65_536

#: Lines that the head of a request may have.
LINES = 128

#: Connections that may be open at once; idle ones of feed readers count, too.
MAX_CONNECTIONS = 4096

#: Seconds that a client has for its request's head, and for reading on in an answer; an idle connection
#: ends after them.
PATIENCE = 30

#: The same where more than half of all connections are open.
CROWDED = 5

#: What an address raises that cannot be read.
_NO_ADDRESS = (UnicodeError, HttpParserError)

#: What decides where a request goes to and where it ends. Each server before us and we have to see the same
#: in it, or requests are smuggled past one of us (RFC 9112 section 11.2).
_FRAMING = {b"host", b"transfer-encoding"}

#: ``uri-host [":" port]`` (RFC 9110 section 7.2), and never empty (section 4.2.1).
HOST = re.compile(rb"(?:[\w.~!$&'()*+,;=%-]+|\[[0-9A-Fa-f:.]+\])(?::\d{0,5})?", re.ASCII)

#: A target in absolute form (RFC 9112 section 3.2.2): a host, and what is asked of it.
ABSOLUTE = re.compile(rb"https?://([^/?#]*)(.*)", re.IGNORECASE | re.DOTALL)

METHODS = {b"GET": "GET", b"HEAD": "HEAD"}


class Answering(Protocol):
    """``Feeds``, as far as connections need it."""

    def respond(self, method: str, path: str, headers: Headers, peer: str) -> Response | None: ...


class RequestRefused(Exception):
    """A request that is answered by the connection itself, which ends with it."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status


class Connection(HttpToolsProtocol):
    """A connection to a client. ``feeds`` and ``limit`` are set by ``connecting``."""

    feeds: Answering
    limit: ConnectionLimit

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._is_quiet = True  # no request began or was whole since the last ``is_idle``
        self._idle = 0.0  # seconds
        self._unsent = 0  # bytes
        self._head: int | None = None  # bytes of a head that is not whole yet
        self._trailers = 0  # bytes
        self._is_answered = False  # the request that is being read
        self._peer = ""  # address
        self._is_old: bool | None = None  # of HTTP/1.0: such a client gets one answer
        self._is_over = False  # nothing more is read

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        super().connection_made(transport)
        self._peer = self.client[0] if self.client else ""
        may_stay = self.limit.opened(self._peer)
        if not may_stay or len(self.connections) > MAX_CONNECTIONS:
            self._is_over = True
            transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        self.limit.closed(self._peer)
        super().connection_lost(exc)

    def is_idle(self, seconds: float) -> bool:
        """Whether nothing has gone on for longer than we wait; ``seconds`` have passed since the last
        time that this was asked. A request that the application is still at work on is no idleness."""
        unsent, cycle = self.transport.get_write_buffer_size(), self.cycle
        is_at_work = cycle is not None and not (cycle.response_complete or cycle.more_body or unsent)
        if not self._is_quiet or is_at_work or unsent != self._unsent:
            self._idle = 0.0
        else:
            self._idle += seconds
        self._is_quiet, self._unsent = True, unsent
        return self._idle > (CROWDED if len(self.connections) > MAX_CONNECTIONS // 2 else PATIENCE)

    def data_received(self, data: bytes) -> None:
        if self.timeout_keep_alive_task is not None:
            self._unset_keepalive_if_required()
        for start in range(0, len(data), HEAD):  # a head is measured wherever it stands
            if self._is_over:
                return
            self._read(data if len(data) <= HEAD else data[start : start + HEAD])

    def _read(self, data: bytes) -> None:
        try:
            self._feed(data)
        except HttpParserError as e:
            reason = e.__context__
            # What we do while it reads fails for addresses that are none, which is no defect of ours.
            if isinstance(reason, RequestRefused):
                self._refuse(reason.status, f"{reason}.\n".encode())
            elif isinstance(e, HttpParserCallbackError) and not isinstance(reason, _NO_ADDRESS):
                log.exception("a request could not be taken")
                self._refuse(500, b"A defect; the log says more.\n")
            else:
                self._refuse(400, b"This is no HTTP request.\n")
        else:
            if self._head is not None:
                self._head += len(data)
                if self._head > HEAD:
                    self._refuse(431, b"The head of this request is too large.\n")

    def _feed(self, data: bytes) -> None:
        while data:
            try:
                self.parser.feed_data(data)
            except HttpParserUpgrade as e:
                # Which we do not do, and need not (RFC 9110 section 7.8): the next request may follow.
                data = data[e.args[0] :]
            else:
                return

    def _refuse(self, status: int, said: bytes) -> None:
        """The last answer of this connection. What was asked before is answered before, and then this is not
        said: nobody could tell whose answer it is."""
        self._is_over = True
        last = self.pipeline[0][0] if self.pipeline else self.cycle
        if last is not None and not last.response_complete and not last.more_body:
            last.keep_alive = False
            return
        if self.pipeline or (self.cycle and self.cycle.response_started and not self.cycle.response_complete):
            self.transport.close()  # in the midst of what is said, no more can be
            return
        kind = (b"content-type", b"text/plain; charset=utf-8")
        length = (b"content-length", str(len(said)).encode())
        answer = ResponseHead(status, [kind, length, (b"connection", b"close")])
        self.transport.write(answer.head + b"\r\n" + said)
        self.transport.close()

    # What the parser finds, in this order.

    def on_message_begin(self) -> None:
        self.url, self.headers = b"", []
        self._head, self._trailers, self._is_quiet = 0, 0, False

    def on_header(self, name: bytes, value: bytes) -> None:
        if self._head is None:  # trailers, which are no headers, and nobody reads (RFC 9110 section 6.5.1)
            self._trailers += len(name) + len(value)
            if self._trailers > HEAD:
                self.transport.abort()
            return
        self.headers.append((name.lower(), value))

    def on_headers_complete(self) -> None:
        self._head = None
        self._examine()
        self._is_answered = self._answer()
        if self._is_answered:
            return
        url, headers = self.url, self.headers
        super().on_message_begin()  # makes the scope
        self.url = url
        for name, value in headers:
            super().on_header(name, value)
        super().on_headers_complete()

    def _examine(self) -> None:
        """Raises ``RequestRefused`` where it is not certain for whom the request is, or where it ends."""
        said = [each for each in self.headers if each[0] in _FRAMING]
        if len(said) != 1 or said[0][0] != b"host" or not _is_host(said[0][1]):
            self._examine_closely(said)
        if len(self.headers) > LINES:
            raise RequestRefused(431, "The head of this request has too many lines")
        if not self.url.startswith(b"/"):
            self._take_absolute()

    def _examine_closely(self, said: Headers) -> None:
        hosts = [value for name, value in said if name == b"host"]
        codings = b",".join(value for name, value in said if name == b"transfer-encoding")
        is_old = self.parser.get_http_version() == "1.0"
        if len(hosts) != 1 and not (is_old and not hosts):  # RFC 9112 section 3.2
            raise RequestRefused(400, "A request names one host, in one Host header")
        if hosts and not _is_host(hosts[0]):
            raise RequestRefused(400, "This is no host")
        if codings or len(said) > len(hosts):  # RFC 9112 section 6.1
            if is_old:
                raise RequestRefused(400, "HTTP/1.0 knows no Transfer-Encoding")
            if codings.strip().lower() != b"chunked":
                raise RequestRefused(501, "The one Transfer-Encoding that is known here is chunked")

    def _take_absolute(self) -> None:
        """As for a proxy; the host that it names is the one (RFC 9112 section 3.2.2)."""
        match = ABSOLUTE.fullmatch(self.url)
        if match is None:
            raise RequestRefused(400, "This is no address of ours")
        host, rest = match.groups()
        if not _is_host(host):
            raise RequestRefused(400, "This is no host")
        self.url = rest if rest.startswith(b"/") else b"/" + rest
        self.headers = [(b"host", host), *(each for each in self.headers if each[0] != b"host")]

    def on_body(self, body: bytes) -> None:
        if not self._is_answered:
            super().on_body(body)

    def on_message_complete(self) -> None:
        if not self._is_answered:
            self._is_quiet = False
            super().on_message_complete()

    def _answer(self) -> bool:
        """Answer a request for a feed, if this is one. One call instead of several: it is made for each."""
        url, cycle = self.url, self.cycle
        # Addresses that are written in another way are the application's business.
        if not url.startswith(b"/feeds/") or b"%" in url or b"?" in url:
            return False
        # An answer comes after those before it, and not onto a heap of them.
        if cycle is not None and (self.pipeline or not cycle.response_complete):
            return False
        method = METHODS.get(self.parser.get_method())
        if method is None or self.flow.write_paused or self.transport.is_closing():
            return False
        try:
            found = self.feeds.respond(method, url.decode("latin-1"), self.headers, self._peer)
        except Exception:
            log.exception("a feed could not be answered for")
            return False  # the application tries the same, and apologises
        if found is None:
            return False
        answer, body = found
        if self._is_old is None:
            self._is_old = self.parser.get_http_version() == "1.0"
        is_last = self._is_old or not self.parser.should_keep_alive()
        end = b"\r\nconnection: close\r\n\r\n" if is_last else b"\r\n\r\n"
        head = b"".join((answer.head, b"date: ", self.server_state.default_headers[0][1], end))
        if body:
            self.transport.writelines((head, body))
        else:
            self.transport.write(head)
        if is_last:
            self.transport.close()
        return True


@lru_cache(maxsize=1024)
def _is_host(said: bytes) -> bool:
    return HOST.fullmatch(said) is not None


def connecting(feeds: Answering, limit: ConnectionLimit | None = None) -> type[Connection]:
    """Connections that ask these feeds."""
    return type("Connection", (Connection,), {"feeds": feeds, "limit": limit or ConnectionLimit(Callers())})
