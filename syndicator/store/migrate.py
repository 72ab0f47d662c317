"""Bringing tables up to date: Alembic's migrations, run from the package itself."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util.exc import CommandError
from sqlalchemy import Connection, Engine, text

from syndicator.store.engine import Base

SCRIPTS = Path(__file__).parent / "migrations"

#: Two processes that start together must not both migrate: PostgreSQL's advisory lock, any number.
LOCK = 7_220_518

#: The table in which Alembic notes what revision the others are.
VERSIONS = "alembic_version"


def upgrade(engine: Engine) -> None:
    """Make the tables, or bring them up to date. Raises ``StoreError``."""
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    head = ScriptDirectory.from_config(config).get_current_head()
    store = Base(engine)
    with store.reading() as connection:
        if MigrationContext.configure(connection).get_current_revision() == head:
            return
    with store.writing() as connection:  # SQLite: BEGIN IMMEDIATE lets one in at a time
        if engine.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def current(connection: Connection) -> str | None:
    """Which revision the tables are; ``None``: there are none yet."""
    return MigrationContext.configure(connection).get_current_revision()


def knows(revision: str) -> bool:
    """Whether there is such a revision in this version of the program."""
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    try:
        return ScriptDirectory.from_config(config).get_revision(revision) is not None
    except CommandError:
        return False


def upgrade_to(connection: Connection, revision: str) -> None:
    """Bring tables to a revision, or to ``head``, in a transaction that goes on."""
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
    config.attributes["connection"] = connection
    command.upgrade(config, revision)
