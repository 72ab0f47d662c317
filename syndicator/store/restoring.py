"""A backup that was put back: from then on the record is older than what is out there."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, func, insert, literal, select, update

from syndicator.domain.delivery import UNKNOWN_REVISION, Standing
from syndicator.store import schema
from syndicator.store.engine import Base

#: The event of each delivery that is looked up, for operators.
EVENT_TEXT = "a backup was put back: it may be out there, and is looked for before anything is posted"

#: Deliveries that go on, or may.
OPEN_STANDINGS = (Standing.PENDING, Standing.SENDING, Standing.HELD, Standing.REFUSED, Standing.UNKNOWN)


class Restoring(Base):
    """The moment at which a backup was put back, on record."""

    def restore(self, now: datetime) -> Mapping[str, int]:
        """From now on channels are asked before anything is posted that may be out there: deliveries without
        a receipt, and articles that are recorded from now on although they are older than this moment.
        Returns how many open deliveries of each channel that concerns. Doing it again is harmless."""
        table = schema.delivery
        has_no_receipt = table.c.remote_id.is_(None)
        is_open = table.c.standing.in_([standing.value for standing in OPEN_STANDINGS])

        def work(connection: Connection) -> Mapping[str, int]:
            connection.execute(update(schema.channel).values(restored_at=now))
            events = select(literal(now, schema.Moment), table.c.id, literal(EVENT_TEXT)).where(
                has_no_receipt, is_open
            )
            connection.execute(insert(schema.event).from_select(["at", "delivery_id", "text"], events))
            connection.execute(
                update(table).where(has_no_receipt).values(attempted=UNKNOWN_REVISION, attempted_at=None)
            )
            connection.execute(
                update(table)
                .where(has_no_receipt, table.c.standing.in_([Standing.SENDING.value, Standing.UNKNOWN.value]))
                .values(standing=Standing.PENDING.value, next_attempt=now, attempts=0)
            )
            query = (
                select(table.c.channel, func.count()).where(has_no_receipt, is_open).group_by(table.c.channel)
            )
            return {name: count for name, count in connection.execute(query)}  # noqa: C416 - rows, not pairs

        return self.transact(work)  # other workers may be at their deliveries

    def newest_event(self) -> int:
        """The number of the newest thing that happened to a delivery; 0: nothing has. It only ever grows,
        unless the database is replaced by an older one."""
        with self.reading() as connection:
            return connection.scalar(select(func.max(schema.event.c.id))) or 0
