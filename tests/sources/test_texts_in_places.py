"""An article's text that is not where texts are: in several places of its page, between line breaks, in a
script, beside what looks like a theme's place for it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from syndicator.domain.article import Sighting
from syndicator.http.client import Http
from syndicator.sources.page import Listing, PageSource
from syndicator.sources.pages.own_part import OwnPart
from syndicator.sources.pages.whole_text import Prose, prose_of, whole_text
from syndicator.text.markup import parse

NOW = datetime(2026, 11, 26, 8, tzinfo=UTC)
URL = "https://harbour.example/news/21"
SOURCE = PageSource(
    name="harbour",
    listings=(Listing(url="https://harbour.example/"),),
    article=r"/news/\d+",
    http=Http(),
)
TITLE = "The dredger clears the northern channel"
HEAD = f"""<title>{TITLE}</title><meta property="og:title" content="{TITLE}">
    <meta property="article:published_time" content="2026-11-20T09:00:00Z">"""


def sentence(number: int) -> str:
    return (
        f"On day {number} the dredger lifted a new load of sand out of the channel, and the port's pilots "
        "measured how deep the water was before they let the next freighter in."
    )


def paragraphs(first: int, last: int) -> str:
    return "".join(f"<p>{sentence(number)}</p>" for number in range(first, last + 1))


def read(inner: str, head: str = HEAD) -> Sighting:
    page = f'<!doctype html><html lang="en"><head>{head}</head><body>{inner}</body></html>'
    return SOURCE.read(URL, NOW, page=page.encode())


def days(seen: Sighting, last: int) -> list[int]:
    """The days that a text tells of, in its order."""
    positions = {number: seen.content_html.find(f"On day {number} ") for number in range(1, last + 1)}
    return sorted((number for number, at in positions.items() if at >= 0), key=positions.__getitem__)


PARTS = [
    # two columns with a box between them
    f"""<article><h1>{TITLE}</h1><div class="article-body">{paragraphs(1, 6)}</div>
        <aside><p>Subscribe to the letter of the harbour, which comes once a week and is free for all of
        its readers, wherever they are.</p></aside><div class="column">{paragraphs(7, 12)}</div></article>""",
    # sections, each in boxes of its own
    f"""<main><div><h1>{TITLE}</h1></div>
        <section class="rich"><div class="entry-content">{paragraphs(1, 5)}</div></section>
        <section class="rich"><div><div>{paragraphs(6, 12)}</div></div></section></main>""",
    # items of a list
    f"""<article><h1>{TITLE}</h1><div class="post-body">{paragraphs(1, 4)}<ol>
        {"".join(f"<li><div><span></span><div><p>{sentence(n)}</p></div></div></li>" for n in range(5, 13))}
        </ol></div></article>""",
]


@pytest.mark.parametrize("inner", PARTS)
def test_a_text_in_several_places_is_whole(inner: str) -> None:
    others = f"""<section class="comments"><h3>Comments</h3>{paragraphs(90, 91)}</section>
        <div class="related"><h3>More</h3><article><h2>Other</h2><p>{sentence(95)}</p></article></div>
        <footer><p>{sentence(99)}</p></footer>"""
    seen = read(inner + others)

    assert days(seen, 99) == list(range(1, 13))
    assert "letter of the harbour" not in seen.content_html


@pytest.mark.parametrize("heading", ["The Harbour Post", TITLE])
def test_lists_of_others_around_the_text_are_not_its_parts(heading: str) -> None:
    """Whether the page's heading is the article's or the site's, in the column beside it or in a guide."""
    ticker = "".join(f"<li>{sentence(number)}</li>" for number in range(50, 60))
    guide = "".join(f'<li><a href="/guides/{n}"><p>{sentence(n)}</p></a></li>' for n in range(60, 70))
    news, text = f'<div class="news"><ul>{ticker}</ul></div>', f"<div>{paragraphs(1, 6)}</div>"
    story = f'<div class="story"><h1>{heading}</h1>{text}</div>{news}'
    if heading != TITLE:
        story = f'<div class="top"><h1>{heading}</h1></div><div class="left">{news}{text}</div>'
    seen = read(f'<div class="all">{story}<div class="right"><ul>{guide}</ul></div></div>')

    assert days(seen, 99) == list(range(1, 7))


def test_what_was_found_in_several_places_is_told() -> None:
    """Whichever reader finds it; the first one finds some of these alone."""
    told = [seen for inner in PARTS if (seen := read(inner)).origins["content_html"] == "paragraphs"]

    assert all("several places" in " ".join(seen.warnings) for seen in told)


def test_a_text_in_one_place_is_read_as_ever_and_nothing_is_told() -> None:
    seen = read(f"<article><h1>{TITLE}</h1>{paragraphs(1, 8)}</article><aside>{paragraphs(90, 99)}</aside>")

    assert (days(seen, 99), seen.origins["content_html"]) == (list(range(1, 9)), "trafilatura")
    assert not [warning for warning in seen.warnings if "text" in warning]


