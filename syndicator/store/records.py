"""Rows to domain objects and back."""

from __future__ import annotations

from dataclasses import asdict, fields
from datetime import timedelta
from typing import Any

from sqlalchemy import Row

from syndicator.domain.article import Article, ArticleState, Content, Photo
from syndicator.domain.delivery import Delivery, Receipt, Standing
from syndicator.domain.steady import SteadyTime
from syndicator.domain.subscription import Intent, Mode, SubscriberKind, Subscription, SubscriptionState

_CONTENT = tuple(f.name for f in fields(Content))
_TUPLES = ("authors", "tags", "places")


def article_values(article: Article) -> dict[str, Any]:
    """An article as values of the ``article`` table. What is empty is not stored."""
    content = {name: getattr(article, name) for name in _CONTENT}
    if article.photo:
        content["photo"] = {k: v for k, v in asdict(article.photo).items() if v}
    return {
        "guid": article.guid,
        "source": article.source,
        "key": article.key,
        "content": {k: v for k, v in content.items() if v},
        "published": article.published,
        "updated": article.updated,
        "first_seen": article.first_seen,
        "revision": article.revision,
        "state": article.state.value,
        "release": article.release,
    }


def article_of(row: Row[Any]) -> Article:
    content: dict[str, Any] = dict(row.content)
    for name in _TUPLES:
        content[name] = tuple(content.get(name, ()))
    if content.get("photo"):
        content["photo"] = Photo(**content["photo"])
    return Article(
        guid=row.guid,
        source=row.source,
        key=row.key,
        published=row.published,
        updated=row.updated,
        first_seen=row.first_seen,
        revision=row.revision,
        state=ArticleState(row.state),
        release=row.release,
        **content,
    )


def delivery_values(delivery: Delivery) -> dict[str, Any]:
    """A delivery as values of the ``delivery`` table, without what never changes."""
    return {
        "created": delivery.created,
        "wants": delivery.wants,
        "has": delivery.has,
        "standing": delivery.standing.value,
        "remote_id": delivery.receipt.remote_id if delivery.receipt else None,
        "remote_url": delivery.receipt.url if delivery.receipt else "",
        "attempts": delivery.attempts,
        "next_attempt": delivery.next_attempt,
        "attempted": delivery.attempted,
        "attempted_at": delivery.attempted_at,
        "rests_until": delivery.rests_until,
        "rests_steadily": str(delivery.rests_steadily) if delivery.rests_steadily else None,
        "round": delivery.round,
        "reason": delivery.reason,
    }


def delivery_of(row: Row[Any], guid: str) -> Delivery:
    return Delivery(
        id=row.id,
        channel=row.channel,
        guid=guid,
        created=row.created,
        wants=row.wants,
        has=row.has,
        receipt=Receipt(remote_id=row.remote_id, url=row.remote_url) if row.remote_id else None,
        standing=Standing(row.standing),
        attempts=row.attempts,
        next_attempt=row.next_attempt,
        attempted=row.attempted,
        attempted_at=row.attempted_at,
        rests_until=row.rests_until,
        rests_steadily=SteadyTime.from_text(row.rests_steadily) if row.rests_steadily else None,
        round=row.round,
        reason=row.reason,
    )


def intent_of(row: Row[Any]) -> Intent:
    return Intent(
        id=row.id,
        token=row.token or "",
        mode=Mode(row.mode),
        topic=row.topic,
        callback=row.callback,
        lease=timedelta(seconds=row.lease_seconds),
        secret=row.secret,
        reason=row.reason,
        failures=row.failures,
    )


def subscription_of(row: Row[Any]) -> Subscription:
    return Subscription(
        id=row.id,
        token=row.token or "",
        topic=row.topic,
        callback=row.callback,
        kind=SubscriberKind(row.kind),
        state=SubscriptionState(row.state),
        secret=row.secret,
        expires=row.expires,
        wants=row.wants,
        has=row.has,
        next_attempt=row.next_attempt,
        failures=row.failures,
        failing_since=row.failing_since,
        reason=row.reason,
        log=tuple(row.log),
    )
