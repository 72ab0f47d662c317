"""Captions in boxes of classic editors, and marks of CDATA sections that are left over."""

from __future__ import annotations

import pytest

from syndicator.text.clean import plain, sanitise

BASE = "https://harbour.example/quay/"

CAPTION = "The boat, <em>at last</em>"
FIGURE = (
    f'<figure>{{}}<img src="https://harbour.example/boat.jpg">{{}}<figcaption>{CAPTION}</figcaption></figure>'
)


@pytest.mark.parametrize(
    ("box", "start", "end"),
    [
        (
            '<div class="wp-caption alignleft"><img src="/boat.jpg"><p class="wp-caption-text">{}</p></div>',
            "",
            "",
        ),
        (
            (
                '<dl class="wp-caption"><dt><a href="/boat"><img src="/boat.jpg"></a></dt>'
                '<dd class="wp-caption-dd">{}</dd></dl>'
            ),
            '<a href="https://harbour.example/boat">',
            "</a>",
        ),
        (
            (
                '<table class="tr-caption-container"><tbody><tr><td><img src="/boat.jpg"></td></tr>'
                '<tr><td class="tr-caption">{}</td></tr></tbody></table>'
            ),
            "",
            "",
        ),
        ('<div class="img_caption"><img src="/boat.jpg"><p class="img_caption">{}</p></div>', "", ""),
    ],
)
def test_a_box_is_a_figure(box: str, start: str, end: str) -> None:
    markup = f"{box.format(CAPTION)}<p>It sails.</p>"

    assert sanitise(markup, BASE) == FIGURE.format(start, end) + "\n<p>It sails.</p>"


def test_a_box_of_two_pictures_or_of_none_is_as_it_was() -> None:
    for pictures in ("", '<img src="/a.jpg"><img src="/b.jpg">'):
        markup = f'<div class="wp-caption">{pictures}<p class="wp-caption-text">Both</p></div>'

        assert "<figure" not in sanitise(markup, BASE)
        assert "<p>Both</p>" in sanitise(markup, BASE)


@pytest.mark.parametrize(
    ("markup", "words"),
    [
        ("<p>x[y[0]]>5 and a[b[1]]&gt;c</p>", "x[y[0]]>5 and a[b[1]]>c"),
        (
            "<p>It begins with &lt;![CDATA[ and ends with ]]></p>",
            "It begins with <![CDATA[ and ends with ]]>",
        ),
        ("It begins with &lt;![CDATA[ and ends with ]]&gt;", "It begins with <![CDATA[ and ends with ]]>"),
        ("<![CDATA[<p>A boat.</p>]]>", "A boat."),
        ("<p>A boat.</p>]]> ", "A boat."),
        ("<p><![CDATA[A boat.]]></p>", "A boat."),
    ],
)
def test_marks_of_sections_go_and_text_about_them_stays(markup: str, words: str) -> None:
    assert plain(markup) == words
    assert plain(sanitise(markup, BASE)) == words
    assert sanitise(sanitise(markup, BASE), BASE) == sanitise(markup, BASE)
