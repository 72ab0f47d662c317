"""The request of a step, and how it has ended: for the delivery, its account and whoever reads of it."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from syndicator.domain.delivery import Delivery, failed
from syndicator.domain.errors import (
    Misconfigured,
    OutcomeUnknown,
    PostGone,
    Refused,
    SyndicatorError,
    TryLater,
)
from syndicator.domain.ledger import Ledger, StatedLimit
from syndicator.domain.pacing import MONEY
from syndicator.domain.rests import spaced, steadily
from syndicator.domain.roundup import found_among_others
from syndicator.domain.step import Step
from syndicator.http.stated_limits import listening
from syndicator.jobs.account import Account
from syndicator.jobs.courier import Courier, Deliverer
from syndicator.jobs.later_photo import one_try_less, waiting_for_photo
from syndicator.jobs.perform import event_of, perform
from syndicator.jobs.step_cost import cost_of
from syndicator.jobs.step_post import StepPost
from syndicator.remarks import gathering

log = logging.getLogger(__name__)

#: A hand that has been stopped for so long after putting a request on record does not send it: its channel
#: may be in another hand by then. Longer than a database takes to write, shorter than a lease.
MAX_STALL = timedelta(seconds=20)

#: Errors after which nothing was done, and nothing is charged.
UNCHARGED = (TryLater, Refused, Misconfigured)


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


def requested(
    deliverer: Deliverer,
    account: Account,
    delivery: Delivery,
    step: Step,
    made: StepPost,
    remark: str,
    begins: datetime,
    ledger: Ledger,
) -> StepOutcome:
    """How the request of a step ends, which is on record. ``remark``: what its history is told besides;
    ``begins``: when it was put on record; ``ledger``: with what it costs."""
    courier, clock, post = deliverer.couriers[account.name], deliverer.clock, made.post
    error: SyndicatorError | None = None
    with listening() as limits, gathering() as remarks:
        try:
            if clock() > begins + MAX_STALL:
                why = "this worker was stopped for too long before it could send"
                raise TryLater(why, whole_channel=False)
            after = _struck(courier, perform(courier.channel, delivery, step, post, begins))
            after = waiting_for_photo(after, step, made, clock())
            after = found_among_others(delivery, after) if courier.rounds_up else after
            event = event_of(delivery, after, step, clock())
            if after.receipt and after.receipt.differs:
                remarks.append(f"not there as it was sent: {after.receipt.differs}")
        except (TryLater, Refused, OutcomeUnknown, Misconfigured) as e:
            error = e
        except Exception as e:  # noqa: BLE001 - a defect of ours must not lose the queue: it may have been posted
            trace = courier.redact(traceback.format_exc())
            log.error("channel %s: %s of %s\n%s", account.name, step, delivery.guid, trace)
            error = OutcomeUnknown(f"{type(e).__name__}: {e}")
    now = clock()
    remark += courier.redact("".join(f"; {each}" for each in remarks))
    if error:
        after = failed(delivery, step, error, now, courier.settles_within)
        after = one_try_less(after, error) if step is Step.EDIT and delivery.lacks_photo else after
        after = replace(after, reason=courier.redact(after.reason))
        event = courier.redact(f"{step}: {error}")
        log.warning("channel %s: %s: %s%s", account.name, post.url, event, remark)
    else:
        level = logging.WARNING if remarks else logging.INFO
        log.log(level, "channel %s: %s: %s%s", account.name, event, post.article.title, remark)
    after = spaced(after, step, error, courier.channel.capabilities.gap_per_article, now)
    after = steadily(after, now, deliverer.steady())
    return StepOutcome(
        delivery=after,
        event=f"{event}{remark}",
        ledger=ledger,
        stirs_until=now + courier.settles_within if step.changes_channel else None,
        error=shared(error, step),
        is_through=step.changes_channel and (error is None or isinstance(error, Refused)),
        refused=step if isinstance(error, Refused) and not isinstance(error, PostGone) else None,
        limits=limits,
        uncharged=cost_of(courier, step, post).get(MONEY, 0.0) if isinstance(error, UNCHARGED) else 0.0,
    )


def shared(error: SyndicatorError | None, step: Step) -> SyndicatorError | None:
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


def _struck(courier: Courier, delivery: Delivery) -> Delivery:
    """The delivery without the channel's secrets: its receipt's address comes from the channel, too."""
    receipt = delivery.receipt
    if receipt is None or (url := courier.redact(receipt.url)) == receipt.url:
        return delivery
    return replace(delivery, receipt=replace(receipt, url=url))
