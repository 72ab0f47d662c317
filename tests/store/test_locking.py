"""Many hands at once on rows of every kind: they take their locks in one order, so that none waits for
another in a ring; and whatever the database gives up all the same is done once more, at once."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from random import Random
from threading import Barrier

import pytest
from sqlalchemy import Connection, create_engine, select, text, update

from syndicator.domain.article import Article, Sighting
from syndicator.domain.delivery import begun, closed
from syndicator.domain.feed import Filter
from syndicator.domain.step import Step
from syndicator.jobs.routing import Editor
from syndicator.jobs.store_ports import Filing, Outcome
from syndicator.store import Store, StoreError, schema
from syndicator.store.engine import MAX_ATTEMPTS
from syndicator.store.leases import PROCESS_MARK
from tests.fakes import ALL, NOON, SITE, sighting

#: Articles that all hands are after, and seconds that they are after them.
ARTICLES, SECONDS = 24, 5.0

LEASE = timedelta(seconds=90)

FEEDS = tuple(replace(ALL, name=name, length=3) for name in ("all", "city", "too"))


class Hands:
    """One for each job, all after the same rows."""

    def __init__(self, store: Store) -> None:
        self.store, self.editor = store, Editor(site=SITE, feeds=FEEDS)
        store.declare(["page"], FEEDS, ["wire"], NOON)

    @property
    def all(self) -> list[Callable[[Random], None]]:
        jobs = [self.files, self.files, self.files, self.withdraws, self.builds, self.builds]
        return [*jobs, self.delivers, self.delivers, self.declares, self.beats, self.buries]

    def files(self, chance: Random) -> None:
        shown = [
            sighting(
                str(key),
                title=f"Round {chance.random()}",
                published=NOON - timedelta(minutes=key),
                is_withdrawn=chance.random() < 0.3,
            )
            for key in chance.sample(range(ARTICLES), 8)
        ]
        self.store.file(shown, lambda known, s: self.editor.filing(known, s, since=NOON, now=NOON), NOON)

    def withdraws(self, chance: Random) -> None:
        self.store.withdraw("page", [str(key) for key in chance.sample(range(ARTICLES), 4)], NOON)

    def builds(self, chance: Random) -> None:
        stale = self.store.claim_feed(chance.choice(FEEDS).name, NOON, LEASE)
        if stale is None:
            return
        self.store.close_archives(stale, 3, NOON, limit=3)
        carried = [article.guid for article in self.store.newest(stale.name, 8)]
        left_out = dict.fromkeys(chance.sample(carried, len(carried) // 2), f"since {chance.random()}")
        outcome = Outcome(
            archives=self.store.unbuilt_archives(stale.name, 9),
            carried=carried,
            left_out=left_out,
            topics={f"{stale.name}.rss": str(chance.random()), f"{stale.name}.atom": str(chance.random())},
        )
        self.store.settle_feed(stale, outcome, NOON)

    def delivers(self, chance: Random) -> None:
        account = self.store.claim_channel("wire", NOON, LEASE)
        job = self.store.next_delivery(account, NOON, LEASE) if account else None
        if account is None or job is None:
            return
        sent = begun(job.delivery, Step.SEND, NOON)
        if self.store.begin(account, sent):
            self.store.settle(account, closed(sent, sent.wants), NOON, event="posted")
        self.store.let_go(account)

    def declares(self, chance: Random) -> None:
        """Another process starts, with another declaration."""
        city = replace(FEEDS[1], only=Filter(sections=("City",) if chance.random() < 0.5 else ("Sport",)))
        self.store.declare(["page"], [FEEDS[0], city, FEEDS[2]], ["wire"], NOON)

    def beats(self, chance: Random) -> None:
        self.store.beat(chance.choice("abc"), "worker", NOON)

    def buries(self, chance: Random) -> None:
        """Somebody takes all that is in hand, so that several believe to have it."""
        self.store.free_rows([PROCESS_MARK])
        time.sleep(0.01)


def rings(store: Store) -> int:
    """How many rings of waiting hands PostgreSQL has broken up in this database."""
    store.engine.dispose()  # sessions tell of theirs at the latest when they end
    engine = create_engine(store.engine.url)
    with engine.connect() as connection:
        query = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
        count = int(connection.execute(text(query)).scalar_one())
    engine.dispose()
    return count


@pytest.mark.slow
def test_many_hands_at_once_never_wait_in_a_ring(store: Store) -> None:
    is_server = store.engine.dialect.name == "postgresql"
    before, hands, end = rings(store) if is_server else 0, Hands(store), time.monotonic() + SECONDS
    hands.files(Random(0))  # noqa: S311 - the same each time

    def work(number: int, job: Callable[[Random], None]) -> int:
        chance, count = Random(number), 0  # noqa: S311 - the same each time
        while time.monotonic() < end or not count:
            job(chance)
            count += 1
        return count

    with ThreadPoolExecutor(len(hands.all)) as pool:
        done = [pool.submit(work, number, job) for number, job in enumerate(hands.all)]
    assert all(each.result() for each in done)
    if is_server:
        assert rings(store) == before


def test_a_ring_is_broken_and_done_once_more(store: Store) -> None:
    """Two hands that take the same two rows in opposite orders: both get what they want."""
    if store.engine.dialect.name != "postgresql":
        pytest.skip("writers of SQLite queue at the start: they cannot wait in a ring")
    Hands(store)
    before = rings(store)
    met = Barrier(2, timeout=60)
    runs: list[str] = []

    def take(first: str, second: str) -> None:
        def work(connection: Connection) -> None:
            runs.append(first)
            for name in (first, second):
                connection.execute(
                    update(schema.feed)
                    .where(schema.feed.c.name == name)
                    .values(failures=schema.feed.c.failures + 1)
                )
                if name == first and len(runs) <= 2:
                    met.wait()

        store.transact(work)

    with ThreadPoolExecutor(2) as pool:
        for each in [pool.submit(take, "all", "too"), pool.submit(take, "too", "all")]:
            each.result()
    assert len(runs) == 3
    assert rings(store) == before + 1, "which proves that they are counted"
    with store.reading() as connection:
        found = connection.execute(select(schema.feed.c.name, schema.feed.c.failures)).all()
    assert {row.name: row.failures for row in found} == {"all": 2, "too": 2, "city": 0}


def test_a_serialization_failure_is_no_failure(store: Store) -> None:
    if store.engine.dialect.name != "postgresql":
        pytest.skip("SQLite serialises by queueing")
    runs: list[int] = []

    def work(connection: Connection) -> str:
        runs.append(1)
        if len(runs) < MAX_ATTEMPTS:
            connection.execute(text("DO $$ BEGIN RAISE 'given up' USING ERRCODE = '40001'; END $$"))
        return "done"

    assert store.transact(work) == "done"
    assert len(runs) == MAX_ATTEMPTS


def test_what_is_given_up_for_ever_is_an_error_in_the_end(store: Store) -> None:
    if store.engine.dialect.name != "postgresql":
        pytest.skip("SQLite serialises by queueing")
    runs: list[int] = []

    def work(connection: Connection) -> None:
        runs.append(1)
        connection.execute(text("DO $$ BEGIN RAISE 'given up' USING ERRCODE = '40P01'; END $$"))

    with pytest.raises(StoreError, match="given up"):
        store.transact(work)
    assert len(runs) == MAX_ATTEMPTS


def test_any_other_error_is_raised_at_once(store: Store) -> None:
    runs: list[int] = []

    def work(connection: Connection) -> None:
        runs.append(1)
        raise ValueError("ours")

    with pytest.raises(ValueError, match="ours"):
        store.transact(work)
    assert len(runs) == 1


def test_two_sources_that_show_one_address_at_once_file_one_article(store: Store) -> None:
    """Whoever comes second waits, sees that the article is known, and leaves it to the first."""
    if store.engine.dialect.name != "postgresql":
        pytest.skip("writers of SQLite queue at the start: there is no such moment")
    store.declare(["page", "wire"], FEEDS, ["wire"], NOON)
    editor, met = Editor(site=SITE, feeds=FEEDS), Barrier(2, timeout=60)
    decided: list[str] = []

    def show(source: str) -> None:
        def decide(known: Article | None, seen: Sighting) -> Filing | None:
            decided.append(source)
            if len(decided) <= 2:
                met.wait()
            return editor.filing(known, seen, since=NOON, now=NOON)

        store.file([sighting("1", source=source)], decide, NOON)

    with ThreadPoolExecutor(2) as pool:
        for each in [pool.submit(show, "page"), pool.submit(show, "wire")]:
            each.result()
    assert len(decided) == 3
    with store.reading() as connection:
        assert len(connection.execute(select(schema.article.c.id)).all()) == 1
        assert len(connection.execute(select(schema.delivery.c.id)).all()) == 1
