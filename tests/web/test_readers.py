"""Who reads what: counted while serving, put on record, shown."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import inspect, text

from syndicator.store import Store, StoreError
from syndicator.store.readership import ReaderKey, Reading
from syndicator.web.readership import ReaderCounts
from tests.fakes import NOON
from tests.web.browser import browsing
from tests.web.house import House
from tests.web.test_web_health import metrics

FEEDLY = "Feedly/1.0 (+http://www.feedly.com/fetcher.html; {} subscribers; like FeedFetcher-Google)"


class Counted:
    """A store that keeps in memory what it is given; while it is away, nothing."""

    def __init__(self) -> None:
        self.is_away = False
        self.readings: dict[ReaderKey, Reading] = {}

    def add_readings(
        self, readings: Mapping[ReaderKey, Reading], known: frozenset[str], now: datetime
    ) -> None:
        if self.is_away:
            raise StoreError("the database is away")
        for key, reading in readings.items():
            self.readings[key] = self.readings[key] + reading if key in self.readings else reading

    @property
    def total(self) -> int:
        return sum(r.whole + r.same + r.delta + r.other for r in self.readings.values())


def test_requests_are_counted_by_feed_format_and_reader(house: House, store: Store) -> None:
    readers = ReaderCounts()
    with browsing(house.app(readers=readers)) as browser:
        tag = browser.get("/feeds/all.rss", user_agent=FEEDLY.format(12)).headers["etag"]
        browser.get("/feeds/all.rss", user_agent=FEEDLY.format(13), if_none_match=tag)
        browser.get("/feeds/all.rss", user_agent=FEEDLY.format(14), if_none_match=tag)
        browser.ask("POST", "/feeds/all.rss", {"user-agent": FEEDLY.format(14)})
        browser.get("/feeds/all.atom", user_agent="Newsboat/2.21")
        browser.get("/feeds/all.html")
        browser.get("/feeds/no-such.rss", user_agent="Newsboat/2.21")
        browser.get("/", user_agent="Newsboat/2.21")
    readers.record(store, NOON)

    rows = {(row.format, row.agent): row for row in store.readers()}
    assert set(rows) == {("rss", "Feedly"), ("atom", "Newsboat"), ("html", "other")}
    feedly = rows["rss", "Feedly"]
    assert (feedly.whole, feedly.same, feedly.delta, feedly.other) == (1, 2, 0, 1)
    assert (feedly.last_whole, feedly.last_same, feedly.subscribers) == (NOON, NOON, 14)
    assert rows["atom", "Newsboat"].last_same is None


def test_nothing_of_a_person_is_on_record(house: House, store: Store) -> None:
    readers = ReaderCounts()
    with browsing(house.app(readers=readers), address="192.0.2.77") as browser:
        for user_agent in (
            "River/1.0 (noi@ledger.example; id=8f14e45fceea167a)",
            "noi@ledger.example",
            "192.0.2.77",
        ):
            browser.get("/feeds/all.rss", user_agent=user_agent, x_forwarded_for="198.51.100.9")
    readers.record(store, NOON)

    with store.reading() as connection:
        kept = " ".join(
            str(row)
            for table in inspect(connection).get_table_names()
            for row in connection.execute(text(f'SELECT * FROM "{table}"'))  # noqa: S608 - our own tables
        )
    assert "River" in kept
    for secret in "192.0.2", "198.51", "noi", "ledger.example/", "8f14":
        assert secret not in kept


def test_what_is_counted_while_the_database_is_away_is_recorded_later() -> None:
    readers, store = ReaderCounts(), Counted()
    store.is_away = True
    for hour in range(3):
        readers.count("all", "rss", 200, b"Newsboat/2.21")
        readers.record(store, NOON + timedelta(hours=hour))  # type: ignore[arg-type]
    store.is_away = False
    readers.count("all", "rss", 304, b"Newsboat/2.21")
    readers.record(store, NOON + timedelta(hours=3))  # type: ignore[arg-type]
    readers.record(store, NOON + timedelta(hours=4))  # type: ignore[arg-type]

    [(key, reading)] = store.readings.items()
    assert key == ("all", "rss", "Newsboat")
    assert (reading.whole, reading.same) == (3, 1)
    assert (reading.last_whole, reading.last_same) == (NOON + timedelta(hours=2), NOON + timedelta(hours=3))


def test_a_database_that_has_no_table_yet_is_waited_for(store: Store) -> None:
    """A web server may start before the first worker has brought the tables up to date."""
    readers = ReaderCounts()
    with store.writing() as connection:
        connection.execute(text("ALTER TABLE reader RENAME TO later"))
    readers.count("all", "rss", 200, b"Newsboat/2.21")
    readers.record(store, NOON)
    with store.writing() as connection:
        connection.execute(text("ALTER TABLE later RENAME TO reader"))
    readers.record(store, NOON)

    assert [row.agent for row in store.readers()] == ["Newsboat"]


@pytest.mark.parametrize("room", [1, 50])
def test_made_up_names_take_no_more_memory_than_their_room_and_every_request_counts(room: int) -> None:
    readers, store = ReaderCounts(max_kinds=room), Counted()
    for n in range(500):
        readers.count(
            "all", "rss", 200, f"Made{'abcdefghij'[n % 10]}{'abcdefghij'[n // 10 % 10]}x/{n}".encode()
        )
    assert len(readers._counts) <= room + 1

    readers.record(store, NOON)  # type: ignore[arg-type]

    assert store.total == 500


def test_nothing_is_lost_or_counted_twice_while_it_is_put_on_record() -> None:
    readers, store = ReaderCounts(), Counted()
    stop = threading.Event()

    def record() -> None:
        while not stop.is_set():
            readers.record(store, NOON)  # type: ignore[arg-type]

    recorder = threading.Thread(target=record)
    recorder.start()
    for n in range(20_000):
        readers.count("all", "rss", 200 if n % 2 else 304, b"Newsboat/2.21")
    stop.set()
    recorder.join()
    readers.record(store, NOON)  # type: ignore[arg-type]

    [reading] = store.readings.values()
    assert (reading.whole, reading.same) == (10_000, 10_000)


def test_what_is_put_on_record_still_counts_as_answered() -> None:
    readers = ReaderCounts()
    readers.count("all", "rss", 200, b"Newsboat/2.21")
    readers.record(Counted(), NOON)  # type: ignore[arg-type]
    readers.count("all", "rss", 200, b"Feedly/1.0")
    readers.count("all", "rss", 304, b"Newsboat/2.21")

    assert readers.totals() == {("all", "rss", 200): 2, ("all", "rss", 304): 1}


@given(st.lists(st.tuples(st.sampled_from([200, 304, 226, 405, 503]), st.binary(max_size=300))))
def test_any_user_agent_counts_once(requests: list[tuple[int, bytes]]) -> None:
    readers, store = ReaderCounts(), Counted()
    for status, user_agent in requests:
        readers.count("all", "rss", status, user_agent)
    readers.record(store, NOON)  # type: ignore[arg-type]

    assert store.total == len(requests)


def test_the_console_shows_who_reads_what(house: House, store: Store) -> None:
    readers = ReaderCounts()
    with browsing(house.app(readers=readers)) as browser:
        assert browser.get("/console/readers").text.count("Nobody yet") == 2
        browser.get("/feeds/all.rss", user_agent=FEEDLY.format(1234))
        browser.get("/feeds/all.rss", user_agent="<script>alert(1)</script>")
        readers.record(store, house.clock())
        house.clock.tick(minutes=5)
        page = browser.get("/console/readers").text
        told = metrics(browser)

    assert "2 readers this week, who report 1,234 subscribers" in " ".join(page.split())
    assert "<b>Feedly</b>" in page
    assert "5 min ago" in page
    assert "without a name of its own" in page
    assert page.count("Nobody yet") == 1
    assert "alert(1)" not in page
    assert told["syndicator_feed_readers", "all"] == 2
    assert told["syndicator_feed_subscribers", "all"] == 1234


def test_readers_are_for_operators_alone(house: House) -> None:
    with browsing(house.app(password="a long secret", host="0.0.0.0")) as browser:  # noqa: S104
        assert browser.get("/console/readers").status == 401
