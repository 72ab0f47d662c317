"""The record as **deliver** needs it: a channel in hand, and its deliveries one after the other."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, func, or_, select

from syndicator.domain.delivery import Delivery, Receipt, Standing, moved, stirred
from syndicator.domain.ledger import Ledger
from syndicator.jobs.account import Account
from syndicator.jobs.ports import LEASE
from syndicator.jobs.store_ports import ANY, Choice, ClaimedDelivery
from syndicator.store import schema
from syndicator.store.delivery_queue import (
    ADD_EVENT,
    BEGIN_DELIVERY,
    HAND,
    KEEP_MINE,
    LAST_OF_STORY,
    LOCK_DELIVERY,
    UPDATE_DELIVERY,
    UPDATE_MINE,
    UPDATE_UNTOUCHED,
    due,
    is_post,
    next_queries,
)
from syndicator.store.engine import Base
from syndicator.store.leases import NOW, claim, claiming, let_go, releasing
from syndicator.store.records import AnyRow, article_of, delivery_of, delivery_values, with_article
from syndicator.store.roundups import (
    gather,
    has_waiting_roundup,
    hold_members,
    is_roundup,
    let_out_returned,
    name_members,
    roundup_of,
)
from syndicator.store.stories import post_to_answer

_channel = schema.channel
_CLAIM = claiming(
    _channel,
    or_(_channel.c.paused_until.is_(None), _channel.c.paused_until <= NOW),
    _channel.c.is_paused.is_(False),
    _channel.c.is_stopped.is_(False),
)
_RELEASE = releasing(_channel)
_RELEASE_FAILED = releasing(_channel, failures=_channel.c.failures + bindparam("failed"))


class Delivering(Base):
    """See ``jobs.store_ports.DeliverStore``."""

    def claim_channel(self, name: str, now: datetime, lease: timedelta) -> Account | None:
        with self.writing() as connection:
            claimed = claim(connection, _CLAIM, name, now, lease)
        if claimed is None:
            return None
        token, row = claimed
        return Account(name=name, token=token, failures=row.failures, ledger=Ledger.from_json(row.ledger))

    def next_delivery(
        self, account: Account, now: datetime, lease: timedelta, choice: Choice = ANY
    ) -> ClaimedDelivery | None:
        def work(connection: Connection) -> ClaimedDelivery | None:
            _, may_go_on = _keep(connection, account, now + lease)
            return _take(connection, account, now, choice) if may_go_on else None

        return self.transact(work)

    def due_posts(self, name: str, now: datetime, limit: int) -> int:
        table = schema.delivery
        some = select(table.c.id).where(table.c.channel == name, due(now), is_post()).limit(limit)
        with self.reading() as connection:
            return connection.scalar(select(func.count()).select_from(some.subquery())) or 0

    def has_roundup(self, name: str) -> bool:
        with self.reading() as connection:
            return has_waiting_roundup(connection, name)

    def round_up(self, account: Account, now: datetime, beyond: int, max_age: timedelta) -> int:
        def work(connection: Connection) -> int:
            if not _holds(connection, account):
                return 0
            return gather(connection, account.name, now, beyond, max_age)

        return self.transact(work)

    def let_out_returned(self, account: Account, roundup: Delivery, now: datetime) -> int:
        def work(connection: Connection) -> int:
            return let_out_returned(connection, roundup.id, now) if _holds(connection, account) else 0

        return self.transact(work)

    def begin(
        self,
        account: Account,
        delivery: Delivery,
        ledger: Ledger | None = None,
        names: Collection[str] | None = None,
    ) -> bool:
        values = {**delivery_values(delivery), "is_stirred": False}
        which = {"delivery": delivery.id, "wanted": delivery.wants, **_hand(account)}

        def work(connection: Connection) -> bool:
            if names is not None and _holds(connection, account):  # in the order of locks
                hold_members(connection, delivery.id)
            if connection.execute(BEGIN_DELIVERY, {**values, **which}).rowcount != 1:
                return False
            if ledger is not None:
                connection.execute(UPDATE_MINE, {"ledger": ledger.as_json(), **_hand(account)})
            if names is not None:
                name_members(connection, delivery.id, names)
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
            until = now + lease if takes is not None else None
            values: dict[str, Any] = {} if ledger is None else {"ledger": ledger.as_json()}
            is_out = delivery.lacks_photo and stirs_until is not None  # its photo comes later
            if delivery.standing is Standing.SENT or is_out:
                values |= {"failures": 0, "error": "", "posted_at": now}
            holds, may_go_on = _keep(connection, account, until, **values)  # the channel first, as everywhere
            _settle(connection, delivery, now, event, stirs_until, holds=holds)
            return _take(connection, account, now, takes) if takes is not None and may_go_on else None

        return self.transact(work)

    def let_go(
        self,
        account: Account,
        *,
        paused_until: datetime | None = None,
        quiet_until: datetime | None = None,
        error: str = "",
        is_stopped: bool = False,
        rests: bool = True,
        ledger: Ledger | None = None,
    ) -> None:
        values: dict[str, Any] = {"paused_until": paused_until, "quiet_until": quiet_until}
        if error:
            values |= {"error": error, "is_stopped": is_stopped, "failed": int(rests)}
        if ledger is not None:
            values["ledger"] = ledger.as_json()
        with self.writing() as connection:
            release = _RELEASE_FAILED if error else _RELEASE
            let_go(connection, release, account.name, account.token, **values)


def _take(connection: Connection, account: Account, now: datetime, choice: Choice) -> ClaimedDelivery | None:
    which = {"account": account.name, "now": now}
    rows = (connection.execute(query, which).one_or_none() for query in next_queries(choice))
    both = next((row for row in rows if row is not None), None)
    if both is None:
        return None
    row, article_row = with_article(both)
    return ClaimedDelivery(
        delivery=delivery_of(row, article_row.guid),
        article=article_of(article_row),
        reply_to=_reply_to(connection, row, article_row) if row.remote_id is None else None,
        roundup=roundup_of(connection, row.id) if is_roundup(row) else None,
    )


def _reply_to(connection: Connection, row: AnyRow, article_row: AnyRow) -> Receipt | None:
    """The post that this one is to answer: what an operator says goes before the story that it is part of."""
    declared = post_to_answer(connection, row.channel, article_row)
    return declared or (_last_of_story(connection, row) if row.story else None)


def _last_of_story(connection: Connection, row: AnyRow) -> Receipt | None:
    """The story's last post on this channel that stands."""
    which = {"account": row.channel, "story": row.story, "delivery": row.id}
    last = connection.execute(LAST_OF_STORY, which).one_or_none()
    return Receipt(remote_id=last.remote_id, url=last.remote_url) if last else None


