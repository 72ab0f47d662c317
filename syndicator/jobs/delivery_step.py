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
    Standing,
    again_soon,
    begun,
    closed,
    dropped,
    failed,
    left,
    lost,
    still_there,
)
from syndicator.domain.errors import (
    Misconfigured,
    OutcomeUnknown,
    PostGone,
    Refused,
    SyndicatorError,
    TryLater,
)
from syndicator.domain.ledger import Ledger, StatedLimit, Wait
from syndicator.domain.owed_photo import awaiting_photo, without_photo
from syndicator.domain.pacing import MONEY
from syndicator.domain.plan import DeliveryTerms, plan, without
from syndicator.domain.post import Post
from syndicator.domain.rests import resting, resting_on, spaced, steadily
from syndicator.domain.roundup import found_among_others, left_roundup, roundup_terms
from syndicator.domain.step import Step
from syndicator.http.stated_limits import listening
from syndicator.jobs.account import Account
from syndicator.jobs.courier import Courier, Deliverer
from syndicator.jobs.later_photo import (
    STAYS_WITHOUT,
    one_try_less,
    owing_photo,
    reason_of,
    remark_of,
    still_without,
    waiting_for_photo,
)
from syndicator.jobs.page_wait import wait_for_page
from syndicator.jobs.perform import event_of, perform
from syndicator.jobs.post_photo import NONE_WITHOUT
from syndicator.jobs.step_post import WITH_PHOTO, StepPost, has_photo, post_of
from syndicator.jobs.store_ports import ClaimedDelivery

log = logging.getLogger(__name__)

#: A hand that has been stopped for so long after putting a request on record does not send it: its channel
#: may be in another hand by then. Longer than a database takes to write, shorter than a lease.
MAX_STALL = timedelta(seconds=20)

#: Errors after which nothing was done, and nothing is charged.
UNCHARGED = (TryLater, Refused, Misconfigured)

#: What taking a photo along costs.
COST_OF_PHOTO: Mapping[str, float] = {Spent.PHOTOS: 1.0}


@dataclass(frozen=True, kw_only=True, slots=True)
class StepOutcome:
    """How a step has ended. ``event``: the line for the delivery's history, none if it is empty. ``error``:
    what went wrong, if the next delivery may meet it, too. ``is_through``: the channel took the request, or
    refused this article alone; ``refused``: the step that it refused. ``ledger``: what the account has done;
    ``limits``: what its service says is left, by kind; ``uncharged``: the money in ``ledger`` that it does
    not charge, since it has done nothing."""

    delivery: Delivery
    event: str
    ledger: Ledger
    stirs_until: datetime | None = None
    error: SyndicatorError | None = None
    is_through: bool = False
    refused: Step | None = None
    limits: Mapping[str, StatedLimit] = field(default_factory=dict)
    uncharged: float = 0.0


def take_step(
    deliverer: Deliverer, account: Account, claimed: ClaimedDelivery, ledger: Ledger
) -> StepOutcome | None:
    """Take one step with one delivery, which is still to be settled; ``None``: there is nothing to settle,
    since what it wants has moved or the channel is in another hand. What the channel refuses to do with a
    post that is out gives way to the next best thing."""
    courier, begins = deliverer.couriers[account.name], deliverer.clock()
    if rests := resting_on(claimed.delivery, begins, deliverer.steady()):
        return StepOutcome(delivery=rests, event=rests.reason, ledger=ledger)
    terms = courier.terms
    if claimed.roundup:
        terms = roundup_terms(terms, claimed.delivery, claimed.roundup)
    outcome = _take(deliverer, account, claimed, ledger, terms)
    while outcome and outcome.refused not in (None, Step.REPLY_AGAIN) and claimed.delivery.receipt:
        terms = without(terms, outcome.refused)
        again = still_there(claimed.delivery)
        step = plan(again, deliverer.clock(), terms, claimed.article.published)
        if step is Step.LEAVE and claimed.delivery.wants is not None:
            return outcome  # what was refused, and why, is what an operator should read
        if deliverer.clock() > begins + MAX_STALL:  # the channel is not for so long in this hand
            return replace(outcome, delivery=again_soon(again, outcome.delivery.reason, deliverer.clock()))
        claimed = replace(claimed, delivery=again)
        other = _take(deliverer, account, claimed, outcome.ledger, terms)
        uncharged = outcome.uncharged
        outcome = other and replace(
            other, event=f"{outcome.event}; {other.event}", uncharged=uncharged + other.uncharged
        )
    return outcome


