"""The express lane: feeds are answered by the connection itself, as soon as the request's head is read.

uvicorn's protocol makes a task, a scope and two messages of each request before the application answers,
which costs several times what a feed's answer does. What is no feed goes on to uvicorn, as does a request
that follows another one which is not answered yet.
"""

from __future__ import annotations

import asyncio
import logging
from typing import Any, Protocol

from httptools import HttpParserCallbackError, HttpParserError, HttpParserUpgrade
from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from syndicator.web.answers import Answer, Headers, Reply

log = logging.getLogger(__name__)

#: Bytes that the head of a request may have: the limit of most servers is between 8 and 64 kB.
HEAD = 65_536

#: Connections that may be open at once; idle ones of feed readers count, too.
CONNECTIONS = 4096

#: Seconds that a client has for its request's head, and for reading on in an answer; an idle connection
#: ends after them.
PATIENCE = 30

#: What an address raises that cannot be read.
_NO_ADDRESS = (UnicodeError, HttpParserError)

METHODS = {b"GET": "GET", b"HEAD": "HEAD"}


class Answering(Protocol):
    """``Feeds``, as far as connections need it."""

    def answer(self, method: str, path: str, headers: Headers, peer: str) -> Reply | None: ...


class Connection(HttpToolsProtocol):
    """A connection to a client. ``feeds`` is set by ``connecting``."""

    feeds: Answering

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

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        super().connection_made(transport)
        self._peer = self.client[0] if self.client else ""
        if len(self.connections) > CONNECTIONS:
            transport.abort()

    def is_idle(self, seconds: float) -> bool:
        """Whether nothing has gone on for longer than ``PATIENCE``; ``seconds`` have passed since the last
        time that this was asked. A request that the application is still at work on is no idleness."""
        unsent, cycle = self.transport.get_write_buffer_size(), self.cycle
        is_at_work = cycle is not None and not (cycle.response_complete or cycle.more_body or unsent)
        if not self._is_quiet or is_at_work or unsent != self._unsent:
            self._idle = 0.0
        else:
            self._idle += seconds
        self._is_quiet, self._unsent = True, unsent
        return self._idle > PATIENCE

    def data_received(self, data: bytes) -> None:
        if self.timeout_keep_alive_task is not None:
            self._unset_keepalive_if_required()
        try:
            self._feed(data)
        except HttpParserError as e:
            # What we do while it reads fails for addresses that are none, which is no defect of ours.
            if isinstance(e, HttpParserCallbackError) and not isinstance(e.__context__, _NO_ADDRESS):
                log.exception("a request could not be taken")
                self._refuse(500, b"A defect; the log says more.\n")
            else:
                self.send_400_response("This is no HTTP request.\n")
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
        answer = Answer(status, [(b"content-length", str(len(said)).encode()), (b"connection", b"close")])
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
        self._is_answered = self._answer()
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
            found = self.feeds.answer(method, url.decode("latin-1"), self.headers, self._peer)
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


def connecting(feeds: Answering) -> type[Connection]:
    """Connections that ask these feeds."""
    return type("Connection", (Connection,), {"feeds": feeds})
