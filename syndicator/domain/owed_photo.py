"""Deliveries whose post is out without its photo."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from syndicator.domain import backoff
from syndicator.domain.delivery import Delivery, Standing, closed

#: How often a photo is still asked for that could not be had when its post went out: within fifteen hours or
#: so (``backoff.PHOTO``).
MAX_LATER_TRIES = 6


def awaiting_photo(delivery: Delivery, reason: str, now: datetime) -> Delivery:
    """The delivery, which asks for its photo again where that is all that it lacks."""
    if delivery.standing is not Standing.SENT or not delivery.lacks_photo:
        return delivery
    tries = MAX_LATER_TRIES - delivery.photo_owed
    then = now + backoff.PHOTO.wait(tries + 1)
    return replace(delivery, standing=Standing.PENDING, next_attempt=then, reason=reason)


def without_photo(delivery: Delivery) -> Delivery:
    """The delivery whose post stays without its photo."""
    return closed(replace(delivery, photo_owed=0), delivery.has, shows=delivery.shows)
