"""The text of an article where no selector names it."""

from __future__ import annotations

import pytest

from syndicator.sources.pages.extract import Select, extract
from syndicator.sources.pages.extracted import NO_TEXT, Extracted
from syndicator.sources.pages.pointers import without_pointers
from syndicator.text.clean import plain

URL = "https://ledger.example/news/ferry-opens"
SENTENCES = [
    (
        "The first boat of the new ferry left the eastern pier at dawn, with "
        "ninety people and four cows on board."
    ),
    (
        "Its captain, who has known the river since she was six, had spent a "
        "week learning where the sand lies now."
    ),
    (
        "Until this month everybody took the long way round by the bridge, and "
        "that cost the market two hours a day."
    ),
    (
        "Nobody had asked for a timetable, says the harbour office, so that "
        "one was written on the wall in chalk."
    ),
    (
        "Fishermen are less pleased: the waves of the engine drive their nets "
        "ashore, and they want a slower boat."
    ),
    (
        "A second crossing is planned for the dry season, if the council finds "
        "the money for another landing stage."
    ),
]
TEXT = "".join(f"<p>{sentence}</p>" for sentence in SENTENCES)
SHORT = "<p>The ferry opens on Monday. Tickets cost two coins.</p>"


def read(content: str, title: str = "A ferry opens", head: str = "") -> Extracted:
    page = f"<html lang=en><head><title>{title}</title>{head}</head><body>{content}</body></html>"
    return extract(page, URL, select=Select())


def wrapped(text: str) -> str:
    """A page as themes make it: with skip link, masthead, navigation, comments, share bar."""
    return (
        '<a class="skip-link" href="#content">Skip to content</a><header><p class="site-title">The Ledger</p>'
        '<nav><ul><li><a href="/a">World</a></li><li><a href="/b">Sports</a></li></ul></nav></header>'
        f'<div id="content"><main>{text}</main></div>'
        '<div id="comments"><h2>1 comment</h2><ol><li>A reader says: I like it.</li></ol></div>'
        "<footer><p>Proudly powered by a press. All rights reserved.</p></footer>"
    )


@pytest.mark.parametrize(
    "theme",
    [
        (
            '<article class="hentry"><header class="entry-header"><h1>A ferry '
            'opens</h1></header><div class="entry-content">{}</div><footer '
            'class="entry-footer">Posted in News</footer></article>'
        ),
        (
            '<article class="gh-article"><h1>A ferry opens</h1><section '
            'class="gh-content">{}</section></article>'
        ),
        '<article class="h-entry"><h1>A ferry opens</h1><div class="e-content">{}</div></article>',
        (
            '<div><h1>A ferry opens</h1><div itemprop="articleBody">{}</div><div '
            'class="share">Share this</div></div>'
        ),
        '<div class="post"><h1>A ferry opens</h1><div class="post-content">{}</div></div>',
        "<article><h1>A ferry opens</h1>{}</article>",
        "<h1>A ferry opens</h1>{}",
    ],
)
@pytest.mark.parametrize("text", [SHORT, TEXT])
def test_the_text_of_themes_in_use_is_right_however_short_it_is(theme: str, text: str) -> None:
    found = read(wrapped(theme.replace("{}", text)))
    assert found.get("content_html").replace("\n", "") == text
    assert found.get("title") == "A ferry opens"


@pytest.mark.parametrize(
    "pointer",
    [
        '<p><a href="/news/1">What the river was before the dam</a></p>',
        '<p>Read more: <a href="/news/1">What the river was</a></p>',
        '<p><strong>Les også:</strong> <a href="/news/1">What the river was</a></p>',
        '<p>ອ່ານຕໍ່: <a href="https://www.ledger.example/news/1">ຂ່າວ</a></p>',
        '<h3>Most viewed</h3><ul><li><a href="/1">One of them</a></li><li><a href="/2">Two</a></li></ul>',
        '<p><a href="/tag/a">Ferries</a>, <a href="/tag/b">Rivers</a></p>',
    ],
)
def test_what_only_leads_to_other_pages_of_the_site_is_no_text(pointer: str) -> None:
    assert without_pointers(f"<p>A.</p>{pointer}<p>B.</p>", URL).endswith("<p>A.</p><p>B.</p></div>") or (
        without_pointers(f"<p>A.</p>{pointer}<p>B.</p>", URL).count("<a") == 0
    )


@pytest.mark.parametrize(
    "source",
    [
        '<p><a href="https://ministry.example/report">The report</a></p>',
        (
            '<ul><li><a href="/files/report.pdf">The report</a></li><li><a '
            'href="/files/map.pdf">The map</a></li></ul>'
        ),
        '<p>He told <a href="/news/1">this newspaper</a> so.</p>',
        '<p><a href="/news/1">The report</a> says that the river is deep.</p>',
        (
            '<ul><li><a href="/news/1">The report</a>: it says that the river is '
            "deep</li><li>Nothing else</li></ul>"
        ),
        '<p><a href="mailto:desk@ledger.example">Write to us</a></p>',
        "<p>Read more: in the library.</p>",
    ],
)
def test_sources_and_documents_are_text(source: str) -> None:
    assert without_pointers(f"<p>A.</p>{source}<p>B.</p>", URL) == f"<p>A.</p>{source}<p>B.</p>"


def test_teasers_with_pictures_inside_the_text_are_no_text() -> None:
    teaser = '<a href="/news/1"><img src="/t.jpg"><span>What the river was before the dam came</span></a>'
    content = read(f"<article><h1>A ferry opens</h1>{TEXT}<div>{teaser}</div>{TEXT}</article>").get(
        "content_html"
    )
    assert "before the dam" not in content
    assert "t.jpg" not in content


def test_a_linked_picture_of_the_text_stays() -> None:
    picture = '<p><a href="/large.jpg"><img src="/p.jpg" alt="The pier"></a></p>'
    found = read(
        f"<article><h1>A ferry opens</h1>{TEXT}{picture}{TEXT}</article>",
        head='<meta property="og:image" content="https://ledger.example/other.jpg">',
    )
    assert "https://ledger.example/p.jpg" in found.get("content_html")


def test_the_heading_in_other_words_than_the_metadata_is_not_repeated_in_the_text() -> None:
    head = '<meta property="og:title" content="Ferry: what to know before you cross">'
    content = f'<article><h1>A ferry opens</h1><div class="text"><p>A ferry opens</p>{TEXT}</div></article>'
    found = read(content, head=head)
    assert found.get("title") == "Ferry: what to know before you cross"
    assert plain(found.get("content_html")) == " ".join(SENTENCES)


def test_a_page_without_text_says_so() -> None:
    head = '<meta name="description" content="The ferry opens on Monday.">'
    found = read('<div id="app"></div><script>window.data = {}</script>', head=head)
    assert (found.get("content_html"), found.warnings) == ("", [NO_TEXT])
    assert read(wrapped(TEXT)).warnings == []
