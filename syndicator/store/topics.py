"""Topics: the content that their subscribers want, which topics are due, and which are declared.

Whoever moves, makes or settles subscriptions of a topic holds the topic's row for as long, so that nothing
falls between a build and a subscription that begins at the same moment.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Connection,
    Row,
    and_,
    case,
    delete,
    func,
    literal,
    null,
    select,
    tuple_,
    update,
)

from syndicator.domain.subscription import Mode, SubscriberKind, SubscriptionState
from syndicator.store import schema
from syndicator.store.engine import Base
from syndicator.store.leases import is_free
from syndicator.store.locks import hold_names
from syndicator.store.upsert import insert_missing


class Topics(Base):
    """The topics that there are."""

    def declare_topics(
        self, topics: Collection[str], pings: Collection[tuple[str, str]], now: datetime
    ) -> None:
        """Keep rows in step with the declarations. ``topics``: those that our own hub serves; subscribers of
        any other are told that it has ended. ``pings``: (topic, hub) for each hub of somebody else's."""
        names = {*topics, *(topic for topic, _ in pings)}
        table = schema.topic

        def work(connection: Connection) -> None:
            insert_missing(connection, table, [{"name": name} for name in sorted(names)])
            hold_names(connection, table, table.c.name.not_in(names))
            connection.execute(delete(table).where(table.c.name.not_in(names)))
            _end_topics(connection, topics, now)
            _declare_hubs(connection, pings, now)

        self.transact(work)


def hold(connection: Connection, name: str) -> Row[Any] | None:
    """The topic's row, which nobody else changes until the transaction ends."""
    table = schema.topic
    return connection.execute(select(table).where(table.c.name == name).with_for_update()).one_or_none()


def move_topic(connection: Connection, name: str, wants: str, now: datetime) -> bool:
    """Have the subscribers of a topic want this content. ``False``: it is what it was."""
    table, sub = schema.topic, schema.subscription
    insert_missing(connection, table, [{"name": name}])
    result = connection.execute(
        update(table).where(table.c.name == name, table.c.wants != wants).values(wants=wants, changed=now)
    )
    if not result.rowcount:
        return False
    next_attempt = case(
        (sub.c.has == wants, null()), else_=func.coalesce(sub.c.next_attempt, literal(now, schema.Moment))
    )
    connection.execute(
        update(sub)
        .where(sub.c.topic == name, sub.c.state == SubscriptionState.ACTIVE.value)
        .values(wants=wants, next_attempt=next_attempt)
    )
    return True


def due_topics(connection: Connection, now: datetime, limit: int) -> Sequence[tuple[str, datetime]]:
    """Topics with subscriptions or intents that are due, or with leases that have run out, each with the
    moment since when: the longest due first, and no more than ``limit``."""
    topic, sub, intent = schema.topic, schema.subscription, schema.intent
    is_due = and_(sub.c.topic == topic.c.name, sub.c.next_attempt <= now, is_free(sub, now))
    oldest = select(sub.c.next_attempt).where(is_due).order_by(sub.c.next_attempt).limit(1).scalar_subquery()
    owing = select(topic.c.name, oldest.label("since")).subquery()
    has_run_out = and_(sub.c.expires <= now, sub.c.state == SubscriptionState.ACTIVE.value)
    is_unconfirmed = and_(intent.c.next_attempt <= now, is_free(intent, now))
    since: dict[str, datetime] = {}
    for query in (
        select(owing.c.name, owing.c.since).where(owing.c.since.is_not(None)),
        select(sub.c.topic, func.min(sub.c.expires)).where(has_run_out).group_by(sub.c.topic),
        select(intent.c.topic, func.min(intent.c.next_attempt))
        .where(is_unconfirmed)
        .group_by(intent.c.topic),
    ):
        for name, moment in connection.execute(query):
            since[name] = min(moment, since.get(name, moment))
    return sorted(since.items(), key=lambda item: (item[1], item[0]))[:limit]


def _end_topics(connection: Connection, topics: Collection[str], now: datetime) -> None:
    """Whoever subscribed to a topic that is no more is told so (section 5.2)."""
    table, intent = schema.subscription, schema.intent
    is_over = and_(table.c.kind == SubscriberKind.SUBSCRIBER.value, table.c.topic.not_in(topics))
    connection.execute(
        delete(intent).where(intent.c.topic.not_in(topics), intent.c.mode != Mode.DENIED.value)
    )
    rows = connection.execute(
        select(table).where(is_over, table.c.state == SubscriptionState.ACTIVE.value)
    ).all()
    denials = [
        {
            "topic": row.topic,
            "callback": row.callback,
            "host": row.host,
            "mode": Mode.DENIED.value,
            "reason": "this feed is no longer distributed here",
            "asked_at": now,
            "next_attempt": now,
        }
        for row in rows
    ]
    insert_missing(connection, intent, denials)
    connection.execute(delete(table).where(is_over))


def _declare_hubs(connection: Connection, pings: Collection[tuple[str, str]], now: datetime) -> None:
    table, topic = schema.subscription, schema.topic
    is_hub = table.c.kind == SubscriberKind.HUB.value
    pairs = tuple_(table.c.topic, table.c.callback)
    connection.execute(delete(table).where(is_hub, pairs.not_in(sorted(pings))))
    wants = {row.name: row.wants for row in connection.execute(select(topic.c.name, topic.c.wants))}
    hubs = [
        {
            "topic": name,
            "callback": hub,
            "host": "",
            "kind": SubscriberKind.HUB.value,
            "state": SubscriptionState.ACTIVE.value,
            "created": now,
            "wants": wants[name],
            "has": wants[name],
            "log": [],
        }
        for name, hub in sorted(pings)
    ]
    insert_missing(connection, table, hubs)
