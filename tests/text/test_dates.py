"""Dates as machines and people write them: read whole, or not at all."""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime, timedelta, timezone
from email.utils import format_datetime
from zoneinfo import ZoneInfo

import pytest
from babel import Locale, dates, localedata
from hypothesis import example, given, settings
from hypothesis import strategies as st

from syndicator.text.dates import cut_date, is_duration, languages, read_date
from syndicator.text.dates.languages import LANGUAGES_BY_SCRIPT, UNLIKE_ENGLISH
from syndicator.text.dates.names import folded, lexicon

NOW = datetime(2026, 11, 26, 8, tzinfo=UTC)

#: 8 October 2025, a Wednesday, 14:05:09 in UTC.
MOMENT = datetime(2025, 10, 8, 14, 5, 9, tzinfo=UTC)


def read(text: str, *languages: str, zone: str = "UTC", form: str | None = None) -> datetime | None:
    return read_date(text, zone=ZoneInfo(zone), now=NOW, format=form, languages=languages).moment


@pytest.mark.parametrize(
    "text",
    [
        "2025-10-08T14:05:09Z",
        "2025-10-08t14:05:09.123456789z",
        "2025-10-08 14:05:09 UTC",
        "2025-10-08T21:05:09+07:00",
        "2025-10-08 21:05:09 +07",
        "2025-10-08T21:05:09+07:00[Asia/Vientiane]",
        "20251008T140509Z",
        "20251008140509",
        "2025-W41-3T14:05:09Z",
        "2025-281T14:05:09Z",
        "1759932309",
        "1759932309000",
        "Wed, 08 Oct 2025 14:05:09 GMT",
        "Wed, 8 Oct 25 14:05:09 UT",
        "Wednesday, 08-Oct-25 14:05:09 GMT",
        "Wed Oct  8 14:05:09 2025",
        "Wed, 08 Oct 2025 21:05:09 +07:00",
        "Wed, 08 Oct 2025 21:05:09 GMT+0700",
        "Wed, 08 Oct 2025 21:05:09 GMT+7",
        "Wed, 08 Oct 2025 21:05:09 UTC+7",
        "Wed, 08 Oct 2025 21:05:09 +7",
        "Wed, 08 Oct 2025 07:05:09 GMT-07:00",
        "Wed, 08 Oct 2025 21:05:09 ICT",
        "Wed, 08 Oct 2025 21:05:09 (ICT)",
        "Wed, 08 Oct 2025 21:05:09 +0700 (ICT)",
        "Wed, 08 Oct 2025 21:05:09 Asia/Vientiane",
        "Wed Oct 08 2025 21:05:09 GMT+0700 (Indochina Time)",
        "Wed Oct 08 16:05:09 CEST 2025",
        "Wed Oct 08 17:05:09 MSK 2025",
        "Thu, 09 Oct 2025 00:05:09 AEST",
        "Wed, 08 Oct 2025 16:05:09 SAST",
        "Wed, 08 Oct 2025 17:05:09 EEST",
        "Wed, 08 Oct 2025 10:05:09 EDT",
        "October 8, 2025 10:05:09 AM ET",
        "Oct. 8, 2025, 10:05:09 a.m. EDT",
        "2:05:09 PM, 8 October 2025",
        "Wed, 08 Oct 2025 02:05:09 PM GMT",
        "8 Oct 2025 at 2:05:09pm",
        "Published: 8th October 2025, 14:05:09",
        "08/Oct/2025:14:05:09 +0000",
    ],
)
def test_the_same_moment_in_many_forms(text: str) -> None:
    assert read(text) == MOMENT


