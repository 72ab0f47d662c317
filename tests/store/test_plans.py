"""What a publication asks of the database is answered by indexes, whatever the tables hold."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, func, insert, select, text

from syndicator.store import Store, schema
from tests.fakes import NOON
from tests.jobs.press import Press

pytestmark = pytest.mark.slow  # databases or processes throughout

#: Tables that grow with the newsroom's past, or with its feeds.
LARGE = r"article|membership|archive|alias|delivery|feed"

ARTICLES = 30_000
FEEDS = 300


@contextmanager
def told(store: Store) -> Iterator[list[tuple[str, Any]]]:
    """Every statement, with its parameters."""
    statements: list[tuple[str, Any]] = []

    def hear(_c: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, is_many: bool) -> None:
        if statement.startswith(("SELECT", "UPDATE", "DELETE")):
            statements.append((statement, parameters[0] if is_many else parameters))

    event.listen(store.engine, "before_cursor_execute", hear)
    try:
        yield statements
    finally:
        event.remove(store.engine, "before_cursor_execute", hear)


def a_day_of_the_feed(press: Press) -> None:
    """Everything that can become of an article in a feed."""
    press.prints(*range(1, 10))
    press.publishes("3", title="Corrected")
    press.builds_all()
    press.retracts("2")
    press.builds_all()
    press.publishes("2", published=NOON)
    press.builds_all()


@pytest.mark.slow  # a year of articles
def test_sqlite_looks_at_no_table_from_end_to_end(tmp_path: Path, store: Store) -> None:
    if store.engine.dialect.name != "sqlite":
        pytest.skip("its plans depend on what is in the tables: see below")
    press = Press(store, tmp_path / "documents")
    with told(store) as statements:
        a_day_of_the_feed(press)

    plans = {}
    with store.reading() as connection:
        for statement, parameters in statements:
            rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
            plans[statement] = [row.detail for row in rows]
    assert len(plans) > 15
    for statement, plan in plans.items():
        for step in plan:
            assert not re.match(rf"SCAN ({LARGE})\b", step), (statement, plan)
            # what is sorted whole is what has been asked for by name
            assert "TEMP B-TREE FOR ORDER BY" not in step or "alias.name IN" in statement, (statement, plan)
        if "membership.page = ?" in statement:
            assert "ix_membership_page (feed=? AND page=?)" in plan[0], plan


#: Rows by the ten thousand, made where they stay: sent there, they take five times as long.
MANY = [
    """
    INSERT INTO article
        (id, guid, source, key, content, published, updated, first_seen, revision, state)
    SELECT n, 'g' || n, source, n, content, published + n * interval '1 minute',
        updated, first_seen, revision, state
    FROM article, generate_series(1001, 1000 + :articles) AS n WHERE id = 1000
    """,
    """
    INSERT INTO membership (feed, article_id, published, page)
    SELECT feed, id, published, (id - 1001) / 2 + 1
    FROM article, LATERAL (VALUES ('all'), ('f' || mod(id - 1001, :feeds))) AS carried (feed)
    WHERE id > 1000
    """,
    """
    INSERT INTO archive (feed, number, wants, has, changed)
    SELECT 'all', n, 1, 1, updated FROM article, generate_series(1, 15000) AS n WHERE id = 1000
    """,
]


def a_long_past(store: Store) -> None:
    """Beside the feed that is looked at, and in it."""
    first = {
        "id": 1000,
        "guid": "g1000",
        "source": "old",
        "key": "1000",
        "content": {"url": "https://ledger.example/1000", "title": "Old"},
        "published": NOON - timedelta(days=900),
        "updated": NOON,
        "first_seen": NOON,
        "revision": 1,
        "state": "live",
    }
    with store.writing() as connection:
        connection.execute(insert(schema.article), first)
        for statement in MANY:
            connection.execute(text(statement), {"articles": ARTICLES, "feeds": FEEDS})
        assert connection.scalar(select(func.count()).select_from(schema.membership)) == 2 * ARTICLES
    with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))


def test_postgresql_looks_at_no_table_from_end_to_end(tmp_path: Path, store: Store) -> None:
    if store.engine.dialect.name != "postgresql":
        pytest.skip("see above")
    press = Press(store, tmp_path / "documents")
    a_long_past(store)
    with told(store) as statements:
        a_day_of_the_feed(press)

    with store.reading() as connection:
        for statement, parameters in dict(statements).items():
            rows = connection.exec_driver_sql(f"EXPLAIN {statement}", parameters)
            plan = "\n".join(row[0] for row in rows)
            assert not re.search(r"Seq Scan on (article|membership|archive)\b", plan), (statement, plan)
            # sorting is of few: by index up to the date, then among those of one date
            assert not re.search(r"^ *(-> +)?Sort .*rows=\d{4,}", plan, re.MULTILINE), (statement, plan)
