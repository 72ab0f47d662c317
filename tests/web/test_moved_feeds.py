"""Feeds that moved or ended, in every format, archives included."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.web.browser import Browser, browsing
from tests.web.house import House

pytestmark = pytest.mark.slow  # databases or processes throughout

HERE = "https://feeds.ledger.example/feeds"


@pytest.fixture
def browser(house: House) -> Iterator[Browser]:
    moved = {
        "town": "city",
        "weather": "https://weather.example/feed.{ext}",
        "sea": "https://sea.example/all",
    }
    with browsing(house.app(moved=moved, ended=("elections",))) as opened:
        yield opened


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("/feeds/town.rss", f"{HERE}/city.rss"),
        ("/feeds/town.json", f"{HERE}/city.json"),
        ("/feeds/town.atom", f"{HERE}/city.rss"),  # which has no Atom
        ("/feeds/town/3.rss", f"{HERE}/city/3.rss"),
        ("/feeds/weather.atom", "https://weather.example/feed.atom"),
        ("/feeds/weather/2.json", "https://weather.example/feed.json"),
        ("/feeds/sea.rss", "https://sea.example/all"),
    ],
)
def test_readers_are_led_on_for_good(browser: Browser, method: str, path: str, place: str) -> None:
    answer = browser.ask(method, path, {})

    assert (answer.status, answer.headers["location"]) == (301, place)
    assert answer.headers["cache-control"] == "max-age=86400"
    assert answer.headers["access-control-allow-origin"] == "*"
    assert bool(answer.body) is (method == "GET")


@pytest.mark.parametrize("path", ["/feeds/elections.rss", "/feeds/elections/1.atom"])
def test_what_has_ended_is_gone(browser: Browser, path: str) -> None:
    assert browser.get(path).status == 410
    assert browser.ask("POST", path, {}).status == 405


@pytest.mark.parametrize("path", ["/feeds/town", "/feeds/town.exe", "/feeds/town/x.rss", "/feeds/other.rss"])
def test_of_anything_else_nothing_is_known(browser: Browser, path: str) -> None:
    assert browser.get(path).status == 404


def test_the_feed_itself_is_where_it_was(browser: Browser) -> None:
    assert browser.get("/feeds/city.rss").status == 200


def test_who_still_asks_is_counted(browser: Browser) -> None:
    browser.get("/feeds/town.rss")

    assert (
        'syndicator_feed_requests_total{feed="town",format="rss",status="301"} 1.0'
        in browser.get("/metrics").text
    )
