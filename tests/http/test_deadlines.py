"""Servers that do all they can to keep us waiting: every exchange ends in time, its error sorted right."""

from __future__ import annotations

import os
import shutil
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import pytest

from syndicator.domain.errors import FetchError, OutcomeUnknown, SyndicatorError, TooLarge, TryLater
from syndicator.http import connections, exchange
from syndicator.http.client import Http
from syndicator.http.connections import Resolver
from syndicator.http.exchange import Exchange
from tests.hub.raw import OK, Raw, Say, dripping

#: Seconds for an exchange here, and those after which a test has failed for certain.
SHORT, LATE = 0.6, 5.0

CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


def forever(piece: bytes, start: bytes = b"", pause: float = 0.0) -> Say:
    def say(line: socket.socket, _: int) -> None:
        line.sendall(start)
        while True:
            line.sendall(piece)
            time.sleep(pause)

    return say


def silent(_line: socket.socket, _: int) -> None:
    time.sleep(LATE)


#: What a server does once the request is there.
ATTACKS: dict[str, Say] = {
    "says nothing": silent,
    "a head byte by byte": dripping(b"HTTP/1.1 200 OK\r\nX: " + b"x" * 1000),
    "a status line without end": forever(b" ", b"HTTP/1.1 200", pause=0.01),
    "100 Continue for ever": forever(b"HTTP/1.1 100 Continue\r\n\r\n"),
    "100 Continue now and then": forever(b"HTTP/1.1 100 Continue\r\n\r\n", pause=0.05),
    "103 Early Hints for ever": forever(b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"),
    "header upon header": forever(b"X: y\r\n", b"HTTP/1.1 200 OK\r\n", pause=0.05),
    "a body byte by byte": forever(b"x", b"HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n", pause=0.05),
    "a chunk's size byte by byte": forever(b"0", CHUNKED, pause=0.05),
    "a chunk's extension byte by byte": forever(b"x", CHUNKED + b"5;", pause=0.05),
    "chunks of a byte": forever(b"1\r\nx\r\n", CHUNKED, pause=0.05),
    "trailer upon trailer": forever(b"X: y\r\n", CHUNKED + b"0\r\n", pause=0.05),
    "a trailer byte by byte": forever(b"x", CHUNKED + b"0\r\n", pause=0.05),
    "trailers as fast as can be": forever(b"X: y\r\n" * 100, CHUNKED + b"0\r\n"),
}

#: Those that keep a processor busy.
BUSY = {"100 Continue for ever", "103 Early Hints for ever", "trailers as fast as can be"}


@contextmanager
def in_time() -> Iterator[None]:
    start = time.monotonic()
    yield
    assert time.monotonic() - start < LATE


def client(address: str) -> Http:
    return Http(allow=[address.partition("://")[2]])


def fetch(address: str) -> FetchError:
    with in_time(), pytest.raises(FetchError) as caught:
        client(address).get(address, deadline=SHORT)
    return caught.value


def posted(address: str, body: bytes = b"news") -> SyndicatorError:
    with in_time(), pytest.raises(SyndicatorError) as caught:
        Exchange(client(address).session()).ask("POST", address, data=body)
    return caught.value


@pytest.fixture
def ask(monkeypatch: pytest.MonkeyPatch) -> Callable[..., SyndicatorError]:
    monkeypatch.setattr(exchange, "STEP_S", SHORT)
    return posted


#: The error of a fetch, and that of a post.
Errors = tuple[FetchError, SyndicatorError]


def errors_under(say: Say) -> Errors:
    with Raw(say) as server:
        return fetch(server.address), posted(server.address)


@pytest.fixture(scope="module")
def slow_attacks() -> Iterator[Mapping[str, Future[Errors]]]:
    """What became of the exchanges under each attack that keeps no processor busy: all of them wait, and do
    so at the same time."""
    with pytest.MonkeyPatch.context() as patch, ThreadPoolExecutor(len(ATTACKS)) as pool:
        patch.setattr(exchange, "STEP_S", SHORT)
        attacks = {name: pool.submit(errors_under, say) for name, say in ATTACKS.items() if name not in BUSY}
        wait(attacks.values())
        yield attacks


@pytest.mark.parametrize("attack", sorted(ATTACKS.keys() - BUSY))
def test_no_answer_takes_longer_than_it_may(attack: str, slow_attacks: Mapping[str, Future[Errors]]) -> None:
    of_fetch, of_post = slow_attacks[attack].result()
    assert "too long" in of_fetch.why
    assert isinstance(of_post, OutcomeUnknown)


@pytest.mark.slow
@pytest.mark.usefixtures("ask")
@pytest.mark.parametrize("attack", sorted(BUSY))
def test_no_answer_that_comes_as_fast_as_can_be_takes_longer_than_it_may(attack: str) -> None:
    of_fetch, of_post = errors_under(ATTACKS[attack])
    assert "too long" in of_fetch.why
    assert isinstance(of_post, OutcomeUnknown)


def test_a_redirect_has_no_time_of_its_own() -> None:
    with (
        Raw(ATTACKS["a head byte by byte"]) as slow,
        Raw(
            b"HTTP/1.1 302 Found\r\nLocation: %b\r\nContent-Length: 0\r\n\r\n" % slow.address.encode()
        ) as first,
    ):
        http = Http(allow=[address.removeprefix("http://") for address in (first.address, slow.address)])
        with in_time(), pytest.raises(FetchError, match="too long"):
            http.get(first.address, deadline=SHORT)


def test_a_redirect_to_nonsense_is_an_error_of_the_fetch() -> None:
    nonsense = b"HTTP/1.1 302 Found\r\nLocation: http://[::1\r\nContent-Length: 0\r\n\r\n"
    with Raw(nonsense) as server, pytest.raises(FetchError, match="redirect to what is no address"):
        client(server.address).get(server.address)


def test_the_body_of_a_redirect_is_not_read_without_limit(ask: Callable[..., SyndicatorError]) -> None:
    head = b"HTTP/1.1 302 Found\r\nLocation: /x\r\nContent-Length: 50000000\r\n\r\n"
    with Raw(forever(b"x" * 65_536, head)) as server:
        with in_time(), pytest.raises(TooLarge, match="50,000,000 bytes"):
            client(server.address).get(server.address)
        assert isinstance(ask(server.address), OutcomeUnknown)
    with Raw(
        forever(
            b"10000\r\n" + b"x" * 65_536 + b"\r\n", CHUNKED.replace(b"200 OK", b"302 Found\r\nLocation: /x")
        )
    ) as server:
        with in_time(), pytest.raises(TooLarge, match="more than"):
            client(server.address).get(server.address)
        with in_time(), pytest.raises(OutcomeUnknown, match="larger than"):
            Exchange(client(server.address).session()).ask("POST", server.address)


def test_a_kept_connection_has_the_time_of_its_new_exchange() -> None:
    with Raw(OK) as server:
        http = client(server.address)
        http.get(server.address, deadline=SHORT)
        over = threading.Event()
        over.wait(SHORT)  # the first exchange's time is over

        assert http.get(server.address, deadline=SHORT).content == b"ok"
        assert server.connections == 1


def test_head_and_body_of_a_request_do_not_wait_for_each_other() -> None:
    with Raw(OK) as server:
        host, _, port = server.address.removeprefix("http://").partition(":")
        with client(server.address).guard.connect(host, int(port), SHORT) as line:
            assert line.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_what_comes_after_early_hints_is_the_answer() -> None:
    early = b"HTTP/1.1 103 Early Hints\r\nLink: </style.css>\r\n\r\nHTTP/1.1 102 Processing\r\n\r\n"
    with Raw(early + OK) as server:
        http = client(server.address)
        for _ in range(2):
            assert http.get(server.address).content == b"ok"
        assert server.connections == 1


@contextmanager
def mute() -> Iterator[str]:
    """A server that takes connections and reads nothing."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


def test_a_body_that_nobody_reads_is_given_up(ask: Callable[..., SyndicatorError]) -> None:
    with mute() as address:
        assert isinstance(ask(address, os.urandom(20_000_000)), OutcomeUnknown)


@contextmanager
def full() -> Iterator[int]:
    """A port where connecting takes for ever: the listener's queue is full."""
    with ExitStack() as stack:
        listener = stack.enter_context(socket.create_server(("", 0), backlog=0))
        port = int(listener.getsockname()[1])
        for _ in range(4):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            with suppress(BlockingIOError):
                waiting.connect(("127.0.0.1", port))
        time.sleep(0.05)
        yield port


def test_many_addresses_that_do_not_answer_share_the_time(
    monkeypatch: pytest.MonkeyPatch, ask: Callable[..., SyndicatorError]
) -> None:
    with full() as port:
        found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (f"127.0.0.{n}", port)) for n in range(1, 30)]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)

        assert "too long" in fetch(f"http://many.example:{port}").why
        assert isinstance(ask(f"http://many.example:{port}"), TryLater)


