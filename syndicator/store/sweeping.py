"""The rows that **sweep** rings for: those that want something, and are in no hand."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Table, and_, not_, or_, select

from syndicator.domain.article import ArticleState
from syndicator.jobs.job import Job
from syndicator.jobs.store_ports import Due, Wish
from syndicator.store import schema
from syndicator.store.announcing import newest_announcement
from syndicator.store.broadcasting import is_behind
from syndicator.store.delivery_queue import due, is_post
from syndicator.store.engine import Base
from syndicator.store.followers import due_answers
from syndicator.store.leases import is_free
from syndicator.store.topics import due_topics

#: Rows of each kind that are asked for at once, where nobody says how many.
MAX_ROWS = 500


class Sweeping(Base):
    """See ``jobs.sweep.SweepStore``."""

    def due(self, now: datetime, limit: int = MAX_ROWS) -> Due:
        """The rows to ring for, as many as ``limit`` of each kind."""
        article = schema.article
        release = and_(article.c.state == ArticleState.EMBARGOED.value, article.c.release <= now)
        with self.reading() as connection:
            return Due(
                wishes=[
                    *_due_channels(connection, now, limit),
                    *_due_feeds(connection, now, limit),
                    *_due_sources(connection, now, limit),
                    *_due_broadcasts(connection, now, limit),
                    *(_wish(Job.BROADCAST, *due) for due in due_answers(connection, now, limit)),
                    *(_wish(Job.DISTRIBUTE, *due) for due in due_topics(connection, now, limit)),
                ],
                has_embargoes=bool(connection.scalar(select(article.c.id).where(release).limit(1))),
            )


def _due_channels(connection: Connection, now: datetime, limit: int) -> list[Wish]:
    """Those with a delivery whose turn may have come; in quiet hours no post, but urgent ones. Whichever the
    database finds first tells one wish from the next: the oldest of a long queue would take reading all of
    it."""
    table, delivery = schema.channel, schema.delivery
    is_awake = or_(table.c.quiet_until.is_(None), table.c.quiet_until <= now)
    may_go = or_(is_awake, delivery.c.urgent.is_(True), not_(is_post()))
    due_attempt = (
        select(delivery.c.next_attempt)
        .where(delivery.c.channel == table.c.name, due(now), may_go)
        .limit(1)
        .scalar_subquery()
    )
    may_work = and_(
        _is_waiting(table, now),
        table.c.is_paused.is_(False),
        table.c.is_stopped.is_(False),
        or_(table.c.paused_until.is_(None), table.c.paused_until <= now),
    )
    owing = select(table.c.name, table.c.paused_until, due_attempt.label("since")).where(may_work).subquery()
    query = select(owing).where(owing.c.since.is_not(None)).order_by(owing.c.since, owing.c.name).limit(limit)
    return [_wish(Job.DELIVER, *row) for row in connection.execute(query)]


def _due_broadcasts(connection: Connection, now: datetime, limit: int) -> list[Wish]:
    """Channels with recipients that are behind: who is further is told by what one of them has."""
    table, recipient = schema.channel, schema.recipient
    newest = newest_announcement(table.c.name, now)
    one = (
        select(recipient.c.has)
        .where(recipient.c.channel == table.c.name, is_behind(newest, now))
        .order_by(recipient.c.has)
        .limit(1)
        .scalar_subquery()
    )
    may_work = and_(table.c.is_declared.is_(True), table.c.is_paused.is_(False))
    behind = select(table.c.name, newest.label("newest"), one.label("has")).where(may_work).subquery()
    query = select(behind).where(behind.c.has.is_not(None)).order_by(behind.c.name).limit(limit)
    return [_wish(Job.BROADCAST, *row) for row in connection.execute(query)]


def _due_feeds(connection: Connection, now: datetime, limit: int) -> list[Wish]:
    table = schema.feed
    is_stale = or_(table.c.wants != table.c.has, table.c.expires <= now)
    query = (
        select(table.c.name, table.c.wants, table.c.expires, table.c.next_build)
        .where(_is_waiting(table, now), is_stale, table.c.next_build <= now)
        .order_by(table.c.next_build, table.c.name)
        .limit(limit)
    )
    return [_wish(Job.BUILD, *row) for row in connection.execute(query)]


def _due_sources(connection: Connection, now: datetime, limit: int) -> list[Wish]:
    table = schema.source
    may_work = and_(_is_waiting(table, now), table.c.is_paused.is_(False), table.c.is_gone.is_(False))
    query = (
        select(table.c.name, table.c.next_look)
        .where(may_work, table.c.next_look <= now)
        .order_by(table.c.next_look)
        .limit(limit)
    )
    return [_wish(Job.WATCH, *row) for row in connection.execute(query)]


def _wish(job: Job, name: str, *what: object) -> Wish:
    return Wish(job=job, name=name, what=" ".join(map(str, what)))


def _is_waiting(table: Table, now: datetime) -> ColumnElement[bool]:
    return and_(is_free(table, now), table.c.is_declared.is_(True))
