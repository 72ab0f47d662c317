"""The record as **build** needs it: stale feeds in hand, the newest articles of each, and its archives."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, insert, or_, select, update

from syndicator.domain import backoff
from syndicator.domain.article import Article
from syndicator.domain.history import closing
from syndicator.jobs.store_ports import Archive, Outcome, Stale
from syndicator.store import schema
from syndicator.store.engine import Base
from syndicator.store.leases import NOW, claim, claiming, let_go, releasing
from syndicator.store.locks import batches, hold_articles
from syndicator.store.records import article_of
from syndicator.store.topics import move_topic

member, article, archive, feed_row = schema.membership, schema.article, schema.archive, schema.feed

#: A membership whose article stands in no archive yet, and one whose article does: the parts of the table
#: that have an index each.
IN_NO_ARCHIVE = (member.c.page.is_(None), member.c.gone.is_(None))
IN_AN_ARCHIVE = (member.c.page.is_not(None), member.c.gone.is_(None))

_CLAIM = claiming(feed_row, or_(feed_row.c.wants != feed_row.c.has, feed_row.c.expires <= NOW))
_RELEASE = releasing(feed_row)
_RELEASE_STALE = releasing(feed_row, wants=feed_row.c.wants + 1)


class Building(Base):
    """See ``jobs.store_ports.BuildStore``."""

    def claim_feed(self, name: str, now: datetime, lease: timedelta) -> Stale | None:
        with self.writing() as connection:
            claimed = claim(connection, _CLAIM, name, now, lease)
        if claimed is None:
            return None
        token, row = claimed
        is_due = row.expires is not None and row.expires <= now
        changed = max(row.changed, row.expires) if is_due else row.changed
        return Stale(name=name, token=token, wants=row.wants, changed=changed, failures=row.failures)

    def close_archives(self, stale: Stale, length: int, now: datetime, *, limit: int) -> bool:
        for _ in range(limit):
            if not self.transact(lambda connection: _close(connection, stale, length, now)):
                return False
        return True

    def unbuilt_archives(self, feed: str, limit: int) -> Sequence[Archive]:
        query = (
            select(archive.c.number, archive.c.wants, archive.c.changed)
            .where(archive.c.feed == feed, archive.c.wants != archive.c.has)
            .order_by(archive.c.number.desc())
            .limit(limit)
        )
        with self.reading() as connection:
            rows = connection.execute(query)
            return [Archive(number=r.number, wants=r.wants, changed=r.changed) for r in rows]

    def last_archive(self, feed: str) -> int:
        with self.reading() as connection:
            return _last_archive(connection, feed)

    def archived(self, feed: str, number: int) -> Sequence[Article]:
        with self.reading() as connection:
            return _newest(connection, feed, None, member.c.page == number, member.c.gone.is_(None))

    def newest(self, feed: str, count: int, since: datetime | None = None) -> Sequence[Article]:
        is_recent = [member.c.published > since] if since else []
        with self.reading() as connection:
            unarchived = _newest(connection, feed, count, *IN_NO_ARCHIVE, *is_recent)
            missing = count - len(unarchived)
            archived = _newest(connection, feed, missing, *IN_AN_ARCHIVE, *is_recent) if missing else []
        return sorted(sorted([*unarchived, *archived], key=_guid_of), key=_publication_of, reverse=True)

    def withdrawn(self, feed: str, count: int) -> Sequence[Article]:
        query = (
            select(article)
            .join(member, member.c.article_id == article.c.id)
            .where(member.c.feed == feed, member.c.gone.is_not(None))
            .order_by(member.c.gone.desc(), article.c.guid)
            .limit(count)
        )
        with self.reading() as connection:
            return [article_of(row) for row in connection.execute(query)]

    def settle_feed(self, stale: Stale, outcome: Outcome, now: datetime) -> Sequence[str]:
        values: dict[str, Any]
        if outcome.error:
            next_build = now + backoff.FEED.wait(stale.failures + 1)
            values = {"failures": stale.failures + 1, "next_build": next_build}
        else:
            values = {"has": stale.wants, "built_at": now, "failures": 0, "expires": outcome.expires}
            if outcome.has_more:
                values["next_build"] = now
        release = _RELEASE_STALE if outcome.has_more and not outcome.error else _RELEASE

        def work(connection: Connection) -> Sequence[str]:
            _note_left_out(connection, stale.name, outcome)
            for built in sorted(outcome.archives, key=lambda built: built.number):
                this_archive = (archive.c.feed == stale.name, archive.c.number == built.number)
                connection.execute(update(archive).where(*this_archive).values(has=built.wants))
            if not let_go(connection, release, stale.name, stale.token, error=outcome.error, **values):
                return []  # another hand builds it, and tells
            topics = sorted(outcome.topics.items())
            changed = {name for name, has in topics if move_topic(connection, name, has, now)}
            return [name for name in outcome.topics if name in changed]

        return self.transact(work)


def _close(connection: Connection, stale: Stale, length: int, now: datetime) -> bool:
    """Close one archive, if it is time. The feed's row is held by its lease; two hands that think so meet at
    the archive's number."""
    token_on_record = connection.scalar(select(feed_row.c.token).where(feed_row.c.name == stale.name))
    waiting = select(member.c.article_id).where(member.c.feed == stale.name, *IN_NO_ARCHIVE)
    count = connection.scalar(select(func.count()).select_from(waiting.limit(length).subquery()))
    closing_count = closing(count or 0, length)
    if token_on_record != stale.token or not closing_count:
        return False
    oldest = (
        waiting.join(article, member.c.article_id == article.c.id)
        .order_by(member.c.published, article.c.guid)
        .limit(closing_count)
    )
    chosen = connection.scalars(oldest).all()
    hold_articles(connection, chosen)
    number = _last_archive(connection, stale.name) + 1
    closed = connection.execute(
        update(member)
        .where(
            member.c.feed == stale.name,
            member.c.article_id.in_(chosen),
            *IN_NO_ARCHIVE,  # still: another hand may have retracted one of them just now
        )
        .values(page=number)
    )
    if closed.rowcount:
        _want_built(connection, stale.name, [number - 1], now)  # which now has a follower
        connection.execute(
            insert(archive), {"feed": stale.name, "number": number, "changed": now, "wants": 1, "has": 0}
        )
    return True


