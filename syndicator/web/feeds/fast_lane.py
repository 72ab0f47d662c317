"""The express lane: feeds are answered by the connection itself, as soon as the request's head is read.

uvicorn's protocol makes a task, a scope and two messages of each request before the application answers,
which costs several times what the response with a feed does. What is no feed goes on to uvicorn, as does a
request that follows another one which is not answered yet.
"""

from __future__ import annotations

import asyncio
import logging
from typing import Any, Protocol

from httptools import HttpParserCallbackError, HttpParserError, HttpParserUpgrade
from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from syndicator.web.callers import Callers
from syndicator.web.feeds.framing import RequestRefused, examined
from syndicator.web.feeds.responses import FeedResponse, ResponseHead
from syndicator.web.headers import RequestHeaders
from syndicator.web.limits import ConnectionLimit

log = logging.getLogger(__name__)

#: Bytes that the head of a request may have: the limit of most servers is between 8 and 64 kB.
MAX_HEAD_BYTES = 65_536

#: Connections that may be open at once; idle ones of feed readers count, too.
MAX_CONNECTIONS = 4096

#: Seconds that a client has for its request's head, and for reading on in a response; an idle connection
#: ends after them.
IDLE_TIMEOUT_S = 30

#: The same where more than half of all connections are open.
CROWDED_IDLE_TIMEOUT_S = 5

#: What a target raises that cannot be read.
_BAD_TARGET = (UnicodeError, HttpParserError)

METHODS = {b"GET": "GET", b"HEAD": "HEAD"}


class Responder(Protocol):
    """``FeedServer``, as far as connections need it."""

    def respond(self, method: str, path: str, headers: RequestHeaders, peer: str) -> FeedResponse | None: ...


