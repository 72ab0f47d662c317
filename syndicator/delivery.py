"""Deliveries: one article on one channel, and what to do about it.

A delivery *has* the revision that its post shows (or nothing) and *wants* the article's revision (or
nothing, when it is withdrawn). ``plan`` names the step that closes the gap; ``settle`` and the
functions beside it write how the step ended. All of it is pure.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from syndicator.errors import OutcomeUnknown, Refused, SyndicatorError, TryLater

#: Waits between attempts double from the first to the last of these.
FIRST_WAIT = timedelta(seconds=5)
LONGEST_WAIT = timedelta(minutes=30)

#: After so long a request has ended on both sides, whoever sent it: longer than we wait for any answer.
REST = timedelta(seconds=90)

#: Attempts, looks included, after which we stop asking a channel whether it has a post.
LOOKS = 10


class Standing(StrEnum):
    """Where a delivery stands."""

    PENDING = "pending"  # has and wants differ; it is tried at next_attempt
    SENDING = "sending"  # a request may be under way
    SENT = "sent"  # has what it wants (nothing, where it was withdrawn)
    REFUSED = "refused"  # the channel will not have it
    UNKNOWN = "unknown"  # it may have been posted; a person decides
    HELD = "held"  # embargoed
    SKIPPED = "skipped"  # by an operator, or by age: stays so


@dataclass(frozen=True, kw_only=True, slots=True)
class Receipt:
    """The channel's proof: the post's id there and, where it has one, its address."""

    remote_id: str
    url: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Delivery:
    """One article on one channel. All times are aware UTC.

    ``attempted``: the revision of a first post whose outcome we do not know yet; ``attempted_at``: when
    its first request left, from which the channel remembers its idempotency key. ``round``: how often
    a post was taken back.
    """

    id: int
    channel: str
    guid: str
    created: datetime
    wants: int | None
    has: int | None = None
    receipt: Receipt | None = None
    standing: Standing = Standing.PENDING
    attempts: int = 0
    next_attempt: datetime
    attempted: int | None = None
    attempted_at: datetime | None = None
    round: int = 0
    reason: str = ""

    @property
    def key(self) -> str:
        """The idempotency key of the first post: the same at every attempt, on every machine. A post
        that was taken back and goes out again is another one."""
        return f"{self.guid}#{self.channel}" + (f"#{self.round}" if self.round else "")


class Step(StrEnum):
    """What closes the gap."""

    NOTHING = "nothing"
    SEND = "send"
    REPEAT = "repeat"  # send again under the key that the channel still remembers
    FIND = "find"  # ask the channel whether it has the post
    EDIT = "edit"
    DELETE = "delete"
    EXPIRE = "expire"  # too late to be news
    DROP = "drop"  # withdrawn before anything was posted


def plan(
    delivery: Delivery,
    now: datetime,
    *,
    key_memory: timedelta | None,
    max_age: timedelta,
    published: datetime,
) -> Step:
    """The step that brings what the delivery has to what it wants.

    ``key_memory``: how long the channel remembers an idempotency key (``None``: not at all).
    ``max_age``: how long after ``published`` a first post is still news.
    """
    if delivery.attempted is not None:  # an earlier post may be out there
        still_remembered = (
            key_memory is not None
            and delivery.attempted_at is not None
            and now < delivery.attempted_at + key_memory
        )
        return Step.REPEAT if still_remembered and delivery.wants is not None else Step.FIND
    if delivery.receipt is None:
        if delivery.wants is None:
            return Step.DROP
        late = now > max(published, delivery.created) + max_age
        return Step.EXPIRE if late else Step.SEND
    if delivery.wants is None:
        return Step.DELETE
    return Step.EDIT if delivery.has != delivery.wants else Step.NOTHING


def moved(delivery: Delivery, wants: int | None, now: datetime) -> Delivery:
    """The article has a new revision, or is withdrawn (``None``). What was refused may now be taken;
    what an operator or age skipped stays skipped; what was in hand stays there."""
    delivery = replace(delivery, wants=wants)
    due = replace(delivery, standing=Standing.PENDING, next_attempt=now, attempts=0)
    match delivery.standing:
        case Standing.SENT:
            return delivery if delivery.has == wants else due
        case Standing.HELD if wants is not None:  # news from now on
            return replace(due, created=now)
        case Standing.HELD | Standing.REFUSED:
            return due
        case Standing.UNKNOWN:
            return due if wants is None else delivery
        case _:
            return delivery


def begun(delivery: Delivery, step: Step, now: datetime) -> Delivery:
    """The delivery as it must be on record before the step's request leaves."""
    first = step is Step.SEND
    return replace(
        delivery,
        standing=Standing.SENDING,
        attempts=delivery.attempts + 1,
        attempted=delivery.wants if first else delivery.attempted,
        attempted_at=now if first else delivery.attempted_at,
    )


