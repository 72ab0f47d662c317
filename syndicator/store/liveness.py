"""Processes that have been heard of lately."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select

from syndicator.store import schema
from syndicator.store.engine import Base
from syndicator.store.upsert import upsert

#: How long a process may be silent before it no longer counts as alive.
MAX_SILENCE = timedelta(seconds=30)

#: How long a process that is silent stays on record.
FORGET_AFTER = timedelta(hours=1)


class Liveness(Base):
    """The rows of ``schema.process``."""

    def beat(self, name: str, kind: str, now: datetime) -> None:
        """A process is alive. Forgets those not heard of for ``FORGET_AFTER``."""
        table = schema.process
        with self.writing() as connection:
            row = {"name": name, "kind": kind, "started": now, "seen": now}
            alive = upsert(connection, table).values(row)  # one statement: another may do the same now
            connection.execute(alive.on_conflict_do_update(index_elements=["name"], set_={"seen": now}))
            connection.execute(delete(table).where(table.c.seen < now - FORGET_AFTER))

    def alive(self, now: datetime) -> Mapping[str, int]:
        """How many processes of each kind have been heard of lately."""
        table = schema.process
        recent = table.c.seen > now - MAX_SILENCE
        query = select(table.c.kind, func.count()).where(recent).group_by(table.c.kind)
        with self.reading() as connection:
            return {kind: count for kind, count in connection.execute(query)}  # noqa: C416 - rows, not pairs
