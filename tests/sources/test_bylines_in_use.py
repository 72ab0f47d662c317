"""Authors by how sites link to them, and what stands beside an author that is none."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from syndicator.http.client import Http
from syndicator.sources.page import Listing, PageSource

NOW = datetime(2026, 11, 26, 8, tzinfo=UTC)
URL = "https://harbour.example/news/21"
SOURCE = PageSource(
    name="harbour",
    listings=(Listing(url="https://harbour.example/"),),
    article=r"/news/\d+",
    http=Http(),
)
PARAGRAPHS = (
    "The crane is lifted onto the quay at dawn, when the tide is low and no tug has another ship to move.",
    "Forty people built it in the yard across the bay, where they had built no other for eleven years.",
    "Whoever wants to watch has to stand behind the fence of the fish market, the police wrote in a letter.",
    "From next spring on, freighters of every size can be unloaded here, and no longer in the capital alone.",
    "The council paid a third of what it cost; the rest came from the region and from two shipping lines.",
)
TEXT = "".join(f"<p>{paragraph}</p>" for paragraph in PARAGRAPHS)


def authors(byline: str) -> tuple[str, ...]:
    page = f"""<!doctype html><html lang="en"><head><title>The crane arrives</title></head><body><article>
        <h1>The crane arrives</h1>{byline}{TEXT}</article></body></html>"""
    return SOURCE.read(URL, NOW, page=page.encode()).authors


@pytest.mark.parametrize(
    "href",
    ["/news-authors/ann-quay", "/blog-author/ann-quay", "/library/?_author=Ann%20Quay", "/blog/?author=12"],
)
def test_links_to_an_authors_page_are_bylines(href: str) -> None:
    assert authors(f'<div><a href="{href}">Ann Quay</a></div>') == ("Ann Quay",)


@pytest.mark.parametrize(
    "name", ["author-description", "dynamic-author-description", "post-author__role", "author-job"]
)
@pytest.mark.parametrize("text", ["Licensed Crane Driver", "Master of Ships, Quay School"])
def test_what_an_author_is_is_no_name(name: str, text: str) -> None:
    assert authors(f'<div class="{name}">{text}</div>') == ()


POINTERS = [
    '(<a href="/news/7">Read too: a ferry opens</a>)',
    '<a href="/news/7">A ferry opens</a>[',
    '<a href="/about">About us</a> | <a href="/mission">Mission</a> | <a href="/contact">Contact</a>',
    '<a href="https://twitter.com/share?text=The+crane">The crane is the highest of all.</a>',
    '<a href="https://www.facebook.com/sharer/sharer.php?u=x">Tell your friends</a>',
]


@pytest.mark.parametrize("pointer", POINTERS)
def test_what_only_leads_on_is_no_text(pointer: str) -> None:
    at = TEXT.index("<p>From")
    page = f"""<!doctype html><html lang="en"><head><title>The crane arrives</title></head><body><article>
        <h1>The crane arrives</h1>{TEXT[:at]}<p>{pointer}</p>{TEXT[at:]}</article></body></html>"""
    text = SOURCE.read(URL, NOW, page=page.encode()).content_html

    assert (text.count("<p>"), "<a" in text) == (5, False)
