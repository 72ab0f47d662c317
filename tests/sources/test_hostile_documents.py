"""Documents that were made to take for ever: they cost their source a look, and nobody else anything."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from requests.structures import CaseInsensitiveDict

from syndicator.domain.errors import SourceError
from syndicator.http.client import Http, Response
from syndicator.sources import apart, oddity
from syndicator.sources.feed import FeedSource
from syndicator.sources.feeds import feed_document
from syndicator.sources.oddity import is_odd_html, is_odd_xml
from syndicator.sources.page import Listing, PageSource
from syndicator.sources.pages.credit import split_credit
from syndicator.sources.pages.headline import Surroundings, headline
from syndicator.sources.pages.names import names
from syndicator.sources.sites.listing import ListingReader
from syndicator.text.addresses import web_address
from syndicator.text.dates import cut_date, read_date
from syndicator.text.markup import parse

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
URL = "https://gazette.example/feed"

#: Seconds of processor time for one document here, and those after which a test has failed for certain.
SHORT, LATE = 1, 60.0

GOOD = "<item><title>Good</title><link>https://gazette.example/good</link><description>x</description></item>"


def rss(item: str = "", start: str = '<?xml version="1.0"?>') -> bytes:
    return f'{start}<rss version="2.0"><channel><title>t</title>{item}{GOOD}</channel></rss>'.encode()


def goods(count: int) -> str:
    return "".join(GOOD.replace("/good<", f"/good/{n}<") for n in range(count))


#: An honest feed, read apart for its size.
LARGE = rss(goods(20)) + b" " * oddity.LARGE_BYTES


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apart, "WORK_CPU_S", SHORT)


def source() -> FeedSource:
    return FeedSource(name="gazette", url=URL, http=Http())


def titles_and_problems(content: bytes) -> tuple[list[str], list[str]]:
    """What becomes of a feed's entries; a source that cannot be read is a problem without titles."""
    start = time.monotonic()
    try:
        edition = source().edition(Response(URL, 200, CaseInsensitiveDict(), content), NOW)
    except SourceError as e:
        return [], [str(e)]
    finally:
        assert time.monotonic() - start < LATE
    return [sighting.title for sighting in edition.sightings], list(edition.problems)


#: Documents that hold a thread for minutes, or take gigabytes: made for the test that needs them.
TAKING_LONG: dict[str, Callable[[], bytes]] = {
    "attributes": lambda: rss("<item " + "".join(f'a{n}="" ' for n in range(300_000)) + "/>"),
    "nesting": lambda: rss("<a>" * 200_000 + "</a>" * 200_000),
    "tags": lambda: rss("<item>" + "".join(f"<category>{n}</category>" for n in range(100_000)) + "</item>"),
    "an author": lambda: rss(f"<item><author>{'a.' * 40_000}</author></item>"),
    "markup": lambda: rss(f"<item><title>t</title><description>{'&lt;b' * 2_800_000}</description></item>"),
    "broken XML": lambda: rss("<item><description>" + "<a " * 1_000_000),
    "JSON in JSON": lambda: b'{"items": [' + b'{"a":' * 2_000_000,
    "lists": lambda: b'{"items": [' + b"[" * 14_000_000,
    "tiny items": lambda: b'{"items": [' + b"{}," * 4_900_000 + b"{}]}",
}


@pytest.mark.slow
@pytest.mark.parametrize("content", TAKING_LONG.values(), ids=TAKING_LONG)
@pytest.mark.usefixtures("impatient")
def test_no_document_holds_us_longer_than_it_may(content: Callable[[], bytes]) -> None:
    titles, problems = titles_and_problems(content())

    assert titles in ([], ["Good"])
    assert problems
    assert all(problem.startswith(URL) for problem in problems)


@pytest.mark.slow
@pytest.mark.parametrize("text", ["word " * 2_800_000, "&lt;p&gt;word&lt;/p&gt;" * 100_000])
def test_an_entry_that_is_too_long_is_left_out_and_told(text: str) -> None:
    item = f"<item><title>Long</title><link>https://gazette.example/1</link><description>{text}</description></item>"

    titles, problems = titles_and_problems(rss(item))

    assert titles == ["Good"]
    assert "at most 1,000,000 are an article" in problems[0]