def test_a_name_that_is_not_found_in_time_costs_no_more_threads_than_are_allowed(
    monkeypatch: pytest.MonkeyPatch, ask: Callable[..., SyndicatorError]
) -> None:
    found = threading.Event()
    looking = socket.getaddrinfo

    def slow(*args: object, **kwargs: object) -> object:
        found.wait()
        return looking("127.0.0.1", 9, type=socket.SOCK_STREAM)

    monkeypatch.setattr(socket, "getaddrinfo", slow)
    monkeypatch.setattr(connections, "LOOKUP_S", 0.05)
    resolver, before = Resolver(max_at_once=3), threading.active_count()
    for _ in range(8):
        with in_time(), pytest.raises(TimeoutError):
            resolver.resolve("slow.example", 80)
    assert threading.active_count() - before <= 3
    assert isinstance(ask("http://slow.example"), TryLater)

    found.set()
    monkeypatch.setattr(connections, "LOOKUP_S", LATE)
    assert resolver.resolve("slow.example", 80) == [("127.0.0.1", 9)]


class Certified:
    """TLS for this machine, whose authority our clients trust."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        openssl = shutil.which("openssl")
        if openssl is None:
            pytest.skip("no openssl to make a certificate with")
        made = "req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=here -keyout key.pem -out cert.pem"
        here = ["-addext", "subjectAltName=IP:127.0.0.1"]
        subprocess.run([openssl, *made.split(), *here], cwd=folder, check=True, capture_output=True)
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
        monkeypatch.setattr(connections, "DEFAULT_CA_BUNDLE_PATH", str(folder / "cert.pem"))
        connections.tls_context.cache_clear()

    @contextmanager
    def serving(self, say: Callable[[ssl.SSLSocket], None]) -> Iterator[str]:
        with socket.create_server(("127.0.0.1", 0)) as listener:

            def serve() -> None:
                with suppress(OSError):
                    while True:
                        line, _ = listener.accept()
                        threading.Thread(target=speak, args=(line,), daemon=True).start()

            def speak(line: socket.socket) -> None:
                with suppress(OSError), self.context.wrap_socket(line, server_side=True) as secured:
                    say(secured)

            threading.Thread(target=serve, daemon=True).start()
            yield f"https://127.0.0.1:{listener.getsockname()[1]}"
            listener.shutdown(socket.SHUT_RDWR)


@pytest.fixture
def certified(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Certified]:
    yield Certified(tmp_path, monkeypatch)
    connections.tls_context.cache_clear()


def test_tls_that_says_too_little_is_given_up(
    certified: Certified, ask: Callable[..., SyndicatorError]
) -> None:
    def say(line: ssl.SSLSocket) -> None:
        line.recv(65_536)
        while True:
            line.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
            time.sleep(0.05)

    with certified.serving(say) as address:
        assert "too long" in fetch(address).why
        assert isinstance(ask(address), OutcomeUnknown)


def test_tls_that_reads_nothing_is_given_up(
    certified: Certified, ask: Callable[..., SyndicatorError]
) -> None:
    with certified.serving(lambda _: time.sleep(LATE)) as address:
        assert isinstance(ask(address, os.urandom(20_000_000)), OutcomeUnknown)


def test_tls_is_as_good_as_ever(certified: Certified) -> None:
    def say(line: ssl.SSLSocket) -> None:
        while line.recv(65_536):
            line.sendall(OK)

    with certified.serving(say) as address:
        http = client(address)
        assert [http.get(address).content for _ in range(2)] == [b"ok", b"ok"]
        other = address.replace("127.0.0.1", "localhost")
        with pytest.raises(FetchError, match="certificate"):
            client(other).get(other)


@pytest.mark.parametrize("said", [b"\x16\x03\x03\x40\x00", b"HTTP/1.1 400 Bad Request\r\n\r\n"])
def test_a_handshake_that_fails_or_drips_has_posted_nothing(
    said: bytes, ask: Callable[..., SyndicatorError]
) -> None:
    ended = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            with suppress(OSError):
                while not ended.is_set():
                    line, _ = listener.accept()
                    threading.Thread(target=drip, args=(line,), daemon=True).start()

        def drip(line: socket.socket) -> None:
            with line, suppress(OSError):
                line.sendall(said)
                while not ended.wait(0.05):
                    line.sendall(b"\0")

        threading.Thread(target=serve, daemon=True).start()
        address = f"https://127.0.0.1:{listener.getsockname()[1]}"
        fetch(address)
        assert isinstance(ask(address), TryLater)
        ended.set()
        listener.shutdown(socket.SHUT_RDWR)
