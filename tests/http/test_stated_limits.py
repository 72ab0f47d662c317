"""What services say of their limits, in every form that one of them has."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicator.domain.capabilities import Spent
from syndicator.domain.errors import OutcomeUnknown, TryLater
from syndicator.domain.ledger import StatedLimit
from syndicator.http.exchange import Exchange, RemoteReply, retry_time
from syndicator.http.retry_after import rate_left, retry_at, retry_in_body
from syndicator.http.stated_limits import listening
from tests.channels.contract import impatient_session
from tests.channels.local_server import LocalServer, Reply, Request, Trouble, said, status

NOW = datetime(2026, 11, 26, 10, 0, tzinfo=UTC)
AT = NOW + timedelta(minutes=5)
UNIX = int(AT.timestamp())


@pytest.mark.parametrize(
    ("headers", "left", "most"),
    [
        (
            {
                "X-RateLimit-Limit": "300",
                "X-RateLimit-Remaining": "12",
                "X-RateLimit-Reset": "2026-11-26T10:05:00.000000Z",
            },
            12,
            300,
        ),
        ({"x-rate-limit-remaining": "0", "x-rate-limit-reset": str(UNIX)}, 0, None),
        ({"X-RateLimit-Remaining": "1", "X-RateLimit-Reset": f"{UNIX}000"}, 1, None),
        (
            {
                "X-RateLimit-Remaining": "0",
                "X-RateLimit-Reset": f"{UNIX}.0",
                "X-RateLimit-Reset-After": "300.0",
            },
            0,
            None,
        ),
        ({"RateLimit-Limit": "3000", "RateLimit-Remaining": "7", "RateLimit-Reset": str(UNIX)}, 7, 3000),
        ({"RateLimit-Limit": "100", "RateLimit-Remaining": "3", "RateLimit-Reset": "300"}, 3, 100),
        ({"RateLimit": "limit=100, remaining=50, reset=300"}, 50, 100),
        ({"RateLimit": '"hourly";r=9;t=300', "RateLimit-Policy": '"hourly";q=100;w=3600'}, 9, None),
        ({"RateLimit": '"day";r=90;t=9000, "burst";r=0;t=300'}, 0, None),
        (
            {
                "x-rate-limit-remaining": "80",
                "x-rate-limit-reset": str(UNIX),
                "x-app-limit-24hour-remaining": "0",
                "x-app-limit-24hour-reset": str(UNIX),
            },
            0,
            None,
        ),
    ],
)
def test_what_is_left_is_read(headers: dict[str, str], left: int, most: int | None) -> None:
    assert rate_left(headers, NOW) == StatedLimit(left=left, until=AT, most=most)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-RateLimit-Remaining": "3"},
        {"X-RateLimit-Remaining": "some", "X-RateLimit-Reset": "300"},
        {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1"}
        | {"X-RateLimit-Reset": "2020-01-01T00:00:00Z"},
        {"RateLimit": "unlimited"},
    ],
)
def test_what_says_nothing_is_nothing(headers: dict[str, str]) -> None:
    assert rate_left(headers, NOW) is None


@given(st.text(max_size=60), st.text(max_size=60))
def test_no_header_is_too_odd(one: str, other: str) -> None:
    headers = {
        "X-RateLimit-Remaining": one,
        "X-RateLimit-Reset": other,
        "RateLimit": one,
        "Retry-After": other,
    }
    rate_left(headers, NOW)
    at = retry_at(headers, NOW)
    assert at is None or at >= NOW


@pytest.mark.parametrize(
    ("body", "seconds"),
    [
        (b'{"ok": false, "error_code": 429, "parameters": {"retry_after": 35}}', 35),
        (b'{"message": "You are being rate limited.", "retry_after": 0.65, "global": false}', 0.65),
        (b'{"errcode": "M_LIMIT_EXCEEDED", "retry_after_ms": 2000}', 2),
        (b'{"retry_after": "soon"}', None),
        (b'{"retry_after": -1}', None),
        (b'{"retry_after": true}', None),
        (b"[" * 9000, None),
        (b"[1]", None),
        (b"", None),
    ],
)
def test_bodies_say_how_long(body: bytes, seconds: float | None) -> None:
    expected = None if seconds is None else NOW + timedelta(seconds=seconds)
    assert retry_in_body(body, NOW) == expected
    assert retry_time(RemoteReply("chat.example", 429, {}, body, OutcomeUnknown), NOW) == expected


def test_seconds_may_have_a_fraction() -> None:
    assert retry_at({"Retry-After": "0.5"}, NOW) == NOW + timedelta(seconds=0.5)


class Counting(LocalServer):
    """Says how much is left, of posts and deletions apart."""

    def answer(self, request: Request) -> Reply:
        left = {"POST": "4", "DELETE": "0", "GET": "99"}[request.method]
        return said(200, {}, X_RateLimit_Remaining=left, X_RateLimit_Reset="60")


def test_each_kind_is_heard_apart_and_nothing_of_what_only_reads() -> None:
    with Counting() as server, impatient_session() as session, listening() as heard:
        for method in ("POST", "DELETE", "GET"):
            Exchange(session).ask(method, server.address)
        Exchange(session).ask("POST", server.address, files={"file": ("a.jpg", b"...")})

        assert {kind: stated.left for kind, stated in heard.items()} == {
            Spent.POSTS: 4,
            Spent.DELETIONS: 0,
            Spent.PHOTOS: 4,
        }


def test_what_the_service_answered_itself_is_over_and_what_a_proxy_says_is_not() -> None:
    with Counting() as server, impatient_session() as session:
        for code, is_over in ((500, True), (502, False), (504, False), (520, False)):
            server.trouble = Trouble(status(code))
            with pytest.raises(OutcomeUnknown) as caught:
                Exchange(session).ask("POST", server.address)
            assert caught.value.is_over is is_over
        server.trouble = Trouble(status(429))
        with pytest.raises(TryLater) as limited:
            Exchange(session).ask("POST", server.address)
        assert limited.value.rests_account
        server.trouble = Trouble(status(503))
        with pytest.raises(TryLater) as busy:
            Exchange(session).ask("POST", server.address)
        assert not busy.value.rests_account
