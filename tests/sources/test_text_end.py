"""What stands behind an article's text and is taken for its end: told by where it stands."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from syndicator.domain.article import Sighting
from syndicator.http.client import Http
from syndicator.sources.page import Listing, PageSource
from syndicator.sources.pages.text_end import BEHIND

NOW = datetime(2026, 11, 26, 8, tzinfo=UTC)
SOURCE = PageSource(
    name="orchard",
    listings=(Listing(url="https://orchard.example/"),),
    article=r"/stories/\d+",
    http=Http(),
)
TITLE = "Old apple trees get a second life"


def paragraphs(first: int, last: int) -> str:
    return "".join(
        f"<p>Tree {number} was grafted in the spring, and its keepers hope that the first of its apples can "
        "be picked in the autumn of the year after next, if no late frost comes.</p>"
        for number in range(first, last + 1)
    )


def read(inner: str) -> Sighting:
    head = f"""<title>{TITLE}</title><meta property="og:title" content="{TITLE}">
        <meta property="article:published_time" content="2026-11-20T09:00:00Z">"""
    page = f'<!doctype html><html lang="en"><head>{head}</head><body>{inner}</body></html>'
    return SOURCE.read("https://orchard.example/stories/7", NOW, page=page.encode())


WRITER = """<p>Ida Quist has written about gardens for twelve years, and lives with her family and three
    hens between the hills and the sea.</p>"""
OFFER = """<h2>Visit our shop</h2><p>Knives, wax and everything else that a gardener needs for grafting is in
    our shop, which is open on each day of the week.</p><p>Open from nine to five</p>"""
REST = [
    # who wrote it, in a box beside the text's
    f"""<article><h1>{TITLE}</h1><div class="copy">{paragraphs(1, 12)}</div>
        <div class="who">{WRITER}</div></article>""",
    # what the site sells, in a section of its own
    f"""<main><h1>{TITLE}</h1><section><div>{paragraphs(1, 12)}</div></section>
        <section>{OFFER}</section></main>""",
    # both, in boxes within boxes
    f"""<main><div><div><h1>{TITLE}</h1><div>{paragraphs(1, 12)}</div></div>
        <div><div>{WRITER}</div><div>{OFFER}</div></div></div></main>""",
]


@pytest.mark.parametrize("inner", REST)
def test_what_stands_behind_the_texts_element_is_left_out_and_told(inner: str) -> None:
    seen = read(inner)

    assert "Tree 1 " in seen.content_html
    assert "Tree 12 " in seen.content_html
    for word in ("Quist", "shop", "nine to five"):
        assert word not in seen.content_html
    assert any(BEHIND in warning for warning in seen.warnings)


WHOLE = [
    # the end in a box of its own, as long as an end is not
    f"""<article><h1>{TITLE}</h1><div class="copy">{paragraphs(1, 8)}</div>
        <div class="copy">{paragraphs(9, 12)}</div></article>""",
    # paragraphs in boxes of two each
    f"""<article><h1>{TITLE}</h1>
        {"".join(f"<div>{paragraphs(n, n + 1)}</div>" for n in range(1, 13, 2))}</article>""",
    # a text too short to tell
    f"""<article><h1>{TITLE}</h1><div class="copy">{paragraphs(1, 3)}</div>
        <div class="copy"><p>Tree 12 is the last of them, in the garden behind the school.</p></div>
        </article>""",
    # a short line at the end, in the text's element
    f'<article><h1>{TITLE}</h1><div class="copy">{paragraphs(1, 12)}<p>To be continued</p></div></article>',
]


@pytest.mark.parametrize("inner", WHOLE)
def test_a_text_keeps_its_end(inner: str) -> None:
    seen = read(inner)

    assert all(
        (f"Tree {number} " in seen.content_html) == (f"Tree {number} " in inner) for number in range(1, 13)
    )
    assert ("To be continued" in seen.content_html) == ("To be continued" in inner)
    assert not any(BEHIND in warning for warning in seen.warnings)
