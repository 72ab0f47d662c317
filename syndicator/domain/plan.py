"""The plan: the step that brings what a delivery has to what it wants."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from syndicator.domain.capabilities import NEVER, Capabilities, PhotoEdits
from syndicator.domain.delivery import NOTICE_REVISION, UNKNOWN_REVISION, Delivery
from syndicator.domain.policy import OnCorrection, OnRetraction, Policy, on_correction, on_retraction
from syndicator.domain.step import Step

#: The steps of a policy.
CORRECTIONS = {
    OnCorrection.EDIT: Step.EDIT,
    OnCorrection.REPLY: Step.REPLY,
    OnCorrection.REPOST: Step.DELETE,  # and it is sent again, since it has nothing then
    OnCorrection.LEAVE: Step.LEAVE,
}
RETRACTIONS = {
    OnRetraction.DELETE: Step.DELETE,
    OnRetraction.NOTICE: Step.NOTICE,
    OnRetraction.REPLY: Step.REPLY,
    OnRetraction.LEAVE: Step.LEAVE,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class DeliveryTerms:
    """What decides about a channel's steps. ``policy``: what its newsroom wants; ``max_age``: how long after
    its publication a first post is still news. ``has_roundups``: what nobody knows of may be in a post with
    others, under no key of its own."""

    capabilities: Capabilities
    policy: Policy
    max_age: timedelta
    has_roundups: bool = False


def plan(delivery: Delivery, now: datetime, terms: DeliveryTerms, published: datetime) -> Step:
    """The step that brings what the delivery has to what it wants.

    A deletion that has begun is carried through before anything else, and the article is posted anew if it
    is wanted again: nobody knows whether there is still a post to be edited.
    """
    key_memory = terms.capabilities.key_memory
    is_late = now > max(published, delivery.created) + terms.max_age
    if delivery.receipt is None:
        if delivery.attempted is not None:  # an earlier post may be out there
            is_told_of = terms.has_roundups and delivery.attempted == UNKNOWN_REVISION
            is_remembered = _is_remembered(delivery, now, key_memory, published)
            repeats = delivery.wants is not None and is_remembered and not is_told_of
            return Step.REPEAT if repeats else Step.FIND
        if delivery.wants is None:
            return Step.DROP
        return Step.EXPIRE if is_late else Step.SEND
    if delivery.has is None:
        return Step.DELETE
    names_another = (delivery.wants is None) != (delivery.attempted == NOTICE_REVISION)
    if delivery.attempted is not None and not names_another:  # a reply may be out there
        return Step.REPLY_AGAIN if _is_remembered(delivery, now, key_memory, published) else Step.LOSE
    age = now - (delivery.posted_at or delivery.created)
    if delivery.is_satisfied:
        return Step.EDIT if delivery.lacks_photo and takes_photo_later(terms, age) else Step.NOTHING
    if delivery.wants is None:
        return RETRACTIONS[on_retraction(terms.policy, terms.capabilities, age)]
    if delivery.has == UNKNOWN_REVISION:  # there may be nothing to be named
        return Step.EDIT if age < terms.capabilities.edit_within else Step.LEAVE
    if _is_withdrawn_in_a_reply(delivery, terms):
        return Step.REPLY
    policy = replace(terms.policy, repost_within=NEVER) if is_late else terms.policy
    return CORRECTIONS[on_correction(policy, terms.capabilities, age)]


def _is_withdrawn_in_a_reply(delivery: Delivery, terms: DeliveryTerms) -> bool:
    """Whether a reply was the last to be told, as is declared: no edit of the post takes that back."""
    is_told = delivery.has == NOTICE_REVISION and bool(delivery.replies)
    return is_told and terms.policy.on_retraction is OnRetraction.REPLY and terms.capabilities.replies


def takes_photo_later(terms: DeliveryTerms, age: timedelta) -> bool:
    """Whether a photo is added to a post that was posted ``age`` ago: where a correction would edit it."""
    takes_photos = terms.capabilities.photo_edits is not PhotoEdits.NONE
    return takes_photos and on_correction(terms.policy, terms.capabilities, age) is OnCorrection.EDIT


def without(terms: DeliveryTerms, step: Step) -> DeliveryTerms:
    """The terms of a channel that has refused such a step with one post."""
    capabilities = terms.capabilities
    if step in (Step.EDIT, Step.NOTICE):
        capabilities = replace(capabilities, edit_within=NEVER)
    elif step is Step.DELETE:
        capabilities = replace(capabilities, delete_within=NEVER)
    elif step.is_reply:
        capabilities = replace(capabilities, replies=False)
    return replace(terms, capabilities=capabilities)


def earliest(delivery: Delivery, published: datetime) -> datetime:
    """When a first post whose outcome is unknown can have left at the earliest. If nobody knows, it may be as
    old as its article, give or take a day (some sites date by the day alone)."""
    return delivery.attempted_at or min(published, delivery.created) - timedelta(days=1)


def _is_remembered(
    delivery: Delivery, now: datetime, key_memory: timedelta | None, published: datetime
) -> bool:
    return key_memory is not None and now < earliest(delivery, published) + key_memory
