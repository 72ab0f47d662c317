"""Rows in hand: who has a row (its ``token``), and until when (``lease_until``). A lease that has run out is
nobody's."""

from __future__ import annotations

import os
import secrets
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Table, and_, or_, select, update

from syndicator.jobs.process_marks import MARK_VARIABLE

#: This process, in the tokens of the rows that it has in hand. Whoever started it may have chosen the mark,
#: so that it can say when we are dead.
PROCESS_MARK = os.environ.get(MARK_VARIABLE) or secrets.token_hex(8)


def is_free(table: Table, now: datetime) -> ColumnElement[bool]:
    """Rows that are in no hand."""
    return or_(table.c.lease_until.is_(None), table.c.lease_until <= now)


def is_in_hand_of(table: Table, marks: Collection[str]) -> ColumnElement[bool]:
    """Rows that one of these processes has in hand (``PROCESS_MARK``)."""
    return or_(*(table.c.token.endswith(mark, autoescape=True) for mark in marks))


def claim(
    connection: Connection, table: Table, name: str, now: datetime, lease: timedelta, *conditions: Any
) -> tuple[str, Row[Any]] | None:
    """Take a row in hand by one statement: a fresh token and the row, or ``None`` if it is not free."""
    token = secrets.token_hex(8) + PROCESS_MARK
    row = connection.execute(
        update(table)
        .where(and_(table.c.name == name, is_free(table, now), *conditions))
        .values(token=token, lease_until=now + lease)
        .returning(table)
    ).one_or_none()
    return (token, row) if row else None


def claim_some(
    connection: Connection,
    table: Table,
    now: datetime,
    lease: timedelta,
    count: int,
    *conditions: Any,
    order: Sequence[Any],
) -> Sequence[Row[Any]]:
    """Take as many rows in hand as ``count``, by one statement, each with the same fresh token. Those that
    another hand is taking at this moment are passed over, not waited for."""
    chosen = (
        select(table.c.id)
        .where(is_free(table, now), *conditions)
        .order_by(*order)
        .limit(count)
        .with_for_update(skip_locked=True)
        .cte("picked")
    )
    return connection.execute(
        update(table)
        .where(table.c.id.in_(select(chosen.c.id)))
        .values(token=secrets.token_hex(8) + PROCESS_MARK, lease_until=now + lease)
        .returning(table)
    ).all()


def let_go(connection: Connection, table: Table, name: str, token: str, **values: Any) -> bool:
    """Give a row back with new values. ``False``: it was no longer in this hand; nothing changed."""
    result = connection.execute(
        update(table)
        .where(table.c.name == name, table.c.token == token)
        .values(token=None, lease_until=None, **values)
    )
    return result.rowcount == 1
