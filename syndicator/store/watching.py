"""The record as **watch** needs it: sources in hand, and articles recorded with all that they owe."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, case, delete, func, insert, select, update

from syndicator.domain.article import Article, ArticleState, Sighting, release, withdraw
from syndicator.domain.delivery import UNKNOWN_REVISION, Delivery, Standing, is_maybe_out, moved
from syndicator.domain.history import Membership, changes
from syndicator.jobs.store_ports import Filing, Wakeups, Watched, overdue
from syndicator.store import schema
from syndicator.store.engine import Base
from syndicator.store.leases import claim, let_go
from syndicator.store.locks import batches, hold_articles, hold_names
from syndicator.store.records import article_of, article_values, delivery_of, delivery_values

Decide = Callable[[Article | None, Sighting], Filing | None]


class Watching(Base):
    """See ``jobs.store_ports.WatchStore``."""

    def claim_source(self, name: str, now: datetime, lease: timedelta) -> Watched | None:
        """Take a source in hand. A look whose lease has run out never ended: that is told at the source at
        once, since the next one may fare the same."""
        table = schema.source
        may_be_looked_at = table.c.is_paused.is_(False), table.c.is_gone.is_(False)
        with self.writing() as connection:
            claimed = claim(
                connection, table, name, now, lease, *may_be_looked_at, table.c.lease_until.is_(None)
            )
            is_overdue = claimed is None
            claimed = claimed or claim(connection, table, name, now, lease, *may_be_looked_at)
            if claimed is None:
                return None
            token, row = claimed
            failures = row.failures + is_overdue
            if is_overdue:
                connection.execute(
                    update(table).where(table.c.name == name).values(failures=failures, error=overdue(lease))
                )
        return Watched(
            name=name,
            token=token,
            memory=row.memory,
            since=row.since,
            failures=failures,
            problems=row.problems,
            past=row.past,
            held=row.held,
            decision=row.decision,
            gone_since=row.gone_since,
            is_overdue=is_overdue,
        )

    def renew_source(
        self,
        watched: Watched,
        now: datetime,
        lease: timedelta,
        *,
        memory: Mapping[str, Any] | None = None,
    ) -> bool:
        table = schema.source
        values = {"lease_until": now + lease, **({"memory": dict(memory)} if memory is not None else {})}
        with self.writing() as connection:
            result = connection.execute(
                update(table)
                .where(table.c.name == watched.name, table.c.token == watched.token)
                .values(**values)
            )
        return result.rowcount == 1

    def known(self, names: Iterable[str]) -> Mapping[str, Article]:
        with self.reading() as connection:
            return {name: article for name, (_, article) in _on_file(connection, names).items()}

    def file(self, sightings: Sequence[Sighting], decide: Decide, now: datetime) -> Wakeups:
        # Where another hand files one of these articles under our eyes, it is known the second time.
        return self.transact(lambda connection: _FilingTransaction(connection, now).file(sightings, decide))

    def withdraw(self, source: str, keys: Sequence[str], now: datetime) -> Wakeups:
        def work(connection: Connection) -> Wakeups:
            on_file = _on_file(connection, [f"{source}:{key}" for key in keys], lock=True)
            transaction = _FilingTransaction(connection, now)
            for article_id, article in dict(on_file.values()).items():
                if article.source == source and article.state is not ArticleState.WITHDRAWN:
                    transaction.record(article_id, Filing(article=withdraw(article, now)))
            return transaction.wakeups()

        return self.transact(work)

    def refile(
        self, source: str, keys: Sequence[str], filing_of: Callable[[Article], Filing], now: datetime
    ) -> Wakeups:
        def work(connection: Connection) -> Wakeups:
            on_file = _on_file(connection, [f"{source}:{key}" for key in keys], lock=True)
            transaction = _FilingTransaction(connection, now)
            for article_id, article in dict(on_file.values()).items():
                if article.source == source and article.state is not ArticleState.WITHDRAWN:
                    transaction.record(article_id, filing_of(article))
            return transaction.wakeups()

        return self.transact(work)

    def live(self, source: str, limit: int) -> int:
        table = schema.article
        counted = (
            select(table.c.id)
            .where(table.c.source == source, table.c.state == ArticleState.LIVE.value)
            .limit(limit)
            .subquery()
        )
        with self.reading() as connection:
            return connection.scalar(select(func.count()).select_from(counted)) or 0

    def hold(self, watched: Watched, held: Mapping[str, Any]) -> None:
        table = schema.source
        is_mine = (table.c.name == watched.name, table.c.token == watched.token)
        with self.writing() as connection:
            connection.execute(update(table).where(*is_mine).values(held=dict(held)))

    def release_due(self, now: datetime, channels_of: Callable[[Article], Filing]) -> Wakeups:
        """Make embargoed articles live whose time has come, each with what it owes."""
        table = schema.article

        def work(connection: Connection) -> Wakeups:
            rows = connection.execute(
                select(table)
                .where(table.c.state == ArticleState.EMBARGOED.value, table.c.release <= now)
                .with_for_update(skip_locked=True, key_share=True)
            ).all()
            transaction = _FilingTransaction(connection, now)
            for row in rows:
                transaction.record(row.id, channels_of(release(article_of(row))))
            return transaction.wakeups()

        return self.transact(work)

    def settle_source(
        self,
        watched: Watched,
        *,
        now: datetime,
        next_look: datetime,
        memory: Mapping[str, Any] | None = None,
        error: str = "",
        problems: Sequence[str] = (),
        is_complete: bool = True,
        is_gone: bool = False,
        gone_since: datetime | None = None,
        past: Mapping[str, Any] | None = None,
        held: Mapping[str, Any] | None = None,
    ) -> None:
        values: dict[str, Any] = {
            "looked_at": now,
            "next_look": next_look,
            "error": error,
            "problems": list(problems),
            "is_gone": is_gone,
            "gone_since": gone_since,
            "failures": watched.failures + 1 if error else 0,
        }
        if memory is not None:
            values["memory"] = dict(memory)
        if past is not None:
            values["past"] = dict(past)
        if held is not None:
            values["held"] = dict(held)
            table = schema.source  # what was decided while we looked is heard by the next look
            values["decision"] = case((table.c.decision == watched.decision, ""), else_=table.c.decision)
        if not error and is_complete and watched.since is None:
            values["since"] = now
        with self.writing() as connection:
            let_go(connection, schema.source, watched.name, watched.token, **values)


class _FilingTransaction:
    """Filings recorded in one transaction, and the feeds, archives and channels that these leave with work to
    do."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        self.connection, self.now = connection, now
        self.feeds: set[str] = set()
        self.archives: set[tuple[str, int]] = set()
        self.channels: set[str] = set()
        self.names: dict[str, int] = {}

    def wakeups(self) -> Wakeups:
        """Writes the new names and what is to be built; returns whom to wake after the commit."""
        self.write_names()
        self.want_builds()
        return Wakeups(feeds=frozenset(self.feeds), channels=frozenset(self.channels))

    def file(self, sightings: Sequence[Sighting], decide: Decide) -> Wakeups:
        names = {name for sighting in sightings for name in sighting.names}
        source_names = {sighting.source for sighting in sightings}
        hold_names(self.connection, schema.source, schema.source.c.name.in_(source_names))
        on_file = _on_file(self.connection, names, lock=True)
        sources = set()
        for sighting in sightings:
            entry = next((on_file[name] for name in sighting.names if name in on_file), None)
            filing = decide(entry[1] if entry else None, sighting)
            if filing:
                article_id = self.record(entry[0] if entry else None, filing)
                entry = (article_id, filing.article)
                sources.add(sighting.source)
            if entry:
                self.names |= dict.fromkeys((n for n in sighting.names if n not in on_file), entry[0])
                on_file.update(dict.fromkeys(sighting.names, entry))
        if sources:
            self.connection.execute(
                update(schema.source).where(schema.source.c.name.in_(sources)).values(found_at=self.now)
            )
        return self.wakeups()

    def write_names(self) -> None:
        """The new names of articles. One that another hand gives away at the same moment is no new name: then
        all of this is done once more, with that article known."""
        rows = [{"name": name, "article_id": self.names[name]} for name in sorted(self.names)]
        if rows:
            self.connection.execute(insert(schema.alias), rows)

    def record(self, article_id: int | None, filing: Filing) -> int:
        """The article, its memberships and its deliveries."""
        values = article_values(filing.article)
        if article_id is None:
            article_id = self.connection.execute(
                insert(schema.article).returning(schema.article.c.id), values
            ).scalar_one()
        else:
            self.connection.execute(
                update(schema.article).where(schema.article.c.id == article_id).values(values)
            )
        self.join_feeds(article_id, filing)
        self.owe(article_id, filing)
        return article_id

    def join_feeds(self, article_id: int, filing: Filing) -> None:
        """Write what becomes of the article's memberships (``domain.history``)."""
        table, article = schema.membership, filing.article
        is_of_article = table.c.article_id == article_id
        rows = self.connection.execute(
            select(table.c.feed, table.c.page, table.c.gone, table.c.published)
            .where(is_of_article)
            .with_for_update()
        ).all()
        change = changes([_membership(row) for row in rows], article, filing.feeds)
        if change.buried:
            gone = {"gone": article.updated, "page": None, "left_out": None}
            self.connection.execute(update(table).where(is_of_article, table.c.gone.is_(None)).values(gone))
        if change.left:
            self.connection.execute(delete(table).where(is_of_article, table.c.feed.in_(change.left)))
        if change.revived:
            alive = {"gone": None, "page": None, "published": article.published}
            self.connection.execute(
                update(table).where(is_of_article, table.c.feed.in_(change.revived)).values(alive)
            )
        if change.moved:
            self.connection.execute(update(table).where(is_of_article).values(published=article.published))
        if change.joined:
            self.connection.execute(
                insert(table),
                [
                    {"feed": feed, "article_id": article_id, "published": article.published}
                    for feed in sorted(change.joined)
                ],
            )
        self.archives |= change.archives
        self.feeds |= change.feeds

    def want_builds(self) -> None:
        """Feeds and archives whose articles have changed want to be built. Once for all of a transaction and
        after all else, in this order everywhere, so that no two hands wait for each other's rows."""
        archive, feed = schema.archive, schema.feed
        for name, number in sorted(self.archives):
            self.connection.execute(
                update(archive)
                .where(archive.c.feed == name, archive.c.number == number)
                .values(wants=archive.c.wants + 1, changed=self.now)
            )
        for name in sorted(self.feeds):
            self.connection.execute(
                update(feed)
                .where(feed.c.name == name)
                .values(wants=feed.c.wants + 1, changed=self.now, next_build=self.now)
            )

    def owe(self, article_id: int, filing: Filing) -> None:
        table = schema.delivery
        article = filing.article
        wants = article.revision if article.state is ArticleState.LIVE else None
        rows = self.connection.execute(
            select(table).where(table.c.article_id == article_id).with_for_update()
        ).all()
        for row in rows:
            if row.wants != wants:
                before = delivery_of(row, article.guid)
                self.change(before, moved(before, wants, self.now), article)
        new = filing.channels - {row.channel for row in rows}
        if not new or article.state is ArticleState.WITHDRAWN:
            return
        standing = Standing.PENDING if article.state is ArticleState.LIVE else Standing.HELD
        channels = schema.channel
        restored = self.connection.execute(
            select(channels.c.name, channels.c.restored_at).where(channels.c.name.in_(sorted(new)))
        ).all()
        may_be_out = {row.name for row in restored if is_maybe_out(article, row.restored_at)}
        self.connection.execute(
            insert(table),
            [
                {
                    "article_id": article_id,
                    "channel": channel,
                    "wants": wants,
                    "standing": standing.value,
                    "next_attempt": self.now,
                    "attempted": UNKNOWN_REVISION if channel in may_be_out else None,
                    "created": self.now,
                    "urgent": article.urgent,
                    "published": article.published,
                }
                for channel in sorted(new)
            ],
        )
        if standing is Standing.PENDING:
            self.channels.update(new)

    def change(self, before: Delivery, after: Delivery, article: Article) -> None:
        self.connection.execute(
            update(schema.delivery)
            .where(schema.delivery.c.id == after.id)
            .values(**delivery_values(after), urgent=article.urgent, published=article.published)
        )
        if after != before:
            self.channels.add(after.channel)


def _membership(row: Any) -> Membership:
    return Membership(feed=row.feed, published=row.published, archive=row.page, is_gone=row.gone is not None)


def _on_file(
    connection: Connection, names: Iterable[str], *, lock: bool = False
) -> dict[str, tuple[int, Article]]:
    """The articles under these names, with their row ids; one object per article."""
    alias, article = schema.alias, schema.article
    ids: dict[str, int] = {}
    for batch in batches(names):
        query = select(alias.c.name, alias.c.article_id).where(alias.c.name.in_(batch))
        ids |= {row.name: row.article_id for row in connection.execute(query)}
    if lock:
        rows = hold_articles(connection, ids.values())
    else:
        queries = (select(article).where(article.c.id.in_(batch)) for batch in batches(ids.values()))
        rows = [row for query in queries for row in connection.execute(query)]
    articles = {row.id: article_of(row) for row in rows}
    return {name: (article_id, articles[article_id]) for name, article_id in ids.items()}
