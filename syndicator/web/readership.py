"""Readership, counted while feeds are served and put on record every few seconds.

Serving notes a response in memory, nothing else. What a request says of a person (the address that it
comes from, whatever else stands in its User-Agent) is never kept; a User-Agent is in memory until the next
time that the numbers are put on record.
"""

from __future__ import annotations

import logging
import threading
from collections import Counter, deque
from collections.abc import Mapping
from datetime import datetime

from syndicator.store.errors import StoreError
from syndicator.store.readership import OTHER_READERS, ReaderKey, Readership, Reading
from syndicator.web.agents import MAX_AGENT_LENGTH, NAMES, agent

log = logging.getLogger(__name__)

#: Different (feed, format, status, User-Agent) that are counted between two times of putting them on record:
#: more at once are somebody's game, and count as of no name.
MAX_KINDS = 10_000

#: Responses that are noted before they are counted: counting many at once is three times cheaper.
BATCH_SIZE = 256

#: Readers (feed, format, name) that wait in memory while the database is away.
MAX_WAITING = 20_000

_COUNTERS = {200: "whole", 304: "same", 226: "delta"}

#: Feed, extension, status, User-Agent.
CountedRequest = tuple[str, str, int, bytes]


class ReaderCounts:
    """Counts responses by reader. ``count`` is for the hot path; ``record`` may run in another thread."""

    def __init__(self, max_kinds: int = MAX_KINDS) -> None:
        self._max_kinds = max_kinds
        self._uncounted: deque[CountedRequest] = deque()
        self._counts: dict[CountedRequest, int] = {}
        self._counted: Counter[tuple[str, str, int]] = Counter()  # and no longer in ``_counts``
        self._waiting: dict[ReaderKey, Reading] = {}
        self._lock, self._recording = threading.Lock(), threading.Lock()

    def count(self, feed: str, extension: str, status: int, user_agent: bytes) -> None:
        """Count the response to a request for a feed."""
        self._uncounted.append((feed, extension, status, user_agent[:MAX_AGENT_LENGTH]))
        if len(self._uncounted) >= BATCH_SIZE:
            self._tally()

    def _tally(self) -> None:
        with self._lock:
            fresh = Counter(self._uncounted.popleft() for _ in range(len(self._uncounted)))
            for request, count in fresh.items():
                is_new = request not in self._counts
                place = (*request[:3], b"") if is_new and len(self._counts) >= self._max_kinds else request
                self._counts[place] = self._counts.get(place, 0) + count

    def totals(self) -> Counter[tuple[str, str, int]]:
        """How many responses there were since this process began, by feed, extension and status."""
        self._tally()
        with self._lock:
            return self._counted + _totals(self._counts)

    def record(self, store: Readership, now: datetime) -> StoreError | None:
        """Put on record what was counted since the last time. While the database is away, or has no table
        for it yet, it waits; then why is returned."""
        with self._recording:
            return self._record(store, now)

    def _record(self, store: Readership, now: datetime) -> StoreError | None:
        self._tally()
        with self._lock:
            counts, self._counts = self._counts, {}
            self._counted += _totals(counts)
        for key, reading in _readings(counts, now).items():
            place = (
                key if key in self._waiting or len(self._waiting) < MAX_WAITING else (*key[:2], OTHER_READERS)
            )
            self._waiting[place] = self._waiting[place] + reading if place in self._waiting else reading
        if not self._waiting:
            return None
        try:
            store.add_readings(self._waiting, NAMES, now)
        except StoreError as e:
            log.warning("who reads what waits to be put on record: %s", e)
            return e
        self._waiting = {}
        return None


def _totals(counts: Mapping[CountedRequest, int]) -> Counter[tuple[str, str, int]]:
    totals: Counter[tuple[str, str, int]] = Counter()
    for (feed, extension, status, _), count in counts.items():
        totals[feed, extension, status] += count
    return totals


def _readings(counts: Mapping[CountedRequest, int], now: datetime) -> dict[ReaderKey, Reading]:
    """The counts of requests, by the names of readers."""
    readings: dict[ReaderKey, Reading] = {}
    for (feed, extension, status, user_agent), count in counts.items():
        reader = agent(user_agent.decode("latin-1"))
        key = (feed, extension, reader.name)
        counter = _COUNTERS.get(status, "other")
        reading = Reading(
            **{counter: count},
            last_whole=now if counter == "whole" else None,
            last_same=now if counter == "same" else None,
            last_seen=now,
            subscribers=reader.subscribers,
        )
        readings[key] = readings[key] + reading if key in readings else reading
    return readings
