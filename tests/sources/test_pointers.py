"""What in a text only leads to other pages goes, and what leads to a text's sources stays."""

from __future__ import annotations

import pytest

from syndicator.sources.pages.pointers import without_pointers
from syndicator.text.clean import plain

URL = "https://mill.example/news/7-the-mill"

WORDS = "The mill by the river grinds again, says its owner, who had waited three years for the new stone. "
TEXT = "".join(f"<p>{n}: {WORDS * 2}</p>" for n in ("One", "Two", "Three", "Four"))


@pytest.mark.parametrize(
    "pointer",
    [
        '<blockquote><p><a href="/news/6-the-dam">The dam holds</a></p></blockquote>',
        '<blockquote><a href="https://mill.example/news/5">Wie der Damm hielt</a></blockquote>',
        '<h2><a href="/news/6-the-dam">The dam holds</a></h2>',
        '<h3><a href="/news/6"><i>Ufer.</i> Der Damm hält</a></h3><h3><a href="/news/5">Плотина</a></h3>',
        (
            '<h2><a href="/news/6">The dam holds</a></h2><p>It was built in May.</p>'
            '<h2><a href="/news/5">The fish are back</a></h2><p>Trout, mostly.</p>'
        ),
        (  # teasers with a picture, their day, and a button
            '<h2><a href="/news/6">The dam holds</a></h2><p><img src="/6.jpg"></p><p>20 May</p>'
            f'<p>{WORDS}</p><p>Read</p><h2><a href="/news/5">The fish are back</a></h2><p>Trout, mostly.</p>'
        ),
        f'<h4><a href="/6">Dam</a></h4><p>{WORDS * 3}</p><h4><a href="/5">Fish</a></h4><p>{WORDS}</p>',
        '<p><a href="https://mailchi.mp/mill/news">Get our letter every morning</a></p>',
        '<p><a href="https://whatsapp.com/channel/0029">Suivez-nous</a></p>',
        (
            '<p>One dam.</p><p><a href="https://a.example/1">Mehr lesen</a></p><p>Two dams.</p>'
            '<p><a href="https://a.example/2">Mehr lesen</a></p><p>And a third.</p>'
            '<p><a href="https://a.example/3">Mehr lesen</a></p>'
        ),
    ],
)
def test_what_only_leads_elsewhere_goes(pointer: str) -> None:
    found = without_pointers(TEXT + pointer, URL)

    assert "<a" not in found
    assert all(plain(part) in plain(found) for part in TEXT.split("</p>"))


@pytest.mark.parametrize(
    "source",
    [
        '<blockquote><p>It grinds, <a href="/news/6">as we told</a>, and grinds</p></blockquote>',
        '<h2><a href="https://river.example/">The office for rivers</a></h2>',
        f'<h2><a href="/guide">The owner</a></h2><p>{WORDS * 3}</p>',
        f'<h2><a href="/guide">The owner</a></h2><h3>Her youth</h3><p>{WORDS * 3}</p>',
        '<h2><a href="/guide">The owner</a></h2><p>She is forty.</p>',
        '<p><a href="https://a.example/1">Law</a></p><p><a href="https://a.example/2">Map</a></p>',
        (
            '<p><a href="https://a.example/1">Map</a></p><p><a href="https://a.example/1">Map</a></p>'
            '<p><a href="https://a.example/1">Map</a></p>'
        ),
    ],
)
def test_what_leads_to_a_source_or_has_a_text_stays(source: str) -> None:
    assert without_pointers(TEXT + source, URL) == TEXT + source


@pytest.mark.parametrize("picture", ['<img src="/6.jpg">', '<p><img src="/6.jpg"></p>'])
@pytest.mark.parametrize("tag", ["h2", "h4"])
def test_headlines_of_others_with_a_picture_alone_go_wherever_they_stand(tag: str, picture: str) -> None:
    cards = "".join(f'<{tag}><a href="/news/{n}">Story {n}</a></{tag}>{picture}' for n in (5, 6, 8))
    found = without_pointers(f"{TEXT}{cards}<h2>The stone</h2>{TEXT}", URL)

    assert ("<a" in found, "<img" in found) == (False, False)
    assert found.count("Four: ") == 2


def test_a_gallery_of_links_is_a_text() -> None:
    cards = "".join(
        f'<h2><a href="/works/{n}">Work {n}</a></h2><p><img src="/{n}.jpg"></p>' for n in range(9)
    )

    assert without_pointers(f"<p>Our works.</p>{cards}<p>Call us.</p>", URL).count("<img") == 9


@pytest.mark.parametrize(
    "heading",
    [
        '<h4><a href="/news/">Mills</a></h4>',
        '<h2><a href="/news/6-the-dam">The dam holds, say those who built it</a></h2>',
    ],
)
def test_what_leads_elsewhere_over_a_whole_text_goes(heading: str) -> None:
    below = f"{TEXT}<h3>Her youth</h3>{TEXT}"

    found = without_pointers(heading + below, URL)

    assert below in found
    assert "<a" not in found


def test_a_heading_with_a_link_over_a_part_of_the_text_stays() -> None:
    parts = "".join(f'<h2><a href="/mills/{n}">Mill {n}</a></h2>{TEXT}' for n in (1, 2))

    assert without_pointers(parts, URL) == parts


@pytest.mark.parametrize("heading", ["<h2>{}</h2>", "<h3>{}</h3>"])
@pytest.mark.parametrize("address", [URL, "", "#stone", f"{URL}#stone"])
def test_a_heading_that_leads_to_itself_is_words(heading: str, address: str) -> None:
    marked = heading.format(f'<a href="{address}">The stone</a>')

    assert heading.format("The stone") + TEXT in without_pointers(marked + TEXT, URL)


def test_a_text_of_teasers_is_a_text() -> None:
    text = "".join(
        f'<h2><a href="/news/{n}">The {n}th mill</a></h2><p>It has {n} wheels, of oak.</p>'
        for n in range(2, 9)
    )

    assert without_pointers(f"<p>Mills of the river.</p>{text}", URL).count("<a") == 7
