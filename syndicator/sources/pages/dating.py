"""When an article was published and changed, from the dates that its page, listing or feed gives."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from syndicator.domain.article import CLOCK_SKEW
from syndicator.text.dates import DateReading, cut_date, is_duration, read_date

#: By how much an earlier date is of another day, whatever zone was meant.
MIN_EARLIER = timedelta(days=2)

#: Characters of a date that are told to the operator.
MAX_TOLD_CHARS = 80


class Date(NamedTuple):
    """A date as it is written somewhere. ``form``: how dates are written there, by the ``setting`` that
    declares it. ``reading``: of one that has been read already. ``note``: what the operator should know if it
    is taken."""

    origin: str
    text: str
    form: str = ""
    setting: str = "dates"
    reading: DateReading | None = None
    note: str = ""


class Publication(NamedTuple):
    """When an article was published: the time, the embargo that a time ahead of us means where it may, and
    the date that says so. ``None`` all: nothing tells."""

    published: datetime | None = None
    embargo: datetime | None = None
    date: Date | None = None


@dataclass
class Dates:
    """Reads the dates of one article. ``zone`` is meant where they name none; ``languages``: BCP 47 tags of
    what they may be written in, the most certain first. What the operator should know goes to
    ``warnings``."""

    zone: ZoneInfo
    embargoes: bool
    now: datetime
    languages: Sequence[str] = ()
    warnings: list[str] = field(default_factory=list)

    def publication(self, dates: Iterable[Date], missing: str) -> Publication:
        """The time of its publication by the first of its dates that is understood. ``missing``: what is told
        where there are no dates."""
        date, moment = self._first(dates)
        if date is None:
            self.warnings += [] if self.warnings else [missing]
            return Publication()
        if moment is None or moment <= self.now + CLOCK_SKEW:
            return Publication(moment, None, date)
        if self.embargoes:
            return Publication(moment, moment, date)
        self.warnings.append(f"its date {moment:%Y-%m-%d %H:%M} UTC is ahead of us: taken for a mistake")
        return Publication(date=date)

    def checked(
        self, publication: Publication, dates: Iterable[Date], changes: Iterable[Date]
    ) -> Publication:
        """A publication whose date is doubtful, by these other dates: the first that is earlier, by more than
        zones make, goes before it. One that is only shown, is later and not that of a change contradicts it:
        neither is taken."""
        if publication.published is None or publication.date is None or publication.embargo:
            return publication
        changed = [moment for date in changes if (moment := self.read(date).moment)]
        for date in dates:
            reading = self.read(date)
            moment = None if reading.is_coarse else reading.moment
            if moment and moment <= publication.published - MIN_EARLIER:
                self._tell(f"its date {_quoted(date)}: {note}" for note in (date.note, reading.note) if note)
                return Publication(moment, None, date)
            if not moment or moment < publication.published + MIN_EARLIER:
                continue
            if all(abs(moment - each) >= MIN_EARLIER for each in changed):
                both = (
                    f"its date {_quoted(publication.date)} and another that its page shows, {_quoted(date)}"
                )
                self._tell([f"{both}, contradict each other: neither is taken; declare select.published"])
                return Publication()
        return publication

    def updated(self, dates: Iterable[Date]) -> datetime | None:
        """The time of its last change by the first of these dates that is understood."""
        _, moment = self._first(dates)
        if moment and moment > self.now + CLOCK_SKEW:
            self.warnings.append(f"its last change, {moment:%Y-%m-%d %H:%M} UTC, is ahead of us: left out")
            return None
        return moment

    def _first(self, dates: Iterable[Date]) -> tuple[Date | None, datetime | None]:
        """The first date that is understood, a whole one before one that names no day, and its time."""
        coarse: tuple[Date, DateReading] | None = None
        problems: list[str] = []
        found: tuple[Date, DateReading] | None = None
        remaining = (date for date in dates if date.text and not is_duration(date.text))
        for date in remaining:
            reading = self.read(date)
            if reading.moment is None:
                problems.append(_problem(date, reading))
            elif reading.is_coarse:
                coarse = coarse or (date, reading)
            else:
                found = self._with_time(date, reading, remaining)
                break
        self._tell(problems)
        date_and_reading = found or coarse
        if date_and_reading is None:
            return None, None
        date, reading = date_and_reading
        self._tell(f"its date {_quoted(date)}: {note}" for note in (date.note, reading.note) if note)
        return date, reading.moment

    def _with_time(
        self, date: Date, reading: DateReading, others: Iterable[Date]
    ) -> tuple[Date, DateReading]:
        """A date, or where it names a day alone, the first of the others that names a time of that day. No
        guess is one."""
        day = reading.moment.astimezone(self.zone) if reading.moment else None
        if day is None or day.time() != time():
            return date, reading
        for other in others:
            if other.note:
                continue
            precise = self.read(other)
            is_that_day = precise.moment and precise.moment.astimezone(self.zone).date() == day.date()
            if is_that_day and not precise.is_coarse and precise.moment != reading.moment:
                return other, precise
        return date, reading

    def _tell(self, lines: Iterable[str]) -> None:
        self.warnings += [line for line in dict.fromkeys(lines) if line not in self.warnings]

    def read(self, date: Date) -> DateReading:
        """What a date says, if it is understood whole."""
        if date.reading:
            return date.reading
        text = cut_date(date.text, date.form, self.languages)
        return read_date(
            text, zone=self.zone, format=date.form or None, now=self.now, languages=self.languages
        )


def _problem(date: Date, reading: DateReading) -> str:
    setting = date.setting if reading.setting == "dates" else reading.setting
    whose = "its listing's date" if date.origin == "listing" else "its date"
    return f"{whose} {_quoted(date)} is not understood ({reading.problem}): declare {setting}"


def _quoted(date: Date) -> str:
    return repr(date.text[:MAX_TOLD_CHARS])