@pytest.mark.parametrize(
    "text",
    [
        "Mon, 30 Nov -0001 00:00:00 +0000",
        "Mon, 01 Jan 0001 00:00:00 +0000",
        "0001-01-01T00:00:00Z",
        "0026-11-20T09:00:00Z",
        "Thu, 20 Nov 0026 09:00:00 GMT",
        "20 Nov '26",
        "20.11.26",
        "04/11/2026",
        "Wed, 04/11/2026 10:00",
        "4 11 2026",
        "published: 03/04/2020",
        "Sat, 11 04 2020",
        "Wed, 08 Oct 2025 14:05:09 +zz:00",
        "Wed, 08 Oct 2025 14:05:09 +19:00",
        "Wed, 08 Oct 2025 14:05:09 AT XYZ",
        "2013-01-27-01",
        "2025-10-08T14:05:09-05:00Z",
        "Wed, 08 Oct 2025 14:05:09 +0700 (CEST)",
        "14:05 AM, 8 October 2025",
        "8 October 2025 and 9 October 2025",
        "8 October",
        "October 2025",
        "31 June 2025",
        "2025-10-08T25:00:00Z",
        "2025-10-08T24:00:01Z",
        "PT7M",
        "7 minutes ago",
        "yesterday",
        "8 Oct 2061",
        "",
        "٢٠",
    ],
)
def test_what_is_no_date(text: str) -> None:
    assert read(text) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Tue, 24 Nov 2026 24:00:00 +0000", datetime(2026, 11, 25, tzinfo=UTC)),
        ("2025-12-31T24:00:00Z", datetime(2026, 1, 1, tzinfo=UTC)),
        ("2016-12-31T23:59:60Z", datetime(2017, 1, 1, tzinfo=UTC)),
        ("Wed, 31 Dec 2025 23:59:60 GMT", datetime(2026, 1, 1, tzinfo=UTC)),
        ("Sun, 20 Jul 1969 20:17:00 GMT", datetime(1969, 7, 20, 20, 17, tzinfo=UTC)),
        ("1899-05-01", datetime(1899, 5, 1, tzinfo=UTC)),
        ("2569-02-03 10:00", datetime(2026, 2, 3, 10, tzinfo=UTC)),
        ("2567-02-29", datetime(2024, 2, 29, tzinfo=UTC)),
        ("25/11/2025 10:00", datetime(2025, 11, 25, 10, tzinfo=UTC)),
        ("11/25/2025 10:00", datetime(2025, 11, 25, 10, tzinfo=UTC)),
        ("11.11.2025", datetime(2025, 11, 11, tzinfo=UTC)),
        ("2025/11/04", datetime(2025, 11, 4, tzinfo=UTC)),
        ("12:30 AM, 4 November 2025", datetime(2025, 11, 4, 0, 30, tzinfo=UTC)),
        ("12:30 PM, 4 November 2025", datetime(2025, 11, 4, 12, 30, tzinfo=UTC)),
        ("14:20 PM, 4 November 2025", datetime(2025, 11, 4, 14, 20, tzinfo=UTC)),
        ("2025-11-04+07:00", datetime(2025, 11, 3, 17, tzinfo=UTC)),
    ],
)
def test_moments_that_are_written_oddly(text: str, expected: datetime) -> None:
    assert read(text) == expected


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("de", "Mittwoch, 4. März 2026, 10.30 Uhr", datetime(2026, 3, 4, 10, 30, tzinfo=UTC)),
        ("de", "Mi, 04 Mrz 2026 10:30:00 +0100", datetime(2026, 3, 4, 9, 30, tzinfo=UTC)),
        ("it", "mercoledì 4 marzo 2026 alle ore 10:30", datetime(2026, 3, 4, 10, 30, tzinfo=UTC)),
        ("it", "mer, 05 ago 2026 09:00:00 +0200", datetime(2026, 8, 5, 7, tzinfo=UTC)),
        ("es", "Miércoles, 4 de marzo de 2026 a las 10:30 p. m.", datetime(2026, 3, 4, 22, 30, tzinfo=UTC)),
        ("pt", "4 de março de 2026 às 10h30", datetime(2026, 3, 4, 10, 30, tzinfo=UTC)),
        ("fr", "Publié le 4 mars 2026 à 10h30", datetime(2026, 3, 4, 10, 30, tzinfo=UTC)),
        ("ru", "ср, 4 мар 2026 10:30:00 +0300", datetime(2026, 3, 4, 7, 30, tzinfo=UTC)),
        ("ru", "4 марта 2026 г., 10:30", datetime(2026, 3, 4, 10, 30, tzinfo=UTC)),
        ("pl", "4 marca 2026 r., godz. 10:30", datetime(2026, 3, 4, 10, 30, tzinfo=UTC)),
        ("cs", "4. března 2026 v 10:30", datetime(2026, 3, 4, 10, 30, tzinfo=UTC)),
        ("hu", "2026. március 4. 10:30", datetime(2026, 3, 4, 10, 30, tzinfo=UTC)),
        ("fi", "4. maaliskuuta 2026 klo 10.30", datetime(2026, 3, 4, 10, 30, tzinfo=UTC)),
        ("tr", "4 Mart 2026 Çarşamba 10:30", datetime(2026, 3, 4, 10, 30, tzinfo=UTC)),
        ("el", "ΤΕΤΑΡΤΗ 4 ΜΑΡΤΙΟΥ 2026, 10:30 μ.μ.", datetime(2026, 3, 4, 22, 30, tzinfo=UTC)),
        ("vi", "Thứ Tư, ngày 4 tháng 3 năm 2026, 10:30 (GMT+7)", datetime(2026, 3, 4, 3, 30, tzinfo=UTC)),
        ("vi", "Wed, 04 Th3 2026 10:30:00 +0700", datetime(2026, 3, 4, 3, 30, tzinfo=UTC)),
        ("th", "วันพุธที่ ๔ มีนาคม พ.ศ. ๒๕๖๙ เวลา ๑๐.๓๐ น.", datetime(2026, 3, 4, 10, 30, tzinfo=UTC)),
        ("lo", "ວັນທີ ໔ ມີນາ ໒໐໒໖ ເວລາ 10:30", datetime(2026, 3, 4, 10, 30, tzinfo=UTC)),
        ("km", "ថ្ងៃទី ៤ ខែ មីនា ឆ្នាំ ២០២៦", datetime(2026, 3, 4, tzinfo=UTC)),
        ("hi", "४ मार्च २०२६, 10:30", datetime(2026, 3, 4, 10, 30, tzinfo=UTC)),
        ("ar", "٤ مارس ٢٠٢٦ 10:30 م", datetime(2026, 3, 4, 22, 30, tzinfo=UTC)),
        ("zh", "2026年3月4日 下午10:30", datetime(2026, 3, 4, 22, 30, tzinfo=UTC)),
        ("ja", "2026年3月4日 22時30分", datetime(2026, 3, 4, 22, 30, tzinfo=UTC)),
        ("ko", "2026년 3월 4일 오후 10시 30분", datetime(2026, 3, 4, 22, 30, tzinfo=UTC)),
        ("ko", "입력 2026.03.04 22:30", datetime(2026, 3, 4, 22, 30, tzinfo=UTC)),
        ("id", "Rabu, 4 Maret 2026 pukul 10.30 WIB", datetime(2026, 3, 4, 3, 30, tzinfo=UTC)),
    ],
)
def test_dates_in_the_language_of_the_text(language: str, text: str, expected: datetime) -> None:
    assert read(text, language) == expected


