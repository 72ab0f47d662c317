"""Everything on record as one portable file, between databases of either kind.

The file is gzip (RFC 1952) of JSON Lines (https://jsonlines.org/), in UTF-8::

    {"syndicator": "record", "format": 1, "schema": "0004",
     "tables": {"article": {"columns": {...}, "rows": 7}, ...}}   in one line
    ["article", [1, "tag:river.example,2026:7", ...]]             a line for each row, in the order of tables
    {"rows": 123, "sha256": "..."}                                of all lines before this one, byte by byte

The last line comes last, so that a file that was cut short is refused. What belongs to processes that run
(``process``, leases) is not carried: nothing on record is in any hand after an import.
"""

from __future__ import annotations

import gzip
import hashlib
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import IO, Any

import orjson
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

from syndicator.domain.errors import SyndicatorError
from syndicator.store import migrate, schema
from syndicator.store.engine import Base

#: The version of the file's own form.
FORMAT = 1

#: Rows read, and rows written, in one go: what is in memory at once.
BATCH_ROWS = 500

#: Bytes of the longest line: an article with its whole text is far below it.
MAX_LINE_BYTES = 256 * 1024 * 1024

#: Tables of what runs at this moment.
OF_THE_MOMENT = frozenset({"process"})

#: Columns of rows in hand (``schema._lease``).
LEASE_COLUMNS = frozenset({"token", "lease_until"})

#: How values are written: moments as text (ISO 8601, UTC), JSON and plain values as they are.
TYPES: Mapping[str, TypeEngine[Any]] = {
    "moment": schema.Moment(),
    "json": JSON(none_as_null=True),
    "plain": NullType(),
}

Progress = Callable[[int], None]


class RecordFileError(SyndicatorError):
    """The file is not one that can be imported here: torn, changed, newer; or the record is not empty.
    Nothing was imported."""


@dataclass(frozen=True, slots=True)
class Header:
    """What a file says of itself: the revision of the tables (Alembic's), the columns of each with how
    their values are written, and how many rows there are of each."""

    revision: str
    columns: Mapping[str, Mapping[str, str]]
    rows: Mapping[str, int]

    @property
    def total(self) -> int:
        """Rows in all."""
        return sum(self.rows.values())


def export_record(store: Base, file: IO[bytes], begin: Callable[[Header], Progress]) -> Header:
    """Write everything on record, as it is at one moment, to a file. ``begin`` is told what is to come, and
    returns whom to tell how many more rows are written. Raises ``StoreError`` or ``OSError``."""
    with (
        gzip.GzipFile(filename="", fileobj=file, mode="wb", compresslevel=6) as packed,
        store.snapshot() as connection,
    ):
        header = Header(
            revision=migrate.current(connection) or "",
            columns={str(each.name): {str(c.name): _kind(c) for c in _columns(each)} for each in _tables()},
            rows={str(each.name): _count(connection, each) for each in _tables()},
        )
        progress = begin(header)
        digest = hashlib.sha256()

        def write(line: object) -> None:
            content = orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE | orjson.OPT_UTC_Z)
            digest.update(content)
            packed.write(content)

        write(
            {
                "syndicator": "record",
                "format": FORMAT,
                "schema": header.revision,
                "tables": {
                    name: {"columns": columns, "rows": header.rows[name]}
                    for name, columns in header.columns.items()
                },
            }
        )
        for each in _tables():
            for rows in _pages(connection, each):
                for row in rows:
                    write([each.name, list(row)])
                progress(len(rows))
        write({"rows": header.total, "sha256": digest.hexdigest()})
    return header


def import_record(store: Base, file: IO[bytes], begin: Callable[[Header], Progress]) -> Header:
    """Put everything that is in a file on record, in one transaction: all of it or nothing. Files of older
    tables are brought up to date, where the database has no tables yet. Feeds and their archives want to be
    built again: their documents are not in the file. Raises ``RecordFileError`` or ``StoreError``."""
    with _reading_errors(), gzip.GzipFile(fileobj=file, mode="rb") as packed:
        lines = _Lines(packed)
        header = _header(lines)
        progress = begin(header)
        with store.writing() as connection:
            _make_tables(connection, header)
            _must_be_empty(connection, header)
            for name, rows in _batches(lines, header):
                _insert(connection, name, header.columns[name], rows)
                progress(len(rows))
            migrate.upgrade_to(connection, "head")
            _count_on(connection)
            for each in (schema.feed, schema.archive):
                connection.execute(update(each).values(wants=each.c.wants + 1))
    return header


def _tables() -> list[Table]:
    """In an order in which rows may be inserted."""
    return [each for each in schema.metadata.sorted_tables if each.name not in OF_THE_MOMENT]


def _columns(each: Table) -> list[Column[Any]]:
    return [c for c in each.c if c.name not in LEASE_COLUMNS]


def _kind(c: Column[Any]) -> str:
    if isinstance(c.type, schema.Moment):
        return "moment"
    return "json" if isinstance(c.type, JSON) else "plain"


def _count(connection: Connection, each: Table) -> int:
    return connection.scalar(select(func.count()).select_from(each)) or 0


def _pages(connection: Connection, each: Table) -> Iterator[Sequence[Any]]:
    query = select(*_columns(each)).order_by(*each.primary_key.columns)
    result = connection.execute(query, execution_options={"yield_per": BATCH_ROWS})
    yield from result.partitions()


