"""Readers see what the newsroom shows: nothing that was taken back, and all that only a script would hide."""

from __future__ import annotations

import html5lib
import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicator.domain.markup import joined_text, parted_text
from syndicator.text.addresses import contact_address
from syndicator.text.clean import fold, narrowed, plain, sanitise
from syndicator.text.markup import blocks, parse_part

BASE = "https://ledger.example/news/7"

#: A paragraph that makes any markup long enough to be read by another parser first.
LONG = f"<p>{'The river rose again. ' * 150}</p>"


def shown(markup: str) -> str:
    """What becomes of markup, short and long, which is the same."""
    clean = sanitise(markup, BASE)
    assert sanitise(clean, BASE) == clean
    assert sanitise(markup + LONG, BASE).removesuffix(sanitise(LONG, BASE)).strip() == clean
    return clean


@pytest.mark.parametrize(
    ("markup", "clean", "text"),
    [
        (
            "<p>The mayor <del>resigned</del> <ins>stayed</ins>.</p>",
            "<p>The mayor <del>resigned</del> <ins>stayed</ins>.</p>",
            "The mayor stayed.",
        ),
        ("<p>Price: <strike>90</strike> 80</p>", "<p>Price: <s>90</s> 80</p>", "Price: 80"),
        ("<del><p>All wrong.</p><p>Really.</p></del><p>Right.</p>", "<p>Right.</p>", "Right."),
        ("<ins><p>New.</p></ins><p>Old.</p>", "<p>New.</p>\n<p>Old.</p>", "New. Old."),
        (
            '<p>He <span style="color:red; text-decoration: line-through">stole</span> gave.</p>',
            "<p>He <s><span>stole</span></s> gave.</p>",
            "He gave.",
        ),
        ('<p style="text-decoration:line-through">Gone.</p><p>Here.</p>', "<p>Here.</p>", "Here."),
        ("<p><s>one <del>two</del></s> three</p>", "<p><s>one two</s> three</p>", "three"),
        ("<ul><li><s>milk</s></li><li>eggs</li></ul>", "<ul><li><s>milk</s></li><li>eggs</li></ul>", "eggs"),
    ],
)
def test_deleted_text_stays_marked_or_goes_and_never_reads_as_said(
    markup: str, clean: str, text: str
) -> None:
    assert shown(markup) == clean
    assert plain(markup) == text
    assert plain(clean) == text
    assert " ".join(parted_text(clean).split()) == text
    assert " ".join(joined_text(clean.replace("</p>", "</p> ")).split()) == text


def test_deleted_paragraphs_go_from_pages_too() -> None:
    page = parse_part("<div><del><p>Wrong.</p><p>All of it.</p></del><div><p>Right.</p></div></div>")

    assert list(blocks(page)) == ["<p>Right.</p>"]


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ({"p", "del"}, "<p>a <del>b</del> <del>c</del> d</p>"),
        ({"p", "s"}, "<p>a <s>b</s> <s>c</s> d</p>"),
        ({"p"}, "<p>a   d</p>"),
    ],
)
def test_a_partner_that_takes_no_deleted_text_gets_none(tags: set[str], expected: str) -> None:
    assert narrowed("<p>a <del>b</del> <s>c</s> d</p>", tags, {}) == expected


@pytest.mark.parametrize(
    "end", ["</html>", "</body>", "</body></html>", "</BODY >", "<p></html></p>", "</html\n x>"]
)
def test_text_after_the_end_of_the_page_stays(end: str) -> None:
    markup = f"<p>Before.</p>{end}<p>After.</p>"

    assert shown(markup) == "<p>Before.</p>\n<p>After.</p>"
    assert plain(markup) == "Before. After."


@pytest.mark.parametrize(
    ("markup", "clean", "text"),
    [
        (
            "<p>Results:</p><noscript><table><tr><td>A</td><td>4</td></tr></table></noscript>",
            "<p>Results:</p>\n<table><tbody><tr><td>A</td><td>4</td></tr></tbody></table>",
            "Results: A 4",
        ),
        (
            '<noscript><a href="https://poll.example/1">Take the poll</a></noscript>',
            '<p><a href="https://poll.example/1">Take the poll</a></p>',
            "Take the poll",
        ),
        ("<p>a</p><noscript>Turn on JavaScript to see the comments.</noscript>", "<p>a</p>", "a"),
        (
            '<img src="data:image/gif,R0" class="lazy"><noscript><img src="/a.jpg" alt="A"></noscript>',
            '<p><img src="https://ledger.example/a.jpg" alt="A"></p>',
            "",
        ),
        (
            '<b><img src="/dot.gif" class="lazyload" data-x="a"></b><noscript><img src="/a.jpg"></noscript>',
            '<p><b><img src="https://ledger.example/a.jpg"></b></p>',
            "",
        ),
        (
            '<figure><img data-src="/a.jpg"><noscript><img src="/a-300x200.jpg"></noscript></figure>',
            '<figure><img src="https://ledger.example/a.jpg"></figure>',
            "",
        ),
        (
            '<div><img src="/a.jpg"></div> <noscript><img src="/a.jpg"></noscript>',
            '<p><img src="https://ledger.example/a.jpg"></p>',
            "",
        ),
        (
            '<p>a</p><noscript><img src="https://count.example/p" width=1 height=1></noscript>',
            "<p>a</p>",
            "a",
        ),
    ],
)
def test_what_is_shown_without_scripts_is_shown_once(markup: str, clean: str, text: str) -> None:
    assert shown(markup) == clean
    assert plain(markup) == text


