"""The queue of a channel's deliveries: the statements of **deliver**, made once and not for each step."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from itertools import product
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Select,
    and_,
    bindparam,
    case,
    exists,
    insert,
    not_,
    or_,
    select,
    union_all,
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

#: New values for a channel's row while it is in this hand; and with its lease renewed, unless it was paused.
UPDATE_MINE = update(_channel).where(_IS_MINE)
KEEP_MINE = (
    update(_channel)
    .where(_IS_MINE)
    .values(
        lease_until=case(
            (_channel.c.is_paused, _channel.c.lease_until),
            else_=bindparam("until", type_=_channel.c.lease_until.type),
        )
    )
    .returning(_channel.c.is_paused)
)

#: New values for a delivery: whatever has become of it; while it is in the queue of an account in hand, and
#: still wants the same; and unless anybody has touched it while it was in hand.
UPDATE_DELIVERY = update(_delivery).where(_delivery.c.id == bindparam("delivery"))
_WANTS_THE_SAME = UPDATE_DELIVERY.where(
    _delivery.c.wants.is_not_distinct_from(bindparam("wanted", type_=_delivery.c.wants.type))
)
BEGIN_DELIVERY = _WANTS_THE_SAME.where(
    exists(select(_channel.c.name).where(_IS_MINE).with_for_update()),  # first, as everywhere
    or_(*(_delivery.c.standing == standing for standing in IN_QUEUE)),  # lists are written out at each use
)
UPDATE_UNTOUCHED = _WANTS_THE_SAME.where(
    _delivery.c.standing != Standing.SKIPPED.value, _delivery.c.is_stirred.is_(False)
)
LOCK_DELIVERY = select(_delivery).where(_delivery.c.id == bindparam("delivery")).with_for_update()
ADD_EVENT = insert(schema.event).inline()  # nobody asks for its number

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


def _begins_at() -> ColumnElement[datetime]:
    """When the turn of a delivery in the queue comes, as ``due`` has it, and no column with an index: rows
    are looked at in their order."""
    next_attempt, rests_until = _delivery.c.next_attempt, _delivery.c.rests_until
    return case((rests_until > next_attempt, rests_until), else_=next_attempt)


def is_post() -> ColumnElement[bool]:
    """Deliveries of which the channel has no post yet, as far as is known, and is to have one."""
    return and_(_delivery.c.remote_id.is_(None), _delivery.c.wants.is_not(None))


def _is_deletion() -> ColumnElement[bool]:
    """Deliveries whose post is to go, to come again perhaps (``plan.plan``)."""
    return and_(
        _delivery.c.remote_id.is_not(None), or_(_delivery.c.wants.is_(None), _delivery.c.has.is_(None))
    )


def _lacks_photo_alone() -> ColumnElement[bool]:
    """Deliveries whose post is out and lacks its photo alone."""
    return and_(_delivery.c.photo_owed > 0, _delivery.c.has.is_not_distinct_from(_delivery.c.wants))


@lru_cache(64)
def next_queries(choice: Choice) -> tuple[Select[Any], ...]:
    """The next delivery of an ``account`` by a choice, ``now``, with its article: the row of the first of
    these that has one. News come before photos that are added."""
    chosen, id_ = _chosen(choice), _delivery.c.id
    turns = (id_.not_in(choice.last), id_.in_(choice.last)) if choice.last else (id_.is_not(None),)
    photos = (not_(_lacks_photo_alone()), _lacks_photo_alone())
    return tuple(_next_query(choice, *chosen, turn, photo) for turn, photo in product(turns, photos))


def _next_query(choice: Choice, *conditions: ColumnElement[bool]) -> Select[Any]:
    """Each kind of row in the queue has its own first one, which is where its index begins: however many
    there are, none of the others is looked at. Nor is the table, whatever a database supposes it to hold: one
    id alone is looked up there."""
    published = _delivery.c.published
    firsts = (
        select(_delivery.c.id, _delivery.c.urgent, published)
        .where(_delivery.c.channel == bindparam("account"))
        .where(_delivery.c.standing == standing, _delivery.c.urgent == urgent)
        .where(_begins_at() <= bindparam("now", type_=schema.Moment()), *conditions)
        .order_by(_by_date(choice, published), _delivery.c.id)
        .limit(1)
        .subquery()
        for standing, urgent in product(IN_QUEUE, (True, False))
    )
    each = union_all(*(select(first) for first in firsts)).subquery().c
    next_id = select(each.id).order_by(each.urgent.desc(), _by_date(choice, each.published), each.id).limit(1)
    return select(_delivery, schema.article).where(
        _delivery.c.id == next_id.scalar_subquery(), schema.article.c.id == _delivery.c.article_id
    )


def _by_date(choice: Choice, published: ColumnElement[datetime]) -> ColumnElement[datetime]:
    return published.desc() if choice.is_newest_first else published


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
    return conditions
