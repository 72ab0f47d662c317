"""One step with one delivery: planned, composed and put on record; then it is requested.

::

    plan → photo → compose → put on record, with what it costs → request (``step_request``)
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from syndicator.domain.delivery import (
    NOTICE_REVISION,
    STEP_DEADLINE_S,
    WAITS,
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
    SyndicatorError,
    TryLater,
)
from syndicator.domain.ledger import Ledger, Wait
from syndicator.domain.owed_photo import awaiting_photo, without_photo
from syndicator.domain.plan import DeliveryTerms, plan, without
from syndicator.domain.post import looks_like, says_as_much
from syndicator.domain.rests import resting, resting_on, steadily
from syndicator.domain.roundup import left_roundup, roundup_terms
from syndicator.domain.step import Step
from syndicator.jobs.account import Account
from syndicator.jobs.courier import Courier, Deliverer
from syndicator.jobs.later_photo import (
    STAYS_WITHOUT,
    owing_photo,
    reason_of,
    remark_of,
    still_without,
)
from syndicator.jobs.page_wait import wait_for_page
from syndicator.jobs.post_photo import NONE_WITHOUT
from syndicator.jobs.step_cost import COST_OF_PHOTO, cost_of
from syndicator.jobs.step_post import WITH_PHOTO, StepPost, has_photo, post_of
from syndicator.jobs.step_request import MAX_STALL, StepOutcome, requested, shared
from syndicator.jobs.store_ports import ClaimedDelivery


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
        if corrected and (needless := _needless(delivery, step, corrected, now)):
            return StepOutcome(delivery=needless[0], event=needless[1], ledger=ledger)
        if step is Step.LEAVE:
            after = left(delivery, "this channel can neither delete, edit nor answer it, or is not to")
            if claimed.roundup:
                after = left_roundup(after, delivery, claimed.roundup)
                deliverer.store.let_out_returned(account, delivery, now)
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
        return StepOutcome(delivery=after, event=f"{step}: {e}", ledger=ledger, error=shared(e, step))
    begins = deliverer.clock()
    longest = timedelta(seconds=STEP_DEADLINE_S) + (
        courier.settles_within if step.changes_channel else timedelta()
    )
    rests = steadily(resting(marked, step, begins + longest), begins, deliverer.steady())
    spent = ledger.with_spent(courier.pace, cost_of(courier, step, made.post), begins)
    names = made.post.named if claimed.roundup and step in (Step.SEND, Step.EDIT) else None
    if not deliverer.store.begin(account, rests, None if spent is ledger else spent, names):
        return None
    return requested(deliverer, account, marked, step, made, remark, begins, spent)


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


def _needless(
    delivery: Delivery, step: Step, corrected: StepPost, now: datetime
) -> tuple[Delivery, str] | None:
    """The delivery of a corrected article of which the channel need not hear, and why; ``None``: it must, as
    where readers were told last, perhaps in a reply, that it is withdrawn."""
    if delivery.has == NOTICE_REVISION:
        return None
    same = closed(delivery, delivery.wants, shows=delivery.shows)
    if looks_like(corrected.post.digest, delivery.shows):
        event = f"revision {delivery.wants} changes nothing that this channel shows"
        return awaiting_photo(same, reason_of(corrected), now), event
    if step is Step.REPLY and says_as_much(corrected.post.digest, delivery.shows):
        return same, f"revision {delivery.wants} changes no words: there is nothing that a reply could name"
    return None


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
    reason = f"{WAITS} {wait.until:%H:%M:%S} UTC: {wait.why}"
    event = "" if delivery.reason.startswith(WAITS) else reason
    after = replace(delivery, standing=Standing.PENDING, next_attempt=wait.until, reason=reason)
    return StepOutcome(delivery=after, event=event, ledger=ledger)


def _event_of_leaving(before: Delivery, after: Delivery) -> str:
    where = f" {before.receipt.url}" if before.receipt and before.receipt.url else ""
    return after.reason or f"corrected, and left as it was{where}: neither edited, answered nor posted again"
