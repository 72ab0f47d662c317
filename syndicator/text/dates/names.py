"""Names of months, weekdays and parts of the day in every language that CLDR has (Babel), and the words
between.

A lexicon knows one language. Its names are folded: without case, accents (of Latin, Greek and Cyrillic
letters) and dots. A name may mean several things ("mar" is March and Tuesday in Spanish): whoever reads tells
them apart.
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property, lru_cache
from typing import Any, Literal, NamedTuple

import regex

from syndicator.text.dates.words_between import EXTRA_MONTHS, EXTRA_PERIODS, WORDS_BETWEEN

#: The last letters whose accents are decoration to be left out: after Latin, Greek and Cyrillic, marks are
#: vowels.
LAST_ACCENTED = "\u052f"

#: Letters of a month's name that are enough where no other month of the language begins so.
MIN_PREFIX_LETTERS = 3

#: Scripts that write words without spaces between them.
SPACELESS = r"\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}\p{Han}\p{Hiragana}\p{Katakana}"

#: A month by name in a pattern of CLDR's, with letters before and after it.
AFFIXES = regex.compile(r"(?:'([^' ]+)'|([^\sA-Za-z'{}.,/-]+))?M{3,4}(?:'([^' ]+)')?")

#: How a language writes a day in figures if it has dots in it, by CLDR's short pattern.
DOTTED = regex.compile(r"dd?\. ?MM?\. ?y")

ENGLISH_MONTHS = (
    *("january", "february", "march", "april", "may", "june", "july", "august", "september", "october"),
    *("november", "december"),
)
ENGLISH_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


class Meaning(NamedTuple):
    """What a word means in a date: a month (1 to 12), a weekday (Monday is 0), a part of the day (from and to
    which minute of the day), or nothing (0, 0)."""

    kind: Literal["month", "weekday", "period", "between"]
    first: int
    last: int = 0


BETWEEN = Meaning("between", 0)
AM, PM = Meaning("period", 0, 12 * 60), Meaning("period", 12 * 60, 24 * 60)


def folded(text: str) -> str:
    """A text without case, accents and forms of letters; digits of all scripts as 0 to 9."""
    return folded_with_places(text)[0]


def folded_with_places(text: str) -> tuple[str, list[int]]:
    """A folded text, and for each of its characters the place in the text that it comes from."""
    letters: list[str] = []
    places: list[int] = []
    for place, char in enumerate(text):
        for letter in _folded_char(char):
            if letters and letters[-1] <= LAST_ACCENTED and unicodedata.category(letter) == "Mn":
                continue
            letters.append(letter)
            places.append(place)
    return "".join(letters), places


@lru_cache(maxsize=2000)
def _folded_char(char: str) -> str:
    category = unicodedata.category(char)
    if category == "Nd":
        return str(unicodedata.decimal(char))
    if category == "Cf":
        return ""
    # the syllables of Hangul would fall apart
    return char if "\uac00" <= char <= "\ud7a3" else unicodedata.normalize("NFKD", char.casefold())


@dataclass(frozen=True)
class Lexicon:
    """The words of dates in one language, folded, with what each may mean. ``is_dotted``: a day in figures
    with dots between them ("3.4.2026") begins with the day in this language."""

    meanings: Mapping[str, frozenset[Meaning]] = field(repr=False)
    is_dotted: bool = False

    @cached_property
    def pattern(self) -> regex.Pattern[str]:
        """Any of the words, the longest first, with the dot after it: a whole word where words have spaces
        between them."""
        words = sorted(self.meanings, key=len, reverse=True)
        return regex.compile(
            rf"(?:{'|'.join(map(regex.escape, words))})"
            rf"(?:(?<=[{SPACELESS}])|(?![\p{{L}}\p{{M}}\d])|(?<=\d)(?!\d)"
            r"|(?<=\p{L}\p{M}?)(?=\d))\.?"
        )

    def names(self, kind: str) -> list[str]:
        """The words that may mean a thing of a kind, the longest first."""
        words = (word for word, meanings in self.meanings.items() if any(m.kind == kind for m in meanings))
        return sorted(words, key=len, reverse=True)


@cache  # as many as CLDR has languages
def lexicon(language: str) -> Lexicon:
    """The lexicon of a language that ``known_language`` has given."""
    meanings: dict[str, set[Meaning]] = defaultdict(set)
    is_dotted = language != "en" and _is_dotted(language)
    english = [(name, meaning) for name, meaning in _english() if language == "en" or meaning.kind != "month"]
    for name, meaning in (*english, *(_cldr(language) if language != "en" else ()), *_extra(language)):
        for form in _forms(name):
            meanings[form].add(meaning)
    return Lexicon({word: frozenset(each) for word, each in meanings.items()}, is_dotted)


@lru_cache(maxsize=1000)
def known_language(tag: str) -> str:
    """The language of a BCP 47 tag, if CLDR has it, else ""."""
    language = tag.replace("_", "-").partition("-")[0].lower()
    if language == "en" or not language.isascii() or not language.isalpha() or len(language) > 3:
        return language if language == "en" else ""
    from babel import localedata  # noqa: PLC0415 - of use only for dates in words of other languages

    language = {"iw": "he", "in": "id", "ji": "yi", "no": "nb", "tl": "fil", "mo": "ro", "sh": "hr"}.get(
        language, language
    )
    return language if language != "root" and localedata.exists(language) else ""


def _forms(name: str) -> Iterator[str]:
    """A name as it may be written: with and without the dots of abbreviations."""
    form = " ".join(folded(name).split()).rstrip(". ").strip()
    if form:
        yield form
        yield form.replace(".", "")
        yield form.replace(" ", "")
        if form.replace(".", ". ") != form:
            yield form.replace(".", ". ")


def _english() -> Iterator[tuple[str, Meaning]]:
    for number, name in enumerate(ENGLISH_MONTHS, 1):
        yield from ((prefix, Meaning("month", number)) for prefix in (name, name[:3]))
    yield "sept", Meaning("month", 9)
    for number, name in enumerate(ENGLISH_WEEKDAYS):
        yield from ((prefix, Meaning("weekday", number)) for prefix in (name, name[:3]))
    yield from (
        (name, Meaning("weekday", number)) for name, number in (("tues", 1), ("thur", 3), ("thurs", 3))
    )
    yield from (("a.m.", AM), ("p.m.", PM))


def _extra(language: str) -> Iterator[tuple[str, Meaning]]:
    for number, names in EXTRA_MONTHS.get(language, {}).items():
        yield from ((name, Meaning("month", number)) for name in names.split(", "))
    for name, period in EXTRA_PERIODS.get(language, {}).items():
        yield name, AM if period == "am" else PM
    for word in WORDS_BETWEEN.get(language, "").split(", "):
        yield word, BETWEEN


def _cldr(language: str) -> list[tuple[str, Meaning]]:
    """The names of a language in all scripts that it is written in."""
    from babel import localedata  # noqa: PLC0415 - as above

    in_a_script = regex.compile(rf"{language}(_[A-Z][a-z]{{3}})?")
    scripts = [name for name in localedata.locale_identifiers() if in_a_script.fullmatch(name)]
    pairs = [pair for name in scripts for pair in _cldr_names(_data(name))]
    # one language's data are a megabyte, and its names all that is ever wanted of them
    localedata._cache.clear()  # there is no other way to be rid of them
    return pairs


def _is_dotted(language: str) -> bool:
    pattern = _data(language).get("date_formats", {}).get("short", "")
    return bool(DOTTED.match(str(getattr(pattern, "pattern", pattern))))


def _data(language: str) -> Mapping[Any, Any]:
    from babel import localedata  # noqa: PLC0415 - as above

    data: dict[Any, Any] = localedata.load(language)
    return localedata.LocaleDataDict(data)


def _cldr_names(data: Mapping[Any, Any]) -> Iterator[tuple[str, Meaning]]:
    widths = [
        (field_name, data[field_name][context][width])
        for field_name in ("months", "days", "day_periods")
        for context in ("format", "stand-alone")
        for width in ("wide", "abbreviated", "short")
        if width in data.get(field_name, {}).get(context, {})
    ]
    for field_name, names in widths:
        for key, name in list(names.items()):
            if field_name == "day_periods":
                yield from _period(name, key, data)
            else:
                yield name, Meaning("month" if field_name == "months" else "weekday", key)
        if field_name == "months":
            yield from _prefixes(names)
            yield from _with_affixes(names, data)
    for pattern in _patterns(data):
        yield from ((word, BETWEEN) for word in _literals(pattern))


def _period(name: str, key: str, data: Mapping[Any, Any]) -> Iterator[tuple[str, Meaning]]:
    """A part of the day: CLDR's rules say from when to when it is
    (https://unicode.org/reports/tr35/tr35-dates.html#Day_Period_Rule_Sets)."""
    if key in ("am", "pm"):
        yield name, AM if key == "am" else PM
        return
    for rule in data.get("day_period_rules", {}).get(None, {}).get(key, ()):
        if "from" in rule and "before" in rule and rule["from"] < rule["before"]:
            yield name, Meaning("period", rule["from"], rule["before"])


def _prefixes(names: Mapping[int, str]) -> Iterator[tuple[str, Meaning]]:
    """The beginnings of months' names that no other month of theirs has: "noi" of "noiembrie"."""
    forms = {number: folded(name) for number, name in names.items()}
    for number, name in forms.items():
        match = regex.match(r"[\p{Latin}\p{Greek}\p{Cyrillic}]+", name)
        word = match[0] if match else ""
        others = [other for other_number, other in forms.items() if other_number != number]
        for length in range(MIN_PREFIX_LETTERS, min(len(word), 6)):
            if not any(other.startswith(word[:length]) for other in others):
                yield word[:length], Meaning("month", number)


def _with_affixes(names: Mapping[int, str], data: Mapping[Any, Any]) -> Iterator[tuple[str, Meaning]]:
    """Names of months with what CLDR's patterns write in one word with them ("d בMMMM y", "MMMM'ren' d")."""
    matches = (AFFIXES.search(pattern) for pattern in _patterns(data))
    affixes = {(match[1] or match[2] or "", match[3] or "") for match in matches if match} - {("", "")}
    for before, after in affixes:
        yield from ((f"{before}{name}{after}", Meaning("month", number)) for number, name in names.items())


def _patterns(data: Mapping[Any, Any]) -> Iterable[str]:
    for name in ("date_formats", "time_formats", "datetime_formats"):
        yield from (str(getattr(each, "pattern", each)) for each in data.get(name, {}).values())
    yield from (str(getattr(each, "pattern", each)) for each in data.get("datetime_skeletons", {}).values())


def _literals(pattern: str) -> Iterator[str]:
    """The words between the fields of a CLDR pattern ("d 'de' MMMM 'de' y")."""
    quoted = regex.findall(r"'([^']+)'", pattern)
    bare = regex.sub(r"'[^']*'|[A-Za-z{}]", " ", pattern)
    for text in (*quoted, bare):
        yield from (word for word in regex.findall(r"[\p{L}\p{M}]+", text))
