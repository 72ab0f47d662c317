"""Connecting to SQLite or PostgreSQL, and what all parts of the store share."""

from __future__ import annotations

import os
import random
import secrets
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import (
    Connection,
    Engine,
    ExceptionContext,
    Row,
    Table,
    and_,
    create_engine,
    event,
    make_url,
    or_,
    select,
    update,
)
from sqlalchemy.exc import (
    DatabaseError,
    DBAPIError,
    DisconnectionError,
    InternalError,
    OperationalError,
    ProgrammingError,
    SQLAlchemyError,
    TimeoutError,  # noqa: A004 - that of the pool
)

from syndicator.domain.errors import Misconfigured, SyndicatorError
from syndicator.jobs.ports import MARK_VARIABLE
from syndicator.store.lock_holder import blame, holder

#: Seconds to wait for another writer before giving up: longer than any transaction of ours.
BUSY_TIMEOUT = 10

#: Seconds to wait for this process's other writers: several of them may have to wait for other processes'.
TURN_TIMEOUT_S = 3 * BUSY_TIMEOUT

#: Seconds to wait for a connection to a server.
CONNECT_TIMEOUT = 10

#: How often in all a transaction is tried which the database gives up in favour of another one, and the
#: longest pause in seconds before the second try; before each further one, it may be twice as long.
ATTEMPTS, PAUSE_S = 6, 0.02

#: What the database says when the same transaction, done once more, may well succeed: PostgreSQL
#: (https://www.postgresql.org/docs/current/errcodes-appendix.html) serialization_failure, deadlock_detected,
#: and unique_violation, which is another hand that has just made the same row; SQLite
#: (https://www.sqlite.org/rescode.html) the one kind of "busy" that no waiting helps.
GIVEN_UP = {"40001", "40P01", "23505", "SQLITE_BUSY_SNAPSHOT"}

T = TypeVar("T")


#: This process, in the tokens of the rows that it has in hand. Whoever started it may have chosen the mark,
#: so that it can say when we are dead.
MARK = os.environ.get(MARK_VARIABLE) or secrets.token_hex(8)


class StoreError(SyndicatorError):
    """The database did not do what it was asked: locked, full, unreachable. Nothing was changed."""


class Locked(StoreError):
    """SQLite's write lock is in another hand for too long. ``holder``: its process, where that is known."""

    def __init__(self, why: str, holder: int | None) -> None:
        super().__init__(why)
        self.holder = holder


class NotReady(StoreError):
    """The tables are not there yet, or are those of an older version: somebody has to migrate first."""


def connect(url: str) -> Engine:
    """An engine for ``sqlite:///PATH`` or ``postgresql://...``. Raises ``Misconfigured``. Its errors never
    show values: subscribers' secrets are among them."""
    try:
        parsed = make_url(url)
        if parsed.drivername == "postgresql":
            parsed = parsed.set(drivername="postgresql+psycopg")
        if parsed.get_backend_name() != "sqlite":
            engine = create_engine(
                parsed,
                pool_pre_ping=True,
                pool_size=10,
                max_overflow=30,
                hide_parameters=True,
                connect_args={"connect_timeout": CONNECT_TIMEOUT},
            )
            event.listen(engine, "connect", _set_up_server)
            return engine
        if parsed.database:
            Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
        engine = create_engine(parsed, pool_size=10, max_overflow=30, hide_parameters=True)
    except (SQLAlchemyError, ImportError, OSError) as e:
        raise Misconfigured(f"[keep] database: {e}") from e
    event.listen(engine, "connect", _set_up_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    if parsed.database:
        event.listen(engine, "checkout", _must_be_the_file(Path(parsed.database)))
        event.listen(engine, "handle_error", _naming_who_holds(Path(parsed.database)))
    return engine


def _naming_who_holds(path: Path) -> Callable[[ExceptionContext], None]:
    """Nobody can take SQLite's write lock from a process that hangs; but everybody can name it."""

    def on_error(context: ExceptionContext) -> None:
        error = context.original_exception
        if getattr(error, "sqlite_errorname", "") in ("SQLITE_BUSY", "SQLITE_BUSY_TIMEOUT"):
            pid = holder(path)
            url = context.engine and context.engine.url
            raise Locked(f"database {url!r}: {error}: {blame(pid)}", pid) from error

    return on_error


def _must_be_the_file(path: Path) -> Callable[[Any, Any, Any], None]:
    """Connections to a file that was taken away, say for its backup, are not used any more: what is written
    through them is lost."""

    def inode() -> int:
        try:
            return path.stat().st_ino
        except OSError:
            return 0

    def checkout(_connection: object, record: Any, _proxy: object) -> None:
        now = inode()
        if record.info.setdefault("inode", now) != now:
            raise DisconnectionError(f"{path} is another file now")

    return checkout


def _set_up_server(connection: Any, _record: object) -> None:
    # Somebody's forgotten transaction must not hold a worker for ever.
    with connection.cursor() as cursor:
        cursor.execute(f"SET lock_timeout = '{BUSY_TIMEOUT}s'")
    connection.commit()


def _set_up_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # we begin transactions ourselves, see below
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT * 1000}")
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = NORMAL")  # WAL: a power cut loses no consistency
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    # A transaction that reads first and writes later cannot wait for another writer: it would fail
    # at once (https://www.sqlite.org/lang_transaction.html). Writers therefore queue at the start.
    reads = connection.get_execution_options().get("reads_only", False)
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")


