"""Photos that come later: a post that went out without its photo is edited once that can be had.

The delivery stays *pending* meanwhile (``Delivery.photo_owed``): the photo is asked for a few times more, and
no request leaves until it is there.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from syndicator.domain.delivery import Delivery
from syndicator.domain.errors import Misconfigured, SyndicatorError, TryLater
from syndicator.domain.owed_photo import MAX_LATER_TRIES, awaiting_photo, without_photo
from syndicator.domain.plan import DeliveryTerms, takes_photo_later
from syndicator.domain.step import Step
from syndicator.jobs.step_post import WITH_PHOTO, StepPost

#: What the history of a delivery says whose post takes no photo any more.
STAYS_WITHOUT = "its post can be edited no longer: it stays without its photo"


def owing_photo(
    marked: Delivery, step: Step, made: StepPost, terms: DeliveryTerms, now: datetime
) -> Delivery:
    """The delivery as it begins a step, with how often its photo will be asked for afterwards. What is found
    or repeated shows what was sent first."""
    if step not in WITH_PHOTO or (step is Step.REPEAT and marked.photo_owed):
        return marked
    if marked.lacks_photo:  # its photo is there: if it cannot be added now, it is asked for again
        return marked
    is_editable = takes_photo_later(terms, now - (marked.posted_at or now))
    if not made.photo_may_come or not is_editable:
        return replace(marked, photo_owed=0) if marked.photo_owed else marked
    return replace(marked, photo_owed=marked.photo_owed or MAX_LATER_TRIES)


def remark_of(made: StepPost, marked: Delivery) -> str:
    """What the delivery's history says of the picture of a post."""
    if not made.remark:
        return ""
    return f" ({reason_of(made) if made.photo_may_come and marked.photo_owed else made.remark})"


def reason_of(made: StepPost) -> str:
    """Why a delivery is pending whose post is out."""
    return f"{made.remark or 'without its photo'}; it is added once it can be had"


def waiting_for_photo(after: Delivery, step: Step, made: StepPost, now: datetime) -> Delivery:
    """The delivery after a step that has succeeded, which goes on asking for what it lacks."""
    if step is Step.EDIT and made.has_photo:
        return replace(after, photo_owed=0)
    return awaiting_photo(after, reason_of(made), now)


def still_without(delivery: Delivery, made: StepPost, now: datetime) -> tuple[Delivery, str]:
    """The delivery whose photo was asked for in vain, and the line for its history; there is one once nobody
    asks any more."""
    after = replace(delivery, photo_owed=delivery.photo_owed - 1 if made.photo_may_come else 0)
    settled = without_photo(after)
    if not after.photo_owed:
        return settled, f"{made.remark or 'it has no photo any more'}: it stays so"
    return awaiting_photo(replace(settled, photo_owed=after.photo_owed), reason_of(made), now), ""


def one_try_less(delivery: Delivery, error: SyndicatorError) -> Delivery:
    """The delivery whose photo could not be added, once less; trouble of the whole account is not the
    photo's."""
    if isinstance(error, Misconfigured) or (isinstance(error, TryLater) and error.whole_channel):
        return delivery
    return replace(delivery, photo_owed=delivery.photo_owed - 1)
