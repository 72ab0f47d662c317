"""Whose turn it is: the order of the queue, and that it is found without looking at all that wait."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, event, insert, select, text

from syndicator.domain.delivery import Receipt, Standing, begun, posted
from syndicator.domain.ledger import Ledger
from syndicator.domain.step import Step
from syndicator.jobs.account import Account
from syndicator.jobs.store_ports import ANY, Choice
from syndicator.store import Store, schema
from syndicator.store.delivery_queue import next_queries
from tests.fakes import ALL, NOON

LEASE = timedelta(seconds=90)
ARTICLES = 8
MANY = 5_000

MOMENTS = st.sampled_from([NOON - timedelta(hours=1), NOON, NOON + timedelta(hours=1)])
ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "standing": st.sampled_from(["pending", "pending", "sending", "sent", "skipped"]),
            "urgent": st.booleans(),
            "published": MOMENTS,
            "next_attempt": MOMENTS,
            "rests_until": st.none() | MOMENTS,
            "photo_owed": st.integers(0, 1),
            "has": st.none() | st.integers(1, 2),
            "wants": st.none() | st.integers(1, 2),
            "remote_id": st.none() | st.just("7"),
        }
    ),
    max_size=ARTICLES,
)
CHOICES = st.builds(
    Choice,
    posts=st.booleans(),
    edits=st.booleans(),
    deletions=st.booleans(),
    urgent_alone=st.booleans(),
    is_newest_first=st.booleans(),
    last=st.lists(st.integers(1, ARTICLES), max_size=3, unique=True).map(tuple),
)


def article(number: int, **values: Any) -> dict[str, Any]:
    times = {"published": NOON, "updated": NOON, "first_seen": NOON}
    content = {"url": f"https://ledger.example/{number}", "title": f"Title {number}"}
    fixed = {"id": number, "guid": f"g{number}", "source": "page", "key": str(number), "content": content}
    return {**fixed, **times, "revision": 1, "state": "live", **values}


def delivery(number: int, **values: Any) -> dict[str, Any]:
    fixed = {"id": number, "article_id": number, "channel": "wire", "created": NOON, "published": NOON}
    return {**fixed, "standing": "pending", "wants": 1, "has": None, "next_attempt": NOON, **values}


@pytest.fixture
def account(store: Store) -> Account:
    store.declare(["page"], [ALL], ["wire"], NOON)
    with store.writing() as connection:
        connection.execute(insert(schema.article), [article(number) for number in range(1, ARTICLES + 1)])
    account = store.claim_channel("wire", NOON, LEASE)
    assert account
    return account


def first(rows: Sequence[Mapping[str, Any]], choice: Choice) -> int | None:
    """As the ports describe it."""

    def may_be_next(row: Mapping[str, Any]) -> bool:
        is_due = row["next_attempt"] <= NOON and (row["rests_until"] or NOON) <= NOON
        if row["standing"] not in ("pending", "sending") or not is_due:
            return False
        if row["remote_id"] is None and row["wants"] is not None:
            return choice.posts and (row["urgent"] or not choice.urgent_alone)
        if row["remote_id"] is None:
            return True
        return choice.deletions if row["wants"] is None or row["has"] is None else choice.edits

    def turn(row: Mapping[str, Any]) -> tuple[Any, ...]:
        lacks_photo_alone = row["photo_owed"] > 0 and row["has"] == row["wants"]
        seconds = (row["published"] - NOON).total_seconds() * (-1 if choice.is_newest_first else 1)
        return row["id"] in choice.last, lacks_photo_alone, not row["urgent"], seconds, row["id"]

    return min(((turn(row), row["id"]) for row in rows if may_be_next(row)), default=(None, None))[1]


@pytest.mark.slow
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ROWS, CHOICES)
def test_the_next_is_whose_turn_it_is(
    store: Store, account: Account, rows: list[dict[str, Any]], choice: Choice
) -> None:
    made = [delivery(number, **row) for number, row in enumerate(rows, 1)]
    with store.writing() as connection:
        connection.execute(delete(schema.delivery))
        if made:
            connection.execute(insert(schema.delivery), made)
    claimed = store.next_delivery(account, NOON, LEASE, choice)
    assert (claimed.delivery.id if claimed else None) == first(made, choice)
    assert claimed is None or claimed.article.title == f"Title {claimed.delivery.id}"


@pytest.mark.slow
@pytest.mark.parametrize("choice", [ANY, Choice(is_newest_first=True, last=(3,))])
def test_however_many_wait_they_are_not_looked_at(store: Store, account: Account, choice: Choice) -> None:
    put_in_line(store, MANY)
    is_server = store.engine.dialect.name == "postgresql"
    with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if is_server:
            connection.execute(text("ANALYZE"))
    plan = "\n".join(explained(store, choice))
    assert "ix_delivery_queue" in plan
    assert "Seq Scan on delivery" not in plan
    assert "ix_delivery_standing" not in plan


@pytest.mark.parametrize("choice", [ANY, Choice(is_newest_first=True, last=(3,))])
@pytest.mark.parametrize("count", [1_000, 3_000])
def test_a_burst_that_the_database_has_not_counted_yet_is_not_read_whole(
    store: Store, account: Account, choice: Choice, count: int
) -> None:
    """It counts some minutes later, and supposes until then that there are few. Of two hundred, which are
    five pages, it may well read all."""
    put_in_line(store, count)
    plan = "\n".join(explained(store, choice))
    # what is next may be sought in whatever way is quick for so few; then it is one row
    assert re.search(r"using pk_delivery on delivery\b|SEARCH delivery USING INTEGER PRIMARY KEY", plan), plan


def put_in_line(store: Store, count: int) -> None:
    with store.writing() as connection:
        connection.execute(insert(schema.article), [article(n) for n in range(ARTICLES + 1, count)])
        waiting = [delivery(n, published=NOON - timedelta(minutes=n)) for n in range(1, count)]
        connection.execute(insert(schema.delivery), waiting)


def explained(store: Store, choice: Choice) -> list[str]:
    statements: list[tuple[str, Any]] = []

    def hear(_c: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        statements.append((statement, parameters))

    is_server = store.engine.dialect.name == "postgresql"
    explain = "EXPLAIN" if is_server else "EXPLAIN QUERY PLAN"
    with store.reading() as connection:
        event.listen(store.engine, "before_cursor_execute", hear)
        try:
            connection.execute(next_queries(choice)[0], {"account": "wire", "now": NOON}).all()
        finally:
            event.remove(store.engine, "before_cursor_execute", hear)
        statement, parameters = statements[-1]
        return [str(row[-1]) for row in connection.exec_driver_sql(f"{explain} {statement}", parameters)]


@pytest.mark.parametrize("touches", ["skips", "corrects", "stirs", "takes the channel"])
def test_a_step_that_ends_after_somebody_touched_its_delivery(
    store: Store, account: Account, touches: str
) -> None:
    """What it brought about is on record all the same, and what others have written meanwhile counts."""
    with store.writing() as connection:
        connection.execute(insert(schema.delivery), [delivery(1)])
    claimed = store.next_delivery(account, NOON, LEASE)
    assert claimed
    begins = begun(claimed.delivery, Step.SEND, NOON)
    assert store.begin(account, replace(begins, rests_until=NOON + LEASE))
    changes: dict[str, dict[str, Any]] = {
        "skips": {"standing": "skipped"},
        "corrects": {"wants": 2},
        "stirs": {"is_stirred": True, "rests_until": NOON + LEASE},
        "takes the channel": {},
    }
    change = changes[touches]
    with store.writing() as connection:
        if change:
            connection.execute(schema.delivery.update().values(**change))
        else:
            connection.execute(schema.channel.update().values(token="another"))
    out = posted(begins, Receipt(remote_id="7"), NOON)
    store.settle(account, out, NOON, event="posted", stirs_until=NOON + LEASE, takes=ANY)
    row = on_record(store)
    assert row.remote_id == "7"
    assert row.standing == {"corrects": "pending", "stirs": "pending"}.get(touches, Standing.SENT)
    assert row.has == (0 if touches == "stirs" else 1)


def on_record(store: Store) -> Any:
    with store.reading() as connection:
        return connection.execute(select(schema.delivery)).one()


def test_a_paused_channel_is_settled_and_no_further_delivery_taken(store: Store, account: Account) -> None:

    with store.writing() as connection:
        connection.execute(insert(schema.delivery), [delivery(1), delivery(2)])
    claimed = store.next_delivery(account, NOON, LEASE)
    assert claimed
    begins = begun(claimed.delivery, Step.SEND, NOON)
    assert store.begin(account, begins)
    with store.writing() as connection:
        connection.execute(schema.channel.update().values(is_paused=True))
    later: datetime = NOON + timedelta(seconds=5)
    out = posted(begins, Receipt(remote_id="7"), NOON)
    assert store.settle(account, out, later, event="posted", takes=ANY) is None
    with store.reading() as connection:
        channel = connection.execute(select(schema.channel)).one()
        standings = connection.scalars(
            select(schema.delivery.c.standing).order_by(schema.delivery.c.id)
        ).all()
    assert channel.lease_until == NOON + LEASE
    assert channel.posted_at == later
    assert standings == [Standing.SENT, Standing.PENDING]


@pytest.mark.parametrize(("table", "change"), [("channel", {"token": "another"}), ("delivery", {"wants": 2})])
def test_a_step_does_not_begin_in_another_hand_or_for_what_has_moved(
    store: Store, account: Account, table: str, change: dict[str, Any]
) -> None:
    with store.writing() as connection:
        connection.execute(insert(schema.delivery), [delivery(1)])
    claimed = store.next_delivery(account, NOON, LEASE)
    assert claimed
    with store.writing() as connection:
        connection.execute(schema.metadata.tables[table].update().values(**change))
    assert not store.begin(account, begun(claimed.delivery, Step.SEND, NOON), Ledger(posted=NOON))
    assert on_record(store).standing == Standing.PENDING
    with store.reading() as connection:
        assert connection.scalar(select(schema.channel.c.ledger)) == {}
