"""Real HTTP servers on this machine, small enough to reason about, that can be made to fail."""

from __future__ import annotations

import json
import random
import socket
import struct
import sys
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from email.parser import BytesParser
from email.policy import HTTP
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit


@dataclass(frozen=True, kw_only=True)
class Request:
    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes

    def fields(self) -> dict[str, Any]:
        """What was sent, as JSON or as a form; names of lists end in ``[]`` there."""
        if self.headers.get("Content-Type", "").startswith("application/json"):
            return dict(json.loads(self.body))
        found: dict[str, Any] = {}
        for name, value in parse_qsl(self.body.decode(), keep_blank_values=True):
            if name.endswith("[]"):
                found.setdefault(name[:-2], []).append(value)
            else:
                found[name] = value
        return found

    def parts(self) -> dict[str, tuple[str, bytes]]:
        """A multipart form: the media type and the bytes of each part, by its name."""
        head = f"Content-Type: {self.headers['Content-Type']}\r\n\r\n".encode()
        message = BytesParser(policy=HTTP).parsebytes(head + self.body)
        return {
            str(part.get_param("name", header="Content-Disposition")): (
                part.get_content_type(),
                bytes(part.get_payload(decode=True) or b""),
            )
            for part in message.iter_parts()
        }


@dataclass(frozen=True, kw_only=True)
class Reply:
    status: int = 200
    body: bytes = b""
    media_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)


def said(status: int, value: Any, **headers: str) -> Reply:
    return Reply(status=status, body=json.dumps(value).encode(), headers=headers)


Act = Callable[["Handler"], None]


@dataclass(frozen=True)
class Trouble:
    """What goes wrong with requests whose path begins with ``at``: before or ``after`` they took effect."""

    act: Act
    at: str = "/"
    method: str = ""
    after: bool = False

    def meets(self, request: Request) -> bool:
        return request.path.startswith(self.at) and self.method in ("", request.method)


class Handler(BaseHTTPRequestHandler):
    """Hands requests to its server, and lets trouble get in the way."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1  # headers and body in one packet, or each answer waits for an acknowledgement
    server: LocalServer

    def handle_one_request(self) -> None:
        try:
            super().handle_one_request()
        except (ConnectionError, ValueError):  # the client has gone, or we closed the line on it
            self.close_connection = True

    def respond(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        address = urlsplit(self.path)
        request = Request(
            method=self.command,
            path=address.path,
            query=dict(parse_qsl(address.query)),
            headers=dict(self.headers),
            body=body,
        )
        with self.server.lock:
            self.server.requests.append(request)
        self.take(request)

    def take(self, request: Request) -> None:
        """Answer it, or do whatever else comes to mind."""
        trouble = self.server.trouble
        if trouble is None or not trouble.meets(request):
            self.reply(self.server.locked_answer(request))
            return
        if trouble.after:
            self.server.locked_answer(request)
        trouble.act(self)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = respond  # noqa: N815 - the base class's names

    def reply(self, reply: Reply) -> None:
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Type", reply.media_type)
        self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(reply.body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
        """Tests look at ``requests``."""


class LocalServer(ThreadingHTTPServer):
    """A server in threads of its own. Subclasses say what it answers."""

    daemon_threads = True
    request_queue_size = 128  # five by default: the sixth tries again after a second
    handler: type[Handler] = Handler

    def __init__(self, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), self.handler)
        self.lock = threading.RLock()
        self.closing = threading.Event()
        self.requests: list[Request] = []
        self.trouble: Trouble | None = None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def answer(self, request: Request) -> Reply:
        raise NotImplementedError

    def locked_answer(self, request: Request) -> Reply:
        with self.lock:
            return self.answer(request)

    def handle_error(self, request: object, client_address: object) -> None:
        if not isinstance(sys.exception(), OSError):  # a client that went away in the middle is no news
            super().handle_error(request, client_address)  # type: ignore[arg-type]  # as they came

    def serve(self) -> None:
        """Until it is closing. ``serve_forever`` looks now and then whether it is to end, and whoever ends it
        waits for that look: thousands of tests do."""
        while not self.closing.is_set():
            self.handle_request()

    def verify_request(self, request: object, client_address: object) -> bool:
        return not self.closing.is_set()

    def __enter__(self) -> Self:
        self.serving = threading.Thread(target=self.serve, daemon=True)
        self.serving.start()
        return self

    def __exit__(self, *args: object) -> None:
        self.closing.set()
        with suppress(OSError):  # so many wait to be let in that it is awake already
            socket.create_connection(("127.0.0.1", self.server_address[1]), timeout=1).close()
        self.serving.join()
        self.server_close()


def status(code: int, value: Any = None, **headers: str) -> Act:
    """Answers with this status."""
    return lambda handler: handler.reply(said(code, value or {"error": "as you wish"}, **headers))


def body(content: bytes, media_type: str = "application/json", code: int = 200) -> Act:
    """Answers with success and these bytes."""
    return lambda handler: handler.reply(Reply(status=code, body=content, media_type=media_type))


def silence(handler: Handler) -> None:
    """Never answers."""
    handler.server.closing.wait()
    handler.close_connection = True


def reset(handler: Handler) -> None:
    """Tears the connection down."""
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.close_connection = True


def half(handler: Handler) -> None:
    """Announces more than it sends."""
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    handler.wfile.write(b'{"id": "1"')
    handler.close_connection = True


def trickle(handler: Handler) -> None:
    """Sends a byte now and then, for ever."""
    handler.send_response(200)
    handler.send_header("Content-Length", "1000000")
    handler.end_headers()
    while not handler.server.closing.wait(0.02):
        handler.wfile.write(b" ")
        handler.wfile.flush()


def closed_port() -> int:
    """A port at which nobody listens, and which systems do not give to connections and listeners by
    themselves: from 32768 on they do (Linux; others from 49152, RFC 6335 section 6), and a test that runs at
    the same time would be given it."""
    while True:
        port = random.SystemRandom().randrange(10_000, 32_000)  # not the one that pytest-randomly seeds
        with socket.socket() as listener, suppress(OSError):
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(("127.0.0.1", port))
            return port
