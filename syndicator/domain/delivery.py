"""Deliveries: one article on one channel, and what to do about it.

A delivery *has* the revision that its post shows (or nothing) and *wants* the article's revision (or
nothing, when it is withdrawn). ``plan`` names the step that closes the gap (``domain.plan``); the functions
here write how it began and ended. All of it is pure.
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
from syndicator.domain.step import Step

#: Seconds that one step of a delivery may take in all, photo included: shorter than a lease.
STEP_DEADLINE_S = 60.0

#: The revision of a post of which nobody knows what it shows.
UNKNOWN_REVISION = 0

#: The revision of a post that says, or has a reply that says, that its article is withdrawn.
NOTICE_REVISION = -1

#: Attempts, looks included, after which we stop asking a channel whether it has a post: half an hour of them.
MAX_FIND_ATTEMPTS = 15

#: How the reason of a delivery begins that waits for its page, or for what its account may send.
WAITS = "waits until"


class Standing(StrEnum):
    """Where a delivery stands."""

    PENDING = "pending"  # has and wants differ; it is tried at next_attempt
    SENDING = "sending"  # a request may be under way
    SENT = "sent"  # has what it wants (nothing, where it was withdrawn)
    REFUSED = "refused"  # the channel will not have it
    UNKNOWN = "unknown"  # it may have been posted; a person decides
    HELD = "held"  # embargoed
    SKIPPED = "skipped"  # by an operator, or by age: stays so
    GATHERED = "gathered"  # told of in a round-up, with others (``domain.roundup``)


@dataclass(frozen=True, kw_only=True, slots=True)
class Receipt:
    """The channel's proof: the post's id there and, where it has one, its address.

    ``is_current``: the channel was seen to show just what it was asked to (it says nothing otherwise).
    ``differs``: the parts of the post that it was seen to show otherwise, in words.
    """

    remote_id: str
    url: str = ""
    is_current: bool = field(default=False, compare=False)
    differs: str = field(default="", compare=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class Delivery:
    """One article on one channel. All times are aware UTC.

    ``attempted``: the revision of a first post whose outcome we do not know yet; ``attempted_at``: when
    its first request left, from which the channel remembers its idempotency key (``None``: nobody knows,
    as after a backup was put back). Beside a receipt both are of a reply under the post instead, which names
    that revision (``NOTICE_REVISION``: the retraction). A receipt without ``has`` is a post whose deletion
    has begun.
    ``rests_until``: until then the channel may still be working at a request of ours whose outcome is
    unknown; no other one leaves before. ``rests_steadily``: the same by a clock that nobody sets, so that no
    rest ends early because the time of day was set. ``round``: how often a post was taken back.

    ``posted_at``: when the post was known to be out (``None``: there is none, or it was posted before that
    was noted). ``shows``: a digest of what it shows; empty where that is not known for certain. ``replies``:
    the posts that were made under it. ``photo_owed``: how many more times its photo is asked for that the
    post is out without; such a delivery is *pending* although it has the revision that it wants.
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
    posted_at: datetime | None = None
    shows: str = ""
    replies: tuple[Receipt, ...] = ()
    photo_owed: int = 0
    reason: str = ""

    @property
    def lacks_photo(self) -> bool:
        """Whether its photo is all that its post lacks."""
        return self.photo_owed > 0 and self.wants is not None and self.is_satisfied

    @property
    def is_satisfied(self) -> bool:
        """Whether it has what it wants: a notice, too, is how a retracted article may stand."""
        return _satisfies(self.has, self.wants)

    @property
    def key_of_reply(self) -> str:
        """The idempotency key of a reply under the post."""
        revision = self.attempted if self.attempted is not None else _wanted(self)
        occasion = "retraction" if revision == NOTICE_REVISION else f"correction-{revision}"
        return f"{self.key}#{occasion}"

    @property
    def key(self) -> str:
        """The idempotency key of the first post: the same at every attempt, on every machine. A post
        that was taken back and goes out again is another one."""
        return f"{self.guid}#{self.channel}" + (f"#{self.round}" if self.round else "")


def _satisfies(has: int | None, wants: int | None) -> bool:
    return has == wants or (wants is None and has == NOTICE_REVISION)


def _wanted(delivery: Delivery) -> int:
    """The revision that a post or reply is to have."""
    return NOTICE_REVISION if delivery.wants is None else delivery.wants


def is_maybe_out(article: Article, restored_at: datetime | None) -> bool:
    """Whether an article that is recorded only now may have been posted before: a backup was put back
    (``restored_at``), and it is older than that. One without a date of its own may be, for a day."""
    if restored_at is None:
        return False
    is_undated = article.published >= article.first_seen
    return article.published <= restored_at + CLOCK_SKEW or (
        is_undated and article.first_seen <= restored_at + timedelta(days=1)
    )


