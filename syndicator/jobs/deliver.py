"""**deliver**: bring every post of a channel to the revision of its article, once, never twice.

::

    claim the channel → next delivery → plan → photo → compose → put on record → send | edit | delete
        → settle → next ... → let go (paused where the account needs rest)
"""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from syndicator.domain import backoff
from syndicator.domain.delivery import (
    SETTLES_WITHIN,
    STEP_DEADLINE_S,
    Delivery,
    Receipt,
    Step,
    absent,
    begun,
    closed,
    dropped,
    earliest,
    failed,
    plan,
    posted,
    resting,
    resting_on,
    steadily,
)
from syndicator.domain.errors import (
    Misconfigured,
    OutcomeUnknown,
    PhotoError,
    Refused,
    SyndicatorError,
    TryLater,
)
from syndicator.domain.photo import PhotoFile
from syndicator.domain.post import Limits, Post, compose
from syndicator.domain.steady import SteadyTime
from syndicator.jobs.job import Job
from syndicator.jobs.ports import LEASE, Bell, Channel, Photos
from syndicator.jobs.store_ports import Account, ClaimedDelivery, DeliverStore

log = logging.getLogger(__name__)

#: Deliveries in one task: other channels' tasks get their turn on a small pool.
MAX_DELIVERIES = 50

#: A hand that has been stopped for so long after putting a request on record does not send it: its channel
#: may be in another hand by then. Longer than a database takes to write, shorter than a lease.
MAX_STALL = timedelta(seconds=20)

#: After so many tries a post goes out without a photo that cannot be had at the moment.
MAX_PHOTO_TRIES = 3


@dataclass(frozen=True, kw_only=True)
class Courier:
    """A channel, with what is declared of delivering to it. ``max_age``: how old news may be. ``redact``
    takes the channel's secrets out of whatever is written down of its replies."""

    channel: Channel
    max_age: timedelta
    redact: Callable[[str], str] = str

    @property
    def settles_within(self) -> timedelta:
        """See ``Channel``; channels made for earlier versions do not say."""
        return getattr(self.channel, "settles_within", SETTLES_WITHIN)


@dataclass(frozen=True, kw_only=True)
class Deliverer:
    """What **deliver** works with. ``couriers`` by the channel's name. ``steady``: a clock that nobody sets,
    where there is one."""

    couriers: Mapping[str, Courier]
    store: DeliverStore
    photos: Photos
    bell: Bell
    clock: Callable[[], datetime]
    steady: Callable[[], SteadyTime | None] = lambda: None


def deliver(deliverer: Deliverer, name: str, *, max_deliveries: int = MAX_DELIVERIES) -> int:
    """Close the gaps of one channel's deliveries, as many as are due. Returns how many were settled."""
    courier, store, clock = deliverer.couriers[name], deliverer.store, deliverer.clock
    account = store.claim_channel(name, clock(), LEASE)
    if account is None:
        return 0
    done, trouble, was_lost = 0, None, account.failures > 0
    try:
        while done < max_deliveries:
            claimed = store.next_delivery(account, clock(), LEASE)
            if claimed is None:
                return done
            error = close(deliverer, account, claimed)
            done += 1
            # One lost answer is that delivery's trouble, which rests; two in a row are the account's.
            if error and (was_lost or not isinstance(error, OutcomeUnknown)):
                trouble = error
                break
            was_lost = error is not None
    finally:
        _let_go(deliverer, courier, account, trouble)
    if trouble is None:
        deliverer.bell.ring(Job.DELIVER, name)
    return done


def close(deliverer: Deliverer, account: Account, claimed: ClaimedDelivery) -> SyndicatorError | None:
    """Take one step with one delivery. Returns the trouble that the next one would meet too."""
    courier, store = deliverer.couriers[account.name], deliverer.store
    delivery, now = claimed.delivery, deliverer.clock()
    if rests := resting_on(delivery, now, deliverer.steady()):
        store.settle(account, rests, now, event=rests.reason)
        return None
    step = plan(
        delivery,
        now,
        key_memory=courier.channel.key_memory,
        max_age=courier.max_age,
        published=claimed.article.published,
    )
    idle = _without_request(delivery, step)
    if idle is not None:
        store.settle(account, idle, now, event=idle.reason or "nothing to do")
        return None
    marked = begun(delivery, step, now)
    try:
        photo, remark = _photo(deliverer.photos, courier.channel.limits, claimed, step)
        post = compose(claimed.article, courier.channel.limits, photo)
        post = replace(post, since=earliest(delivery, claimed.article.published))
    except SyndicatorError as e:  # nothing has left yet
        after = failed(marked, step, e, now)
        store.settle(account, after, now, event=f"{step}: {e}")
        return _channel_trouble(e, step)
    begins = deliverer.clock()
    longest = timedelta(seconds=STEP_DEADLINE_S) + (
        courier.settles_within if step.changes_channel else timedelta()
    )
    rests = steadily(resting(marked, step, begins + longest), begins, deliverer.steady())
    if not store.begin(account, rests):
        return None
    return _request(deliverer, account, marked, step, post, remark, begins)