@pytest.mark.parametrize("tag", ["div", "section", "td"])
def test_lines_between_two_breaks_are_paragraphs(tag: str) -> None:
    lines = [
        f'{sentence(n)} See <i><a href="https://tides.example/{n}">Tide Tables</a></i>, says the pilot.'
        for n in range(1, 6)
    ]
    text = "<br>\n<br/>".join(lines)
    inner = f'<{tag} class="text">{text}</{tag}>'
    inner = f"<table><tr>{inner}</tr></table>" if tag == "td" else inner
    seen = read(f"<article><h1>{TITLE}</h1>{inner}</article>")

    assert seen.content_html.count("<p>") == len(lines)
    assert seen.content_html.count("</a></i>, says the pilot.</p>") == len(lines)


@pytest.mark.parametrize("teaser", ["<article><p>A ferry opens.</p></article>", "<article>Sign in</article>"])
def test_a_lone_article_element_that_holds_another_one_is_not_the_text(teaser: str) -> None:
    seen = read(
        f'<div id="content" role="main"><header><h1>{TITLE}</h1></header>'
        f'<div class="t">{paragraphs(1, 9)}</div></div>{teaser}'
    )

    assert days(seen, 9) == list(range(1, 10))


TEXT = "\n\n".join(map(sentence, range(1, 6)))
STORIES = [
    {"headline": TITLE, "body": paragraphs(1, 5)},
    {"title": TITLE, "content": {"rendered": paragraphs(1, 5)}},
    {"title": TITLE, "components": [{"type": "text", "text": sentence(n)} for n in range(1, 6)]},
    {"name": TITLE, "article": {"paragraphs": [sentence(n) for n in range(1, 6)]}},
]


@pytest.mark.parametrize("story", STORIES)
def test_a_text_that_programs_alone_have_is_taken_and_told(story: dict[str, Any]) -> None:
    other = {"title": "A ferry opens", "body": "".join(f"<p>{sentence(n)}</p>" for n in range(60, 90))}
    data = {"props": {"pageProps": {"story": story | {"related": [other]}, "next": [other]}}}
    script = f'<script id="__NEXT_DATA__" type="application/json">{json.dumps(data)}</script>'
    seen = read(f'<div id="app"><h1>{TITLE}</h1></div>{script}')

    assert days(seen, 99) == [1, 2, 3, 4, 5]
    assert (seen.origins["content_html"], "script" in " ".join(seen.warnings)) == ("script", True)


@pytest.mark.parametrize("body", [TEXT, paragraphs(1, 5)])
def test_a_text_that_json_ld_alone_has_is_taken_and_told(body: str) -> None:
    ld = {"@type": "NewsArticle", "headline": TITLE, "articleBody": body}
    seen = read(f'<script type="application/ld+json">{json.dumps(ld)}</script><div id="app"></div>')

    assert days(seen, 9) == [1, 2, 3, 4, 5]
    assert (seen.content_html.count("<p>"), "script" in " ".join(seen.warnings)) == (5, True)


def test_markup_comes_before_scripts() -> None:
    ld = {"@type": "NewsArticle", "headline": TITLE, "articleBody": "Plain. " * 900}
    script = f'<script type="application/ld+json">{json.dumps(ld)}</script>'
    seen = read(f"<article><h1>{TITLE}</h1>{paragraphs(1, 5)}</article>{script}")

    assert (days(seen, 9), "Plain" in seen.content_html) == ([1, 2, 3, 4, 5], False)


def test_another_articles_text_in_a_script_is_not_taken() -> None:
    data = json.dumps({"story": {"title": "A ferry opens in the south", "body": paragraphs(1, 5)}})
    page = f'<p>The port tells more soon.</p><script type="application/json">{data}</script>'

    assert days(read(f"<h1>{TITLE}</h1>{page}"), 9) == []


def items(first: int, last: int) -> str:
    return "".join(f"<li>berth {number}: two cranes, one tug</li>" for number in range(first, last + 1))


#: What is passed by where a page's paragraphs alone are taken for its text.
BETWEEN = {
    "lists": f"<ul>{items(1, 12)}</ul>",
    "numbered lists": f"<div><ol>{items(1, 12)}</ol></div>",
    "a table": "<table>"
    + "".join(f"<tr><td>berth {n}: two cranes</td><td>one tug</td></tr>" for n in range(1, 13))
    + "</table>",
    "headings in boxes": "".join(
        f'<div class="title"><div><h2>berth {n}: two cranes</h2></div></div>{paragraphs(20 + n, 20 + n)}'
        for n in range(1, 13)
    ),
}


