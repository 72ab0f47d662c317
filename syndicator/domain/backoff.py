"""Backoff: how long to wait before another try, and the schedule of everything that is tried again.

Whoever wants to change a schedule finds it here, once for each thing that is retried.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import timedelta

#: Failures after which no wait grows any more: far beyond the longest, short of what a number can hold.
MAX_STEPS = 64


@dataclass(frozen=True, kw_only=True, slots=True)
class Backoff:
    """Waits that grow by ``factor`` from the ``first`` to the ``longest``. ``jitter`` is the share by which
    each may turn out shorter or longer, so that crowds disperse."""

    first: timedelta
    longest: timedelta
    factor: float = 2.0
    jitter: float = 0.0

    def wait(self, failures: int) -> timedelta:
        """The wait after so many failures in a row, counted from 1."""
        grown_s = self.first.total_seconds() * self.factor ** min(failures - 1, MAX_STEPS)
        wait = timedelta(seconds=min(grown_s, self.longest.total_seconds()))
        if not self.jitter:
            return wait
        return wait * random.uniform(1 - self.jitter, 1 + self.jitter)  # noqa: S311 - jitter, not cryptography

    @property
    def limit(self) -> timedelta:
        """No wait is longer than this, jitter included."""
        return self.longest * (1 + self.jitter)


#: Backoff of a delivery: a service that fails now and then takes most posts at their second try; the waits
#: grow slowly, so that the unlucky few are not minutes behind all others.
DELIVERY = Backoff(first=timedelta(seconds=2), longest=timedelta(minutes=30), factor=1.5, jitter=0.25)

#: Backoff of a photo that could not be had when its post went out.
PHOTO = Backoff(first=timedelta(minutes=5), longest=timedelta(hours=6), factor=3.0)

#: Backoff of an account that is in trouble.
ACCOUNT = Backoff(first=timedelta(seconds=5), longest=timedelta(minutes=30), jitter=0.25)

#: Backoff of a feed's build.
FEED = Backoff(first=timedelta(seconds=5), longest=timedelta(minutes=30), jitter=0.25)

#: Backoff of a subscriber who was not reached; the hub gives up by its terms (``[hub] give_up``).
SUBSCRIBER = Backoff(first=timedelta(seconds=10), longest=timedelta(hours=6), jitter=0.25)

#: Backoff of one of a channel's recipients that was not reached (``recipient.GIVE_UP_AFTER``).
RECIPIENT = Backoff(first=timedelta(seconds=30), longest=timedelta(hours=6), jitter=0.25)

#: Backoff of a callback that does not answer whether it means it.
CONFIRMATION = Backoff(first=timedelta(seconds=10), longest=timedelta(minutes=30), jitter=0.25)

#: Backoff of a callback that has not confirmed, and is named again and again.
NAMED_AGAIN = Backoff(first=timedelta(seconds=10), longest=timedelta(minutes=10), jitter=0.25)

#: Backoff of a page of a source that could not be read, or is missing.
PAGE = Backoff(first=timedelta(minutes=2), longest=timedelta(hours=6))

#: Backoff of a process that falls as soon as it was started.
PROCESS = Backoff(first=timedelta(seconds=0.5), longest=timedelta(seconds=30))


def of_source(every: timedelta) -> Backoff:
    """The backoff of a source that is looked at ``every`` so often: never sooner than that, and at least once
    in a thousand such times."""
    return Backoff(first=every, longest=max(every, min(every * 1024, timedelta(hours=1))))