class Base:
    """A part of the store: an engine, and the kinds of transaction."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._reader = engine.execution_options(reads_only=True)
        # SQLite has one writer at a time, and lets all others ask for their turn again and again, each with
        # a connection of its own: within a process they queue here, with none.
        self._turn = threading.Lock() if engine.dialect.name == "sqlite" else None

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One transaction, for rows of one kind. Raises ``StoreError`` where the database fails; then nothing
        was written."""
        with self._my_turn(), _store_errors(self.engine), self.engine.begin() as connection:
            yield connection

    def transact(self, work: Callable[[Connection], T]) -> T:
        """``work`` as one transaction, for rows of several kinds (``locks`` has their order). Where the
        database gives a transaction up, ``work`` is called once more, at once: then nothing was written yet.
        Raises as ``writing`` does."""
        with _store_errors(self.engine):
            for attempt in range(ATTEMPTS - 1):
                try:
                    return self._once(work)
                except DBAPIError as e:
                    if not _is_given_up(e):
                        raise
                time.sleep(random.uniform(0, PAUSE_S * 2**attempt))  # noqa: S311 - jitter, not cryptography
            return self._once(work)

    def _once(self, work: Callable[[Connection], T]) -> T:
        with self._my_turn(), self.engine.begin() as connection:
            return work(connection)

    @contextmanager
    def _my_turn(self) -> Iterator[None]:
        if self._turn is None:
            yield
            return
        if not self._turn.acquire(timeout=TURN_TIMEOUT_S):
            raise StoreError(f"database {self.engine.url!r}: locked by another thread of this process")
        try:
            yield
        finally:
            self._turn.release()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        with _store_errors(self.engine), self._reader.connect() as connection:
            yield connection

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """The same, and all that is read is as it was at one moment, however long it takes. SQLite's
        transactions see to that by themselves (https://www.sqlite.org/isolation.html)."""
        with self.reading() as connection:
            if self.engine.dialect.name == "postgresql":
                connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            yield connection


def _is_given_up(error: DBAPIError) -> bool:
    said = error.orig
    return {getattr(said, "sqlstate", None), getattr(said, "sqlite_errorname", None)} & GIVEN_UP != set()


@contextmanager
def _store_errors(engine: Engine) -> Iterator[None]:
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
        said = str(e.orig).strip().partition("\n")[0]  # what follows is for who wrote the statement
        raise StoreError(f"database {engine.url!r}: {said}") from e
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


def claim(
    connection: Connection, table: Table, name: str, now: datetime, lease: timedelta, *conditions: Any
) -> tuple[str, Row[Any]] | None:
    """Take a row in hand by one statement: a fresh token and the row, or ``None`` if it is not free."""
    token = secrets.token_hex(8) + MARK
    free = or_(table.c.lease_until.is_(None), table.c.lease_until <= now)
    row = connection.execute(
        update(table)
        .where(and_(table.c.name == name, free, *conditions))
        .values(token=token, lease_until=now + lease)
        .returning(table)
    ).one_or_none()
    return (token, row) if row else None


def claim_some(
    connection: Connection,
    table: Table,
    now: datetime,
    lease: timedelta,
    count: int,
    *conditions: Any,
    order: Sequence[Any],
) -> Sequence[Row[Any]]:
    """Take as many rows in hand as ``count``, by one statement, each with the same fresh token. Those that
    another hand is taking at this moment are passed over, not waited for."""
    free = or_(table.c.lease_until.is_(None), table.c.lease_until <= now)
    picked = (
        select(table.c.id)
        .where(free, *conditions)
        .order_by(*order)
        .limit(count)
        .with_for_update(skip_locked=True)
        .cte("picked")
    )
    return connection.execute(
        update(table)
        .where(table.c.id.in_(select(picked.c.id)))
        .values(token=secrets.token_hex(16), lease_until=now + lease)
        .returning(table)
    ).all()


def let_go(connection: Connection, table: Table, name: str, token: str, **values: Any) -> bool:
    """Give a row back with new values. ``False``: it was no longer in this hand; nothing changed."""
    result = connection.execute(
        update(table)
        .where(table.c.name == name, table.c.token == token)
        .values(token=None, lease_until=None, **values)
    )
    return result.rowcount == 1
