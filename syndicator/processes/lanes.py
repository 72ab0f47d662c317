"""A Celery pool with threads of their own for each kind of job, so that none waits for another kind's.

Celery's own pool of threads is one for all: a few hundred slow sources would occupy every thread, and posts
would wait for them. Nor do quick sources wait for slow ones: what takes long makes room for the next.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from celery.concurrency.base import BasePool, apply_target
from celery.concurrency.thread import ApplyResult

from syndicator.jobs.job import LaneThreads

#: Seconds after which work makes room for the next: it waits for others, and needs neither our processor nor
#: much memory.
ROOM_AFTER_S = 5.0


class Lane:
    """First come, first served: as many pieces of work at once as its threads' ``width`` that do not
    take long yet, and with those that do no more than ``width + spare``."""

    def __init__(self, task: str, threads: LaneThreads) -> None:
        self._threads = ThreadPoolExecutor(sum(threads), thread_name_prefix=task)
        self._width = threads.width
        self._turn = threading.Condition()
        self._start_times: list[float] = []
        self._is_stopped = False

    def submit(self, work: Callable[..., Any], *args: Any) -> Future[Any]:
        return self._threads.submit(self._in_turn, work, *args)

    def stop(self) -> None:
        """Begin nothing more."""
        with self._turn:
            self._is_stopped = True
            self._turn.notify_all()
        self._threads.shutdown(wait=False, cancel_futures=True)

    def join(self) -> None:
        """Wait for what was begun."""
        self._threads.shutdown()

    def _in_turn(self, work: Callable[..., Any], *args: Any) -> Any:
        with self._place() as has_place:
            return work(*args) if has_place else None

    @contextmanager
    def _place(self) -> Iterator[bool]:
        """Waits for a place; ``False``: it is too late for any."""
        with self._turn:
            while (wait := self._seconds_left()) > 0 and not self._is_stopped:
                self._turn.wait(wait)
            has_place, started_at = not self._is_stopped, time.monotonic()
            self._start_times.append(started_at)
        try:
            yield has_place
        finally:
            with self._turn:
                self._start_times.remove(started_at)
                self._turn.notify()

    def _seconds_left(self) -> float:
        """Seconds until there is a place, at the latest."""
        if len(self._start_times) < self._width:
            return 0.0
        return self._start_times[-self._width] + ROOM_AFTER_S - time.monotonic()


class Lanes(BasePool):  # type: ignore[misc]  # Celery has no types
    """``threads`` of each task, by its name. They begin when they are first needed."""

    threads: Mapping[str, LaneThreads] = {}

    body_can_be_buffer = True
    signal_safe = False

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._lanes = {task: Lane(task, threads) for task, threads in self.threads.items()}

    def on_apply(
        self,
        target: Callable[..., Any],
        args: tuple[Any, ...],
        kwargs: dict[str, Any] | None = None,
        callback: Callable[..., Any] | None = None,
        accept_callback: Callable[..., Any] | None = None,
        **_: Any,
    ) -> ApplyResult:
        """``args`` begin with the task's name (``celery.worker.request.Request.execute_using_pool``)."""
        lane = self._lanes[args[0]]
        return ApplyResult(lane.submit(apply_target, target, args, kwargs, callback, accept_callback))

    def on_stop(self) -> None:
        """What is running ends; what waits is not begun: a later sweep rings again."""
        for lane in self._lanes.values():
            lane.stop()
        for lane in self._lanes.values():
            lane.join()
        super().on_stop()


def lanes(threads: Mapping[str, LaneThreads]) -> type[Lanes]:
    """The pool for a worker with so many threads for each task, by its name."""
    return type("Lanes", (Lanes,), {"threads": threads})
