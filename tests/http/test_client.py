"""The one client that fetches: what it refuses, and how it gives up."""

from __future__ import annotations

import gzip
import socket
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address, ip_network
from typing import Any

import pytest

from syndicator.domain.errors import FetchError, Forbidden, TooLarge
from syndicator.http.client import Http, is_public
from syndicator.http.retry_after import retry_at
from tests.channels.local_server import LocalServer, Reply, Request, closed_port

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


class Server(LocalServer):
    def __init__(self) -> None:
        super().__init__()
        self.replies: dict[str, Reply] = {}

    def answer(self, request: Request) -> Reply:
        return self.replies.get(request.path, Reply(body=b"hello", media_type="text/plain"))


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as running:
        yield running


@pytest.fixture
def http(server: Server) -> Http:
    return Http(allow=[server.address.removeprefix("http://")])


def moved(to: str, status: int = 302) -> Reply:
    return Reply(status=status, headers={"Location": to})


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1"),
        *("224.0.0.1", "255.255.255.255", "::1", "fe80::1", "fc00::1", "::ffff:127.0.0.1", "ff02::1"),
        *("::127.0.0.1", "::10.0.0.1", "fec0::1", "168.63.129.16"),
        *("64:ff9b::7f00:1", "2002:7f00:1::", "2001:0:4136:e378:8000:63bf:3fff:fdd2"),
    ],
)
def test_private_addresses_are_not_public(address: str) -> None:
    assert not is_public(ip_address(address))


@pytest.mark.parametrize("address", ["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c"])
def test_public_addresses_are(address: str) -> None:
    assert is_public(ip_address(address))


#: IANA's special-purpose registries and what else is no host of the Internet, whatever Python says of it.
SPECIAL = [
    *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12"),
    *("192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15"),
    *("198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/3", "168.63.129.16/32"),
    *("::/3", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20", "4000::/2", "8000::/1"),
]


@pytest.mark.parametrize("special", SPECIAL)
def test_special_ranges_are_refused_to_their_edges_and_no_further(special: str) -> None:
    network = ip_network(special)
    first, last = int(network.network_address), int(network.broadcast_address)
    assert not is_public(type(network.network_address)(first))
    assert not is_public(type(network.network_address)(last))
    others = [ip_network(other) for other in SPECIAL if ip_network(other).version == network.version]
    for number in (first - 1, last + 1):
        if 0 <= number < 2**network.max_prefixlen:
            beside = type(network.network_address)(number)
            assert is_public(beside) == (not any(beside in other for other in others)), beside


@pytest.mark.parametrize(
    "address",
    [
        *("192.0.0.192", "::ffff:0:10.0.0.1", "::ffff:10.0.0.1", "64:ff9b::10.0.0.1", "64:ff9b:1::a00:1"),
        *("100::1", "5f00::1", "3fff::1", "2001:20::1", "fd00:ec2::254", "198.19.255.255", "240.0.0.1"),
    ],
)
def test_ways_inside_that_some_pythons_call_global_are_refused(address: str) -> None:
    assert not is_public(ip_address(address))


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "2130706433", "0x7f000001", "0177.0.0.1", "127.1", "[::1]"]
)
def test_no_spelling_of_this_machine_is_fetched(host: str) -> None:
    with pytest.raises(FetchError):
        Http().get(f"http://{host}/")


@pytest.mark.parametrize(
    "url",
    [
        *("ftp://example.org/", "file:///etc/passwd", "http:///x", "http://example.org:22/", "javascript:1"),
        *("http://user:password@example.org/", "http://example.org:99999/", ""),
    ],
)
def test_what_is_no_public_web_address_is_refused_unasked(url: str) -> None:
    with pytest.raises(Forbidden):
        Http().get(url)


