"""One step with one delivery: planned, composed, put on record, requested, and how that has ended.

::

    plan → photo → compose → put on record, with what it costs → send | edit | delete | find
"""

from __future__ import annotations

import logging
import traceback
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from syndicator.domain.capabilities import Spent
from syndicator.domain.delivery import (
    STEP_DEADLINE_S,
    Delivery,
    Receipt,
    Standing,
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
    Refused,
    SyndicatorError,
    TryLater,
)
from syndicator.domain.ledger import Ledger, Stated, Wait
from syndicator.domain.photo import PhotoFile
from syndicator.domain.post import Post
from syndicator.http.stated_limits import listening
from syndicator.jobs.courier import Courier, Deliverer
from syndicator.jobs.ports import Channel
from syndicator.jobs.post_photo import PostPhoto, post_photo, shows_picture, without_picture
from syndicator.jobs.store_ports import Account, ClaimedDelivery

log = logging.getLogger(__name__)

#: A hand that has been stopped for so long after putting a request on record does not send it: its channel
#: may be in another hand by then. Longer than a database takes to write, shorter than a lease.
MAX_STALL = timedelta(seconds=20)

#: What taking a photo along costs.
COST_OF_PHOTO: Mapping[str, float] = {Spent.PHOTOS: 1.0}

#: After so many tries a post goes out without a photo that cannot be had at the moment.
MAX_PHOTO_TRIES = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """How a step has ended. ``event``: the line for the delivery's history, none if it is empty. ``error``:
    what went wrong, if the next delivery may meet it, too. ``is_through``: the channel took the request, or
    refused this article alone. ``ledger``: what the account has done; ``limits``: what its service says is
    left, by kind."""

    delivery: Delivery
    event: str
    ledger: Ledger
    stirs_until: datetime | None = None
    error: SyndicatorError | None = None
    is_through: bool = False
    limits: Mapping[str, Stated] = field(default_factory=dict)


def take_step(
    deliverer: Deliverer, account: Account, claimed: ClaimedDelivery, ledger: Ledger
) -> Outcome | None:
    """Take one step with one delivery, which is still to be settled; ``None``: there is nothing to settle,
    since what it wants has moved or the channel is in another hand."""
    courier, delivery, now = deliverer.couriers[account.name], claimed.delivery, deliverer.clock()
    if rests := resting_on(delivery, now, deliverer.steady()):
        return Outcome(delivery=rests, event=rests.reason, ledger=ledger)
    step = plan(
        delivery,
        now,
        key_memory=courier.channel.capabilities.key_memory,
        max_age=courier.max_age,
        published=claimed.article.published,
    )
    idle = _without_request(delivery, step)
    if idle is not None:
        return Outcome(delivery=idle, event=idle.reason or "nothing to do", ledger=ledger)
    wait = ledger.wait(courier.pace, COST_OF_PHOTO, now) if _has_photo(courier, claimed, step) else None
    if wait and not claimed.article.urgent:
        return _put_off(delivery, wait, ledger)
    marked = begun(delivery, step, now)
    try:
        shown = _shown(deliverer, courier, claimed, step, wait)
        post = deliverer.compose(shown.article, courier.channel.capabilities, courier.style, shown.file)
        post = replace(post, since=earliest(delivery, claimed.article.published))
    except SyndicatorError as e:  # nothing has left yet
        after = failed(marked, step, e, now)
        return Outcome(delivery=after, event=f"{step}: {e}", ledger=ledger, error=_shared(e, step))
    begins = deliverer.clock()
    longest = timedelta(seconds=STEP_DEADLINE_S) + (
        courier.settles_within if step.changes_channel else timedelta()
    )
    rests = steadily(resting(marked, step, begins + longest), begins, deliverer.steady())
    spent = ledger.with_spent(courier.pace, _cost(courier, step, shown.file), begins)
    if not deliverer.store.begin(account, rests, None if spent is ledger else spent):
        return None
    remark = f" ({shown.remark})" if shown.remark else ""
    return _request(deliverer, account, marked, step, post, remark, begins, spent)


def _request(
    deliverer: Deliverer,
    account: Account,
    delivery: Delivery,
    step: Step,
    post: Post,
    remark: str,
    begins: datetime,
    ledger: Ledger,
) -> Outcome:
    courier, clock = deliverer.couriers[account.name], deliverer.clock
    error: SyndicatorError | None = None
    with listening() as limits:
        try:
            if clock() > begins + MAX_STALL:
                why = "this worker was stopped for too long before it could send"
                raise TryLater(why, whole_channel=False)
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
    return Outcome(
        delivery=after,
        event=f"{event}{remark}",
        ledger=ledger,
        stirs_until=now + courier.settles_within if step.changes_channel else None,
        error=_shared(error, step),
        is_through=step.changes_channel and (error is None or isinstance(error, Refused)),
        limits=limits,
    )


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


def _has_photo(courier: Courier, claimed: ClaimedDelivery, step: Step) -> bool:
    """Whether the step takes a photo along."""
    return step not in (Step.DELETE, Step.FIND) and shows_picture(courier, claimed.article)


def _put_off(delivery: Delivery, wait: Wait, ledger: Ledger) -> Outcome:
    """The delivery until the account may send photos again; its history says so once."""
    reason = f"waits until {wait.until:%H:%M:%S} UTC: {wait.why}"
    event = "" if delivery.reason.startswith("waits until") else reason
    after = replace(delivery, standing=Standing.PENDING, next_attempt=wait.until, reason=reason)
    return Outcome(delivery=after, event=event, ledger=ledger)


def _cost(courier: Courier, step: Step, photo: PhotoFile | None) -> Mapping[str, float]:
    """What the step costs, by kind."""
    cost = {str(Spent.REQUESTS): 1.0}
    if photo:
        cost = {Spent.PHOTOS: 1.0, Spent.REQUESTS: 2.0}
    match step:
        case Step.SEND | Step.REPEAT:
            return {**courier.pace.cost_of_post, **cost}
        case Step.DELETE:
            return {**cost, Spent.DELETIONS: 1.0}
        case Step.EDIT:
            return {**cost, Spent.EDITS: 1.0}
        case _:
            return cost


def _shown(
    deliverer: Deliverer, courier: Courier, claimed: ClaimedDelivery, step: Step, wait: Wait | None
) -> PostPhoto:
    """What the post shows. Breaking news does not ``wait`` for its photo."""
    if step in (Step.DELETE, Step.FIND):
        return PostPhoto(article=claimed.article)
    if wait:
        return without_picture(courier, claimed.article, wait)
    is_last_try = claimed.delivery.attempts + 1 >= MAX_PHOTO_TRIES
    return post_photo(deliverer.photos, courier, claimed.article, is_last_try=is_last_try)


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


def _shared(error: SyndicatorError | None, step: Step) -> SyndicatorError | None:
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
