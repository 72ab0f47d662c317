"""Readership: counts of the responses to each reader, summed up over all web servers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, and_, case, delete, func, or_, select

from syndicator.store import schema
from syndicator.store.engine import Base
from syndicator.store.upsert import upsert

#: Readers of one feed in one format that have a row of their own; the rest share one. Readers that somebody
#: makes up can fill no more than this.
MAX_READERS = 100

#: The name of the row that the rest share.
OTHER_READERS = "other"

#: After so long without a request, a reader is forgotten.
FORGET_AFTER = timedelta(days=90)

#: A reader counts as one for so long after its last request. Aggregators look at quiet feeds daily.
CURRENT_FOR = timedelta(days=7)


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """The responses to one reader: how many 200, 304, 226 and others. ``subscribers``: as it last reported
    them."""

    whole: int = 0
    same: int = 0
    delta: int = 0
    other: int = 0
    last_whole: datetime | None = None
    last_same: datetime | None = None
    last_seen: datetime
    subscribers: int | None = None

    def __add__(self, later: Reading) -> Reading:
        """Both; of what is not counted, the later."""
        return Reading(
            whole=self.whole + later.whole,
            same=self.same + later.same,
            delta=self.delta + later.delta,
            other=self.other + later.other,
            last_whole=later.last_whole or self.last_whole,
            last_same=later.last_same or self.last_same,
            last_seen=later.last_seen,
            subscribers=self.subscribers if later.subscribers is None else later.subscribers,
        )


#: A reader: the feed's name, the extension of the format, the reader's name.
ReaderKey = tuple[str, str, str]


class Readership(Base):
    """The rows of ``schema.reader``."""

    def add_readings(
        self, readings: Mapping[ReaderKey, Reading], known: frozenset[str], now: datetime
    ) -> None:
        """Add the counts since the last time, in one transaction. Readers named in ``known``
        always have a row of their own; of the others each feed and format keeps ``MAX_READERS``, or a
        few more where servers add at the same moment."""
        with self.writing() as connection:
            connection.execute(delete(schema.reader).where(schema.reader.c.last_seen < now - FORGET_AFTER))
            rows = _within_bounds(connection, readings, known)
            # in one order everywhere, so that servers which add at once never wait for each other in a ring
            for key in sorted(rows):
                _add(connection, key, rows[key])

    def readers(self) -> Sequence[Row[Any]]:
        """The rows, by feed, the reader with the most subscribers and answers first."""
        table = schema.reader
        answers = table.c.whole + table.c.same + table.c.delta + table.c.other
        query = select(table).order_by(
            table.c.feed, func.coalesce(table.c.subscribers, 0).desc(), answers.desc(), table.c.agent
        )
        with self.reading() as connection:
            return connection.execute(query).all()

    def audience_sizes(self, now: datetime) -> Mapping[str, tuple[int, int]]:
        """Of each feed, how many readers are current, and how many subscribers they report."""
        table = schema.reader
        query = (
            select(
                table.c.feed,
                func.count(table.c.agent.distinct()),
                func.coalesce(func.sum(table.c.subscribers), 0),
            )
            .where(table.c.last_seen > now - CURRENT_FOR)
            .group_by(table.c.feed)
        )
        with self.reading() as connection:
            return {feed: (count, int(reported)) for feed, count, reported in connection.execute(query)}


def _within_bounds(
    connection: Connection, readings: Mapping[ReaderKey, Reading], known: frozenset[str]
) -> dict[ReaderKey, Reading]:
    """The readings; those of readers for whom there is no room are under ``OTHER_READERS``."""
    table = schema.reader
    places = {key[:2] for key in readings}
    agents_by_place = {
        place: set(
            connection.scalars(
                select(table.c.agent).where(table.c.feed == place[0], table.c.format == place[1])
            )
        )
        for place in places
    }
    rows: dict[ReaderKey, Reading] = {}
    for (feed, extension, name), reading in sorted(readings.items()):
        agents = agents_by_place[feed, extension]
        has_room = name in known or name in agents or len(agents - known) < MAX_READERS
        key = (feed, extension, name if has_room else OTHER_READERS)
        # what one of many reports says nothing of all
        counted = replace(reading, subscribers=None) if key[2] == OTHER_READERS else reading
        rows[key] = rows[key] + counted if key in rows else counted
        agents.add(key[2])
    return rows


def _add(connection: Connection, key: ReaderKey, reading: Reading) -> None:
    table = schema.reader
    feed, extension, name = key
    values = {column: getattr(reading, column) for column in reading.__slots__}
    new = upsert(connection, table).values(feed=feed, format=extension, agent=name, **values)
    added = {column: table.c[column] + new.excluded[column] for column in ("whole", "same", "delta", "other")}
    latest = {
        column: case(
            (or_(table.c[column].is_(None), new.excluded[column] > table.c[column]), new.excluded[column]),
            else_=table.c[column],
        )
        for column in ("last_whole", "last_same", "last_seen")
    }
    is_newer = and_(new.excluded.subscribers.is_not(None), new.excluded.last_seen >= table.c.last_seen)
    subscribers = case((is_newer, new.excluded.subscribers), else_=table.c.subscribers)
    connection.execute(
        new.on_conflict_do_update(
            index_elements=[table.c.feed, table.c.format, table.c.agent],
            set_={**added, **latest, "subscribers": subscribers},
        )
    )
