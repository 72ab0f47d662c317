"""A server that ends its connections, as when it is restarted: the next transaction has new ones."""

from __future__ import annotations

import pytest
from sqlalchemy import Connection, create_engine, select, text

from syndicator.store import Store, StoreError, idle, schema
from tests.fakes import ALL, NOON

pytestmark = pytest.mark.slow  # databases or processes throughout


@pytest.fixture
def server_store(store: Store) -> Store:
    if store.engine.dialect.name == "sqlite":
        pytest.skip("it has no server")
    store.declare(["page"], [ALL], ["wire"], NOON)
    return store


def end_all(store: Store) -> None:
    """Ends all sessions but our own, and waits for it (10,000 ms): one that is only told to still answers."""
    ending = (
        "SELECT count(pg_terminate_backend(pid, 10000)) FROM pg_stat_activity"
        " WHERE datname = current_database()"
    )
    other = create_engine(store.engine.url)
    with other.connect() as connection:
        connection.execute(text(f"{ending} AND pid != pg_backend_pid()"))
    other.dispose()


def names(connection: Connection) -> list[str]:
    return list(connection.scalars(select(schema.channel.c.name)))


def test_a_transaction_is_done_once_more(server_store: Store) -> None:
    end_all(server_store)
    assert server_store.transact(names) == ["wire"]


def test_a_transaction_that_is_cut_off_is_done_whole(server_store: Store) -> None:
    tries: list[int] = []

    def renames(connection: Connection) -> None:
        tries.append(1)
        connection.execute(schema.channel.update().values(name="renamed"))
        if len(tries) == 1:
            end_all(server_store)
        assert names(connection) == ["renamed"]

    server_store.transact(renames)
    assert len(tries) == 2
    assert server_store.transact(names) == ["renamed"]


def test_what_lay_idle_is_asked_first(server_store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(idle, "MAX_IDLE_S", 0.0)
    end_all(server_store)
    with server_store.reading() as connection:
        assert names(connection) == ["wire"]


def test_one_that_is_always_cut_off_fails(server_store: Store) -> None:
    def work(connection: Connection) -> None:
        end_all(server_store)
        names(connection)

    with pytest.raises(StoreError, match="connection lost"):
        server_store.transact(work)