@pytest.mark.parametrize(
    ("markup", "address", "label"),
    [
        ("<audio controls src=/talk.mp3></audio>", "https://ledger.example/talk.mp3", "ledger.example"),
        (
            "<video title='The race'><source src=//v.example/1.mp4>Get a browser</video>",
            "https://v.example/1.mp4",
            "The race",
        ),
        (
            "<video src='blob:https://v.example/x'><a href=/1.mp4>Download</a></video>",
            "https://ledger.example/1.mp4",
            "ledger.example",
        ),
        (
            "<iframe src='about:blank' data-src='https://v.example/2'></iframe>",
            "https://v.example/2",
            "v.example",
        ),
        ("<iframe src='https://v.example/3' />", "https://v.example/3", "v.example"),
        ("<video src='https://v.example/3.mp4'/>", "https://v.example/3.mp4", "v.example"),
        ("<object data='https://v.example/3.svg'/>", "https://v.example/3.svg", "v.example"),
        ("<amp-video src='https://v.example/4.mp4'></amp-video>", "https://v.example/4.mp4", "v.example"),
    ],
)
def test_sound_and_film_become_links(markup: str, address: str, label: str) -> None:
    assert shown(f"<p>Before.</p>{markup}<p>After.</p>") == (
        f'<p>Before.</p>\n<p><a href="{address}">{label}</a></p>\n<p>After.</p>'
    )


@pytest.mark.parametrize(
    "markup",
    [
        '<blockquote class="twitter-tweet"><a href="https://social.example/1"></a></blockquote>',
        '<blockquote class="instagram-media" data-instgrm-permalink="https://social.example/1"><div></div></blockquote>',
        '<blockquote class="tiktok-embed" cite="https://social.example/1"><section></section></blockquote>',
        '<div class="fb-post" data-href="https://social.example/1"></div>',
        '<oembed url="https://social.example/1"></oembed>',
    ],
)
def test_a_post_that_a_script_would_fill_is_a_link(markup: str) -> None:
    link = '<blockquote><p><a href="https://social.example/1">social.example</a></p></blockquote>'

    assert shown(f"<p>He wrote:</p>{markup}") == f"<p>He wrote:</p>\n{link}"


@pytest.mark.parametrize(
    "frame",
    [
        '<noscript><iframe src="https://tags.example/ns" height="0" width="0"></iframe></noscript>',
        '<iframe src="https://tags.example/ns" style="display: none"></iframe>',
    ],
)
def test_a_frame_that_nobody_sees_is_no_link(frame: str) -> None:
    assert shown(f"<p>a</p>{frame}") == "<p>a</p>"


def test_a_post_that_has_words_keeps_them() -> None:
    post = '<blockquote><p>The ferry is late.</p><a href="https://social.example/1">1 May</a></blockquote>'

    assert shown(post) == post


@pytest.mark.parametrize(
    ("href", "expected"),
    [
        ("mailto:desk@ledger.example", "mailto:desk@ledger.example"),
        ("MAILTO: desk@ledger.example", "mailto:desk@ledger.example"),
        ("mailto:a@b.example?subject=A letter", "mailto:a@b.example?subject=A%20letter"),
        ("mailto:a@b.example?subject=Letter%20to%20you", "mailto:a@b.example?subject=Letter%20to%20you"),
        ("mailto:", ""),
        ("mailto:nobody", ""),
        ('mailto:a@b.example"onclick=x', ""),
        ("tel:+856 21 212 345", "tel:+85621212345"),
        ("Tel:(021)212-345", "tel:(021)212-345"),
        ("tel:javascript", ""),
        ("javascript:alert(1)", ""),
    ],
)
def test_addresses_of_people_are_kept_where_they_are_some(href: str, expected: str) -> None:
    assert contact_address(href) == expected


@pytest.mark.parametrize("name", ["iframe", "noembed", "noframes", "xmp", "plaintext"])
def test_what_stands_inside_a_frame_is_no_text(name: str) -> None:
    markup = f'<p>Watch:</p><{name}><a href="/x">the player</a></{name}><p>The text.</p>'

    assert shown(markup) == "<p>Watch:</p>\n<p>The text.</p>"
    assert plain(markup) == "Watch: The text."