@pytest.mark.parametrize("language", ["de", "cs", "fi", "pl", "ru", "tr", "nb", "de-CH"])
@pytest.mark.parametrize("text", ["04.11.2025", "4. 11. 2025", "04.11.2025 00:00"])
def test_a_day_with_dots_begins_with_the_day_in_languages_that_write_it_so(language: str, text: str) -> None:
    assert read(text, language) == datetime(2025, 11, 4, tzinfo=UTC)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "04.11.2025"),
        ("fr", "04.11.2025"),
        ("de", "04/11/2025"),
        ("de", "04-11-2025"),
        ("de", "04.11.25"),
        ("de", "04.11.2025 und 05.11.2025"),
    ],
)
def test_elsewhere_and_with_other_marks_it_may_be_two_days(language: str, text: str) -> None:
    assert read(text, language) is None


def test_a_month_that_cannot_be_one_is_a_day_in_these_languages_too() -> None:
    assert read("11.25.2025", "de") == datetime(2025, 11, 25, tzinfo=UTC)


def test_a_name_of_two_languages_is_read_where_the_language_is_known() -> None:
    assert read("5 listopada 2025") is None
    assert read("5 listopada 2025", "pl-PL") == datetime(2025, 11, 5, tzinfo=UTC)
    assert read("5 listopada 2025", "hr") == datetime(2025, 10, 5, tzinfo=UTC)


def test_a_zone_of_several_meanings_is_the_sources_or_the_regions_or_none() -> None:
    text = "Wed Oct 08 14:05:09 IST 2025"

    assert read(text) is None
    assert "timezone" in read_date(text, zone=ZoneInfo("UTC"), now=NOW).setting
    assert read(text, zone="Asia/Kolkata") == datetime(2025, 10, 8, 8, 35, 9, tzinfo=UTC)
    assert read(text, "en-IE") == datetime(2025, 10, 8, 13, 5, 9, tzinfo=UTC)
    assert read("Wed Oct 08 22:05:09 CST 2025", zone="Asia/Shanghai") == MOMENT
    assert read("Wed Oct 08 22:05:09 CST 2025") is None
    rfc822 = read_date("Wed, 08 Oct 2025 08:05:09 CST", zone=ZoneInfo("UTC"), now=NOW)
    assert (rfc822.moment, "several zones" in rfc822.note) == (MOMENT, True)


