"""The manners that all channels share."""

from __future__ import annotations

import shutil
import ssl
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from syndicator.domain.errors import Misconfigured, OutcomeUnknown, Refused, TryLater
from syndicator.http import exchange
from syndicator.http.client import Http
from syndicator.http.exchange import Exchange, RemoteReply, retry_time
from tests.channels.contract import impatient_session
from tests.channels.local_server import LocalServer, Reply, Request, Trouble, body, said, status

NOW = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)


class Echo(LocalServer):
    def answer(self, request: Request) -> Reply:
        return said(200, {"method": request.method})


@pytest.fixture
def server() -> Iterator[Echo]:
    with Echo() as echo:
        yield echo


@pytest.fixture
def session() -> Iterator[requests.Session]:
    with impatient_session() as opened:
        yield opened


def answer(status: int = 429, **headers: str) -> RemoteReply:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return RemoteReply("news.example", status, named, b"", OutcomeUnknown)


@pytest.mark.parametrize(
    ("asked", "then"),
    [
        (answer(Retry_After="90"), NOW + timedelta(seconds=90)),
        (answer(503, Retry_After="90"), NOW + timedelta(seconds=90)),
        (answer(Retry_After="Sun, 01 Mar 2026 09:45:00 GMT"), NOW + timedelta(minutes=15)),
        (answer(Retry_After="Sun, 01 Mar 2026 09:15:00 GMT"), NOW),
        (answer(X_RateLimit_Reset="2026-03-01T09:35:00.000000Z"), NOW + timedelta(minutes=5)),
        (answer(X_RateLimit_Reset="2026-03-01T09:35:00"), NOW + timedelta(minutes=5)),
        (answer(X_RateLimit_Reset="1772357700"), NOW + timedelta(minutes=5)),
        (answer(X_RateLimit_Reset="300"), NOW + timedelta(minutes=5)),
        (answer(Retry_After="60", X_RateLimit_Reset="300"), NOW + timedelta(minutes=1)),
        (answer(Retry_After="9999999"), NOW + timedelta(hours=24)),
        (answer(503, X_RateLimit_Reset="300"), None),  # which says nothing about this trouble
        (answer(), None),
        (answer(Retry_After="soon", X_RateLimit_Reset="later"), None),
    ],
)
def test_rest_is_taken_until_the_server_wants_to_be_asked(asked: RemoteReply, then: datetime | None) -> None:
    assert retry_time(asked, NOW) == then


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b'{"code": 10015, "message": "gone"}', 10015),
        (b'{"code": "42908"}', 42908),
        (b'{"code": "no number"}', 0),
        (b'{"code": null}', 0),
        (b'{"code": 1e999}', 0),
        (b'{"error": "plain"}', 0),
        (b"[1]", 0),
        (b"<html>", 0),
        (b"[" * 100_000, 0),
        (b'{"code": ' + b"9" * 10_000 + b"}", 0),
    ],
)
def test_a_services_own_number_of_an_error_is_read(content: bytes, code: int) -> None:
    assert RemoteReply("news.example", 400, {}, content, OutcomeUnknown).code == code


@given(st.one_of(st.text(max_size=40), st.integers().map(str), st.datetimes().map(datetime.isoformat)))
def test_whatever_a_server_asks_for_is_between_now_and_tomorrow(text: str) -> None:
    then = retry_time(answer(X_RateLimit_Reset=text), NOW)

    assert then is None or NOW <= then <= NOW + timedelta(hours=24)


def test_our_own_guard_stands_in_the_way_before_anything_leaves(server: Echo) -> None:
    with Http().session() as guarded, pytest.raises(TryLater, match="private network"):
        Exchange(guarded).ask("POST", server.address)

    assert server.requests == []


def test_behind_the_guard_errors_are_sorted_alike(server: Echo) -> None:
    port = server.server_address[1]
    with Http(allow=(f"127.0.0.1:{port}", "127.0.0.1:1")).session() as guarded:
        assert Exchange(guarded).ask("POST", server.address).read(dict) == {"method": "POST"}
        with pytest.raises(TryLater, match=r"cannot be reached: .*refused"):
            Exchange(guarded).ask("POST", "http://127.0.0.1:1")
        with pytest.raises(TryLater, match="cannot be reached"):
            Exchange(guarded).ask("POST", "http://nobody.invalid")


def test_a_request_that_changes_nothing_has_no_mystery(server: Echo, session: requests.Session) -> None:
    server.trouble = Trouble(status(500))

    with pytest.raises(TryLater):
        Exchange(session).ask("GET", server.address, unknown=TryLater)
    with pytest.raises(OutcomeUnknown):
        Exchange(session).ask("POST", server.address)


def test_without_time_nothing_leaves(
    server: Echo, session: requests.Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exchange, "STEP_S", 0.0)

    with pytest.raises(TryLater, match="no time left"):
        Exchange(session).ask("POST", server.address)

    assert server.requests == []


@pytest.mark.parametrize(
    "url", ["http://", "ftp://news.example", "news.example", f"http://{'a' * 70}.example"]
)
def test_what_is_no_address_is_for_a_person_to_mend(session: requests.Session, url: str) -> None:
    with Http().session() as guarded:
        for each in (session, guarded):
            with pytest.raises(Misconfigured, match="not an address"):
                Exchange(each).ask("POST", url)


def test_no_part_of_an_address_but_the_host_is_shown(server: Echo, session: requests.Session) -> None:
    server.trouble = Trouble(status(422))

    for address in (server.address, "http://127.0.0.1:1", "ftp://127.0.0.1"):
        with pytest.raises((Refused, TryLater, Misconfigured)) as caught:
            Exchange(session).ask("POST", f"{address}/s3cret?key=s3cret")
        assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize(
    ("content", "shown"),
    [
        (b'{"error": "Validation failed"}', ": Validation failed"),
        (b'{"ok": false, "error_code": 400, "description": "Bad Request: no"}', ": Bad Request: no"),
        (b"<html><h1>Not\n\tnow</h1>", ": Not now"),
        (b"", ""),
        (b"\xff\x00\x1b[31mred", ": � [31mred"),
        (b"[" * 100_000, ": " + "[" * 200),
        (b"x" * 1000, ": " + "x" * 200),
    ],
)
def test_a_refusal_is_told_in_the_servers_words(
    server: Echo, session: requests.Session, content: bytes, shown: str
) -> None:
    server.trouble = Trouble(body(content, code=422))

    with pytest.raises(Refused) as caught:
        Exchange(session).ask("POST", server.address)

    assert str(caught.value) == f"127.0.0.1 answers 422{shown}"


def test_a_certificate_that_proves_nothing_stops_us_before_anything_leaves(
    server: Echo, session: requests.Session, tmp_path: Path
) -> None:
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("no openssl to make a certificate with")
    made = "req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=127.0.0.1 -keyout key.pem -out cert.pem"
    subprocess.run([openssl, *made.split()], cwd=tmp_path, check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "cert.pem", tmp_path / "key.pem")
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)

    with pytest.raises(TryLater, match=r"cannot be reached: .*certificate"):
        Exchange(session).ask("POST", server.address.replace("http:", "https:"))

    assert server.requests == []
