"""Attack: guessing at the console's password and at private feeds, in another's name and at large.

No guess shuts anybody out who is right; an address is believed of declared proxies alone."""

from __future__ import annotations

import base64
import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicator.secret import Secret
from syndicator.web import limits
from syndicator.web.callers import Callers, network
from syndicator.web.feeds import resources
from syndicator.web.limits import MAX_DELAY_S, MAX_FAILURES, MAX_PROMPT_FAILURES, WINDOW_S, Throttle
from tests.web.browser import Browser, browsing
from tests.web.house import House

SECRET = "correct-horse-battery"
PROXIES = ("127.0.0.1/32", "10.0.0.0/8", "2001:db8:5::/48")


def basic(name: str, secret: str) -> dict[str, str]:
    return {"authorization": "Basic " + base64.b64encode(f"{name}:{secret}".encode()).decode()}


Ask = Callable[..., int]

#: How each of the three doors is asked, with the right secret or another.
DOORS: dict[str, Callable[[str], tuple[str, dict[str, str]]]] = {
    "console": lambda secret: ("/console", basic("operator", secret)),
    "password": lambda secret: ("/feeds/board.rss", basic("ann", secret)),
    "address": lambda secret: (f"/feeds/-/{secret}/board.rss", {}),
}


@pytest.fixture
def browser(house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Browser]:
    monkeypatch.setattr(resources, "LOOK_EVERY_S", 0)
    (tmp_path / "key").write_text(SECRET)
    house.builds_private()
    access = {"board": {"ann": Secret(f"file:{tmp_path}/key")}}
    with browsing(house.app(password=SECRET, access=access, proxies=PROXIES), address="8.8.8.8") as opened:
        yield opened


@pytest.fixture(params=sorted(DOORS))
def ask(request: pytest.FixtureRequest, browser: Browser) -> Ask:
    def asked(secret: str, **headers: str) -> int:
        path, sent = DOORS[request.param](secret)
        return browser.get(path, **sent, **headers).status

    return asked


def test_whoever_is_right_is_let_in_whatever_was_guessed_before(ask: Ask) -> None:
    guesses = [ask(f"guess-{n}") for n in range(MAX_FAILURES * 3)]

    assert set(guesses[:MAX_FAILURES]) <= {401, 404}
    assert set(guesses[MAX_FAILURES:]) == {429}
    assert ask(SECRET) == 200
    assert ask("guess") == 429  # being right forgives nobody's guesses


def test_an_address_of_one_s_own_invention_evades_no_limit(ask: Ask) -> None:
    headers: list[dict[str, str]] = [
        {name: f"9.9.9.{n}"} for n in range(MAX_FAILURES) for name in ("x_forwarded_for", "x_real_ip")
    ]
    guesses = [ask("guess", **each) for each in headers]

    assert set(guesses[MAX_FAILURES:]) == {429}


@pytest.mark.parametrize("address", ["127.0.0.2", "192.168.1.7", "172.16.0.1", "fd00::1", ""])
def test_nor_does_it_in_our_own_network(browser: Browser, ask: Ask, address: str) -> None:
    browser.address = address
    guesses = [ask("guess", x_forwarded_for=f"9.9.9.{n}", forwarded=f"for=9.9.8.{n}") for n in range(30)]

    assert set(guesses[MAX_FAILURES:]) == {429}


def test_behind_a_declared_proxy_everybody_guesses_for_themselves(browser: Browser, ask: Ask) -> None:
    browser.address = "10.1.2.3"
    guesses = [ask("guess", x_forwarded_for=f"9.9.9.{n}, 8.8.4.4") for n in range(30)]

    assert set(guesses[MAX_FAILURES:]) == {429}
    assert ask("guess", x_forwarded_for="8.8.4.4, 9.9.9.9") in (401, 404)


def test_guesses_of_many_addresses_are_answered_ever_more_slowly() -> None:
    now = [0.0]
    throttle = Throttle(clock=lambda: now[0])
    delays = [throttle.record_guess(str(n), "a test")[1] for n in range(MAX_PROMPT_FAILURES * 8)]

    assert set(delays[:MAX_PROMPT_FAILURES]) == {0.0}
    assert delays == sorted(delays)
    assert delays[MAX_PROMPT_FAILURES * 3] == pytest.approx(2.0, abs=0.1)
    assert delays[-1] == MAX_DELAY_S
    now[0] += 10 * WINDOW_S
    assert throttle.record_guess("x", "a test") == (0.0, 0.0)


def test_operators_are_told_once_a_minute(caplog: pytest.LogCaptureFixture) -> None:
    throttle = Throttle(clock=lambda: 0.0)
    for n in range(MAX_PROMPT_FAILURES * 3):
        throttle.record_guess(f"192.0.2.{n}", "private feeds")

    [line] = caplog.messages
    assert line.startswith("many wrong guesses at private feeds, the latest from 192.0.2.100:")


