"""Recipients of channels: they join, confirm, leave, and are forgotten."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, case, delete, func, null, select, update

from syndicator.domain.recipient import CONFIRM_WITHIN, Recipient, RecipientState
from syndicator.store import schema
from syndicator.store.announcing import newest_announcement
from syndicator.store.engine import Base
from syndicator.store.errors import NotReady
from syndicator.store.records import recipient_of
from syndicator.store.upsert import upsert

#: How long whoever left or died is kept, so that operators see it.
KEEP_LOST_FOR = timedelta(days=30)


class Recipients(Base):
    """The rows of ``schema.recipient``, one by one."""

    def join(self, recipient: Recipient, now: datetime) -> Recipient:
        """Have a recipient, in the state that it comes with; it is told of what is due from now on. One that
        is active stays so, with its new details. Returns it as it is on record."""
        table = schema.recipient
        is_active = table.c.state == RecipientState.ACTIVE.value
        with self.writing() as connection:
            newest = connection.scalar(select(func.coalesce(newest_announcement(recipient.channel, now), 0)))
            insert = upsert(connection, table).values(
                channel=recipient.channel,
                address=recipient.address,
                host=recipient.host,
                state=recipient.state.value,
                details=dict(recipient.details),
                has=newest,
                created=now,
                changed=now,
            )
            anew: dict[str, Any] = {
                "state": insert.excluded.state,
                "changed": insert.excluded.changed,
                "has": insert.excluded.has,
                "next_attempt": null(),
                "failures": 0,
                "failing_since": null(),
                "reason": "",
            }
            again = {name: case((is_active, table.c[name]), else_=value) for name, value in anew.items()}
            row = connection.execute(
                insert.on_conflict_do_update(
                    index_elements=[table.c.channel, table.c.address],
                    set_={**again, "details": insert.excluded.details},
                ).returning(table)
            ).one()
        return recipient_of(row)

    def change_state(
        self, channel: str, address: str, state: RecipientState, now: datetime, reason: str = ""
    ) -> bool:
        """Have a recipient confirmed, gone or dead. ``False``: there is none, or it is so already. One that
        becomes active is told of what is due from now on."""
        table = schema.recipient
        values: dict[str, Any] = {"state": state.value, "changed": now, "reason": reason}
        if state is RecipientState.ACTIVE:
            newest = func.coalesce(newest_announcement(channel, now), 0)
            values |= {"has": newest, "next_attempt": None, "failures": 0, "failing_since": None}
        is_it = and_(table.c.channel == channel, table.c.address == address, table.c.state != state.value)
        with self.writing() as connection:
            return connection.execute(update(table).where(is_it).values(**values)).rowcount == 1

    def recipient(self, channel: str, address: str) -> Recipient | None:
        """A channel's recipient, in whatever state."""
        table = schema.recipient
        query = select(table).where(table.c.channel == channel, table.c.address == address)
        with self.reading() as connection:
            row = connection.execute(query).one_or_none()
        return recipient_of(row) if row else None

    def active_recipients(self, channel: str) -> int:
        """How many recipients a channel has: none before there are tables."""
        table = schema.recipient
        is_active = table.c.state == RecipientState.ACTIVE.value
        query = select(func.count()).where(table.c.channel == channel, is_active)
        try:
            with self.reading() as connection:
                return connection.scalar(query) or 0
        except NotReady:
            return 0

    def forget_recipients(self, now: datetime) -> int:
        """Forget who did not confirm in time, and who left or died long ago. Returns how many."""
        table = schema.recipient
        lost = (RecipientState.LEFT.value, RecipientState.DEAD.value)
        is_over = and_(table.c.state.in_(lost), table.c.changed < now - KEEP_LOST_FOR)
        is_unconfirmed = and_(
            table.c.state == RecipientState.AWAITING.value, table.c.changed < now - CONFIRM_WITHIN
        )
        with self.reading() as connection:
            if not connection.scalar(select(table.c.id).where(is_over | is_unconfirmed).limit(1)):
                return 0  # most of the time, and nobody has to wait
        with self.writing() as connection:
            return connection.execute(delete(table).where(is_over | is_unconfirmed)).rowcount
