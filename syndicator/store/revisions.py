"""Which revision a database's tables are, and which ones this version of the program knows: read without
Alembic, which nobody needs (0.3 seconds, 8 MB) whose tables are up to date.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, Engine, Select, String, column, inspect, select, table

from syndicator.domain.errors import Misconfigured
from syndicator.store.engine import Base

#: The folder of the migrations, in Alembic's layout.
MIGRATIONS_FOLDER = Path(__file__).parent / "migrations"

#: The table in which Alembic notes what revision the others are.
VERSION_TABLE = "alembic_version"

_NOTED: Select[str] = select(column("version_num", String)).select_from(table(VERSION_TABLE))


@dataclass(frozen=True, kw_only=True, slots=True)
class Revision:
    """``current``: the revision that a database's tables have (``None``: it is empty); ``head``: the one that
    this version works with."""

    current: str | None
    head: str

    @property
    def is_current(self) -> bool:
        return self.current == self.head


def known() -> list[str]:
    """The revisions that there are in this version, the oldest first: each file of a migration begins with
    its own."""
    files = (MIGRATIONS_FOLDER / "versions").glob("[0-9]*.py")
    return sorted(file.name.partition("_")[0] for file in files)


def current(connection: Connection) -> str | None:
    """Which revision the tables are; ``None``: there are none yet."""
    if not inspect(connection).has_table(VERSION_TABLE):
        return None
    return connection.scalar(_NOTED)


def revision(engine: Engine) -> Revision:
    """How far a database is. Nothing changes. Raises ``StoreError``, and ``Misconfigured`` where it was made
    by a newer version than this one."""
    with Base(engine).reading() as connection:
        noted = current(connection)
    revisions = known()
    if noted is not None and noted not in revisions:
        raise Misconfigured(
            f"database {engine.url!r}: it is that of a newer version of Syndicator ({noted}), which this "
            "one does not know: start that version, or put back the backup that was made before it"
        )
    return Revision(current=noted, head=revisions[-1])


def bring_up_to_date(engine: Engine) -> Revision:
    """Make the tables, or migrate them; any number of processes may ask for it at once. Returns the revision
    before. Raises as ``revision`` does."""
    before = revision(engine)
    if not before.is_current:
        from syndicator.store.migrate import upgrade  # noqa: PLC0415 - see above

        upgrade(engine)
    return before
