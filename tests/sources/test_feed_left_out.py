"""What is left out of feeds' entries, and what is said of it: shortcodes, and pictures for decoration."""

from __future__ import annotations

import pytest

from tests.sources.feed_documents import json_feed, read, rss

QUAY = "https://harbour.example/quay.jpg"
CAPTIONED = (
    f'[caption id="a_1" width="800"]<img src="{QUAY}" alt="A quay"> The old quay. Photo: Bo Xi[/caption]'
)
GALLERY = '<p>The quay is closed until May.</p>[gallery ids="1,2"]<p>Boats have to wait.</p>'


def encoded(markup: str) -> str:
    return f"<content:encoded><![CDATA[{markup}]]></content:encoded>"


def test_an_unshown_caption_is_its_pictures() -> None:
    summary = (
        '[caption id="a_1" width="800"]The old quay. Photo: Bo Xi[/caption] The quay is closed until May.'
    )
    item = f"<title>Quay closed</title><description>{summary}</description>{encoded(CAPTIONED + GALLERY)}"
    edition = read(rss(item))

    one = edition.sightings[0]
    assert one.photo
    assert (one.photo.url, one.photo.alt) == (QUAY, "A quay")
    assert (one.photo.caption, one.photo.credit) == ("The old quay", "Bo Xi")
    assert one.summary == "The quay is closed until May."
    assert "[" not in one.content_html
    assert "<p>Boats have to wait.</p>" in one.content_html
    assert one.origins["content"] == "feed, without [caption], [gallery]"


@pytest.mark.parametrize("count", [1, 2, 40])
def test_unshown_shortcodes_are_told_of_in_one_line(count: int) -> None:
    items = [f"<title>Quay {number}</title>{encoded(GALLERY)}" for number in range(count)]
    edition = read(rss(*items))

    entries = "1 entry" if count == 1 else f"{count} entries"
    [line] = [line for line in edition.problems if "shortcodes" in line]
    assert f": {entries} with shortcodes" in line
    assert line.endswith("https://harbour.example/1: [gallery]")
    assert all(sighting.warnings == () for sighting in edition.sightings)


def test_json_feeds_have_them_too() -> None:
    text = "<p>One.</p>[embed]https://video.example/tide[/embed]"
    item = {"id": "1", "url": "https://harbour.example/1", "title": "Tide", "content_html": text}
    edition = read(json_feed(item))

    assert 'href="https://video.example/tide"' in edition.sightings[0].content_html


def test_editors_brackets_stay() -> None:
    text = "<p>The mayor [sic] went on [...] in the [video].</p>"
    edition = read(rss(f"<title>Mayor</title>{encoded(text)}"))

    assert edition.sightings[0].content_html == text
    assert edition.problems == []


@pytest.mark.parametrize(
    "pictures",
    [
        encoded('<p>Text.</p><img src="https://harbour.example/p/logo.png">'),
        '<enclosure url="https://harbour.example/p/placeholder-5.jpg" type="image/jpeg" length="1"/>',
        '<media:content url="https://harbour.example/p/logo-2.jpg" medium="image"/>',
    ],
    ids=["text", "enclosure", "media"],
)
def test_a_picture_that_could_have_led_is_told_of_in_one_line(pictures: str) -> None:
    items = [
        f"<title>Quay {number}</title><description>In short.</description>{pictures}" for number in (1, 2)
    ]
    edition = read(rss(*items))

    assert [sighting.photo for sighting in edition.sightings] == [None, None]
    [line] = edition.problems
    assert (
        ": 2 entries without a photo, since their pictures look like a site's decoration: the first," in line
    )
    assert "https://harbour.example/1: https://harbour.example/p/" in line
    assert edition.sightings[1].origins["pictures"].startswith("feed, without 1 for decoration")


@pytest.mark.parametrize(
    "picture",
    [
        "https://stats.wordpress.com/b.gif?blog=1",
        "https://s.w.org/images/core/emoji/14.0.0/72x72/1f600.png",
        "https://harbour.example/spacer.gif",
        'https://harbour.example/button.png" width="20',
        'https://harbour.example/count" width="1" height="1',
    ],
    ids=["counter", "emoji", "spacer", "button", "pixel"],
)
@pytest.mark.parametrize("with_photo", [True, False])
def test_what_nobody_looks_at_is_no_problem(picture: str, *, with_photo: bool) -> None:
    markup = f'<p>Text.</p><img src="{picture}">' + (f'<p><img src="{QUAY}"></p>' if with_photo else "")
    edition = read(rss(f"<title>Quay</title>{encoded(markup)}"))

    one = edition.sightings[0]
    assert edition.problems == []
    assert bool(one.photo) is with_photo


def test_a_logo_beside_a_photo_is_no_problem() -> None:
    markup = f'<p>Text.</p><img src="https://harbour.example/logo.png"><img src="{QUAY}">'

    assert read(rss(f"<title>Quay</title>{encoded(markup)}")).problems == []


@pytest.mark.parametrize(
    "box",
    [
        f'<div><img src="{QUAY}"><figcaption>The old quay</figcaption></div>',
        f'<p><a href="/big"><img src="{QUAY}"></a><figcaption>The old quay</figcaption></p>',
        f'<div class="b"><div><img src="{QUAY}"></div><figcaption>The old quay</figcaption></div>',
    ],
)
def test_a_caption_outside_of_a_figure_is_no_summary(box: str) -> None:
    edition = read(rss(f"<title>Quay closed</title>{encoded(box + '<p>The quay is closed until May.</p>')}"))

    one = edition.sightings[0]
    assert one.photo
    assert one.photo.caption == "The old quay"
    assert one.summary == "The quay is closed until May."
