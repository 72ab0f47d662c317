"""The list of feeds, for people and their readers."""

from __future__ import annotations

import re
from datetime import timedelta

import lxml.html
import pytest
from hypothesis import given
from hypothesis import strategies as st
from trafilatura.feeds import FeedParameters, determine_feed

from syndicator.domain.feed import Feed, Filter
from syndicator.formats.words import carries
from syndicator.web.context import span
from tests.fakes import NOON
from tests.web.browser import Browser, browsing
from tests.web.house import House


def test_every_feed_is_listed_with_what_it_carries_and_where_it_is(browser: Browser) -> None:
    page = browser.get("/").text

    assert "Everything" in page
    assert "City &amp; &lt;river&gt;" in page
    assert "section: City" in page
    assert "without author: Wire" in page
    for path in "all.rss", "all.atom", "all.json", "city.rss", "city.json":
        assert f'href="/feeds/{path}"' in page
        assert f"<code>https://feeds.ledger.example/feeds/{path}</code>" in page


@pytest.mark.parametrize("path", ["/", "/feeds/none.rss", "/nothing", "/console", "/console/deliveries"])
def test_a_page_can_be_walked_by_its_landmarks(browser: Browser, path: str) -> None:
    """https://www.w3.org/WAI/ARIA/apg/practices/landmark-regions/"""
    page = lxml.html.document_fromstring(browser.get(path).text)

    assert page.xpath("count(//main)") == 1
    assert page.xpath("count(//h1)") == 1
    assert page.xpath("//section[not(ancestor::main)]") == []
    assert page.xpath("//nav[ancestor::header][not(@aria-label)]") == []


@pytest.mark.parametrize(
    ("only", "phrases"),
    [
        (Filter(), ["every article"]),
        (
            Filter(places=("Port Lowe",), keywords=("ferry", "pier")),
            ["place: Port Lowe", "keywords: ferry, pier"],
        ),
        (
            Filter(any=(Filter(sections=("City",), tags=("rain",)), Filter(languages=("lo", "th")))),
            ["either section: City and tag: rain; or languages: lo, th"],
        ),
        (
            Filter(exclude=Filter(tags=("chess",), any=(Filter(sections=("City",), languages=("en",)),))),
            ["without tag: chess", "without section: City and language: en"],
        ),
        (
            Filter(exclude=Filter(tags=("chess",), exclude=Filter(languages=("lo",)))),
            ["without tag: chess (but for language: lo)"],
        ),
    ],
)
def test_what_a_feed_carries_is_said_in_words(only: Filter, phrases: list[str]) -> None:
    assert carries(Feed(name="x", title="X", only=only)) == phrases


def test_readers_find_the_feeds_by_themselves(browser: Browser) -> None:
    """An independent reader's own discovery."""
    found = determine_feed(
        browser.get("/").text,
        FeedParameters(
            "https://feeds.ledger.example/", "feeds.ledger.example", "https://feeds.ledger.example/"
        ),
    )

    assert set(found) >= {
        f"https://feeds.ledger.example/feeds/{path}"
        for path in ("all.rss", "all.atom", "all.json", "city.rss")
    }


def test_every_link_of_the_list_leads_somewhere(browser: Browser) -> None:
    page = browser.get("/").text
    links = set(re.findall(r'(?:href|src)="(/[^"]*)"', page))

    assert len(links) > 6
    assert {link: browser.get(link).status for link in links} == dict.fromkeys(links, 200)


def test_a_feed_that_is_not_built_is_listed_as_such(house: House) -> None:
    for document in (house.folder / "documents").glob("city.*"):
        document.unlink()
    with browsing(house.app()) as browser:
        page = browser.get("/").text

    assert page.count("not built yet") == 1


def test_the_list_may_be_kept_for_a_minute(browser: Browser) -> None:
    assert browser.get("/").headers["cache-control"] == "max-age=60"


def test_pages_that_are_not_there_say_where_to_go(browser: Browser) -> None:
    answer = browser.get("/no/such/page")

    assert answer.status == 404
    assert 'href="/"' in answer.text


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "now"),
        (5, "5 s ago"),
        (-42, "in 42 s"),
        (60, "60 s ago"),
        (600, "10 min ago"),
        (7200, "2 h ago"),
        (-86_400, "in 24 h"),
        (864_000, "10 days ago"),
    ],
)
def test_moments_are_told_as_people_say_them(seconds: int, said: str) -> None:
    assert span(NOON - timedelta(seconds=seconds), NOON) == said


@given(st.timedeltas(min_value=timedelta(days=-10_000), max_value=timedelta(days=10_000)))
def test_any_moment_can_be_told(distance: timedelta) -> None:
    assert re.fullmatch(r"now|in \d+ (s|min|h|days)|\d+ (s|min|h|days) ago", span(NOON + distance, NOON))
