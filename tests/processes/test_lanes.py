"""No kind of job waits for another one's."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from threading import Barrier, Event, Lock
from time import sleep
from typing import Any

import pytest

from syndicator.jobs.job import LaneThreads
from syndicator.processes.lanes import Lanes, lanes

PATIENCE_S = 60.0


@pytest.fixture
def pool() -> Iterator[Lanes]:
    made = lanes({"watch": LaneThreads(3), "deliver": LaneThreads(2)})(limit=5)
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


def test_what_takes_long_makes_room_for_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("syndicator.processes.lanes.ROOM_AFTER_S", 0.2)
    pool = lanes({"watch": LaneThreads(2, 3)})(limit=2)
    pool.start()
    together = Barrier(5)

    looks = [begin(pool, "watch", lambda: together.wait(PATIENCE_S)) for _ in range(5)]

    for look in looks:
        look.get(PATIENCE_S)
    pool.stop()


def test_quick_work_takes_no_spare_threads() -> None:
    pool = lanes({"watch": LaneThreads(2, 8)})(limit=2)
    pool.start()
    lock, at_once, most = Lock(), 0, 0

    def quick() -> None:
        nonlocal at_once, most
        with lock:
            at_once += 1
            most = max(most, at_once)
        sleep(0.002)
        with lock:
            at_once -= 1

    for look in [begin(pool, "watch", quick) for _ in range(200)]:
        look.get(PATIENCE_S)
    pool.stop()

    assert most == 2


@pytest.mark.parametrize("spare", [0, 1])
def test_what_waits_is_not_begun_when_a_worker_stops(spare: int) -> None:
    pool = lanes({"watch": LaneThreads(1, spare)})(limit=1)
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
