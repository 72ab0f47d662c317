"""Operators' decisions about deliveries."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from syndicator.domain.article import Article, ArticleState
from syndicator.domain.delivery import (
    NOTICE_REVISION,
    UNKNOWN_REVISION,
    Delivery,
    Receipt,
    Standing,
    absent,
    dropped,
    posted,
    replied,
)
from syndicator.domain.errors import SyndicatorError
from syndicator.domain.owed_photo import without_photo


class Impossible(SyndicatorError):
    """An operator's decision cannot be carried out as things stand; nothing was changed."""


#: A decision: given the delivery and its article, the delivery as it then stands. Raises ``Impossible``.
Ruling = Callable[[Delivery, Article, datetime], Delivery]


def retry(delivery: Delivery, article: Article, now: datetime) -> Delivery:
    """Try again at once. What was refused or skipped counts as news from now on; what is embargoed waits
    for its time."""
    if delivery.standing is Standing.PENDING:
        return replace(delivery, next_attempt=now)
    if delivery.standing is Standing.SENT and delivery.has == NOTICE_REVISION:  # it may be taken back by now
        return replace(
            delivery, standing=Standing.PENDING, next_attempt=now, has=UNKNOWN_REVISION, attempts=0
        )
    if delivery.standing not in (Standing.REFUSED, Standing.SKIPPED):
        raise Impossible(f"delivery {delivery.id} is {delivery.standing}: there is nothing to try again")
    if delivery.wants is None and delivery.receipt is None and article.state is not ArticleState.EMBARGOED:
        raise Impossible(f"delivery {delivery.id}: its article is withdrawn, and nothing was posted")
    standing = Standing.HELD if article.state is ArticleState.EMBARGOED else Standing.PENDING
    return replace(delivery, standing=standing, next_attempt=now, created=now, attempts=0, reason="")


def skip(delivery: Delivery, article: Article, now: datetime) -> Delivery:  # noqa: ARG001 - a ruling
    """Leave it: neither a post nor a correction will follow, until it is tried again. One that lacks its
    photo alone is left without it."""
    if delivery.standing is Standing.SENDING:
        raise Impossible(f"delivery {delivery.id} is being sent: wait until that has ended")
    if delivery.standing is Standing.UNKNOWN:
        raise Impossible(f"delivery {delivery.id} may be posted: look, and tell whether it is")
    if delivery.standing in (Standing.SENT, Standing.SKIPPED, Standing.GATHERED):
        raise Impossible(f"delivery {delivery.id} is {delivery.standing}: there is nothing to skip")
    if delivery.lacks_photo:
        return replace(without_photo(delivery), reason="left without its photo by an operator")
    return dropped(delivery, "skipped by an operator")


def was_posted(receipt: Receipt | None) -> Ruling:
    """The ruling that it was posted. Without its id on the channel, no edit and no deletion can follow: it is
    left alone."""

    def ruling(delivery: Delivery, article: Article, now: datetime) -> Delivery:  # noqa: ARG001
        _must_be_unknown(delivery)
        if delivery.receipt is not None:  # what is in doubt is a reply under it
            return replace(replied(delivery, receipt), next_attempt=now)
        if receipt is None:
            return dropped(delivery, "posted, says an operator; without its id, corrections cannot follow")
        return replace(posted(delivery, receipt, now), next_attempt=now)

    return ruling


def was_not_posted(delivery: Delivery, article: Article, now: datetime) -> Delivery:  # noqa: ARG001
    """The ruling that it was not posted: send it, as news from now on."""
    _must_be_unknown(delivery)
    return replace(absent(delivery), next_attempt=now, created=now, reason="")


def _must_be_unknown(delivery: Delivery) -> None:
    if delivery.standing is not Standing.UNKNOWN:
        raise Impossible(f"delivery {delivery.id} is {delivery.standing}: its outcome is in no doubt")
