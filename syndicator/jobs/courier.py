"""What **deliver** works with."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from syndicator.domain.delivery import SETTLES_WITHIN
from syndicator.domain.pacing import NO_PACE, Pace
from syndicator.domain.steady import SteadyTime
from syndicator.jobs.ports import Bell, Channel, Photos
from syndicator.jobs.store_ports import DeliverStore


@dataclass(frozen=True, kw_only=True)
class Courier:
    """A channel, with what is declared of delivering to it. ``max_age``: how old news may be. ``redact``
    takes the channel's secrets out of whatever is written down of its replies. ``pace``: what it may do
    when."""

    channel: Channel
    max_age: timedelta
    redact: Callable[[str], str] = str
    pace: Pace = NO_PACE

    @property
    def settles_within(self) -> timedelta:
        """See ``Channel``; channels made for earlier versions do not say."""
        return getattr(self.channel, "settles_within", SETTLES_WITHIN)


@dataclass(frozen=True, kw_only=True)
class Deliverer:
    """What **deliver** works with. ``couriers`` by the channel's name. ``steady``: a clock that nobody sets,
    where there is one. ``sleep`` waits for so many seconds."""

    couriers: Mapping[str, Courier]
    store: DeliverStore
    photos: Photos
    bell: Bell
    clock: Callable[[], datetime]
    steady: Callable[[], SteadyTime | None] = lambda: None
    sleep: Callable[[float], None] = time.sleep
