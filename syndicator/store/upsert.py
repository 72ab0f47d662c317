"""Insert-or-update, which each dialect writes in its own words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import sqlite

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql


def upsert(connection: Connection, table: Table) -> sqlite.Insert | postgresql.Insert:
    """An insert of the dialect spoken here: it has ``on_conflict_do_update`` and ``excluded``."""
    if connection.dialect.name == "postgresql":
        from sqlalchemy.dialects import postgresql  # noqa: PLC0415 - 0.1 s, for those who speak it

        return postgresql.insert(table)
    return sqlite.insert(table)


def insert_missing(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert those of these rows that are not there yet, by whatever is unique in the table. No rows: no
    statement."""
    if rows:
        connection.execute(upsert(connection, table).on_conflict_do_nothing(), rows)
