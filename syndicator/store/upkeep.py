"""What is declared, what is due, who is alive: the parts of the store that no single job owns."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import ColumnElement, Connection, Table, and_, delete, func, insert, or_, select, update

from syndicator.domain.article import ArticleState
from syndicator.domain.delivery import Standing
from syndicator.domain.feed import Feed
from syndicator.jobs.job import Job
from syndicator.jobs.store_ports import Wish
from syndicator.store import schema
from syndicator.store.delivering import due
from syndicator.store.engine import Base
from syndicator.store.fingerprint import fingerprint
from syndicator.store.locks import hold_articles, hold_names
from syndicator.store.records import article_of
from syndicator.store.topics import due_topics, inserting

#: How long a process may be silent before it no longer counts as alive.
SILENCE = timedelta(seconds=30)

#: How long operators are shown what happened to a delivery that is settled.
EVENTS_KEPT = timedelta(days=90)

#: Events forgotten in one transaction: few enough that nobody waits for it.
FORGOTTEN_AT_ONCE = 500

#: Deliveries that nothing happens to of itself.
SETTLED = (Standing.SENT.value, Standing.REFUSED.value, Standing.SKIPPED.value)

#: Articles read at once when a feed is filled anew.
PAGE = 1000


#: Rows of each kind that are asked for at once, where nobody says how many.
MOST = 500


@dataclass(frozen=True, kw_only=True, slots=True)
class Due:
    """What wants something and is in no hand: of each kind the longest due first."""

    wishes: Sequence[Wish]
    has_embargoes: bool

    @property
    def jobs(self) -> list[tuple[Job, str]]:
        """Each as (job, name)."""
        return [(wish.job, wish.name) for wish in self.wishes]

    @property
    def sources(self) -> list[str]:
        return self._names(Job.WATCH)

    @property
    def topics(self) -> list[str]:
        return self._names(Job.DISTRIBUTE)

    def _names(self, job: Job) -> list[str]:
        return [wish.name for wish in self.wishes if wish.job == job]


class Upkeep(Base):
    """Keeping rows in step with the declarations, and the sweep's questions."""

    def declare(
        self,
        sources: Collection[str],
        feeds: Collection[Feed],
        channels: Collection[str],
        now: datetime,
    ) -> None:
        """Make a row for everything declared; mark what no longer is; fill feeds whose declaration is
        new or has changed with the articles on file."""

        def rows(connection: Connection) -> None:
            _declare(connection, schema.source, sources, {"next_look": now, "memory": {}, "problems": []})
            _declare(connection, schema.channel, channels, {})
            # A person has just mended or restarted something: stopped channels get another chance.
            connection.execute(update(schema.channel).values(is_stopped=False))
            _declare(
                connection, schema.feed, [feed.name for feed in feeds], {"next_build": now, "changed": now}
            )

        self.transact(rows)
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

    def due(self, now: datetime, most: int = MOST) -> Due:
        """What the sweep rings for: as many as ``most`` rows of each kind."""
        article = schema.article
        release = and_(article.c.state == ArticleState.EMBARGOED.value, article.c.release <= now)
        with self.reading() as connection:
            return Due(
                wishes=[
                    *_due_channels(connection, now, most),
                    *_due_feeds(connection, now, most),
                    *_due_sources(connection, now, most),
                    *(_wish(Job.DISTRIBUTE, *due) for due in due_topics(connection, now, most)),
                ],
                has_embargoes=bool(connection.scalar(select(article.c.id).where(release).limit(1))),
            )

    def bury(self, marks: Collection[str]) -> int:
        """Take from processes that are dead for certain what they had in hand (``engine.MARK``). Returns how
        many rows that were. A post that was under way then rests, as it would have otherwise."""

        def work(connection: Connection) -> int:
            taken = 0
            for table in (schema.source, schema.channel, schema.feed):
                theirs = or_(*(table.c.token.endswith(mark, autoescape=True) for mark in marks))
                hold_names(connection, table, theirs)
                freed = connection.execute(update(table).where(theirs).values(token=None, lease_until=None))
                taken += freed.rowcount
            return taken

        return self.transact(work)

    def forget_events(self, now: datetime) -> int:
        """Forget what happened long ago to deliveries that are settled, ``FORGOTTEN_AT_ONCE`` events at the
        most. Returns how many. The newest of all stays: its number tells how much has ever happened
        (``Restoring.newest_event``), and SQLite would give it away again."""
        table, delivery = schema.event, schema.delivery
        newest = select(func.max(table.c.id)).scalar_subquery()
        with self.reading() as connection:
            old = (
                select(table.c.id)
                .join(delivery, table.c.delivery_id == delivery.c.id)
                .where(table.c.at < now - EVENTS_KEPT, delivery.c.standing.in_(SETTLED), table.c.id != newest)
                .order_by(table.c.at)
                .limit(FORGOTTEN_AT_ONCE)
            )
            numbers = connection.scalars(old).all()
        if numbers:  # most of the time there are none, and nobody has to wait
            with self.writing() as connection:
                connection.execute(delete(table).where(table.c.id.in_(numbers)))
        return len(numbers)

    def beat(self, name: str, kind: str, now: datetime) -> None:
        """A process is alive. Forgets those not heard of for an hour."""
        table = schema.process
        with self.writing() as connection:
            row = {"name": name, "kind": kind, "started": now, "seen": now}
            alive = inserting(connection, table).values(row)  # one statement: another may do the same now
            connection.execute(alive.on_conflict_do_update(index_elements=["name"], set_={"seen": now}))
            connection.execute(delete(table).where(table.c.seen < now - timedelta(hours=1)))

    def alive(self, now: datetime) -> Mapping[str, int]:
        """How many processes of each kind have been heard of lately."""
        table = schema.process
        recent = table.c.seen > now - SILENCE
        query = select(table.c.kind, func.count()).where(recent).group_by(table.c.kind)
        with self.reading() as connection:
            return {kind: count for kind, count in connection.execute(query)}  # noqa: C416 - rows, not pairs


