"""Dates in a form that the operator has declared: ``datetime.strptime``'s notation, with the names of months,
weekdays and halves of the day in the languages of the text.

What follows the time in a text (PM, an offset, a zone) belongs to it, whether the form names it or not.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from functools import lru_cache

import regex

from syndicator.text.dates import languages as known_languages
from syndicator.text.dates.machine import full_year
from syndicator.text.dates.names import Lexicon, Meaning, folded, folded_with_places, lexicon
from syndicator.text.dates.stated import NoDate, Stated, agreed
from syndicator.text.dates.words import time_in_period
from syndicator.text.dates.zones import NAMES, OddZone, fixed

#: Characters in which ``cut_date`` looks.
MAX_SEARCH_CHARS = 1000

#: Patterns of the codes of ``datetime.strptime`` that are numbers
#: (https://docs.python.org/3/library/datetime.html#format-codes).
NUMBERS = {
    **dict.fromkeys("demHIMS", r"\d{1,2}"),
    "j": r"\d{1,3}",
    "y": r"\d{2}",
    "Y": r"\d{4}",
    "f": r"\d{1,9}",
}

#: The codes that are names, with the kind of their meaning.
NAMED = {"b": "month", "B": "month", "a": "weekday", "A": "weekday", "p": "period"}

OFFSET = r"z|(?:utc|gmt)?\s?[+-]\d{1,2}(?::?\d{2})?(?!\d)"
ZONE = rf"(?:[a-z]+(?:/[a-z_]+)+|{'|'.join(sorted(map(folded, NAMES), key=len, reverse=True))})(?!\p{{L}})"


@dataclass(frozen=True)
class _Form:
    """A declared form in one language."""

    pattern: regex.Pattern[str]
    lexicon: Lexicon

    def stated(self, match: regex.Match[str], original: str, places: Sequence[int]) -> Stated | None:
        """What a match of the pattern states. ``original``: the text before it was folded."""
        part = {name: value for name, value in match.groupdict().items() if value is not None}
        months = self._meanings(part.get("b") or part.get("B"), "month")
        weekdays = self._meanings(part.get("a") or part.get("A"), "weekday")
        periods = self._meanings(part.get("p"), "period")
        if len(months) > 1 or len(weekdays) > 1:
            return None
        zones: list[tzinfo | str] = [_offset(part["z"])] if "z" in part else []
        if "Z" in part:
            name = original[places[match.start("Z")] : places[match.end("Z") - 1] + 1]
            zones.append(name if "/" in name else name.upper())
        year = int(part["Y"]) if "Y" in part else full_year(part.get("y", "00"))
        day = int(part.get("d") or part.get("e") or 1)
        month = months[0].first if months else int(part.get("m", 1))
        if "j" in part:
            whole = _day_of_year(year, int(part["j"]))
            month, day = whole.month, whole.day
        clock = [int(part.get(code, 0)) for code in (("I" if "I" in part else "H"), "M", "S")]
        times = {time_in_period((clock[0], clock[1], clock[2]), period) for period in periods or (None,)}
        time = times.pop() if len(times) == 1 else None
        if time is None:
            raise NoDate("there is no such time of day")
        hour, minute, second = time
        return Stated(
            year=year,
            month=month,
            day=day,
            hour=hour,
            minute=minute,
            second=second,
            zones=tuple(zones),
            weekday=weekdays[0].first if weekdays else None,
        )

    def _meanings(self, name: str | None, kind: str) -> list[Meaning]:
        word = (name or "").rstrip(".")
        meanings = self.lexicon.meanings.get(name or "") or self.lexicon.meanings.get(word) or frozenset()
        return sorted(meaning for meaning in meanings if meaning.kind == kind)


def read(text: str, format: str, languages: Sequence[str]) -> Stated | None:  # noqa: A002 - as in strptime
    """What a text states that is in this form as a whole; ``None`` where it is not. Raises ``NoDate``."""
    if _is_for_strptime(format):
        return _strptime(text, format)
    folded_text, places = folded_with_places(text)
    in_others: list[Stated] = []
    for language, is_known in _languages(text, format, languages):
        form = _form(format, language)
        match = form.pattern.fullmatch(folded_text)
        stated = form.stated(match, text, places) if match else None
        if stated and is_known:
            return stated
        in_others += [stated] if stated else []
    return agreed(in_others)


def cut_date(text: str, format: str, languages: Sequence[str] = ()) -> str:  # noqa: A002 - as in strptime
    """The part of a text that is written in a form: "03/08/2025 11:00" of "Published: 03/08/2025 11:00 Print
    2204". The text itself where no part of it is."""
    if not format or _is_for_strptime(format):
        return text
    folded_text, places = folded_with_places(text[:MAX_SEARCH_CHARS])
    for language, _ in _languages(text[:MAX_SEARCH_CHARS], format, languages):
        if match := _form(format, language).pattern.search(folded_text):
            return text[places[match.start()] : places[match.end() - 1] + 1]
    return text


