"""The headline that a page prints, where its metadata have another wording of it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from syndicator.domain.article import Sighting
from syndicator.http.client import Http
from syndicator.sources.page import Listing, PageSource
from syndicator.sources.pages.extract import Select

NOW = datetime(2026, 11, 26, 8, tzinfo=UTC)
URL = "https://quayside.example/lock-gates"
TEXT = """<p>The gates of the upper lock were hung in 1911, and nobody has painted them since the war.</p>
    <p>Two divers looked at the hinges on Tuesday, and found more mussels than iron, they wrote.</p>
    <p>Until spring no barge longer than twenty metres gets through, and coal comes by road.</p>"""


def read(heading: str, card: str, *, head: str = "", select: Select | None = None) -> Sighting:
    source = PageSource(
        name="quayside",
        listings=(Listing(url="https://quayside.example/"),),
        article=r"/[\w-]+$",
        select=select or Select(),
        http=Http(),
    )
    page = f"""<!doctype html><html lang="en"><head><title>{card} | Quayside Post</title>
        <meta property="og:title" content="{card}"><meta property="og:site_name" content="Quayside Post">
        <meta property="article:published_time" content="2026-11-20T09:00:00Z">{head}</head><body>
        <main><article>{heading}{TEXT}</article></main></body></html>"""
    return source.read(URL, NOW, page=page.encode())


@pytest.mark.parametrize(
    ("heading", "card"),
    [
        ("Lock gates shut until spring as hinges fail", "Why the lock gates are shut until spring"),
        ("Coal goes by road: what the closed lock costs", "What the closed lock costs – coal goes by road"),
        ("Nine ways around the closed upper lock", "9 Ways Around The Closed Upper Lock [2026]"),
    ],
)
def test_the_printed_headline_wins_over_the_one_on_cards(heading: str, card: str) -> None:
    sighting = read(f"<h1>{heading}</h1>", card)

    assert sighting.title == heading
    assert sighting.origins["title"] == "h1"


@pytest.mark.parametrize(
    "heading",
    [
        "<h1>Lock gates shut until spring | Quayside Post</h1>",  # the site's name
        "<h1>Quayside Post</h1>",  # nothing else
        "<h1>News from the upper canal</h1>",  # a section
        "<h1><small>Shipping</small> Lock gates shut until spring</h1>",  # a kicker
        "<h1>Lock gates shut until spring <span>Divers find mussels</span></h1>",  # a second line
        "<h1>Lock gates shut until spring 87</h1>",  # a counter
        "<h1>LOCK GATES ARE SHUT UNTIL SPRING</h1>",  # shouted
        "<h1>Letters</h1>",
        "<h1>All that our readers wrote us</h1><h1>Lock gates stay shut until spring</h1>",  # not the first
        "<h2>Lock gates remain shut until spring</h2>",
    ],
)
def test_a_heading_that_says_less_or_more_does_not(heading: str) -> None:
    assert read(heading, "Lock gates shut until spring").title == "Lock gates shut until spring"


def test_a_heading_that_ends_earlier_is_written_as_the_title_writes_it() -> None:
    heading = "<h1>lock gates shut until spring</h1>"

    assert read(heading, "Lock Gates Shut Until Spring - hinges, mussels, coal").title == (
        "Lock Gates Shut Until Spring"
    )


def test_json_ld_names_the_articles_own_headline() -> None:
    said = '{"@type": "NewsArticle", "headline": "Why the lock gates are shut until spring"}'
    head = f'<script type="application/ld+json">{said}</script>'

    sighting = read("<h1>Lock gates shut until spring as hinges fail</h1>", "Shut gates", head=head)

    assert sighting.title == "Why the lock gates are shut until spring"


def test_what_is_declared_wins() -> None:
    select = Select(title='meta[property="og:title"]')

    sighting = read("<h1>Lock gates stay shut until spring</h1>", "Lock gates shut", select=select)

    assert sighting.title == "Lock gates shut"
