"""The record as **deliver** needs it: a channel in hand, and its deliveries one after the other."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, case, func, insert, not_, or_, select, update

from syndicator.domain.delivery import UNKNOWN_REVISION, Delivery, Receipt, Standing, moved, stirred
from syndicator.domain.ledger import Ledger
from syndicator.jobs.ports import LEASE
from syndicator.jobs.store_ports import ANY, Account, Choice, ClaimedDelivery
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
        return Account(name=name, token=token, failures=row.failures, ledger=Ledger.from_json(row.ledger))

    def next_delivery(
        self, account: Account, now: datetime, lease: timedelta, choice: Choice = ANY
    ) -> ClaimedDelivery | None:
        return self.transact(lambda connection: _take(connection, account, now, lease, choice))

    def due_posts(self, name: str, now: datetime, limit: int) -> int:
        table = schema.delivery
        some = select(table.c.id).where(table.c.channel == name, due(now), is_post()).limit(limit)
        with self.reading() as connection:
            return connection.scalar(select(func.count()).select_from(some.subquery())) or 0

    def begin(self, account: Account, delivery: Delivery, ledger: Ledger | None = None) -> bool:
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
            if result.rowcount != 1:
                return False
            if ledger is not None:
                _update(connection, account, ledger=ledger.as_json())
            return True

        return self.transact(work)

    def settle(
        self,
        account: Account,
        delivery: Delivery,
        now: datetime,
        *,
        event: str,
        stirs_until: datetime | None = None,
        ledger: Ledger | None = None,
        takes: Choice | None = None,
        lease: timedelta = LEASE,
    ) -> ClaimedDelivery | None:
        def work(connection: Connection) -> ClaimedDelivery | None:
            _settle(connection, account, delivery, now, event, stirs_until, ledger)
            return _take(connection, account, now, lease, takes) if takes is not None else None

        return self.transact(work)

    def let_go(
        self,
        account: Account,
        *,
        paused_until: datetime | None = None,
        error: str = "",
        is_stopped: bool = False,
        rests: bool = True,
        ledger: Ledger | None = None,
    ) -> None:
        table = schema.channel
        failure: dict[str, Any] = {
            "error": error,
            "is_stopped": is_stopped,
            "failures": table.c.failures + int(rests),
        }
        with self.writing() as connection:
            let_go(
                connection,
                table,
                account.name,
                account.token,
                paused_until=paused_until,
                **(failure if error else {}),
                **({} if ledger is None else {"ledger": ledger.as_json()}),
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


def is_post() -> ColumnElement[bool]:
    """Deliveries of which the channel has no post yet, as far as is known, and is to have one."""
    table = schema.delivery
    return and_(table.c.remote_id.is_(None), table.c.wants.is_not(None))


def _is_deletion() -> ColumnElement[bool]:
    """Deliveries whose post is to go, to come again perhaps (``plan.plan``)."""
    table = schema.delivery
    return and_(table.c.remote_id.is_not(None), or_(table.c.wants.is_(None), table.c.has.is_(None)))


def _lacks_photo_alone() -> ColumnElement[int]:
    """1 for deliveries whose post is out and lacks its photo alone: news come first."""
    table = schema.delivery
    return case((and_(table.c.photo_owed > 0, table.c.has == table.c.wants), 1), else_=0)


def _chosen(choice: Choice) -> list[ColumnElement[bool]]:
    table = schema.delivery
    conditions = []
    if not choice.posts:
        conditions.append(not_(is_post()))
    elif choice.urgent_alone:
        conditions.append(or_(not_(is_post()), table.c.urgent.is_(True)))
    if not choice.deletions:
        conditions.append(not_(_is_deletion()))
    if not choice.edits:
        conditions.append(or_(table.c.remote_id.is_(None), _is_deletion()))
    return conditions


def _take(
    connection: Connection, account: Account, now: datetime, lease: timedelta, choice: Choice
) -> ClaimedDelivery | None:
    if not _renew(connection, account, now + lease):
        return None
    table, article = schema.delivery, schema.article
    published = table.c.published.desc() if choice.is_newest_first else table.c.published
    query = (
        select(table)
        .where(table.c.channel == account.name, due(now), *_chosen(choice))
        .order_by(_lacks_photo_alone(), table.c.urgent.desc(), published, table.c.id)
        .limit(1)
    )
    row = None
    if choice.last:
        row = connection.execute(query.where(table.c.id.not_in(choice.last))).one_or_none()
    row = row or connection.execute(query).one_or_none()
    if row is None:
        return None
    article_row = connection.execute(select(article).where(article.c.id == row.article_id)).one()
    return ClaimedDelivery(
        delivery=delivery_of(row, article_row.guid),
        article=article_of(article_row),
        reply_to=_last_of_story(connection, row) if row.story and row.remote_id is None else None,
    )


def _last_of_story(connection: Connection, row: Row[Any]) -> Receipt | None:
    """The story's last post on this channel that stands."""
    table = schema.delivery
    query = (
        select(table.c.remote_id, table.c.remote_url)
        .where(table.c.channel == row.channel, table.c.story == row.story, table.c.id != row.id)
        .where(table.c.remote_id.is_not(None), table.c.wants.is_not(None), table.c.has >= UNKNOWN_REVISION)
        .order_by(table.c.published.desc(), table.c.id.desc())
        .limit(1)
    )
    last = connection.execute(query).one_or_none()
    return Receipt(remote_id=last.remote_id, url=last.remote_url) if last else None


def _settle(
    connection: Connection,
    account: Account,
    delivery: Delivery,
    now: datetime,
    event: str,
    stirs_until: datetime | None,
    ledger: Ledger | None,
) -> None:
    table = schema.delivery
    holds = _holds(connection, account)  # the channel first, as everywhere
    if ledger is not None:
        _update(connection, account, ledger=ledger.as_json())
    row = connection.execute(select(table).where(table.c.id == delivery.id).with_for_update()).one()
    on_record = delivery_of(row, delivery.guid)
    is_skipped = row.standing == Standing.SKIPPED.value  # an operator was faster
    after, values, text = delivery, {"is_stirred": False}, event
    if (is_skipped or not holds) and not _knows_more(delivery, on_record):
        if stirs_until is None:
            return
        after, values = stirred(on_record, stirs_until), {"is_stirred": True}
        text = f"{event} (late: another hand had taken over)"
    elif _knows_more(on_record, delivery):
        after = on_record
    elif row.is_stirred and row.rests_until:
        after = stirred(delivery, row.rests_until)
    if row.wants != after.wants:  # it was corrected or withdrawn while in hand
        after = moved(after, row.wants, now)
    connection.execute(
        update(table).where(table.c.id == after.id).values(**delivery_values(after), **values, settled_at=now)
    )
    if text:
        connection.execute(insert(schema.event), {"at": now, "delivery_id": after.id, "text": text})
    is_out = after.lacks_photo and stirs_until is not None  # its photo comes later
    if after.standing is Standing.SENT or is_out:
        connection.execute(
            update(schema.channel)
            .where(schema.channel.c.name == account.name)
            .values(failures=0, error="", posted_at=now)
        )


def _update(connection: Connection, account: Account, **values: Any) -> None:
    """New values for the channel's row, while it is in this hand."""
    table = schema.channel
    is_mine = and_(table.c.name == account.name, table.c.token == account.token)
    connection.execute(update(table).where(is_mine).values(**values))


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
