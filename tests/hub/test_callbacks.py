"""The client of callbacks, against servers that speak HTTP badly or not at all."""

from __future__ import annotations

import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from syndicator.callbacks import MAX_HOST_REQUESTS, MAX_SILENCES, GuardedCallbacks
from syndicator.domain.subscription import CallbackReply
from syndicator.http.client import AddressGuard
from syndicator.jobs.ports import CallbackRequest
from tests.hub.raw import OK, Raw, Say, dripping, once
from tests.hub.story import Subscriber

CALLBACKS = GuardedCallbacks(AddressGuard(("127.0.0.1",)), deadline=1.0)


def sent(letters: Sequence[CallbackRequest], callbacks: GuardedCallbacks = CALLBACKS) -> list[CallbackReply]:
    """The answers, in the order of the letters."""
    found = {letter.url: answer for group in callbacks.send(letters) for letter, answer in group}
    assert len(found) == len(letters)
    return [found[letter.url] for letter in letters]


def post(server: Raw, path: str = "/a", body: bytes = b"news") -> CallbackRequest:
    return CallbackRequest(method="POST", url=server.address + path, body=body)


def ask(server: Raw) -> CallbackRequest:
    return CallbackRequest(method="GET", url=server.address + "/a?b=c")


CHUNKED = (
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;x=y\r\nhello\r\n6\r\n there\r\n0\r\nA: b\r\n\r\n"
)


@pytest.mark.parametrize(
    ("said", "body"),
    [
        (OK, b"ok"),
        (CHUNKED, b"hello there"),
        (b"HTTP/1.1 103 Early Hints\r\nLink: <x>\r\n\r\n" + OK, b"ok"),
        (b"HTTP/1.1 200\r\ncontent-length:2\r\n\r\nok", b"ok"),
        (b"HTTP/1.1 204 No Content\r\n\r\n", b""),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 30000\r\n\r\n" + b"x" * 30_000, b"x" * 16_384),
    ],
)
def test_answers_are_read_as_far_as_they_matter(said: bytes, body: bytes) -> None:
    with Raw(said) as server:
        [answer] = sent([ask(server)])

    assert answer.is_success
    assert answer.body == body


def test_a_body_may_end_with_its_connection() -> None:
    def say(line: socket.socket, _: int) -> None:
        line.sendall(b"HTTP/1.0 200 OK\r\n\r\nold")
        line.close()

    with Raw(say) as server:
        assert sent([ask(server)])[0].body == b"old"


@pytest.mark.parametrize(
    ("said", "why"),
    [
        (b"SSH-2.0-OpenSSH_9.2\r\n\r\n", "not HTTP"),
        (b"HTTP/1.1 20 OK\r\n\r\n", "not HTTP"),
        (b"HTTP/2 200 OK\r\n\r\n", "not HTTP"),
        (b"HTTP/1.1 100 Continue\r\n\r\n" * 9, "no answer"),
        (b"HTTP/1.1 200 OK\r\nX: " + b"x" * 100_000, "too long"),
        (b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 10_000, "too long"),
    ],
)
def test_what_is_no_answer_is_none(said: bytes, why: str) -> None:
    with Raw(said) as server:
        [answer] = sent([post(server)])

    assert answer.status is None
    assert why in answer.error


@pytest.mark.parametrize(
    "say",
    [
        lambda line, _: time.sleep(3),
        dripping(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 1000),
        dripping(b"HTTP/1.1 103 Early Hints\r\n\r\n" * 1000, 0.01),
    ],
    ids=["silence", "drip", "hints"],
)
def test_nobody_holds_us_up_beyond_the_deadline(say: Say) -> None:
    started = time.monotonic()
    with Raw(say) as server:
        [answer] = sent([post(server)], replace(CALLBACKS, deadline=0.3))

    assert answer.status is None
    assert time.monotonic() - started < 2.5


def test_an_endless_chunk_is_not_waited_for() -> None:
    with Raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffff\r\n" + b"x" * 50_000) as server:
        assert sent([ask(server)])[0].body == b"x" * 16_384


def test_a_connection_carries_one_letter_after_another() -> None:
    with Raw(OK) as server:
        for_one = GuardedCallbacks(CALLBACKS.guard, at_once=1)
        answers = sent([post(server, f"/{n}", b"x" * n) for n in range(20)], for_one)

    assert all(answer.is_success for answer in answers)
    assert server.connections == 1
    assert [r.partition(b"\r\n\r\n")[2] for r in server.requests] == [b"x" * n for n in range(20)]


