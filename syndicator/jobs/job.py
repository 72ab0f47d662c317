"""The jobs. Here a new one, and with it a new queue, begins: the types then name whatever is missing."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class Job(StrEnum):
    """A kind of work, each over one row at a time. The value is the name of its Celery task and of its queue,
    on the wire and in ``--jobs``: it stays as it is once workers of different versions may meet."""

    WATCH = "watch"  # look at a source
    BUILD = "build"  # bring a feed's documents up to date
    DELIVER = "deliver"  # bring a channel's posts up to date
    DISTRIBUTE = "distribute"  # bring a topic's subscribers up to date
    BROADCAST = "broadcast"  # bring a channel's recipients up to date
    SWEEP = "sweep"  # ring for whatever is due


class LaneThreads(NamedTuple):
    """Threads that a worker has for one job: ``width`` for work that does not take long, and ``spare`` ones
    for when that waits for others."""

    width: int
    spare: int = 0
