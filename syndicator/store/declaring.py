"""The rows of what is declared, kept in step with the declarations."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from functools import partial

from sqlalchemy import Connection, Table, delete, insert, select, update

from syndicator.domain.article import ArticleState
from syndicator.domain.feed import Feed
from syndicator.store import schema
from syndicator.store.engine import Base
from syndicator.store.fingerprint import fingerprint
from syndicator.store.locks import hold_articles, hold_names
from syndicator.store.records import article_of
from syndicator.store.upsert import insert_missing

#: Articles read at once when a feed is filled anew.
ARTICLES_AT_ONCE = 1000


class Declaring(Base):
    """Sources, feeds and channels that are declared."""

    def declare(
        self,
        sources: Collection[str],
        feeds: Collection[Feed],
        channels: Collection[str],
        now: datetime,
    ) -> None:
        """Make a row for everything declared; mark what no longer is; fill feeds whose declaration is
        new or has changed with the articles on file."""

        def work(connection: Connection) -> None:
            _declare(connection, schema.source, sources, {"next_look": now, "memory": {}, "problems": []})
            _declare(connection, schema.channel, channels, {})
            # A person has just mended or restarted something: stopped channels get another chance, and other
            # quiet hours may be declared.
            connection.execute(update(schema.channel).values(is_stopped=False, quiet_until=None))
            _declare(
                connection, schema.feed, [feed.name for feed in feeds], {"next_build": now, "changed": now}
            )

        self.transact(work)
        # Each by itself: a feed's row comes after its articles.
        with self.reading() as connection:
            table = schema.feed
            known = {
                row.name: row.declaration
                for row in connection.execute(select(table.c.name, table.c.declaration))
            }
        for feed in feeds:
            if known.get(feed.name) != fingerprint(feed):
                self.transact(partial(_refill, feed=feed, now=now))

    def stop_channel(self, name: str, reason: str) -> None:
        """Begin no delivery of a channel before a person has mended it."""
        table = schema.channel
        with self.writing() as connection:
            connection.execute(
                update(table).where(table.c.name == name).values(is_stopped=True, error=reason)
            )


def _declare(
    connection: Connection, table: Table, names: Iterable[str], defaults: Mapping[str, object]
) -> None:
    declared = sorted(names)
    hold_names(connection, table)
    connection.execute(update(table).values(is_declared=table.c.name.in_(declared)))
    insert_missing(connection, table, [{"name": name, **defaults} for name in declared])


def _refill(connection: Connection, feed: Feed, now: datetime) -> None:
    """Bring membership to what the declaration says; both ends are compared by hash. What goes on being
    carried stays in its archive, and all archives are built again: their documents may look different."""
    table, archive = schema.feed, schema.archive
    last = 0
    while (batch_end := _refill_batch(connection, feed, last)) is not None:
        last = batch_end
    changes = {"changed": now, "wants": archive.c.wants + 1}
    is_of_feed = archive.c.feed == feed.name
    connection.execute(
        select(archive.c.number).where(is_of_feed).order_by(archive.c.number).with_for_update()
    ).all()
    connection.execute(update(archive).where(is_of_feed).values(changes))
    connection.execute(
        update(table)
        .where(table.c.name == feed.name)
        .values(declaration=fingerprint(feed), wants=table.c.wants + 1, changed=now, next_build=now)
    )


def _refill_batch(connection: Connection, feed: Feed, last: int) -> int | None:
    """The difference for the articles after an id: those that come in, and those that go. Returns the last
    one's; ``None``: there were none."""
    member, article = schema.membership, schema.article
    rows = connection.execute(
        select(article)
        .where(article.c.state == ArticleState.LIVE.value, article.c.id > last)
        .order_by(article.c.id)
        .limit(ARTICLES_AT_ONCE)
    ).all()
    if not rows:
        return None
    in_batch = (member.c.feed == feed.name, member.c.article_id.between(last + 1, rows[-1].id))
    query = select(member.c.article_id).where(*in_batch, member.c.gone.is_(None))
    before = set(connection.scalars(query))
    after = {row.id: row.published for row in rows if feed.carries(article_of(row))}
    hold_articles(connection, before ^ after.keys())
    if leaving := before - after.keys():
        connection.execute(delete(member).where(*in_batch, member.c.article_id.in_(leaving)))
    if joining := sorted(after.keys() - before):
        connection.execute(
            insert(member), [{"feed": feed.name, "article_id": i, "published": after[i]} for i in joining]
        )
    return int(rows[-1].id)
