"""Feeds that are careless in ways of which each has many relatives, in every format."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.sources.feed_documents import atom, json_feed, read, rss

NINE = datetime(2026, 3, 1, 9, tzinfo=UTC)

RDF = (
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/">'
    '<channel rdf:about="https://harbour.example/"><title>H</title><link>https://harbour.example/</link></channel>{}'
    "</rdf:RDF>"
)
RDF_ITEM = (
    '<item rdf:about="https://harbour.example/live#{0}"><title>Tide {0}</title>'
    "<link>https://harbour.example/live</link><description>Water at {0}</description></item>"
)


@pytest.mark.parametrize(
    "document",
    [
        RDF.format("".join(map(RDF_ITEM.format, (1, 2)))),
        json_feed(*({"title": f"Tide {n}", "url": "https://harbour.example/live", "id": n} for n in (1, 2))),
        json_feed(
            *(
                {"title": f"Tide {n}", "url": f"https://harbour.example/?utm_content={n}", "id": "tides"}
                for n in (1, 2)
            )
        ),
        json_feed(
            *({"title": f"Tide {n}", "url": f"https://harbour.example/#!/tide/{n}", "id": ""} for n in (1, 2))
        ),
        atom("<title>Tide 1</title>", "<title>Tide 2</title>").replace("urn:harbour:2", "urn:harbour:1"),
    ],
    ids=["RDF", "one address", "ids in tracking", "hash-bangs", "one id"],
)
def test_two_articles_are_two(document: str) -> None:
    sightings = read(document).sightings

    assert [s.title for s in sightings] == ["Tide 1", "Tide 2"]
    assert len({s.key for s in sightings}) == 2


@pytest.mark.parametrize(
    ("label", "codec", "word"),
    [
        ("windows-874", "cp874", "ข่าวน้ำขึ้น"),
        ("koi8-u", "koi8-u", "Приплив"),
        ("gb2312", "gb18030", "潮水"),
        ("iso-8859-9", "cp1254", "Işıklı “gelgit”"),
        ("x-sjis", "cp932", "満ち潮①"),
    ],
)
def test_labels_mean_what_browsers_take_them_for(label: str, codec: str, word: str) -> None:
    document = f'<?xml version="1.0" encoding="{label}"?>{rss(f"<title>{word}</title>")}'.encode(codec)

    edition = read(document)

    assert ([s.title for s in edition.sightings], edition.problems) == ([word], [])


@pytest.mark.parametrize(
    "sign", ["\x0b", "\x00", "\x1b", "\uffff", "&#11;", "&#x1F;", "&#x0000B;", "&#65535;"]
)
def test_a_sign_that_no_feed_may_have_costs_itself(sign: str) -> None:
    for document in (
        rss(f"<title>Tide{sign} 1</title>", "<title>Tide 2</title>") + "\x00",
        atom(f"<title>Tide{sign} 1</title>", "<title>Tide 2</title>"),
        json_feed({"title": "Tide@ 1"}, {"title": "Tide 2"}).replace("@", sign),
    ):
        edition = read(document)

        assert [s.title for s in edition.sightings] == ["Tide 1", "Tide 2"]
        assert not edition.is_broken
        [problem] = edition.problems
        assert "control characters" in problem


@pytest.mark.parametrize("sign", ["&#9;", "&#10;", "&#x41;", "&#128512;"])
def test_a_reference_to_a_letter_is_none_of_them(sign: str) -> None:
    assert read(rss(f"<title>Tide {sign}</title>")).problems == []


def test_line_breaks_within_the_texts_of_json_are_read() -> None:
    document = json_feed({"title": "Tide", "content_text": "One.@Two."}).replace("@", "\n\n\t")

    edition = read(document)

    assert edition.problems == []
    assert edition.sightings[0].content_html == "<p>One.</p>\n<p>Two.</p>"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("Sun Mar  1 11:00:00 UTC+0200 2026", NINE),
        ("dim., 01 mars 2026 10:00:00 +0100", NINE),
        ("2026年3月1日 09:00", NINE),
        ("2026-03-01 04:00:00 America/New_York", NINE),
        ("Sun, 01 Mar 2026 9:00 a.m. CST", None),
        ("2026-03-01T09:00:00-24:00", None),
        ("01-03-26 09.00", None),
    ],
)
def test_dates_are_read_whole_or_told(text: str, moment: datetime | None) -> None:
    document = rss("<title>Tide</title>").replace("Sun, 01 Mar 2026 09:00:00 GMT", text)

    [sighting] = read(document).sightings

    assert sighting.published == moment
    assert sighting.is_undated == (moment is None)
    assert bool(sighting.warnings) == (moment is None)


def test_what_is_said_of_the_large_picture_is_taken_with_it() -> None:
    media = (
        '<media:group><media:content url="https://harbour.example/s.jpg" width="300">'
        "<media:description>A boat, small</media:description></media:content>"
        '<media:content url="https://harbour.example/l.jpg" width="1600">'
        "<media:description>The whole quay</media:description></media:content>"
        '<media:credit role="photographer">Ana Roe</media:credit></media:group>'
    )
    [sighting] = read(rss(f"<title>Tide</title>{media}<description>In short.</description>")).sightings

    assert sighting.photo
    assert (sighting.photo.url, sighting.photo.caption, sighting.photo.credit) == (
        "https://harbour.example/l.jpg",
        "The whole quay",
        "Ana Roe",
    )
    assert sighting.summary == "In short."


def test_a_film_that_calls_itself_a_picture_is_a_link() -> None:
    enclosure = '<enclosure url="https://harbour.example/film.mp4" type="image/jpeg" length="1"/>'
    [sighting] = read(rss(f"<title>Tide</title>{enclosure}<description>In short.</description>")).sightings

    assert sighting.photo is None
    assert 'href="https://harbour.example/film.mp4"' in sighting.content_html


def test_an_item_of_json_whose_id_is_its_address_has_one() -> None:
    own = "https://harbour.example/tide/1"
    document = json_feed(
        {"title": "Tide 1", "id": own, "url": None}, {"title": "Tide 2", "id": "2", "url": ""}
    )

    edition = read(document)

    assert [(s.title, s.url) for s in edition.sightings] == [("Tide 1", own)]
    assert "has no address" in edition.problems[0]
