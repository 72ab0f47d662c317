"""This web server's sign of life, and what its outcome tells: whether the database can be written at all.

A database that still answers questions, but takes nothing, looks well to whoever only asks.
"""

from __future__ import annotations

import logging
from datetime import datetime
from typing import Protocol

from syndicator.store.errors import Locked, StoreError

log = logging.getLogger(__name__)


class Record(Protocol):
    """Where signs of life are kept."""

    def beat(self, name: str, kind: str, now: datetime) -> None: ...


class Pulse:
    """``beat`` is for one thread; any other may ask for ``trouble``: what became of the last one, empty where
    it is on record; and for ``holder``: the process that has locked the database, where it is known."""

    def __init__(self, process: str) -> None:
        self.process, self.trouble = process, ""
        self.holder: int | None = None

    def beat(self, record: Record, now: datetime) -> None:
        """Tell that this process is alive. Never raises: whatever is wrong may be mended by the next time."""
        try:
            record.beat(self.process, "web", now)
        except StoreError as e:
            self.failed(e)
        except Exception as e:
            log.exception("web: no sign of life")
            self._failed(f"{type(e).__name__}: the log says more")
        else:
            if self.trouble:
                log.info("web: the database can be written again")
            self.trouble, self.holder = "", None

    def failed(self, error: StoreError) -> None:
        """Something else could not be written."""
        self._failed(str(error), error.holder if isinstance(error, Locked) else None)

    def _failed(self, why: str, holder: int | None = None) -> None:
        if why != self.trouble:
            log.warning("web: no sign of life: %s", why)
        self.trouble, self.holder = why, holder