def test_a_name_that_points_inside_and_outside_is_an_attack(monkeypatch: pytest.MonkeyPatch) -> None:
    mixed = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, 80)) for ip in ("93.184.215.14", "127.0.0.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: mixed)

    with pytest.raises(Forbidden, match=r"127\.0\.0\.1 is in a private network"):
        Http().get("http://rebinding.example/")


def test_a_name_is_resolved_once_for_the_connection_that_is_made(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A second answer of the resolver, after the check, would be the attack."""
    port = server.server_address[1]
    asked: list[str] = []

    def resolve(host: str, *_: Any, **__: Any) -> list[Any]:
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    answer = Http(allow=[f"site.example:{port}"]).get(f"http://site.example:{port}/")

    assert answer.content == b"hello"
    assert asked.count("site.example") == 1
    assert server.requests[0].headers["Host"] == f"site.example:{port}"


def test_a_redirect_into_a_private_network_is_refused(server: Server, http: Http) -> None:
    server.replies["/"] = moved("http://169.254.169.254/latest/meta-data/")

    with pytest.raises(Forbidden, match=r"169\.254"):
        http.get(server.address + "/")


def test_redirects_in_a_circle_are_named(server: Server, http: Http) -> None:
    server.replies |= {"/a": moved("/b"), "/b": moved("/a")}

    with pytest.raises(TooLarge, match="in a circle"):
        http.get(server.address + "/a")


def test_too_many_redirects_end(server: Server, http: Http) -> None:
    server.replies |= {f"/{n}": moved(f"/{n + 1}") for n in range(20)}

    with pytest.raises(TooLarge, match="redirects"):
        http.get(server.address + "/0")


def test_only_permanent_redirects_are_reported_as_moved(server: Server, http: Http) -> None:
    server.replies |= {"/old": moved("/new", 301), "/now": moved("/new", 302)}

    assert http.get(server.address + "/old").moved == server.address + "/new"
    assert http.get(server.address + "/now").moved == ""


def test_a_body_that_says_it_is_too_large_is_not_read(server: Server, http: Http) -> None:
    server.replies["/"] = Reply(body=b"x" * 2000)

    with pytest.raises(TooLarge, match="2,000 bytes"):
        http.get(server.address + "/", limit=1000)


@pytest.mark.slow
def test_a_decompression_bomb_is_cut_off(server: Server, http: Http) -> None:
    bomb = gzip.compress(bytes(50_000_000))
    server.replies["/"] = Reply(body=bomb, headers={"Content-Encoding": "gzip"})

    with pytest.raises(TooLarge):
        http.get(server.address + "/", limit=1_000_000)


def dripping() -> tuple[int, Callable[[], None]]:
    """A server that sends a byte now and then, for ever; its port, and how to end it."""
    listening = socket.create_server(("127.0.0.1", 0))
    ended = threading.Event()

    def serve() -> None:
        connection, _ = listening.accept()
        with connection:
            connection.recv(65536)
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
            while not ended.wait(0.05):
                try:
                    connection.sendall(b"x")
                except OSError:
                    return

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()

    def end() -> None:
        ended.set()
        thread.join()
        listening.close()

    return listening.getsockname()[1], end


def test_a_server_that_drips_bytes_cannot_hold_us(server: Server) -> None:
    port, end = dripping()
    try:
        with pytest.raises(FetchError, match="too long"):
            Http(allow=[f"127.0.0.1:{port}"]).get(f"http://127.0.0.1:{port}/", deadline=0.5)
    finally:
        end()


def test_304_is_an_answer_and_404_an_error_with_its_status(server: Server, http: Http) -> None:
    server.replies |= {"/same": Reply(status=304), "/gone": Reply(status=404)}

    assert http.get(server.address + "/same").status == 304
    with pytest.raises(FetchError, match="404 Not Found") as caught:
        http.get(server.address + "/gone")
    assert caught.value.status == 404


def test_a_closed_port_says_so() -> None:
    port = closed_port()

    with pytest.raises(FetchError, match="connection refused"):
        Http(allow=[f"127.0.0.1:{port}"]).get(f"http://127.0.0.1:{port}/")


def test_proxies_of_the_environment_are_ignored(
    server: Server, http: Http, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1/")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1/")

    assert http.get(server.address + "/").content == b"hello"


@pytest.mark.parametrize(
    ("headers", "rest"),
    [
        ({"Retry-After": "120"}, timedelta(seconds=120)),
        (
            {"Retry-After": "Sun, 01 Mar 2026 13:00:00 GMT", "Date": "Sun, 01 Mar 2026 12:30:00 GMT"},
            timedelta(minutes=30),
        ),
        ({"Retry-After": "Sun, 01 Mar 2020 13:00:00 GMT"}, timedelta(0)),
        ({"Retry-After": "999999999"}, timedelta(days=7)),
        ({"Retry-After": "²"}, None),
        ({"Retry-After": "9" * 5000}, None),
        ({"Retry-After": "soon"}, None),
        ({}, None),
    ],
)
def test_retry_after_is_seconds_or_a_date_on_the_servers_own_clock(
    headers: dict[str, str], rest: timedelta | None
) -> None:
    assert retry_at(headers, NOW) == (NOW + rest if rest is not None else None)
