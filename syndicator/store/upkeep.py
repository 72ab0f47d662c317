"""Housekeeping: rows that dead processes had in hand are freed, and old events forgotten."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import Connection, Table, delete, func, select, update

from syndicator.domain.delivery import Standing
from syndicator.store import schema
from syndicator.store.engine import Base
from syndicator.store.leases import is_in_hand_of
from syndicator.store.locks import batches, hold_names

#: How long operators are shown what happened to a delivery that is settled.
KEEP_EVENTS_FOR = timedelta(days=90)

#: Events forgotten in one transaction: few enough that nobody waits for it.
MAX_FORGOTTEN = 500

#: Deliveries that nothing happens to of itself.
SETTLED_STANDINGS = (
    Standing.SENT.value,
    Standing.REFUSED.value,
    Standing.SKIPPED.value,
    Standing.GATHERED.value,
)


class Upkeep(Base):
    """What workers do for the record beside their jobs."""

    def free_rows(self, marks: Collection[str]) -> int:
        """Free the rows that processes had in hand which are dead for certain (``leases.PROCESS_MARK``).
        Returns how many. A post that was under way then rests, as it would have otherwise; what was on its
        way to a subscriber or recipient is sent again, who knows it by its id."""

        def work(connection: Connection) -> int:
            row_count = 0
            for table in (schema.source, schema.channel, schema.feed):
                is_theirs = is_in_hand_of(table, marks)
                hold_names(connection, table, is_theirs)
                result = connection.execute(
                    update(table).where(is_theirs).values(token=None, lease_until=None)
                )
                row_count += result.rowcount
            for table in (schema.subscription, schema.intent, schema.recipient):
                row_count += _free_crowd(connection, table, marks)
            return row_count

        return self.transact(work)

    def forget_events(self, now: datetime) -> int:
        """Forget what happened long ago to deliveries that are settled, ``MAX_FORGOTTEN`` events at the
        most. Returns how many. The newest of all stays: its number tells how much has ever happened
        (``Restoring.newest_event``), and SQLite would give it away again."""
        table, delivery = schema.event, schema.delivery
        newest = select(func.max(table.c.id)).scalar_subquery()
        with self.reading() as connection:
            query = (
                select(table.c.id)
                .join(delivery, table.c.delivery_id == delivery.c.id)
                .where(
                    table.c.at < now - KEEP_EVENTS_FOR,
                    delivery.c.standing.in_(SETTLED_STANDINGS),
                    table.c.id != newest,
                )
                .order_by(table.c.at)
                .limit(MAX_FORGOTTEN)
            )
            numbers = connection.scalars(query).all()
        if numbers:  # most of the time there are none, and nobody has to wait
            with self.writing() as connection:
                connection.execute(delete(table).where(table.c.id.in_(numbers)))
        return len(numbers)


def _free_crowd(connection: Connection, table: Table, marks: Collection[str]) -> int:
    """Free rows of which a process has many in hand. Those that somebody else has locked are passed over:
    they are changed by who has them now."""
    query = select(table.c.id).where(is_in_hand_of(table, marks)).order_by(table.c.id)
    numbers = connection.scalars(query.with_for_update(skip_locked=True)).all()
    for batch in batches(numbers):
        connection.execute(update(table).where(table.c.id.in_(batch)).values(token=None, lease_until=None))
    return len(numbers)
