"""Round-ups: one post that tells of the articles of a backlog for which there is no room one by one.

A round-up is a delivery of its own, whose article stands for no page (``ArticleState.ROUNDUP``). Its members
are deliveries that were gathered into it (``Standing.GATHERED``), and are posted in no other way. It wants a
new revision whenever one of its members changes, so that the steps of any other delivery close its gap.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

from syndicator.domain.article import Article
from syndicator.domain.capabilities import ALWAYS, NEVER, Capabilities, LinkPlace
from syndicator.domain.delivery import UNKNOWN_REVISION, Delivery, Standing, dropped
from syndicator.domain.plan import DeliveryTerms

#: Fewer articles are no round-up: a single one is posted by itself.
MIN_MEMBERS = 2

#: Articles that a round-up may name: more fit into no post that anybody reads.
MAX_NAMED = 100

#: A round-up goes out once nothing is left that is worth more, or this long after it was begun.
MAX_GATHERING = timedelta(hours=1)

#: Longer than any post is news.
_ANY_AGE = timedelta(days=36_500)


@dataclass(frozen=True, kw_only=True, slots=True)
class Roundup:
    """What a round-up tells of. ``members``: live articles, the most worth first, ``MAX_NAMED`` at the most;
    ``count``: how many there are in all. ``names_withdrawn``: its post names one that was withdrawn since."""

    members: tuple[Article, ...]
    count: int
    names_withdrawn: bool = False


def no_roundups(capabilities: Capabilities) -> str:
    """Why a channel can post no round-ups; empty where it can."""
    if capabilities.carries_article or capabilities.is_notification:
        return "each of its posts is of one article"
    if capabilities.is_mail:
        return "a message is of one article; a mailing list has digests"
    if capabilities.needs_photo:
        return "it takes no post without a photo, and a round-up has none"
    if capabilities.link_place not in (LinkPlace.TEXT, LinkPlace.WORDS):
        return "its texts have no links, and a round-up is made of them"
    return ""


def roundup_terms(terms: DeliveryTerms, delivery: Delivery, roundup: Roundup) -> DeliveryTerms:
    """The terms of a round-up's steps: a change is edited in, or left. One that names a withdrawn article and
    cannot be edited is deleted, however old it is, and posted again without it."""
    capabilities = replace(terms.capabilities, replies=False)
    if roundup.names_withdrawn and delivery.receipt is not None:
        policy = replace(terms.policy, repost_within=ALWAYS)
        return replace(terms, capabilities=capabilities, policy=policy, max_age=_ANY_AGE)
    return replace(terms, capabilities=capabilities, policy=replace(terms.policy, repost_within=NEVER))


def left_roundup(left: Delivery, delivery: Delivery, roundup: Roundup) -> Delivery:
    """The round-up that stays as it is: ``left``, unless its post goes on naming a withdrawn article, which a
    person has to see to."""
    if not roundup.names_withdrawn or delivery.wants is None:
        return left
    where = delivery.receipt.url if delivery.receipt else ""
    what = "it names an article that was withdrawn, and can neither be edited nor deleted"
    reason = f"{what}: take it back by hand: {where}".rstrip(": ")
    return replace(dropped(delivery, reason), standing=Standing.REFUSED)


def found_among_others(before: Delivery, found: Delivery) -> Delivery:
    """The delivery whose post was ``found``, where nobody knows what was attempted, after a backup was put
    back, and it is not seen to show just that: it may tell of others, too, in a round-up of a time that the
    record does not know, and to edit or delete it would take them along. It is left to a person."""
    is_known = before.receipt is not None or before.attempted != UNKNOWN_REVISION
    if is_known or found.receipt is None or found.receipt.is_current:
        return found
    what = "out there since before the backup, perhaps in a round-up with others"
    where = found.receipt.url
    if found.wants is None:
        reason = f"withdrawn, and {what}: take it back by hand: {where}".rstrip(": ")
        return replace(dropped(found, reason), standing=Standing.REFUSED)
    return dropped(found, f"{what}, and left as it is: {where}".rstrip(": "))