def moved(delivery: Delivery, wants: int | None, now: datetime) -> Delivery:
    """The delivery once its article has a new revision, or is withdrawn (``None``). What was refused may now
    be taken; what an operator or age skipped stays skipped; what was in hand stays there."""
    waits_for_photo = delivery.standing is Standing.PENDING and delivery.lacks_photo
    standing = Standing.SENT if waits_for_photo else delivery.standing
    delivery = replace(delivery, wants=wants)
    due = replace(delivery, standing=Standing.PENDING, next_attempt=now, attempts=0)
    match standing:
        case Standing.SENT:
            return delivery if delivery.is_satisfied else due
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
    return replace(
        delivery,
        standing=Standing.SENDING,
        attempts=delivery.attempts + 1,
        attempted=_wanted(delivery) if step.begins_post else delivery.attempted,
        attempted_at=now if step.begins_post else delivery.attempted_at,
    )


def posted(delivery: Delivery, receipt: Receipt, now: datetime, shows: str = "") -> Delivery:
    """The delivery once a first post is out. It shows the revision that was first attempted, unless it was
    seen to be current: a channel that remembered the key answers with what it posted then, so a newer
    revision still has to follow as an edit."""
    has = delivery.wants if receipt.is_current and delivery.wants is not None else delivery.attempted
    return closed(delivery, has, receipt, shows, posted_at=delivery.attempted_at or now)


def replied(delivery: Delivery, receipt: Receipt | None = None) -> Delivery:
    """The delivery once a reply under its post is out (``None``: nobody knows under which id)."""
    is_current = receipt is not None and receipt.is_current and delivery.attempted != NOTICE_REVISION
    replies = (
        (*delivery.replies, receipt) if receipt and receipt not in delivery.replies else delivery.replies
    )
    has = delivery.wants if is_current and delivery.wants is not None else delivery.attempted
    return closed(replace(delivery, replies=replies), has, shows=delivery.shows)


def closed(
    delivery: Delivery,
    has: int | None,
    receipt: Receipt | None = None,
    shows: str = "",
    *,
    posted_at: datetime | None = None,
) -> Delivery:
    """The delivery once its channel shows revision ``has`` (``None``: nothing), which looks like ``shows``;
    what it wants may have moved on meanwhile. ``receipt`` and ``posted_at``: where they are new."""
    return replace(
        delivery,
        has=has,
        receipt=(receipt or delivery.receipt) if has is not None else None,
        posted_at=(posted_at or delivery.posted_at) if has is not None else None,
        shows=shows,
        replies=delivery.replies if has is not None else (),
        photo_owed=delivery.photo_owed if has not in (None, NOTICE_REVISION) else 0,
        attempted=None,
        attempted_at=None,
        rests_until=None,
        attempts=0,
        round=delivery.round + (has is None and (receipt or delivery.receipt) is not None),
        reason="",
        standing=Standing.SENT if _satisfies(has, delivery.wants) else Standing.PENDING,
    )


def still_there(delivery: Delivery) -> Delivery:
    """The delivery once its channel has refused to delete the post: it is there, whatever it shows."""
    return replace(delivery, has=UNKNOWN_REVISION, shows="") if delivery.has is None else delivery


def again_soon(delivery: Delivery, reason: str, now: datetime) -> Delivery:
    """The delivery, to be taken up again at once."""
    return replace(delivery, standing=Standing.PENDING, next_attempt=now, reason=reason)


def left(delivery: Delivery, reason: str) -> Delivery:
    """The delivery whose post stays as it is, although its article is corrected or retracted. A retraction
    is left to a person."""
    if delivery.wants is None:
        where = delivery.receipt.url if delivery.receipt else ""
        reason = f"withdrawn, and still out there: {reason}; take it back by hand: {where}".rstrip(": ")
        return replace(dropped(delivery, reason), standing=Standing.REFUSED, attempted=None)
    return closed(delivery, delivery.wants, shows=delivery.shows)


def lost(delivery: Delivery) -> Delivery:
    """The delivery with a reply of which nobody knows whether it is out there; a person decides."""
    reason = (
        "a reply under the post may be out there, and the channel cannot tell: look, and say whether it is"
    )
    return replace(delivery, standing=Standing.UNKNOWN, reason=reason)


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
    again = replace(again, has=UNKNOWN_REVISION, shows="")
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
            return replace(
                delivery,
                standing=Standing.REFUSED,
                reason=reason,
                # what was sent before it may be out there
                attempted=None if step.begins_post else delivery.attempted,
                rests_until=None,
            )
        case ((TryLater() | Misconfigured()), _) if step.begins_post:  # known not to be posted: a clean slate
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
        replace(
            delivery,
            has=None if deleting else delivery.has,
            shows="" if step.alters_post else delivery.shows,
            rests_until=rests_until,
        ),
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
