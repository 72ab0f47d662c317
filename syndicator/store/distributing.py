"""What **distribute** needs: topics, subscriptions in hand by the batch, and intents to be confirmed.

Whoever moves, makes or settles subscriptions of a topic holds the topic's row for as long, so that nothing
falls between a build and a subscription that begins at the same moment.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    and_,
    bindparam,
    case,
    delete,
    func,
    insert,
    literal,
    null,
    or_,
    select,
    tuple_,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from syndicator.delivery import wait
from syndicator.ports import Ruled
from syndicator.store import schema
from syndicator.store.engine import Base, claim_some
from syndicator.store.records import intent_of, subscription_of
from syndicator.subscription import (
    FIRST_WAIT,
    TRIES,
    Intent,
    Kind,
    Mode,
    State,
    Subscription,
    Terms,
    Unacceptable,
    Verdict,
)

#: How long an ended subscription is shown to operators before it is forgotten.
SHOWN = timedelta(days=7)

#: How long an intent that was not confirmed counts against its callback's host.
REMEMBERED = timedelta(minutes=10)


class Distributing(Base):
    """See ``ports.DistributeStore`` and ``ports.SubscribeStore``."""

    def declare_topics(
        self, topics: Collection[str], pings: Collection[tuple[str, str]], now: datetime
    ) -> None:
        """Keep rows in step with the declarations. ``topics``: those that our own hub serves; subscribers of
        any other are told that it has ended. ``pings``: (topic, hub) for each hub of somebody else's."""
        names = {*topics, *(topic for topic, _ in pings)}
        table = schema.topic
        with self.writing() as connection:
            if names:
                query = _insert(connection, table).on_conflict_do_nothing()
                connection.execute(query, [{"name": name} for name in sorted(names)])
            connection.execute(delete(table).where(table.c.name.not_in(names)))
            _end_topics(connection, topics, now)
            _declare_hubs(connection, pings, now)

    def tidy_subscriptions(self, topic: str, now: datetime) -> None:
        table, intent = schema.subscription, schema.intent
        with self.writing() as connection:
            _hold(connection, topic)
            connection.execute(
                update(table)
                .where(table.c.topic == topic, table.c.state == State.ACTIVE.value, table.c.expires <= now)
                .values(
                    state=State.EXPIRED.value, ended=now, next_attempt=None, reason="its lease has run out"
                )
            )
            connection.execute(delete(table).where(table.c.topic == topic, table.c.ended < now - SHOWN))
            failed = and_(intent.c.next_attempt.is_(None), intent.c.asked_at < now - REMEMBERED)
            connection.execute(delete(intent).where(intent.c.topic == topic, failed))

    def claim_intents(self, topic: str, now: datetime, lease: timedelta, count: int) -> Sequence[Intent]:
        table = schema.intent
        due = and_(table.c.topic == topic, table.c.next_attempt <= now)
        with self.writing() as connection:
            rows = claim_some(connection, table, now, lease, count, due, order=[table.c.id])
        return [intent_of(row) for row in rows]

    def settle_intents(self, topic: str, ruled: Sequence[Ruled], now: datetime) -> None:
        with self.writing() as connection:
            current = _hold(connection, topic)
            for each in ruled:
                _settle_intent(connection, each, current, now)

    def claim_subscriptions(
        self, topic: str, now: datetime, lease: timedelta, count: int
    ) -> Sequence[Subscription]:
        table = schema.subscription
        is_active = table.c.state == State.ACTIVE.value
        lives = or_(table.c.expires.is_(None), table.c.expires > now)
        due = and_(table.c.topic == topic, table.c.next_attempt <= now, is_active, lives)
        order = [table.c.failures, table.c.id]
        with self.writing() as connection:
            rows = claim_some(connection, table, now, lease, count, due, order=order)
        return [subscription_of(row) for row in rows]

    def settle_subscriptions(self, topic: str, subscriptions: Sequence[Subscription], now: datetime) -> None:
        table = schema.topic
        sent = [s for s in subscriptions if _is_done(s)]
        others = [s for s in subscriptions if not _is_done(s)]
        failed = sum(s.failures > 0 for s in others)
        with self.writing() as connection:
            _hold(connection, topic)
            if sent:
                connection.execute(_sent(now), [_sent_values(s) for s in sent])
            if others:
                connection.execute(_owing(), [_owing_values(s, now) for s in others])
            connection.execute(
                update(table)
                .where(table.c.name == topic)
                .values(sent=table.c.sent + len(sent), failed=table.c.failed + failed)
            )

    def file_intent(self, intent: Intent, host: str, terms: Terms, now: datetime) -> None:
        table = schema.intent
        with self.writing() as connection:
            topic = _hold(connection, intent.topic)
            known = connection.execute(select(table).where(*_same(table, intent))).one_or_none()
            _must_be_welcome(connection, intent, host, terms, known)
            failures = known.failures if known else 0
            rest = wait(max(1, failures - TRIES + 1), first=FIRST_WAIT, longest=REMEMBERED)
            values = {
                "mode": intent.mode.value,
                "host": host,
                "lease_seconds": int(intent.lease.total_seconds()),
                "secret": intent.secret,
                "seen": topic.wants if topic else "",
                "reason": "",
                "failures": failures,
                "asked_at": now,
                "next_attempt": now if failures < TRIES else now + rest,
                "token": None,  # an answer to what was asked before is no answer to this
                "lease_until": None,
            }
            query = _insert(connection, table).on_conflict_do_update(
                index_elements=["topic", "callback"], set_=values
            )
            connection.execute(query, {"topic": intent.topic, "callback": intent.callback, **values})


