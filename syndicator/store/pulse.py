"""A process's sign of life on record, which also tells whether the database can be written at all.

A database that still answers questions, but takes nothing, looks well to whoever only asks.

There are two signs of life, for two who listen. This one is for operators, monitors and other machines, who
see in the database which processes work. The other (``processes/parent_watch.py``) is for the supervisor that
has started a process and kills it if it hangs: that one needs neither disk nor database, for whoever hangs
may hold their locks, and a database that is away is no reason to be killed.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Protocol

from syndicator.domain.errors import SyndicatorError
from syndicator.store.errors import Locked

log = logging.getLogger(__name__)

#: Something else that is written as regularly. It may raise.
Chore = Callable[[], object]


class Record(Protocol):
    """Where signs of life are kept."""

    def beat(self, name: str, kind: str, now: datetime) -> None: ...


class Pulse:
    """The signs of life of one ``process`` of a ``kind`` (worker, web). ``beat`` is for one thread; any other
    may ask for ``error``: why the last round could not be written, empty where it is on record; and for
    ``holder``: the id of the process that has locked the database, where it is known."""

    def __init__(self, process: str, kind: str = "web") -> None:
        self.process, self.kind, self.error = process, kind, ""
        self.holder: int | None = None

    def start(self, record: Record, every_s: float, *chores: Chore) -> None:
        """Beat every so many seconds, in a thread of its own, for as long as the process lives."""

        def beat_again() -> None:
            while True:
                self.beat(record, datetime.now(UTC), *chores)
                time.sleep(every_s)

        threading.Thread(target=beat_again, name="alive", daemon=True).start()

    def beat(self, record: Record, now: datetime, *chores: Chore) -> None:
        """One round: put on record that this process is alive, then do the ``chores``, whatever became of the
        others. Never raises: what is wrong may be mended by the next time."""
        before, self.holder = self.error, None
        troubles = [self._attempt(lambda: record.beat(self.process, self.kind, now))]
        troubles += [self._attempt(chore, is_chore=True) for chore in chores]
        self.error = next(filter(None, troubles), "")
        if before and not self.error:
            log.info("%s: the database can be written again", self.kind)
        elif self.error != before:
            log.warning("%s: no sign of life: %s", self.kind, self.error)

    def _attempt(self, work: Chore, *, is_chore: bool = False) -> str:
        """Why the database could not be written; nothing, if it could. A defect in a chore is no sign
        of that: the log has all of it."""
        try:
            work()
        except SyndicatorError as e:
            if isinstance(e, Locked):
                self.holder = e.holder
            return str(e)
        except Exception as e:
            log.exception("%s: %s", self.kind, "a defect" if is_chore else "no sign of life")
            return "" if is_chore else f"{type(e).__name__}: the log says more"
        return ""
