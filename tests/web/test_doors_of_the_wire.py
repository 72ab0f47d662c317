"""Attack: requests that one server takes for this and another one for that, heads without measure, requests
that drip, and connections that are held. Over real sockets, before a real server."""

from __future__ import annotations

import re
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, suppress
from pathlib import Path

import pytest
import requests

from tests.web.test_express import FEED, GET, answer, ended, heard
from tests.web.test_web_process import Served, serving_from, until

pytestmark = pytest.mark.slow  # a web server of its own

HEALTH = b"GET /healthz HTTP/1.1\r\nHost: x\r\n"
NEXT = HEALTH + b"Connection: close\r\n\r\n"

PATHS = [b"/feeds/all.rss", b"/healthz"]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving_from(tmp_path_factory.mktemp("served"), "2") as served:
        yield served


@pytest.fixture
def line(server: Served) -> Iterator[socket.socket]:
    with closing(socket.create_connection(("127.0.0.1", server.port), timeout=10)) as connection:
        yield connection


def statuses(said: bytes) -> list[int]:
    return [int(code) for code in re.findall(rb"HTTP/1\.1 (\d{3}) ", said)]


def asked(line: socket.socket, request: bytes) -> list[int]:
    """The statuses of all that is answered to a request which another one follows."""
    line.sendall(request + NEXT)
    return statuses(heard(line))


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"Host: x\r\nHost: x\r\n",
        b"Host: x\r\nhOST: y\r\n",
        b"Host:\r\n",
        b"Host: x, y\r\n",
        b"Host: x/y\r\n",
        b"Host: user@x\r\n",
        b"Host: x y\r\n",
        b"Host: x:80:80\r\n",
        b"Host: x:http\r\n",
        b"Host: [::1\r\n",
        b"Host: http://x\r\n",
        b"Host: \xe0\xba\x81\r\n",
        b"Host : x\r\n",
        b" Host: x\r\n",
        b"Host: x\r\n y\r\n",
        b"Host: x\rX: y\r\n",
        b"Host: x\0\r\n",
        b"Host: x\r\nX Y: z\r\n",
        b"Host: x\r\nX\r\n",
        b"Host: x\r\n: y\r\n",
        b"Host: x\r\nContent-Length: +1\r\n",
        b"Host: x\r\nContent-Length: 0x1\r\n",
        b"Host: x\r\nContent-Length: 1, 1\r\n",
        b"Host: x\r\nContent-Length: -1\r\n",
        b"Host: x\r\nContent-Length: 99999999999999999999\r\n",
        b"Host: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n",
        b"Host: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n",
        b"Host: x\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n",
    ],
)
def test_whose_request_it_is_and_where_it_ends_is_certain(
    line: socket.socket, path: bytes, head: bytes
) -> None:
    """RFC 9112 sections 2.2, 3.2, 5.1 and 6.3. Nothing that follows is taken for a request."""
    assert asked(line, b"GET " + path + b" HTTP/1.1\r\n" + head + b"\r\n") == [400]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    "coding",
    [
        *(b"xchunked", b"chunked, gzip", b"gzip, chunked", b"identity", b"chunked, chunked", b"chunked;x=y"),
        *(b"\x0bchunked", b"chunked\r\nTransfer-Encoding: identity", b'"chunked"', b"", b"chunked,"),
    ],
)
def test_no_coding_but_one_is_known(line: socket.socket, path: bytes, coding: bytes) -> None:
    """RFC 9112 section 6.1."""
    said = asked(
        line,
        b"POST " + path + b" HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: " + coding + b"\r\n\r\n0\r\n\r\n",
    )

    assert said in ([400], [501])


@pytest.mark.parametrize("path", PATHS)
def test_an_old_client_names_no_coding(line: socket.socket, path: bytes) -> None:
    head = b"GET " + path + b" HTTP/1.0\r\nTransfer-Encoding: chunked\r\nConnection: keep-alive\r\n\r\n"

    assert asked(line, head + b"0\r\n\r\n") == [400]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    "chunk", [b"x\r\n", b"-1\r\n", b"0x1\r\na\r\n", b"1\r\nab\r\n", b"fffffffffffffffff\r\n"]
)
def test_broken_chunks_end_the_connection(line: socket.socket, path: bytes, chunk: bytes) -> None:
    line.sendall(
        b"POST " + path + b" HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk + NEXT
    )

    assert len(statuses(heard(line))) <= 1


@pytest.mark.parametrize(
    "host", [b"x", b"feeds.example.org", b"127.0.0.1:8000", b"[::1]:8000", b"x:", b"a_b"]
)
def test_hosts_are_taken(line: socket.socket, host: bytes) -> None:
    for path in PATHS:
        line.sendall(b"GET " + path + b" HTTP/1.1\r\nHost: " + host + b"\r\n\r\n")
        assert answer(line)[0] == 200


@pytest.mark.parametrize("head", [b"", b"Host: x\r\n"])
def test_an_old_client_needs_to_name_none(line: socket.socket, head: bytes) -> None:
    line.sendall(b"GET /feeds/all.rss HTTP/1.0\r\n" + head + b"\r\n")

    assert statuses(heard(line)) == [200]