def _newest(
    connection: Connection, feed: str, count: int | None, *conditions: ColumnElement[bool]
) -> list[Article]:
    query = (
        select(article)
        .join(member, member.c.article_id == article.c.id)
        .where(member.c.feed == feed, *conditions)
        .order_by(member.c.published.desc(), article.c.guid)
        .limit(count)
    )
    return [article_of(row) for row in connection.execute(query)]


def _last_archive(connection: Connection, feed: str) -> int:
    return connection.scalar(select(func.max(archive.c.number)).where(archive.c.feed == feed)) or 0


def _want_built(connection: Connection, feed: str, numbers: Sequence[int], now: datetime) -> None:
    connection.execute(
        update(archive)
        .where(archive.c.feed == feed, archive.c.number.in_(numbers))
        .values(wants=archive.c.wants + 1, changed=now)
    )


def _note_left_out(connection: Connection, feed: str, outcome: Outcome) -> None:
    """Put on record why an article is left out, and forget it of those that are in again."""
    rows = connection.execute(
        select(member.c.article_id, article.c.guid, member.c.left_out)
        .join(article, member.c.article_id == article.c.id)
        .where(member.c.feed == feed, member.c.left_out.is_not(None))
    ).all()
    before = {row.guid: row.left_out for row in rows if row.guid in set(outcome.carried)}
    after = dict(outcome.left_out)
    changed = [guid for guid in before.keys() | after.keys() if before.get(guid) != after.get(guid)]
    ids: dict[str, int] = {}
    for batch in batches(changed):
        query = select(article.c.guid, article.c.id).where(article.c.guid.in_(batch))
        ids |= {row.guid: row.id for row in connection.execute(query)}
    hold_articles(connection, ids.values())
    for guid, article_id in ids.items():
        connection.execute(
            update(member)
            .where(member.c.feed == feed, member.c.article_id == article_id)
            .values(left_out=after.get(guid))
        )


def _guid_of(article: Article) -> str:
    return article.guid


def _publication_of(article: Article) -> datetime:
    return article.published
