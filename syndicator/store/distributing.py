"""The subscriptions' rows for **distribute**: claimed by the batch, settled, ended and forgotten."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, and_, bindparam, case, delete, literal, null, or_, update

from syndicator.domain.subscription import Subscription, SubscriptionState
from syndicator.store import schema
from syndicator.store.engine import Base
from syndicator.store.leases import claim_some
from syndicator.store.records import subscription_of
from syndicator.store.subscribing import forget_intents
from syndicator.store.topics import hold

#: How long an ended subscription is shown to operators before it is forgotten.
SHOW_ENDED_FOR = timedelta(days=7)


class Distributing(Base):
    """See ``jobs.store_ports.DistributeStore``."""

    def tidy_subscriptions(self, topic: str, now: datetime) -> None:
        table = schema.subscription

        def work(connection: Connection) -> None:
            hold(connection, topic)
            connection.execute(
                update(table)
                .where(
                    table.c.topic == topic,
                    table.c.state == SubscriptionState.ACTIVE.value,
                    table.c.expires <= now,
                )
                .values(
                    state=SubscriptionState.EXPIRED.value,
                    ended=now,
                    next_attempt=None,
                    reason="its lease has run out",
                )
            )
            connection.execute(
                delete(table).where(table.c.topic == topic, table.c.ended < now - SHOW_ENDED_FOR)
            )
            forget_intents(connection, topic, now)

        self.transact(work)

    def claim_subscriptions(
        self, topic: str, now: datetime, lease: timedelta, count: int
    ) -> Sequence[Subscription]:
        table = schema.subscription
        is_active = table.c.state == SubscriptionState.ACTIVE.value
        lease_runs = or_(table.c.expires.is_(None), table.c.expires > now)
        is_due = and_(table.c.topic == topic, table.c.next_attempt <= now, is_active, lease_runs)
        with self.writing() as connection:
            rows = claim_some(connection, table, now, lease, count, is_due, order=[table.c.next_attempt])
        return [subscription_of(row) for row in rows]

    def settle_subscriptions(self, topic: str, subscriptions: Sequence[Subscription], now: datetime) -> None:
        table = schema.topic
        sent = [s for s in subscriptions if _is_done(s)]
        owing = [s for s in subscriptions if not _is_done(s)]
        failed = sum(s.failures > 0 for s in owing)

        def work(connection: Connection) -> None:
            hold(connection, topic)
            if sent:
                connection.execute(_update_sent(now), [_sent_values(s) for s in sent])
            if owing:
                connection.execute(_update_owing(), [_owing_values(s, now) for s in owing])
            connection.execute(
                update(table)
                .where(table.c.name == topic)
                .values(sent=table.c.sent + len(sent), failed=table.c.failed + failed)
            )

        self.transact(work)


def _is_done(after: Subscription) -> bool:
    """Whether nothing is owed to it."""
    return after.state is SubscriptionState.ACTIVE and after.next_attempt is None


def _update_sent(now: datetime) -> Any:
    """The update of rows that were sent to (``_sent_values``). Who wants newer content is due at once."""
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


def _update_owing() -> Any:
    """The update of rows that still owe, or have ended (``_owing_values``)."""
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
        "at_end": None if after.state is SubscriptionState.ACTIVE else now,
        "then": after.next_attempt,
        "count": after.failures,
        "since": after.failing_since,
        "why": after.reason,
        "lines": list(after.log),
    }
