"""Filing articles: what one transaction writes of them, the feeds that carry them and the posts they owe."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from syndicator.domain.article import Article, ArticleState, Sighting
from syndicator.domain.delivery import UNKNOWN_REVISION, Delivery, Standing, is_maybe_out, moved
from syndicator.domain.history import Membership, changes
from syndicator.jobs.store_ports import Filing, Wakeups
from syndicator.store import schema
from syndicator.store.locks import batches, hold_articles, hold_names
from syndicator.store.records import article_of, article_values, delivery_of, delivery_values
from syndicator.store.roundups import came_back, move_roundup

Decide = Callable[[Article | None, Sighting], Filing | None]

#: The beginning of the name under which an article's twin is on file; its guid follows.
TWIN = "twin:"


class FilingTransaction:
    """Filings recorded in one transaction, and the feeds, archives and channels that these leave with work to
    do."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        self.connection, self.now = connection, now
        self.feeds: set[str] = set()
        self.archives: set[tuple[str, int]] = set()
        self.channels: set[str] = set()
        self.roundups: set[int] = set()
        self.names: dict[str, int] = {}

    def wakeups(self) -> Wakeups:
        """Writes the new names and what is to be built; returns whom to wake after the commit."""
        self.write_names()
        for roundup_id in sorted(self.roundups):
            self.channels.add(move_roundup(self.connection, roundup_id, self.now))
        self.want_builds()
        return Wakeups(feeds=frozenset(self.feeds), channels=frozenset(self.channels))

    def file(self, sightings: Sequence[Sighting], decide: Decide) -> Wakeups:
        names = {name for sighting in sightings for name in sighting.names}
        source_names = {sighting.source for sighting in sightings}
        hold_names(self.connection, schema.source, schema.source.c.name.in_(source_names))
        on_file = articles_by_name(self.connection, names, lock=True)
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
                self.names |= twin_names(entry, [on_file[n] for n in sighting.names if n in on_file])
                on_file.update(dict.fromkeys(sighting.names, entry))
        if sources:
            self.connection.execute(
                update(schema.source).where(schema.source.c.name.in_(sources)).values(found_at=self.now)
            )
        return self.wakeups()

    def write_names(self) -> None:
        """The new names of articles. One that another hand gives away at the same moment is no new name: then
        all of this is done once more, with that article known."""
        twins = [name for name in self.names if name.startswith(TWIN)]
        known = articles_by_name(self.connection, twins).keys() if twins else ()
        names = sorted(self.names.keys() - known)
        rows = [{"name": name, "article_id": self.names[name]} for name in names]
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
        story = article.story or None
        if any(row.story != story for row in rows):
            self.connection.execute(update(table).where(table.c.article_id == article_id).values(story=story))
        for row in rows:
            if row.wants != wants:
                before = delivery_of(row, article.guid)
                self.change(before, moved(before, wants, self.now), article)
                if row.roundup_id is not None:
                    self.roundups.add(row.roundup_id)
                    if row.wants is None:
                        came_back(self.connection, row.id)
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
                    "story": story,
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


def twin_names(entry: tuple[int, Article], others: Iterable[tuple[int, Article]]) -> dict[str, int]:
    """Names by which two articles of one source know each other that turn out to be one: what retracts the
    one retracts the other."""
    article_id, article = entry
    twins = {i: other for i, other in others if i != article_id and other.source == article.source}
    names = {f"{TWIN}{article.guid}": i for i in twins}
    return names | {f"{TWIN}{other.guid}": article_id for other in twins.values()}


def _membership(row: Any) -> Membership:
    return Membership(feed=row.feed, published=row.published, archive=row.page, is_gone=row.gone is not None)


def articles_by_name(
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