def _languages(text: str, format: str, tags: Sequence[str]) -> Iterator[tuple[str, bool]]:  # noqa: A002 - as above
    """The languages to try: those that are only guessed where the form has names."""
    has_names = any(f"%{code}" in format for code in NAMED)
    return ((name, is_known) for name, is_known in known_languages.of(text, tags) if is_known or has_names)


@lru_cache(maxsize=200)
def _form(format: str, language: str) -> _Form:  # noqa: A002 - as in strptime
    words = lexicon(language)
    pattern = r"\s+".join(
        "".join(_pattern(piece, words) for piece in regex.findall(r"%.|.", word)) for word in format.split()
    )
    if regex.search(r"%[HI]", format):
        pattern += "" if "%p" in format else rf"(?:\s?(?P<p>{_names(words, 'period')}))?"
        if not regex.search("%[zZ]", format):
            pattern += rf"(?:\s*\(?(?:(?P<z>{OFFSET})|(?P<Z>{ZONE}))\)?)?"
    return _Form(regex.compile(rf"(?<!\d){pattern}(?!\d)"), words)


def _pattern(piece: str, words: Lexicon) -> str:
    """A code of ``datetime.strptime``, or characters that stand for themselves, as a regular expression."""
    code = piece[1:]
    if not code or piece[0] != "%":
        return str(regex.escape(folded(piece)))
    if code in NAMED:
        return rf"(?P<{code}>{_names(words, NAMED[code])})"
    if code in NUMBERS:
        return rf"(?P<{code}>{NUMBERS[code]})"
    return {"z": rf"(?P<z>{OFFSET})", "Z": rf"(?P<Z>{ZONE})"}.get(code, "%")


def _names(words: Lexicon, kind: str) -> str:
    names = "|".join(map(regex.escape, words.names(kind))) or r"(?!)"
    return rf"(?:{names})(?![\p{{L}}\p{{M}}])\.?"


def _offset(text: str) -> tzinfo:
    match = regex.search(r"([+-])(\d{1,2}):?(\d{2})?", text)
    try:
        return fixed(match[1], match[2], match[3] or "") if match else fixed("+", "0")
    except OddZone as e:
        raise NoDate(str(e)) from None


def _day_of_year(year: int, day: int) -> date:
    try:
        return datetime.strptime(f"{year} {day}", "%Y %j").date()  # noqa: DTZ007 - a day alone
    except ValueError:
        raise NoDate("there is no such day") from None


def _is_for_strptime(format: str) -> bool:  # noqa: A002 - as in strptime
    """Whether a form has codes that are rare enough to be left to the standard library (weeks, locales)."""
    return any(code not in {*NUMBERS, *NAMED, *"zZ%"} for code in regex.findall(r"%(.)", format))


def _strptime(text: str, format: str) -> Stated | None:  # noqa: A002 - as in strptime
    try:
        moment = datetime.strptime(text, format)  # noqa: DTZ007 - the zone is the source's
    except (ValueError, OverflowError):
        return None
    return Stated.of(moment)
