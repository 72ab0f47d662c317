"""A bell that really rings, and what is heard of it at the other end."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from kombu.exceptions import OperationalError

from syndicator.jobs.job import Job
from syndicator.processes.web_bell import WebBell, connection
from tests.acceptance.world import PATIENCE


class HeardBell(WebBell):
    """``rung`` is what has arrived at the broker since it was asked first."""

    def __init__(self, folder: Path) -> None:
        super().__init__(f"filesystem:{folder}")
        self._rung: list[tuple[str, str]] = []

    @property
    def rung(self) -> list[tuple[str, str]]:
        until_sent(self)
        self._rung += heard(self.url)
        return self._rung


def until_sent(bell: WebBell) -> None:
    deadline = time.monotonic() + PATIENCE
    while bell._notes.unfinished_tasks:
        assert time.monotonic() < deadline, f"a note was not sent in {PATIENCE:g} s"
        time.sleep(0.01)


def heard(url: str) -> list[tuple[str, str]]:
    """Takes all messages from a broker; by age, as far as it tells."""
    found = []
    with connection(url) as line:
        for job in Job:
            queue = line.SimpleQueue(job)
            while message := _next(queue):
                [[name], _, _] = message.payload
                assert message.headers["task"] == job
                found.append((message.headers["expires"], job, name))
                message.ack()
    return [(job, name) for _, job, name in sorted(found)]


def _next(queue: Any) -> Any:
    try:
        return queue.get(block=False)
    except (queue.Empty, OperationalError):
        return None