def move_topic(connection: Connection, name: str, wants: str, now: datetime) -> bool:
    """Have the subscribers of a topic want this content. ``False``: it is what it was."""
    table, sub = schema.topic, schema.subscription
    connection.execute(_insert(connection, table).on_conflict_do_nothing(), {"name": name})
    changed = connection.execute(
        update(table).where(table.c.name == name, table.c.wants != wants).values(wants=wants, changed=now)
    )
    if not changed.rowcount:
        return False
    owed = case(
        (sub.c.has == wants, null()), else_=func.coalesce(sub.c.next_attempt, literal(now, schema.Moment))
    )
    connection.execute(
        update(sub)
        .where(sub.c.topic == name, sub.c.state == State.ACTIVE.value)
        .values(wants=wants, next_attempt=owed)
    )
    return True


def due_topics(connection: Connection, now: datetime) -> Sequence[str]:
    """Topics with subscriptions or intents that are due, or with leases that have run out."""
    sub, intent = schema.subscription, schema.intent
    ended = and_(sub.c.state == State.ACTIVE.value, sub.c.expires <= now)
    owed = select(sub.c.topic).where(or_(and_(sub.c.next_attempt <= now, _free(sub, now)), ended))
    asked = select(intent.c.topic).where(intent.c.next_attempt <= now, _free(intent, now))
    return sorted(connection.scalars(owed.union(asked)))


def _free(table: Any, now: datetime) -> ColumnElement[bool]:
    return or_(table.c.lease_until.is_(None), table.c.lease_until <= now)


def _insert(connection: Connection, table: Any) -> Any:
    return (postgresql if connection.dialect.name == "postgresql" else sqlite).insert(table)


def _hold(connection: Connection, name: str) -> Row[Any] | None:
    """The topic's row, which nobody else changes until the transaction ends."""
    table = schema.topic
    return connection.execute(select(table).where(table.c.name == name).with_for_update()).one_or_none()


def _same(table: Any, intent: Intent) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return table.c.topic == intent.topic, table.c.callback == intent.callback


def _must_be_welcome(
    connection: Connection, intent: Intent, host: str, terms: Terms, known: Row[Any] | None
) -> None:
    table, pending = schema.subscription, schema.intent
    row = connection.execute(select(table.c.kind, table.c.state).where(*_same(table, intent))).one_or_none()
    if row and row.kind == Kind.HUB.value:
        raise Unacceptable("hub.callback is a hub of this publisher already", status=403)
    is_active = row is not None and row.state == State.ACTIVE.value
    if intent.mode is Mode.UNSUBSCRIBE and not is_active and known is None:
        raise Unacceptable("hub.callback is not subscribed to this topic", status=404)
    if known is None and _count(connection, pending, pending.c.host == host) >= terms.pending_per_host:
        raise Unacceptable(
            f"too many requests for callbacks at {host} wait to be confirmed, or were not",
            status=429,
            retry_after=int(REMEMBERED.total_seconds()),
        )
    if intent.mode is Mode.SUBSCRIBE and not is_active:
        lives = and_(table.c.kind == Kind.SUBSCRIBER.value, table.c.state == State.ACTIVE.value)
        if _count(connection, table, lives, table.c.host == host) >= terms.per_host:
            raise Unacceptable(f"there are too many subscriptions of callbacks at {host}", status=403)
        if _count(connection, table, lives) >= terms.subscriptions:
            raise Unacceptable(
                "this hub has as many subscriptions as it takes", status=503, retry_after=86_400
            )


def _count(connection: Connection, table: Any, *conditions: Any) -> int:
    return connection.scalar(select(func.count()).select_from(table).where(*conditions)) or 0