def _settle(
    connection: Connection,
    delivery: Delivery,
    now: datetime,
    event: str,
    stirs_until: datetime | None,
    *,
    holds: bool,
) -> None:
    after, is_stirred, text = delivery, False, event
    if not (holds and _settled_untouched(connection, delivery, now)):
        row = connection.execute(LOCK_DELIVERY, {"delivery": delivery.id}).one()
        on_record = delivery_of(row, delivery.guid)
        is_skipped = row.standing == Standing.SKIPPED.value  # an operator was faster
        if (is_skipped or not holds) and not _knows_more(delivery, on_record):
            if stirs_until is None:
                return
            after, is_stirred = stirred(on_record, stirs_until), True
            text = f"{event} (late: another hand had taken over)"
        elif _knows_more(on_record, delivery):
            after = on_record
        elif row.is_stirred and row.rests_until:
            after = stirred(delivery, row.rests_until)
        if row.wants != after.wants:  # it was corrected or withdrawn while in hand
            after = moved(after, row.wants, now)
        values = {**delivery_values(after), "is_stirred": is_stirred, "settled_at": now}
        connection.execute(UPDATE_DELIVERY, {**values, "delivery": after.id})
    if text:
        connection.execute(ADD_EVENT, {"at": now, "delivery_id": after.id, "text": text})


def _settled_untouched(connection: Connection, delivery: Delivery, now: datetime) -> bool:
    """Whether the delivery is settled already, at once: it has its post, and nobody has touched it."""
    if delivery.receipt is None:
        return False
    values = {**delivery_values(delivery), "settled_at": now}
    which = {"delivery": delivery.id, "wanted": delivery.wants}
    return connection.execute(UPDATE_UNTOUCHED, {**values, **which}).rowcount == 1


def _keep(
    connection: Connection, account: Account, until: datetime | None, **values: Any
) -> tuple[bool, bool]:
    """Whether the channel is still in this hand, its row locked and with the new ``values``; and whether it
    is kept in hand ``until`` then, since nobody has paused it."""
    if until is not None:
        row = connection.execute(KEEP_MINE, {"until": until, **values, **_hand(account)}).one_or_none()
        return row is not None, row is not None and not row.is_paused
    if values:
        return connection.execute(UPDATE_MINE, {**values, **_hand(account)}).rowcount == 1, False
    return _holds(connection, account), False


def _hand(account: Account) -> dict[str, str]:
    return {"account": account.name, "hand": account.token}


def _knows_more(one: Delivery, other: Delivery) -> bool:
    """Whether one knows of a post of which the other does not."""
    return one.receipt is not None and other.receipt is None and one.round == other.round


def _holds(connection: Connection, account: Account) -> bool:
    """Whether the channel is still in this hand, and its row locked."""
    return connection.scalar(HAND, {"account": account.name}) == account.token
