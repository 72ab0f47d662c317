"""Connections, byte by byte: what is answered in the express lane is what the application would have said."""

from __future__ import annotations

import asyncio
import re
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing

import psutil
import pytest
import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from syndicator.web.feeds import fast_lane
from syndicator.web.feeds.fast_lane import Responder, connection_class
from syndicator.web.feeds.responses import ResponseHead
from syndicator.web.headers import RequestHeaders
from tests.web.test_web_process import Served, serving_from, until

pytestmark = pytest.mark.slow  # a web server of its own

FEED = b"<rss>" + b"news " * 5000 + b"</rss>"
GET = b"GET /feeds/all.rss HTTP/1.1\r\nHost: x\r\n"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving_from(tmp_path_factory.mktemp("served"), "2") as served:
        yield served


@pytest.fixture
def line(server: Served) -> Iterator[socket.socket]:
    with closing(socket.create_connection(("127.0.0.1", server.port), timeout=10)) as connection:
        yield connection


def heard(line: socket.socket) -> bytes:
    """All that is said until the connection is closed."""
    return b"".join(iter(lambda: line.recv(65_536), b""))


def answer(line: socket.socket) -> tuple[int, bytes, bytes]:
    """One answer: its status, head and body."""
    file = line.makefile("rb", buffering=0)
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        byte = file.read(1)
        assert byte, f"closed after {head!r}"
        head += byte
    length = re.search(rb"\r\ncontent-length: (\d+)\r\n", head)
    body = b""
    while length and len(body) < int(length[1]):
        body += file.read(int(length[1]) - len(body)) or b""
    return int(head.split(b" ")[1]), head, body


def test_both_lanes_say_the_same(server: Served, line: socket.socket) -> None:
    """An address with an escape in it is none that the express lane knows."""
    said = []
    for path in (b"/feeds/all.rss", b"/feeds/%61ll.rss"):
        line.sendall(b"GET " + path + b" HTTP/1.1\r\nHost: x\r\n\r\n")
        status, head, body = answer(line)
        lines = sorted(each for each in head.split(b"\r\n") if not each.startswith(b"date: "))
        assert head.count(b"\r\ndate: ") == 1
        said.append((status, lines, body))

    assert said[0] == said[1]
    assert said[0][0] == 200
    assert said[0][2] == FEED


def test_answers_come_in_the_order_of_the_questions(line: socket.socket) -> None:
    page = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
    line.sendall(GET + b"\r\n" + page + GET + b"If-None-Match: *\r\n\r\n" + page + GET + b"\r\n")

    assert [answer(line)[0::2] for _ in range(5)] == [
        (200, FEED),
        (200, b'{"status":"up"}'),
        (304, b""),
        (200, b'{"status":"up"}'),
        (200, FEED),
    ]


def test_a_question_may_come_in_drops(line: socket.socket) -> None:
    line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    for byte in GET + b"\r\n":
        line.sendall(bytes([byte]))

    assert answer(line)[0::2] == (200, FEED)


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        (GET + b"Connection: close\r\n\r\n", True),
        (GET.replace(b"1.1", b"1.0") + b"\r\n", True),
        (GET.replace(b"1.1", b"1.0") + b"Connection: keep-alive\r\n\r\n", True),
    ],
)
def test_the_last_answer_says_so(line: socket.socket, asked: bytes, says: bool) -> None:
    line.sendall(asked)

    said = heard(line)

    assert said.endswith(FEED)
    assert (b"\r\nconnection: close\r\n" in said) is says


