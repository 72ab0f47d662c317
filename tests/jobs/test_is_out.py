"""Whether a post with recipients is out, which a digest asks for each correction."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event

from syndicator.domain.post import Occasion
from syndicator.store import Store
from tests.jobs.test_broadcast import Office


@pytest.fixture
def office(store: Store) -> Office:
    return Office(store)


def test_a_post_is_out_once_it_is_due(office: Office) -> None:
    due = office.clock.tick(hours=0).replace(hour=18)
    office.announces("one", due=due)
    assert not office.announcements.is_out("one")
    assert not office.announcements.is_out("two")

    office.clock.tick(hours=6)
    assert office.announcements.is_out("one")


def test_a_post_that_was_taken_back_and_what_answers_one_are_not(office: Office) -> None:
    due = office.clock.tick(hours=0).replace(hour=18)
    office.announces("one", due=due)
    office.announces("one, no", Occasion.RETRACTION, post="one", due=due)
    office.announces("two, better", Occasion.CORRECTION, post="two")
    office.clock.tick(hours=6)

    assert not office.announcements.is_out("one")
    assert not office.announcements.is_out("two")


@contextmanager
def statements(store: Store) -> Iterator[list[str]]:
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        seen.append(statement)

    event.listen(store.engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(store.engine, "before_cursor_execute", note)


def test_what_it_says_is_not_read_for_that(office: Office) -> None:
    office.announces("one")
    with statements(office.store) as seen:
        assert office.announcements.is_out("one")
    assert [s for s in seen if "announcement" in s]
    assert not [s for s in seen if "payload" in s]
