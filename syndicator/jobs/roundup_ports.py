"""What **deliver** needs on record for round-ups."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Protocol

from syndicator.domain.delivery import Delivery
from syndicator.jobs.account import Account


class RoundupStore(Protocol):
    """What **deliver** needs on record to gather what is left of a backlog."""

    def has_roundup(self, name: str) -> bool:
        """Whether a channel has a round-up that no request has left for."""
        ...

    def round_up(self, account: Account, now: datetime, beyond: int, max_age: timedelta) -> int:
        """Put first posts that are due into the channel's round-up, in one transaction: all but so many that
        are worth most (``beyond``), breaking news, what may be out there, and what is older than ``max_age``.
        Returns how many; none where the channel's row is no longer in this hand."""
        ...

    def let_out_returned(self, account: Account, roundup: Delivery, now: datetime) -> int:
        """Make deliveries of their own of the members that were published again after the round-up's post
        was made without them, in one transaction: it stays as it is. Returns how many; none where the
        channel's row is no longer in this hand."""
        ...