def _settle_intent(connection: Connection, ruled: Ruled, topic: Row[Any] | None, now: datetime) -> None:
    table, intent = schema.intent, ruled.intent
    mine = and_(table.c.id == intent.id, table.c.token == intent.token)
    row = connection.execute(select(table).where(mine).with_for_update()).one_or_none()
    if row is None:  # something else was asked for meanwhile
        return
    is_over = ruled.verdict is Verdict.CONFIRMED or (
        ruled.verdict is Verdict.FAILED and intent.mode is Mode.DENIED
    )
    if is_over:
        connection.execute(delete(table).where(mine))
    else:
        connection.execute(
            update(table)
            .where(mine)
            .values(
                failures=table.c.failures + 1,
                reason=ruled.reason,
                next_attempt=ruled.next_attempt,
                token=None,
                lease_until=None,
            )
        )
    if ruled.verdict is not Verdict.CONFIRMED:
        return
    if intent.mode is Mode.SUBSCRIBE:
        _subscribe(connection, row, topic.wants if topic else "", now)
    elif intent.mode is Mode.UNSUBSCRIBE:
        sub = schema.subscription
        is_theirs = sub.c.kind == Kind.SUBSCRIBER.value
        connection.execute(delete(sub).where(*_same(sub, intent), is_theirs))


def _subscribe(connection: Connection, asked: Row[Any], wants: str, now: datetime) -> None:
    """Begin or renew a subscription. One that begins has what the topic was when it was asked for; one that
    was suspended is sent what it missed."""
    table = schema.subscription
    same = and_(table.c.topic == asked.topic, table.c.callback == asked.callback)
    row = connection.execute(select(table).where(same).with_for_update()).one_or_none()
    goes_on = row is not None and row.state in (State.ACTIVE.value, State.SUSPENDED.value)
    has = row.has if row is not None and goes_on else asked.seen
    values = {
        "state": State.ACTIVE.value,
        "secret": asked.secret,
        "expires": now + timedelta(seconds=asked.lease_seconds),
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
    about = {"topic": asked.topic, "callback": asked.callback, "host": asked.host, "created": now}
    connection.execute(insert(table), {**about, **values, "kind": Kind.SUBSCRIBER.value, "log": []})


def _is_done(after: Subscription) -> bool:
    return after.state is State.ACTIVE and after.next_attempt is None


def _sent(now: datetime) -> Any:
    table = schema.subscription
    is_newest = table.c.wants == bindparam("now_has")
    return (
        update(table)
        .where(table.c.id == bindparam("row"), table.c.token == bindparam("hand"))
        .values(
            has=bindparam("now_has"),
            next_attempt=case((is_newest, null()), else_=literal(now, schema.Moment)),
            sent_at=now,
            failures=0,
            failing_since=None,
            reason="",
            log=bindparam("lines"),
            token=None,
            lease_until=None,
        )
    )


def _sent_values(after: Subscription) -> dict[str, Any]:
    return {"row": after.id, "hand": after.token, "now_has": after.has, "lines": list(after.log)}


def _owing() -> Any:
    table = schema.subscription
    return (
        update(table)
        .where(table.c.id == bindparam("row"), table.c.token == bindparam("hand"))
        .values(
            state=bindparam("now_state"),
            ended=bindparam("at_end"),
            next_attempt=bindparam("then"),
            failures=bindparam("count"),
            failing_since=bindparam("since"),
            reason=bindparam("why"),
            log=bindparam("lines"),
            token=None,
            lease_until=None,
        )
    )


def _owing_values(after: Subscription, now: datetime) -> dict[str, Any]:
    return {
        "row": after.id,
        "hand": after.token,
        "now_state": after.state.value,
        "at_end": None if after.state is State.ACTIVE else now,
        "then": after.next_attempt,
        "count": after.failures,
        "since": after.failing_since,
        "why": after.reason,
        "lines": list(after.log),
    }


def _end_topics(connection: Connection, topics: Collection[str], now: datetime) -> None:
    """Whoever subscribed to a topic that is no more is told so (section 5.2)."""
    table, intent = schema.subscription, schema.intent
    over = and_(table.c.kind == Kind.SUBSCRIBER.value, table.c.topic.not_in(topics))
    connection.execute(
        delete(intent).where(intent.c.topic.not_in(topics), intent.c.mode != Mode.DENIED.value)
    )
    rows = connection.execute(select(table).where(over, table.c.state == State.ACTIVE.value)).all()
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
    if denials:
        connection.execute(_insert(connection, intent).on_conflict_do_nothing(), denials)
    connection.execute(delete(table).where(over))


def _declare_hubs(connection: Connection, pings: Collection[tuple[str, str]], now: datetime) -> None:
    table, topic = schema.subscription, schema.topic
    is_hub = table.c.kind == Kind.HUB.value
    pairs = tuple_(table.c.topic, table.c.callback)
    connection.execute(delete(table).where(is_hub, pairs.not_in(sorted(pings))))
    wants = {row.name: row.wants for row in connection.execute(select(topic.c.name, topic.c.wants))}
    made = [
        {
            "topic": name,
            "callback": hub,
            "host": "",
            "kind": Kind.HUB.value,
            "state": State.ACTIVE.value,
            "created": now,
            "wants": wants[name],
            "has": wants[name],
            "log": [],
        }
        for name, hub in sorted(pings)
    ]
    if made:
        connection.execute(_insert(connection, table).on_conflict_do_nothing(), made)