def test_another_protocol_is_not_spoken(line: socket.socket) -> None:
    """As Java's client asks at first."""
    line.sendall(GET + b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAE\r\n\r\n")
    first = answer(line)
    line.sendall(GET + b"\r\n")

    assert first[0::2] == answer(line)[0::2] == (200, FEED)


def test_what_follows_such_a_wish_in_one_breath_is_answered_too(line: socket.socket) -> None:
    wish = GET + b"Connection: Upgrade\r\nUpgrade: h2c\r\n\r\n"
    line.sendall(wish + wish + GET + b"\r\n")

    assert [answer(line)[0::2] for _ in range(3)] == [(200, FEED)] * 3


@pytest.mark.parametrize("path", [b"/feeds/all.rss", b"/healthz"])
def test_endless_trailers_are_cut_off(line: socket.socket, path: bytes) -> None:
    line.sendall(GET.replace(b"/feeds/all.rss", path) + b"Transfer-Encoding: chunked\r\n\r\n0\r\n")
    with pytest.raises(OSError, match=r"reset|pipe"):  # noqa: PT012 - one of these fails
        for _ in range(10_000):
            line.sendall(b"X-More: " + b"x" * 10_000 + b"\r\n")
        heard(line)


@pytest.mark.parametrize(
    "body",
    [
        b"Content-Length: %d\r\n\r\n" % len(GET + b"\r\n") + GET + b"\r\n",
        b"Transfer-Encoding: chunked\r\n\r\n%x\r\n" % len(GET + b"\r\n") + GET + b"\r\n\r\n0\r\n\r\n",
    ],
)
def test_what_a_question_carries_is_no_question(line: socket.socket, body: bytes) -> None:
    line.sendall(GET + body + b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")

    assert answer(line)[0::2] == (200, FEED)
    assert heard(line).endswith(b'\r\n\r\n{"status":"up"}')


@pytest.mark.parametrize(
    "wrong",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc",
        b"GET\r\n\r\n",
        b"GET /\xc3\xa9 HTTP/1.1\r\nHost: x\r\n\r\n",
        GET + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\n",
        GET + b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    ],
)
def test_what_can_be_understood_in_two_ways_is_not_understood(line: socket.socket, wrong: bytes) -> None:
    line.sendall(wrong)

    assert b"HTTP/1.1 400 Bad Request\r\n" in heard(line)


def test_a_head_without_an_end_is_cut_off(line: socket.socket) -> None:
    line.sendall(GET)
    with pytest.raises(OSError, match=r"reset|pipe"):  # noqa: PT012 - one of these fails
        for _ in range(10_000):
            line.sendall(b"X-More: " + b"x" * 1000 + b"\r\n")
        heard(line)


@pytest.mark.parametrize(
    "said", [b"", GET, GET + b"\r\n", b"POST /console/x/y HTTP/1.1\r\nContent-Length: 9\r\n\r\na"]
)
def test_a_connection_that_is_silent_is_ended(line: socket.socket, said: bytes) -> None:
    line.sendall(said)

    until(lambda: ended(line), "the end of the connection")


def ended(line: socket.socket) -> bool:
    try:
        return line.recv(65_536) == b""
    except TimeoutError:
        return False
    except ConnectionError:
        return True


def test_a_client_that_never_reads_costs_little_and_is_left(server: Served) -> None:
    process = psutil.Process(server.process.pid)
    with closing(socket.create_connection(("127.0.0.1", server.port), timeout=10)) as greedy:
        greedy.settimeout(0.5)
        name = greedy.getsockname()
        until(lambda: name in clients(process), "the beginning of the connection")
        before = process.memory_info().rss
        try:
            for _ in range(200):
                greedy.sendall((GET + b"\r\n") * 100)
        except TimeoutError:
            pass  # we are no longer read, either
        after = process.memory_info().rss
        until(lambda: name not in clients(process), "the end of the connection")

    assert after - before < 32_000_000


def clients(process: psutil.Process) -> set[tuple[str, int]]:
    return {(each.raddr.ip, each.raddr.port) for each in process.net_connections() if each.raddr}


@asynccontextmanager
async def connected(app: ASGIApp, feeds: Responder) -> AsyncIterator[int]:
    """A server in this very process."""
    protocol = connection_class(feeds)
    config = uvicorn.Config(
        app, http=protocol, ws="none", lifespan="off", log_config=None, server_header=False
    )
    config.load()
    state = ServerState()
    state.default_headers = [(b"date", b"Sun, 01 Mar 2026 12:00:00 GMT")]
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: protocol(config, state, {}), "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


class Broken:
    def respond(
        self, method: str, path: str, headers: RequestHeaders, peer: str
    ) -> tuple[ResponseHead, bytes] | None:
        raise RuntimeError("a defect")


async def apology(scope: Scope, receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 500, "headers": [(b"content-length", b"5")]})
    await send({"type": "http.response.body", "body": b"sorry"})


def test_a_defect_is_the_applications_to_apologise_for(caplog: pytest.LogCaptureFixture) -> None:
    async def asked() -> bytes:
        async with connected(apology, Broken()) as port:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(GET.replace(b"all", b"s3cret") + b"Connection: close\r\n\r\n")
            said = await reader.read()
            writer.close()
            return said

    said = asyncio.run(asked())

    assert said.startswith(b"HTTP/1.1 500")
    assert said.endswith(b"\r\n\r\nsorry")
    assert "a defect" in caplog.text
    assert "s3cret" not in caplog.text


def test_a_defect_is_not_blamed_on_the_client(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(self: object) -> None:
        raise RuntimeError("a defect")

    monkeypatch.setattr(HttpToolsProtocol, "on_headers_complete", fail)

    async def asked() -> bytes:
        async with connected(apology, Broken()) as port:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            said = await reader.read()
            writer.close()
            return said

    assert asyncio.run(asked()).startswith(b"HTTP/1.1 500")
    assert "a defect" in caplog.text


def test_connections_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fast_lane, "MAX_CONNECTIONS", 2)

    async def left_open() -> list[bool]:
        async with connected(apology, Broken()) as port:
            lines = [await asyncio.open_connection("127.0.0.1", port) for _ in range(3)]
            is_open = []
            for reader, writer in lines:
                try:
                    writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
                    is_open.append(bool(await reader.read(1)))
                except ConnectionError:
                    is_open.append(False)
                writer.close()
            return is_open

    assert asyncio.run(left_open()) == [True, True, False]
