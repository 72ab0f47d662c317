"""Shortcodes that a system has left in a text as they were written."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syndicator.text.clean import sanitise
from syndicator.text.shortcodes import named_shortcodes, without_shortcodes

BASE = "https://harbour.example/story"


def cleaned(markup: str) -> str:
    return sanitise(without_shortcodes(markup)[0], BASE)


@pytest.mark.parametrize(
    "markup",
    [
        '[caption id="a_7" width="800"]<img src="/q.jpg" alt="A quay"> The old quay[/caption]',
        "[caption id=&#8221;a_7&#8221;]<img src='/q.jpg' alt='A quay'> The old quay[/caption]",
        '<p>[wp_caption align="left"]<img src="/q.jpg" alt="A quay">The old quay[/wp_caption]</p>',
        '[caption id="" width="300" caption="The old quay"]<img src="/q.jpg" alt="A quay">[/caption]',
    ],
    ids=["as written", "typographic", "in a paragraph", "as an attribute"],
)
def test_a_caption_is_its_pictures(markup: str) -> None:
    image = '<img src="https://harbour.example/q.jpg" alt="A quay">'
    figure = f"<figure>{image}<figcaption>The old quay</figcaption></figure>"

    assert cleaned(f"<p>Before.</p>{markup}<p>After.</p>") == f"<p>Before.</p>\n{figure}\n<p>After.</p>"


def test_a_captioned_picture_keeps_its_link() -> None:
    made = cleaned('[caption width="3"]<a href="/big"><img src="/q.jpg"></a> The <em>old</em> quay[/caption]')

    assert '<a href="https://harbour.example/big"><img' in made
    assert "<figcaption>The <em>old</em> quay</figcaption>" in made


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ('<p>One.</p>[gallery ids="4,5,6" link="file"]<p>Two.</p>', "<p>One.</p>\n<p>Two.</p>"),
        ("<p>One.</p><p>[gallery]</p><p>Two.</p>", "<p>One.</p>\n<p>Two.</p>"),
        ("[vc_row][vc_column width='1/2']<p>One.</p>[/vc_column][/vc_row]", "<p>One.</p>"),
        ("[et_pb_section fb_built='1'][et_pb_text]<p>One.</p>[/et_pb_text][/et_pb_section]", "<p>One.</p>"),
        (
            '[pullquote align="right"]We will stay.[/pullquote]<p>One.</p>',
            "<p>We will stay.</p>\n<p>One.</p>",
        ),
        ('<p>One [harbour_tide day="today" unit="m"] more.</p>', "<p>One  more.</p>"),
        ('<p>[contact-form-7 id="12" title="Write"]</p><p>One.</p>', "<p>One.</p>"),
        ("<p>[hint]One.[/hint]</p>", "<p>One.</p>"),
    ],
)
def test_what_they_enclose_stays(markup: str, expected: str) -> None:
    assert cleaned(markup) == expected


@pytest.mark.parametrize(
    "markup",
    [
        "[embed]https://video.example/w/tide[/embed]",
        '[embed width="500"]https://video.example/w/tide[/embed]',
        '[video mp4="https://video.example/w/tide"][/video]',
        '[audio src="https://video.example/w/tide"]',
        "[youtube https://video.example/w/tide]",
        "<p>[tweet https://video.example/w/tide]</p>",
    ],
)
def test_what_was_to_be_embedded_becomes_a_link(markup: str) -> None:
    assert (
        cleaned(f"<p>See it:</p>{markup}")
        == '<p>See it:</p>\n<p><a href="https://video.example/w/tide">video.example</a></p>'
    )


@pytest.mark.parametrize(
    "text",
    [
        "The mayor [sic] went on [...] and on […].",
        "He said [laughs] that it was [Ana's] own idea [1] [see below].",
        "[video] The tide, seen from above [gallery of twelve].",
        "[update] The [caption] is wrong; [embed] it [where x=3].",
        "An array a[i] and b[key], and [data-x='1'].",
        "<pre>[gallery ids='1,2']</pre>",
        "<p>Write <code>[caption width='2']x[/caption]</code> there.</p>",
        "Write [[gallery ids='1']] there.",
        "<script>var a = '[gallery ids=1]';</script>",
    ],
)
def test_other_brackets_are_prose(text: str) -> None:
    assert without_shortcodes(text) == (text, ())


def test_of_a_plain_summary_captions_go() -> None:
    text = (
        '[caption id="a_1" width="300"]The old quay[/caption] The quay is closed [gallery ids="1"] until May.'
    )

    assert without_shortcodes(text, is_markup=False) == (
        "The quay is closed until May.",
        ("caption", "gallery"),
    )


def test_of_a_summary_that_was_cut_within_one_the_rest_goes() -> None:
    text = 'The quay is closed. [gallery columns="3" ids="12,13'

    assert without_shortcodes(text, is_markup=False) == ("The quay is closed.", ("gallery",))
    assert without_shortcodes("He went [and then", is_markup=False)[0] == "He went [and then"


def test_they_are_named_once_and_not_all_of_many() -> None:
    names = without_shortcodes("".join(f"[vc_{letter}]x" for letter in "abcdefa"))[1]

    assert named_shortcodes(names) == "[vc_a], [vc_b], [vc_c] and 3 others"


@settings(deadline=None, max_examples=60)
@given(st.text(alphabet="[]/ab =\"'<>p&#;", max_size=80))
def test_whatever_it_is_it_ends_and_is_no_longer(text: str) -> None:
    made, names = without_shortcodes(text)

    assert len(made) <= len(text)
    assert made == text or names


@pytest.mark.parametrize(
    "piece",
    [
        "[",
        "[caption ",
        "[caption a=",
        "[a b='",
        "<pre",
        "[caption a=1]<img ",
        "[[a]",
        '[gallery ids="1"]',
        "[/a]",
    ],
)
def test_hostile_texts_cost_linear_time(piece: str) -> None:
    def cost(count: int) -> float:
        text, start = piece * count, time.process_time()
        without_shortcodes(text)
        without_shortcodes(text, is_markup=False)
        return time.process_time() - start

    cost(100)
    assert cost(40_000) < 40 * max(cost(4_000), 0.02)
