"""Rows in hand: who has a row (its ``token``), and until when (``lease_until``). A lease that has run out is
nobody's."""

from __future__ import annotations

import os
import secrets
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    Row,
    Table,
    Update,
    bindparam,
    or_,
    select,
    update,
)
from sqlalchemy.sql.dml import ReturningUpdate

from syndicator.jobs.process_marks import MARK_VARIABLE
from syndicator.store.schema import Moment

#: This process, in the tokens of the rows that it has in hand. Whoever started it may have chosen the mark,
#: so that it can say when we are dead.
PROCESS_MARK = os.environ.get(MARK_VARIABLE) or secrets.token_hex(8)

#: The time, as a parameter of statements that are made once: making one takes longer than sending it.
NOW: BindParameter[datetime] = bindparam("now", type_=Moment())


def is_free(table: Table, now: datetime | BindParameter[datetime]) -> ColumnElement[bool]:
    """Rows that are in no hand."""
    return or_(table.c.lease_until.is_(None), table.c.lease_until <= now)


def is_in_hand_of(table: Table, marks: Collection[str]) -> ColumnElement[bool]:
    """Rows that one of these processes has in hand (``PROCESS_MARK``)."""
    return or_(*(table.c.token.endswith(mark, autoescape=True) for mark in marks))


def claiming(table: Table, *conditions: ColumnElement[bool]) -> ReturningUpdate[Any]:
    """The statement that ``claim`` takes a row by, if it meets the conditions (as of ``NOW``)."""
    return (
        update(table)
        .where(table.c.name == bindparam("row"), is_free(table, NOW), *conditions)
        .returning(table)
    )


def claim(
    connection: Connection, claiming: ReturningUpdate[Any], name: str, now: datetime, lease: timedelta
) -> tuple[str, Row[Any]] | None:
    """Take a row in hand by one statement: a fresh token and the row, or ``None`` if it is not free."""
    token = secrets.token_hex(8) + PROCESS_MARK
    values = {"token": token, "lease_until": now + lease}
    row = connection.execute(claiming, {"row": name, "now": now, **values}).one_or_none()
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


def releasing(table: Table, **expressions: ColumnElement[Any]) -> Update:
    """The statement that ``let_go`` gives a row of this table back by. ``expressions``: new values that the
    database works out."""
    is_mine = (table.c.name == bindparam("row"), table.c.token == bindparam("hand"))
    return update(table).where(*is_mine).values(token=None, lease_until=None, **expressions)


def let_go(connection: Connection, releasing: Update, name: str, token: str, **values: Any) -> bool:
    """Give a row back with new values. ``False``: it was no longer in this hand; nothing changed."""
    return connection.execute(releasing, {"row": name, "hand": token, **values}).rowcount == 1
