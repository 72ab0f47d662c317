"""Markup from outside comes out harmless, readable, and in proportion."""

from __future__ import annotations

import html
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from selectolax.lexbor import LexborHTMLParser

from syndicator.text.addresses import web_address
from syndicator.text.clean import ATTRIBUTES, TAGS, fold, plain, sanitise

BASE = "https://ledger.example/news/7"

#: What pages are made of, and what attackers and bad editors put between.
PIECES = (
    *("<p>", "</p>", "<div>", "</div>", "<b>", "</b>", "<b id=1>", "<br>", "<br><br>", "<ul><li>", "</ul>"),
    *(
        "<table><tr><td>",
        "</table>",
        "<h1>",
        "</h1>",
        "<blockquote>",
        "</blockquote>",
        "<pre> a\n b",
        "</pre>",
    ),
    *("<a href='/x'>", "<a href='javascript:alert(1)'>", "<a href='JaVaScRiPt&#58;alert(1)'>", "</a>"),
    *(
        "<img src=/a.jpg>",
        "<img src=x onerror=alert(1)>",
        "<img srcset='javascript:alert(1)'>",
        "<img src=data:,x>",
    ),
    *("<script>alert(1)</script>", "<script>", "</script>", "<style>p{}</style>", "<svg><p>", "<math><mi>"),
    *("<iframe src=//video.example/1></iframe>", "<iframe src='javascript:alert(1)'>", "<object data=x>"),
    *(
        "<template><b>",
        "</template>",
        "<noscript><img src=x>",
        "<!-- c -->",
        "<!--",
        "-->",
        "<![CDATA[",
        "<form>",
    ),
    *(
        "<p style='x' onclick='x' class='y'>",
        "<p lang=lo>",
        "&nbsp;",
        "&#1;",
        "&#xFFFE;",
        "&lt;b&gt;",
        "&amp;",
    ),
    *("<figure>", "<figcaption>", "</figcaption>", "</figure>", "<select><option>", "<textarea>", "<title>"),
    *(
        "<del>",
        "</del>",
        "<ins>",
        "<strike>",
        "</s>",
        "<span style='text-decoration:line-through'>",
        "</span>",
    ),
    *(
        "<noscript><p>",
        "</noscript>",
        "<img data-src=/b.jpg>",
        "<audio src=/a.mp3>",
        "<video><source src=/v>",
    ),
    *(
        "</video>",
        "<blockquote cite='https://social.example/1'>",
        "<a href='mailto:a@b.example?x=\"1'>",
        "</html>",
    ),
    *(
        "<a href='tel:+1 2'>",
        "<ol start=x reversed>",
        "<li value=3>",
        "<mfrac><mn>",
        "</math>",
        "<xmp>",
        "<dd>",
    ),
    *(
        "<plaintext>",
        "<td style='text-decoration:line-through'>",
        "<iframe src=//v.example/2 />",
        "<noembed>",
    ),
    *("text ", "ຂ່າວ ", "5 < 6", "\x00", "\ud800", "\u200b", "<", ">", '"', "'"),
)
soup = st.lists(st.sampled_from(PIECES) | st.text(max_size=5), max_size=25).map("".join)


@given(soup)
def test_whatever_comes_in_only_what_is_harmless_comes_out(markup: str) -> None:
    clean = sanitise(markup, BASE)

    root = LexborHTMLParser(f"<body>{clean}").body
    assert root is not None
    for node in root.css("*"):
        assert node.tag in TAGS | {"body"}
        for name, value in node.attributes.items():
            assert name in {attribute for names in ATTRIBUTES.values() for attribute in names}
            if name == "src":
                assert str(value).startswith(("https://", "http://"))
            if name == "href":
                assert str(value).startswith(("https://", "http://", "mailto:", "tel:"))
    assert "<!--" not in clean
    assert unicodedata.is_normalized("NFC", clean)


@given(soup)
def test_what_comes_out_may_stand_in_xml(markup: str) -> None:
    element = etree.Element("summary")
    element.text = sanitise(markup, BASE) + plain(markup)

    assert (etree.fromstring(etree.tostring(element)).text or "") == element.text


@given(soup)
def test_cleaning_what_is_clean_changes_nothing(markup: str) -> None:
    once = sanitise(markup, BASE)

    assert sanitise(once, BASE) == once


