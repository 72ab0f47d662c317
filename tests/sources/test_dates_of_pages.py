"""When an article was published, by what its page says: metadata, its own part of the page, what stands
beside its headline."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from syndicator.domain.article import Sighting
from syndicator.http.client import Http
from syndicator.sources.page import Listing, PageSource

NOW = datetime(2026, 11, 26, 8, tzinfo=UTC)
URL = "https://ferry.example/news/17"

SOURCE = PageSource(
    name="ferry",
    listings=(Listing(url="https://ferry.example/"),),
    article=r"/news/\d+",
    http=Http(),
)

SENTENCE = (
    "The ferry runs twice a day until the bridge is mended, and takes cars on its last trip only, "
    "says the harbour master in a letter."
)
BODY = "".join(f"<p>{SENTENCE} It is trip {n}.</p>" for n in ("one", "two", "three", "four"))


def read(head: str = "", byline: str = "", around: str = "", lang: str = "en", url: str = URL) -> Sighting:
    page = f"""<!doctype html><html lang="{lang}"><head><title>Ferry runs again</title>{head}</head><body>
        <header class="masthead"><time datetime="2026-11-26T07:59:00Z">Thursday</time></header>{around}
        <main><article><h1>Ferry runs again</h1>{byline}{BODY}</article></main>
        <aside><article><h2>Old</h2><time datetime="2020-01-01">1 January 2020</time></article></aside>
        <section class="comments"><p>Ann, 3 May 2024: fine</p><time datetime="2024-05-03">May</time></section>
        <footer>&copy; 1 January 2019 Ferry</footer></body></html>"""
    return SOURCE.read(url, NOW, page=page.encode())


MOMENT = datetime(2026, 11, 20, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    "name",
    [
        *("article:published_time", "og:article:published_time", "article:published:time", "publishdate"),
        *("publish-date", "pubdate", "DC.date.issued", "dcterms.created", "DC.Date", "sailthru.date"),
        *("parsely-pub-date", "cXenseParse:recs:publishtime", "citation_publication_date", "date"),
    ],
)
@pytest.mark.parametrize("attribute", ["name", "property"])
def test_metadata_under_every_name(name: str, attribute: str) -> None:
    seen = read(f'<meta {attribute}="{name}" content="2026-11-20T09:00:00Z">')

    assert (seen.published, seen.warnings) == (MOMENT, ())
    assert seen.origins["published"] == name.lower()


@pytest.mark.parametrize(
    "thing",
    [
        {"@type": "NewsArticle", "datePublished": "2026-11-20T09:00:00Z"},
        {"@type": "ClaimReview", "datePublished": "2026-11-20T09:00:00Z"},
        {"@graph": [{"@type": "WebPage", "datePublished": "2026-11-20T09:00:00Z"}]},
        {"@type": "LiveBlogPosting", "headline": "Ferry", "coverageStartTime": "2026-11-20T10:00:00+01:00"},
        {"@type": "Article", "headline": "Ferry", "dateCreated": "2026-11-20T09:00:00Z"},
    ],
)
def test_json_ld(thing: dict[str, object]) -> None:
    seen = read(f'<script type="application/ld+json">{json.dumps(thing)}</script>')

    assert (seen.published, seen.warnings, seen.origins["published"]) == (MOMENT, (), "json-ld")


@pytest.mark.parametrize(
    "byline",
    [
        '<time datetime="2026-11-20T09:00:00Z">Friday</time>',
        '<time datetime="PT7M">7 min</time> <time datetime="2026-11-20T09:00:00Z">Friday</time>',
        '<p>A read of <time datetime="7m">7m</time></p><time datetime="2026-11-20 09:00">Friday</time>',
        "<time>20 November 2026, 9 am</time>",
        '<abbr class="published" title="2026-11-20T16:00:00+07:00">Friday</abbr>',
        '<span class="entry-date">November 20, 2026 9:00 AM</span>',
        '<span itemprop="datePublished" content="2026-11-20T09:00:00Z">Friday</span>',
        """<footer class="entry-meta"><time class="updated" datetime="2026-11-21T09:00:00Z">Saturday</time>
        <time class="entry-date published" datetime="2026-11-20T09:00:00Z">Friday</time></footer>""",
    ],
)
def test_times_of_the_articles_own_part(byline: str) -> None:
    seen = read(byline=byline)

    assert (seen.published, seen.warnings) == (MOMENT, ())


@pytest.mark.parametrize(
    ("byline", "lang", "expected"),
    [
        ('<p class="by">By Ann Pier | November 20, 2026 | 9:00 AM</p>', "en", MOMENT),
        ("<div>Posted on 20 November 2026 by admin</div>", "en", datetime(2026, 11, 20, tzinfo=UTC)),
        ("<p><span>Von Anne Steg</span> <span>20. November 2026, 10.00 Uhr MEZ</span></p>", "de", MOMENT),
        ("<p>Updated: November 22, 2026</p><p>November 20, 2026</p>", "en", MOMENT.replace(hour=0)),
    ],
)
def test_a_date_beside_the_headline_is_taken_and_told(byline: str, lang: str, expected: datetime) -> None:
    seen = read(byline=byline, lang=lang)

    assert seen.published == expected
    assert seen.origins["published"] == "beside the headline"
    assert ["guessed" in warning for warning in seen.warnings] == [True]
    assert not seen.is_undated


@pytest.mark.parametrize(
    "byline",
    [
        "",
        "<p>04/11/2026</p>",
        "<p>November 20, 2026</p><p>November 21, 2026</p>",
        "<p>November 20, 2026 10:30 QRST</p>",
        "<p>November 2026</p>",
        "<p>The race of 20 November 2026 was the last that the old boat ran before it was sold</p>",
        "<p>© November 20, 2026</p>",
        '<time datetime="PT7M">7 min</time>',
    ],
)
def test_what_is_no_date_beside_the_headline(byline: str) -> None:
    seen = read(byline=byline)

    assert seen.published is None
    assert seen.is_undated
    assert seen.warnings


def test_the_day_in_an_address_is_the_last_guess() -> None:
    seen = read(url="https://ferry.example/2026/11/20/news/17")

    assert (seen.published, seen.origins["published"]) == (MOMENT.replace(hour=0), "address")
    assert "guessed" in seen.warnings[0]


def test_a_date_that_is_not_understood_gives_way_to_one_that_is() -> None:
    seen = read(
        '<meta property="article:published_time" content="04/11/2026 IST">',
        '<time datetime="2026-11-20T09:00Z">',
    )

    assert seen.published == MOMENT
    assert ["04/11/2026" in warning for warning in seen.warnings] == [True]


def test_a_whole_date_goes_before_one_without_a_day() -> None:
    seen = read('<meta name="dc.date.issued" content="2026-11">', '<time datetime="2026-11-20T09:00Z">')
    assert (seen.published, seen.warnings) == (MOMENT, ())

    coarse = read('<meta name="dc.date.issued" content="2026-11">')
    assert coarse.published == datetime(2026, 11, 1, tzinfo=UTC)
    assert "no day" in coarse.warnings[0]


def test_only_the_last_change_is_not_taken_for_the_publication_and_told() -> None:
    seen = read('<meta property="og:updated_time" content="2026-11-20T09:00:00Z">')

    assert (seen.published, seen.updated) == (None, MOMENT)
    assert "last change" in seen.warnings[0]


def test_an_undated_article_may_be_declared_to_be_news() -> None:
    page = f"<title>Ferry</title><h1>Ferry runs again</h1>{BODY}".encode()

    assert SOURCE.read(URL, NOW, page=page).is_undated
    assert not replace(SOURCE, post_undated=True).read(URL, NOW, page=page).is_undated
