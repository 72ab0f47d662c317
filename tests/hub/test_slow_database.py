"""A database that stands still for longer than a request may take: the subscribers are not to blame."""

from __future__ import annotations

import asyncio
import itertools
import socket
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import create_engine, insert, text

from syndicator.callbacks import GuardedCallbacks
from syndicator.domain.subscription import digest
from syndicator.jobs.distribute import Distributor, distribute
from syndicator.store import Store, schema
from tests.hub.raw import OK, Raw
from tests.hub.story import ATOM, HubStory, Subscriber

pytestmark = pytest.mark.slow  # databases or processes throughout

#: Of requests, and of the database's stall; in seconds.
DEADLINE, STALL = 3.0, 5.0
AUDIENCE = 250  # more than one batch of claims

Holding = Callable[[], AbstractContextManager[None]]


@pytest.fixture
def holding(store: Store) -> Holding:
    """Takes the database for the length of a stall: on a server what every batch needs, and no second table,
    which others may hold while they wait for the first."""
    database = store.engine.url.render_as_string(hide_password=False)

    @contextmanager
    def sqlite() -> Iterator[None]:
        connection = sqlite3.connect(database.removeprefix("sqlite:///"), isolation_level=None)
        connection.execute("BEGIN IMMEDIATE")
        yield
        connection.close()

    @contextmanager
    def server() -> Iterator[None]:
        other = create_engine(database)
        with other.begin() as connection:
            connection.execute(text("LOCK TABLE subscription IN ACCESS EXCLUSIVE MODE"))
            yield
        other.dispose()

    return sqlite if database.startswith("sqlite") else server


@pytest.mark.parametrize("at", [1, 100, 220])
def test_no_answer_that_came_counts_as_a_failure(
    story: HubStory, store: Store, holding: Holding, at: int
) -> None:
    taken, count = threading.Event(), itertools.count(1)

    def take() -> None:
        with holding():
            taken.set()
            time.sleep(STALL)  # what this is about: the database stands still for as long

    def say(line: socket.socket, _: int) -> None:
        if next(count) == at:
            threading.Thread(target=take).start()
            taken.wait()
        time.sleep(0.2)  # others are under way meanwhile
        line.sendall(OK)

    distributor = replace(
        story.distributor, callbacks=GuardedCallbacks(story.guard, at_once=64, deadline=DEADLINE)
    )
    with Raw(say) as server:
        subscribed(store, story, server)
        story.has_news()

        assert distribute(distributor, ATOM) == AUDIENCE

    assert [row.reason for row in story.subscriptions if row.failures] == []
    assert len({request.partition(b" HTTP")[0] for request in server.requests}) == AUDIENCE
    assert len(server.requests) == AUDIENCE


def subscribed(store: Store, story: HubStory, server: Raw) -> None:
    """Subscribers, as they are on record once they have confirmed."""
    served = digest(story.served)
    about: dict[str, Any] = {"topic": ATOM, "host": "127.0.0.1", "kind": "subscriber", "state": "active"}
    about |= {"created": story.clock(), "expires": story.clock() + timedelta(days=9)}
    about |= {"wants": served, "has": served, "secret": "", "log": []}
    callbacks = [f"{server.address}/{number}" for number in range(AUDIENCE)]
    with store.writing() as connection:
        connection.execute(insert(schema.subscription), [{**about, "callback": each} for each in callbacks])


def test_the_database_is_never_asked_on_an_event_loop(story: HubStory, subscriber: Subscriber) -> None:
    """Neither when letters are taken, nor when answers are written down."""
    asked: set[str] = set()
    store = story.store

    class Watched:
        def __getattr__(self, name: str) -> object:
            with pytest.raises(RuntimeError, match="no running event loop"):
                asyncio.get_running_loop()
            asked.add(name)
            return getattr(store, name)

    story.subscribes(subscriber.address + "/a")
    story.has_news()
    distributor: Distributor = replace(story.distributor, store=Watched())  # type: ignore[arg-type]  # as it is

    assert distribute(distributor, ATOM) == 1
    assert {"claim_subscriptions", "settle_subscriptions"} <= asked
