"""``syndicator export`` and ``import``: everything on record to one file, and from it."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from rich.console import Console
from rich.progress import Progress
from rich.text import Text

from syndicator.domain.errors import SyndicatorError
from syndicator.files import whole_file
from syndicator.store import Store, open_store
from syndicator.store.engine import connect
from syndicator.store.portable import export_record, import_record
from syndicator.store.record_file import Header, RecordFileError
from syndicator.wiring import declarations

#: The name that means standard output, or standard input.
STREAM = "-"

#: What the file may be read by: its owner. Subscribers' secrets are in it as they are.
PRIVATE = 0o600

#: What is said of a file.
PRIVATE_NOTE = (
    "is for your eyes alone (0600): subscribers' secrets and readers' addresses are in it. The private keys "
    "of ActivityPub's actors are not: they get new ones after an import."
)

Begin = Callable[[Header], Callable[[int], None]]


def export(folder: Path, name: str, *, as_json: bool) -> None:
    """Write everything on record to a new file, or to standard output. Raises ``SyndicatorError``."""
    store = open_store(declarations(folder).keep.database)
    with _written(name) as file, _progress("Exporting") as begin:
        header = export_record(store, file, begin)
    store.engine.dispose()
    note = "" if name == STREAM else f"{name} {PRIVATE_NOTE}"
    _print("exported", header, note, as_json=as_json, to_errors=name == STREAM)


def import_(folder: Path, name: str, *, as_json: bool) -> None:
    """Put on record what a file holds, or standard input. Raises ``SyndicatorError``."""
    store = Store(connect(declarations(folder).keep.database))  # its tables are made in the same transaction
    with _named(name), _read(name) as file, _progress("Importing") as begin:
        header = import_record(store, file, begin)
    store.engine.dispose()
    note = "Now start Syndicator: every feed is built again, and goes on where it was."
    _print("imported", header, note, as_json=as_json, to_errors=False)


@contextmanager
def _named(name: str) -> Iterator[None]:
    try:
        yield
    except RecordFileError as e:
        shown = "standard input" if name == STREAM else name
        raise RecordFileError(f"{shown}: {e}. Nothing was imported") from e


@contextmanager
def _read(name: str) -> Iterator[IO[bytes]]:
    if name == STREAM:
        yield sys.stdin.buffer
        return
    try:
        with Path(name).open("rb") as file:
            yield file
    except OSError as e:
        raise SyndicatorError(f"{name}: {e.strerror or e}") from e


@contextmanager
def _written(name: str) -> Iterator[IO[bytes]]:
    """A file that is there under its name once it is whole, and never in the place of another one."""
    if name == STREAM:
        if sys.stdout.isatty():
            raise SyndicatorError("standard output is a terminal: name a file, or pipe it to a program")
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    path = Path(name)
    partial = path.with_name(f".{path.name}.partial")  # one name: an interrupted export's is written over
    try:
        if path.exists():
            raise SyndicatorError(f"{name} exists already: name a new file")
        with whole_file(path, mode=PRIVATE, is_durable=True, part=partial) as file:
            yield file
    except OSError as e:
        raise SyndicatorError(f"{name}: {e.strerror or e}: nothing was exported") from e


@contextmanager
def _progress(what: str) -> Iterator[Begin]:
    """A bar for a person at a terminal, out of the way of what is written to standard output."""
    with Progress(console=Console(stderr=True), disable=not sys.stderr.isatty()) as bar:

        def begin(header: Header) -> Callable[[int], None]:
            task = bar.add_task(what, total=header.total)
            return lambda rows: bar.advance(task, rows)

        yield begin


def _print(did: str, header: Header, note: str, *, as_json: bool, to_errors: bool) -> None:
    if as_json:
        result = {did: dict(header.rows), "rows": header.total, "schema": header.revision}
        print(json.dumps(result), file=sys.stderr if to_errors else sys.stdout)
        return
    screen = Console(stderr=to_errors, soft_wrap=True)
    counts = ", ".join(f"{count:,} {name}" for name, count in header.rows.items() if count)
    screen.print(Text(f"{did}: {counts or 'an empty record'}"))
    if note:
        screen.print(Text(note))