@pytest.mark.parametrize(
    ("text", "moment", "word"),
    [
        ("2025-10", datetime(2025, 10, 1, tzinfo=UTC), "names no day"),
        ("2025", datetime(2025, 1, 1, tzinfo=UTC), "names no day"),
        ("Fri, 08 Oct 2025 14:05:09 GMT", MOMENT, "Friday"),
        ("Montag, 8. Oktober 2025 14:05:09", MOMENT, "Monday"),
    ],
)
def test_what_is_read_and_told(text: str, moment: datetime, word: str) -> None:
    reading = read_date(text, zone=ZoneInfo("UTC"), now=NOW, languages=["de"])

    assert reading.moment == moment
    assert word in reading.note


@pytest.mark.parametrize(
    ("form", "language", "text", "expected"),
    [
        ("%d de %B de %Y", "es", "8 de octubre de 2025", datetime(2025, 10, 8, tzinfo=UTC)),
        ("%d de %B de %Y", "", "8 de outubro de 2025", datetime(2025, 10, 8, tzinfo=UTC)),
        ("%A, %d. %b %Y", "de", "Mittwoch, 8. Okt. 2025", datetime(2025, 10, 8, tzinfo=UTC)),
        ("%d %B %Y, %H.%M น.", "th", "๘ ตุลาคม ๒๕๖๘, 14.05 น.", datetime(2025, 10, 8, 14, 5, tzinfo=UTC)),
        ("%d/%m/%Y %H:%M", "", "04/11/2025 14:05", datetime(2025, 11, 4, 14, 5, tzinfo=UTC)),
        ("%d/%m/%Y %I:%M %p", "", "04/11/2025 02:05 PM", datetime(2025, 11, 4, 14, 5, tzinfo=UTC)),
        ("%d/%m/%Y %H:%M", "", "04/11/2025 02:05 PM", datetime(2025, 11, 4, 14, 5, tzinfo=UTC)),
        ("%d/%m/%Y %H:%M", "", "04/11/2025 14:05 +07:00", datetime(2025, 11, 4, 7, 5, tzinfo=UTC)),
        ("%d/%m/%Y %H:%M", "", "04/11/2025 14:05 CET", datetime(2025, 11, 4, 13, 5, tzinfo=UTC)),
        ("%d/%m/%Y %H:%M %Z", "", "4/11/2025 14:05 Asia/Tokyo", datetime(2025, 11, 4, 5, 5, tzinfo=UTC)),
        ("%d.%m.%y", "", "04.11.25", datetime(2025, 11, 4, tzinfo=UTC)),
        ("%Y %U %w", "", "2025 40 3", datetime(2025, 10, 8, tzinfo=UTC)),
    ],
)
def test_a_declared_form(form: str, language: str, text: str, expected: datetime) -> None:
    assert read(text, language, form=form) == expected
    assert read(cut_date(f"Desk: {text} 2204 views", form, [language]), language, form=form) == expected or (
        form.startswith("%Y %U")
    )


@pytest.mark.parametrize("text", ["PT7M", "P1DT2H", "PT1H30M15S", "7m", "4h 18m 3s", " PT0S "])
def test_durations(text: str) -> None:
    assert is_duration(text)
    assert not is_duration("2025-10-08")


zones = st.sampled_from(["UTC", "Asia/Vientiane", "America/St_Johns", "Australia/Lord_Howe", "Europe/Dublin"])
moments = st.datetimes(
    datetime(1700, 1, 1),  # noqa: DTZ001 - the strategy's bounds are naive
    datetime(2027, 1, 1),  # noqa: DTZ001 - as above
    timezones=st.just(UTC),
).map(lambda moment: moment.replace(microsecond=0))
offsets = st.integers(-12 * 4, 14 * 4).map(lambda quarters: timezone(timedelta(minutes=15 * quarters)))


