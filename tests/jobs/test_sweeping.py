"""Sweeps ring for whatever is due, and messages do not pile up however much that is."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import insert, update

from syndicator.domain.article import ArticleState
from syndicator.jobs.ports import MESSAGE_LIFE
from syndicator.jobs.routing import Editor
from syndicator.jobs.sweep import MAX_WAITING_MESSAGES, MIN_MESSAGES, Reminders, Sweeper, sweep
from syndicator.store import Store, schema
from tests.fakes import ALL, NOON, SITE, Clock, FakeBell

pytestmark = pytest.mark.slow  # databases or processes throughout

#: Rows of each kind that are due at once.
MANY = 700


class Sweeps:
    """What the sweeps of one process ring for."""

    def __init__(self, store: Store) -> None:
        self.store, self.clock, self.reminders = store, Clock(), Reminders()

    def __call__(self, job: str, **span: float) -> list[str]:
        """The names that the next sweep rings for."""
        self.clock.tick(**span)
        bell = FakeBell()
        sweeper = Sweeper(
            store=self.store,
            editor=Editor(site=SITE, feeds=[ALL]),
            bell=bell,
            clock=self.clock,
            reminders=self.reminders,
        )
        sweep(sweeper, "beat")
        return [name for kind, name in bell.rung if kind == job]


@pytest.fixture
def sweeps(store: Store) -> Sweeps:
    """Sources, feeds, channels and topics by the thousand, all due: the later in the alphabet the longer."""
    numbers = range(MANY)
    due = [NOON - timedelta(hours=1, minutes=n) for n in numbers]
    sources = [{"name": f"s{n:04}", "next_look": due[n], "memory": {}, "problems": []} for n in numbers]
    feeds = [{"name": f"f{n:04}", "next_build": due[n], "changed": due[n]} for n in numbers]
    with store.writing() as connection:
        connection.execute(insert(schema.source), sources)
        connection.execute(insert(schema.feed), feeds)
        connection.execute(insert(schema.channel), [{"name": f"c{n:04}"} for n in numbers])
        connection.execute(insert(schema.topic), [{"name": f"t{n:04}.rss"} for n in numbers])
        article = {"id": 1, "guid": "g", "source": "s", "key": "k", "content": {}, "revision": 1}
        article |= dict.fromkeys(("published", "updated", "first_seen"), NOON) | {
            "state": ArticleState.LIVE.value
        }
        connection.execute(insert(schema.article), article)
        connection.execute(
            insert(schema.delivery),
            [
                {"article_id": 1, "channel": f"c{n:04}", "wants": 1, "standing": "pending"}
                | {"next_attempt": due[n], "created": NOON, "published": NOON}
                for n in numbers
            ],
        )
        connection.execute(
            insert(schema.intent),
            [
                {"topic": f"t{n:04}.rss", "callback": "https://a.example/", "host": "a.example"}
                | {"mode": "subscribe", "asked_at": NOON, "next_attempt": due[n]}
                for n in numbers
            ],
        )
    return Sweeps(store)


@pytest.mark.parametrize(
    ("job", "letter", "end"),
    [("watch", "s", ""), ("build", "f", ""), ("deliver", "c", ""), ("distribute", "t", ".rss")],
)
def test_a_sweep_rings_for_some_hundreds_the_longest_due_first_and_not_twice(
    sweeps: Sweeps, job: str, letter: str, end: str
) -> None:
    longest_due = [f"{letter}{n:04}{end}" for n in reversed(range(MANY))]

    assert sweeps(job) == longest_due[:MAX_WAITING_MESSAGES]
    rung = [sweeps(job, seconds=2) for _ in range(4)]
    assert [name for names in rung for name in names] == longest_due[
        MAX_WAITING_MESSAGES : MAX_WAITING_MESSAGES + 4 * MIN_MESSAGES
    ]
    later = sweeps(job, seconds=MESSAGE_LIFE.total_seconds() - 8)
    assert later[0] == longest_due[0], "the message has not been read in its life: it is rung again"


def test_what_was_looked_at_and_is_due_again_is_rung_for_at_once(store: Store) -> None:
    """Whoever did it: the message is read, then, whether or not this process has seen it."""
    store.declare(["page"], [], [], NOON)
    sweeps = Sweeps(store)
    assert sweeps("watch", seconds=2) == ["page"]
    assert sweeps("watch", seconds=2) == []

    watched = store.claim_source("page", sweeps.clock(), timedelta(seconds=90))
    assert watched is not None
    soon = sweeps.clock() + timedelta(seconds=1)
    store.settle_source(watched, now=sweeps.clock(), next_look=soon)

    assert sweeps("watch", seconds=2) == ["page"]


def test_what_changes_after_its_message_was_rung_is_rung_for_at_once(store: Store) -> None:
    store.declare([], [ALL], [], NOON)
    sweeps = Sweeps(store)
    assert sweeps("build", seconds=2) == ["all"]

    with store.writing() as connection:
        connection.execute(update(schema.feed).values(wants=schema.feed.c.wants + 1))

    assert sweeps("build", seconds=2) == ["all"]


def test_a_clock_that_is_set_back_does_not_silence_sweeps(store: Store) -> None:
    store.declare(["page"], [], [], NOON - timedelta(days=9))
    sweeps = Sweeps(store)
    assert sweeps("watch", days=1) == ["page"]
    assert sweeps("watch", days=-1) == ["page"]


def test_what_happened_to_settled_deliveries_is_forgotten_after_ninety_days(store: Store) -> None:
    store.declare([], [], ["wire"], NOON)
    with store.writing() as connection:
        article = {"id": 1, "guid": "g", "source": "s", "key": "k", "content": {}, "revision": 1}
        article |= dict.fromkeys(("published", "updated", "first_seen"), NOON) | {
            "state": ArticleState.LIVE.value
        }
        connection.execute(insert(schema.article), article)
        for number, standing in enumerate(["sent", "pending", "unknown"], 1):
            row = {"id": number, "article_id": 1, "channel": f"c{number}", "wants": 1, "standing": standing}
            row |= {"next_attempt": NOON, "created": NOON, "published": NOON}
            connection.execute(insert(schema.delivery), row)
            for days in 0, 89, 91:
                at = NOON - timedelta(days=days)
                connection.execute(insert(schema.event), {"at": at, "delivery_id": number, "text": standing})

    assert store.forget_events(NOON) == 1
    assert store.forget_events(NOON) == 0
    with store.reading() as connection:
        left = connection.execute(schema.event.select()).all()
    assert len(left) == 8
    assert sum(row.text == "sent" for row in left) == 2


def test_the_newest_thing_that_happened_is_never_forgotten(store: Store) -> None:
    """Its number tells a database from an older one (``mark``), and no other event is ever given it."""
    store.declare([], [], ["wire"], NOON)
    moments = dict.fromkeys(("published", "updated", "first_seen"), NOON)
    article = {"id": 1, "guid": "g", "source": "s", "key": "k", "content": {}, "revision": 1}
    row = {"id": 1, "article_id": 1, "channel": "wire", "wants": 1, "standing": "sent"}
    with store.writing() as connection:
        connection.execute(insert(schema.article), article | moments | {"state": ArticleState.LIVE.value})
        row |= {"next_attempt": NOON, "created": NOON, "published": NOON}
        connection.execute(insert(schema.delivery), row)
        for _ in range(3):
            connection.execute(insert(schema.event), {"at": NOON, "delivery_id": 1, "text": "posted"})
    newest = store.newest_event()

    assert store.forget_events(NOON + timedelta(days=91)) == 2
    assert store.newest_event() == newest
