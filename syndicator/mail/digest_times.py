"""The hours of a digest: every day, or on one of the week, by the clocks of a place."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

#: ``daily 07:00``, or a day of the week and an hour.
DECLARED = re.compile(r"(?:daily|weekly (\w+)) ([01]\d|2[0-3]):([0-5]\d)")


@dataclass(frozen=True, slots=True)
class DigestTimes:
    """When a digest goes out. ``weekday``: counted from Monday, which is 0; ``None``: every day.

    Where clocks are put forward over the hour, it goes out as long after the night's last hour as it would
    have; where they are put back, at the first of the two (PEP 495).
    """

    weekday: int | None
    hour: time
    zone: ZoneInfo

    @classmethod
    def read(cls, declared: str, zone: str) -> DigestTimes:
        """What is declared: ``daily 07:00`` or ``weekly monday 07:00``, in a zone of IANA's. Raises
        ``ValueError``, of the setting that is wrong."""
        match = DECLARED.fullmatch(declared)
        if not match or (match[1] and match[1] not in DAYS):
            raise ValueError(
                f'digest: {declared!r} is no time: write "daily 07:00", or "weekly monday 07:00"'
            )
        weekday = DAYS.index(match[1]) if match[1] else None
        return cls(weekday, time(int(match[2]), int(match[3])), time_zone(zone))

    def next_after(self, moment: datetime) -> datetime:
        """The first time that is later than a moment (UTC)."""
        day = moment.astimezone(self.zone).date() - timedelta(days=1)
        while True:
            at = datetime.combine(day, self.hour, self.zone).astimezone(UTC)
            if at > moment and self.weekday in (None, day.weekday()):
                return at
            day += timedelta(days=1)


def time_zone(name: str) -> ZoneInfo:
    """The zone of a name in IANA's database. Raises ``ValueError``."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as e:
        raise ValueError(
            f'timezone: {name!r} is no time zone: write one such as "Asia/Vientiane", or "UTC"'
        ) from e
