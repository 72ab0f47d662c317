"""Dates of articles whose pages have them somewhere else than beside the text, or say of them what is not the
publication."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from syndicator.domain.article import Sighting
from syndicator.http.client import Http
from syndicator.sources.page import Listing, PageSource

NOW = datetime(2026, 11, 26, 8, tzinfo=UTC)
URL = "https://kiosk.example/news/23"
DAY = datetime(2026, 11, 20, tzinfo=UTC)

SOURCE = PageSource(
    name="kiosk",
    listings=(Listing(url="https://kiosk.example/"),),
    article=r"/news/\d+",
    http=Http(),
)

TEXT = "".join(
    f"<p>The kiosk at the {corner} corner sells papers again after the summer, says its keeper, and stays "
    "open until nine in the evening, on Sundays until noon, and on holidays not at all, as it always did.</p>"
    for corner in ("north", "south", "east", "west", "market", "harbour")
)


def read(body: str, *, head: str = "", lang: str = "en") -> Sighting:
    title = "<title>The kiosk opens again</title>"
    page = f'<!doctype html><html lang="{lang}"><head>{title}{head}</head><body>{body}</body></html>'
    return SOURCE.read(URL, NOW, page=page.encode())


H1 = "<h1>The kiosk opens again</h1>"


@pytest.mark.parametrize(
    ("lang", "line"),
    [
        ("en", "Updated November 20, 2026"),
        ("en", "By Ann Pier, last updated on Nov. 20, 2026"),
        (
            "en",
            "<p>Updated November 20, 2026</p><p>Since the storm of 3 May 2019 it was closed to everybody</p>",
        ),
        ("de", "Aktualisiert am 20. November 2026"),
        ("fr", "Mis à jour le 20 novembre 2026 à 9h00"),
    ],
)
def test_a_line_of_the_last_change_alone_is_no_publication(lang: str, line: str) -> None:
    seen = read(f"<main><article>{H1}<p>{line}</p>{TEXT}</article></main>", lang=lang)

    assert (seen.published, seen.is_undated) == (None, True)
    assert [warning for warning in seen.warnings if "last change" in warning]


@pytest.mark.parametrize(
    "line",
    [
        "November 20, 2026. <i>Updated: November 24, 2026</i>",
        "20 November 2026 (last updated 24 November 2026)",
        "Posted November 20, 2026, modified November 24, 2026",
    ],
)
def test_one_line_may_have_the_publication_and_the_last_change(line: str) -> None:
    seen = read(f"<main><article>{H1}<p>{line}</p>{TEXT}</article></main>")

    assert seen.published == DAY


@pytest.mark.parametrize("line", ["born 28 January 1975", "founded on 3 May 1921"])
def test_a_day_before_there_were_pages_is_no_publication(line: str) -> None:
    seen = read(f"<main><article>{H1}<p>{line}</p>{TEXT}</article></main>")

    assert seen.published is None


@pytest.mark.parametrize(
    "byline",
    [
        '<div class="elementor-widget"><ul><li itemprop="datePublished">November 20, 2026</li></ul></div>',
        '<aside class="meta"><time itemprop="datePublished" datetime="2026-11-20">Friday</time></aside>',
        '<header><div class="no-sidebar"><b class="entry-date">November 20, 2026</b></div></header>',
        '<div class="row has-left-sidebar"><time class="published" datetime="2026-11-20">Friday</time></div>',
    ],
)
@pytest.mark.parametrize(
    "frame", ["<article>{byline}{h1}{text}</article>", "{byline}<div><div>{h1}{text}</div></div>"]
)
def test_the_date_of_an_article_in_a_builders_boxes(byline: str, frame: str) -> None:
    seen = read(frame.format(byline=byline, h1=H1, text=TEXT))

    assert (seen.published, seen.is_undated) == (DAY, False)


@pytest.mark.parametrize(
    "other",
    [
        '<div class="teaser"><time itemprop="datePublished" datetime="2026-11-20">Friday</time></div>',
        '<div class="comment"><span class="published">November 20, 2026</span></div>',
        '<article><h2>Old news of the kiosk</h2><span class="entry-date">November 20, 2026</span></article>',
        '<span class="entry-date">November 20, 2026</span><span class="entry-date">May 3, 2026</span>',
        '<aside><meta itemprop="dateCreated" content="2004-01-01"></aside>',
    ],
)
def test_the_date_of_something_else_on_the_page(other: str) -> None:
    seen = read(f"<div><div>{H1}{TEXT}</div></div>{other}")

    assert seen.published is None


@pytest.mark.parametrize("name", ["published-date", "published_at", "publish-at"])
def test_more_names_of_the_publication(name: str) -> None:
    seen = read(f"<article>{H1}{TEXT}</article>", head=f'<meta name="{name}" content="2026-11-20">')

    assert (seen.published, seen.warnings) == (DAY, ())


@pytest.mark.parametrize(
    ("byline", "expected"),
    [
        ('<time datetime="2026-11-20T15:33:00-05:00">3:33</time>', DAY.replace(hour=20, minute=33)),
        (
            '<span itemprop="datePublished" content="2026-11-20T09:30:00Z"></span>',
            DAY.replace(hour=9, minute=30),
        ),
        ('<time datetime="2026-11-21T09:30:00Z">Saturday</time>', DAY),
        ("<p>November 20, 2026, 4:15 PM</p>", DAY),
    ],
)
def test_a_day_alone_takes_its_time_from_where_it_stands(byline: str, expected: datetime) -> None:
    head = '<meta name="article:published_time" content="2026-11-20">'
    seen = read(f"<article>{H1}{byline}{TEXT}</article>", head=head)

    assert (seen.published, seen.warnings) == (expected, ())
