"""Topics with their subscribers, and the hubs of others, as operators see them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, and_, case, func, select

from syndicator.domain.subscription import SubscriberKind, SubscriptionState
from syndicator.store import schema
from syndicator.store.engine import Base


@dataclass(frozen=True, kw_only=True, slots=True)
class Audience:
    """A topic with its subscribers. ``states`` counts them; ``failing``: active ones whose last attempt
    failed; ``owed``: active ones that want newer content than they have; ``hubs``: those of others that
    failed to take the last news: (address, reason)."""

    topic: str
    changed: datetime | None
    sent: int
    failed: int
    states: Mapping[str, int]
    failing: int = 0
    owed: int = 0
    hubs: Sequence[tuple[str, str]] = ()


class Audiences(Base):
    """The rows of ``schema.topic`` and ``schema.subscription``, summed up."""

    def audiences(self) -> Sequence[Audience]:
        """Every topic on record, by its name."""
        topic, table = schema.topic, schema.subscription
        is_theirs = table.c.kind == SubscriberKind.SUBSCRIBER.value
        is_active = table.c.state == SubscriptionState.ACTIVE.value
        failing = func.sum(case((table.c.failures > 0, 1), else_=0))
        owed = func.sum(case((table.c.has != table.c.wants, 1), else_=0))
        counts = select(table.c.topic, table.c.state, func.count().label("count"), failing, owed)
        states: dict[str, dict[str, int]] = {}
        active_counts: dict[str, tuple[int, int]] = {}
        hubs: dict[str, list[tuple[str, str]]] = {}
        with self.reading() as connection:
            query = counts.where(is_theirs).group_by(table.c.topic, table.c.state)
            for name, state, count, failures, behind in connection.execute(query):
                states.setdefault(name, {})[state] = count
                if state == SubscriptionState.ACTIVE.value:
                    active_counts[name] = (failures, behind)
            is_failing_hub = and_(is_active, table.c.failures > 0, table.c.kind == SubscriberKind.HUB.value)
            for row in connection.execute(select(table).where(is_failing_hub)):
                hubs.setdefault(row.topic, []).append((row.callback, row.reason))
            rows = connection.execute(select(topic).order_by(topic.c.name)).all()
        return [
            Audience(
                topic=row.name,
                changed=row.changed,
                sent=row.sent,
                failed=row.failed,
                states=states.get(row.name, {}),
                failing=active_counts.get(row.name, (0, 0))[0],
                owed=active_counts.get(row.name, (0, 0))[1],
                hubs=hubs.get(row.name, ()),
            )
            for row in rows
        ]

    def subscribers(self, topic: str, count: int) -> Sequence[Row[Any]]:
        """Subscriptions of a topic, failing ones first, then the newest; without what must not be shown.
        ``log``: the latest attempts."""
        table = schema.subscription
        columns = [c for c in table.c if c.name not in ("secret", "token")]
        query = select(*columns).where(table.c.topic == topic)
        query = query.order_by(table.c.failures.desc(), table.c.id.desc()).limit(count)
        with self.reading() as connection:
            return connection.execute(query).all()