def _take(
    deliverer: Deliverer, account: Account, claimed: ClaimedDelivery, ledger: Ledger, terms: DeliveryTerms
) -> StepOutcome | None:
    courier, delivery, now = deliverer.couriers[account.name], claimed.delivery, deliverer.clock()
    step = plan(delivery, now, terms, claimed.article.published)
    idle = _without_request(delivery, step) or _unpaid(courier, claimed, step, ledger, now)
    if idle is not None:
        event = STAYS_WITHOUT if delivery.lacks_photo else idle.reason or "nothing to do"
        return StepOutcome(delivery=idle, event=event, ledger=ledger)
    adds_photo = step is Step.EDIT and delivery.lacks_photo
    page = wait_for_page(deliverer, courier, claimed, step, now)
    wait = ledger.wait(courier.pace, COST_OF_PHOTO, now) if has_photo(courier, claimed, step) else None
    may_go_without = claimed.article.urgent and not (adds_photo or courier.needs_photo)
    if until := (page if page and page.until > now else None) or (None if may_go_without else wait):
        return _put_off(delivery, until, ledger)
    marked = begun(delivery, step, now)
    try:
        corrected = _corrected_post(deliverer, courier, claimed, wait)
        if corrected and adds_photo and not corrected.has_photo:
            after, event = still_without(delivery, corrected, now)
            return StepOutcome(delivery=after, event=event, ledger=ledger)
        if corrected and corrected.post.digest == delivery.shows:
            same = closed(delivery, delivery.wants, shows=delivery.shows)
            same = awaiting_photo(same, reason_of(corrected), now)
            event = f"revision {delivery.wants} changes nothing that this channel shows"
            return StepOutcome(delivery=same, event=event, ledger=ledger)
        if step is Step.LEAVE:
            after = left(delivery, "this channel can neither delete, edit nor answer it, or is not to")
            after = left_roundup(after, delivery, claimed.roundup) if claimed.roundup else after
            return StepOutcome(delivery=after, event=_event_of_leaving(delivery, after), ledger=ledger)
        made = corrected if corrected and step is Step.EDIT else None
        made = made or post_of(deliverer, courier, claimed, marked, step, wait)
        if unshown := _without_needed_photo(courier, delivery, step, made):
            return StepOutcome(delivery=unshown, event=unshown.reason, ledger=ledger)
        marked = owing_photo(marked, step, made, terms, now)
        remark = remark_of(made, marked) + (f" (not waited for any longer: {page.why})" if page else "")
        remark += f" ({made.post.remark})" if made.post.remark else ""
    except SyndicatorError as e:  # nothing has left yet
        after = failed(marked, step, e, now)
        return StepOutcome(delivery=after, event=f"{step}: {e}", ledger=ledger, error=_shared(e, step))
    begins = deliverer.clock()
    longest = timedelta(seconds=STEP_DEADLINE_S) + (
        courier.settles_within if step.changes_channel else timedelta()
    )
    rests = steadily(resting(marked, step, begins + longest), begins, deliverer.steady())
    spent = ledger.with_spent(courier.pace, _cost(courier, step, made.post), begins)
    names = made.post.named if claimed.roundup and step in (Step.SEND, Step.EDIT) else None
    if not deliverer.store.begin(account, rests, None if spent is ledger else spent, names):
        return None
    return _request(deliverer, account, marked, step, made, remark, begins, spent)


def _without_needed_photo(
    courier: Courier, delivery: Delivery, step: Step, made: StepPost
) -> Delivery | None:
    """The delivery, given up, of a post that has no photo where there is none without; ``None``: it has what
    it needs. Raises ``TryLater`` for a photo that may yet come."""
    if step not in WITH_PHOTO or made.post.photo is not None or not courier.needs_photo:
        return None
    if made.photo_may_come:
        raise TryLater(f"{NONE_WITHOUT}: {made.remark}", whole_channel=False)
    why = f" ({made.remark})" if made.remark else "; card = true in [channels.NAME.post] would make one"
    return dropped(delivery, f"skipped: {NONE_WITHOUT}{why}")


def _corrected_post(
    deliverer: Deliverer, courier: Courier, claimed: ClaimedDelivery, wait: Wait | None
) -> StepPost | None:
    """The post as an edit would make it, to be held against what is out there; ``None`` where nothing is, or
    nobody knows what it shows."""
    delivery = claimed.delivery
    is_corrected = delivery.wants is not None and delivery.has is not None and delivery.attempted is None
    is_told = not delivery.shows or courier.channel.capabilities.carries_article
    if not is_corrected or (is_told and not delivery.lacks_photo):
        return None
    return post_of(deliverer, courier, claimed, delivery, Step.EDIT, wait)


