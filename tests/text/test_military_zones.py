"""Zones of one letter, whose signs RFC 822 had the wrong way round: UTC, and told (RFC 2822 section 4.3)."""

from __future__ import annotations

import string
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from syndicator.text.dates import DateReading, read_date

NOW = datetime(2026, 11, 26, 8, tzinfo=UTC)
MOMENT = datetime(2025, 10, 8, 14, 5, 9, tzinfo=UTC)


def read(text: str) -> DateReading:
    return read_date(text, zone=ZoneInfo("Asia/Vientiane"), now=NOW)


@pytest.mark.parametrize("letter", sorted(set(string.ascii_uppercase) - {"J", "Z"}))
def test_a_military_zone_is_utc_and_told(letter: str) -> None:
    reading = read(f"Wed, 08 Oct 2025 14:05:09 {letter}")

    assert reading.moment == MOMENT
    assert f"its zone, {letter}," in reading.note


@pytest.mark.parametrize("text", ["8 Oct 25 14:05:09 Z", "Wed, 08 Oct 2025 14:05:09 z"])
def test_zulu_is_utc_and_nothing_to_tell(text: str) -> None:
    assert read(text) == DateReading(moment=MOMENT)


@pytest.mark.parametrize(
    "text",
    [
        "Wed, 08 Oct 2025 14:05:09 J",
        "Wed, 08 Oct 2025 02:05:09 p",
        "Wed, 08 Oct 2025 14:05:09 A B",
        "Wed, 08 Oct 2025 14:05:09 A (EST)",
    ],
)
def test_other_letters_are_none(text: str) -> None:
    reading = read(text)

    assert reading.moment is None
    assert reading.problem
