"""Rests of deliveries: no other request leaves for one that may still be worked at."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from syndicator.domain.delivery import Delivery
from syndicator.domain.errors import OutcomeUnknown, SyndicatorError
from syndicator.domain.steady import SteadyTime
from syndicator.domain.step import Step


def resting(delivery: Delivery, step: Step, until: datetime) -> Delivery:
    """The delivery while its request is under way. If nothing more is heard of that, it is taken up again
    once the channel has certainly dealt with that request (``until``): one that is repeated while the
    first is still being worked at may be posted twice in spite of its key, and an edit may be overwritten
    by the one before it."""
    return replace(
        delivery,
        has=None if step is Step.DELETE else delivery.has,
        shows="" if step.alters_post else delivery.shows,
        next_attempt=until,
        rests_until=until if step.changes_channel else delivery.rests_until,
        reason=f"{step} under way; unless an answer comes, it is taken up again after {until:%H:%M:%S} UTC",
    )


def steadily(delivery: Delivery, now: datetime, steady: SteadyTime | None) -> Delivery:
    """The same with its rest, told in the time of day just ``now``, by a clock that nobody sets."""
    if steady is None or delivery.rests_until is None:
        return replace(delivery, rests_steadily=None) if delivery.rests_steadily else delivery
    return replace(delivery, rests_steadily=steady.later((delivery.rests_until - now).total_seconds()))


def spaced(
    delivery: Delivery, step: Step, error: SyndicatorError | None, gap: timedelta, now: datetime
) -> Delivery:
    """The delivery after a step just ``now``, of which its channel has heard unless an error says that it has
    not, and is to hear no more for so long."""
    is_heard = step.changes_channel and (error is None or isinstance(error, OutcomeUnknown))
    if not gap or not is_heard:
        return delivery
    return replace(delivery, rests_until=max(now + gap, delivery.rests_until or now))


def resting_on(delivery: Delivery, now: datetime, steady: SteadyTime | None) -> Delivery | None:
    """A delivery whose rest is over by the time of day alone, which was set meanwhile, with what is left of
    it; ``None`` where it is over."""
    if steady is None or delivery.rests_until is None or delivery.rests_steadily is None:
        return None
    left = steady.seconds_until(delivery.rests_steadily)
    if not left:
        return None
    until = now + timedelta(seconds=left)
    reason = f"{delivery.reason} (the clock was set: it still rests until {until:%H:%M:%S} UTC)"
    return replace(delivery, next_attempt=until, rests_until=until, reason=reason)