@pytest.mark.parametrize(
    "content",
    [
        rss("<item " + "".join(f'a{n}="" ' for n in range(50)) + "/>"),
        rss("<a>" * 40 + "</a>" * 40),
        rss("<item>" + "<category>x</category>" * 301 + "</item>"),
        rss(f"<item><author>{'a.' * 600}</author></item>"),
        rss(f'<item><a b="{"a." * 600}"/></item>'),
        rss("<item><category>x"),
        rss(start='<!DOCTYPE r [<!ENTITY e "x">]>'),
        rss(start="<?xml version='1.0' encoding='nonsense'?>"),
        rss() + b" " * oddity.LARGE_BYTES,
        b"",
    ],
)
def test_what_could_take_long_is_odd_however_small_it_is(content: bytes) -> None:
    assert is_odd_xml(content)


MANY = b"".join(b"a%d " % n for n in range(1001))


@pytest.mark.parametrize(
    "page",
    [
        b"<p>x" * 24_000,
        b"<a>" * 33_000,
        "<p>x".encode("utf-16") * 11_000,
        b" " * (oddity.LARGE_BYTES + 1),
        b"<p " + MANY,
        b"it's <!-- <p x=\" --> <p " + MANY + b"\"'",
        b"<p " + MANY.replace(b" ", b'=">"') + b">",
        b"<p " + MANY.replace(b" ", b" = '>' ") + b">",
        b"<p/" + MANY.replace(b" ", b"/") + b">",
    ],
)
def test_a_page_of_nothing_but_tags_is_odd_however_small_it_is(page: bytes) -> None:
    assert is_odd_html(page)


def test_honest_pages_are_not_odd() -> None:
    line = '<li><a href="/news/{n}">What happened, in a few words</a> <time>1 May</time></li>'

    assert not is_odd_html("".join(line.format(n=n) for n in range(1100)).encode())


def test_an_honest_feed_is_not_odd_and_needs_no_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apart, "_Helper", None)

    assert titles_and_problems(rss(goods(40)))[0] == ["Good"] * 41


def test_too_many_entries_are_cut_and_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed_document, "MAX_ENTRIES", 5)

    titles, problems = titles_and_problems(rss(goods(9)))

    assert titles == ["Good"] * 5
    assert "10 entries: the first 5 are read" in problems[0]


@pytest.mark.slow  # a thread of its own starts a process
def test_others_are_read_while_one_takes_long(impatient: None) -> None:
    hostile = threading.Thread(target=titles_and_problems, args=(TAKING_LONG["attributes"](),))
    hostile.start()
    try:
        assert titles_and_problems(LARGE)[0] == ["Good"] * 21
        assert titles_and_problems(rss())[0] == ["Good"]
    finally:
        hostile.join()


def test_a_process_ends_when_it_has_nothing_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apart, "IDLE_S", 0.5)
    assert titles_and_problems(LARGE)[0] == ["Good"] * 21
    ended = time.monotonic() + LATE

    while apart._idle:
        assert time.monotonic() < ended
        time.sleep(0.05)


@pytest.mark.parametrize("piece", ["<ul><li><a href=/news/9>x</a></li></ul>", "<p>x"])
@pytest.mark.usefixtures("impatient")
def test_a_page_made_to_take_long_is_told_in_time(piece: str) -> None:
    pages = PageSource(
        name="site", listings=(Listing(url="https://a.example/"),), article=r"/news/\d", http=Http()
    )
    page = f"<title>T</title><h1>T</h1><article><p>Some text.</p>{piece * (2_500_000 // len(piece))}"
    start = time.monotonic()

    problem = ""
    try:
        pages.read("https://a.example/news/1", NOW, page.encode())
    except SourceError as e:
        problem = str(e)
    assert not problem or problem.startswith("https://a.example/news/1: ")
    assert time.monotonic() - start < LATE


@pytest.mark.slow
@pytest.mark.parametrize("start", ["<article>", "<ul><li>"])
def test_thousands_of_links_in_one_item_are_read_once(start: str) -> None:
    links = "".join(f"<a href=/news/{n}>x</a>" for n in range(4000))
    reader = ListingReader(article=r"/news/\d", key=str, item="li, article", date="")
    began = time.process_time()

    found = list(reader.links(parse(f"{start}{links}"), URL, ""))

    assert len({link.url for link in found}) == 4000
    assert time.process_time() - began < LATE / 10


