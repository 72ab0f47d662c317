"""Pictures that a script shows later, in several sizes, or in place of a letter."""

from __future__ import annotations

import time

import pytest

from syndicator.text.clean import sanitise
from syndicator.text.markup import parse_part
from syndicator.text.pictures import best, candidates, settle

BASE = "https://ledger.example/n/"
DATA = "data:image/gif;base64,R0lGODlhAQABAAAAACw="


def sources(markup: str) -> list[str | None]:
    part = parse_part(markup)
    settle(part)
    return [image.attributes.get("src") for image in part.css("img")]


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ('<img src="/a.jpg" alt="A">', "/a.jpg"),
        ('<img src="/img/spacer.gif" data-src="/a.jpg">', "/a.jpg"),
        ('<img src="/t/placeholder-16x9.svg" data-original="/a.jpg">', "/a.jpg"),
        ('<img src="/blank.gif" data-lazy-src="/a.jpg">', "/a.jpg"),
        (f'<img src="{DATA}" data-cfsrc="/a.jpg">', "/a.jpg"),
        ('<img src="/tiny/a.jpg?w=20" data-src="/a.jpg?w=900">', "/a.jpg?w=900"),
        ('<img srcset="/a-400.jpg 400w, /a-1300.jpg 1300w, /a-2600.jpg 2600w">', "/a-1300.jpg"),
        ('<img srcset="/a-400.jpg 400w,/a-800.jpg 800w">', "/a-800.jpg"),
        ('<img srcset="/a.jpg, /b.jpg 2x">', "/b.jpg"),
        ('<img srcset="/w_300,h_200/a.jpg 300w, /w_900,h_600/a.jpg 900w">', "/w_900,h_600/a.jpg"),
        (f'<img src="{DATA}" data-srcset="/a-400.jpg 400w, /a-1200.jpg 1200w">', "/a-1200.jpg"),
        ('<img src="/a-150x100.jpg" srcset="/a-150x100.jpg 150w, /a-900x600.jpg 900w">', "/a-900x600.jpg"),
        ('<img src="/a-600x400.jpg" srcset="/a-600x400.jpg 600w, /a-900x600.jpg 900w">', "/a-600x400.jpg"),
        ('<picture><source type=image/webp srcset=/a.webp><source srcset=/a.jpg><img></picture>', "/a.jpg"),
        ('<picture><source data-srcset="/a.jpg 1x, /b.jpg 2x"><img src="/1x1.png"></picture>', "/b.jpg"),
        ('<picture><source type="image/avif" srcset="/a.avif"><img alt="A"></picture>', "/a.avif"),
        (f'<img src="{DATA}"><noscript><img src="/a.jpg"></noscript>', "/a.jpg"),
        ('<img data-src="/a.jpg"><noscript><img src="/a.jpg"></noscript>', "/a.jpg"),
        ('<noscript><img src="/a.jpg"></noscript><img class="lazy" data-src="/a.jpg">', "/a.jpg"),
        ('<div class="lazy"></div><noscript><img src="/a.jpg"></noscript>', "/a.jpg"),
        ('<img data-src="{&quot;a&quot;: 1}" src="/a.jpg">', "/a.jpg"),
        ('<img src="/google-pixel.jpg">', "/google-pixel.jpg"),
        ('<img data-large-file="/a.jpg?w=1024" src="about:blank">', "/a.jpg?w=1024"),
    ],
)  # fmt: skip
def test_a_picture_is_where_a_reader_sees_it_in_the_end(markup: str, expected: str) -> None:
    assert sources(f"<p>{markup}</p>") == [expected]


@pytest.mark.parametrize(
    "image",
    [
        '<img src="/a.gif" width="1" height="1">',
        '<img src="/a.gif" width="1px">',
        '<img src="https://b.scorecardresearch.com/p?c1=2">',
        '<img src="https://www.facebook.com/tr?id=7&ev=PageView">',
        '<noscript><img src="https://mc.yandex.ru/watch/1"></noscript>',
        '<img src="/stats/pixel.gif?a=1">',
        f'<img src="{DATA}">',
        "<img>",
    ],
)
def test_what_shows_nothing_is_no_picture(image: str) -> None:
    assert sources(f"<p>Words {image}</p>") == []


def test_a_letter_is_a_letter() -> None:
    emoji = '<img class="emoji" src="https://s.w.org/images/core/emoji/15/72x72/1f389.png" alt="🎉">'
    smiley = '<img class="wp-smiley" src="/images/smilies/s.gif" alt=":-)">'
    assert sanitise(f"<p>Won {emoji} {smiley}</p>", BASE) == "<p>Won 🎉 :-)</p>"


def test_words_for_readers_without_scripts_stay_as_they_are() -> None:
    part = parse_part('<p>A</p><noscript>Turn it on <img src="/a.jpg"></noscript>')
    settle(part)
    assert part.css_first("noscript img") is not None


def test_a_text_keeps_its_late_pictures_and_their_captions() -> None:
    markup = (
        '<figure><img src="/x/lazy.gif" data-srcset="/p.jpg 800w" alt="A"><figcaption>C</figcaption></figure>'
    )
    expected = '<figure><img src="https://ledger.example/p.jpg" alt="A"><figcaption>C</figcaption></figure>'
    assert sanitise(markup, BASE) == expected


def test_of_several_sizes_the_smallest_that_is_large_enough_and_that_every_channel_takes() -> None:
    assert best(candidates("/a.jpg 1500w, /b.jpg 1200w, /c.jpg 300w")) == "/b.jpg"
    assert best(candidates("/a.webp 1500w, /b.jpg 900w")) == "/b.jpg"
    assert best([]) == ""


@pytest.mark.slow
@pytest.mark.parametrize(
    "markup",
    [
        "<noscript><img src=a.jpg></noscript>" * 20_000,
        "<picture>" + "<source srcset=a.jpg><img>" * 5_000,
        f'<img srcset="{"a.jpg 1w," * 100_000}">',
        f'<img srcset="{"," * 1_000_000}">',
        f'<img src="{"/w_1" * 200_000}">',
    ],
)
def test_hostile_pictures_take_no_time(markup: str) -> None:
    part = parse_part(markup)
    start = time.process_time()
    settle(part)
    assert time.process_time() - start < 3