def test_a_kept_connection_that_was_closed_is_opened_again() -> None:
    with Raw(once(OK)) as server:
        for_one = GuardedCallbacks(CALLBACKS.guard, at_once=1)
        answers = sent([post(server, f"/{n}") for n in range(4)], for_one)

    assert all(answer.is_success for answer in answers)


def test_a_fresh_connection_that_is_closed_without_an_answer_is_not_opened_again() -> None:
    with Raw(lambda line, _: line.shutdown(socket.SHUT_RDWR)) as server:
        [answer] = sent([post(server)])

    assert "closed" in answer.error
    assert len(server.requests) == 1


def test_a_large_feed_is_sent_whole_as_it_is() -> None:
    news = bytes(range(256)) * 12_000
    with Raw(OK) as server:
        assert sent([post(server, body=news)])[0].is_success

    [request] = server.requests
    head, _, body = request.partition(b"\r\n\r\n")
    assert body == news
    assert b"\r\ncontent-length: 3072000\r\n" in head.lower() + b"\r\n"
    assert b"accept-encoding" not in head.lower()


def test_no_cookie_is_kept() -> None:
    with Raw(OK.replace(b"\r\n\r\n", b"\r\nSet-Cookie: who=you\r\n\r\n")) as server:
        for_one = GuardedCallbacks(CALLBACKS.guard, at_once=1)
        sent([post(server, f"/{n}") for n in range(2)], for_one)

    assert not any(b"cookie" in request.lower() for request in server.requests)


