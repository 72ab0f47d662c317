"""The queue of a channel's deliveries: the statements of **deliver**, made once and not for each step."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Select,
    and_,
    bindparam,
    case,
    insert,
    not_,
    or_,
    select,
    update,
)

from syndicator.domain.delivery import Standing
from syndicator.jobs.store_ports import Choice
from syndicator.store import schema
from syndicator.store.stories import stands

#: Deliveries that have an attempt before them, or were interrupted in one.
IN_QUEUE = (Standing.PENDING.value, Standing.SENDING.value)

_channel, _delivery = schema.channel, schema.delivery

#: The name and the token of an account in hand, as parameters; names of columns are values of updates.
_IS_MINE = and_(_channel.c.name == bindparam("account"), _channel.c.token == bindparam("hand"))

#: Whose hand a channel is in. Its row is locked either way: before the delivery's.
HAND = select(_channel.c.token).where(_channel.c.name == bindparam("account")).with_for_update()

#: New values for a channel's row while it is in this hand; and once more, unless it was paused.
UPDATE_MINE = update(_channel).where(_IS_MINE)
RENEW_MINE = update(_channel).where(_IS_MINE, _channel.c.is_paused.is_(False))
UPDATE_CHANNEL = update(_channel).where(_channel.c.name == bindparam("account"))

#: New values for a delivery: in the queue, still wanting the same; and whatever has become of it.
BEGIN_DELIVERY = update(_delivery).where(
    _delivery.c.id == bindparam("delivery"),
    _delivery.c.wants.is_not_distinct_from(bindparam("wanted", type_=_delivery.c.wants.type)),
    _delivery.c.standing.in_(IN_QUEUE),
)
UPDATE_DELIVERY = update(_delivery).where(_delivery.c.id == bindparam("delivery"))
LOCK_DELIVERY = select(_delivery).where(_delivery.c.id == bindparam("delivery")).with_for_update()
ARTICLE = select(schema.article).where(schema.article.c.id == bindparam("article"))
ADD_EVENT = insert(schema.event)

#: The story's last post on a channel that stands, beside a delivery.
LAST_OF_STORY = (
    select(_delivery.c.remote_id, _delivery.c.remote_url)
    .where(
        _delivery.c.channel == bindparam("account"),
        _delivery.c.story == bindparam("story"),
        _delivery.c.id != bindparam("delivery"),
        *stands(),
    )
    .order_by(_delivery.c.published.desc(), _delivery.c.id.desc())
    .limit(1)
)


def due(now: datetime | BindParameter[datetime]) -> ColumnElement[bool]:
    """Deliveries whose turn may have come. One that is still *sending* while its channel is in no other
    hand was interrupted; its ``next_attempt`` is when its request has ended, whatever became of us. One that
    rests does so whoever wants it tried earlier."""
    is_rested = or_(_delivery.c.rests_until.is_(None), _delivery.c.rests_until <= now)
    return and_(_delivery.c.standing.in_(IN_QUEUE), _delivery.c.next_attempt <= now, is_rested)


def is_post() -> ColumnElement[bool]:
    """Deliveries of which the channel has no post yet, as far as is known, and is to have one."""
    return and_(_delivery.c.remote_id.is_(None), _delivery.c.wants.is_not(None))


def _is_deletion() -> ColumnElement[bool]:
    """Deliveries whose post is to go, to come again perhaps (``plan.plan``)."""
    return and_(
        _delivery.c.remote_id.is_not(None), or_(_delivery.c.wants.is_(None), _delivery.c.has.is_(None))
    )


def _lacks_photo_alone() -> ColumnElement[int]:
    """1 for deliveries whose post is out and lacks its photo alone: news come first."""
    return case((and_(_delivery.c.photo_owed > 0, _delivery.c.has == _delivery.c.wants), 1), else_=0)


@lru_cache(64)
def next_query(choice: Choice) -> Select[Any]:
    """The next delivery of an ``account`` by a choice, ``now``."""
    published = _delivery.c.published.desc() if choice.is_newest_first else _delivery.c.published
    return (
        select(_delivery)
        .where(_delivery.c.channel == bindparam("account"), due(bindparam("now", type_=schema.Moment())))
        .where(*_chosen(choice))
        .order_by(_lacks_photo_alone(), _delivery.c.urgent.desc(), published, _delivery.c.id)
        .limit(1)
    )


def _chosen(choice: Choice) -> list[ColumnElement[bool]]:
    conditions = []
    if not choice.posts:
        conditions.append(not_(is_post()))
    elif choice.urgent_alone:
        conditions.append(or_(not_(is_post()), _delivery.c.urgent.is_(True)))
    if not choice.deletions:
        conditions.append(not_(_is_deletion()))
    if not choice.edits:
        conditions.append(or_(_delivery.c.remote_id.is_(None), _is_deletion()))
    if choice.last:
        conditions.append(_delivery.c.id.not_in(choice.last))
    return conditions
