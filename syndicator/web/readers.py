"""Who reads what, counted while feeds are served and put on record every few seconds.

Serving adds one to a number in memory, nothing else. What a request says of a person (the address that it
comes from, whatever else stands in its User-Agent) is never kept; a User-Agent is in memory until the next
time that the numbers are put on record.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy.exc import ProgrammingError

from syndicator.store.engine import StoreError
from syndicator.store.readership import REST, Key, Readership, Reading
from syndicator.web.agents import LENGTH, NAMES, agent

log = logging.getLogger(__name__)

#: Different (feed, format, status, User-Agent) that are counted between two times of putting them on record:
#: more at once are somebody's game, and count as of no name.
ROOM = 10_000

#: Readers (feed, format, name) that wait in memory while the database is away.
PATIENCE = 20_000

_COUNTERS = {200: "whole", 304: "same", 226: "delta"}

Request = tuple[str, str, int, bytes]


class Readers:
    """Counts answers by reader. ``saw`` is for the hot path; ``record`` may run in another thread."""

    def __init__(self, room: int = ROOM) -> None:
        self._room = room
        self._seen: dict[Request, int] = {}
        self._waiting: dict[Key, Reading] = {}
        self._lock, self._recording = threading.Lock(), threading.Lock()

    def saw(self, feed: str, extension: str, status: int, headers: Iterable[tuple[bytes, bytes]]) -> None:
        """A request for a feed was answered. ``headers``: the request's, names in lower case."""
        said = b""
        for name, value in headers:
            if name == b"user-agent":
                said = value[:LENGTH]
                break
        request = (feed, extension, status, said)
        with self._lock:  # held for less than a microsecond, and asked for by one other thread now and then
            count = self._seen.get(request)
            if count is None and len(self._seen) >= self._room:
                request = (feed, extension, status, b"")
                count = self._seen.get(request)
            self._seen[request] = (count or 0) + 1

    def record(self, store: Readership, now: datetime) -> None:
        """Put on record what was counted since the last time. While the database is away, or has no table
        for it yet, it waits."""
        with self._recording:
            self._record(store, now)

    def _record(self, store: Readership, now: datetime) -> None:
        with self._lock:
            seen, self._seen = self._seen, {}
        for key, reading in _readings(seen, now).items():
            place = key if key in self._waiting or len(self._waiting) < PATIENCE else (*key[:2], REST)
            self._waiting[place] = self._waiting[place] + reading if place in self._waiting else reading
        if not self._waiting:
            return
        try:
            store.add_readings(self._waiting, NAMES, now)
        except (StoreError, ProgrammingError) as e:
            log.warning("who reads what waits to be put on record: %s", e)
        else:
            self._waiting = {}


def _readings(seen: Mapping[Request, int], now: datetime) -> dict[Key, Reading]:
    """What was seen, by the names of readers."""
    readings: dict[Key, Reading] = {}
    for (feed, extension, status, said), count in seen.items():
        reader = agent(said.decode("latin-1"))
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
