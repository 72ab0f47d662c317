"""Expressions that read entries take no square of what they read."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from syndicator.sources.feeds.byline import people
from syndicator.sources.feeds.feed_tails import Origin, without_tails, without_text_tails
from syndicator.sources.feeds.feed_text import headline, is_markup, paragraphs, plain_text
from syndicator.sources.feeds.media_rss import without_texts
from syndicator.sources.feeds.pictures import is_decoration, kind_of_file
from syndicator.sources.feeds.untitled import title_of
from syndicator.sources.feeds.xml_facts import facts
from syndicator.text.file_names import is_file_name

ORIGIN = Origin(url="https://harbour.example/1", title="Crane", home="https://harbour.example/", site="Post")

PIECES = (
    *(
        "<",
        "<a",
        "<a ",
        "</a>",
        "<a href=",
        "<p>",
        "</p>",
        "<!--",
        "&",
        "&a",
        "&#",
        "@",
        "a@",
        "a.",
        "(",
        "<b>",
    ),
    *(
        " ",
        "\n",
        "\n ",
        "-",
        "-_",
        ";",
        ", ",
        "Read more",
        "Crane",
        "#a ",
        "https://",
        "<media:title>",
        "]]>",
    ),
    '<a href="https://harbour.example/1">',
)


@pytest.mark.slow
@pytest.mark.parametrize("piece", PIECES)
@pytest.mark.parametrize(
    "work",
    [
        headline,
        is_markup,
        paragraphs,
        plain_text,
        lambda text: people([text[:1000]]),  # an author is no longer: sources.oddity
        lambda text: without_tails(text, ORIGIN),
        lambda text: without_text_tails(text, ORIGIN),
        lambda text: is_decoration(f"https://harbour.example/{text[:8000]}"),
        is_file_name,
        lambda text: kind_of_file("https://harbour.example/" + text.replace("[", "")),
        title_of,
        lambda text: without_texts(text.encode()),
        lambda text: facts(b"<rss><channel><item>" + text.encode()),
    ],
)
def test_an_expression_takes_no_square(work: Callable[[str], object], piece: str) -> None:
    text = piece * (60_000 // len(piece))
    start = time.process_time()

    work(text)

    assert time.process_time() - start < 2
