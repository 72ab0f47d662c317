"""Intents, which somebody asks the hub for: filed, confirmed by the callback, and then a subscription or its
end."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, delete, func, insert, select, update

from syndicator.domain import backoff
from syndicator.domain.subscription import (
    MAX_CONFIRMATION_TRIES,
    Intent,
    IntentVerdict,
    Mode,
    SubscriberKind,
    SubscriptionState,
    Terms,
    Unacceptable,
)
from syndicator.jobs.store_ports import IntentOutcome
from syndicator.store import schema
from syndicator.store.engine import Base
from syndicator.store.leases import claim_some
from syndicator.store.records import intent_of
from syndicator.store.topics import hold
from syndicator.store.upsert import upsert

#: How long an intent that was not confirmed counts against its callback's host; as long as its longest pause
#: (``backoff.NAMED_AGAIN``).
UNCONFIRMED_REMEMBERED = timedelta(minutes=10)


class Subscribing(Base):
    """See ``jobs.store_ports.SubscribeStore``, and ``DistributeStore`` for how intents are confirmed."""

    def file_intent(self, intent: Intent, host: str, terms: Terms, now: datetime) -> None:
        table = schema.intent

        def work(connection: Connection) -> None:
            topic = hold(connection, intent.topic)
            known = connection.execute(select(table).where(*_same(table, intent))).one_or_none()
            _must_be_welcome(connection, intent, host, terms, known)
            failures = known.failures if known else 0
            pause = backoff.NAMED_AGAIN.wait(max(1, failures - MAX_CONFIRMATION_TRIES + 1))
            values = {
                "mode": intent.mode.value,
                "host": host,
                "lease_seconds": int(intent.lease.total_seconds()),
                "secret": intent.secret,
                "seen": topic.wants if topic else "",
                "reason": "",
                "failures": failures,
                "asked_at": now,
                "next_attempt": now if failures < MAX_CONFIRMATION_TRIES else now + pause,
                "token": None,  # an answer to what was asked before is no answer to this
                "lease_until": None,
            }
            query = upsert(connection, table).on_conflict_do_update(
                index_elements=["topic", "callback"], set_=values
            )
            connection.execute(query, {"topic": intent.topic, "callback": intent.callback, **values})

        self.transact(work)

    def claim_intents(self, topic: str, now: datetime, lease: timedelta, count: int) -> Sequence[Intent]:
        table = schema.intent
        is_due = and_(table.c.topic == topic, table.c.next_attempt <= now)
        with self.writing() as connection:
            rows = claim_some(connection, table, now, lease, count, is_due, order=[table.c.id])
        return [intent_of(row) for row in rows]

    def settle_intents(self, topic: str, outcomes: Sequence[IntentOutcome], now: datetime) -> None:

        def work(connection: Connection) -> None:
            topic_row = hold(connection, topic)
            for outcome in outcomes:
                _settle_intent(connection, outcome, topic_row, now)

        self.transact(work)


def forget_intents(connection: Connection, topic: str, now: datetime) -> None:
    """Those that failed to be confirmed long ago."""
    table = schema.intent
    failed = and_(table.c.next_attempt.is_(None), table.c.asked_at < now - UNCONFIRMED_REMEMBERED)
    connection.execute(delete(table).where(table.c.topic == topic, failed))


def _same(table: Any, intent: Intent) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return table.c.topic == intent.topic, table.c.callback == intent.callback


def _must_be_welcome(
    connection: Connection, intent: Intent, host: str, terms: Terms, known: Row[Any] | None
) -> None:
    table, pending = schema.subscription, schema.intent
    row = connection.execute(select(table.c.kind, table.c.state).where(*_same(table, intent))).one_or_none()
    if row and row.kind == SubscriberKind.HUB.value:
        raise Unacceptable("hub.callback is a hub of this publisher already", status=403)
    is_active = row is not None and row.state == SubscriptionState.ACTIVE.value
    if intent.mode is Mode.UNSUBSCRIBE and not is_active and known is None:
        raise Unacceptable("hub.callback is not subscribed to this topic", status=404)
    if known is None and _count(connection, pending, pending.c.host == host) >= terms.pending_per_host:
        raise Unacceptable(
            f"too many requests for callbacks at {host} wait to be confirmed, or were not",
            status=429,
            retry_after=int(UNCONFIRMED_REMEMBERED.total_seconds()),
        )
    if intent.mode is Mode.SUBSCRIBE and not is_active:
        is_live = and_(
            table.c.kind == SubscriberKind.SUBSCRIBER.value, table.c.state == SubscriptionState.ACTIVE.value
        )
        if _count(connection, table, is_live, table.c.host == host) >= terms.per_host:
            raise Unacceptable(f"there are too many subscriptions of callbacks at {host}", status=403)
        if _count(connection, table, is_live) >= terms.subscriptions:
            raise Unacceptable(
                "this hub has as many subscriptions as it takes", status=503, retry_after=86_400
            )


def _count(connection: Connection, table: Any, *conditions: Any) -> int:
    return connection.scalar(select(func.count()).select_from(table).where(*conditions)) or 0


def _settle_intent(
    connection: Connection, outcome: IntentOutcome, topic: Row[Any] | None, now: datetime
) -> None:
    table, intent = schema.intent, outcome.intent
    is_mine = and_(table.c.id == intent.id, table.c.token == intent.token)
    row = connection.execute(select(table).where(is_mine).with_for_update()).one_or_none()
    if row is None:  # something else was asked for meanwhile
        return
    is_over = outcome.verdict is IntentVerdict.CONFIRMED or (
        outcome.verdict is IntentVerdict.FAILED and intent.mode is Mode.DENIED
    )
    if is_over:
        connection.execute(delete(table).where(is_mine))
    else:
        connection.execute(
            update(table)
            .where(is_mine)
            .values(
                failures=table.c.failures + 1,
                reason=outcome.reason,
                next_attempt=outcome.next_attempt,
                token=None,
                lease_until=None,
            )
        )
    if outcome.verdict is not IntentVerdict.CONFIRMED:
        return
    if intent.mode is Mode.SUBSCRIBE:
        _subscribe(connection, row, topic.wants if topic else "", now)
    elif intent.mode is Mode.UNSUBSCRIBE:
        sub = schema.subscription
        is_theirs = sub.c.kind == SubscriberKind.SUBSCRIBER.value
        connection.execute(delete(sub).where(*_same(sub, intent), is_theirs))


def _subscribe(connection: Connection, intent: Row[Any], wants: str, now: datetime) -> None:
    """Begin or renew a subscription. One that begins has what the topic was when it was asked for; one that
    was suspended is sent what it missed."""
    table = schema.subscription
    is_same = and_(table.c.topic == intent.topic, table.c.callback == intent.callback)
    row = connection.execute(select(table).where(is_same).with_for_update()).one_or_none()
    goes_on = row is not None and row.state in (
        SubscriptionState.ACTIVE.value,
        SubscriptionState.SUSPENDED.value,
    )
    has = row.has if row is not None and goes_on else intent.seen
    values = {
        "state": SubscriptionState.ACTIVE.value,
        "secret": intent.secret,
        "expires": now + timedelta(seconds=intent.lease_seconds),
        "ended": None,
        "wants": wants,
        "has": has,
        "next_attempt": None if has == wants else now,
        "failures": 0,
        "failing_since": None,
        "reason": "",
    }
    if row is not None:
        connection.execute(update(table).where(table.c.id == row.id).values(**values))
        return
    identity = {"topic": intent.topic, "callback": intent.callback, "host": intent.host, "created": now}
    connection.execute(
        insert(table), {**identity, **values, "kind": SubscriberKind.SUBSCRIBER.value, "log": []}
    )