class _Lines:
    """The lines of a file, and the hash of those that were read."""

    def __init__(self, file: gzip.GzipFile) -> None:
        self._file, self._digest, self.number = file, hashlib.sha256(), 0
        self.digest = ""  # of all lines before the last one

    def next(self) -> Any:
        """The next line as what it says. Raises ``RecordFileError``."""
        self.digest = self._digest.hexdigest()
        content = self._file.readline(MAX_LINE_BYTES)
        self.number += 1
        if not content.endswith(b"\n"):
            raise RecordFileError(f"line {self.number}: the file ends too early: it was cut short")
        self._digest.update(content)
        try:
            return orjson.loads(content)
        except ValueError as e:
            raise RecordFileError(f"line {self.number}: {e}: the file was changed or damaged") from e

    def is_over(self) -> bool:
        """Whether nothing follows; gzip's own checksum is the last to be looked at."""
        return not self._file.read(1)


def _header(lines: _Lines) -> Header:
    match lines.next():
        case {"syndicator": "record", "format": int(version), **_others} if version > FORMAT:
            raise RecordFileError(
                f"the file was written by a newer Syndicator (format {version}; this one reads {FORMAT}): "
                "import it with that version"
            )
        case {"syndicator": "record", "format": 1, "schema": str(revision), "tables": dict(tables)}:
            try:
                return Header(
                    revision=revision,
                    columns={name: dict(each["columns"]) for name, each in tables.items()},
                    rows={name: int(each["rows"]) for name, each in tables.items()},
                )
            except (TypeError, KeyError, ValueError) as e:
                raise RecordFileError("line 1: the file was changed or damaged") from e
    raise RecordFileError("the file was not written by `syndicator export`")


def _batches(lines: _Lines, header: Header) -> Iterator[tuple[str, list[list[Any]]]]:
    """The rows of each table, some at a time. Raises ``RecordFileError`` once anything is not as the header
    and the last line say."""
    for name, count in header.rows.items():
        width, left = len(header.columns[name]), count
        while left:
            rows = [_row(lines, name, width) for _ in range(min(left, BATCH_ROWS))]
            left -= len(rows)
            yield name, rows
    match lines.next():
        case {"rows": header.total, "sha256": lines.digest} if lines.is_over():
            return
    raise RecordFileError(f"line {lines.number}: the checksum does not fit: the file was changed or damaged")


def _row(lines: _Lines, name: str, width: int) -> list[Any]:
    match lines.next():
        case [str(table_name), list(values)] if table_name == name and len(values) == width:
            return values
    raise RecordFileError(
        f"line {lines.number}: not a row of {name} with {width} values: the file was changed or damaged"
    )


def _make_tables(connection: Connection, header: Header) -> None:
    """Tables as they were when the file was written, where there are none; else they have to be those."""
    if not migrate.knows(header.revision):
        raise RecordFileError(
            f"the file was written by a newer Syndicator (tables of revision {header.revision!r}): "
            "import it with that version"
        )
    there = migrate.current(connection)
    if there is None:
        migrate.upgrade_to(connection, header.revision)
    elif there != header.revision:
        raise RecordFileError(
            f"the file has tables of revision {header.revision}, and database {connection.engine.url!r} of "
            f"{there}: import into a new database, which is then brought up to date ([keep] database)"
        )


def _must_be_empty(connection: Connection, header: Header) -> None:
    there = set(inspect(connection).get_table_names()) - OF_THE_MOMENT - {migrate.VERSIONS}
    if unknown := header.columns.keys() - there:
        raise RecordFileError(f"line 1: there is no table {min(unknown)!r}: the file was changed or damaged")
    for name in sorted(there):
        if connection.scalar(select(literal(1)).select_from(table(name)).limit(1)):
            raise RecordFileError(
                f"database {connection.engine.url!r} is not empty: there are rows in {name!r}. Stop "
                "Syndicator, and import into a new database: name one in [keep] database, or move the old "
                "one away"
            )


def _insert(
    connection: Connection, name: str, columns: Mapping[str, str], rows: Sequence[Sequence[Any]]
) -> None:
    into: TableClause = table(name, *(column(c, TYPES.get(kind)) for c, kind in columns.items()))
    moments = {position for position, kind in enumerate(columns.values()) if kind == "moment"}
    try:
        values = [
            {c: _value(v, is_moment=i in moments) for i, (c, v) in enumerate(zip(columns, row, strict=True))}
            for row in rows
        ]
        connection.execute(insert(into), values)
    except OperationalError:  # the database's trouble, not the file's
        raise
    except DBAPIError as e:
        why = str(e.orig).strip().partition("\n")[0]
        raise RecordFileError(f"a row of {name} is not taken by this database: {why}") from e
    except (TypeError, ValueError) as e:
        raise RecordFileError(f"a row of {name}: {e}: the file was changed or damaged") from e


def _value(value: Any, *, is_moment: bool) -> Any:
    return datetime.fromisoformat(value) if is_moment and value is not None else value


def _count_on(connection: Connection) -> None:
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


@contextmanager
def _reading_errors() -> Iterator[None]:
    """What is wrong with a file, in the words of one error."""
    try:
        yield
    except EOFError as e:
        raise RecordFileError("the file ends too early: it was cut short") from e
    except (gzip.BadGzipFile, zlib.error) as e:
        raise RecordFileError(f"the file is damaged, or was not written by `syndicator export`: {e}") from e
