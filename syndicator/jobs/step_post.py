"""The post of a step: what its request takes along."""

from __future__ import annotations

from dataclasses import dataclass, replace

from syndicator.domain.delivery import NOTICE_REVISION, Delivery, Receipt
from syndicator.domain.ledger import Wait
from syndicator.domain.plan import earliest
from syndicator.domain.post import Occasion, Post
from syndicator.domain.step import Step
from syndicator.jobs.courier import Courier, Deliverer
from syndicator.jobs.fetched_photo import fetchable
from syndicator.jobs.post_photo import PostPhoto, post_photo, shows_picture, without_picture
from syndicator.jobs.shown_photo import showable
from syndicator.jobs.store_ports import ClaimedDelivery

#: After so many tries a post goes out without a photo that cannot be had at the moment.
MAX_PHOTO_TRIES = 3

#: Steps that take a photo along.
WITH_PHOTO = (Step.SEND, Step.REPEAT, Step.EDIT)


@dataclass(frozen=True, kw_only=True, slots=True)
class StepPost:
    """The post of a step. ``remark``: what an operator should know of its picture. ``has_photo``: its picture
    is the article's photo; ``photo_may_come``: that is missing, and may be had later."""

    post: Post
    remark: str = ""
    has_photo: bool = False
    photo_may_come: bool = False


def has_photo(courier: Courier, claimed: ClaimedDelivery, step: Step) -> bool:
    """Whether the step takes a photo along."""
    return step in WITH_PHOTO and not claimed.roundup and shows_picture(courier, claimed.article)


def post_of(
    deliverer: Deliverer,
    courier: Courier,
    claimed: ClaimedDelivery,
    marked: Delivery,
    step: Step,
    wait: Wait | None = None,
) -> StepPost:
    """The post. ``marked``: the delivery as it begins the step. Raises ``SyndicatorError``."""
    shown = _shown(deliverer, courier, claimed, step, wait)
    post = deliverer.compose(
        shown.article,
        courier.channel.capabilities,
        courier.style,
        shown.file,
        _occasion(marked, step),
        roundup=claimed.roundup,
    )
    since = earliest(marked, claimed.article.published)
    return StepPost(
        post=replace(
            post,
            further=shown.further,
            further_by_address=shown.further_by_address,
            lacks_photo=shown.lacks_further,
            since=since,
            reply_to=_reply_to(courier, claimed, step),
        ),
        remark=shown.remark if step in WITH_PHOTO else "",
        has_photo=shown.has_photo,
        photo_may_come=shown.may_come and step in WITH_PHOTO,
    )


def _occasion(marked: Delivery, step: Step) -> Occasion:
    if step is Step.NOTICE or (step.is_reply and marked.attempted == NOTICE_REVISION):
        return Occasion.RETRACTION
    return Occasion.CORRECTION if step.is_reply else Occasion.NEWS


def _reply_to(courier: Courier, claimed: ClaimedDelivery, step: Step) -> Receipt | None:
    """The post that the step's own one answers."""
    if step.is_reply:
        return claimed.delivery.receipt
    is_first = step in (Step.SEND, Step.REPEAT) and courier.channel.capabilities.replies
    return claimed.reply_to if is_first else None


def _shown(
    deliverer: Deliverer, courier: Courier, claimed: ClaimedDelivery, step: Step, wait: Wait | None
) -> PostPhoto:
    """What the post shows. Breaking news does not ``wait`` for its photo; nor does what is out without one
    already."""
    if step not in WITH_PHOTO or claimed.roundup:
        return without_picture(courier, claimed.article)
    if wait:
        return without_picture(courier, claimed.article, wait)
    is_last_try = claimed.delivery.photo_owed > 0 or claimed.delivery.attempts + 1 >= MAX_PHOTO_TRIES
    shown = post_photo(deliverer.photos, courier, claimed.article, is_last_try=is_last_try)
    capabilities = courier.channel.capabilities
    if capabilities.photo is not None and capabilities.photo_fetched:
        return fetchable(deliverer.public_photos, shown, capabilities.photo, is_last_try=is_last_try)
    public, limits = deliverer.shown_photos, capabilities.photo_shown
    if public is None or limits is None:
        return shown
    return showable(public, deliverer.photos, shown, limits, is_last_try=is_last_try)
