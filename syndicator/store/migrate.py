"""Bringing tables up to date: Alembic's migrations, run from the package itself."""

from __future__ import annotations

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, text

from syndicator.store.engine import Base
from syndicator.store.revisions import MIGRATIONS_FOLDER

#: Two processes that start together must not both migrate: PostgreSQL's advisory lock, any number.
ADVISORY_LOCK_ID = 7_220_518


def upgrade(engine: Engine) -> None:
    """Make the tables, or bring them up to date; any number of processes may ask for it at once. Raises
    ``StoreError``."""
    with Base(engine).writing() as connection:  # SQLite: BEGIN IMMEDIATE lets one in at a time
        upgrade_to(connection, "head")


def upgrade_to(connection: Connection, revision: str) -> None:
    """Bring tables to a revision, or to ``head``, in a transaction that goes on."""
    if connection.dialect.name == "postgresql":
        _take_turn(connection)
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS_FOLDER))
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def _take_turn(connection: Connection) -> None:
    """Wait for whoever is migrating, as long as it takes: what its migration changes may be large. Ends with
    the transaction. Other locks are waited for no longer than ever."""
    timeout = connection.scalar(text("SHOW lock_timeout"))
    connection.execute(text("SET LOCAL lock_timeout = 0"))
    connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": ADVISORY_LOCK_ID})
    connection.execute(text("SELECT set_config('lock_timeout', :timeout, true)"), {"timeout": timeout})
