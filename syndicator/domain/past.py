"""The past of a source, as far as its brakes measure a look by it. Kinds are those of effects on articles;
times are aware UTC."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

#: How far back a source's past is looked at.
PAST_SPAN = timedelta(days=30)

#: How far back looks are taken together, since a mass is read in parts: as many pages as one look reads, or
#: as come to be read again.
WINDOW = timedelta(hours=1)

#: Articles of a kind that are remembered of that time.
MAX_RECENT = 500


@dataclass(frozen=True, slots=True)
class Past:
    """A source's past: by day and kind the most that passed in one look (``days``), whether its last look
    left news for the next one (``is_in_parts``), and by kind what passed of late (``recent``): hashes of
    keys, each with its time in seconds since 1970."""

    days: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    is_in_parts: bool = False
    recent: Mapping[str, Mapping[str, int]] = field(default_factory=dict)

    @classmethod
    def read(cls, stored: Mapping[str, Any]) -> Past:
        return cls(stored.get("days", {}), bool(stored.get("is_in_parts")), stored.get("recent", {}))

    def stored(self) -> dict[str, Any]:
        recent = {kind: dict(hashes) for kind, hashes in self.recent.items() if hashes}
        return {
            "days": dict(self.days),
            "is_in_parts": self.is_in_parts,
            **({"recent": recent} if recent else {}),
        }

    def others_of_late(self, kind: str, keys: Collection[str], now: datetime) -> int:
        """How many articles besides these passed of late."""
        start, end = (now - WINDOW).timestamp(), now.timestamp()
        own = set(map(_hash, keys))
        return sum(start < at <= end and each not in own for each, at in self.recent.get(kind, {}).items())

    def with_recent(self, kind: str, keys: Collection[str], now: datetime) -> Past:
        """The past once these have passed in a look."""
        start, end = (now - WINDOW).timestamp(), now.timestamp()
        hashes = {each: at for each, at in self.recent.get(kind, {}).items() if start < at <= end}
        hashes |= dict.fromkeys(map(_hash, keys), int(end))
        newest = sorted(hashes.items(), key=lambda item: item[1])[-MAX_RECENT:]
        return replace(self, recent={**self.recent, str(kind): dict(newest)})

    def largest(self, kind: str, now: datetime) -> int:
        """The most of a kind that passed in one look, on the days before this one: what goes on now is no
        measure of itself."""
        first, today = _day(now - PAST_SPAN), _day(now)
        return max((n.get(kind, 0) for day, n in self.days.items() if first <= day < today), default=0)

    def with_passed(self, kind: str, count: int, now: datetime) -> Past:
        """The past once so many have passed in a look."""
        if not count:
            return self
        first, today = _day(now - PAST_SPAN), _day(now)
        days = {day: counts for day, counts in self.days.items() if first <= day <= today}
        counts = days.get(today, {})
        most = max(counts.get(kind, 0), count)
        return replace(self, days=days | {today: {**counts, str(kind): most}})


def _hash(key: str) -> str:
    return hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()[:8]


def _day(time: datetime) -> str:
    return time.date().isoformat()
