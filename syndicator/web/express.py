"""The express lane: feeds are answered by the connection itself, as soon as the request's head is read.

uvicorn's protocol makes a task, a scope and two messages of each request before the application answers,
which costs several times what a feed's answer does. What is no feed goes on to uvicorn, as does a request
that follows another one which is not answered yet.
"""

from __future__ import annotations

import asyncio
import logging
from typing import Any, Protocol

from httptools import HttpParserError, HttpParserUpgrade
from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from syndicator.web.feeds import Answer, Headers

log = logging.getLogger(__name__)

#: Bytes that the head of a request may have: the limit of most servers is between 8 and 64 kB.
HEAD = 65_536

#: Connections that may be open at once; idle ones of feed readers count, too.
CONNECTIONS = 4096

#: Seconds that a client has for its request's head, and for reading on in an answer; an idle connection
#: ends after them.
PATIENCE = 30

METHODS = {b"GET": "GET", b"HEAD": "HEAD"}


class Answering(Protocol):
    """``Feeds``, as far as connections need it."""

    def answer(self, method: str, path: str, headers: Headers, peer: str) -> tuple[Answer, bytes] | None: ...


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
        self._is_answered = False  # the request that is being read

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        super().connection_made(transport)
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
            self.parser.feed_data(data)
        except HttpParserUpgrade:
            pass  # which we do not do, and need not: the request was answered (RFC 9110 section 7.8)
        except HttpParserError:
            self.send_400_response("This is no HTTP request.\n")
        else:
            if self._head is not None:
                self._head += len(data)
                if self._head > HEAD:
                    self._refuse()

    def _refuse(self) -> None:
        said = b"The head of this request is too large.\n"
        answer = Answer(431, [(b"content-length", str(len(said)).encode()), (b"connection", b"close")])
        self.transport.write(answer.head + b"\r\n" + said)
        self.transport.close()

    # What the parser finds, in this order.

    def on_message_begin(self) -> None:
        self.url, self.headers = b"", []
        self._head, self._is_quiet = 0, False

    def on_header(self, name: bytes, value: bytes) -> None:
        self.headers.append((name.lower(), value))

    def on_headers_complete(self) -> None:
        self._head = None
        url = self.url
        # Addresses that are written in another way are the application's business.
        is_plain = url.startswith(b"/feeds/") and b"%" not in url and b"?" not in url
        self._is_answered = is_plain and self._is_free() and self._answer()
        if self._is_answered:
            return
        headers = self.headers
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

    def _is_free(self) -> bool:
        """Whether an answer may be written right now: after those before it, and not onto a heap of them."""
        cycle = self.cycle
        is_next = cycle is None or (cycle.response_complete and not self.pipeline)
        return is_next and not self.flow.write_paused and not self.transport.is_closing()

    def _answer(self) -> bool:
        method = METHODS.get(self.parser.get_method())
        if method is None:
            return False
        try:
            peer = self.client[0] if self.client else ""
            found = self.feeds.answer(method, self.url.decode("latin-1"), self.headers, peer)
        except Exception:
            log.exception("a feed could not be answered for")
            return False  # the application tries the same, and apologises
        if found is None:
            return False
        answer, body = found
        # Nothing more is asked by those of HTTP/1.0, as far as we are concerned.
        is_last = not self.parser.should_keep_alive() or self.parser.get_http_version() == "1.0"
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