def resting(delivery: Delivery, now: datetime) -> Delivery:
    """The same on record while the request is under way. If nothing more is heard of it, it is taken up
    again once the channel has certainly dealt with that request: one that is repeated while the first is
    still being worked at may be posted twice in spite of its key."""
    return replace(delivery, next_attempt=now + REST)


def posted(delivery: Delivery, receipt: Receipt) -> Delivery:
    """A first post is out. It shows the revision that was first attempted: a channel that remembered
    the key answers with what it posted then, so a newer revision still has to follow as an edit."""
    return closed(replace(delivery, receipt=receipt), delivery.attempted)


def closed(delivery: Delivery, has: int | None, receipt: Receipt | None = None) -> Delivery:
    """The channel now shows ``has``; what it wants may have moved on meanwhile."""
    done = replace(
        delivery,
        has=has,
        receipt=(receipt or delivery.receipt) if has is not None else None,
        attempted=None,
        attempted_at=None,
        attempts=0,
        round=delivery.round + (has is None and delivery.receipt is not None),
        reason="",
    )
    return replace(done, standing=Standing.SENT if has == done.wants else Standing.PENDING)


def absent(delivery: Delivery) -> Delivery:
    """The channel was asked and does not have the post: it can be sent, under a clean slate."""
    clean = replace(delivery, attempted=None, attempted_at=None, attempts=0)
    return replace(clean, standing=Standing.PENDING)


def dropped(delivery: Delivery, reason: str) -> Delivery:
    """Nothing was posted, and nothing will be."""
    return replace(delivery, standing=Standing.SKIPPED, attempted=None, reason=reason)


def failed(delivery: Delivery, step: Step, error: SyndicatorError, now: datetime) -> Delivery:
    """How a step's error leaves the delivery, sorted by one question: was it posted?"""
    reason = str(error)
    match error, step:
        case Refused(), _:
            first = delivery.receipt is None
            return replace(
                delivery,
                standing=Standing.REFUSED,
                reason=reason,
                attempted=None if first else delivery.attempted,
            )
        case OutcomeUnknown(), Step.FIND if delivery.attempts >= LOOKS:
            return replace(delivery, standing=Standing.UNKNOWN, reason=reason)
        case OutcomeUnknown(), Step.FIND:
            return _again(delivery, reason, now)
        case OutcomeUnknown(), Step.SEND | Step.REPEAT:
            return _again(delivery, f"outcome unknown: {reason}", now)
        case TryLater(), Step.SEND:  # known not to be posted: the slate is clean
            return _again(replace(delivery, attempted=None, attempted_at=None), reason, now, error.not_before)
        case TryLater(), _:
            return _again(delivery, reason, now, error.not_before)
        case _:  # an edit or a deletion can be repeated: it says the same thing twice
            return _again(delivery, reason, now)


def wait(attempts: int, *, first: timedelta = FIRST_WAIT, longest: timedelta = LONGEST_WAIT) -> timedelta:
    """How long to wait after the n-th attempt: doubling, with jitter so that crowds disperse."""
    doubled: timedelta = first * (1 << min(attempts - 1, 12))
    span = min(doubled, longest)
    return span * random.uniform(0.75, 1.25)  # noqa: S311 - jitter, not cryptography


def _again(delivery: Delivery, reason: str, now: datetime, not_before: datetime | None = None) -> Delivery:
    then = now + wait(delivery.attempts)
    return replace(
        delivery,
        standing=Standing.PENDING,
        next_attempt=max(then, not_before) if not_before else then,
        reason=reason,
    )