def _request(
    deliverer: Deliverer,
    account: Account,
    delivery: Delivery,
    step: Step,
    post: Post,
    remark: str,
    begins: datetime,
) -> SyndicatorError | None:
    courier, clock = deliverer.couriers[account.name], deliverer.clock
    error: SyndicatorError | None = None
    try:
        if clock() > begins + MAX_STALL:
            raise TryLater("this worker was stopped for too long before it could send", whole_channel=False)
        after = _struck(courier, _perform(courier.channel, delivery, step, post))
        event = _event(after, step)
    except (TryLater, Refused, OutcomeUnknown, Misconfigured) as e:
        error = e
    except Exception as e:  # noqa: BLE001 - a defect of ours must not lose the queue: it may have been posted
        trace = courier.redact(traceback.format_exc())
        log.error("channel %s: %s of %s\n%s", account.name, step, delivery.guid, trace)
        error = OutcomeUnknown(f"{type(e).__name__}: {e}")
    now = clock()
    if error:
        after = failed(delivery, step, error, now, courier.settles_within)
        after = steadily(after, now, deliverer.steady())
        after = replace(after, reason=courier.redact(after.reason))
        event = courier.redact(f"{step}: {error}")
        log.warning("channel %s: %s: %s", account.name, post.url, event)
    else:
        log.info("channel %s: %s: %s%s", account.name, event, post.article.title, remark)
    stirs_until = now + courier.settles_within if step.changes_channel else None
    deliverer.store.settle(account, after, now, event=f"{event}{remark}", stirs_until=stirs_until)
    return _channel_trouble(error, step)


def _struck(courier: Courier, delivery: Delivery) -> Delivery:
    """The delivery without the channel's secrets: its receipt's address comes from the channel, too."""
    receipt = delivery.receipt
    return (
        replace(delivery, receipt=replace(receipt, url=courier.redact(receipt.url))) if receipt else delivery
    )


def _perform(channel: Channel, delivery: Delivery, step: Step, post: Post) -> Delivery:
    """The step itself, and how it leaves the delivery."""
    match step, delivery.receipt:
        case ((Step.SEND | Step.REPEAT), _):
            return posted(delivery, channel.send(post, key=delivery.key))
        case Step.FIND, _:
            existing = channel.find(post, key=delivery.key)
            return posted(delivery, existing) if existing else absent(delivery)
        case Step.EDIT, Receipt() as receipt:
            return closed(delivery, delivery.wants, channel.edit(receipt, post))
        case Step.DELETE, Receipt() as receipt:
            channel.delete(receipt, post)
            return closed(delivery, None)
    raise AssertionError(f"{step} with {delivery.receipt}")


def _without_request(delivery: Delivery, step: Step) -> Delivery | None:
    match step:
        case Step.NOTHING:
            return closed(delivery, delivery.has)
        case Step.DROP:
            return replace(closed(delivery, None), reason="withdrawn before it was posted")
        case Step.EXPIRE:
            return dropped(delivery, "too late: older than the channel's max_age")
        case _:
            return None


def _photo(
    photos: Photos, limits: Limits, claimed: ClaimedDelivery, step: Step
) -> tuple[PhotoFile | None, str]:
    """The lead photo within the channel's limits; none, and a remark, where it cannot be had."""
    article = claimed.article
    if limits.photo is None or article.photo is None or step in (Step.DELETE, Step.FIND):
        return None, ""
    try:
        return photos.fit(article.photo, limits.photo), ""
    except PhotoError as e:
        if not e.lasting and claimed.delivery.attempts + 1 < MAX_PHOTO_TRIES:
            raise TryLater(f"photo {article.photo.url}: {e}", whole_channel=False) from e
        return None, f" (without its photo {article.photo.url}: {e})"


def _event(after: Delivery, step: Step) -> str:
    """The step that has succeeded, in words for the delivery's history."""
    where = f" {after.receipt.url}" if after.receipt and after.receipt.url else ""
    match step:
        case Step.FIND:
            return f"found{where}" if after.receipt else "not found: it can be sent"
        case Step.DELETE:
            return "deleted"
        case Step.EDIT:
            return f"edited{where}"
        case _:
            return f"posted{where}"


def _channel_trouble(error: SyndicatorError | None, step: Step) -> SyndicatorError | None:
    """What the next delivery may meet, too. That a channel cannot tell of one post says nothing of others."""
    match error:
        case TryLater() if error.whole_channel:
            return error
        case OutcomeUnknown() if step.changes_channel:
            return error
        case Misconfigured():
            return error
        case _:
            return None


def _let_go(
    deliverer: Deliverer, courier: Courier, account: Account, trouble: SyndicatorError | None
) -> None:
    if trouble is None:
        deliverer.store.let_go(account)
        return
    then = deliverer.clock() + backoff.DELIVERY.wait(account.failures + 1)
    not_before = trouble.not_before if isinstance(trouble, TryLater) else None
    deliverer.store.let_go(
        account,
        paused_until=max(then, not_before) if not_before else then,
        error=courier.redact(str(trouble)),
        is_stopped=isinstance(trouble, Misconfigured),
    )
