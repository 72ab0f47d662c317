"""Who reads what, on record, on both databases."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta
from typing import Any

import pytest

from syndicator.store import Store
from syndicator.store.readership import CURRENT_FOR, FORGET_AFTER, MAX_READERS, OTHER_READERS, Reading
from tests.fakes import NOON

KNOWN = frozenset({"Feedly"})


def reading(at: datetime = NOON, **said: Any) -> Reading:
    return Reading(last_seen=at, **said)


def add(store: Store, name: str, said: Reading, feed: str = "all", extension: str = "rss") -> None:
    store.add_readings({(feed, extension, name): said}, KNOWN, said.last_seen)


def test_what_servers_count_adds_up_and_the_latest_stands(store: Store) -> None:
    later = NOON + timedelta(hours=1)
    add(store, "Feedly", reading(whole=1, same=5, last_whole=NOON, last_same=NOON, subscribers=40))
    add(store, "Feedly", reading(later, same=2, delta=3, other=1, last_same=later, subscribers=38))
    # a server that the database was away from for a while
    add(store, "Feedly", reading(NOON, whole=7, last_whole=NOON, subscribers=99))

    [row] = store.readers()
    assert (row.feed, row.format, row.agent) == ("all", "rss", "Feedly")
    assert (row.whole, row.same, row.delta, row.other) == (8, 7, 3, 1)
    assert (row.last_whole, row.last_same, row.last_seen) == (NOON, later, later)
    assert row.subscribers == 38


def test_a_reader_that_stops_telling_its_subscribers_keeps_them(store: Store) -> None:
    add(store, "Feedly", reading(whole=1, subscribers=40))
    add(store, "Feedly", reading(NOON + timedelta(hours=1), same=1))

    [row] = store.readers()
    assert row.subscribers == 40


@pytest.mark.slow
def test_servers_that_add_at_once_lose_nothing(store: Store) -> None:
    names = [f"Reader-{letter}" for letter in "abcdef"]

    def serve() -> None:
        for _ in range(10):
            store.add_readings({("all", "rss", name): reading(whole=1) for name in names}, KNOWN, NOON)

    servers = [threading.Thread(target=serve) for _ in range(4)]
    for server in servers:
        server.start()
    for server in servers:
        server.join()

    assert {row.agent: row.whole for row in store.readers()} == dict.fromkeys(names, 40)


@pytest.mark.slow
def test_made_up_readers_fill_no_more_than_their_room(store: Store) -> None:
    made_up = {
        ("all", "rss", f"Made-{n:04}"): reading(whole=1, subscribers=9) for n in range(3 * MAX_READERS)
    }
    store.add_readings(made_up, KNOWN, NOON)
    add(store, "Another", reading(same=1))
    add(store, "Feedly", reading(same=1, subscribers=40))
    add(store, "Made-0001", reading(same=1))
    add(store, "Another", reading(same=1), extension="atom")

    rows = {(row.format, row.agent): row for row in store.readers()}
    assert len(rows) == MAX_READERS + 3
    rest = rows["rss", OTHER_READERS]
    assert (rest.whole, rest.same, rest.subscribers) == (2 * MAX_READERS, 1, None)
    assert rows["rss", "Feedly"].subscribers == 40
    assert rows["rss", "Made-0001"].same == 1
    assert ("atom", "Another") in rows


def test_readers_that_are_silent_for_long_are_forgotten(store: Store) -> None:
    add(store, "Gone", reading(whole=1))
    late = NOON + FORGET_AFTER + timedelta(seconds=1)
    add(store, "Feedly", reading(late, whole=1))

    assert [row.agent for row in store.readers()] == ["Feedly"]


def test_an_audience_is_those_who_have_asked_lately(store: Store) -> None:
    now = NOON + CURRENT_FOR + timedelta(hours=1)
    add(store, "Gone", reading(NOON, whole=1, subscribers=1000))
    add(store, "Feedly", reading(now, whole=1, subscribers=40))
    add(store, "Feedly", reading(now, whole=1, subscribers=2), extension="atom")
    add(store, "Newsboat", reading(now, whole=1))
    add(store, "Newsboat", reading(now, whole=1), feed="city")

    assert store.audience_sizes(now) == {"all": (2, 42), "city": (1, 0)}
