"""Deliveries: one article on one channel, and what to do about it.

A delivery *has* the revision that its post shows (or nothing) and *wants* the article's revision (or
nothing, when it is withdrawn). ``plan`` names the step that closes the gap; ``settle`` and the
functions beside it write how the step ended. All of it is pure.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from syndicator.domain import backoff
from syndicator.domain.article import CLOCK_SKEW, Article
from syndicator.domain.capabilities import SETTLES_WITHIN
from syndicator.domain.errors import Misconfigured, OutcomeUnknown, Refused, SyndicatorError, TryLater
from syndicator.domain.steady import SteadyTime

#: Seconds that one step of a delivery may take in all, photo included: shorter than a lease.
STEP_DEADLINE_S = 60.0

#: The revision of a post of which nobody knows what it shows.
UNKNOWN_REVISION = 0

#: Attempts, looks included, after which we stop asking a channel whether it has a post.
MAX_FIND_ATTEMPTS = 10


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
    """The channel's proof: the post's id there and, where it has one, its address.

    ``is_current``: the channel was seen to show just what it was asked to (it says nothing otherwise).
    """

    remote_id: str
    url: str = ""
    is_current: bool = field(default=False, compare=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class Delivery:
    """One article on one channel. All times are aware UTC.

    ``attempted``: the revision of a first post whose outcome we do not know yet; ``attempted_at``: when
    its first request left, from which the channel remembers its idempotency key (``None``: nobody knows,
    as after a backup was put back). A receipt without ``has`` is a post whose deletion has begun.
    ``rests_until``: until then the channel may still be working at a request of ours whose outcome is
    unknown; no other one leaves before. ``rests_steadily``: the same by a clock that nobody sets, so that no
    rest ends early because the time of day was set. ``round``: how often a post was taken back.
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
    rests_until: datetime | None = None
    rests_steadily: SteadyTime | None = None
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

    @property
    def changes_channel(self) -> bool:
        """Whether its request changes what readers see, so that its outcome matters."""
        return self in (Step.SEND, Step.REPEAT, Step.EDIT, Step.DELETE)


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

    A deletion that has begun is carried through before anything else, and the article is posted anew if it
    is wanted again: nobody knows whether there is still a post to be edited.
    """
    if delivery.attempted is not None:  # an earlier post may be out there
        repeats = delivery.wants is not None and _is_remembered(delivery, now, key_memory, published)
        return Step.REPEAT if repeats else Step.FIND
    if delivery.receipt is None:
        if delivery.wants is None:
            return Step.DROP
        late = now > max(published, delivery.created) + max_age
        return Step.EXPIRE if late else Step.SEND
    if delivery.wants is None or delivery.has is None:
        return Step.DELETE
    return Step.EDIT if delivery.has != delivery.wants else Step.NOTHING


def is_maybe_out(article: Article, restored_at: datetime | None) -> bool:
    """Whether an article that is recorded only now may have been posted before: a backup was put back
    (``restored_at``), and it is older than that. One without a date of its own may be, for a day."""
    if restored_at is None:
        return False
    is_undated = article.published >= article.first_seen
    return article.published <= restored_at + CLOCK_SKEW or (
        is_undated and article.first_seen <= restored_at + timedelta(days=1)
    )


def earliest(delivery: Delivery, published: datetime) -> datetime:
    """When a first post whose outcome is unknown can have left at the earliest. If nobody knows, it may be as
    old as its article, give or take a day (some sites date by the day alone)."""
    return delivery.attempted_at or min(published, delivery.created) - timedelta(days=1)


def _is_remembered(
    delivery: Delivery, now: datetime, key_memory: timedelta | None, published: datetime
) -> bool:
    return key_memory is not None and now < earliest(delivery, published) + key_memory


def moved(delivery: Delivery, wants: int | None, now: datetime) -> Delivery:
    """The delivery once its article has a new revision, or is withdrawn (``None``). What was refused may now
    be taken; what an operator or age skipped stays skipped; what was in hand stays there."""
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


def resting(delivery: Delivery, step: Step, until: datetime) -> Delivery:
    """The delivery while its request is under way. If nothing more is heard of that, it is taken up again
    once the channel has certainly dealt with that request (``until``): one that is repeated while the
    first is still being worked at may be posted twice in spite of its key, and an edit may be overwritten
    by the one before it."""
    return replace(
        delivery,
        has=None if step is Step.DELETE else delivery.has,
        next_attempt=until,
        rests_until=until if step.changes_channel else delivery.rests_until,
        reason=f"{step} under way; unless an answer comes, it is taken up again after {until:%H:%M:%S} UTC",
    )


def steadily(delivery: Delivery, now: datetime, steady: SteadyTime | None) -> Delivery:
    """The same with its rest, told in the time of day just ``now``, by a clock that nobody sets."""
    if steady is None or delivery.rests_until is None:
        return replace(delivery, rests_steadily=None)
    return replace(delivery, rests_steadily=steady.later((delivery.rests_until - now).total_seconds()))


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


def posted(delivery: Delivery, receipt: Receipt) -> Delivery:
    """The delivery once a first post is out. It shows the revision that was first attempted, unless it was
    seen to be current: a channel that remembered the key answers with what it posted then, so a newer
    revision still has to follow as an edit."""
    has = delivery.wants if receipt.is_current and delivery.wants is not None else delivery.attempted
    return closed(replace(delivery, receipt=receipt), has)


def closed(delivery: Delivery, has: int | None, receipt: Receipt | None = None) -> Delivery:
    """The delivery once its channel shows revision ``has`` (``None``: nothing); what it wants may have moved
    on meanwhile."""
    done = replace(
        delivery,
        has=has,
        receipt=(receipt or delivery.receipt) if has is not None else None,
        attempted=None,
        attempted_at=None,
        rests_until=None,
        attempts=0,
        round=delivery.round + (has is None and delivery.receipt is not None),
        reason="",
    )
    return replace(done, standing=Standing.SENT if has == done.wants else Standing.PENDING)


def absent(delivery: Delivery) -> Delivery:
    """The delivery once the channel was asked and does not have the post: it can be sent, as if it never had
    been."""
    clean = replace(delivery, attempted=None, attempted_at=None, attempts=0)
    return replace(clean, standing=Standing.PENDING)


def stirred(delivery: Delivery, until: datetime) -> Delivery:
    """The delivery once a worker whose lease had run out has sent something all the same, which may land
    until then, after what was sent since: nobody knows what the post shows, so it is edited once more."""
    again = replace(delivery, rests_until=max(until, delivery.rests_until or until))
    if delivery.receipt is None or delivery.has is None:
        return again
    again = replace(again, has=UNKNOWN_REVISION)
    if delivery.standing is Standing.SENT:
        again = replace(again, standing=Standing.PENDING, next_attempt=until)
    return again


def dropped(delivery: Delivery, reason: str) -> Delivery:
    """The delivery, given up. What may be out there stays on record: an operator may want it tried again."""
    return replace(delivery, standing=Standing.SKIPPED, reason=reason)


def failed(
    delivery: Delivery,
    step: Step,
    error: SyndicatorError,
    now: datetime,
    settles_within: timedelta = SETTLES_WITHIN,
) -> Delivery:
    """The delivery after a step that has failed, by one question: was it posted?

    ``settles_within``: how long the channel may go on working at a request that has ended for us.
    """
    reason = str(error)
    match error, step:
        case OutcomeUnknown(), Step.FIND if delivery.attempts >= MAX_FIND_ATTEMPTS:
            return replace(delivery, standing=Standing.UNKNOWN, reason=reason)
        case OutcomeUnknown(), Step.FIND:
            return _again(delivery, reason, now)
        case OutcomeUnknown(), _:
            return _lost(delivery, step, reason, now, timedelta() if error.is_over else settles_within)
        case Refused(), _:
            first = step is Step.SEND  # what was sent before it may be out there
            return replace(
                delivery,
                standing=Standing.REFUSED,
                reason=reason,
                attempted=None if first else delivery.attempted,
                rests_until=None,
            )
        case ((TryLater() | Misconfigured()), Step.SEND):  # known not to be posted: the slate is clean
            delivery = replace(delivery, attempted=None, attempted_at=None)
    delivery = replace(delivery, rests_until=None)
    not_before = error.not_before if isinstance(error, TryLater) else None
    if (
        isinstance(error, TryLater) and error.rests_account and not_before
    ):  # no fault of the post: in its turn
        return replace(delivery, standing=Standing.PENDING, next_attempt=not_before, reason=reason)
    return _again(delivery, reason, now, not_before)


def _lost(delivery: Delivery, step: Step, reason: str, now: datetime, settles_within: timedelta) -> Delivery:
    """The request may still be worked at for so long, although we have heard the end of it."""
    rests_until = now + settles_within
    deleting = step is Step.DELETE
    return _again(
        replace(delivery, has=None if deleting else delivery.has, rests_until=rests_until),
        f"outcome unknown: {reason}",
        now,
        rests_until,
    )


def _again(delivery: Delivery, reason: str, now: datetime, not_before: datetime | None = None) -> Delivery:
    then = now + backoff.DELIVERY.wait(delivery.attempts)
    return replace(
        delivery,
        standing=Standing.PENDING,
        next_attempt=max(then, not_before) if not_before else then,
        reason=reason,
    )
