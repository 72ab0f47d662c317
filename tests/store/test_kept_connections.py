"""Connections to a database are made once, however many channels are at work."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import event, text

from syndicator.store import Store
from syndicator.store.engine import FURTHER_CONNECTIONS, KEPT_CONNECTIONS

ROUNDS = 5


@pytest.mark.parametrize(
    ("at_once", "made"),
    [(1, 1), (KEPT_CONNECTIONS, KEPT_CONNECTIONS)],
    ids=["one at a time", "twenty channels"],
)
def test_what_was_connected_once_serves_again(store: Store, at_once: int, made: int) -> None:
    store.engine.dispose()
    connections: list[object] = []
    event.listen(store.engine, "connect", lambda connection, _record: connections.append(connection))

    use_at_once(store, at_once)

    assert len(connections) == made


def test_no_process_has_more_than_a_server_gives(store: Store) -> None:
    """A PostgreSQL that nobody has set up otherwise takes 100: a web server and a worker leave some."""
    use_at_once(store, KEPT_CONNECTIONS + FURTHER_CONNECTIONS)

    assert store.engine.pool.checkedin() == KEPT_CONNECTIONS  # type: ignore[attr-defined]  # a queue's
    assert 2 * (KEPT_CONNECTIONS + FURTHER_CONNECTIONS) < 100


def use_at_once(store: Store, count: int) -> None:
    everybody = threading.Barrier(count)

    def ask(_number: int) -> None:
        for _ in range(ROUNDS):
            with store.reading() as connection:
                connection.execute(text("SELECT 1"))
                everybody.wait(timeout=30)
            everybody.wait(timeout=30)  # all are given back

    with ThreadPoolExecutor(count) as threads:
        list(threads.map(ask, range(count)))