def prose(own: str) -> tuple[list[Prose], OwnPart]:
    page = parse(f"<html><body><main><h1>{TITLE}</h1>{own}</main></body></html>")
    own_part = OwnPart(page, TITLE)
    return list(prose_of(page, own_part)), own_part


@pytest.mark.parametrize("between", BETWEEN.values(), ids=BETWEEN)
def test_what_stands_between_paragraphs_is_part_of_their_text(between: str) -> None:
    """Whatever looks for a text by its paragraphs finds these alone."""
    own, own_part = prose(f"<div>{paragraphs(1, 4)}{between}{paragraphs(5, 6)}</div>")
    found = "".join(each.node.html or "" for each in own if each.node.tag == "p")

    whole = whole_text(own, found, own_part)

    assert all(f"berth {number}: two cranes" in whole for number in range(1, 13))
    assert all(sentence(number) in whole for number in range(1, 7))


@pytest.mark.parametrize(
    "behind", ["<h2>More of the harbour, for those who like it</h2>", f"<ul>{items(90, 95)}</ul>"]
)
def test_what_follows_the_last_paragraph_is_not_taken_with_the_lists_between(behind: str) -> None:
    own, own_part = prose(f"<div>{paragraphs(1, 4)}<ul>{items(1, 12)}</ul>{paragraphs(5, 6)}{behind}</div>")

    whole = whole_text(own, paragraphs(1, 6), own_part)

    assert "berth 12: two cranes" in whole
    assert not [words for words in ("More of the harbour", "berth 90") if words in whole]


def test_a_text_that_was_found_whole_is_not_read_again() -> None:
    text = f"<div>{paragraphs(1, 4)}<ul>{items(1, 12)}</ul>{paragraphs(5, 6)}</div>"
    own, own_part = prose(text)

    assert whole_text(own, text, own_part) == ""


@pytest.mark.parametrize(
    "copies",
    [
        f"<div>{paragraphs(1, 6)}</div><div class='mobile'>{paragraphs(1, 6)}</div>",
        f"<section>{paragraphs(1, 3)}{paragraphs(1, 3)}</section>",
    ],
)
def test_copies_for_small_screens_are_no_parts(copies: str) -> None:
    own, own_part = prose(f"<div>{copies}</div>")

    assert whole_text(own, paragraphs(1, 3), own_part) == ""


def test_most_of_what_was_found_must_be_there_again() -> None:
    """Else it is another text: of a list, say, of which one entry was found."""
    own, own_part = prose(f"<div>{paragraphs(1, 20)}</div>")
    notes = "".join(
        f"<p>Note {number}: a tug waits at the lock for the tide to turn.</p>" for number in range(9)
    )

    assert whole_text(own, paragraphs(1, 2) + notes, own_part) == ""
    assert sentence(20) in whole_text(own, paragraphs(1, 9) + notes, own_part)


@pytest.mark.parametrize(
    "name",
    [
        'class="content with-sidebar"',
        'class="sidebar-container"',
        'class="node node--promoted"',
        'class="widget Blog"',
        'class="has-slider section"',
        'id="menu" class="card"',
    ],
)
def test_what_holds_most_of_the_prose_is_the_articles_whatever_it_is_called(name: str) -> None:
    page = parse(f"<h1>{TITLE}</h1><div {name}><div>{paragraphs(1, 6)}</div></div>")

    assert len(list(prose_of(page, OwnPart(page, TITLE)))) == 6


@pytest.mark.parametrize(
    "box",
    [
        f'<div class="sidebar">{paragraphs(7, 9)}</div>',
        f'<div class="widget">{paragraphs(7, 7)}</div>',
        f'<div class="comments">{paragraphs(7, 40)}</div>',
        f'<div id="related" class="card">{paragraphs(7, 40)}</div>',
    ],
)
def test_boxes_beside_the_text_are_none_of_it(box: str) -> None:
    page = parse(f"<div><h1>{TITLE}</h1><div>{paragraphs(1, 6)}</div>{box}</div>")

    assert len(list(prose_of(page, OwnPart(page, TITLE)))) == 6


@pytest.mark.parametrize(
    ("name", "is_own"),
    [
        ("menu-innovation-is-what-the-port-needs", True),
        ("more_stories-that-the-old-pilots-tell", True),
        ("menu", False),
        ("more-stories", False),
    ],
)
def test_an_id_made_of_a_heading_is_no_name_of_a_place(name: str, is_own: bool) -> None:
    part = f'<section id="{name}"><h2>The pilots</h2>{paragraphs(7, 8)}</section>'
    page = parse(f"<article><h1>{TITLE}</h1><div>{paragraphs(1, 6)}</div>{part}</article>")

    assert len(list(prose_of(page, OwnPart(page, TITLE)))) == (8 if is_own else 6)
