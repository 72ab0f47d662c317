"""Dates in lines of text: a byline, a dateline, what stands under a headline."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import groupby
from typing import NamedTuple
from zoneinfo import ZoneInfo

import regex

from syndicator.text.dates import languages as known_languages
from syndicator.text.dates.names import Meaning, folded, lexicon
from syndicator.text.dates.stated import DateReading, NoDate, reading
from syndicator.text.dates.words import Mark, marks_of, stated
from syndicator.text.dates.zones import NAMES

#: Characters of a line that may have a date, and words in it that are no part of the date: more are prose.
MAX_LINE_CHARS, MAX_OTHER_WORDS = 160, 9

#: What every date has that is looked for: a year of four digits.
YEAR = regex.compile(r"(?<!\d)\p{Nd}{4}(?!\d)")

#: What divides the parts of a line: marks, and words for the last change behind another day.
DIVIDER = regex.compile(
    r"\s*[|•·●⋅]\s*|\s+[–—/-]\s+|\s{3,}"
    r"|(?<=\d)[.,;]?\s+\(?(?=(?:last\s+)?(?:updated|modified|revised)\b|(?:zuletzt\s+)?aktualisiert"
    r"|mis à jour|actualizado|atualizado|aggiornato|bijgewerkt|oppdatert|uppdaterad|opdateret"
    r"|обновлено|оновлено)",
    regex.IGNORECASE,
)

#: Words (folded) of the latest change, and of others' times: rights, events.
CHANGED = regex.compile(
    r"updat|modif|revis|aktualis|geandert|mis a jour|actualiz|atualiz|aggiornat|bijgewerkt|oppdater|uppdater"
    r"|opdater"
    r"|обновл|изменен|оновлен|guncelle|aktualiz|paivitetty|cap nhat|diperbarui|更新|수정|修改"
)
#: Words (folded) of the publication, in front of its day.
PUBLISHED = regex.compile(
    r"\b(?:published|posted|publie|veroffentlicht|publiziert|erschienen|publicad[oa]|pubblicato|gepubliceerd"
    r"|geplaatst|publisert|publicerad|publiceret|julkaistu|opublikowano|publikovano|опубликовано|опубліковано"
    r"|yayinlanma|diterbitkan)\b|発行日|公開日|发布|發布"
)
OF_OTHERS = regex.compile(
    r"©|\(c\)|copyright|all rights|deadline|\bends?\b|\buntil\b|\bbis\b|comments? (?:on|at)|accessed"
)


#: What may be the name of a zone after a time.
ZONE_AFTER_TIME = regex.compile(r"\d:\d\d(?::\d\d)?\s?\(?([A-Z]{2,5})\b")


class FoundDate(NamedTuple):
    """A date in a line. ``is_change``: it is that of the latest change; ``is_labelled``: words in front of it
    say that it is that of the publication."""

    reading: DateReading
    text: str
    is_change: bool
    is_labelled: bool = False


def dates_in(line: str, *, zone: ZoneInfo, now: datetime, languages: Sequence[str]) -> Iterator[FoundDate]:
    """The dates in a line that are understood whole, in one of the languages or in English."""
    if len(line) > MAX_LINE_CHARS or not YEAR.search(line) or OF_OTHERS.search(folded(line)):
        return
    after_time = ZONE_AFTER_TIME.search(line)
    if after_time and after_time[1] not in NAMES and after_time[1] not in ("AM", "PM"):
        return
    known = [language for language, is_known in known_languages.of("", languages) if is_known]
    parts = [part for part in DIVIDER.split(line) if part]
    is_change = False
    for index, part in enumerate(parts):
        if not YEAR.search(part):
            is_change = is_of_change(part)
            continue
        # a time may stand in the next part, and must not be lost
        for text in dict.fromkeys((" ".join(parts[index : index + 2]), part)):
            found = _found(text, known, zone=zone, now=now, languages=languages)
            if found:
                changed = is_change or is_of_change(part)
                yield FoundDate(found, part, changed, not changed and bool(PUBLISHED.search(folded(part))))
                break
        is_change = False


def is_of_change(label: str) -> bool:
    """Whether the words beside a date say that it is that of the latest change."""
    return bool(CHANGED.search(folded(label)))


def _found(
    text: str, known: Sequence[str], *, zone: ZoneInfo, now: datetime, languages: Sequence[str]
) -> DateReading | None:
    for language in known:
        try:
            marks = list(marks_of(text, lexicon(language)))
            if sum(mark.kind == "unknown" and mark.text[0].isalpha() for mark in marks) > MAX_OTHER_WORDS:
                continue
            runs = list(_runs(marks))
            for run in runs:
                others = (mark for other in runs if other is not run for mark in other)
                if (parts := stated(run)) and not any(map(_is_of_time, others)):
                    return reading(parts, zone=zone, now=now, languages=languages)
        except NoDate:
            continue
    return None


def _is_of_time(mark: Mark) -> bool:
    """Whether a mark is of a time that would be lost without it."""
    is_period = any(isinstance(each, Meaning) and each.kind == "period" for each in mark.meanings)
    return mark.kind in ("time", "zone", "year_first", "numeric", "dotted") or is_period


def _runs(marks: Sequence[Mark]) -> Iterator[list[Mark]]:
    """The marks between words that are none."""
    for is_unknown, run in groupby(marks, key=lambda mark: mark.kind == "unknown"):
        if not is_unknown:
            yield list(run)