def test_a_name_that_is_allowed_lets_nobody_else_in(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a name of ours points to is not open to whoever names the number."""
    with Raw(OK) as server:
        port = server.listener.getsockname()[1]
        callbacks = GuardedCallbacks(AddressGuard((f"localhost:{port}",)), at_once=1)
        monkeypatch.setattr(
            "syndicator.callbacks.check_address", lambda *_: None
        )  # the port is no matter here
        monkeypatch.setattr(
            "syndicator.http.client.socket.getaddrinfo",
            lambda *_, **__: [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))],
        )
        ours = CallbackRequest(method="GET", url=f"http://localhost:{port}/")
        theirs = CallbackRequest(method="GET", url=server.address + "/")
        answers = sent([ours, theirs], callbacks)

    assert answers[0].is_success
    assert "private network" in answers[1].error
    assert server.connections == 1


@pytest.mark.slow
def test_one_host_gets_only_so_many_at_once() -> None:
    def say(line: socket.socket, _: int) -> None:
        time.sleep(0.01)
        line.sendall(OK)

    with Raw(say) as server:
        answers = sent([post(server, f"/{n}") for n in range(200)])

    assert all(answer.is_success for answer in answers)
    assert 1 < server.most <= MAX_HOST_REQUESTS


def test_a_silent_host_is_not_waited_for_again_and_again() -> None:
    callbacks = GuardedCallbacks(CALLBACKS.guard, at_once=4, deadline=0.2)
    with Raw(lambda line, _: time.sleep(1)) as server:
        answers = sent([post(server, f"/{n}") for n in range(100)], callbacks)

    assert not any(answer.is_success for answer in answers)
    assert MAX_SILENCES <= len(server.requests) <= MAX_SILENCES + 4


def test_those_that_began_beside_a_silent_one_are_waited_for_before_the_next_begins() -> None:
    def one_after_the_other() -> Iterator[CallbackRequest]:
        for number in range(2 * MAX_HOST_REQUESTS):
            time.sleep(0.005)  # as a signature takes
            yield post(server, f"/{number}")

    callbacks = GuardedCallbacks(CALLBACKS.guard, deadline=0.5)
    with Raw(lambda line, _: time.sleep(3)) as server:
        answers = [answer for group in callbacks.send(one_after_the_other()) for _, answer in group]

    assert not any(answer.is_success for answer in answers)
    assert len(server.requests) == MAX_HOST_REQUESTS


class SlowNames(AddressGuard):
    def addresses(self, host: str, port: int) -> list[tuple[str, int]]:
        if host.endswith(".slow.example"):
            time.sleep(2)
        return super().addresses(host, port)


@pytest.mark.slow
def test_names_that_are_slow_to_be_found_hold_up_nobody_else() -> None:
    slow = [CallbackRequest(method="POST", url=f"http://{n}.slow.example/", body=b"x") for n in range(40)]
    with Raw(OK) as server:
        quick = replace(post(server), url=post(server).url.replace("127.0.0.1", "localhost"))
        answers = sent([*slow, quick], GuardedCallbacks(SlowNames(("localhost",)), deadline=1.0))

    assert answers[-1].is_success, answers[-1].error
    assert all(not answer.is_success for answer in answers[:-1])


def test_letters_are_taken_when_their_turn_has_come() -> None:
    taken = 0

    def letters(server: Raw) -> Iterator[CallbackRequest]:
        nonlocal taken
        for number in range(50):
            taken += 1
            yield post(server, f"/{number}")

    with Raw(OK) as server:
        callbacks = GuardedCallbacks(CALLBACKS.guard, at_once=2)
        group = next(iter(callbacks.send(letters(server))))
        assert len(group) <= taken <= len(group) + 2


def test_what_taking_a_letter_raises_comes_out_after_the_answers_that_came() -> None:
    def letters(server: Raw) -> Iterator[CallbackRequest]:
        yield post(server)
        raise LookupError("the database is away")

    with Raw(OK) as server:
        sending = CALLBACKS.send(letters(server))
        assert [answer.status for _, answer in next(sending)] == [200]
        with pytest.raises(LookupError):
            next(sending)


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://10.0.0.1/a", "private network"),
        ("http://[::1]/a", "private network"),
        ("http://127.1/a", ""),
        ("http://2130706433/a", ""),
        ("http://0x7f.1/a", "private network"),
        ("http://localhost/a", "private network"),
        ("http://127.0.0.2/a", "private network"),
        ("http://192.0.2.1:22/a", "port 22"),
        ("ftp://127.0.0.1/a", "http"),
        ("http://nobody.invalid/a", "not known"),
        ("http://127.0.0.1/a b", "can be sent"),
        ("http://127.0.0.1/ກ", ""),
        ("http://[", "not an address"),
    ],
)
def test_addresses_that_are_not_connected_to_are_failures_in_words(url: str, why: str) -> None:
    [answer] = sent([CallbackRequest(method="POST", url=url)])

    assert answer.status is None
    assert why in answer.error


def test_a_server_without_tls_is_no_https_server() -> None:
    with Raw(OK) as server:
        [answer] = sent([CallbackRequest(method="GET", url=server.address.replace("http:", "https:"))])

    assert answer.status is None
    assert answer.error


@pytest.mark.parametrize(
    ("host", "is_known", "error"),
    [
        ("localhost", True, ""),
        ("127.0.0.1", True, "TLS: CERTIFICATE_VERIFY_FAILED"),
        ("localhost", False, "TLS: CERTIFICATE_VERIFY_FAILED"),
    ],
    ids=["its own", "another's", "nobody's"],
)
def test_a_certificate_has_to_prove_the_name(
    subscriber: Subscriber,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    host: str,
    is_known: bool,
    error: str,
) -> None:
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("no openssl to make a certificate with")
    made = "req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=x -addext subjectAltName=DNS:localhost"
    subprocess.run(
        [openssl, *made.split(), "-keyout", "key", "-out", "cert"],
        cwd=tmp_path,
        check=True,
        capture_output=True,
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "cert", tmp_path / "key")
    subscriber.socket = context.wrap_socket(
        subscriber.socket, server_side=True, do_handshake_on_connect=False
    )
    if is_known:
        trusted = ssl.create_default_context(cafile=tmp_path / "cert")
        monkeypatch.setattr("syndicator.http.guarded_connector._tls", lambda: trusted)
    callbacks = GuardedCallbacks(AddressGuard(("127.0.0.1", "localhost", "127.0.0.0/8", "::1/128")))

    [answer] = sent(
        [CallbackRequest(method="POST", url=f"https://{host}:{subscriber.server_port}/a", body=b"news")],
        callbacks,
    )

    assert answer.error == error
    assert subscriber.bodies("/a") == ([] if error else [b"news"])


def test_a_busy_server_says_when_to_come_back() -> None:
    with Raw(b"HTTP/1.1 503 Busy\r\nRetry-After: 120\r\nContent-Length: 0\r\n\r\n") as server:
        [answer] = sent([post(server)])

    assert answer.status == 503
    assert answer.retry_at is not None
