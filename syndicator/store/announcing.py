"""The announcements of channels that have recipients, in the order in which they were put on record."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, or_, select, update

from syndicator.domain.post import Occasion
from syndicator.domain.recipient import Announcement
from syndicator.store import schema
from syndicator.store.engine import Base
from syndicator.store.locks import batches
from syndicator.store.records import announcement_of
from syndicator.store.upsert import insert_missing

#: Announcements of one letter, where a channel joins them.
MAX_JOINED = 200

#: Announcements whose payload is forgotten in one transaction.
MAX_FORGOTTEN = 200


class Announcing(Base):
    """See ``jobs.broadcast_ports.Announcements``, for all channels."""

    def announce(self, announcement: Announcement, now: datetime) -> None:
        """Put an announcement on record, unless one of its key is there; while the post that it corrects or
        retracts is not yet due, that takes its place, or is taken back. Recipients are told in the order in
        which all was put there: what was to wait for longer than this (a clock was ahead, a digest's hour is
        another one now) waits no longer."""
        table = schema.announcement
        with self.writing() as connection:
            if announcement.occasion is not Occasion.NEWS and _replace_undue(connection, announcement, now):
                return
            row = {
                "channel": announcement.channel,
                "key": announcement.key,
                "post": announcement.post,
                "occasion": announcement.occasion.value,
                "payload": dict(announcement.payload),
                "due": announcement.due,
                "expires": announcement.expires,
                "created": now,
            }
            _hasten(connection, announcement)
            insert_missing(connection, table, [row])

    def announcement(self, channel: str, key: str) -> Announcement | None:
        """What a channel put on record under a key, taken back or not."""
        table = schema.announcement
        with self.reading() as connection:
            row = connection.execute(
                select(table).where(table.c.channel == channel, table.c.key == key)
            ).one_or_none()
        return announcement_of(row) if row else None

    def restored_at(self, channel: str) -> datetime | None:
        """When a backup was last put back, as far as it concerns a channel."""
        table = schema.channel
        with self.reading() as connection:
            return connection.scalar(select(table.c.restored_at).where(table.c.name == channel))

    def forget_payloads(self, now: datetime) -> int:
        """Forget what expired announcements said, of ``MAX_FORGOTTEN`` at the most: nobody is told any more,
        and a letter's photo is a hundred times its text. Returns of how many."""
        table = schema.announcement
        is_over = and_(table.c.is_spent.is_(False), table.c.expires < now)
        with self.reading() as connection:
            query = select(table.c.id).where(is_over).order_by(table.c.expires).limit(MAX_FORGOTTEN)
            numbers = connection.scalars(query).all()
        if numbers:  # most of the time there are none, and nobody has to wait
            with self.writing() as connection:
                connection.execute(
                    update(table).where(table.c.id.in_(numbers)).values(payload={}, is_spent=True)
                )
        return len(numbers)

    def is_out(self, channel: str, post: str, now: datetime) -> bool:
        """Whether the news of a post is due and was not taken back. What it says, a photo perhaps, is not
        read."""
        table = schema.announcement
        is_news = and_(table.c.occasion == Occasion.NEWS.value, table.c.is_taken_back.is_(False))
        query = select(table.c.id).where(table.c.channel == channel, table.c.post == post, is_news)
        with self.reading() as connection:
            return connection.scalar(query.where(table.c.due <= now).limit(1)) is not None


def _replace_undue(connection: Connection, announcement: Announcement, now: datetime) -> bool:
    """Whether nobody is to be told of a correction or retraction, since nobody was told of its post."""
    table = schema.announcement
    is_of_post = and_(table.c.channel == announcement.channel, table.c.post == announcement.post)
    query = select(table).where(is_of_post, table.c.occasion == Occasion.NEWS.value)
    first = connection.execute(query.order_by(table.c.id.desc()).limit(1).with_for_update()).one_or_none()
    if first is None or (not first.is_taken_back and first.due <= now):
        return False
    values: dict[str, Any] = {"is_taken_back": True}
    if announcement.occasion is Occasion.CORRECTION:
        values = {"payload": dict(announcement.payload), "is_taken_back": False}
    connection.execute(update(table).where(table.c.id == first.id).values(**values))
    return True


def _hasten(connection: Connection, announcement: Announcement) -> None:
    """Have none wait for longer than one that comes after it. That holds of all others already: the last
    tells."""
    table = schema.announcement
    is_theirs = and_(table.c.channel == announcement.channel, table.c.is_spent.is_(False))
    last = connection.scalar(select(table.c.due).where(is_theirs).order_by(table.c.id.desc()).limit(1))
    if last is not None and last > announcement.due:
        is_later = and_(is_theirs, table.c.due > announcement.due)
        connection.execute(update(table).where(is_later).values(due=announcement.due))


def _is_kept(channel: str | ColumnElement[Any], now: datetime) -> ColumnElement[bool]:
    """The announcements of a channel that are still to be told; none whose payload is gone, whatever the
    clock says."""
    table = schema.announcement
    is_in_time = or_(table.c.expires.is_(None), table.c.expires > now)
    is_whole = and_(table.c.is_spent.is_(False), table.c.is_taken_back.is_(False))
    return and_(table.c.channel == channel, is_whole, is_in_time)


def newest_announcement(channel: str | ColumnElement[Any], now: datetime) -> Any:
    """A subquery: the id of the last announcement of a channel that recipients are to have by now. Every
    sweep asks for it: it is found at the end of an index, however much was announced."""
    table = schema.announcement
    query = select(table.c.id).where(_is_kept(channel, now), table.c.due <= now)
    return query.order_by(table.c.id.desc()).limit(1).scalar_subquery()


def next_announcements(
    connection: Connection, channel: str, has: Collection[int], now: datetime, *, joins: bool
) -> Mapping[int, Sequence[Announcement]]:
    """What recipients are to be sent next, by what they have: all before one that is due are due, whatever
    the clock says, so that none is passed over."""
    table = schema.announcement
    newest = connection.scalar(select(newest_announcement(channel, now))) or 0
    announcements: dict[int, Sequence[Announcement]] = {}
    for last in set(has):
        is_next = and_(table.c.id > last, table.c.id <= newest)
        query = select(table).where(_is_kept(channel, now), is_next).order_by(table.c.id)
        rows = connection.execute(query.limit(MAX_JOINED if joins else 1))
        announcements[last] = [announcement_of(row) for row in rows]
    return announcements


@dataclass(frozen=True, slots=True)
class Tally:
    """How many letters of an announcement were taken, and how often one was not."""

    sent: int = 0
    failed: int = 0


def count_letters(connection: Connection, tallies: Mapping[int, Tally]) -> None:
    """Add to the counts of announcements, by id: the lowest first, as all lock them."""
    table = schema.announcement
    for batch in batches(tallies):
        for number in batch:
            tally = tallies[number]
            connection.execute(
                update(table)
                .where(table.c.id == number)
                .values(sent=table.c.sent + tally.sent, failed=table.c.failed + tally.failed)
            )
