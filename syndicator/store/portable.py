"""Everything on record to one portable file and back, between databases of either kind.

``record_file`` has the file's form. What belongs to processes that run (``process``, leases) is not carried:
nothing on record is in any hand after an import.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import IO, Any

from sqlalchemy import (
    JSON,
    Column,
    Connection,
    Table,
    TableClause,
    column,
    func,
    insert,
    inspect,
    literal,
    select,
    table,
    update,
)
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.types import NullType, TypeEngine

from syndicator.store import migrate, record_file, revisions, schema
from syndicator.store.engine import Base
from syndicator.store.record_file import BATCH_ROWS, Header, RecordFileError

#: Tables that are not carried: of what runs at this moment, and of private keys, which never leave their
#: database: actors get new ones after an import, and other servers ask for those as soon as old ones fail.
TRANSIENT_TABLES = frozenset({"process", "actor_key"})

#: Columns of rows in hand (``schema._lease``).
LEASE_COLUMNS = frozenset({"token", "lease_until"})

#: How values are written: moments as text (ISO 8601, UTC), JSON and plain values as they are.
COLUMN_TYPES: Mapping[str, TypeEngine[Any]] = {
    "moment": schema.Moment(),
    "json": JSON(none_as_null=True),
    "plain": NullType(),
}

#: Is called with the number of rows that were written or read since the last call.
Progress = Callable[[int], None]


def export_record(store: Base, file: IO[bytes], begin: Callable[[Header], Progress]) -> Header:
    """Write everything on record, as it is at one moment, to a file. ``begin`` gets
    the header, and returns the ``Progress`` to report to. Raises ``StoreError`` or ``OSError``."""
    with store.snapshot() as connection:
        header = Header(
            revision=revisions.current(connection) or "",
            columns={str(each.name): {str(c.name): _kind(c) for c in _columns(each)} for each in _tables()},
            rows={str(each.name): _count(connection, each) for each in _tables()},
        )
        progress = begin(header)
        with record_file.writing(file, header) as writer:
            for each in _tables():
                for rows in _batches(connection, each):
                    writer.rows(str(each.name), rows)
                    progress(len(rows))
    return header


def import_record(store: Base, file: IO[bytes], begin: Callable[[Header], Progress]) -> Header:
    """Put everything that is in a file on record, in one transaction: all of it or nothing. Files of older
    tables are brought up to date, where the database has no tables yet. Feeds and their archives want to be
    built again: their documents are not in the file. Raises ``RecordFileError`` or ``StoreError``."""
    with record_file.reading(file) as reader:
        header = reader.header
        progress = begin(header)
        with store.writing() as connection:
            _make_tables(connection, header)
            _must_be_empty(connection, header)
            for name, rows in reader.batches():
                _insert(connection, name, header.columns[name], rows)
                progress(len(rows))
            migrate.upgrade_to(connection, "head")
            _set_sequences(connection)
            for each in (schema.feed, schema.archive):
                connection.execute(update(each).values(wants=each.c.wants + 1))
    return header


def _tables() -> list[Table]:
    """In an order in which rows may be inserted."""
    return [each for each in schema.metadata.sorted_tables if each.name not in TRANSIENT_TABLES]


def _columns(each: Table) -> list[Column[Any]]:
    return [c for c in each.c if c.name not in LEASE_COLUMNS]


def _kind(c: Column[Any]) -> str:
    if isinstance(c.type, schema.Moment):
        return "moment"
    return "json" if isinstance(c.type, JSON) else "plain"


def _count(connection: Connection, each: Table) -> int:
    return connection.scalar(select(func.count()).select_from(each)) or 0


def _batches(connection: Connection, each: Table) -> Iterator[Sequence[Any]]:
    query = select(*_columns(each)).order_by(*each.primary_key.columns)
    result = connection.execute(query, execution_options={"yield_per": BATCH_ROWS})
    yield from result.partitions()


def _make_tables(connection: Connection, header: Header) -> None:
    """Tables as they were when the file was written, where there are none; else they have to be those."""
    if header.revision not in revisions.known():
        raise RecordFileError(
            f"the file was written by a newer Syndicator (tables of revision {header.revision!r}): "
            "import it with that version"
        )
    there = revisions.current(connection)
    if there is None:
        migrate.upgrade_to(connection, header.revision)
    elif there != header.revision:
        raise RecordFileError(
            f"the file has tables of revision {header.revision}, and database {connection.engine.url!r} of "
            f"{there}: import into a new database, which is then brought up to date ([keep] database)"
        )


def _must_be_empty(connection: Connection, header: Header) -> None:
    existing = set(inspect(connection).get_table_names()) - TRANSIENT_TABLES - {revisions.VERSION_TABLE}
    if unknown := header.columns.keys() - existing:
        raise RecordFileError(f"line 1: there is no table {min(unknown)!r}: the file was changed or damaged")
    for name in sorted(existing):
        if connection.scalar(select(literal(1)).select_from(table(name)).limit(1)):
            raise RecordFileError(
                f"database {connection.engine.url!r} is not empty: there are rows in {name!r}. Stop "
                "Syndicator, and import into a new database: name one in [keep] database, or move the old "
                "one away"
            )


def _insert(
    connection: Connection, name: str, columns: Mapping[str, str], rows: Sequence[Sequence[Any]]
) -> None:
    target: TableClause = table(name, *(column(c, COLUMN_TYPES.get(kind)) for c, kind in columns.items()))
    moments = {position for position, kind in enumerate(columns.values()) if kind == "moment"}
    try:
        values = [
            {c: _value(v, is_moment=i in moments) for i, (c, v) in enumerate(zip(columns, row, strict=True))}
            for row in rows
        ]
        connection.execute(insert(target), values)
    except OperationalError:  # the database's trouble, not the file's
        raise
    except DBAPIError as e:
        reason = str(e.orig).strip().partition("\n")[0]
        raise RecordFileError(f"a row of {name} is not taken by this database: {reason}") from e
    except (TypeError, ValueError) as e:
        raise RecordFileError(f"a row of {name}: {e}: the file was changed or damaged") from e


def _value(value: Any, *, is_moment: bool) -> Any:
    return datetime.fromisoformat(value) if is_moment and value is not None else value


def _set_sequences(connection: Connection) -> None:
    """Numbers go on after those that were imported. SQLite sees to that by itself
    (https://www.sqlite.org/autoinc.html); PostgreSQL's sequences are set."""
    if connection.dialect.name != "postgresql":
        return
    for each in _tables():
        key = each.autoincrement_column
        last = connection.scalar(select(func.max(key))) if key is not None else None
        if key is not None and last is not None:
            sequence = func.pg_get_serial_sequence(each.name, key.name)
            connection.execute(select(func.setval(sequence, last)))
