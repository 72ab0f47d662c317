"""Who wrote an article together, what a byline calls the article, and pages that page builders have made."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from syndicator.domain.article import Sighting
from syndicator.http.client import Http
from syndicator.sources.page import Listing, PageSource
from syndicator.sources.pages.names import names

NOW = datetime(2026, 11, 26, 8, tzinfo=UTC)
URL = "https://valley.example/news/31"
SOURCE = PageSource(
    name="valley",
    listings=(Listing(url="https://valley.example/"),),
    article=r"/news/\d+",
    http=Http(),
)
PARAGRAPHS = (
    "The bus over the pass runs again from Monday, after the winter in which nobody could see the road.",
    "Two drivers share the early tour, which begins in the dark at the bakery and ends at the school.",
    "In the first week a ride costs nothing, the company wrote, and dogs travel for half of that again.",
    "Whoever lives in the upper village had to walk down to the mill until now, with a lamp and a stick.",
    "The council had asked for the bus four times; the canton said yes when the mill began to sell bread.",
)
TEXT = "".join(f"<p>{paragraph}</p>" for paragraph in PARAGRAPHS)


def sighting(body: str, head: str = "") -> Sighting:
    page = f"""<!doctype html><html lang="en"><head><title>The bus is back</title>{head}</head>
        <body>{body}</body></html>"""
    return SOURCE.read(URL, NOW, page=page.encode())


def article(byline: str, head: str = "") -> Sighting:
    return sighting(f"<article><h1>The bus is back</h1>{byline}{TEXT}</article>", head)


@pytest.mark.parametrize(
    ("known", "byline", "expected"),
    [
        ("Mara Pass", '<p class="byline">By Mara Pass, Jon Mill</p>', ("Mara Pass", "Jon Mill")),
        (
            "Mara Pass",
            '<div class="post-author">Written by <span>Dr Mara Pass</span>, <span>Jon Mill</span></div>',
            ("Dr Mara Pass", "Jon Mill"),
        ),
        (
            "Jon Mill",
            (
                '<p><a rel="author" href="/author/mara">Mara Pass</a> and '
                '<a rel="author" href="/author/jon">Jon Mill</a></p>'
            ),
            ("Mara Pass", "Jon Mill"),
        ),
    ],
)
def test_who_wrote_together_with_the_one_whom_metadata_name(
    known: str, byline: str, expected: tuple[str, ...]
) -> None:
    head = f'<meta name="author" content="{known}">'
    assert article(byline, head).authors == expected
    author = {"@type": "Person", "name": known}
    json_ld = json.dumps({"@type": "NewsArticle", "headline": "The bus is back", "author": author})
    assert article(byline, f'<script type="application/ld+json">{json_ld}</script>').authors == expected


@pytest.mark.parametrize(
    "byline",
    [
        '<p class="byline">By Ann Slope, Jon Mill</p>',  # others altogether: which are right, nobody can tell
        '<p class="byline">By Mara Pass</p>',
        '<p class="byline">By Mara Pass, The Valley</p>',
        '<p class="byline">By Mara Pass, Newsdesk</p>',
        (
            '<p>By <a href="/author/mara">Mara Pass</a></p>'
            '<p>Reviewed by <a href="/author/jon">Jon Mill</a></p>'
        ),
        (
            '<div><span><a rel="author" href="/a/mara">Mara Pass</a></span>'
            '<span><b>Fotos von</b>: <a rel="author" href="/a/jon">Jon Mill</a></span></div>'
        ),
        '<p class="byline">Photo: Jon Mill</p>',
        (
            '<p><a rel="author" href="/author/mara">Mara Pass</a> Learn about '
            '<a rel="author" href="/author/rules">The Valley’s Editorial Guidelines</a></p>'
        ),
    ],
)
def test_the_one_whom_metadata_name_stays(byline: str) -> None:
    head = '<meta name="author" content="Mara Pass"><meta property="og:site_name" content="The Valley">'
    assert article(byline, head).authors == ("Mara Pass",)


@pytest.mark.parametrize("label", ["Interview by", "Words by:", "Review by"])
def test_labels_of_authors(label: str) -> None:
    head = f'<meta name="twitter:label1" content="{label}"><meta name="twitter:data1" content="Mara Pass">'
    assert article("", head).authors == ("Mara Pass",)


@pytest.mark.parametrize(
    ("byline", "expected"),
    [
        ("Ein Gastbeitrag von Mara Pass", ("Mara Pass",)),
        ("Kommentar von Jon Mill und Mara Pass", ("Jon Mill", "Mara Pass")),
        ("An analysis by Jon Mill", ("Jon Mill",)),
        ("Propos recueillis par Mara Pass", ("Mara Pass",)),
        ("Entrevista de Ana Molino", ("Ana Molino",)),
        ("Redaktion: Jon Mill (Sprecher)", ("Jon Mill",)),
        ("Redazione: Mara Pass", ("Mara Pass",)),
        ("Erstellt von Mara Pass", ("Mara Pass",)),
        ("Veröffentlicht von: Jon Mill", ("Jon Mill",)),
        ("Created by Jon Mill", ("Jon Mill",)),
        ("mara[at]valley.example", ()),
        ("Mara Pass, mara (at) valley.example", ("Mara Pass",)),
        ("Link", ()),
        ("Redaktion Alpental", ("Redaktion Alpental",)),
        ("Bericht von der Messe", ("Bericht von der Messe",)),
    ],
)
def test_what_a_byline_calls_the_article_is_no_name(byline: str, expected: tuple[str, ...]) -> None:
    assert names(byline) == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("26.11.2026 <span>- Redaktion: Jon Mill</span>", ("Jon Mill",)),
        ("Valley <i>|</i> <span>| By Mara Pass</span>", ("Mara Pass",)),
        ("Ein Bericht von der Passhöhe", ()),
        ("A report by noon", ()),
    ],
)
def test_a_byline_behind_other_words_of_its_line(line: str, expected: tuple[str, ...]) -> None:
    assert article(f"<div>{line}</div>").authors == expected


def test_a_builders_other_widgets_are_not_the_articles() -> None:
    box = (
        '<div class="elementor-widget elementor-widget-text-editor"><a href="/author/jon/">Jon Mill</a></div>'
    )
    assert article(box).authors == ()


def test_page_builders_call_everything_a_widget() -> None:
    builder = "elementor-element elementor-widget elementor-widget-"
    body = (
        f'<div class="{builder}heading"><h1>The bus is back</h1></div>'
        f'<div class="{builder}post-info"><ul><li><a href="/author/mara/"><span>By</span> Mara Pass</a></li>'
        f'</ul></div><div class="{builder}theme-post-content">{TEXT}</div>'
    )
    assert sighting(body).authors == ("Mara Pass",)
    assert sighting(body.replace("elementor-widget", "widget")).authors == ()


@pytest.mark.parametrize("tag", ["h2", "h3"])
def test_a_list_of_news_names_the_article_before_its_headline_does(tag: str) -> None:
    news = "".join(
        f'<li><{tag}><a href="/news/{number}">{title}</a></{tag}>'
        f'<time datetime="2026-11-0{day}">{day} Nov</time><p>{PARAGRAPHS[day % 5]}</p></li>'
        for number, title, day in (
            (31, "The bus is back", 9),
            (30, "Bread from the mill", 8),
            (29, "Snow", 7),
        )
    )
    body = (
        f'<ul class="newslist">{news * 2}</ul><main><article><header><h1>The bus is back</h1>'
        f'<time class="published" datetime="2026-11-05T10:13:50+01:00">5 Nov</time></header>{TEXT}'
        "</article></main>"
    )
    assert sighting(body).published == datetime(2026, 11, 5, 9, 13, 50, tzinfo=UTC)
