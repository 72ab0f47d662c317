"""Dates as machines write them, read in microseconds: ISO 8601, RFC 3339, W3C-DTF, RFC 822, Unix time."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, tzinfo

from syndicator.text.dates.names import ENGLISH_MONTHS, ENGLISH_WEEKDAYS
from syndicator.text.dates.stated import NoDate, Stated
from syndicator.text.dates.zones import HOURS_BY_NAME, HOURS_BY_RFC822, OddZone, fixed

#: ISO 8601-1:2019, extended and basic, as RFC 3339 and https://www.w3.org/TR/NOTE-datetime profile it: a
#: date, a day of a week, a day of a year; a time; an offset, with the name of its zone (RFC 9557). RFC 3339
#: section 5.6 allows lower case and a space for the T.
ISO = re.compile(
    r"(\d{4})(?:-(\d\d)-(\d\d)|-?W(\d\d)-?([1-7])|-(\d{3}))"
    r"(?:(?: *[Tt] *| +)(\d\d):(\d\d)(?::(\d\d)(?:[.,]\d{1,12})?)?|[Tt](\d\d)(?:(\d\d)(\d\d)?)?)?"
    r"(?: ?([Zz]|[+-]\d\d:?\d\d|(?<=\d:\d\d)[+-]\d\d|(?<=\.\d{3})[+-]\d\d))?"
)

#: The same without hyphens.
BASIC_ISO = re.compile(
    r"(\d{4})(\d\d)(\d\d)(?:[Tt ]?(\d\d):?(\d\d)(?::?(\d\d)(?:[.,]\d{1,12})?)?)?([Zz]|[+-]\d\d:?\d\d)?"
)

#: A month, or a year, as W3C-DTF allows them.
COARSE = re.compile(r"(\d{4})(?:-(\d\d))?")

#: RFC 822 section 5.1 with the years of RFC 1123 section 5.2.14, and RFC 5322 section 4.3's two digits.
RFC822 = re.compile(
    r"(?:(mon|tue|wed|thu|fri|sat|sun)[a-z]{0,6}\.?,? *)?"
    r"(\d\d?)[ -](jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[ -](\d{4}|\d\d) "
    r"(\d\d?):(\d\d)(?::(\d\d)(?:\.\d{1,9})?)?"
    r"(?: ?([+-]\d{4})| ([a-z]{1,5}))?(?: \(([a-z ]{2,40})\))?",
    re.IGNORECASE,
)
MONTHS = {name[:3]: number for number, name in enumerate(ENGLISH_MONTHS, 1)}
WEEKDAYS = {name[:3]: number for number, name in enumerate(ENGLISH_WEEKDAYS)}

#: Military zones, of which J is none. RFC 822 had their signs the wrong way round, so that none can know what
#: is meant: -0000, time in UTC (RFC 2822 section 4.3). Small letters are more often halves of a day.
MILITARY_ZONES = frozenset("ABCDEFGHIKLMNOPQRSTUVWXY")

#: An ISO 8601 duration, which <time> may have instead of a date
#: (https://html.spec.whatwg.org/multipage/text-level-semantics.html#datetime-value).
DURATION = re.compile(
    r"P(?=[\dT])(?:[\d.,]+[YMWD])*(?:T(?:[\d.,]+[HMS])+)?|(?:\d+ ?[wdhms] ?)+", re.IGNORECASE
)

#: Seconds or milliseconds since 1970, of moments from September 2001 on.
UNIX_TIME = re.compile(r"(1\d{9})(?:\d{3}|\.\d{1,9})?")

#: From this number on, two digits are a year of the last century (RFC 5322 section 4.3).
LAST_CENTURY_FROM = 50


def read(text: str) -> Stated | None:
    """What a text states in one of these forms, the whole of it; ``None``: it is in another form. Raises
    ``NoDate``."""
    if not text[:1].isdigit():
        return _rfc822(text)
    return _iso(text) or _basic_iso(text) or _rfc822(text) or _unix_time(text) or _coarse(text)


def is_duration(text: str) -> bool:
    """Whether a text is a time that something takes ("PT7M", "7m")."""
    return bool(DURATION.fullmatch(text[:40].strip()))


def full_year(digits: str) -> int:
    """A year of two or four digits (RFC 5322 section 4.3)."""
    year = int(digits)
    return year if len(digits) > 2 else year + (1900 if year >= LAST_CENTURY_FROM else 2000)


def _iso(text: str) -> Stated | None:
    match = ISO.fullmatch(text)
    if match is None:
        return None
    year, month, day, week, weekday, ordinal, hour, minute, second, t_hour, t_minute, t_second, offset = (
        match.groups()
    )
    try:
        if week:
            whole = date.fromisocalendar(int(year), int(week), int(weekday))
            year, month, day = str(whole.year), str(whole.month), str(whole.day)
        elif ordinal:
            whole = datetime.strptime(f"{year}{ordinal}", "%Y%j").date()  # noqa: DTZ007 - a day alone
            month, day = str(whole.month), str(whole.day)
    except ValueError:
        raise NoDate("there is no such day") from None
    return Stated(
        year=int(year),
        month=int(month),
        day=int(day),
        hour=int(hour or t_hour or 0),
        minute=int(minute or t_minute or 0),
        second=int(second or t_second or 0),
        zones=_offset(offset),
    )


def _basic_iso(text: str) -> Stated | None:
    match = BASIC_ISO.fullmatch(text)
    if match is None or UNIX_TIME.fullmatch(text):
        return None
    year, month, day, hour, minute, second, offset = match.groups()
    return Stated(
        year=int(year),
        month=int(month),
        day=int(day),
        hour=int(hour or 0),
        minute=int(minute or 0),
        second=int(second or 0),
        zones=_offset(offset),
    )


def _rfc822(text: str) -> Stated | None:
    match = RFC822.fullmatch(text)
    if match is None:
        return None
    weekday, day, month, year, hour, minute, second, offset, name, comment = match.groups()
    zones: tuple[tzinfo | str, ...] = _offset(offset)
    note = ""
    if name in MILITARY_ZONES:
        zones, note = (
            (UTC,),
            f"its zone, {name}, means one thing by RFC 822 and another elsewhere: taken for UTC",
        )
        name = ""
    name = (name or "").upper()
    if (name and name not in HOURS_BY_NAME and name not in HOURS_BY_RFC822) or (comment and not offset):
        return None
    if comment and comment.upper() in (*HOURS_BY_NAME, "AM", "PM"):
        return None
    return Stated(
        year=full_year(year),
        month=MONTHS[month.lower()],
        day=int(day),
        hour=int(hour),
        minute=int(minute),
        second=int(second or 0),
        zones=(name,) if name else zones,
        weekday=WEEKDAYS[weekday.lower()] if weekday else None,
        note=note,
        is_rfc822=True,
    )


def _unix_time(text: str) -> Stated | None:
    match = UNIX_TIME.fullmatch(text)
    if match is None:
        return None
    return Stated.of(datetime.fromtimestamp(int(match[1]), UTC))


def _coarse(text: str) -> Stated | None:
    match = COARSE.fullmatch(text)
    if match is None:
        return None
    year, month = int(match[1]), int(match[2] or 1)
    note = f"it names no day: taken for the first of the {'month' if match[2] else 'year'}"
    return Stated(year=year, month=month, day=1, note=note, is_coarse=True)


def _offset(text: str | None) -> tuple[tzinfo, ...]:
    if not text:
        return ()
    if text in "Zz":
        return (UTC,)
    try:
        return (fixed(text[0], text[1:3], text[3:].removeprefix(":")),)
    except OddZone as e:
        raise NoDate(str(e)) from None