class Connection(HttpToolsProtocol):
    """A connection to a client. ``feeds`` and ``limit`` are set by ``connection_class``."""

    feeds: Responder
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
        self._idle_s = 0.0
        self._unsent_bytes = 0
        self._head_bytes: int | None = None  # of a head that is not whole yet
        self._trailer_bytes = 0
        self._is_answered = False  # the request that is being read
        self._peer = ""  # address
        self._is_http10: bool | None = None  # such a client gets one response
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
        if not self._is_quiet or is_at_work or unsent != self._unsent_bytes:
            self._idle_s = 0.0
        else:
            self._idle_s += seconds
        self._is_quiet, self._unsent_bytes = True, unsent
        is_crowded = len(self.connections) > MAX_CONNECTIONS // 2
        return self._idle_s > (CROWDED_IDLE_TIMEOUT_S if is_crowded else IDLE_TIMEOUT_S)

    def data_received(self, data: bytes) -> None:
        if self.timeout_keep_alive_task is not None:
            self._unset_keepalive_if_required()
        if len(data) > MAX_HEAD_BYTES:  # a head is measured wherever it stands
            for start in range(0, len(data), MAX_HEAD_BYTES):
                self._read(data[start : start + MAX_HEAD_BYTES])
        else:
            self._read(data)

    def _read(self, data: bytes) -> None:
        while data and not self._is_over:
            try:
                self.parser.feed_data(data)
            except HttpParserUpgrade as e:
                # Which we do not do, and need not (RFC 9110 section 7.8): the next request may follow.
                data = data[e.args[0] :]
                continue
            except HttpParserError as e:
                self._refuse_for(e)
            else:
                if self._head_bytes is not None:
                    self._head_bytes += len(data)
                    if self._head_bytes > MAX_HEAD_BYTES:
                        self._refuse(431, b"The head of this request is too large.\n")
            return

    def _refuse_for(self, error: HttpParserError) -> None:
        reason = error.__context__
        # What we do while it reads fails for addresses that are none, which is no defect of ours.
        if isinstance(reason, RequestRefused):
            self._refuse(reason.status, f"{reason}.\n".encode())
        elif isinstance(error, HttpParserCallbackError) and not isinstance(reason, _BAD_TARGET):
            log.error("a request could not be taken", exc_info=error)
            self._refuse(500, b"A defect; the log says more.\n")
        else:
            self._refuse(400, b"This is no HTTP request.\n")

    def _refuse(self, status: int, text: bytes) -> None:
        """Send the last response of this connection. Requests before this one are answered first, and then
        this response is not sent: nobody could tell whose it is."""
        self._is_over = True
        last = self.pipeline[0][0] if self.pipeline else self.cycle
        if last is not None and not last.response_complete and not last.more_body:
            last.keep_alive = False
            return
        if self.pipeline or (self.cycle and self.cycle.response_started and not self.cycle.response_complete):
            self.transport.close()  # in the midst of a response there is no room for another
            return
        content_type = (b"content-type", b"text/plain; charset=utf-8")
        length = (b"content-length", str(len(text)).encode())
        head = ResponseHead(status, [content_type, length, (b"connection", b"close")])
        self.transport.write(head.as_bytes + b"\r\n" + text)
        self.transport.close()

    # What the parser finds, in this order.

    def on_message_begin(self) -> None:
        self.url, self.headers = b"", []
        self._head_bytes, self._trailer_bytes, self._is_quiet = 0, 0, False

    def on_header(self, name: bytes, value: bytes) -> None:
        if self._head_bytes is None:
            # Trailers are no headers, and nobody reads them (RFC 9110 section 6.5.1).
            self._trailer_bytes += len(name) + len(value)
            if self._trailer_bytes > MAX_HEAD_BYTES:
                self.transport.abort()
            return
        self.headers.append((name.lower(), value))

    def on_headers_complete(self) -> None:
        self._head_bytes = None
        self.url, self.headers, by_name = examined(self.url, self.headers, self.parser)
        self._is_answered = self._answer(by_name)
        if self._is_answered:
            return
        url, headers = self.url, self.headers
        super().on_message_begin()  # makes the scope
        self.url = url
        for name, value in headers:
            super().on_header(name, value)
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        if not self._is_answered:
            super().on_body(body)

    def on_message_complete(self) -> None:
        if not self._is_answered:
            self._is_quiet = False
            super().on_message_complete()

    def _answer(self, headers: RequestHeaders) -> bool:
        """Answer a request for a feed, if this is one. One call instead of several: it is made for each."""
        url, cycle = self.url, self.cycle
        # Addresses written in another way ("%", "?") lead to nothing here: the application reads them.
        if not url.startswith(b"/feeds/"):
            return False
        # A response comes after those before it, and not onto a heap of them.
        if cycle is not None and (self.pipeline or not cycle.response_complete):
            return False
        method = METHODS.get(self.parser.get_method())
        if method is None or self.flow.write_paused or self.transport.is_closing():
            return False
        try:
            response = self.feeds.respond(method, url.decode("latin-1"), headers, self._peer)
        except Exception:
            log.exception("a feed could not be answered for")
            return False  # the application tries the same, and apologises
        if response is None:
            return False
        head, body = response
        if self._is_http10 is None:
            self._is_http10 = self.parser.get_http_version() == "1.0"
        is_last = self._is_http10 or not self.parser.should_keep_alive()
        end = b"\r\nconnection: close\r\n\r\n" if is_last else b"\r\n\r\n"
        head_bytes = b"".join((head.as_bytes, b"date: ", self.server_state.default_headers[0][1], end))
        if body:
            self.transport.writelines((head_bytes, body))
        else:
            self.transport.write(head_bytes)
        if is_last:
            self.transport.close()
        return True


def connection_class(feeds: Responder, limit: ConnectionLimit | None = None) -> type[Connection]:
    """The class of connections that ask these feeds."""
    return type("Connection", (Connection,), {"feeds": feeds, "limit": limit or ConnectionLimit(Callers())})
