"""Times that stand on cards of other articles, and days that are said to be those of the publication."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from syndicator.domain.article import Sighting
from syndicator.http.client import Http
from syndicator.sources.page import Listing, PageSource

NOW = datetime(2026, 11, 26, 8, tzinfo=UTC)
URL = "https://orchard.example/cider-press"
TEXT = """<p>The press was carried out of the barn by eight people, and set up beside the old pear tree.</p>
    <p>By noon it had given ninety litres, most of it from windfalls that nobody else had wanted at all.</p>
    <p>What is left of the apples goes to the pigs of the neighbour, who pays for it in ham at Easter.</p>"""
LIST = """<ul><li><a href="/a">Wasps</a> <time datetime="2026-05-03">3 May 2026</time></li>
    <li><a href="/b">Grafting</a> <time datetime="2026-04-02">2 April 2026</time></li></ul>"""
CARD = """<a href="/c"><h3>Honey</h3><span><time datetime="2026-03-01">1 March 2026</time></span></a>"""


def read(article: str, *, lang: str = "en") -> Sighting:
    source = PageSource(
        name="orchard", listings=(Listing(url="https://orchard.example/"),), article=r"/[\w-]+$", http=Http()
    )
    page = f"""<!doctype html><html lang="{lang}"><head><title>The cider press is back</title></head><body>
        <main>{article}</main></body></html>"""
    return source.read(URL, NOW, page=page.encode())


@pytest.mark.parametrize("cards", [LIST, CARD, f"<div>{CARD}</div>{LIST}"])
def test_a_time_on_a_card_of_another_article_is_not_its_date(cards: str) -> None:
    assert read(f"<h1>The cider press is back</h1>{TEXT}<section>{cards}</section>").published is None


@pytest.mark.parametrize(
    "own",
    [
        '<p><a href="/cider-press"><time datetime="2026-06-07T05:00Z">7 June</time></a></p>',
        '<ul><li>By Ida Quince</li><li><time datetime="2026-06-07T05:00Z">7 June</time></li></ul>',
        '<ul><li><a href="/i">Ida</a></li><li><time datetime="2026-06-07T05:00Z">7 June</time></li></ul>',
    ],
)
def test_its_own_time_may_be_in_a_link_or_a_list(own: str) -> None:
    sighting = read(f"<h1>The cider press is back</h1>{own}{TEXT}<section>{LIST}{CARD}</section>")

    assert sighting.published == datetime(2026, 6, 7, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("said", "other"),
    [
        ("Published on 7 June 2026", "Open day: 3 October 2026"),
        ("Veröffentlicht am 7. Juni 2026", "12. September 2026"),
        ("Posted by Ida Quince, June 7, 2026", "Pressed October 4, 2025"),
    ],
)
def test_a_day_that_is_said_to_be_that_of_the_publication_wins_over_others(said: str, other: str) -> None:
    lines = f"<div>{other}</div><div>{said}</div>"
    lang = "de" if "Juni" in said else "en"
    sighting = read(f"<h1>The cider press is back</h1>{lines}{TEXT}", lang=lang)

    assert sighting.published == datetime(2026, 6, 7, tzinfo=UTC)


def test_two_such_days_are_none() -> None:
    lines = "<div>Published 7 June 2026</div><div>Published 8 June 2026</div>"

    assert read(f"<h1>The cider press is back</h1>{lines}{TEXT}").published is None


@pytest.mark.parametrize("lines", ["Published 07/06/2026", "07.06.2026", "4.5.2026 Pears<br>3.2.2026 Wasps"])
def test_where_another_day_is_not_understood_none_is_taken_for_the_only_one(lines: str) -> None:
    lines = f"<div>{lines}</div><div>Open day: 3 October 2026</div>"

    sighting = read(f"<h1>The cider press is back</h1>{lines}{TEXT}")

    assert sighting.published is None
    assert "may be two" in " ".join(sighting.warnings)


def test_a_day_right_below_the_headline_stands_whatever_follows() -> None:
    article = f"<h1>The cider press is back</h1><div>7 June 2026</div>{TEXT}<p>Grafting, 03/02/2026</p>"

    assert read(article).published == datetime(2026, 6, 7, tzinfo=UTC)


@pytest.mark.parametrize(
    ("lang", "day"), [("de", "07.06.2026"), ("cs", "7. 6. 2026"), ("nb", "07.06.2026, 08:30")]
)
def test_a_day_in_figures_beside_the_headline_is_read_as_its_language_writes_it(lang: str, day: str) -> None:
    sighting = read(f"<h1>The cider press is back</h1><div>{day}</div>{TEXT}", lang=lang)

    assert sighting.published is not None
    assert sighting.published.date().isoformat() == "2026-06-07"
