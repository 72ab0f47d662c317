"""Dates of a feed's entries: read whole, in the feed's language, or told."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from requests.structures import CaseInsensitiveDict

from syndicator.domain.article import Sighting
from syndicator.http.client import Response
from syndicator.sources.feeds.feed_document import FeedDocuments

NOW = datetime(2026, 11, 26, 8, tzinfo=UTC)
URL = "https://quay.example/feed"
MOMENT = datetime(2026, 11, 20, 9, tzinfo=UTC)
QUAY = FeedDocuments(name="quay", url=URL)


def read(dates: str, language: str = "", source: FeedDocuments = QUAY) -> Sighting:
    tag = f"<language>{language}</language>" if language else ""
    document = f"""<?xml version="1.0"?><rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"
        xmlns:dcterms="http://purl.org/dc/terms/"><channel><title>Quay</title>{tag}<item><title>Tide</title>
        <link>https://quay.example/1</link><guid>1</guid>{dates}</item></channel></rss>"""
    [seen] = source.edition(Response(URL, 200, CaseInsensitiveDict(), document.encode()), NOW).sightings
    return seen


@pytest.mark.parametrize(
    ("dates", "language"),
    [
        ("<pubDate>Fri, 20 Nov 2026 16:00:00 +07:00</pubDate>", ""),
        ("<pubDate>Fri Nov 20 2026 16:00:00 GMT+0700 (Indochina Time)</pubDate>", ""),
        ("<pubDate>Fr, 20 Nov 2026 10:00:00 +0100</pubDate>", "de-DE"),
        ("<pubDate>пт, 20 ноя 2026 12:00:00 +0300</pubDate>", "ru"),
        ("<pubDate>Fri, 20 Nov 2026 14:30:00 IST</pubDate>", "en-IN"),
        ("<dcterms:created>2026-11-20T09:00:00Z</dcterms:created>", ""),
        ("<dc:date>2026-11-20T16:00+07:00</dc:date>", ""),
    ],
)
def test_dates_that_are_read(dates: str, language: str) -> None:
    seen = read(dates, language)

    assert (seen.published, seen.warnings, seen.is_undated) == (MOMENT, (), False)


@pytest.mark.parametrize(
    ("date", "word"),
    [
        ("Mon, 30 Nov -0001 00:00:00 +0000", "declare dates"),
        ("Mon, 01 Jan 0001 00:00:00 +0000", "the year 1"),
        ("Fri, 04/11/2026 10:00", "which the month"),
        ("Fri, 20 Nov 2026 14:30:00 IST", "declare timezone"),
        ("Fri, 20 Nov 2026 14:30:00 Qz", "not understood"),
    ],
)
def test_dates_that_are_not_understood_are_told(date: str, word: str) -> None:
    seen = read(f"<pubDate>{date}</pubDate>")

    assert (seen.published, seen.is_undated) == (None, True)
    [warning] = seen.warnings
    assert word in warning


def test_an_entry_without_a_date_says_so() -> None:
    assert read("").warnings == ("it has no date",)
    assert read("").is_undated
    assert not read("", source=replace(QUAY, post_undated=True)).is_undated


def test_a_date_ahead_of_us_is_one() -> None:
    seen = read("<pubDate>Fri, 27 Nov 2026 09:00:00 GMT</pubDate>")

    assert (seen.published, seen.is_undated) == (None, False)


def test_dates_before_1970_are_told_as_they_are() -> None:
    assert read("<pubDate>Sun, 20 Jul 1969 20:17:00 GMT</pubDate>").published == datetime(
        1969, 7, 20, 20, 17, tzinfo=UTC
    )


def test_a_declared_form_with_the_months_of_a_language() -> None:
    source = replace(QUAY, dates="%d de %B de %Y, %H:%M", timezone="America/Lima", language="es")

    assert read("<pubDate>20 de noviembre de 2026, 04:00</pubDate>", source=source).published == MOMENT
    assert ZoneInfo(source.timezone).key == "America/Lima"


def test_a_last_change_that_is_not_understood_is_told() -> None:
    document = """<feed xmlns="http://www.w3.org/2005/Atom"><title>Quay</title><id>q</id><entry><title>Tide</title>
        <id>1</id><link href="https://quay.example/1"/><published>2026-11-20T09:00:00Z</published>
        <updated>soon</updated></entry></feed>"""
    [seen] = QUAY.edition(Response(URL, 200, CaseInsensitiveDict(), document.encode()), NOW).sightings

    assert (seen.published, seen.updated) == (MOMENT, None)
    assert "soon" in seen.warnings[0]
