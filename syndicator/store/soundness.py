"""Checks that a database is whole, before anything is written to it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, inspect
from sqlalchemy.exc import OperationalError

from syndicator.store import schema
from syndicator.store.engine import Base
from syndicator.store.errors import StoreError

#: SQLite's instructions between two looks at the clock: some milliseconds of work.
INSTRUCTIONS_PER_CHECK = 100_000

REMEDY = 'restore it from a backup (docs/operating.md, "Backups")'


def must_be_sound(store: Base, timeout_s: float) -> None:
    """Raises ``StoreError`` where a database does not answer or is damaged. Of SQLite's file as much is read
    as ``timeout_s`` allow (https://www.sqlite.org/pragma.html#pragma_quick_check); a server looks after its
    own. A database that is not there yet is sound."""
    url = store.engine.url
    if store.engine.dialect.name != "sqlite":
        with store.reading():
            return
    if not url.database or not Path(url.database).exists():
        return
    verdict = "ok"
    with store.reading() as connection, _time_limit(connection, timeout_s):
        [verdict] = connection.exec_driver_sql("PRAGMA quick_check(1)").one()
    if verdict != "ok":
        raise StoreError(f"database {url!r}: it is damaged ({verdict}): {REMEDY}")


def must_be_complete(store: Base) -> None:
    """Raises ``StoreError`` where a table is missing that migrations have made."""
    with store.reading() as connection:
        missing = schema.metadata.tables.keys() - set(inspect(connection).get_table_names())
    if missing:
        raise StoreError(f"database {store.engine.url!r}: table {min(missing)!r} is missing: {REMEDY}")


@contextmanager
def _time_limit(connection: Connection, timeout_s: float) -> Iterator[None]:
    """A statement that takes longer is ended, and has found nothing."""
    raw: Any = connection.connection.driver_connection
    end = time.monotonic() + timeout_s
    raw.set_progress_handler(lambda: time.monotonic() > end, INSTRUCTIONS_PER_CHECK)
    try:
        yield
    except OperationalError:
        if time.monotonic() <= end:
            raise
    finally:
        raw.set_progress_handler(None, 0)
