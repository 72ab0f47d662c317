"""Recipients: whoever a channel sends its posts to one by one (subscribers' addresses, browsers, followers'
inboxes), what they are sent, and how that changes them.

A channel with recipients posts once: it puts an *announcement* on record. Each recipient *has* the last
announcement that was sent to it, and is behind while there are later ones; a *letter* brings it the next.
All of it is pure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from syndicator.domain import backoff
from syndicator.domain.post import Occasion

#: How long somebody has to confirm that it is meant, before the address is forgotten.
CONFIRM_WITHIN = timedelta(days=2)

#: A recipient that has failed for so long is given up.
GIVE_UP_AFTER = timedelta(days=7)


class RecipientState(StrEnum):
    """The states of a recipient."""

    AWAITING = "awaiting"  # nobody has confirmed that it is meant
    ACTIVE = "active"
    LEFT = "left"  # it wants no more
    DEAD = "dead"  # it cannot be reached any more


@dataclass(frozen=True, kw_only=True, slots=True)
class Announcement:
    """What all recipients of a channel are to be told. Times are aware UTC.

    ``key`` tells it from all others of the channel: put on record twice, it is there once. ``post``: the id
    of the post that it is about, which its corrections share. ``occasion``: what it says of that.
    ``payload``: JSON of the channel's own kind. ``due``: not before; never sooner than that of an earlier
    one. ``expires``: not after (``None``: ever).
    ``id`` is the record's, in the order in which they were put there.
    """

    channel: str
    key: str
    post: str
    occasion: Occasion
    payload: Mapping[str, Any] = field(repr=False)
    due: datetime
    expires: datetime | None = None
    id: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Recipient:
    """One recipient of a channel. Times are aware UTC.

    ``address``: a mail address, or an http address that letters go to. ``host``: of the address, in lower
    case.
    ``details``: JSON of the channel's own kind, keys say. ``has``: the id of the last announcement that it
    was sent. ``next_attempt``: not before (``None``: now). ``failures`` in a row, the first of them at
    ``failing_since``; ``reason``: why, or why it is dead.
    """

    channel: str
    address: str
    host: str = ""
    state: RecipientState = RecipientState.ACTIVE
    details: Mapping[str, Any] = field(default_factory=dict, repr=False)
    has: int = 0
    next_attempt: datetime | None = None
    failures: int = 0
    failing_since: datetime | None = None
    reason: str = ""
    id: int = 0
    token: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Letter:
    """The next that a recipient is to be sent: one announcement, or all that are due where its channel joins
    them."""

    recipient: Recipient
    announcements: Sequence[Announcement]

    @property
    def last(self) -> int:
        """The id of its last announcement."""
        return self.announcements[-1].id


class Reception(StrEnum):
    """What has become of a letter."""

    DELIVERED = "delivered"
    REFUSED = "refused"  # this one, and its recipient takes others
    FAILED = "failed"  # it is sent again, later
    GONE = "gone"  # the recipient is no more


@dataclass(frozen=True, slots=True)
class LetterOutcome:
    """How sending a letter has ended, and why. ``retry_at``: when the other side asked to be tried again."""

    reception: Reception
    reason: str = ""
    retry_at: datetime | None = None


def after_letter(letter: Letter, outcome: LetterOutcome, now: datetime) -> Recipient:
    """The recipient after a letter."""
    recipient = letter.recipient
    match outcome.reception:
        case Reception.DELIVERED:
            return _through(recipient, letter.last, "")
        case Reception.REFUSED:
            return _through(recipient, letter.last, outcome.reason)
        case Reception.GONE:
            return replace(recipient, state=RecipientState.DEAD, next_attempt=None, reason=outcome.reason)
    since = recipient.failing_since or now
    failures = recipient.failures + 1
    if now - since >= GIVE_UP_AFTER:
        days = f"{(now - since) / timedelta(days=1):.0f} days"
        reason = f"for {days}: {outcome.reason}"
        return replace(recipient, state=RecipientState.DEAD, next_attempt=None, reason=reason)
    then = now + backoff.RECIPIENT.wait(failures)
    return replace(
        recipient,
        failures=failures,
        failing_since=since,
        next_attempt=max(then, outcome.retry_at) if outcome.retry_at else then,
        reason=outcome.reason,
    )


def _through(recipient: Recipient, has: int, reason: str) -> Recipient:
    return replace(recipient, has=has, next_attempt=None, failures=0, failing_since=None, reason=reason)
