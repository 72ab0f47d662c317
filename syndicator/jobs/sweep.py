"""**sweep**: every few seconds, ring again for every row that is due and in no hand.

It makes lost messages, dead workers and late beats harmless; any number of sweeps may run. However many
rows are due, messages do not pile up: each sweep rings for some hundreds at most, and for none whose last
message may still wait unread.
"""

from __future__ import annotations

import logging
import threading
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from syndicator.domain.article import Article
from syndicator.jobs.ports import MESSAGE_LIFE, Bell
from syndicator.jobs.routing import Editor, ring
from syndicator.jobs.store_ports import Due, Filing, Wakeups, Wish

log = logging.getLogger(__name__)

#: Messages of one kind of job that may wait unread, as far as one process knows: more than a worker gets
#: done between two sweeps, few enough to be taken before their life ends.
MAX_WAITING_MESSAGES = 500

#: Messages that a sweep sends although so many wait: rows whose job ends without doing anything to them
#: (another disk's documents, say) must not stand in the way of all others for ever.
MIN_MESSAGES = 25


class SweepStore(Protocol):
    """What **sweep** needs on record."""

    def set_right(self, now: datetime) -> timedelta | None:
        """Bring back what a clock has written that was ahead. Returns by how much, about; ``None``: there was
        nothing."""
        ...

    def due(self, now: datetime, limit: int) -> Due:
        """Rows that are due and in no hand, as many as ``limit`` of each kind: the longest due first."""
        ...

    def release_due(self, now: datetime, filing: Callable[[Article], Filing]) -> Wakeups:
        """Make embargoed articles live whose time has come, each in one transaction with what it owes."""
        ...

    def beat(self, name: str, kind: str, now: datetime) -> None:
        """Note a sign of life of a process."""
        ...


@dataclass
class Reminders:
    """The wishes that the sweeps of this process have rung for within a message's life. May be used by many
    threads.

    A wish that is another than the one rung for (the row was looked at meanwhile, and is due again) is
    rung for at once, whoever took the message.
    """

    _rung: dict[tuple[str, str], tuple[Wish, datetime]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def row_limit(self) -> int:
        """How many rows of a kind to ask for, so that some are among them that were not rung for."""
        return MAX_WAITING_MESSAGES + len(self._rung)

    def new(self, wishes: Sequence[Wish], now: datetime) -> list[Wish]:
        """Those to ring for now, which are remembered as rung."""
        by_job = defaultdict(list)
        for wish in wishes:
            by_job[wish.job].append(wish)
        with self._lock:
            # a clock that was set back makes messages neither older nor younger
            self._rung = {k: v for k, v in self._rung.items() if abs(now - v[1]) < MESSAGE_LIFE}
            return [wish for job_wishes in by_job.values() for wish in self._new(job_wishes, now)]

    def _new(self, wishes: Sequence[Wish], now: datetime) -> Sequence[Wish]:
        new = [wish for wish in wishes if self._rung.get((wish.job, wish.name), (None,))[0] != wish]
        waiting = len(wishes) - len(new)
        new = new[: max(MIN_MESSAGES, MAX_WAITING_MESSAGES - waiting)]
        self._rung |= {(wish.job, wish.name): (wish, now) for wish in new}
        return new


@dataclass(frozen=True, kw_only=True)
class Sweeper:
    """What **sweep** works with. ``reminders`` are this process's."""

    editor: Editor
    store: SweepStore
    bell: Bell
    clock: Callable[[], datetime]
    reminders: Reminders = field(default_factory=Reminders)


def sweep(sweeper: Sweeper, name: str) -> None:
    """Put right what a wrong clock has written, release embargoes that have ended, and ring for whatever is
    due and was not rung for lately. That it happens is the sign of life of the beat of that ``name``."""
    store, bell, now = sweeper.store, sweeper.bell, sweeper.clock()
    if ahead := store.set_right(now):
        log.warning("a clock was ahead, by %s or more: what it has put off is due now", ahead)
    due = store.due(now, sweeper.reminders.row_limit)
    if due.has_embargoes:
        ring(bell, store.release_due(now, sweeper.editor.file))
    for wish in sweeper.reminders.new(due.wishes, now):
        bell.ring(wish.job, wish.name)
    store.beat(name, "beat", sweeper.clock())