def _request(
    deliverer: Deliverer,
    account: Account,
    delivery: Delivery,
    step: Step,
    made: StepPost,
    remark: str,
    begins: datetime,
    ledger: Ledger,
) -> StepOutcome:
    courier, clock, post = deliverer.couriers[account.name], deliverer.clock, made.post
    error: SyndicatorError | None = None
    with listening() as limits:
        try:
            if clock() > begins + MAX_STALL:
                why = "this worker was stopped for too long before it could send"
                raise TryLater(why, whole_channel=False)
            after = _struck(courier, perform(courier.channel, delivery, step, post, begins))
            after = waiting_for_photo(after, step, made, clock())
            after = found_among_others(delivery, after) if courier.rounds_up else after
            event = event_of(delivery, after, step, clock())
            if after.receipt and after.receipt.differs:
                remark += f"; not there as it was sent: {courier.redact(after.receipt.differs)}"
        except (TryLater, Refused, OutcomeUnknown, Misconfigured) as e:
            error = e
        except Exception as e:  # noqa: BLE001 - a defect of ours must not lose the queue: it may have been posted
            trace = courier.redact(traceback.format_exc())
            log.error("channel %s: %s of %s\n%s", account.name, step, delivery.guid, trace)
            error = OutcomeUnknown(f"{type(e).__name__}: {e}")
    now = clock()
    if error:
        after = failed(delivery, step, error, now, courier.settles_within)
        after = one_try_less(after, error) if step is Step.EDIT and delivery.lacks_photo else after
        after = replace(after, reason=courier.redact(after.reason))
        event = courier.redact(f"{step}: {error}")
        log.warning("channel %s: %s: %s", account.name, post.url, event)
    else:
        log.info("channel %s: %s: %s%s", account.name, event, post.article.title, remark)
    after = spaced(after, step, error, courier.channel.capabilities.gap_per_article, now)
    after = steadily(after, now, deliverer.steady())
    return StepOutcome(
        delivery=after,
        event=f"{event}{remark}",
        ledger=ledger,
        stirs_until=now + courier.settles_within if step.changes_channel else None,
        error=_shared(error, step),
        is_through=step.changes_channel and (error is None or isinstance(error, Refused)),
        refused=step if isinstance(error, Refused) and not isinstance(error, PostGone) else None,
        limits=limits,
        uncharged=_cost(courier, step, post).get(MONEY, 0.0) if isinstance(error, UNCHARGED) else 0.0,
    )


def _struck(courier: Courier, delivery: Delivery) -> Delivery:
    """The delivery without the channel's secrets: its receipt's address comes from the channel, too."""
    receipt = delivery.receipt
    if receipt is None or (url := courier.redact(receipt.url)) == receipt.url:
        return delivery
    return replace(delivery, receipt=replace(receipt, url=url))


def _without_request(delivery: Delivery, step: Step) -> Delivery | None:
    match step:
        case Step.NOTHING:
            return without_photo(delivery)
        case Step.DROP:
            return replace(closed(delivery, None), reason="withdrawn before it was posted")
        case Step.EXPIRE:
            return dropped(delivery, "too late: older than the channel's max_age")
        case Step.LOSE:
            return lost(delivery)
        case _:
            return None


def _unpaid(
    courier: Courier, claimed: ClaimedDelivery, step: Step, ledger: Ledger, now: datetime
) -> Delivery | None:
    """A first post that is to be skipped, since there is no money for it."""
    pace = courier.pace
    if step is not Step.SEND or not pace.skips_unpaid:
        return None
    wait = ledger.unpaid(pace, pace.cost_of_post, now, urgent=claimed.article.urgent)
    return dropped(claimed.delivery, f"skipped, as declared: {wait.why}") if wait else None


def _put_off(delivery: Delivery, wait: Wait, ledger: Ledger) -> StepOutcome:
    """The delivery until its page is ready, or the account may send photos; its history says so once."""
    reason = f"waits until {wait.until:%H:%M:%S} UTC: {wait.why}"
    event = "" if delivery.reason.startswith("waits until") else reason
    after = replace(delivery, standing=Standing.PENDING, next_attempt=wait.until, reason=reason)
    return StepOutcome(delivery=after, event=event, ledger=ledger)


def _cost(courier: Courier, step: Step, post: Post) -> Mapping[str, float]:
    """What the step costs, by kind."""
    price, photos = courier.pace.price, len(post.photos)
    cost, money = {str(Spent.REQUESTS): 1.0}, 0.0
    if photos:
        cost = {Spent.PHOTOS: float(photos), Spent.REQUESTS: 1.0 + photos}
        money = price.alternative_text * sum(bool(photo.alt) for photo in post.photos) if price else 0.0
    match step:
        case Step.SEND | Step.REPEAT | Step.REPLY | Step.REPLY_AGAIN:
            cost, money = (
                {**courier.pace.cost_of_post, **cost},
                money + (price.post_with_link if price else 0.0),
            )
        case Step.DELETE:
            cost, money = {**courier.pace.cost_of_deletion, **cost}, price.deletion if price else 0.0
        case Step.EDIT | Step.NOTICE:
            cost, money = {**courier.pace.cost_of_edit, **cost}, money + (price.edit if price else 0.0)
        case Step.FIND:
            money = price.look_up if price else 0.0
        case _:
            pass
    return {**cost, MONEY: money} if price else cost


def _event_of_leaving(before: Delivery, after: Delivery) -> str:
    where = f" {before.receipt.url}" if before.receipt and before.receipt.url else ""
    return after.reason or f"corrected, and left as it was{where}: neither edited, answered nor posted again"


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
