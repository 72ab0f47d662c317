"""Pictures of entries: which one is the lead photo, and what is said of it."""

from __future__ import annotations

import time

import pytest

from syndicator.domain.article import Photo
from syndicator.sources.feeds.media_rss import without_texts
from syndicator.sources.feeds.pictures import kind_of_file
from tests.sources.feed_documents import atom, only, read, rss

SLUICE = "https://harbour.example/photos/sluice.jpg"


def photo_of(item: str) -> Photo | None:
    return only(rss(f"<title>The sluice is shut</title>{item}")).photo


@pytest.mark.parametrize("prefix", ["media", "m"])
@pytest.mark.parametrize("namespace", ["http://search.yahoo.com/mrss/", "http://search.yahoo.com/mrss"])
@pytest.mark.parametrize("is_first", [True, False])
def test_a_pictures_words_are_its_caption_and_no_text_of_the_article(
    prefix: str, namespace: str, is_first: bool
) -> None:
    media = (
        (
            f'<media:content xmlns:media="{namespace}" url="{SLUICE}" medium="image">'
            "<media:title>Gates</media:title>"
            "<media:description>The gates at dusk</media:description><media:credit>Mara Quist</media:credit>"
            "</media:content>"
        )
        .replace("media:", f"{prefix}:")
        .replace("xmlns:media", f"xmlns:{prefix}")
        .replace(":media=", f":{prefix}=")
    )
    description = "<description>Ships wait outside.</description>"
    parts = (media, description) if is_first else (description, media)

    sighting = only(rss(f"{parts[0]}<title>The sluice is shut</title>{parts[1]}"))

    assert (sighting.title, sighting.summary) == ("The sluice is shut", "Ships wait outside.")
    assert sighting.content_html == "<p>Ships wait outside.</p>"
    assert sighting.photo == Photo(url=SLUICE, caption="The gates at dusk", credit="Mara Quist")


def test_a_description_that_says_the_same_as_the_picture_stays() -> None:
    words = "Ships wait outside the gates."
    media = (
        f'<media:content url="{SLUICE}" medium="image"><media:description>{words}</media:description>'
        "</media:content>"
    )

    sighting = only(rss(f"<title>Shut</title><description>{words}</description>{media}"))

    assert sighting.summary == words
    assert sighting.photo
    assert sighting.photo.caption == words


def test_of_several_pictures_the_widest_is_taken_with_its_own_words() -> None:
    photo = photo_of(
        '<media:group><media:content url="https://harbour.example/s.jpg" width="240" medium="image">'
        "<media:description>A gull</media:description><media:credit>G. Ull</media:credit></media:content>"
        f'<media:content url="{SLUICE}" width="1600" medium="image"><media:credit>Mara Quist</media:credit>'
        "</media:content><media:description>At the harbour</media:description></media:group>"
        '<media:thumbnail url="https://harbour.example/t.jpg" width="150"/>'
    )

    assert photo == Photo(url=SLUICE, caption="At the harbour", credit="Mara Quist")


def test_pictures_of_unknown_size_stand_as_they_are_written_before_thumbnails() -> None:
    photo = photo_of(
        '<media:thumbnail url="https://harbour.example/t.jpg"/>'
        f'<media:content url="{SLUICE}" medium="image"/><media:content url="https://harbour.example/b.jpg"/>'
    )

    assert photo
    assert photo.url == SLUICE


@pytest.mark.parametrize(
    "film",
    [
        '<media:content url="https://harbour.example/run.mp4" width="1920">',
        '<media:content url="https://harbour.example/run" medium="video">',
        '<media:content url="https://harbour.example/run" type="video/webm">',
        '<media:content url="https://harbour.example/run" duration="90">',
    ],
)
def test_a_film_is_no_photo_but_its_thumbnail_may_be(film: str) -> None:
    photo = photo_of(
        f"{film}<media:description>Ninety seconds</media:description><media:thumbnail "
        f'url="{SLUICE}"/></media:content>'
    )

    assert photo == Photo(url=SLUICE)


def test_a_film_that_an_entry_consists_of_is_what_the_entry_says() -> None:
    group = (
        '<media:group><media:title>Lock</media:title><media:content url="https://harbour.example/v/1" '
        f'type="application/x-shockwave-flash"/><media:thumbnail url="{SLUICE}"/>'
        "<media:description>How the lock works.</media:description></media:group>"
    )

    sighting = only(atom(f"<title>Lock</title>{group}"))

    assert (sighting.summary, sighting.photo) == ("How the lock works.", Photo(url=SLUICE))


def test_a_files_name_and_the_entrys_own_title_are_no_caption() -> None:
    named = photo_of(f'<media:content url="{SLUICE}"><media:title>DSC_0042.JPG</media:title></media:content>')
    titled = photo_of(f'<media:title>The sluice is shut</media:title><media:content url="{SLUICE}"/>')

    assert named == titled == Photo(url=SLUICE)


def test_mastodons_description_is_the_alternative_text() -> None:
    media = (
        f'<media:content url="{SLUICE}" type="image/jpeg" medium="image"><media:rating '
        'scheme="urn:simple">nonadult</media:rating><media:description type="plain">'
        "Two gates, half open</media:description></media:content>"
    )
    post = (
        "<description>&lt;p&gt;The gates are open. #harbour&lt;/p&gt;</description>"
        f"{media}<category>harbour</category>"
    )

    sighting = only(rss(post, head="<generator>Mastodon v4.5.2</generator>"))

    assert sighting.title == "The gates are open."
    assert sighting.photo == Photo(url=SLUICE, alt="Two gates, half open")
    assert sighting.tags == ("harbour",)


