"""What a publication asks of the database is answered by indexes, whatever the tables hold."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, insert, text

from syndicator.store import Store, schema
from tests.fakes import NOON
from tests.jobs.press import Press

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


def a_long_past(store: Store) -> None:
    """Beside the feed that is looked at, and in it."""
    articles = [
        {
            "id": n,
            "guid": f"g{n}",
            "source": "old",
            "key": str(n),
            "content": {"url": f"https://ledger.example/{n}", "title": "Old"},
            "published": NOON - timedelta(days=900) + timedelta(minutes=n),
            "updated": NOON,
            "first_seen": NOON,
            "revision": 1,
            "state": "live",
        }
        for n in range(1001, 1001 + ARTICLES)
    ]
    members = [
        {"feed": feed, "article_id": a["id"], "published": a["published"], "page": n // 2 + 1}
        for n, a in enumerate(articles)
        for feed in ("all", f"f{n % FEEDS}")
    ]
    archives = [
        {"feed": "all", "number": n + 1, "wants": 1, "has": 1, "changed": NOON} for n in range(15_000)
    ]
    with store.writing() as connection:
        connection.execute(insert(schema.article), articles)
        connection.execute(insert(schema.membership), members)
        connection.execute(insert(schema.archive), archives)
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
