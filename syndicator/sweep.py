"""**sweep**: every few seconds, ring again for every row that is due and in no hand.

It makes lost messages, dead workers and late beats harmless; any number of sweeps may run.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from syndicator.article import Article
from syndicator.ports import Bell
from syndicator.stores import Filing, Rung
from syndicator.watch import Editor, ring


class Due(Protocol):
    """Names of the rows that want something, by the job that gives it to them."""

    @property
    def jobs(self) -> list[tuple[str, str]]: ...

    @property
    def has_embargoes(self) -> bool: ...


class SweepStore(Protocol):
    """What **sweep** needs on record."""

    def due(self, now: datetime) -> Due: ...

    def release_due(self, now: datetime, filing: Callable[[Article], Filing]) -> Rung:
        """Make embargoed articles live whose time has come, each in one transaction with what it owes."""
        ...


def sweep(*, store: SweepStore, editor: Editor, bell: Bell, now: datetime) -> None:
    """Release embargoes that have ended, and ring for whatever is due."""
    due = store.due(now)
    if due.has_embargoes:
        ring(bell, store.release_due(now, editor.file))
    for job, name in due.jobs:
        bell.ring(job, name)