@pytest.mark.parametrize(
    "name", ["iframe", "noembed", "noframes", "xmp", "plaintext", "textarea", "video", "audio", "button"]
)
def test_what_is_not_closed_swallows_nothing(name: str) -> None:
    markup = f"<p>Watch:</p><{name} title=x><p>The text.</p>"

    assert shown(markup) == "<p>Watch:</p>\n<p>The text.</p>"
    assert plain(markup) == "Watch: The text."


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<math><mi>x</mi><mo>=</mo><mn>4</mn></math>", "x=4"),
        ("<math><mfrac><mn>1</mn><mn>2</mn></mfrac></math>", "1/2"),
        ("<math><msup><mi>m</mi><mn>2</mn></msup></math>", "m^2"),
        (
            "<math><mfrac><mrow><mn>2</mn><mi>b</mi></mrow><mi>c</mi></mfrac><annotation>x</annotation></math>",
            "(2b)/c",
        ),
        ('<math alttext="E = mc2"></math>', "E = mc2"),
    ],
)
def test_a_formula_is_text(markup: str, text: str) -> None:
    assert shown(f"<p>So {markup}.</p>") == f"<p>So {text}.</p>"
    assert plain(f"<p>So {markup}.</p>") == f"So {text}."


@pytest.mark.parametrize(
    ("markup", "clean"),
    [
        ('<div><img src="/a.jpg"><figcaption>A boat</figcaption></div>', "<p>A boat</p>"),
        ("<figcaption>Alone</figcaption>", "<p>Alone</p>"),
        ("<p>a</p><li>one</li><li>two</li>", "<p>one</p>\n<p>two</p>"),
        ("<dt>word</dt><dd>what it means</dd>", "<p>word</p>\n<p>what it means</p>"),
    ],
)
def test_parts_without_their_whole_are_paragraphs(markup: str, clean: str) -> None:
    assert shown(markup).endswith(clean)


def test_lists_keep_their_numbers() -> None:
    assert shown('<ol start="4" type="x"><li>d</li><li value="9">i</li></ol>') == (
        '<ol start="4"><li>d</li><li value="9">i</li></ol>'
    )
    assert shown('<ol start="x"><li value="">d</li></ol>') == "<ol><li>d</li></ol>"


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("Profit up: a<b and c>d", "Profit up: a<b and c>d"),
        ("List<String> explained", "List<String> explained"),
        ("How <video> works in <iframe>", "How <video> works in <iframe>"),
        ("See <video>no sound</video> here", "See here"),
        ("<![CDATA[ Fish & chips ]]>", "Fish & chips"),
        ("<![CDATA[<p>Fish</p>]]>", "Fish"),
        ("<b class=x>bold</b> and <br>", "bold and"),
        ("<video controls>x</video>y", "y"),
        ("<o:p>Word</o:p> <my-tag>own</my-tag> <blink>blink</blink>", "Word own blink"),
        ("See <https://ledger.example/1>.", "See <https://ledger.example/1>."),
        ("5 < 6 &amp; 7 > 3", "5 < 6 & 7 > 3"),
        ("Fish &amp;amp; chips", "Fish &amp; chips"),
        ("<i>x<y and z></i>", "x<y and z>"),
    ],
)
def test_signs_of_inequality_are_no_tags(markup: str, text: str) -> None:
    assert plain(markup) == text


@pytest.mark.parametrize(
    "text", ["How <video> works", "</article>", "5 < 6", "AT&T &amp; x", "a <b>is not</b> bold"]
)
def test_what_is_text_stays_text(text: str) -> None:
    assert fold(f" {text}\n") == text


#: Pieces in which a page, a careless editor and a CMS's exporter meet.
PIECES = (
    *(
        "<p>",
        "</p>",
        "<div>",
        "</div>",
        "<figure>",
        "</figure>",
        "<figcaption>",
        "</figcaption>",
        "<li>",
        "<ul>",
    ),
    *(
        "</ul>",
        "<dd>",
        "<dl>",
        "</dl>",
        "<del>",
        "</del>",
        "<ins>",
        "</ins>",
        "<strike>",
        "</strike>",
        "<s>",
        "</s>",
    ),
    *("<noscript>", "</noscript>", "<img src=/a.jpg>", "<img data-src=/b.jpg>", "<video src=/v>", "</video>"),
    *(
        "<audio>",
        "<blockquote cite=https://s.example/1>",
        "</blockquote>",
        "<a href=mailto:a@b.example>",
        "</a>",
    ),
    *(
        "<math>",
        "<mfrac>",
        "<mrow>",
        "<mn>1</mn>",
        "</math>",
        "<xmp>",
        "<plaintext>",
        "</html>",
        "<iframe src=/f>",
    ),
    *(
        "<table><tr><td>",
        "<td style=text-decoration:line-through>",
        "</table>",
        "<ol start=3>",
        "text ",
        "ຂ່າວ ",
    ),
)


@given(st.lists(st.sampled_from(PIECES), max_size=20).map("".join))
def test_whatever_is_shown_is_valid_html(markup: str) -> None:
    clean = sanitise(markup, BASE)

    html5lib.HTMLParser(strict=True).parse(f"<!doctype html><html><head></head><body>{clean}</body></html>")
    assert "<figcaption>" not in clean or "<figure>" in clean
    assert sanitise(clean, BASE) == clean
