"""Bringing tables up to date: Alembic's migrations, run from the package itself."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util.exc import CommandError
from sqlalchemy import Connection, Engine, text

from syndicator.domain.errors import Misconfigured
from syndicator.store.engine import Base

#: The folder of the migrations, in Alembic's layout.
MIGRATIONS_FOLDER = Path(__file__).parent / "migrations"

#: Two processes that start together must not both migrate: PostgreSQL's advisory lock, any number.
ADVISORY_LOCK_ID = 7_220_518

#: The table in which Alembic notes what revision the others are.
VERSION_TABLE = "alembic_version"


@dataclass(frozen=True, kw_only=True, slots=True)
class Revision:
    """``current``: the revision that a database's tables have (``None``: it is empty); ``head``: the one that
    this version works with."""

    current: str | None
    head: str

    @property
    def is_current(self) -> bool:
        return self.current == self.head


def revision(engine: Engine) -> Revision:
    """How far a database is. Nothing changes. Raises ``StoreError``, and ``Misconfigured`` where it was made
    by a newer version than this one."""
    scripts = ScriptDirectory.from_config(_config())
    with Base(engine).reading() as connection:
        current = MigrationContext.configure(connection).get_current_revision()
    known = {script.revision for script in scripts.walk_revisions()}
    if current is not None and current not in known:
        raise Misconfigured(
            f"database {engine.url!r}: it is that of a newer version of Syndicator ({current}), which this "
            "one does not know: start that version, or put back the backup that was made before it"
        )
    return Revision(current=current, head=str(scripts.get_current_head()))


def upgrade(engine: Engine) -> Revision:
    """Make the tables, or bring them up to date; any number of processes may ask for it at once. Returns the
    revision before. Raises ``StoreError``, and ``Misconfigured`` for a database of a newer version."""
    before = revision(engine)
    if before.is_current:
        return before
    with Base(engine).writing() as connection:  # SQLite: BEGIN IMMEDIATE lets one in at a time
        upgrade_to(connection, "head")
    return before


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS_FOLDER))
    return config


def _take_turn(connection: Connection) -> None:
    """Wait for whoever is migrating, as long as it takes: what its migration changes may be large. Ends with
    the transaction. Other locks are waited for no longer than ever."""
    timeout = connection.scalar(text("SHOW lock_timeout"))
    connection.execute(text("SET LOCAL lock_timeout = 0"))
    connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": ADVISORY_LOCK_ID})
    connection.execute(text("SELECT set_config('lock_timeout', :timeout, true)"), {"timeout": timeout})


def current(connection: Connection) -> str | None:
    """Which revision the tables are; ``None``: there are none yet."""
    return MigrationContext.configure(connection).get_current_revision()


def knows(revision: str) -> bool:
    """Whether there is such a revision in this version of the program."""
    try:
        return ScriptDirectory.from_config(_config()).get_revision(revision) is not None
    except CommandError:
        return False


def upgrade_to(connection: Connection, revision: str) -> None:
    """Bring tables to a revision, or to ``head``, in a transaction that goes on."""
    if connection.dialect.name == "postgresql":
        _take_turn(connection)
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, revision)