@given(st.text())
def test_text_that_was_escaped_reads_as_it_was_written(text: str) -> None:
    assert plain(f"<p>{html.escape(text)}</p>") == fold(text)


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ("<p>Wo<b>rd</b></p><p>next</p>", "Word next"),
        ("one<br>two<script>no()</script><style>no</style>", "one two"),
        ("AT&amp;T &lt;b&gt;", "AT&T <b>"),
        ("if x<y then 5 < 6", "if x<y then 5 < 6"),
        ("\u00a0 Fish \n\t&nbsp;market\u200b", "Fish market"),
        ("cafe\u0301", "café"),
        ("a\x00b\ud800c\ufffe", "abc"),
    ],
)
def test_plain_text_is_one_line_of_what_a_reader_sees(markup: str, expected: str) -> None:
    assert plain(markup) == expected


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ("<div>one</div><div>two</div>", "<p>one</p>\n<p>two</p>"),
        ("one<br><br>two<br>three", "<p>one</p>\n<p>two<br>three</p>"),
        ("<span><p>one</p></span>", "<p>one</p>"),
        ("<table><tr><td>lay<p>out</p></td></tr></table>", "<p>lay</p>\n<p>out</p>"),
        ("<h1>Title</h1>", "<h2>Title</h2>"),
        ("<p>a</p><p>&nbsp;</p><p><b><i> </i></b><br></p><ul><li></li></ul>", "<p>a</p>"),
        ("<figure><figcaption>lost</figcaption></figure><p>a</p>", "<p>a</p>"),
        ("<p><a href='javascript:x'>words</a> stay</p>", "<p>words stay</p>"),
        ("<p><a href='mailto:a@b'>mail</a></p>", '<p><a href="mailto:a@b">mail</a></p>'),
        ("<p><a href='../8#c'>eight</a></p>", '<p><a href="https://ledger.example/8#c">eight</a></p>'),
        (
            "<form><p>in a form, as all of ASP.NET</p><button>Send</button></form>",
            "<p>in a form, as all of ASP.NET</p>",
        ),
        ("<pre>a\n  b</pre>", "<pre>a\n  b</pre>"),
    ],
)
def test_markup_becomes_paragraphs(markup: str, expected: str) -> None:
    assert sanitise(markup, BASE) == expected


def test_a_player_becomes_a_link_to_what_it_plays() -> None:
    player = '<iframe src="//www.youtube.com/embed/x?a=1&amp;b=2" title="The race"></iframe>'

    clean = sanitise(player, BASE)

    assert clean == '<p><a href="https://www.youtube.com/embed/x?a=1&amp;b=2">The race</a></p>'


def test_pictures_that_are_shown_late_are_shown_and_those_that_count_readers_are_not() -> None:
    late = '<p><img src="data:image/gif;base64,R0" data-src="/a.jpg" width="100%" height="9"></p>'
    counter = '<p>x<img src="https://count.example/p.gif" width="1" height="1"></p>'

    assert sanitise(late, BASE) == '<p><img src="https://ledger.example/a.jpg" height="9"></p>'
    assert sanitise(counter, BASE) == "<p>x</p>"


@pytest.mark.slow
@pytest.mark.parametrize(
    "bomb",
    [
        "<div>" * 100_000,
        "<div><table></div></table>" * 30_000,
        "".join(f"<div><b id={n}></div>" for n in range(20_000)),
        "".join(f"<b id={n}><p>" for n in range(20_000)),
        "<b><i>" * 50_000,
        "<p>&nbsp;<br>" * 50_000,
        "<del><p>" * 30_000,
        "<s style=line-through>" * 30_000,
        "<noscript><img src=a>" * 20_000,
        "<iframe src=a>" * 10_000,
        "<math><mfrac><mrow>" * 20_000,
        "<blockquote cite=https://a.example/>" * 20_000,
        "".join(f"<unknown{n}>" for n in range(20_000)),
    ],
    ids=[
        *("deep", "deep in disguise", "reopened", "reopened in paragraphs", "crossed", "hollow"),
        *("deleted", "deleted by style", "without scripts", "frames", "formulas", "posts", "unknown"),
    ],
)
def test_a_page_made_to_explode_stays_in_proportion(bomb: str) -> None:
    """Browsers' parsers make gigabytes, or hours, of these."""
    assert len(sanitise(f"<p>before</p>{bomb}x", BASE)) < 5 * len(bomb)
    assert plain(f"<p>before</p>{bomb}x").startswith("before")


@pytest.mark.parametrize(
    "href", ["ftp://a.example/", "javascript:1", "//", "http://[", "http://x:99999/", "data:,x", "http://"]
)
def test_only_the_web_has_web_addresses(href: str) -> None:
    assert web_address(href) == ""
