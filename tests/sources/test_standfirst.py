"""Ghost's standfirst, which its themes print above the text."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from syndicator.domain.article import Sighting
from syndicator.http.client import Http
from syndicator.sources.page import Listing, PageSource
from syndicator.sources.pages.extract import Select

NOW = datetime(2026, 11, 26, 8, tzinfo=UTC)
URL = "https://harbour.example/crane"
LEAD = "Forty people built it in eleven years."
TEXT = """<p>The crane is lifted onto the quay at dawn, when the tide is low and no tug has another ship.</p>
    <p>It was built in the yard across the bay, where they had built no other since the war.</p>
    <p>Whoever wants to watch has to stand behind the fence of the fish market, the police wrote.</p>"""


def read(excerpt: str, *, generator: str = "Ghost 5.96", content: str = "") -> Sighting:
    source = PageSource(
        name="harbour",
        listings=(Listing(url="https://harbour.example/"),),
        article=r"/\w+$",
        select=Select(content=content),
        http=Http(),
    )
    page = f"""<!doctype html><html lang="en"><head><title>The crane arrives</title>
        <meta name="generator" content="{generator}"><meta property="og:description" content="{LEAD}">
        <meta property="article:published_time" content="2026-11-20T09:00:00Z"></head><body>
        <main><article><header><h1>The crane arrives</h1>{excerpt}</header>
        <section class="gh-content">{TEXT}</section></article></main></body></html>"""
    return source.read(URL, NOW, page=page.encode())


@pytest.mark.parametrize(
    "excerpt",
    [
        f'<p class="gh-article-excerpt is-body">{LEAD}</p>',
        f'<p class="article-excerpt">{LEAD}</p>',
        f'<div class="post-full-custom-excerpt"><p>{LEAD}</p></div>',
    ],
)
def test_it_is_the_summary_and_no_part_of_the_text(excerpt: str) -> None:
    seen = read(excerpt)

    assert seen.summary == LEAD
    assert seen.content_html.startswith("<p>The crane is lifted")


@pytest.mark.parametrize(
    ("excerpt", "generator", "content"),
    [
        (f'<p class="lead">{LEAD}</p>', "Ghost 5.96", ""),
        (f'<p class="article-excerpt">{LEAD}</p>', "WordPress 6.5", ""),
        (f'<p class="gh-article-excerpt">{LEAD}</p>', "Ghost 5.96", "article"),
    ],
    ids=["of the text", "another system", "declared"],
)
def test_another_lead_stays(excerpt: str, generator: str, content: str) -> None:
    assert LEAD in read(excerpt, generator=generator, content=content).content_html


def test_another_excerpt_stays() -> None:
    assert "Tickets" in read('<p class="gh-article-excerpt">Tickets are sold out, it says.</p>').content_html
