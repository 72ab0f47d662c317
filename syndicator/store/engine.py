"""Connecting to SQLite or PostgreSQL, and the kinds of transaction that all parts of the store share."""

from __future__ import annotations

import random
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import unquote

from sqlalchemy import (
    URL,
    Connection,
    Engine,
    ExceptionContext,
    PoolProxiedConnection,
    create_engine,
    event,
    make_url,
)
from sqlalchemy.exc import DBAPIError, DisconnectionError, SQLAlchemyError

from syndicator.domain.errors import Misconfigured
from syndicator.store.errors import Locked, Lost, StoreError, is_given_up, store_errors
from syndicator.store.idle import ask_when_idle
from syndicator.store.lock_holder import blame, holder

#: Seconds to wait for another writer before giving up: longer than any transaction of ours.
BUSY_TIMEOUT_S = 10

#: Seconds to wait for this process's other writers: several of them may have to wait for other processes'.
TURN_TIMEOUT_S = 3 * BUSY_TIMEOUT_S

#: What SQLite says when another process has its write lock (https://www.sqlite.org/rescode.html).
LOCKED_ERRORS = ("SQLITE_BUSY", "SQLITE_BUSY_TIMEOUT")

#: Seconds to wait for a connection to a server.
CONNECT_TIMEOUT_S = 10

#: Connections of a process that are kept once they were needed at the same time, and further ones that are
#: made for a moment. To connect to a server takes as long as ten transactions: twenty channels find theirs.
KEPT_CONNECTIONS, FURTHER_CONNECTIONS = 20, 20

#: How often in all a transaction is tried which the database gives up in favour of another one, and the
#: longest pause in seconds before the second try; before each further one, it may be twice as long.
MAX_ATTEMPTS, FIRST_PAUSE_S = 6, 0.02

T = TypeVar("T")


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
                pool_size=KEPT_CONNECTIONS,
                max_overflow=FURTHER_CONNECTIONS,
                hide_parameters=True,
                connect_args={"connect_timeout": CONNECT_TIMEOUT_S},
            )
            event.listen(engine, "connect", _set_up_server)
            ask_when_idle(engine)
            return engine
        path = _sqlite_path(parsed)
        if path:
            path.parent.mkdir(parents=True, exist_ok=True)
        engine = create_engine(
            parsed, pool_size=KEPT_CONNECTIONS, max_overflow=FURTHER_CONNECTIONS, hide_parameters=True
        )
    except (SQLAlchemyError, ImportError, OSError) as e:
        raise Misconfigured(f"[keep] database: {e}") from e
    event.listen(engine, "connect", _set_up_sqlite)
    # Not as a listener of the engine: with one, each statement looks for all kinds of listeners.
    engine.dialect.do_begin = _begin_sqlite  # type: ignore[method-assign]
    if path:
        event.listen(engine, "checkout", _same_file_check(path))
        event.listen(engine, "handle_error", _lock_holder_namer(path))
    return engine


def _sqlite_path(url: URL) -> Path | None:
    """The database's file; ``None`` for one in memory. It may be named by a URI
    (https://sqlite.org/uri.html), which is percent-encoded."""
    name = url.database or ""
    if name.startswith("file:"):
        name = unquote(name.removeprefix("file:"))
    return Path(name) if name and name != ":memory:" else None


def _lock_holder_namer(path: Path) -> Callable[[ExceptionContext], None]:
    """Nobody can take SQLite's write lock from a process that hangs; but everybody can name it."""

    def on_error(context: ExceptionContext) -> None:
        error = context.original_exception
        if getattr(error, "sqlite_errorname", "") in LOCKED_ERRORS:
            pid = holder(path)
            url = context.engine and context.engine.url
            raise Locked(f"database {url!r}: {error}: {blame(pid)}", pid) from error

    return on_error


