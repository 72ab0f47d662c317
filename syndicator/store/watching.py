"""What **watch** needs: sources in hand, and articles recorded with all that they owe."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError

from syndicator.article import Article, Sighting, State, release, withdraw
from syndicator.delivery import UNKNOWN_REVISION, Delivery, Standing, is_maybe_out, moved
from syndicator.store import schema
from syndicator.store.engine import Base, claim, let_go
from syndicator.store.records import article_of, article_values, delivery_of, delivery_values
from syndicator.stores import Filing, Rung, Watched

Decide = Callable[[Article | None, Sighting], Filing | None]

#: Names looked up in one statement: well below SQLite's and PostgreSQL's limits on parameters.
BATCH = 500


class Watching(Base):
    """See ``ports.WatchStore``."""

    def claim_source(self, name: str, now: datetime, lease: timedelta) -> Watched | None:
        table = schema.source
        with self.writing() as connection:
            claimed = claim(
                connection, table, name, now, lease, table.c.is_paused.is_(False), table.c.is_gone.is_(False)
            )
        if claimed is None:
            return None
        token, row = claimed
        return Watched(
            name=name,
            token=token,
            memory=row.memory,
            since=row.since,
            failures=row.failures,
            problems=row.problems,
        )

    def renew_source(self, watched: Watched, now: datetime, lease: timedelta) -> None:
        table = schema.source
        with self.writing() as connection:
            connection.execute(
                update(table)
                .where(table.c.name == watched.name, table.c.token == watched.token)
                .values(lease_until=now + lease)
            )

    def known(self, names: Iterable[str]) -> Mapping[str, Article]:
        with self.reading() as connection:
            return {name: article for name, (_, article) in _on_file(connection, names).items()}

    def file(self, sightings: Sequence[Sighting], decide: Decide, now: datetime) -> Rung:
        try:
            with self.writing() as connection:
                return _File(connection, now).all(sightings, decide)
        except IntegrityError:
            # Another worker filed one of these articles under our eyes: now it is known.
            with self.writing() as connection:
                return _File(connection, now).all(sightings, decide)

    def withdraw(self, source: str, keys: Sequence[str], now: datetime) -> Rung:
        with self.writing() as connection:
            on_file = _on_file(connection, [f"{source}:{key}" for key in keys], lock=True)
            filing = _File(connection, now)
            for article_id, article in on_file.values():
                if article.source == source and article.state is not State.WITHDRAWN:
                    filing.record(article_id, Filing(article=withdraw(article, now)))
            return filing.rung()

    def release_due(self, now: datetime, channels_of: Callable[[Article], Filing]) -> Rung:
        """Make embargoed articles live whose time has come, each with what it owes."""
        table = schema.article
        with self.writing() as connection:
            rows = connection.execute(
                select(table)
                .where(table.c.state == State.EMBARGOED.value, table.c.release <= now)
                .with_for_update(skip_locked=True)
            ).all()
            filing = _File(connection, now)
            for row in rows:
                filing.record(row.id, channels_of(release(article_of(row))))
            return filing.rung()

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
    ) -> None:
        values: dict[str, Any] = {
            "looked_at": now,
            "next_look": next_look,
            "error": error,
            "problems": list(problems),
            "is_gone": is_gone,
            "failures": watched.failures + 1 if error else 0,
        }
        if memory is not None:
            values["memory"] = dict(memory)
        if not error and is_complete and watched.since is None:
            values["since"] = now
        with self.writing() as connection:
            let_go(connection, schema.source, watched.name, watched.token, **values)


class _File:
    """Records filings in one transaction, and remembers what they rang for."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        self.connection, self.now = connection, now
        self.feeds: set[str] = set()
        self.archives: set[tuple[str, int]] = set()
        self.channels: set[str] = set()

    def rung(self) -> Rung:
        """What is to be done, once it is wished for on record."""
        self.wish()
        return Rung(feeds=frozenset(self.feeds), channels=frozenset(self.channels))

    def all(self, sightings: Sequence[Sighting], decide: Decide) -> Rung:
        names = {name for sighting in sightings for name in sighting.names}
        on_file = _on_file(self.connection, names, lock=True)
        sources = set()
        for sighting in sightings:
            hit = next((on_file[name] for name in sighting.names if name in on_file), None)
            filing = decide(hit[1] if hit else None, sighting)
            if filing:
                article_id = self.record(hit[0] if hit else None, filing)
                hit = (article_id, filing.article)
                sources.add(sighting.source)
            if hit:
                self.name(hit[0], [name for name in sighting.names if name not in on_file])
                on_file.update(dict.fromkeys(sighting.names, hit))
        if sources:
            self.connection.execute(
                update(schema.source).where(schema.source.c.name.in_(sources)).values(found_at=self.now)
            )
        return self.rung()

    def name(self, article_id: int, names: Sequence[str]) -> None:
        if not names:
            return
        dialect = postgresql if self.connection.dialect.name == "postgresql" else sqlite
        self.connection.execute(
            dialect.insert(schema.alias).on_conflict_do_nothing(),
            [{"name": name, "article_id": article_id} for name in names],
        )

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
        """Bring the article's memberships to what they should be. A correction leaves it in its archive; one
        that comes back after a retraction is in none, so that readers see it again."""
        table, article = schema.membership, filing.article
        mine = table.c.article_id == article_id
        rows = self.connection.execute(
            select(table.c.feed, table.c.page, table.c.gone, table.c.published).where(mine).with_for_update()
        ).all()
        carried = {row.feed for row in rows if row.gone is None}
        tombs = {row.feed for row in rows} - carried
        after = filing.feeds if article.state is State.LIVE else frozenset[str]()
        if article.state is not State.LIVE:  # retracted, or withheld until its time
            gone = {"gone": article.updated, "page": None, "left_out": None}
            self.connection.execute(update(table).where(mine, table.c.gone.is_(None)).values(gone))
        elif leaves := {row.feed for row in rows} - after:
            self.connection.execute(delete(table).where(mine, table.c.feed.in_(leaves)))
        if back := tombs & after:
            alive = {"gone": None, "page": None, "published": article.published}
            self.connection.execute(update(table).where(mine, table.c.feed.in_(back)).values(alive))
        if any(row.published != article.published for row in rows if row.feed in carried & after):
            self.connection.execute(update(table).where(mine).values(published=article.published))
        if new := sorted(after - carried - tombs):
            self.connection.execute(
                insert(table),
                [{"feed": f, "article_id": article_id, "published": article.published} for f in new],
            )
        self.archives.update((row.feed, row.page) for row in rows if row.page is not None)
        self.feeds |= carried | after
        if article.state is not State.WITHDRAWN:
            self.feeds |= tombs

    def wish(self) -> None:
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
        wants = article.revision if article.state is State.LIVE else None
        rows = self.connection.execute(
            select(table).where(table.c.article_id == article_id).with_for_update()
        ).all()
        for row in rows:
            if row.wants != wants:
                before = delivery_of(row, article.guid)
                self.change(before, moved(before, wants, self.now), article)
        new = filing.channels - {row.channel for row in rows}
        if not new or article.state is State.WITHDRAWN:
            return
        standing = Standing.PENDING if article.state is State.LIVE else Standing.HELD
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


def _on_file(
    connection: Connection, names: Iterable[str], *, lock: bool = False
) -> dict[str, tuple[int, Article]]:
    """The articles under these names, with their row ids; one object per article."""
    asked = sorted(set(names))
    found: dict[str, tuple[int, Article]] = {}
    articles: dict[int, Article] = {}
    for start in range(0, len(asked), BATCH):
        query = (
            select(schema.alias.c.name, schema.article)
            .join(schema.article, schema.alias.c.article_id == schema.article.c.id)
            .where(schema.alias.c.name.in_(asked[start : start + BATCH]))
            .order_by(schema.article.c.id)
        )
        if lock:
            query = query.with_for_update(of=schema.article)
        for row in connection.execute(query):
            article = articles.setdefault(row.id, article_of(row))
            found[row.name] = (row.id, article)
    return found
