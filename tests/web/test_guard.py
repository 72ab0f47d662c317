"""Who gets to the console, and which requests may change anything."""

from __future__ import annotations

import base64
from collections.abc import Iterator

import pytest

from syndicator.http.networks import is_loopback
from syndicator.web.limits import MAX_ADDRESSES, MAX_FAILURES, WINDOW_S, Throttle
from tests.web.browser import Browser, browsing
from tests.web.house import House

PASSWORD = "ຄວາມລັບ: 1:2"


def basic(user: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


@pytest.fixture
def outsider(house: House) -> Iterator[Browser]:
    with browsing(house.app(password=PASSWORD, host="0.0.0.0"), host="feeds.example.org") as opened:  # noqa: S104
        yield opened


@pytest.mark.parametrize("path", ["/console", "/console/deliveries", "/console/readers", "/metrics"])
def test_the_password_opens_the_console_and_the_metrics(outsider: Browser, path: str) -> None:
    closed = outsider.get(path)
    assert closed.status == 401
    assert closed.headers["www-authenticate"].startswith("Basic ")

    assert outsider.get(path, authorization=basic("operator", PASSWORD)).status == 200


@pytest.mark.parametrize(
    "given",
    [
        basic("operator", "wrong"),
        basic("admin", PASSWORD),
        basic("operator", ""),
        "Basic not-base64!",
        "Basic " + base64.b64encode(b"\xff\xfe").decode(),
        "Bearer " + PASSWORD.encode().hex(),
        "",
    ],
)
def test_nothing_else_does(outsider: Browser, given: str) -> None:
    assert outsider.get("/console", authorization=given).status == 401


@pytest.mark.parametrize("path", ["/", "/feeds/all.rss", "/healthz", "/readyz", "/static/style.css"])
def test_what_is_public_needs_no_password(outsider: Browser, path: str) -> None:
    assert outsider.get(path).status in (200, 503)


def test_unknown_pages_below_the_console_are_closed_too(outsider: Browser) -> None:
    assert outsider.get("/console/x").status == 401


def test_guessing_is_slowed_down(house: House) -> None:
    app = house.app(password=PASSWORD)
    with browsing(app) as browser:
        for _ in range(MAX_FAILURES):
            assert browser.get("/console", authorization=basic("operator", "guess")).status == 401
        blocked = browser.get("/console", authorization=basic("operator", "guess"))
        assert blocked.status == 429
        assert 0 < int(blocked.headers["retry-after"]) <= WINDOW_S + 1

        browser.address = "192.0.2.7"
        assert browser.get("/console", authorization=basic("operator", "guess")).status == 401


def test_asking_without_a_password_is_no_guess(outsider: Browser) -> None:
    for _ in range(MAX_FAILURES + 1):
        outsider.get("/console")

    assert outsider.get("/console", authorization=basic("operator", PASSWORD)).status == 200


def test_neighbours_in_one_ipv6_network_are_one_guesser(house: House) -> None:
    with browsing(house.app(password=PASSWORD)) as browser:
        for n in range(MAX_FAILURES):
            browser.address = f"2001:db8::{n}"
            browser.get("/console", authorization=basic("operator", "guess"))

        assert browser.get("/console", authorization=basic("operator", "guess")).status == 429


def test_failures_are_forgotten_after_their_minute() -> None:
    now = [0.0]
    throttle = Throttle(clock=lambda: now[0])
    for _ in range(MAX_FAILURES):
        throttle.record("a")
    assert throttle.wait("a") == WINDOW_S
    assert throttle.wait("b") == 0

    now[0] = WINDOW_S
    assert throttle.wait("a") == 0


def test_a_flood_of_addresses_does_not_fill_the_memory() -> None:
    throttle = Throttle()
    for n in range(MAX_ADDRESSES + 10):
        throttle.record(str(n))

    assert len(throttle._failures) == MAX_ADDRESSES


@pytest.mark.parametrize("host", ["127.0.0.1:8000", "localhost", "[::1]:8000", "127.8.8.8"])
def test_without_a_password_this_machine_gets_in(house: House, host: str) -> None:
    with browsing(house.app(), host=host) as browser:
        assert browser.get("/console").status == 200


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "", "[", "192.168.1.2"])
def test_without_a_password_other_names_of_this_machine_do_not(house: House, host: str) -> None:
    """A page elsewhere may have its own name point to 127.0.0.1 (DNS rebinding)."""
    with browsing(house.app(), host=host) as browser:
        assert browser.get("/console").status == 403
        assert browser.get("/metrics").status == 403


@pytest.mark.parametrize("listening", ["0.0.0.0", "192.168.1.2", "::"])  # noqa: S104 - what people do
def test_without_a_password_nobody_gets_in_from_a_network(house: House, listening: str) -> None:
    with browsing(house.app(host=listening)) as browser:
        closed = browser.get("/console")

    assert closed.status == 403
    assert "password" in closed.text


@pytest.mark.parametrize(
    ("host", "answer"),
    [("127.0.0.1", True), ("::1", True), ("[::1]", True), ("LOCALHOST", True), ("::", False), ("x", False)],
)
def test_loopback_addresses_are_known(host: str, answer: bool) -> None:
    assert is_loopback(host) is answer


@pytest.mark.parametrize(
    "headers",
    [
        {"sec_fetch_site": "cross-site"},
        {"sec_fetch_site": "same-site"},
        {"sec_fetch_site": "none"},
    ],
)
def test_a_form_from_another_site_changes_nothing(browser: Browser, headers: dict[str, str]) -> None:
    token = token_from(browser)

    answer = browser.submit("/console/sources/page/pause", {"token": token}, **headers)

    assert answer.status == 403


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1:9999"])
def test_an_older_browsers_form_from_another_origin_changes_nothing(browser: Browser, origin: str) -> None:
    sent = {"origin": origin, "content-type": "application/x-www-form-urlencoded"}
    body = f"token={token_from(browser)}".encode()

    assert browser.ask("POST", "/console/sources/page/pause", sent, body).status == 403


@pytest.mark.parametrize("token", ["", "guess", "ຜິດ"])
def test_a_form_without_our_token_changes_nothing(browser: Browser, token: str) -> None:
    token_from(browser)

    assert browser.submit("/console/sources/page/pause", {"token": token}).status == 403


def test_a_form_without_our_cookie_changes_nothing(browser: Browser) -> None:
    token = token_from(browser)
    browser.cookies.clear()

    assert browser.submit("/console/sources/page/pause", {"token": token}).status == 403


def test_the_cookie_stays_with_the_console(browser: Browser) -> None:
    said = browser.get("/console").headers["set-cookie"].lower()

    for wanted in "httponly", "samesite=strict", "path=/console":
        assert wanted in said


@pytest.mark.parametrize("path", ["/", "/console", "/console/outbox", "/nowhere", "/feeds/nowhere"])
def test_no_page_lets_foreign_code_in(browser: Browser, path: str) -> None:
    answer = browser.get(path)

    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert "<script>" not in answer.text
    assert "style=" not in answer.text


def token_from(browser: Browser) -> str:
    browser.get("/console")
    return browser.cookies["console"]