@pytest.mark.parametrize("scheme", [b"http", b"HTTPS"])
def test_a_target_may_be_absolute_and_then_names_the_host(line: socket.socket, scheme: bytes) -> None:
    """RFC 9112 section 3.2.2. The console answers by our own address alone, whatever Host says."""
    for path in PATHS:
        line.sendall(b"GET " + scheme + b"://x:80" + path + b" HTTP/1.1\r\nHost: y\r\n\r\n")
        assert answer(line)[0] == 200
    line.sendall(b"GET http://evil.example/console HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
    assert answer(line)[0] == 403
    line.sendall(b"GET http://127.0.0.1/console HTTP/1.1\r\nHost: evil.example\r\n\r\n")
    assert answer(line)[0] == 200


@pytest.mark.parametrize(
    "target",
    [
        *(b"http://", b"http:///healthz", b"http://u@x/healthz", b"ftp://x/healthz", b"http://x:y/", b"x"),
        *(b"*", b"healthz", b"?x"),
    ],
)
def test_other_targets_are_not_ours(line: socket.socket, target: bytes) -> None:
    assert asked(line, b"GET " + target + b" HTTP/1.1\r\nHost: x\r\n\r\n") == [400]


def test_nothing_is_tunnelled(line: socket.socket) -> None:
    assert asked(line, b"CONNECT x:80 HTTP/1.1\r\nHost: x:80\r\n\r\n") == [400]


@pytest.mark.parametrize(
    "head",
    [
        b"".join(b"X-%d: y\r\n" % n for n in range(2000)),
        b"X: " + b"y" * 200_000 + b"\r\n",
        b"y" * 200_000 + b": x\r\n",
    ],
)
@pytest.mark.parametrize("path", PATHS)
def test_a_head_has_a_measure(line: socket.socket, path: bytes, head: bytes) -> None:
    line.sendall(b"GET " + path + b" HTTP/1.1\r\nHost: x\r\n" + head[:150_000] + b"\r\n\r\n")

    with suppress(ConnectionResetError):  # it did not read on
        assert statuses(heard(line)) == [431]


def test_what_was_asked_before_is_answered_before_and_then_no_more(line: socket.socket) -> None:
    wrong = b"GET /healthz HTTP/1.1\r\n\r\n"
    line.sendall(GET + b"\r\n" + HEALTH + b"\r\n" + wrong + NEXT)
    said = heard(line)

    assert statuses(said) in ([200, 200], [200, 200, 400])
    assert said.count(FEED) == 1


@pytest.mark.parametrize("dripping", [b"X-More: x\r\n", b"x"])
def test_a_head_that_drips_has_an_end(line: socket.socket, dripping: bytes) -> None:
    """The server's patience is two seconds here."""
    line.settimeout(0.2)
    line.sendall(GET)
    deadline = time.monotonic() + 30
    while not is_ended(line, dripping):
        assert time.monotonic() < deadline


def is_ended(line: socket.socket, said: bytes) -> bool:
    try:
        line.sendall(said)
    except OSError:
        return True
    return ended(line)


def test_a_body_that_drips_has_an_end(line: socket.socket) -> None:
    line.settimeout(0.2)
    line.sendall(
        b"POST /console/sources/x/look HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100000\r\n\r\n"
    )
    deadline = time.monotonic() + 30
    while not is_ended(line, b"x"):
        assert time.monotonic() < deadline


def test_one_address_has_its_share_of_connections_and_no_more(tmp_path: Path) -> None:
    """Three hundred idle ones; whoever comes from elsewhere is served."""
    with serving_from(tmp_path) as served, ExitStack() as stack:
        lines = []
        for _ in range(300):
            line = stack.enter_context(
                closing(socket.create_connection(("127.0.0.1", served.port), timeout=10))
            )
            line.setblocking(False)
            lines.append(line)
        until(lambda: sum(is_shut(line) for line in lines) == 300 - 256, "the end of those too many")

        elsewhere = socket.create_connection(("127.0.0.1", served.port), 10, ("127.0.0.2", 0))
        with closing(elsewhere):
            elsewhere.sendall(GET + b"\r\n")
            assert answer(elsewhere)[0] == 200
        for line in lines[:10]:
            line.close()
        until(lambda: is_served(served), "a connection for whoever has closed others")


def is_shut(line: socket.socket) -> bool:
    try:
        return line.recv(1) == b""
    except BlockingIOError:
        return False
    except OSError:
        return True


def is_served(served: Served) -> bool:
    try:
        return requests.get(f"{served.url}/healthz", timeout=10).status_code == 200
    except requests.ConnectionError:
        return False


def test_a_declared_proxy_has_as_many_as_it_likes(tmp_path: Path) -> None:
    with serving_from(tmp_path, "30", "127.0.0.1/32") as served, ExitStack() as stack:
        lines = [
            stack.enter_context(closing(socket.create_connection(("127.0.0.1", served.port), timeout=10)))
            for _ in range(300)
        ]
        for line in (lines[0], lines[-1]):
            line.sendall(GET + b"\r\n")
            assert answer(line)[0] == 200