def _same_file_check(path: Path) -> Callable[[Any, Any, Any], None]:
    """Connections to a file that was taken away, say for its backup, are not used any more: what is written
    through them is lost."""

    def inode() -> int:
        try:
            return path.stat().st_ino
        except OSError:
            return 0

    def checkout(_connection: object, record: Any, _proxy: object) -> None:
        current = inode()
        if record.info.setdefault("inode", current) != current:
            raise DisconnectionError(f"{path} is another file now")

    return checkout


def _set_up_server(connection: Any, _record: object) -> None:
    # Somebody's forgotten transaction must not hold a worker for ever.
    with connection.cursor() as cursor:
        cursor.execute(f"SET lock_timeout = '{BUSY_TIMEOUT_S}s'")
    connection.commit()


def _set_up_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # we begin transactions ourselves, see below
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_S * 1000}")
    _write_ahead(cursor)
    cursor.execute("PRAGMA synchronous = NORMAL")  # WAL: a power cut loses no consistency
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()


def _write_ahead(cursor: sqlite3.Cursor) -> None:
    """Has readers wait for no writer. Where several who make a file want that at once, SQLite refuses some of
    them without a wait: none of those would be the first to give way
    (https://www.sqlite.org/c3ref/busy_handler.html)."""
    end = time.monotonic() + BUSY_TIMEOUT_S
    while True:
        try:
            cursor.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as e:
            if e.sqlite_errorname not in LOCKED_ERRORS or time.monotonic() > end:
                raise
            time.sleep(random.uniform(0, FIRST_PAUSE_S))  # noqa: S311 - jitter, not cryptography
        else:
            return


def _begin_sqlite(dbapi_connection: PoolProxiedConnection) -> None:
    # A transaction that reads first and writes later cannot wait for another writer: it would fail
    # at once (https://www.sqlite.org/lang_transaction.html). Writers therefore queue at the start.
    connection: Any = dbapi_connection.driver_connection
    if not connection.in_transaction:
        connection.execute("BEGIN IMMEDIATE")


def _reader_of(engine: Engine) -> Engine:
    """The same engine, whose transactions only read."""
    reader = engine.execution_options()
    if engine.dialect.name == "sqlite":
        event.listen(reader, "begin", lambda connection: connection.exec_driver_sql("BEGIN"))
    return reader


class Base:
    """A part of the store: an engine, and the kinds of transaction."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._reader = _reader_of(engine)
        # SQLite has one writer at a time, and lets all others ask for their turn again and again, each with
        # a connection of its own: within a process they queue here, with none.
        self._turn = threading.Lock() if engine.dialect.name == "sqlite" else None

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One transaction, for rows of one kind. Raises ``StoreError`` where the database fails; then nothing
        was written."""
        with self._my_turn(), store_errors(self.engine), self.engine.begin() as connection:
            yield connection

    def transact(self, work: Callable[[Connection], T]) -> T:
        """``work`` as one transaction, for rows of several kinds (``locks`` has their order). Where the
        database gives a transaction up, or a server ends the connection in it, ``work`` is called once more,
        at once: then nothing was written yet. Raises as ``writing`` does."""
        with store_errors(self.engine):
            for attempt in range(MAX_ATTEMPTS - 1):
                try:
                    return self._once(work)
                except Lost:
                    pass
                except DBAPIError as e:
                    if not is_given_up(e):
                        raise
                time.sleep(random.uniform(0, FIRST_PAUSE_S * 2**attempt))  # noqa: S311 - jitter, not cryptography
            return self._once(work)

    def _once(self, work: Callable[[Connection], T]) -> T:
        with self._my_turn(), self.engine.begin() as connection:
            try:
                return work(connection)
            except DBAPIError as e:
                if e.connection_invalidated:
                    raise Lost(f"database {self.engine.url!r}: connection lost: {e.orig}") from e
                raise

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
        """A connection that only reads, and waits for no writer. Raises ``StoreError``."""
        with store_errors(self.engine), self._reader.connect() as connection:
            yield connection

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """The same, and all that is read is as it was at one moment, however long it takes. SQLite's
        transactions see to that by themselves (https://www.sqlite.org/isolation.html)."""
        with self.reading() as connection:
            if self.engine.dialect.name == "postgresql":
                connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            yield connection
