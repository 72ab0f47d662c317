"""A Celery pool with threads of their own for each kind of job, so that none waits for another kind's.

Celery's own pool of threads is one for all: a few hundred slow sources would occupy every thread, and posts
would wait for them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from celery.concurrency.base import BasePool, apply_target
from celery.concurrency.thread import ApplyResult


class Lanes(BasePool):  # type: ignore[misc]  # Celery has no types
    """``widths``: threads for each task, by its name. They begin when they are first needed."""

    widths: Mapping[str, int] = {}

    body_can_be_buffer = True
    signal_safe = False

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._lanes = {
            task: ThreadPoolExecutor(width, thread_name_prefix=task) for task, width in self.widths.items()
        }

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
            lane.shutdown(wait=False, cancel_futures=True)
        for lane in self._lanes.values():
            lane.shutdown()
        super().on_stop()


def lanes(widths: Mapping[str, int]) -> type[Lanes]:
    """The pool for a worker with so many threads for each task."""
    return type("Lanes", (Lanes,), {"widths": widths})
