"""The table ``[example]``: the one that can be read alone, and that has an old name, ``[newsroom]``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from syndicator.config.declared import Example
from syndicator.config.file import MAIN_FILE, File, read
from syndicator.config.lines import line_of
from syndicator.config.shapes import Scope, TableMistakes, filled
from syndicator.domain.errors import DeclarationError
from syndicator.example_site import FOLDER, STATE

NAME, OLD_NAME = "example", "newsroom"


@dataclass(frozen=True, kw_only=True)
class ExampleTables:
    """The table under either name; a declaration has one of them."""

    example: Example | None = None
    newsroom: Example | None = None

    @property
    def example_tables(self) -> Mapping[str, Example]:
        """What is declared, by the name that it is declared under."""
        both = {NAME: self.example, OLD_NAME: self.newsroom}
        return {name: table for name, table in both.items() if table}

    @property
    def example_site(self) -> Example | None:
        """The declared site; ``None`` where there is none."""
        return self.example or self.newsroom


def load_example(folder: Path) -> Example:
    """The example site of a folder of declarations, or the default one where none is declared. Nothing else
    is read, so that a server of a few pages need not load what whole declarations name. Raises
    ``DeclarationError``."""
    folder = folder.resolve()
    default = Example(folder=folder / FOLDER, state=folder / STATE)
    main = read(folder / MAIN_FILE)
    if not main.path.exists():
        return default
    tables = _tables(main, folder)
    if main.mistakes:
        raise DeclarationError(main.mistakes)
    return tables.example_site or default


def _tables(main: File, folder: Path) -> ExampleTables:
    declared = {name: table for name, table in (main.data or {}).items() if name in (NAME, OLD_NAME)}
    scope = Scope(folder=folder, names={}, format=str)
    try:
        tables = ExampleTables(**filled(ExampleTables, declared, scope, injected={}, beside=()))
    except TableMistakes as e:
        for place, message in e.mistakes:
            main.report(place, message)
        return ExampleTables()
    must_be_one(main, tables)
    return tables


def must_be_one(main: File, tables: ExampleTables) -> None:
    """Report a file that has the table under both names."""
    if tables.example and tables.newsroom:
        line = line_of((NAME,), main.lines)
        main.report(
            (OLD_NAME,), f"is the old name of [{NAME}], which stands in line {line}: remove one of them"
        )


def old_name(main: File, tables: ExampleTables) -> Iterator[str]:
    """A remark where the table has its old name."""
    if tables.newsroom:
        yield main.remark((OLD_NAME,), f"is called [{NAME}] now: rename the table")