def test_whoever_is_right_does_not_wait_for_those_who_are_wrong(
    ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    waited: list[float] = []

    async def sleep(seconds: float) -> None:
        waited.append(seconds)

    monkeypatch.setattr("syndicator.web.console.auth.sleep", sleep)
    monkeypatch.setattr("syndicator.web.feeds.serving.sleep", sleep)
    monkeypatch.setattr(limits, "MAX_PROMPT_FAILURES", 5)
    for _ in range(20):
        ask("guess")
    assert waited[-1] > 1
    waited.clear()

    assert ask(SECRET) == 200
    assert waited == []


@pytest.mark.parametrize(
    ("peer", "asked", "who"),
    [
        ("8.8.8.8", {}, "8.8.8.8"),
        ("8.8.8.8", {"x-forwarded-for": "1.1.1.1"}, "8.8.8.8"),
        ("192.168.0.1", {"x-forwarded-for": "1.1.1.1"}, "192.168.0.1"),
        ("127.0.0.1", {"x-forwarded-for": "1.1.1.1"}, "1.1.1.1"),
        ("::ffff:127.0.0.1", {"x-forwarded-for": "1.1.1.1"}, "1.1.1.1"),
        ("127.0.0.1", {"x-forwarded-for": "6.6.6.6, 1.1.1.1"}, "1.1.1.1"),
        ("127.0.0.1", {"x-forwarded-for": "6.6.6.6,1.1.1.1 , 10.2.3.4"}, "1.1.1.1"),
        ("127.0.0.1", {"x-forwarded-for": "10.0.0.9, 10.2.3.4"}, "10.0.0.9"),
        ("127.0.0.1", {"x-forwarded-for": "6.6.6.6, unknown, 10.2.3.4"}, "10.2.3.4"),
        ("127.0.0.1", {"x-forwarded-for": "garbage"}, "127.0.0.1"),
        ("127.0.0.1", {"x-forwarded-for": "1.1.1.1, "}, "127.0.0.1"),
        ("127.0.0.1", {"x-forwarded-for": "1.1.1.1:4711"}, "1.1.1.1"),
        ("127.0.0.1", {"x-forwarded-for": "[2001:4860::9]:4711"}, "2001:4860::/64"),
        ("127.0.0.1", {"x-forwarded-for": "2001:4860::9"}, "2001:4860::/64"),
        ("127.0.0.1", {"x-real-ip": "1.1.1.1"}, "1.1.1.1"),
        ("127.0.0.1", {"x-real-ip": "6.6.6.6", "x-forwarded-for": "1.1.1.1"}, "1.1.1.1"),
        (
            "127.0.0.1",
            {"forwarded": 'for=6.6.6.6, by=x;For="[2001:4860::9]:80";proto=https'},
            "2001:4860::/64",
        ),
        ("127.0.0.1", {"forwarded": "for=1.1.1.1;by=203.0.113.43"}, "1.1.1.1"),
        ("127.0.0.1", {"forwarded": "for=_hidden, for=unknown"}, "127.0.0.1"),
        ("127.0.0.1", {"forwarded": "1.1.1.1"}, "127.0.0.1"),
        ("2001:db8:5::1", {"x-forwarded-for": "1.1.1.1"}, "1.1.1.1"),
        ("2001:4860:1:2:3:4:5:6", {}, "2001:4860:1:2::/64"),
        ("::ffff:8.8.8.8", {}, "8.8.8.8"),
        ("", {"x-forwarded-for": "1.1.1.1"}, ""),
    ],
)
def test_who_asks_is_known(peer: str, asked: dict[str, str], who: str) -> None:
    sent = {name.encode(): value.encode() for name, value in asked.items()}

    assert Callers(PROXIES).client(peer, sent) == who


@given(st.binary(max_size=80), st.sampled_from([b"x-forwarded-for", b"forwarded", b"x-real-ip"]))
def test_nothing_that_a_client_invents_stands_before_what_our_proxy_says(said: bytes, name: bytes) -> None:
    """A proxy adds whom it was asked by, after a comma."""
    ours = b", for=8.8.4.4" if name == b"forwarded" else b", 8.8.4.4"

    assert Callers(PROXIES).client("127.0.0.1", {name: said + ours}) == "8.8.4.4"
    Callers(PROXIES).client("127.0.0.1", {name: said})


def test_a_proxy_that_is_not_declared_is_told_once(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    callers, said = Callers(), {b"x-forwarded-for": b"1.1.1.1"}
    for n in range(3):
        callers.address("192.168.0.1", {b"x-forwarded-for": f"1.1.1.{n}".encode()})
        callers.address("8.8.8.8", said)

    [line] = caplog.messages
    assert line.startswith("192.168.0.1 speaks for others")
    assert "[web] proxies" in line


def test_ipv4_is_not_one_great_ipv6_network() -> None:
    """A server that listens on :: is asked by ::ffff:192.0.2.1."""
    assert network("::ffff:192.0.2.1") == "192.0.2.1" != network("::ffff:192.0.2.2")


def test_the_hub_counts_by_the_same_address(house: House, browser: Browser) -> None:
    """All that is behind the feeds is told who asks."""
    seen: list[Any] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        seen.append(scope["client"])
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    application = house.app(proxies=PROXIES)
    application.app = app
    with browsing(application, address="10.0.0.1") as behind:
        behind.get("/hub", x_forwarded_for="6.6.6.6, 8.8.4.4")

    assert [address for address, _ in seen] == ["8.8.4.4"]
