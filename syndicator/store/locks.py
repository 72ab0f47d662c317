"""The one order in which transactions lock rows.

A transaction that locks rows of several kinds takes them in this order, and rows of one kind in the order of
their names (or ids); then no two can wait for each other in a ring (PostgreSQL 16, section 13.3.4,
"Deadlocks"; writers of SQLite queue at the start, see ``engine``)::

    source → channel → article → membership → delivery → alias → archive → feed → topic
           → intent, subscription → recipient → announcement

Two kinds are umbrellas: whoever changes memberships of more than one article, or more than one of its
deliveries, holds those *articles*; whoever changes subscriptions or intents of a *topic* holds that. What
stands under an umbrella may then be taken in any order.

What the database breaks up all the same is done once more by ``engine.Base.transact``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, Row, Table, select

from syndicator.store import schema

#: Values in one statement: well below SQLite's and PostgreSQL's limits on parameters.
MAX_VALUES = 500


def batches(values: Iterable[Any]) -> Iterator[Sequence[Any]]:
    """Distinct values in their order, so many at a time as one statement takes."""
    ordered = sorted(set(values))
    for start in range(0, len(ordered), MAX_VALUES):
        yield ordered[start : start + MAX_VALUES]


def hold_articles(connection: Connection, ids: Iterable[int]) -> list[Row[Any]]:
    """The rows of these articles, lowest id first, which nobody else changes until the transaction ends.
    Others may go on referring to them: their ids stay."""
    article = schema.article
    held: list[Row[Any]] = []
    for batch in batches(ids):
        query = select(article).where(article.c.id.in_(batch)).order_by(article.c.id)
        held += connection.execute(query.with_for_update(key_share=True)).all()
    return held


def hold_names(connection: Connection, table: Table, *conditions: Any) -> None:
    """Hold the rows of a table with a ``name``, in that order."""
    query = select(table.c.name).where(*conditions).order_by(table.c.name)
    connection.execute(query.with_for_update(key_share=True)).all()