@pytest.mark.slow
@pytest.mark.parametrize(
    "work",
    [
        lambda: cut_date("a" * 100_000, "%B %d %Y"),
        lambda: headline("- " * 50_000, Surroundings(sites=["The Gazette"])),
        lambda: headline(" -" * 400, Surroundings(sites=["The Gazette"])),
        lambda: names("a " * 50_000),
        lambda: names("a and " * 80),
        lambda: names("a@" * 240),
        lambda: web_address("/news/" + "1-" * 50_000, URL),
        lambda: read_date("1 " * 50_000, zone=ZoneInfo("UTC"), now=NOW),
        lambda: split_credit("photo: " * 20_000),
        lambda: is_odd_html(b"<a" * 10_000 + b"a" * 79_000),
        lambda: is_odd_html(b"<a/b=" * 10_000 + b"a" * 49_000),
        lambda: is_odd_html(b"<a b='" * 10_000 + b"a" * 39_000),
    ],
)
def test_no_expression_of_ours_takes_the_square_of_what_it_reads(work: Callable[[], object]) -> None:
    start = time.process_time()

    work()

    assert time.process_time() - start < LATE / 10


ITEM = {"id": "1", "url": "https://gazette.example/1", "title": "One", "content_text": "Text."}
NEIGHBOUR = {"id": "2", "url": "https://gazette.example/2", "title": "Neighbour", "content_text": "Text."}


def json_feed(*items: Any) -> bytes:
    return json.dumps({"version": "https://jsonfeed.org/version/1.1", "items": items}).encode()


@pytest.mark.parametrize(
    ("odd", "words"),
    [
        ({"tags": 5}, "its tags is not"),
        ({"attachments": {"url": "x"}}, "its attachments is not"),
        ({"attachments": [1]}, "its attachments is not"),
        ({"authors": 5}, "its authors is not"),
        ({"date_published": 5}, "its date_published is not"),
        ({"summary": ["x"]}, "its summary is not"),
        ({"image": {}}, "its image is not"),
    ],
)
def test_what_is_odd_beside_the_article_is_left_out_of_it(odd: dict[str, Any], words: str) -> None:
    edition = source().edition(
        Response(URL, 200, CaseInsensitiveDict(), json_feed({**ITEM, **odd}, NEIGHBOUR)), NOW
    )

    assert [sighting.title for sighting in edition.sightings] == ["One", "Neighbour"]
    assert any(words in warning for warning in edition.sightings[0].warnings)


@pytest.mark.parametrize(
    ("odd", "words"),
    [
        ({"title": {}}, "its title is no text"),
        ({"url": 5}, "its url is no text"),
        ({"id": [1]}, "its id is no text"),
        ({"id": float("nan")}, "its id is no text"),
        ({"content_html": 5}, "its content_html is no text"),
        ({"url": "https://gazette.example/\ud800"}, "characters that no XML may have"),
        ({"id": "a\0b"}, "characters that no XML may have"),
    ],
)
def test_an_item_that_is_no_article_costs_itself(odd: dict[str, Any], words: str) -> None:
    titles, problems = titles_and_problems(json_feed({**ITEM, **odd}, NEIGHBOUR, 5))

    assert titles == ["Neighbour"]
    assert any(words in problem for problem in problems)
    assert any("it is no JSON object" in problem for problem in problems)


def test_numbers_as_ids_are_text_however_long() -> None:
    content = json_feed(NEIGHBOUR).replace(b'"2"', b"9" * 5000)

    assert titles_and_problems(content)[0] == ["Neighbour"]


SIMPLE = st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters())
THING = SIMPLE | st.lists(SIMPLE, max_size=3) | st.dictionaries(st.text(), SIMPLE, max_size=3)
ANYTHING = THING | st.lists(THING, max_size=3) | st.dictionaries(st.text(), THING, max_size=3)
NAMES = st.sampled_from(
    [
        *("id", "url", "external_url", "title", "content_html", "content_text", "summary", "image"),
        *("banner_image", "date_published", "date_modified", "authors", "author", "tags", "language"),
        *("attachments", "expired"),
    ]
)


@pytest.mark.slow
@settings(max_examples=100, deadline=None)
@given(st.dictionaries(NAMES, ANYTHING) | ANYTHING)
def test_whatever_an_item_says_its_neighbours_are_read(odd: Any) -> None:
    item = {**ITEM, "id": "odd", **odd} if isinstance(odd, dict) else odd

    titles, _ = titles_and_problems(json_feed(item, NEIGHBOUR))

    assert "Neighbour" in titles
