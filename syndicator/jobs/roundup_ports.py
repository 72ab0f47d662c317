"""The account that **deliver** has in hand, and what it needs on record for round-ups."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from syndicator.domain.ledger import Ledger


@dataclass(frozen=True, kw_only=True, slots=True)
class Account:
    """A channel's row in hand. ``failures``: how often in a row the account had to rest. ``ledger``: what it
    has done, when it was taken in hand."""

    name: str
    token: str
    failures: int = 0
    ledger: Ledger = field(default_factory=Ledger)


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
