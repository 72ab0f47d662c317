"""The record as **deliver** needs it: a channel in hand, and its deliveries one after the other."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, insert, or_, select, update

from syndicator.domain.delivery import Delivery, Standing, moved, stirred
from syndicator.jobs.store_ports import Account, ClaimedDelivery
from syndicator.store import schema
from syndicator.store.engine import Base
from syndicator.store.leases import claim, let_go
from syndicator.store.records import article_of, delivery_of, delivery_values


class Delivering(Base):
    """See ``jobs.store_ports.DeliverStore``."""

    def claim_channel(self, name: str, now: datetime, lease: timedelta) -> Account | None:
        table = schema.channel
        is_rested = or_(table.c.paused_until.is_(None), table.c.paused_until <= now)
        may_work = and_(table.c.is_paused.is_(False), table.c.is_stopped.is_(False))
        with self.writing() as connection:
            claimed = claim(connection, table, name, now, lease, is_rested, may_work)
        if claimed is None:
            return None
        token, row = claimed
        return Account(name=name, token=token, failures=row.failures)

    def next_delivery(self, account: Account, now: datetime, lease: timedelta) -> ClaimedDelivery | None:
        table, article = schema.delivery, schema.article

        def work(connection: Connection) -> ClaimedDelivery | None:
            if not _renew(connection, account, now + lease):
                return None
            row = connection.execute(
                select(table)
                .where(table.c.channel == account.name, due(now))
                .order_by(table.c.urgent.desc(), table.c.published, table.c.id)
                .limit(1)
            ).one_or_none()
            if row is None:
                return None
            article_row = connection.execute(select(article).where(article.c.id == row.article_id)).one()
            return ClaimedDelivery(
                delivery=delivery_of(row, article_row.guid), article=article_of(article_row)
            )

        return self.transact(work)

    def begin(self, account: Account, delivery: Delivery) -> bool:
        table = schema.delivery
        wants_the_same = (
            table.c.wants.is_(None) if delivery.wants is None else table.c.wants == delivery.wants
        )

        def work(connection: Connection) -> bool:
            if not _holds(connection, account):
                return False
            result = connection.execute(
                update(table)
                .where(table.c.id == delivery.id, wants_the_same, table.c.standing.in_(IN_QUEUE))
                .values(**delivery_values(delivery), is_stirred=False)
            )
            return result.rowcount == 1

        return self.transact(work)

    def settle(
        self,
        account: Account,
        delivery: Delivery,
        now: datetime,
        *,
        event: str,
        stirs_until: datetime | None = None,
    ) -> Delivery:
        table = schema.delivery

        def work(connection: Connection) -> Delivery:
            holds = _holds(connection, account)  # the channel first, as everywhere
            row = connection.execute(select(table).where(table.c.id == delivery.id).with_for_update()).one()
            on_record = delivery_of(row, delivery.guid)
            is_skipped = row.standing == Standing.SKIPPED.value  # an operator was faster
            after, values, text = delivery, {"is_stirred": False}, event
            if (is_skipped or not holds) and not _knows_more(delivery, on_record):
                if stirs_until is None:
                    return on_record
                after, values = stirred(on_record, stirs_until), {"is_stirred": True}
                text = f"{event} (late: another hand had taken over)"
            elif _knows_more(on_record, delivery):
                after = on_record
            elif row.is_stirred and row.rests_until:
                after = stirred(delivery, row.rests_until)
            if row.wants != after.wants:  # it was corrected or withdrawn while in hand
                after = moved(after, row.wants, now)
            connection.execute(
                update(table)
                .where(table.c.id == after.id)
                .values(**delivery_values(after), **values, settled_at=now)
            )
            connection.execute(insert(schema.event), {"at": now, "delivery_id": after.id, "text": text})
            if after.standing is Standing.SENT:
                connection.execute(
                    update(schema.channel)
                    .where(schema.channel.c.name == account.name)
                    .values(failures=0, error="", posted_at=now)
                )
            return after

        return self.transact(work)

    def let_go(
        self,
        account: Account,
        *,
        paused_until: datetime | None = None,
        error: str = "",
        is_stopped: bool = False,
    ) -> None:
        table = schema.channel
        failure: dict[str, Any] = {
            "error": error,
            "is_stopped": is_stopped,
            "failures": table.c.failures + 1,
        }
        with self.writing() as connection:
            let_go(
                connection,
                table,
                account.name,
                account.token,
                paused_until=paused_until,
                **(failure if error else {}),
            )


#: Deliveries that have an attempt before them, or were interrupted in one.
IN_QUEUE = (Standing.PENDING.value, Standing.SENDING.value)


def due(now: datetime) -> ColumnElement[bool]:
    """Deliveries whose turn may have come. One that is still *sending* while its channel is in no other
    hand was interrupted; its ``next_attempt`` is when its request has ended, whatever became of us. One that
    rests does so whoever wants it tried earlier."""
    table = schema.delivery
    is_rested = or_(table.c.rests_until.is_(None), table.c.rests_until <= now)
    return and_(table.c.standing.in_(IN_QUEUE), table.c.next_attempt <= now, is_rested)


def _knows_more(one: Delivery, other: Delivery) -> bool:
    """Whether one knows of a post of which the other does not."""
    return one.receipt is not None and other.receipt is None and one.round == other.round


def _renew(connection: Connection, account: Account, until: datetime) -> bool:
    """Keep the channel in this hand for longer; ``False``: it is in another one, or was paused."""
    table = schema.channel
    is_mine = and_(table.c.name == account.name, table.c.token == account.token)
    result = connection.execute(
        update(table).where(is_mine, table.c.is_paused.is_(False)).values(lease_until=until)
    )
    return result.rowcount == 1


def _holds(connection: Connection, account: Account) -> bool:
    """Whether the channel is still in this hand. Its row is locked either way: before the delivery's."""
    table = schema.channel
    query = select(table.c.token).where(table.c.name == account.name).with_for_update()
    return connection.scalar(query) == account.token
