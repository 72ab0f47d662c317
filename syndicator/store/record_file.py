"""The form of the portable file: gzip (RFC 1952) of JSON Lines (https://jsonlines.org/), in UTF-8::

    {"syndicator": "record", "format": 1, "schema": "0004",
     "tables": {"article": {"columns": {...}, "rows": 7}, ...}}   in one line
    ["article", [1, "tag:river.example,2026:7", ...]]             a line for each row, in the order of tables
    {"rows": 123, "sha256": "..."}                                of all lines before this one, byte by byte

The last line comes last, so that a file that was cut short is refused.
"""

from __future__ import annotations

import gzip
import hashlib
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, Any

import orjson

from syndicator.domain.errors import SyndicatorError

#: The version of the file's own form.
FORMAT_VERSION = 1

#: Bytes of the longest line: an article with its whole text is far below it.
MAX_LINE_BYTES = 256 * 1024 * 1024

#: Rows that are read, and handed on, in one go: what is in memory at once.
BATCH_ROWS = 500


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


class RecordWriter:
    """The lines of a file that is being written, in their order: header, rows, and the end."""

    def __init__(self, packed: gzip.GzipFile, header: Header) -> None:
        self._packed, self._digest, self._header = packed, hashlib.sha256(), header
        self._write(
            {
                "syndicator": "record",
                "format": FORMAT_VERSION,
                "schema": header.revision,
                "tables": {
                    name: {"columns": columns, "rows": header.rows[name]}
                    for name, columns in header.columns.items()
                },
            }
        )

    def rows(self, table: str, rows: Sequence[Sequence[Any]]) -> None:
        """Rows of one table."""
        for row in rows:
            self._write([table, list(row)])

    def end(self) -> None:
        """The last line, without which the file is refused."""
        self._write({"rows": self._header.total, "sha256": self._digest.hexdigest()})

    def _write(self, line: object) -> None:
        content = orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE | orjson.OPT_UTC_Z)
        self._digest.update(content)
        self._packed.write(content)


class RecordReader:
    """A file that is being read: its ``header``, and then the rows."""

    def __init__(self, packed: gzip.GzipFile) -> None:
        self._lines = _Lines(packed)
        self.header = _header(self._lines)

    def batches(self) -> Iterator[tuple[str, list[list[Any]]]]:
        """The rows of each table, some at a time. Raises ``RecordFileError`` once anything is not as the
        header and the last line say."""
        lines, header = self._lines, self.header
        for name, count in header.rows.items():
            width, left = len(header.columns[name]), count
            while left:
                rows = [_row(lines, name, width) for _ in range(min(left, BATCH_ROWS))]
                left -= len(rows)
                yield name, rows
        match lines.next():
            case {"rows": header.total, "sha256": lines.digest} if lines.is_over():
                return
        raise RecordFileError(
            f"line {lines.number}: the checksum does not fit: the file was changed or damaged"
        )


@contextmanager
def writing(file: IO[bytes], header: Header) -> Iterator[RecordWriter]:
    """Write a file of this header: rows within the block, the end after it. Raises ``OSError``."""
    with gzip.GzipFile(filename="", fileobj=file, mode="wb", compresslevel=6) as packed:
        writer = RecordWriter(packed, header)
        yield writer
        writer.end()


@contextmanager
def reading(file: IO[bytes]) -> Iterator[RecordReader]:
    """Read a file. Whatever is wrong with it within the block is a ``RecordFileError``."""
    try:
        with gzip.GzipFile(fileobj=file, mode="rb") as packed:
            yield RecordReader(packed)
    except EOFError as e:
        raise RecordFileError("the file ends too early: it was cut short") from e
    except (gzip.BadGzipFile, zlib.error) as e:
        raise RecordFileError(f"the file is damaged, or was not written by `syndicator export`: {e}") from e


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
        case {"syndicator": "record", "format": int(version), **_others} if version > FORMAT_VERSION:
            raise RecordFileError(
                f"the file was written by a newer Syndicator (format {version}; this one reads "
                f"{FORMAT_VERSION}): import it with that version"
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


def _row(lines: _Lines, name: str, width: int) -> list[Any]:
    match lines.next():
        case [str(table_name), list(values)] if table_name == name and len(values) == width:
            return values
    raise RecordFileError(
        f"line {lines.number}: not a row of {name} with {width} values: the file was changed or damaged"
    )
