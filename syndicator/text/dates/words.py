"""Dates as people write them: every part of the text must be understood, in one language.

The text is cut into marks: numbers, times, offsets, words of the language's lexicon. One day, one month and
one year must be among them; a time, zones, a weekday may. A part that is none of these means that the whole
is not understood.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import tzinfo
from itertools import islice, product
from typing import NamedTuple

import regex

from syndicator.text.dates.names import BETWEEN, Lexicon, Meaning, folded
from syndicator.text.dates.stated import NoDate, Stated, agreed
from syndicator.text.dates.zones import NAMES, OddZone, fixed, is_zone

#: Readings of one text that are compared, where words of it mean several things.
MAX_READINGS = 16

#: A name of the IANA database, before letters are folded.
IANA = regex.compile(
    r"\[?\b([A-Z][A-Za-z]+(?:/[A-Z][A-Za-z_]+(?:-[A-Z][A-Za-z]+)*(?:[+-]\d{1,2})?){1,2})(?![\w/])\]?"
)

#: What is written otherwise in the same meaning: full-width forms, dashes as signs, spaces.
SAME = {0x2212: "-", 0x2010: "-", 0x2011: "-", 0xFF65: " ", 0x60C: ",", 0x200B: None, 0xFEFF: None} | {
    0xFF01 + n: chr(0x21 + n) for n in range(94)
}  # fmt: skip

#: The marks that are the same in all languages, by name, in the order in which they are tried.
MARKS = regex.compile(
    r"""
    (?P<year_first>(?<!\d)\d{4}(?:(?P<y>[-/.])\s?\d{1,2}(?P=y)\s?\d{1,2}(?!\d)\.?(?:t(?=\d))?
        |\s?[年년]\s?\d{1,2}\s?[月월]\s?\d{1,2}\s?[日号號일]))
    |(?P<numeric>(?<!\d)\d{1,2}(?P<n>[-/.]|\s(?=\d{1,2}\s))\s?\d{1,2}(?P=n)\s?(?:\d{4}|\d{2})(?!\d|:))
    |(?P<time>(?<![\d.,])(?:
        \d{1,2}:\d{2}(?::\d{2}(?:[.,]\d{1,9})?)?
        |\d{1,2}\s?[時时點点시]\s?(?:\d{1,2}\s?[分분]?)?(?:\s?\d{1,2}\s?[秒초])?
        |\d{1,2}\s?(?:h|uhr|giờ)\s?(?:\d{2}(?:\s?(?:min|phut|m))?)?(?![\p{L}\d])
        |\d{1,2}\.\d{2}(?:\.\d{2})?(?![\d.])
      )(?!\d))
    |(?P<offset>(?:(?:utc|gmt|ut|z)\s?)?[+-](?P<hours>\d{1,2})(?::?(?P<minutes>\d{2}))?(?![\d:]))
    |(?P<comment>\((?![ap]\.?m\b)[\p{L}\p{M}][\p{L}\p{M}\ .'-]{1,40}\))
    |(?P<number>(?<!\d)(?:\d{4}|\d{1,2}(?:st|nd|rd|th|er|º|ª|°|\.)?)(?!\d))
    |(?P<separator>[\s,;|·•)\[\]/.–—:、，]+|\(|-(?!\d)|(?<=\p{L}\.?)-(?=\d{4}))
    """,
    regex.VERBOSE,
)

#: A year of two digits where RFC 822 has it: between the month and a time.
SHORT_YEAR = regex.compile(r"(?<=^(?:\p{L}{2,9}\.?,? )?\d{1,2}[ -]\p{L}{3,9}\.?[ -])\d{2}(?= \d{1,2}:\d{2})")

#: What is no mark: a word, or one character.
UNKNOWN = regex.compile(r"[\p{L}\p{M}\p{N}_'’@.-]*[\p{L}\p{M}\p{N}_]|.", regex.DOTALL)

#: The zones of RFC 822 that RFC 5322 section 4.3 has nobody trust; "h" is "o'clock".
MILITARY_ZONE = regex.compile(r"(?!h)[a-y]\.?")

#: Atlantic Time, where "at" is no preposition.
ATLANTIC_TIME = regex.compile(r"at(?=\)?$)")

ZONE_NAME = regex.compile(
    rf"(?:{'|'.join(sorted(map(folded, NAMES), key=len, reverse=True))})(?![\p{{L}}\p{{M}}\d])"
)


class Mark(NamedTuple):
    """A part of a date: its kind (a group of ``MARKS``, or "word", "zone"), its text, and what it may
    mean."""

    kind: str
    text: str
    meanings: tuple[Meaning | tzinfo | str, ...] = ()


@dataclass
class _Parts:
    """The parts of one reading."""

    days: list[int] = field(default_factory=list)
    months: list[int] = field(default_factory=list)
    years: list[int] = field(default_factory=list)
    weekdays: set[int] = field(default_factory=set)
    times: list[tuple[int, int, int]] = field(default_factory=list)
    zones: list[tzinfo | str] = field(default_factory=list)


def read(text: str, lexicon: Lexicon) -> Stated | None:
    """What a text states in a language, the whole of it; ``None``: it is not understood. Raises ``NoDate``:
    it is understood, and no date."""
    marks = list(marks_of(text, lexicon))
    return None if any(mark.kind == "unknown" for mark in marks) else stated(marks)


def stated(marks: Sequence[Mark]) -> Stated | None:
    """What marks state, all of them; ``None``: no date, or several. Raises ``NoDate``, as ``read``."""
    choices = islice(product(*(mark.meanings or (BETWEEN,) for mark in marks)), MAX_READINGS)
    readings = [reading for meanings in choices if (reading := _stated(marks, meanings))]
    return agreed(readings)


def marks_of(text: str, lexicon: Lexicon) -> Iterator[Mark]:
    """The marks of a text; words that are none are "unknown"."""
    text = text.translate(SAME)
    for name in {match[1] for match in IANA.finditer(text) if is_zone(match[1])}:
        yield Mark("zone", name, (name,))
        text = text.replace(f"[{name}]", " ").replace(name, " ")
    text = folded(" ".join(text.split()))
    short_year = SHORT_YEAR.search(text)
    if short_year:
        century = "19" if short_year[0] >= "50" else "20"
        text = f"{text[: short_year.start()]}{century}{text[short_year.start() :]}"
    at, is_after_time, last_kind = 0, False, ""
    while at < len(text):
        in_letters = (ATLANTIC_TIME, lexicon.pattern, MARKS, ZONE_NAME)
        patterns = in_letters if text[at].isalpha() else (MARKS, lexicon.pattern)
        match = next((found for pattern in patterns if (found := pattern.match(text, at))), None)
        if match is None:
            unknown = UNKNOWN.match(text, at)
            yield Mark("unknown", unknown[0] if unknown else text[at])
            at = unknown.end() if unknown else at + 1
            continue
        mark = _mark(match, lexicon, is_after_time=is_after_time)
        if last_kind == "time" and MILITARY_ZONE.fullmatch(mark.text):
            mark = Mark("unknown", mark.text)
        if mark.kind != "separator":
            yield mark
            is_after_time = is_after_time or mark.kind in ("time", "zone")
            last_kind = mark.kind
        at = match.end()


def _mark(match: regex.Match[str], lexicon: Lexicon, *, is_after_time: bool) -> Mark:
    if match.re is lexicon.pattern:
        word = match[0]
        meanings = lexicon.meanings.get(word) or lexicon.meanings[word.rstrip(".")]
        return Mark("word", word, tuple(sorted(meanings)))
    if match.re in (ZONE_NAME, ATLANTIC_TIME):
        return Mark("zone", match[0], (match[0].upper(),))
    kind = str(match.lastgroup if match.lastgroup in ("time", "number", "separator", "comment") else "")
    kind = kind or next(name for name in ("year_first", "numeric", "offset") if match[name])
    if kind == "comment":
        return _comment(match[0])
    if kind == "offset":
        if not is_after_time and not match[0][0].isalpha():
            return Mark("unknown", match[0])
        sign = "-" if "-" in match[0] else "+"
        try:
            return Mark("zone", match[0], (fixed(sign, match["hours"], match["minutes"] or ""),))
        except OddZone as e:
            raise NoDate(str(e)) from None
    return Mark("dotted" if kind == "numeric" and match["n"] == "." and lexicon.is_dotted else kind, match[0])


def _comment(text: str) -> Mark:
    """What stands in brackets after an offset is the name of its zone (RFC 5322 section 3.2.2 allows any)."""
    name = text.strip("() ").upper()
    return Mark("zone", text, (name,)) if name in NAMES else Mark("comment", text)


def _stated(marks: Sequence[Mark], meanings: Sequence[Meaning | tzinfo | str]) -> Stated | None:
    """One reading of the marks; ``None`` where it is none."""
    parts = _Parts()
    periods: Mapping[int, Meaning] = {
        index: meaning
        for index, meaning in enumerate(meanings)
        if isinstance(meaning, Meaning) and meaning.kind == "period"
    }
    used: set[int] = set()
    for index, (mark, meaning) in enumerate(zip(marks, meanings, strict=True)):
        period_index = _period_of(index, marks, periods)
        if mark.kind == "time" or (mark.kind == "number" and period_index is not None and len(mark.text) < 3):
            time = time_in_period(
                _clock(mark.text), periods.get(-1 if period_index is None else period_index)
            )
            if time is None:
                return None
            parts.times.append(time)
            used |= {period_index} if period_index is not None else set()
        elif not _take(parts, mark, meaning):
            return None
    if used != set(periods):
        return None
    return _whole(parts)


def _period_of(index: int, marks: Sequence[Mark], periods: Mapping[int, Meaning]) -> int | None:
    """Which part of the day belongs to a time: the one after it, or else the one before."""
    is_clock = marks[index].kind == "time"
    if index + 1 in periods and (is_clock or not any(mark.kind == "time" for mark in marks)):
        return index + 1
    if index - 1 in periods and is_clock:
        return index - 1
    return None


def _take(parts: _Parts, mark: Mark, meaning: Meaning | tzinfo | str) -> bool:
    """Add a part; ``False`` where it can be none."""
    match mark.kind:
        case "year_first":
            year, month, day = map(int, regex.findall(r"\d+", mark.text))
            parts.years.append(year)
            parts.months.append(month)
            parts.days.append(day)
        case "numeric" | "dotted":
            day, month, year = _numeric(mark.text, is_day_first=mark.kind == "dotted")
            parts.years.append(year)
            parts.months.append(month)
            parts.days.append(day)
        case "number":
            digits = mark.text.rstrip(".º°ª").rstrip("stndrhe")
            (parts.years if len(digits) == 4 else parts.days).append(int(digits))
        case "zone":
            parts.zones += [] if isinstance(meaning, Meaning) else [meaning]
        case "comment":
            return any(isinstance(zone, tzinfo) for zone in parts.zones)
        case _:
            return _take_word(parts, meaning)
    return True


def _take_word(parts: _Parts, meaning: Meaning | tzinfo | str) -> bool:
    if isinstance(meaning, Meaning) and meaning.kind == "month":
        parts.months.append(meaning.first)
    elif isinstance(meaning, Meaning) and meaning.kind == "weekday":
        parts.weekdays.add(meaning.first)
    return True


def _numeric(text: str, *, is_day_first: bool) -> tuple[int, int, int]:
    """Day, month and year of a date in numbers, with the day first where that is possible and the language
    has it so. Raises ``NoDate`` where nothing tells which of two orders is meant."""
    first, second, year = map(int, regex.findall(r"\d+", text))
    if year < 100:
        raise NoDate("its year has two digits only")
    if first > 12 or first == second or (is_day_first and second <= 12):
        return first, second, year
    if second > 12:
        return second, first, year
    raise NoDate("which number is the day, and which the month?")


def time_in_period(clock: tuple[int, int, int], period: Meaning | None) -> tuple[int, int, int] | None:
    """A time of day (hour, minute, second) in that part of the day; ``None`` where there is no such time."""
    if period is None:
        return clock
    hour, minute, second = clock
    hours = [hour] if hour > 12 else [hour % 12, hour % 12 + 12]
    fitting = [h for h in hours if period.first <= h * 60 + minute < period.last]
    return (fitting[0], minute, second) if len(fitting) == 1 else None


def _clock(text: str) -> tuple[int, int, int]:
    numbers = [int(digits) for digits in regex.findall(r"\d+", text.partition(",")[0])][:3]
    hour, minute, second = (*numbers, 0, 0)[:3]
    return hour, minute, second


def _whole(parts: _Parts) -> Stated | None:
    if not (len(parts.days) == len(parts.months) == len(parts.years) == 1):
        return None
    if len(parts.times) > 1 or len(parts.weekdays) > 1 or not 1 <= parts.months[0] <= 12:
        return None
    hour, minute, second = parts.times[0] if parts.times else (0, 0, 0)
    return Stated(
        year=parts.years[0],
        month=parts.months[0],
        day=parts.days[0],
        hour=hour,
        minute=minute,
        second=second,
        zones=tuple(parts.zones),
        weekday=next(iter(parts.weekdays), None),
    )
