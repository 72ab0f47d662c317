"""A clock that was ahead costs nothing once it is right: what it wrote is brought back into the present.

Some columns say when something was done. Where one of them lies in the future, a clock was ahead when it was
written, and whatever is to be done later was put off by as much. Rows are put right once, by whichever sweep
is first, and not judged anew by each question asked of them.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Column, Connection, Table, delete, func, or_, select, union_all, update

from syndicator.domain import backoff
from syndicator.domain.delivery import STEP_DEADLINE_S, WAITS, Standing
from syndicator.jobs.broadcast import BATCH_LEASE
from syndicator.jobs.ports import LEASE
from syndicator.store import schema
from syndicator.store.actor_tables import follower
from syndicator.store.engine import Base

#: By how much clocks of several machines may differ.
SKEW = timedelta(minutes=1)

#: How long a request may be under way, and worked at after that (``Channel.settles_within``, as a rule).
MAX_REST = timedelta(seconds=STEP_DEADLINE_S) + timedelta(seconds=90)

#: How long ago a request is put whose age nobody knows any more: no channel remembers its key.
LONG_AGO = timedelta(days=365)

EVER = datetime.min.replace(tzinfo=UTC)


class Present(Base):
    """The store's own clock, as it were."""

    def set_right(self, now: datetime) -> timedelta | None:
        """Bring back what a clock has written that was ahead. Returns by how much, about; ``None``: there was
        nothing."""
        with self.reading() as connection:
            if _newest(connection) <= now + SKEW:
                return None

        def work(connection: Connection) -> timedelta:
            ahead = _newest(connection) - now
            if ahead > SKEW:  # else another worker was faster
                _Mend(connection, now, ahead).all()
            return ahead

        return self.transact(work)


def _newest(connection: Connection) -> datetime:
    """The latest moment on record at which something was done: cheap to ask, at every sweep."""
    source, feed, event, told = schema.source, schema.feed, schema.event, schema.announcement
    done = [
        select(func.max(column).label("at"))
        for column in (
            schema.process.c.seen,
            source.c.looked_at,
            feed.c.built_at,
            feed.c.changed,
            schema.channel.c.posted_at,
        )
    ]
    sending = schema.delivery.c.standing == Standing.SENDING.value  # few
    done += [
        select(func.max(schema.delivery.c.attempted_at)).where(sending),
        select(func.max(source.c.next_look)).where(source.c.looked_at.is_(None)),  # due at once when declared
        select(event.c.at).where(event.c.id == select(func.max(event.c.id)).scalar_subquery()),
        select(told.c.created).where(told.c.id == select(func.max(told.c.id)).scalar_subquery()),
    ]
    moments = [moment for moment in connection.scalars(union_all(*done)) if moment is not None]
    moments += [
        until - LEASE
        for table in (schema.source, schema.feed, schema.channel)
        if (until := connection.scalar(select(func.max(table.c.lease_until)))) is not None
    ]
    return max(moments, default=EVER)


class _Mend:
    """One transaction. Tables in the order in which others lock them."""

    def __init__(self, connection: Connection, now: datetime, ahead: timedelta) -> None:
        self.connection, self.now, self.ahead = connection, now, ahead
        self.limit = now + SKEW

    def all(self) -> None:
        self._sources()
        self._channels()
        self._deliveries()
        self._feeds()
        for table in (schema.subscription, schema.intent):
            self._sooner(table, table.c.next_attempt, table.c.next_attempt > self.limit)
            self._leases(table)
        self._recipients()
        self._announcements()
        self._past(schema.event, "at")
        self.connection.execute(delete(schema.process).where(schema.process.c.seen > self.limit))

    def _sources(self) -> None:
        table = schema.source
        was_ahead = or_(table.c.looked_at > self.limit, table.c.looked_at.is_(None))
        self._set(table, was_ahead, table.c.next_look > self.now, next_look=self.now)
        self._past(table, "looked_at", "found_at", "since", "gone_since")
        self._leases(table)

    def _feeds(self) -> None:
        """Built again: what is too old by a clock that is ahead may be missing in them."""
        feed, archive = schema.feed, schema.archive
        self._set(archive, archive.c.changed > self.limit, wants=archive.c.wants + 1, changed=self.now)
        was_ahead = or_(feed.c.built_at > self.limit, feed.c.changed > self.limit)
        is_late = feed.c.next_build > self.now + backoff.FEED.limit
        self._set(feed, or_(was_ahead, is_late), wants=feed.c.wants + 1, next_build=self.now)
        self._past(feed, "built_at", "changed")
        self._leases(feed)

    def _channels(self) -> None:
        table = schema.channel
        self._sooner(table, table.c.paused_until, table.c.paused_until > self.limit)
        self._set(table, table.c.quiet_until > self.limit, quiet_until=None)  # whoever is woken knows when
        self._past(table, "posted_at", "restored_at")
        self._leases(table)

    def _deliveries(self) -> None:
        """A request that was under way still rests, and nobody can say how long ago it left: it is not
        repeated in trust of a key that the channel may have forgotten."""
        table = schema.delivery
        is_sending = table.c.standing == Standing.SENDING.value
        rested = self.now + MAX_REST
        self._sooner(table, table.c.rests_until, table.c.rests_until > rested)
        self._set(table, is_sending, table.c.next_attempt > rested + SKEW, next_attempt=rested)
        waits = table.c.standing == Standing.PENDING.value  # one that rests does so all the same
        # What its account could not pay for then is reckoned anew by whoever takes it.
        self._set(
            table,
            waits,
            table.c.reason.startswith(WAITS),
            table.c.next_attempt > self.limit,
            next_attempt=self.now,
        )
        self._sooner(table, table.c.next_attempt, waits, table.c.next_attempt > self.limit)
        self._set(table, table.c.attempted_at > self.limit, attempted_at=self.now - LONG_AGO)
        self._past(table, "settled_at")

    def _recipients(self) -> None:
        table = schema.recipient
        self._sooner(table, table.c.next_attempt, table.c.next_attempt > self.limit)
        self._past(table, "failing_since", "changed")
        self._leases(table, BATCH_LEASE)
        self._sooner(follower, follower.c.answer_due, follower.c.answer_due > self.limit)

    def _announcements(self) -> None:
        """What was to be told at once is, however little it was ahead: none is due sooner than those before
        it. A digest waits for its hour."""
        table = schema.announcement
        was_ahead = table.c.created > self.now
        self._set(table, was_ahead, table.c.due <= table.c.created, due=self.now)
        self._set(table, was_ahead, created=self.now)

    def _leases(self, table: Table, lease: timedelta = LEASE) -> None:
        too_long = table.c.lease_until > self.limit + lease
        self._set(table, too_long, lease_until=self.now + lease)

    def _sooner(self, table: Table, column: Column[Any], *which: Any) -> None:
        """What was put off by a clock that was ahead comes as much sooner, but not before now."""
        [key] = table.primary_key.columns
        query = select(key, column).where(*which).order_by(key)
        for row in self.connection.execute(query.with_for_update()).all():
            sooner = max(self.now, row[1] - self.ahead)
            self.connection.execute(update(table).where(key == row[0]).values({column.name: sooner}))

    def _past(self, table: Table, *names: str) -> None:
        """What was done cannot have been done later than now."""
        for name in names:
            self._set(table, table.c[name] > self.limit, **{name: self.now})

    def _set(self, table: Table, *which: Any, **values: Any) -> None:
        self.connection.execute(update(table).where(*which).values(values))