@pytest.mark.parametrize(
    ("enclosure", "is_photo"),
    [
        ('url="https://harbour.example/a.jpg"', True),
        ('url="https://harbour.example/a.webp?w=9" type="application/octet-stream"', True),
        ('url="https://harbour.example/a" type="image/png"', True),
        ('url="https://harbour.example/a" type=""', True),
        ('url="https://harbour.example/a.mp3" type="image/jpeg"', False),
        ('url="https://harbour.example/a.svg" type="image/svg+xml"', False),
        ('url="https://harbour.example/a" type="application/pdf"', False),
    ],
)
def test_enclosures_are_known_by_what_they_hold(enclosure: str, is_photo: bool) -> None:
    assert bool(photo_of(f'<enclosure length="9" {enclosure}/>')) == is_photo


def test_sound_that_is_enclosed_becomes_a_link_once() -> None:
    enclosure = '<enclosure url="https://harbour.example/talk.mp3" type="audio/mpeg" length="9"/>'
    link = '<p><a href="https://harbour.example/talk.mp3">harbour.example</a></p>'

    apart = only(rss(f"<title>A talk</title><description>Hear it.</description>{enclosure}"))
    within = only(
        rss(
            '<title>A talk</title><description><![CDATA[<a href="https://harbour.example/talk.mp3">'
            f"Hear</a>]]></description>{enclosure}"
        )
    )

    assert apart.content_html == f"<p>Hear it.</p>\n{link}"
    assert within.content_html.count("talk.mp3") == 1


def test_a_podcasts_cover_is_the_last_resort() -> None:
    cover = '<itunes:image href="https://harbour.example/cover.png"/>'
    body = f"<description>&lt;p&gt;&lt;img src='{SLUICE}'&gt; Ships.&lt;/p&gt;</description>"

    alone, beside = photo_of(cover), photo_of(f"{cover}{body}")

    assert alone == Photo(url="https://harbour.example/cover.png")
    assert beside == Photo(url=SLUICE)


@pytest.mark.parametrize(
    "decoration",
    [
        '<img src="https://s.w.org/images/core/emoji/17/72x72/1f6a2.png" alt="ship">',
        '<img src="https://harbour.example/count?1" width="1" height="1">',
        '<img src="https://harbour.example/spacer.gif">',
        '<img src="https://harbour.example/assets/logo.png">',
        '<img src="https://secure.gravatar.com/avatar/77?s=96">',
        '<img src="https://harbour.example/smile.gif" width="20">',
    ],
)
def test_the_first_picture_of_a_text_that_is_no_decoration_is_the_photo(decoration: str) -> None:
    body = (
        f'{decoration}<figure><img src="{SLUICE}" alt="Two gates"><figcaption>The '
        "gates. Photo: Mara Quist</figcaption></figure><p>Ships.</p>"
    )

    photo = photo_of(f"<description><![CDATA[{body}]]></description>")

    assert photo == Photo(url=SLUICE, caption="The gates", credit="Mara Quist", alt="Two gates")


def test_what_the_text_says_of_the_same_picture_in_another_size_is_the_photos() -> None:
    body = (
        f'<div class="wp-caption"><img src="{SLUICE.replace(".jpg", "-300x200.jpg")}" '
        'alt="Two gates"><p class="wp-caption-text">The gates</p></div>'
    )

    photo = photo_of(
        f'<enclosure url="{SLUICE}" type="image/jpeg" length="9"/><content:encoded>'
        f"<![CDATA[{body}]]></content:encoded>"
    )

    assert photo == Photo(url=SLUICE, caption="The gates", alt="Two gates")


def test_a_broken_document_keeps_its_pictures_and_its_texts() -> None:
    media = (
        f'<media:content url="{SLUICE}"><media:description>Fish &amp; chips&nbsp;shop</media:description>'
        "</media:content>"
    )
    document = rss(f"<title>Rain &nbsp; wind</title>{media}<description>Ships & boats.</description>")

    edition = read(document)

    [sighting] = edition.sightings
    assert "not XML" in edition.problems[0]
    assert sighting.summary == "Ships & boats."
    assert sighting.photo == Photo(url=SLUICE, caption="Fish & chips shop")


def test_only_the_texts_of_pictures_are_taken_out() -> None:
    document = (
        b"<a><media:title\n>x</media:title><![CDATA[<media:title>y</media:title>"
        b"]]><media:credit/><title>z</title></a>"
    )

    assert (
        without_texts(document)
        == b"<a>\n<![CDATA[<media:title>y</media:title>]]><media:credit/><title>z</title></a>"
    )
    assert without_texts(b"<a><media:title>x") == b"<a><media:title>x"


@pytest.mark.slow
def test_texts_without_ends_take_no_square_of_their_number() -> None:
    start = time.process_time()

    without_texts(b"<media:title>" * 50_000 + b"<media:text>" * 50_000)

    assert time.process_time() - start < 1


@pytest.mark.parametrize(
    ("url", "media_type", "medium", "kind"),
    [
        ("https://a.example/x.JPG?1", "", "", "image"),
        ("https://a.example/x", "image/jpeg; q=1", "", "image"),
        ("https://a.example/x.jpeg", "video/mp4", "video", "image"),
        ("https://a.example/x", "", "document", "other"),
        ("https://a.example/x", "", "", ""),
    ],
)
def test_kind_of_file(url: str, media_type: str, medium: str, kind: str) -> None:
    assert kind_of_file(url, media_type, medium) == kind
