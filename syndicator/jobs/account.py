"""The account that **deliver** has in hand."""

from __future__ import annotations

from dataclasses import dataclass, field

from syndicator.domain.ledger import Ledger


@dataclass(frozen=True, kw_only=True, slots=True)
class Account:
    """A channel's row in hand. ``failures``: how often in a row the account had to rest. ``ledger``: what it
    has done, when it was taken in hand."""

    name: str
    token: str
    failures: int = 0
    ledger: Ledger = field(default_factory=Ledger)
