"""Rows of every table, whatever tables there are, as hypothesis thinks of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from hypothesis import strategies as st
from sqlalchemy import JSON, BigInteger, Boolean, Column, Integer, String, Table, insert, select

from syndicator.store import Store, schema
from syndicator.store.portable import TRANSIENT_TABLES

Rows = Mapping[str, Sequence[Mapping[str, Any]]]

#: What both databases take: PostgreSQL's texts hold no NUL, and no half of a pair.
CHARACTERS = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
MOMENTS = st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
SOME_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(CHARACTERS, max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(CHARACTERS, max_size=4), inner),
    max_leaves=4,
)


def rows(most: int = 3) -> st.SearchStrategy[Rows]:
    """A whole record: up to ``most`` rows of each table, but one article and one delivery at least."""
    return _record(most)


@st.composite
def _record(draw: st.DrawFn, most: int) -> Rows:
    made: dict[str, list[dict[str, Any]]] = {}
    for table in schema.metadata.sorted_tables:
        count = draw(st.integers(1 if table.name in ("article", "delivery") else 0, most))
        made[str(table.name)] = [
            {str(c.name): _value(draw, table, c, number, made) for c in table.c}
            for number in range(1, count + 1)
        ]
    return made


def _value(
    draw: st.DrawFn, table: Table, column: Column[Any], number: int, made: Mapping[str, list[dict[str, Any]]]
) -> Any:
    key = next(iter(column.foreign_keys), None)
    if key is not None:  # each its own, so that no pair comes twice
        others = [row[key.column.name] for row in made[key.column.table.name]]
        return others[number % len(others)]
    if column.nullable and draw(st.booleans()):
        return None
    kind = column.type
    if isinstance(kind, schema.Moment):
        return draw(MOMENTS)
    if isinstance(kind, JSON):
        # what is not there is no value of a column that has to have one
        return draw(SOME_JSON.filter(lambda value: value is not None))
    if isinstance(kind, Boolean):
        return draw(st.booleans())
    if isinstance(kind, Integer):
        if column.primary_key:
            return number * 7
        most = 2**62 if isinstance(kind, BigInteger) else 2**31 - 2
        return draw(st.integers(-most, most))
    assert isinstance(kind, String)
    said = draw(st.text(CHARACTERS, max_size=min(9, (kind.length or 32) - 2)))
    return f"{number} {said}"


def put(store: Store, record: Rows) -> None:
    with store.writing() as connection:
        for table in schema.metadata.sorted_tables:
            if record[table.name]:
                connection.execute(insert(table), list(record[table.name]))


def on_record(store: Store) -> dict[str, list[dict[str, Any]]]:
    """All there is, in the order of the keys."""
    with store.reading() as connection:
        return {
            str(table.name): sorted(
                (dict(row._mapping) for row in connection.execute(select(table))),
                key=lambda row, table=table: [row[key.name] for key in table.primary_key],  # type: ignore[misc]
            )
            for table in schema.metadata.sorted_tables
        }


def carried(record: dict[str, list[dict[str, Any]]]) -> dict[str, list[dict[str, Any]]]:
    """What an import makes of it: nothing is in any hand, and every document is wanted anew."""
    for rows_of_one in record.values():
        for row in rows_of_one:
            row.update({name: None for name in ("token", "lease_until") if name in row})
    for row in (*record["feed"], *record["archive"]):
        row["wants"] += 1
    return {**record, **{name: [] for name in TRANSIENT_TABLES}}
