"""The post of a step: what its request takes along."""

from __future__ import annotations

from dataclasses import replace

from syndicator.domain.delivery import NOTICE_REVISION, Delivery, Receipt
from syndicator.domain.errors import PhotoError, TryLater
from syndicator.domain.ledger import Wait
from syndicator.domain.photo import PhotoFile
from syndicator.domain.plan import earliest
from syndicator.domain.post import Occasion, Post
from syndicator.domain.step import Step
from syndicator.jobs.courier import Courier, Deliverer
from syndicator.jobs.store_ports import ClaimedDelivery

#: After so many tries a post goes out without a photo that cannot be had at the moment.
MAX_PHOTO_TRIES = 3


def has_photo(courier: Courier, claimed: ClaimedDelivery, step: Step) -> bool:
    """Whether the step takes a photo along."""
    has_one = courier.channel.capabilities.photo is not None and claimed.article.photo is not None
    return has_one and step in (Step.SEND, Step.REPEAT, Step.EDIT)


def post_of(
    deliverer: Deliverer,
    courier: Courier,
    claimed: ClaimedDelivery,
    marked: Delivery,
    step: Step,
    wait: Wait | None = None,
) -> tuple[Post, str]:
    """The post, and a remark where it is without its photo. ``marked``: the delivery as it begins the step.
    Raises ``SyndicatorError``."""
    photo, remark = _photo(deliverer, courier, claimed, step, wait)
    post = deliverer.compose(
        claimed.article, courier.channel.capabilities, courier.style, photo, _occasion(marked, step)
    )
    since = earliest(marked, claimed.article.published)
    return replace(post, since=since, reply_to=_reply_to(courier, claimed, step)), remark


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


def _photo(
    deliverer: Deliverer, courier: Courier, claimed: ClaimedDelivery, step: Step, wait: Wait | None
) -> tuple[PhotoFile | None, str]:
    """The lead photo within the channel's limits; none, and a remark, where it cannot be had. Breaking news
    does not ``wait`` for it."""
    article, limits = claimed.article, courier.channel.capabilities.photo
    if article.photo is None or limits is None or not has_photo(courier, claimed, step):
        return None, ""
    if wait:
        return None, f" (without its photo: {wait.why})"
    try:
        return deliverer.photos.fit(article.photo, limits), ""
    except PhotoError as e:
        if not e.lasting and claimed.delivery.attempts + 1 < MAX_PHOTO_TRIES:
            raise TryLater(f"photo {article.photo.url}: {e}", whole_channel=False) from e
        return None, f" (without its photo {article.photo.url}: {e})"
