"""Migrations lead to the tables that the program has in mind, from every version before."""

from __future__ import annotations

import re
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, inspect, select

from syndicator.store import open_store, schema
from syndicator.store.engine import connect
from syndicator.store.revisions import MIGRATIONS_FOLDER, known
from tests.fakes import NOON


def indexes(engine: Engine) -> set[str]:
    """Each index as SQLite was told of it, without quotes and breaks."""
    with engine.connect() as connection:
        found = connection.exec_driver_sql("SELECT sql FROM sqlite_master WHERE type = 'index' AND sql > ''")
        return {re.sub(r'["\s]+', " ", str(row.sql)).replace(" .", ".").strip() for row in found}


def columns(engine: Engine) -> set[tuple[str, str, bool]]:
    look = inspect(engine)
    return {
        (name, column["name"], bool(column["nullable"]))
        for name in look.get_table_names()
        for column in look.get_columns(name)
        if name != "alembic_version"
    }


def test_migrated_tables_are_those_in_mind(tmp_path: Path) -> None:
    made = connect(f"sqlite:///{tmp_path}/made.db")
    schema.metadata.create_all(made)
    migrated = open_store(f"sqlite:///{tmp_path}/migrated.db").engine

    assert columns(migrated) == columns(made)
    assert {re.sub(r"\w+\.", "", index) for index in indexes(migrated)} == {
        re.sub(r"\w+\.", "", index) for index in indexes(made)
    }


def test_revisions_are_known_without_alembic_as_with_it() -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS_FOLDER))
    scripts = ScriptDirectory.from_config(config)

    assert known() == [script.revision for script in scripts.walk_revisions()][::-1]
    assert known()[-1] == scripts.get_current_head()


def test_what_is_on_record_before_there_is_history_stays(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/old.db"
    engine = connect(url)
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS_FOLDER))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        moment = NOON.strftime("%Y-%m-%d %H:%M:%S.%f")
        connection.exec_driver_sql(
            "INSERT INTO article VALUES (1, 'g', 's', 'k', '{}', ?, ?, ?, 1, 'live', NULL)", (moment,) * 3
        )
        connection.exec_driver_sql("INSERT INTO membership VALUES ('all', 1, ?)", (moment,))
    engine.dispose()

    with open_store(url).reading() as connection:
        [row] = connection.execute(select(schema.membership))

    assert (row.feed, row.published, row.page, row.gone) == ("all", NOON, None, None)
