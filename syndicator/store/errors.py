"""The database's errors as ours, each with what to do about it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine
from sqlalchemy.exc import (
    DatabaseError,
    DBAPIError,
    InternalError,
    OperationalError,
    ProgrammingError,
    TimeoutError,  # noqa: A004 - that of the pool
)

from syndicator.domain.errors import SyndicatorError

#: Codes of errors after which the same transaction, done once more, may well succeed: PostgreSQL's
#: (https://www.postgresql.org/docs/current/errcodes-appendix.html) serialization_failure, deadlock_detected,
#: and unique_violation, which is another hand that has just made the same row; SQLite's
#: (https://www.sqlite.org/rescode.html) the one kind of "busy" that no waiting helps.
GIVEN_UP_CODES = {"40001", "40P01", "23505", "SQLITE_BUSY_SNAPSHOT"}


class StoreError(SyndicatorError):
    """A transaction failed: the database is locked, full or unreachable. Nothing was changed."""


class Locked(StoreError):
    """SQLite's write lock is in another hand for too long. ``holder``: its process, where that is known."""

    def __init__(self, message: str, holder: int | None) -> None:
        super().__init__(message)
        self.holder = holder


class Lost(StoreError):
    """The connection was lost before the transaction was to be committed."""


class NotReady(StoreError):
    """The tables are not there yet, or are those of an older version: somebody has to migrate first."""


def is_given_up(error: DBAPIError) -> bool:
    """Whether the same transaction, done once more, may well succeed."""
    original = error.orig
    codes = {getattr(original, "sqlstate", None), getattr(original, "sqlite_errorname", None)}
    return not codes.isdisjoint(GIVEN_UP_CODES)


@contextmanager
def store_errors(engine: Engine) -> Iterator[None]:
    """Raises errors of the database as ``StoreError``, and all others as they are."""
    try:
        yield
    except TimeoutError as e:
        raise StoreError(f"database {engine.url!r}: all connections are in use, and none came free") from e
    except (OperationalError, ProgrammingError, InternalError) as e:
        if _lacks_tables(e):
            raise NotReady(
                f"database {engine.url!r}: its tables are not made, or not brought up to date yet: the next "
                "worker that starts does it, or `syndicator migrate`"
            ) from e
        if not isinstance(e, OperationalError) and not _is_read_only(e):
            raise
        message = str(e.orig).strip().partition("\n")[0]  # what follows is for who wrote the statement
        raise StoreError(f"database {engine.url!r}: {message}") from e
    except DBAPIError as e:
        if e.connection_invalidated:
            raise StoreError(f"database {engine.url!r}: connection lost: {e.orig}") from e
        if type(e) is DatabaseError:  # SQLite's word for a file that is damaged, or is none
            raise StoreError(f"database {engine.url!r}: {e.orig}: restore it from a backup") from e
        raise


def _lacks_tables(error: DBAPIError) -> bool:
    """PostgreSQL: undefined_table, undefined_column (https://www.postgresql.org/docs/current/errcodes-appendix.html).
    SQLite has one code for all that is wrong with a statement, and tells them apart by words."""
    if isinstance(error.orig, sqlite3.OperationalError):
        return str(error.orig).startswith(("no such table", "no such column")) or "has no column" in str(
            error.orig
        )
    return getattr(error.orig, "sqlstate", "") in ("42P01", "42703")


def _is_read_only(error: DBAPIError) -> bool:
    """PostgreSQL, as a standby or told to: read_only_sql_transaction, which is no operational error to it."""
    return getattr(error.orig, "sqlstate", "") == "25006"
