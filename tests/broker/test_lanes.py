"""No kind of job waits for another one's."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from threading import Barrier, Event
from typing import Any

import pytest

from syndicator.lanes import Lanes, lanes

PATIENCE_S = 20.0


@pytest.fixture
def pool() -> Iterator[Lanes]:
    made = lanes({"watch": 3, "deliver": 2})(limit=5)
    made.start()
    yield made
    made.stop()


def begin(pool: Lanes, task: str, job: Callable[[], object]) -> Any:
    return pool.apply_async(lambda _: job(), (task,), callback=lambda _: None)


def test_posts_do_not_wait_for_hundreds_of_slow_sources(pool: Lanes) -> None:
    is_over, posted = Event(), Event()
    try:
        for _ in range(300):
            begin(pool, "watch", lambda: is_over.wait(PATIENCE_S))
        begin(pool, "deliver", posted.set)

        assert posted.wait(PATIENCE_S / 2)
    finally:
        is_over.set()


def test_a_lane_is_as_wide_as_it_says(pool: Lanes) -> None:
    together = Barrier(3)

    looks = [begin(pool, "watch", lambda: together.wait(PATIENCE_S)) for _ in range(3)]

    for look in looks:
        look.get(PATIENCE_S)


def test_what_waits_is_not_begun_when_a_worker_stops() -> None:
    pool = lanes({"watch": 1})(limit=1)
    pool.start()
    is_over, begun = Event(), Event()
    done: list[int] = []

    def first() -> None:
        begun.set()
        is_over.wait(0.5)
        done.append(1)

    begin(pool, "watch", first)
    begin(pool, "watch", lambda: done.append(2))
    assert begun.wait(PATIENCE_S)
    pool.stop()

    assert done == [1]
