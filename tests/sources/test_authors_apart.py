"""Persons told from those who publish them, and bylines in boxes beside the text."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from syndicator.domain.article import Sighting
from syndicator.http.client import Http
from syndicator.sources.page import Listing, PageSource
from syndicator.sources.pages.headline import Surroundings, headline

SOURCE = PageSource(
    name="pier",
    listings=(Listing(url="https://pier.example/"),),
    article=r"/news/\d+",
    http=Http(),
)

NOW = datetime(2026, 11, 26, tzinfo=UTC)
WORDS = "The pier is painted blue again, as it was before the war, says the painter, who likes it so. "
TEXT = "".join(f"<p>{n}. {WORDS * 2}</p>" for n in range(1, 6))
NAMED = '<p><a rel="author" href="/authors/ann">Ann Pier</a></p>'


def read(head: str = "", byline: str = "", text: str = TEXT) -> Sighting:
    page = f"""<!doctype html><html lang="en"><head><title>The pier is blue</title>{head}</head><body><main>
        <h1>The pier is blue</h1>{byline}{text}</main></body></html>"""
    return SOURCE.read("https://pier.example/news/1", NOW, page=page.encode())


@pytest.mark.parametrize(
    "head",
    [
        '<meta name="author" content="Pier House"><meta name="copyright" content="(c) Pier House 2026">',
        '<meta name="author" content="Harbour House"><meta name="publisher" content="Harbour House">',
        '<meta name="author" content="Harbour House Inc.">',
        '<meta name="author" content="Hafenverlag GmbH">',
        '<meta name="author" content="株式会社ハーバー">',
    ],
)
def test_whoever_publishes_is_no_author_where_a_person_is_named(head: str) -> None:
    assert read(head, NAMED).authors == ("Ann Pier",)
    assert len(read(head).authors) == 1  # better than nobody


@pytest.mark.parametrize("name", ["Ann Pier", "Marco Spada", "Anna Agnelli", "Bo Abt", "Coco Ng"])
def test_a_person_is_no_company(name: str) -> None:
    assert read(f'<meta name="author" content="{name}">', NAMED).authors == (name,)


@pytest.mark.parametrize(
    "byline",
    [
        '<aside><a rel="author" href="/profile/ann">Ann Pier</a> in the harbour</aside>',
        '<nav class="by"><span itemprop="author" itemscope><b itemprop="name">Ann Pier</b></span></nav>',
        '<div class="author-card"><a href="/author/ann"><b class="author-card__name">Ann Pier</b></a></div>',
    ],
)
def test_a_byline_in_a_box_beside_the_text(byline: str) -> None:
    assert read(byline=byline).authors == ("Ann Pier",)


def test_a_byline_in_an_article_without_paragraphs() -> None:
    article = f'<article><div class="byline">By Ann Pier</div><div>{WORDS * 12}</div></article>'

    assert read(text=article).authors == ("Ann Pier",)


@pytest.mark.parametrize(
    "other",
    [
        '<aside><h2>More</h2><a rel="author" href="/authors/bob">Bob Quay</a>' + WORDS * 3 + "</aside>",
        f'<article><h2>The quay</h2><div class="byline">By Bob Quay</div><p>{WORDS}</p></article>',
    ],
)
def test_the_author_of_something_else(other: str) -> None:
    assert read(byline=other).authors == ()


@pytest.mark.parametrize("mark", ["：", "\uff0d", "｜"])
def test_the_sites_name_behind_a_wide_mark(mark: str) -> None:
    assert headline(f"橋が青くなった{mark}港新聞", Surroundings(sites=["港新聞"])) == "橋が青くなった"
