"""The console's questions to the record, and operators' decisions."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, Table, and_, func, insert, or_, select, update

from syndicator.domain.article import Article, ArticleState
from syndicator.domain.brakes import Decision, hold_warnings
from syndicator.domain.decisions import Impossible, Ruling
from syndicator.domain.delivery import Delivery, Standing
from syndicator.domain.ledger import Ledger
from syndicator.store import schema
from syndicator.store.audience import Audiences
from syndicator.store.circulation import Circulations
from syndicator.store.liveness import MAX_SILENCE
from syndicator.store.readership import Readership
from syndicator.store.records import article_of, delivery_of, delivery_values
from syndicator.store.roundup_lines import InRoundup, RoundupLines, in_roundups

#: Deliveries on one page of the console.
PAGE_LENGTH = 50

#: Columns that no page shows: sources' memory, fingerprints, and whose hand a row is in.
HIDDEN_COLUMNS = ("memory", "past", "token", "declaration")


@dataclass(frozen=True, kw_only=True, slots=True)
class DeliveryLine:
    """A delivery with its article, as the console shows it. ``settled_at``: the end of its last step.
    ``roundup``: where it is told of with others."""

    delivery: Delivery
    article: Article
    settled_at: datetime | None
    roundup: InRoundup | None = None


class Console(Readership, Audiences, Circulations, RoundupLines):
    """Questions and decisions of operators. Rows that are no longer declared are left out."""

    def sources(self) -> Sequence[Row[Any]]:
        """The rows of ``schema.source``, by name, without ``HIDDEN_COLUMNS``."""
        return self._declared(schema.source)

    def source(self, name: str) -> Row[Any]:
        """The row of one source, declared or not. Raises ``NoResultFound``."""
        with self.reading() as connection:
            return connection.execute(select(schema.source).where(schema.source.c.name == name)).one()

    def feeds(self) -> Sequence[Row[Any]]:
        """The rows of ``schema.feed``, likewise."""
        return self._declared(schema.feed)

    def channels(self) -> Sequence[Row[Any]]:
        """The rows of ``schema.channel``, likewise."""
        return self._declared(schema.channel)

    def empty_feeds(self) -> frozenset[str]:
        """Declared feeds that carry no live article."""
        feed, member, article = schema.feed, schema.membership, schema.article
        carries = (
            select(member.c.article_id)
            .join(article, article.c.id == member.c.article_id)
            .where(member.c.feed == feed.c.name, article.c.state == ArticleState.LIVE.value)
            .exists()
        )
        with self.reading() as connection:
            return frozenset(
                connection.scalars(select(feed.c.name).where(feed.c.is_declared.is_(True), ~carries))
            )

    def on_file(self, batch_rows: int = 500) -> Iterator[Article]:
        """Every article that is not withdrawn: newest publication first, then by guid; read in
        batches."""
        table = schema.article
        newest_first = (
            select(table)
            .where(table.c.state.not_in([ArticleState.WITHDRAWN.value, ArticleState.ROUNDUP.value]))
            .order_by(table.c.published.desc(), table.c.guid)
            .limit(batch_rows)
        )
        query = newest_first
        while True:
            with self.reading() as connection:
                rows = connection.execute(query).all()
            yield from map(article_of, rows)
            if len(rows) < batch_rows:
                return
            last = rows[-1]
            is_later_guid = and_(table.c.published == last.published, table.c.guid > last.guid)
            query = newest_first.where(or_(table.c.published < last.published, is_later_guid))

    def article_of_guid(self, guid: str) -> Article | None:
        """The article on file with this guid, in whatever state."""
        with self.reading() as connection:
            row = connection.execute(
                select(schema.article).where(schema.article.c.guid == guid)
            ).one_or_none()
        return article_of(row) if row else None

    def _declared(self, table: Table) -> Sequence[Row[Any]]:
        columns = [column for column in table.c if column.name not in HIDDEN_COLUMNS]
        query = select(*columns).where(table.c.is_declared.is_(True)).order_by(table.c.name)
        with self.reading() as connection:
            return connection.execute(query).all()

    def left_out(self, count: int = PAGE_LENGTH) -> Sequence[tuple[str, Article, str]]:
        """Articles that are not in all documents of a feed that carries them: the feed, the article, and why,
        one line for each format."""
        member, article, feed = schema.membership, schema.article, schema.feed
        query = (
            select(member.c.feed, member.c.left_out, article)
            .join(article, member.c.article_id == article.c.id)
            .join(feed, member.c.feed == feed.c.name)
            .where(member.c.left_out.is_not(None), feed.c.is_declared.is_(True))
            .order_by(member.c.feed, member.c.article_id.desc())
            .limit(count)
        )
        with self.reading() as connection:
            return [(row.feed, article_of(row), row.left_out) for row in connection.execute(query)]

    def processes(self, now: datetime) -> Sequence[Row[Any]]:
        """Processes that have been heard of lately: ``name``, ``kind``, ``started``, ``seen``."""
        table = schema.process
        query = select(table).where(table.c.seen > now - MAX_SILENCE).order_by(table.c.kind, table.c.started)
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
        """Since when the oldest pending delivery of each channel has been owed; those whose post is out, and
        lacks its photo alone, are none."""
        table = schema.delivery
        query = (
            select(table.c.channel, func.min(table.c.created))
            .where(table.c.standing == Standing.PENDING.value, table.c.photo_owed == 0)
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
        self, *, standing: str = "", channel: str = "", before: int | None = None, count: int = PAGE_LENGTH
    ) -> list[DeliveryLine]:
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

    def delivery_numbers(self, channel: str, standings: Collection[Standing]) -> Sequence[int]:
        """All deliveries of a channel that stand in one of these ways, oldest first."""
        table = schema.delivery
        has_standing = table.c.standing.in_([standing.value for standing in standings])
        query = select(table.c.id).where(table.c.channel == channel, has_standing).order_by(table.c.id)
        with self.reading() as connection:
            return connection.scalars(query).all()

    def deliveries_of(self, guid: str) -> list[DeliveryLine]:
        """The deliveries of an article."""
        table, article = schema.delivery, schema.article
        return self._lines(
            select(table).where(
                table.c.article_id == select(article.c.id).where(article.c.guid == guid).scalar_subquery()
            )
        )

    def delivery(self, delivery_id: int) -> DeliveryLine | None:
        lines = self._lines(select(schema.delivery).where(schema.delivery.c.id == delivery_id))
        return lines[0] if lines else None

    def _lines(self, query: Select[Any]) -> list[DeliveryLine]:
        table = schema.article
        with self.reading() as connection:
            rows = connection.execute(query).all()
            article_rows = connection.execute(
                select(table).where(table.c.id.in_({r.article_id for r in rows}))
            )
            articles = {article_row.id: article_of(article_row) for article_row in article_rows}
            roundups = in_roundups(connection, rows)
        return [
            DeliveryLine(
                delivery=delivery_of(row, articles[row.article_id].guid),
                article=articles[row.article_id],
                settled_at=row.settled_at,
                roundup=roundups.get(row.id),
            )
            for row in rows
        ]

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
            article_on_file = article_of(
                connection.execute(select(article).where(article.c.id == row.article_id)).one()
            )
            decided = ruling(delivery_of(row, article_on_file.guid), article_on_file, now)
            connection.execute(
                update(table).where(table.c.id == delivery_id).values(**delivery_values(decided))
            )
            connection.execute(insert(schema.event), {"at": now, "delivery_id": delivery_id, "text": event})
        return decided

    def want_built(self, feeds: Collection[str]) -> None:
        """Have feeds written anew, archives and all, although none of their articles has changed."""
        feed, archive = schema.feed, schema.archive
        with self.writing() as connection:
            connection.execute(update(feed).where(feed.c.name.in_(feeds)).values(wants=feed.c.wants + 1))
            connection.execute(
                update(archive).where(archive.c.feed.in_(feeds)).values(wants=archive.c.wants + 1)
            )

    def pause_channel(self, name: str) -> None:
        """No delivery begins until it is resumed; the queue is kept."""
        self._set(schema.channel, name, is_paused=True)

    def resume_channel(self, name: str) -> None:
        """Go on at once, whether it was paused by an operator, rested, or was stopped by an error."""
        with self.reading() as connection:
            query = select(schema.channel.c.ledger).where(schema.channel.c.name == name)
            ledger = Ledger.from_json(connection.scalar(query)).without_waits()
        self._set(
            schema.channel,
            name,
            is_paused=False,
            is_stopped=False,
            paused_until=None,
            failures=0,
            error="",
            ledger=ledger.as_json(),
        )

    def pause_source(self, name: str) -> None:
        """It is not looked at until it is resumed."""
        self._set(schema.source, name, is_paused=True)

    def resume_source(self, name: str, now: datetime) -> None:
        self._set(schema.source, name, is_paused=False, next_look=now)

    def decide(self, name: str, decision: Decision, now: datetime) -> None:
        """Say of all that is held at a source whether it is meant; its next look, which is due now, hears it.
        Raises ``Impossible`` where nothing is held, or the source is paused."""
        table = schema.source
        with self.reading() as connection:
            row = connection.execute(select(table.c.held).where(table.c.name == name)).one_or_none()
        if row is not None and not hold_warnings(row.held):
            raise Impossible(f"nothing is held at the source {name}")
        self.look_now(name, now)
        self._set(table, name, decision=decision.value)

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
            result = connection.execute(update(table).where(table.c.name == name).values(**values))
            if not result.rowcount:
                raise Impossible(f"there is no {table.name} {name!r}")
