"""What a step costs of what its account may spend."""

from __future__ import annotations

from collections.abc import Mapping

from syndicator.domain.capabilities import Spent
from syndicator.domain.pacing import MONEY
from syndicator.domain.post import Post
from syndicator.domain.step import Step
from syndicator.jobs.courier import Courier

#: What taking a photo along costs.
COST_OF_PHOTO: Mapping[str, float] = {Spent.PHOTOS: 1.0}


def cost_of(courier: Courier, step: Step, post: Post) -> Mapping[str, float]:
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
