"""What a text states of a moment, part by part, and the moment that the parts make together."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import NamedTuple, Self
from zoneinfo import ZoneInfo

from syndicator.text.dates.zones import OddZone, ZoneNames

#: The first year that an article can be of: no newspaper is older than the Relation of Strasbourg. Years such
#: as 1, 26 or 1447 are those of programs that have no date, or of other calendars.
FIRST_YEAR = 1605

#: How many years a date may be ahead of now: an embargo, or a mistake that is told as one.
MAX_AHEAD_YEARS = 10

#: Years by which the Buddhist era is ahead of the common one, and from which a year is of it.
BUDDHIST_LEAD_YEARS, BUDDHIST_FROM_YEARS = 543, 400

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


class NoDate(ValueError):
    """A text that states no date; its words say why, for an operator. ``setting``: what to declare."""

    def __init__(self, problem: str, setting: str = "dates") -> None:
        super().__init__(problem)
        self.setting = setting


class Stated(NamedTuple):
    """The parts of a date as a text states them. ``zones``: offsets, zones, and names of zones that are yet
    to be understood: all of them must mean the same; none: the source's. ``weekday``: Monday is 0. ``note``:
    what the operator should know. ``is_rfc822``: in the form of RFC 822, so that its zone is one of the
    RFC's. ``is_coarse``: it names no day."""

    year: int
    month: int
    day: int
    hour: int = 0
    minute: int = 0
    second: int = 0
    zones: tuple[tzinfo | str, ...] = ()
    weekday: int | None = None
    note: str = ""
    is_rfc822: bool = False
    is_coarse: bool = False

    @classmethod
    def of(cls, moment: datetime) -> Self:
        """The parts of a moment, with its zone, if it has one."""
        zones = (moment.tzinfo,) if moment.tzinfo else ()
        return cls(*moment.timetuple()[:6], zones=zones)


class DateReading(NamedTuple):
    """A date as it was read: the moment (aware UTC, whole seconds), or ``None`` and the ``problem`` that it
    has, with the ``setting`` that would mend it. ``note``: what the operator should know although it was
    read. ``is_coarse``: it names no day."""

    moment: datetime | None = None
    problem: str = ""
    setting: str = "dates"
    note: str = ""
    is_coarse: bool = False


def reading(stated: Stated, *, zone: ZoneInfo, now: datetime, languages: Collection[str]) -> DateReading:
    """The moment that the parts make, in ``zone`` where they name none. Raises ``NoDate``."""
    notes = [stated.note] if stated.note else []
    local = _local(stated, now)
    offset: tzinfo = zone
    if stated.zones:
        offset = _offset(stated, local, zone, languages, notes)
    try:
        moment = local.replace(tzinfo=offset).astimezone(UTC)
    except (OverflowError, ValueError):
        raise NoDate("there is no such time") from None
    if moment.year > now.year + MAX_AHEAD_YEARS:
        raise NoDate(f"the year {stated.year} is far ahead")
    if stated.weekday is not None:
        weekday = (
            date(local.year, stated.month, stated.day).weekday() if _is_carried(stated) else local.weekday()
        )
        if weekday != stated.weekday:
            notes.append(f"it says {WEEKDAYS[stated.weekday]}, but that day is a {WEEKDAYS[weekday]}")
    return DateReading(moment=moment, note="; ".join(notes), is_coarse=stated.is_coarse)


def _local(stated: Stated, now: datetime) -> datetime:
    """The time as clocks at the place show it, in years of the common era."""
    year = stated.year
    if year - now.year >= BUDDHIST_FROM_YEARS:
        year -= BUDDHIST_LEAD_YEARS
    if year < FIRST_YEAR:
        raise NoDate(f"there were no articles in the year {stated.year}")
    try:
        midnight = datetime(year, stated.month, stated.day)  # noqa: DTZ001 - a local time
        if _is_carried(stated):
            return midnight + _since_midnight(stated)
        return midnight.replace(hour=stated.hour, minute=stated.minute, second=stated.second)
    except ValueError:
        raise NoDate("there is no such day or time") from None


def _is_carried(stated: Stated) -> bool:
    """Whether a time of day is one of the next minute or day."""
    return stated.hour == 24 or stated.second == 60


def _since_midnight(stated: Stated) -> timedelta:
    """A time of day that is carried over. A day may end with 24:00 (ISO 8601-1:2019 section 4.3.8), and a
    minute with a leap second (RFC 3339 section 5.6), which our clocks have as the next second."""
    if stated.minute > 59 or (stated.hour >= 24 and (stated.minute or stated.second)):
        raise ValueError
    return timedelta(hours=stated.hour, minutes=stated.minute, seconds=stated.second)


def _offset(
    stated: Stated, local: datetime, zone: ZoneInfo, languages: Collection[str], notes: list[str]
) -> tzinfo:
    """The zone that is named. Raises ``NoDate``: it is none, or there are two that differ."""
    if len(stated.zones) == 1 and not isinstance(stated.zones[0], str):
        return stated.zones[0]
    names = ZoneNames(local=local, zone=zone, languages=languages, is_rfc822=stated.is_rfc822)
    try:
        offsets = {names.offset(each) if isinstance(each, str) else each for each in stated.zones}
    except OddZone as e:
        raise NoDate(str(e), setting=e.setting) from None
    if len({each.utcoffset(local) for each in offsets}) > 1:
        raise NoDate("it names two zones that differ")
    notes += names.notes
    return offsets.pop()


def agreed(readings: Sequence[Stated]) -> Stated | None:
    """The one reading of a text that may be read in several ways; ``None`` where they differ in more than the
    weekday, which says nothing that the date does not."""
    weekdays = {each.weekday for each in readings} - {None}
    weekday = weekdays.pop() if len(weekdays) == 1 else None
    alike = {each._replace(weekday=weekday) for each in readings}
    return alike.pop() if len(alike) == 1 else None
