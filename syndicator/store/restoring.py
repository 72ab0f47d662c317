"""A backup that was put back: from then on the record is older than what is out there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime

from sqlalchemy import Connection, bindparam, func, insert, literal, select, update

from syndicator.domain.delivery import UNKNOWN_REVISION, Standing
from syndicator.domain.recipient import RecipientState
from syndicator.store import schema
from syndicator.store.engine import Base

#: The event of each delivery that is looked up, for operators.
EVENT_TEXT = "a backup was put back: it may be out there, and is looked for before anything is posted"

#: Deliveries that go on, or may.
OPEN_STANDINGS = (Standing.PENDING, Standing.SENDING, Standing.HELD, Standing.REFUSED, Standing.UNKNOWN)


@dataclass(frozen=True, slots=True)
class LostRecipient:
    """A recipient that left or was given up: when, and why."""

    channel: str
    address: str
    state: str
    changed: datetime
    reason: str


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

    def lost_recipients(self) -> Sequence[LostRecipient]:
        """Who left, or was given up, as far as it is still on record."""
        table = schema.recipient
        states = (RecipientState.LEFT.value, RecipientState.DEAD.value)
        query = select(*(table.c[each.name] for each in fields(LostRecipient))).where(
            table.c.state.in_(states)
        )
        with self.reading() as connection:
            return [LostRecipient(**row._asdict()) for row in connection.execute(query)]

    def lose_again(self, lost: Sequence[LostRecipient]) -> Mapping[str, int]:
        """Have recipients lost that are active on a record which is older than their leaving. Returns how
        many of each channel that concerns."""
        table = schema.recipient
        known = {(each.channel, each.address): each for each in lost}
        query = select(table.c.id, table.c.channel, table.c.address, table.c.changed)

        def work(connection: Connection) -> Mapping[str, int]:
            active = connection.execute(
                query.where(table.c.state == RecipientState.ACTIVE.value).order_by(table.c.id)
            )
            found = [(row, known.get((row.channel, row.address))) for row in active]
            leavers = [(row, each) for row, each in found if each and each.changed > row.changed]
            values = [
                {"row": row.id, "now": each.state, "since": each.changed, "why": each.reason}
                for row, each in leavers
            ]
            if values:
                is_it = table.c.id == bindparam("row")
                lose = (
                    update(table)
                    .where(is_it)
                    .values(state=bindparam("now"), changed=bindparam("since"), reason=bindparam("why"))
                )
                connection.execute(lose, values)
            return Counter(row.channel for row, _ in leavers)

        return self.transact(work)

    def active_by_channel(self) -> Mapping[str, int]:
        """How many recipients each channel has, of those that have any."""
        table = schema.recipient
        query = select(table.c.channel, func.count()).where(table.c.state == RecipientState.ACTIVE.value)
        with self.reading() as connection:
            return {name: count for name, count in connection.execute(query.group_by(table.c.channel))}  # noqa: C416 - rows, not pairs

    def newest_event(self) -> int:
        """The number of the newest thing that happened to a delivery; 0: nothing has. It only ever grows,
        unless the database is replaced by an older one."""
        with self.reading() as connection:
            return connection.scalar(select(func.max(schema.event.c.id))) or 0