def _due_channels(connection: Connection, now: datetime, most: int) -> list[Wish]:
    """Those with a delivery whose turn may have come. Whichever the database finds first tells one wish from
    the next: the oldest of a long queue would take reading all of it."""
    table, delivery = schema.channel, schema.delivery
    some = (
        select(delivery.c.next_attempt)
        .where(delivery.c.channel == table.c.name, due(now))
        .limit(1)
        .scalar_subquery()
    )
    working = and_(
        _free(table, now),
        table.c.is_paused.is_(False),
        table.c.is_stopped.is_(False),
        or_(table.c.paused_until.is_(None), table.c.paused_until <= now),
    )
    owing = select(table.c.name, table.c.paused_until, some.label("since")).where(working).subquery()
    query = select(owing).where(owing.c.since.is_not(None)).order_by(owing.c.since, owing.c.name).limit(most)
    return [_wish(Job.DELIVER, *row) for row in connection.execute(query)]


def _due_feeds(connection: Connection, now: datetime, most: int) -> list[Wish]:
    table = schema.feed
    wishes = or_(table.c.wants != table.c.has, table.c.expires <= now)
    query = (
        select(table.c.name, table.c.wants, table.c.expires, table.c.next_build)
        .where(_free(table, now), wishes, table.c.next_build <= now)
        .order_by(table.c.next_build, table.c.name)
        .limit(most)
    )
    return [_wish(Job.BUILD, *row) for row in connection.execute(query)]


def _due_sources(connection: Connection, now: datetime, most: int) -> list[Wish]:
    table = schema.source
    working = and_(_free(table, now), table.c.is_paused.is_(False), table.c.is_gone.is_(False))
    query = (
        select(table.c.name, table.c.next_look)
        .where(working, table.c.next_look <= now)
        .order_by(table.c.next_look)
        .limit(most)
    )
    return [_wish(Job.WATCH, *row) for row in connection.execute(query)]


def _wish(job: Job, name: str, *what: object) -> Wish:
    return Wish(job=job, name=name, what=" ".join(map(str, what)))


def _free(table: Table, now: datetime) -> ColumnElement[bool]:
    free = or_(table.c.lease_until.is_(None), table.c.lease_until <= now)
    return and_(free, table.c.is_declared.is_(True))


def _declare(
    connection: Connection, table: Table, names: Iterable[str], defaults: Mapping[str, object]
) -> None:
    wanted = sorted(names)
    hold_names(connection, table)
    connection.execute(update(table).values(is_declared=table.c.name.in_(wanted)))
    if wanted:
        connection.execute(
            inserting(connection, table).on_conflict_do_nothing(),
            [{"name": name, **defaults} for name in wanted],
        )


def _refill(connection: Connection, feed: Feed, now: datetime) -> None:
    """Bring membership to what the declaration says; both ends are compared by hash. What goes on being
    carried stays in its archive, and all archives are built again: their documents may look different."""
    table, archive = schema.feed, schema.archive
    last = 0
    while (read := _refill_some(connection, feed, last)) is not None:
        last = read
    wishes = {"changed": now, "wants": archive.c.wants + 1}
    mine = archive.c.feed == feed.name
    connection.execute(
        select(archive.c.number).where(mine).order_by(archive.c.number).with_for_update()
    ).all()
    connection.execute(update(archive).where(mine).values(wishes))
    connection.execute(
        update(table)
        .where(table.c.name == feed.name)
        .values(declaration=fingerprint(feed), wants=table.c.wants + 1, changed=now, next_build=now)
    )


def _refill_some(connection: Connection, feed: Feed, last: int) -> int | None:
    """The difference for the articles after an id: those that come in, and those that go. Returns the last
    one's; ``None``: there were none."""
    member, article = schema.membership, schema.article
    rows = connection.execute(
        select(article)
        .where(article.c.state == ArticleState.LIVE.value, article.c.id > last)
        .order_by(article.c.id)
        .limit(PAGE)
    ).all()
    if not rows:
        return None
    among = (member.c.feed == feed.name, member.c.article_id.between(last + 1, rows[-1].id))
    query = select(member.c.article_id).where(*among, member.c.gone.is_(None))
    before = set(connection.scalars(query))
    after = {row.id: row.published for row in rows if feed.carries(article_of(row))}
    hold_articles(connection, before ^ after.keys())
    if leaves := before - after.keys():
        connection.execute(delete(member).where(*among, member.c.article_id.in_(leaves)))
    if new := sorted(after.keys() - before):
        connection.execute(
            insert(member), [{"feed": feed.name, "article_id": i, "published": after[i]} for i in new]
        )
    return int(rows[-1].id)
