"""What is read without a parser is read as the parser reads it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicator.text.clean import fold, plain
from syndicator.text.markup import text_of
from syndicator.text.simple_markup import simple_text

PIECES = (
    *(
        "<p>",
        "</p>",
        "<h2>",
        "</h2>",
        '<p class="lead">',
        "<b>",
        "</b>",
        '<a href="/quay?a=1&amp;b=2">',
        "</a>",
    ),
    *("<em>", "</em>", "<br>", "<br/>", '<img src="/tug.jpg" alt="A &quot;tug&quot;">', "<blockquote>"),
    *("</blockquote>", "<span>", "</span>", '<span style="text-decoration: line-through">', "<s>", "</s>"),
    *(
        "<title>",
        "</title>",
        "<li>",
        "</li>",
        "tug",
        " the ",
        "quay ",
        "\n",
        "&amp;",
        "&lt;",
        "&nbsp;",
        "&eacute;",
        "&",
        "5 > 4",
        "]]>",
    ),
    *("<sup>", "</sup>", "&#39;", "\u00e9", "\u200b", "</div>", "<P>", "<script>", "a<b", "<p", "&amp;lt;"),
)


@given(st.lists(st.sampled_from(PIECES), max_size=9))
def test_it_reads_what_the_parser_reads(pieces: list[str]) -> None:
    markup = "".join(pieces)
    text = simple_text(markup)

    assert text is None or "<" not in markup or fold(text) == fold(text_of(markup))


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ('<p>The <a href="/tug">tug</a> left.</p>', "The tug left."),
        ("<h2>Tug &amp; quay<br>in fog</h2>", "Tug & quay in fog"),
        ('<b>R</b>ain<img src="/r.png"> at <em>noon</em>', "Rain at noon"),
        ("<blockquote>&lt;tug&gt;</blockquote>again", "<tug> again"),
    ],
)
def test_simple_markup(markup: str, text: str) -> None:
    assert plain(markup) == fold(simple_text(markup) or "") == text


@pytest.mark.parametrize(
    "markup",
    [
        *("<p>a<p>b</p></p>", "<b>a</i>", "<p>a", "a</p>", "<p>a<h2>b</h2></p>", "<td>a</td>", "&eacute;"),
        "<title>a<b>b</b></title>",
        *('<p style="x">a</p>', "<s>a</s>", "a < b", "<b and c>", "]]>", "<p>" + "a" * 2000 + "</p>"),
    ],
)
def test_what_needs_a_parser(markup: str) -> None:
    assert simple_text(markup) is None