@given(moments, offsets, zones)
def test_what_machines_write_is_what_is_read(moment: datetime, offset: timezone, zone: str) -> None:
    local = moment.astimezone(offset)
    sign = local.strftime("%z")
    colon = f"{sign[:3]}:{sign[3:]}"
    year = f"{local.year:04}"
    texts = [
        local.isoformat(),
        f"{local:%Y%m%dT%H%M%S}{sign}",
        format_datetime(local),
        f"{local:%a, %d %b} {year} {local:%H:%M:%S} {colon}",
        f"{local:%a %b %d} {year} {local:%H:%M:%S} GMT{sign} (Somewhere Standard Time)",
        f"{local:%a %b %d %H:%M:%S} UTC{colon} {year}",
        f"{local:%B} {local.day}, {year} at {local:%I:%M:%S %p} UTC{colon}",
        f"{local:%d/%b}/{year}:{local:%H:%M:%S} {sign}",
    ]
    for text in texts:
        assert read(text, zone=zone) == moment, text


@pytest.mark.slow
@settings(max_examples=50)
@given(
    moments, st.sampled_from(["PM", "p.m.", "+07:00", "-0330", "UTC+7", "CEST", "America/Bogota", "(MSK)"])
)
def test_a_part_that_means_something_is_never_dropped(moment: datetime, part: str) -> None:
    """With the part the text means another moment, or nothing that is understood."""
    for text in (
        f"{moment:%a, %d %b} {moment.year:04} {moment:%I:%M:%S}",
        f"{moment:%d %B} {moment.year:04} {moment:%I:%M}",
        f"{moment.year:04}-{moment:%m-%d %I:%M:%S}",
    ):
        without, read_with = read(text), read(f"{text} {part}")
        assert without is not None
        assert read_with is not None
        is_noon = moment.strftime("%I") == "12" and part.lower().startswith("p")
        assert (read_with == without) is is_noon


def says_nothing(text: str) -> bool:
    """Whether a text is a word that a language writes in dates, and that says nothing more: CLDR's own
    ("'im' MMMM"), "o'clock" and the like, and the day of the week."""
    squeezed = "".join(filter(str.isalnum, folded(text)))
    return any(
        squeezed == "".join(filter(str.isalnum, word))
        for language, _ in languages.of(text, ())
        for word in (*lexicon(language).names("between"), *lexicon(language).names("weekday"))
    )


@given(moments, st.text(min_size=1, max_size=8))
@example(datetime(2000, 5, 1, tzinfo=UTC), "B")
def test_no_text_after_a_date_is_dropped(moment: datetime, text: str) -> None:
    date = f"{moment:%d %B} {moment.year:04} 10:20"
    reading = read_date(f"{date} {text}", zone=ZoneInfo("UTC"), now=NOW)
    letters = "".join(filter(str.isalnum, unicodedata.normalize("NFKC", text))).casefold().rstrip("0٠०๐໐")
    if letters and reading.moment == read(date):
        is_told = reading.note.startswith("its zone, ")  # the military's letters
        assert is_told or letters in ("am", "z", "utc", "gmt", "ut", "uct", "wet") or says_nothing(text)


LANGUAGES = sorted(
    name for name in localedata.locale_identifiers() if "_" not in name and name not in ("root", "en")
)


@pytest.mark.slow
@pytest.mark.parametrize(
    "language",
    ["de", "es", "fr", "it", "nl", "pt", "ru", "uk", "el", "tr", "sv", "fi", "he", "ca", "da", "ro"],
)
@pytest.mark.parametrize("width", ["long", "full"])
def test_cldrs_own_forms_are_read(language: str, width: str) -> None:
    for month in range(1, 13):
        day = datetime(2025, month, 13, tzinfo=UTC)
        text = dates.format_date(day, width, locale=language)
        assert read(text, language) == day, text


@pytest.mark.slow  # every language that there is
def test_months_of_other_languages_are_no_english_ones_but_where_that_is_known() -> None:
    english = lexicon("en").meanings
    clashing = set()
    for language in LANGUAGES:
        data = Locale(language).months
        for names in (data[context][width] for context in data for width in ("wide", "abbreviated")):
            for number, name in names.items():
                months = [m.first for m in english.get(name.casefold().rstrip("."), ()) if m.kind == "month"]
                if months and months != [number]:
                    clashing.add(language)
    assert clashing == UNLIKE_ENGLISH


def test_languages_that_are_guessed_are_ones_that_cldr_has() -> None:
    assert {language for _, languages in LANGUAGES_BY_SCRIPT for language in languages} <= set(LANGUAGES)
