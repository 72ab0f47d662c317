"""Rows to domain objects and back.

A field of a domain object that has a column of the same name is in both without a word here. Named are only
those that the table holds in another form.
"""

from __future__ import annotations

from dataclasses import asdict, fields
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

from sqlalchemy import Row, Table

from syndicator.domain.article import Article, ArticleState, Content, Photo
from syndicator.domain.delivery import Delivery, Receipt, Standing
from syndicator.domain.post import Occasion
from syndicator.domain.recipient import Announcement, Recipient, RecipientState
from syndicator.domain.steady import SteadyTime
from syndicator.domain.subscription import Intent, Mode, SubscriberKind, Subscription, SubscriptionState
from syndicator.store import schema


def _shared_fields(kind: type[Any], table: Table, *others: str) -> tuple[str, ...]:
    """The fields of a domain object that are columns of a table as they are: all but the ``others``. One that
    is no column is a ``KeyError`` when this module is imported, and never a value that is not stored."""
    return tuple(table.c[f.name].name for f in fields(kind) if f.name not in others)


#: What readers see of an article is one column of JSON, ``content``.
_CONTENT = tuple(f.name for f in fields(Content))
_TUPLES = ("authors", "tags", "places")

_ARTICLE = _shared_fields(Article, schema.article, "state", *_CONTENT)
_OPERATORS = ("operator_words",)
_DELIVERY = _shared_fields(
    Delivery, schema.delivery, "guid", "receipt", "standing", "rests_steadily", "shows", "replies"
)
_INTENT = _shared_fields(Intent, schema.intent, "token", "mode", "lease")
_RECIPIENT = _shared_fields(Recipient, schema.recipient, "token", "state")
_ANNOUNCEMENT = _shared_fields(Announcement, schema.announcement, "occasion")
_SUBSCRIPTION = _shared_fields(Subscription, schema.subscription, "token", "kind", "state", "log")

_DELIVERY_COLUMNS = tuple(schema.delivery.c.keys())
_ARTICLE_COLUMNS = tuple(schema.article.c.keys())

#: A row of a table, or the part of a joined one that is of it.
AnyRow = Row[Any] | SimpleNamespace

#: What never changes of a delivery.
_IDENTITY = ("id", "channel")


def with_article(row: Row[Any]) -> tuple[SimpleNamespace, SimpleNamespace]:
    """The delivery's and the article's part of a row that has all columns of the two tables, in this order:
    some have the same name."""
    delivery = zip(_DELIVERY_COLUMNS, row, strict=False)
    article = zip(_ARTICLE_COLUMNS, row[len(_DELIVERY_COLUMNS) :], strict=True)
    return SimpleNamespace(**dict(delivery)), SimpleNamespace(**dict(article))


def article_values(article: Article) -> dict[str, Any]:
    """An article as values of the ``article`` table, without what operators say of it: that is on record, and
    may have changed meanwhile. What is empty is not stored."""
    content = {name: getattr(article, name) for name in _CONTENT}
    if article.photo:
        content["photo"] = {k: v for k, v in asdict(article.photo).items() if v}
    return {
        **{name: value for name, value in _values(article, _ARTICLE).items() if name not in _OPERATORS},
        "content": {k: v for k, v in content.items() if v},
        "state": article.state.value,
    }


def article_of(row: AnyRow) -> Article:
    """The article in a row of the ``article`` table, or of a join with it."""
    content: dict[str, Any] = dict(row.content)
    for name in _TUPLES:
        content[name] = tuple(content.get(name, ()))
    if content.get("photo"):
        photo: dict[str, Any] = content["photo"]
        focus = photo.get("focus")
        content["photo"] = Photo(**photo | {"focus": (focus[0], focus[1]) if focus else None})
    return Article(**_values(row, _ARTICLE), state=ArticleState(row.state), **content)


def delivery_values(delivery: Delivery) -> dict[str, Any]:
    """A delivery as values of the ``delivery`` table, without what never changes."""
    return {
        **{name: getattr(delivery, name) for name in _DELIVERY if name not in _IDENTITY},
        "standing": delivery.standing.value,
        "remote_id": delivery.receipt.remote_id if delivery.receipt else None,
        "remote_url": delivery.receipt.url if delivery.receipt else "",
        "shows": delivery.shows or None,
        "replies": [[reply.remote_id, reply.url] for reply in delivery.replies] or None,
        "rests_steadily": str(delivery.rests_steadily) if delivery.rests_steadily else None,
    }


def delivery_of(row: AnyRow, guid: str) -> Delivery:
    """The delivery in a row of the ``delivery`` table; ``guid`` is its article's."""
    return Delivery(
        **_values(row, _DELIVERY),
        guid=guid,
        receipt=Receipt(remote_id=row.remote_id, url=row.remote_url) if row.remote_id else None,
        standing=Standing(row.standing),
        shows=row.shows or "",
        replies=tuple(Receipt(remote_id=remote_id, url=url) for remote_id, url in row.replies or ()),
        rests_steadily=SteadyTime.from_text(row.rests_steadily) if row.rests_steadily else None,
    )


def intent_of(row: Row[Any]) -> Intent:
    """The intent in a row of the ``intent`` table."""
    return Intent(
        **_values(row, _INTENT),
        token=row.token or "",
        mode=Mode(row.mode),
        lease=timedelta(seconds=row.lease_seconds),
    )


def subscription_of(row: Row[Any]) -> Subscription:
    """The subscription in a row of the ``subscription`` table."""
    return Subscription(
        **_values(row, _SUBSCRIPTION),
        token=row.token or "",
        kind=SubscriberKind(row.kind),
        state=SubscriptionState(row.state),
        log=tuple(row.log),
    )


def recipient_of(row: Row[Any]) -> Recipient:
    """The recipient in a row of the ``recipient`` table."""
    return Recipient(**_values(row, _RECIPIENT), token=row.token or "", state=RecipientState(row.state))


def announcement_of(row: Row[Any]) -> Announcement:
    """The announcement in a row of the ``announcement`` table."""
    return Announcement(**_values(row, _ANNOUNCEMENT), occasion=Occasion(row.occasion))


def _values(source: object, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: getattr(source, name) for name in names}
