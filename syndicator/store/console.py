"""What the console shows, and what an operator may decide."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, Table, and_, case, func, insert, or_, select, update

from syndicator.article import Article, State
from syndicator.delivery import Delivery, Receipt, Standing, absent, dropped, posted
from syndicator.errors import SyndicatorError
from syndicator.store import schema
from syndicator.store.engine import Base
from syndicator.store.records import article_of, delivery_of, delivery_values
from syndicator.store.upkeep import SILENCE
from syndicator.subscription import Kind
from syndicator.subscription import State as SubscriptionState

#: Deliveries on one page of the console.
PAGE = 50


class Impossible(SyndicatorError):
    """What an operator asked for cannot be done as things stand; nothing was changed."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """A delivery with its article, as the console shows it. ``settled_at``: the end of its last step."""

    delivery: Delivery
    article: Article
    settled_at: datetime | None


#: What an operator decides about a delivery: how it then stands, or ``Impossible``.
Ruling = Callable[[Delivery, Article, datetime], Delivery]


def retry(delivery: Delivery, article: Article, now: datetime) -> Delivery:
    """Try again at once. What was refused or skipped counts as news from now on; what is embargoed waits
    for its time."""
    if delivery.standing is Standing.PENDING:
        return replace(delivery, next_attempt=now)
    if delivery.standing not in (Standing.REFUSED, Standing.SKIPPED):
        raise Impossible(f"delivery {delivery.id} is {delivery.standing}: there is nothing to try again")
    if delivery.wants is None and delivery.receipt is None and article.state is not State.EMBARGOED:
        raise Impossible(f"delivery {delivery.id}: its article is withdrawn, and nothing was posted")
    standing = Standing.HELD if article.state is State.EMBARGOED else Standing.PENDING
    return replace(delivery, standing=standing, next_attempt=now, created=now, attempts=0, reason="")


def skip(delivery: Delivery, article: Article, now: datetime) -> Delivery:  # noqa: ARG001 - a ruling
    """Leave it: neither a post nor a correction will follow, until it is tried again."""
    if delivery.standing is Standing.SENDING:
        raise Impossible(f"delivery {delivery.id} is being sent: wait until that has ended")
    if delivery.standing is Standing.UNKNOWN:
        raise Impossible(f"delivery {delivery.id} may be posted: look, and tell whether it is")
    if delivery.standing in (Standing.SENT, Standing.SKIPPED):
        raise Impossible(f"delivery {delivery.id} is {delivery.standing}: there is nothing to skip")
    return dropped(delivery, "skipped by an operator")


def was_posted(receipt: Receipt | None) -> Ruling:
    """It is out there. Without its id there, no edit and no deletion can follow: it is left alone."""

    def ruling(delivery: Delivery, article: Article, now: datetime) -> Delivery:  # noqa: ARG001
        _must_be_unknown(delivery)
        if receipt is None:
            return dropped(delivery, "posted, says an operator; without its id, corrections cannot follow")
        return replace(posted(delivery, receipt), next_attempt=now)

    return ruling


def was_not_posted(delivery: Delivery, article: Article, now: datetime) -> Delivery:  # noqa: ARG001
    """It is not out there: send it, as news from now on."""
    _must_be_unknown(delivery)
    return replace(absent(delivery), next_attempt=now, created=now, reason="")


def _must_be_unknown(delivery: Delivery) -> None:
    if delivery.standing is not Standing.UNKNOWN:
        raise Impossible(f"delivery {delivery.id} is {delivery.standing}: its outcome is in no doubt")


@dataclass(frozen=True, kw_only=True, slots=True)
class Audience:
    """A topic with its subscribers. ``states`` counts them; ``failing``: active ones whose last attempt
    failed; ``owed``: active ones that want newer content than they have; ``hubs``: those of others that
    are told of news, and do not answer well now: (address, reason)."""

    topic: str
    changed: datetime | None
    sent: int
    failed: int
    states: Mapping[str, int]
    failing: int = 0
    owed: int = 0
    hubs: Sequence[tuple[str, str]] = ()


class Console(Base):
    """Questions and decisions of operators. Rows that are no longer declared are left out."""

    def sources(self) -> Sequence[Row[Any]]:
        """The rows of ``schema.source``, without what they remember."""
        hidden = ("memory", "token")
        return self._declared(schema.source, [c for c in schema.source.c if c.name not in hidden])

    def feeds(self) -> Sequence[Row[Any]]:
        """The rows of ``schema.feed``."""
        return self._declared(schema.feed, list(schema.feed.c))

    def channels(self) -> Sequence[Row[Any]]:
        """The rows of ``schema.channel``."""
        return self._declared(schema.channel, list(schema.channel.c))

    def empty_feeds(self) -> frozenset[str]:
        """Declared feeds that carry no live article."""
        feed, member, article = schema.feed, schema.membership, schema.article
        carries = (
            select(member.c.article_id)
            .join(article, article.c.id == member.c.article_id)
            .where(member.c.feed == feed.c.name, article.c.state == State.LIVE.value)
            .exists()
        )
        with self.reading() as connection:
            return frozenset(
                connection.scalars(select(feed.c.name).where(feed.c.is_declared.is_(True), ~carries))
            )

    def on_file(self, page: int = 500) -> Iterator[Article]:
        """Every article that is not withdrawn: newest publication first, then by guid; so many at a time."""
        table = schema.article
        newest_first = (
            select(table)
            .where(table.c.state != State.WITHDRAWN.value)
            .order_by(table.c.published.desc(), table.c.guid)
            .limit(page)
        )
        query = newest_first
        while True:
            with self.reading() as connection:
                rows = connection.execute(query).all()
            yield from map(article_of, rows)
            if len(rows) < page:
                return
            last = rows[-1]
            same = and_(table.c.published == last.published, table.c.guid > last.guid)
            query = newest_first.where(or_(table.c.published < last.published, same))

    def _declared(self, table: Table, columns: list[Any]) -> Sequence[Row[Any]]:
        query = select(*columns).where(table.c.is_declared.is_(True)).order_by(table.c.name)
        with self.reading() as connection:
            return connection.execute(query).all()

    def processes(self, now: datetime) -> Sequence[Row[Any]]:
        """Processes that have been heard of lately: ``name``, ``kind``, ``started``, ``seen``."""
        table = schema.process
        query = select(table).where(table.c.seen > now - SILENCE).order_by(table.c.kind, table.c.started)
        with self.reading() as connection:
            return connection.execute(query).all()

    def standings(self) -> Mapping[str, Mapping[str, int]]:
        """How many deliveries of each channel stand how."""
        table = schema.delivery
        query = select(table.c.channel, table.c.standing, func.count()).group_by(
            table.c.channel, table.c.standing
        )
        counts: dict[str, dict[str, int]] = {}
        with self.reading() as connection:
            for channel, standing, count in connection.execute(query):
                counts.setdefault(channel, {})[standing] = count
        return counts

    def oldest_pending(self) -> Mapping[str, datetime]:
        """Since when the oldest pending delivery of each channel has been owed."""
        table = schema.delivery
        query = (
            select(table.c.channel, func.min(table.c.created))
            .where(table.c.standing == Standing.PENDING.value)
            .group_by(table.c.channel)
        )
        with self.reading() as connection:
            return {name: value for name, value in connection.execute(query)}  # noqa: C416 - rows are no pairs to mypy

    def articles(self) -> Mapping[str, int]:
        """How many articles are in each state."""
        table = schema.article
        query = select(table.c.state, func.count()).group_by(table.c.state)
        with self.reading() as connection:
            return {name: value for name, value in connection.execute(query)}  # noqa: C416 - rows are no pairs to mypy

    def deliveries(
        self, *, standing: str = "", channel: str = "", before: int | None = None, count: int = PAGE
    ) -> list[Line]:
        """Deliveries, newest first; ``before`` is the id where the page before ended."""
        table = schema.delivery
        query = select(table).order_by(table.c.id.desc()).limit(count)
        if standing:
            query = query.where(table.c.standing == standing)
        if channel:
            query = query.where(table.c.channel == channel)
        if before is not None:
            query = query.where(table.c.id < before)
        return self._lines(query)

    def delivery(self, delivery_id: int) -> Line | None:
        lines = self._lines(select(schema.delivery).where(schema.delivery.c.id == delivery_id))
        return lines[0] if lines else None

    def _lines(self, query: Select[Any]) -> list[Line]:
        table = schema.article
        with self.reading() as connection:
            rows = connection.execute(query).all()
            stories = connection.execute(select(table).where(table.c.id.in_({r.article_id for r in rows})))
            articles = {story.id: article_of(story) for story in stories}
        return [
            Line(
                delivery=delivery_of(row, articles[row.article_id].guid),
                article=articles[row.article_id],
                settled_at=row.settled_at,
            )
            for row in rows
        ]

    def audiences(self) -> Sequence[Audience]:
        """Every topic on record, by its name."""
        topic, table = schema.topic, schema.subscription
        is_theirs = table.c.kind == Kind.SUBSCRIBER.value
        is_active = table.c.state == SubscriptionState.ACTIVE.value
        failing = func.sum(case((table.c.failures > 0, 1), else_=0))
        owed = func.sum(case((table.c.has != table.c.wants, 1), else_=0))
        counts = select(table.c.topic, table.c.state, func.count().label("count"), failing, owed)
        states: dict[str, dict[str, int]] = {}
        now: dict[str, tuple[int, int]] = {}
        hubs: dict[str, list[tuple[str, str]]] = {}
        with self.reading() as connection:
            query = counts.where(is_theirs).group_by(table.c.topic, table.c.state)
            for name, state, count, failures, behind in connection.execute(query):
                states.setdefault(name, {})[state] = count
                if state == SubscriptionState.ACTIVE.value:
                    now[name] = (failures, behind)
            trouble = and_(is_active, table.c.failures > 0, table.c.kind == Kind.HUB.value)
            for row in connection.execute(select(table).where(trouble)):
                hubs.setdefault(row.topic, []).append((row.callback, row.reason))
            rows = connection.execute(select(topic).order_by(topic.c.name)).all()
        return [
            Audience(
                topic=row.name,
                changed=row.changed,
                sent=row.sent,
                failed=row.failed,
                states=states.get(row.name, {}),
                failing=now.get(row.name, (0, 0))[0],
                owed=now.get(row.name, (0, 0))[1],
                hubs=hubs.get(row.name, ()),
            )
            for row in rows
        ]

    def subscribers(self, topic: str, count: int = PAGE) -> Sequence[Row[Any]]:
        """Subscriptions of a topic, failing ones first, then the newest; without what must not be shown.
        ``log``: the latest attempts."""
        table = schema.subscription
        shown = [c for c in table.c if c.name not in ("secret", "token")]
        query = select(*shown).where(table.c.topic == topic)
        query = query.order_by(table.c.failures.desc(), table.c.id.desc()).limit(count)
        with self.reading() as connection:
            return connection.execute(query).all()

    def events(self, delivery_id: int, count: int = 200) -> Sequence[Row[Any, Any]]:
        """What happened to a delivery, latest first: ``at``, ``text``."""
        table = schema.event
        query = (
            select(table.c.at, table.c.text)
            .where(table.c.delivery_id == delivery_id)
            .order_by(table.c.id.desc())
            .limit(count)
        )
        with self.reading() as connection:
            return connection.execute(query).all()

    def rule(self, delivery_id: int, ruling: Ruling, now: datetime, *, event: str) -> Delivery:
        """Decide about a delivery, and log ``event``. Raises ``Impossible``; then nothing has changed."""
        table, article = schema.delivery, schema.article
        with self.writing() as connection:
            row = connection.execute(
                select(table).where(table.c.id == delivery_id).with_for_update()
            ).one_or_none()
            if row is None:
                raise Impossible(f"there is no delivery {delivery_id}")
            story = article_of(
                connection.execute(select(article).where(article.c.id == row.article_id)).one()
            )
            ruled = ruling(delivery_of(row, story.guid), story, now)
            connection.execute(
                update(table).where(table.c.id == delivery_id).values(**delivery_values(ruled))
            )
            connection.execute(insert(schema.event), {"at": now, "delivery_id": delivery_id, "text": event})
        return ruled

    def pause_channel(self, name: str) -> None:
        """No delivery begins until it is resumed; the queue is kept."""
        self._set(schema.channel, name, is_paused=True)

    def resume_channel(self, name: str) -> None:
        """Go on at once, whether it was paused by an operator, rested, or was stopped by an error."""
        self._set(
            schema.channel, name, is_paused=False, is_stopped=False, paused_until=None, failures=0, error=""
        )

    def pause_source(self, name: str) -> None:
        """It is not looked at until it is resumed."""
        self._set(schema.source, name, is_paused=True)

    def resume_source(self, name: str, now: datetime) -> None:
        self._set(schema.source, name, is_paused=False, next_look=now)

    def look_now(self, name: str, now: datetime) -> None:
        """Have a source looked at without delay, one that said it was gone, too. Raises ``Impossible``
        where it is paused."""
        table = schema.source
        with self.reading() as connection:
            paused = connection.scalar(select(table.c.is_paused).where(table.c.name == name))
        if paused:
            raise Impossible(f"source {name} is paused: resume it first")
        self._set(table, name, next_look=now, is_gone=False)

    def _set(self, table: Table, name: str, **values: Any) -> None:
        with self.writing() as connection:
            changed = connection.execute(update(table).where(table.c.name == name).values(**values))
            if not changed.rowcount:
                raise Impossible(f"there is no {table.name} {name!r}")
