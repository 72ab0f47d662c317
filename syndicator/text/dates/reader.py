"""Reading a date: the forms of machines first, then words, in the languages in which it may be."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from syndicator.text.dates import declared, machine, words
from syndicator.text.dates import languages as known_languages
from syndicator.text.dates.names import lexicon
from syndicator.text.dates.stated import DateReading, NoDate, Stated, agreed, reading

#: Characters of a date, with the words around it.
MAX_DATE_CHARS = 200


def read_date(
    text: str,
    *,
    zone: ZoneInfo,
    now: datetime,
    format: str | None = None,  # noqa: A002 - as in strptime
    languages: Sequence[str] = (),
) -> DateReading:
    """The time that a text states, and what there is to know of it.

    ``zone`` is meant where the text names none. ``format`` is the source's own (``datetime.strptime``, with
    the names of the languages). ``languages``: BCP 47 tags of what the text may be in, the most certain
    first. Years of the Buddhist era are recognised by being centuries ahead of ``now``.
    """
    date = " ".join(text[: 10 * MAX_DATE_CHARS].split())
    if len(date) > MAX_DATE_CHARS:
        return DateReading(problem="it is too long")
    try:
        stated = _stated(date, format, languages)
        if stated is None:
            return DateReading(problem="not all of it is known")
        return reading(stated, zone=zone, now=now, languages=languages)
    except NoDate as e:
        return DateReading(problem=str(e), setting=e.setting)


def _stated(date: str, format: str | None, languages: Sequence[str]) -> Stated | None:  # noqa: A002 - as above
    if format and (stated := declared.read(date, format, languages)):
        return stated
    if stated := machine.read(date):
        return stated
    problem: NoDate | None = None
    in_others: list[Stated] = []
    for language, is_known in known_languages.of(date, languages):
        if problem and not is_known:
            raise problem
        try:
            each = words.read(date, lexicon(language))
        except NoDate as e:
            problem = (problem or e) if is_known else problem
            continue
        if each and is_known:
            return each
        in_others += [each] if each else []
    if problem:
        raise problem
    return agreed(in_others)
