"""Round-ups on record: which deliveries are gathered into one, and what it tells of.

A round-up is a delivery with an article of its own, which nothing else knows of. Members name it by its id;
so does it itself. Its article's row is locked before its delivery's, and both after its members' rows by
whoever changes articles; whoever gathers waits for no member's row.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, func, insert, or_, select, update

from syndicator.domain.article import Article, ArticleState
from syndicator.domain.delivery import Delivery, Standing, moved
from syndicator.domain.roundup import MAX_GATHERING, MAX_NAMED, MIN_MEMBERS, Roundup
from syndicator.store import schema
from syndicator.store.delivery_queue import due, is_post
from syndicator.store.locks import batches, hold_articles
from syndicator.store.records import (
    AnyRow,
    article_of,
    article_values,
    delivery_of,
    delivery_values,
    with_article,
)

#: Deliveries that are gathered in one transaction: few enough that nobody waits for it.
MAX_GATHERED = 500

#: What operators read of a round-up in the place of a headline.
TITLE = "Round-up"

_article, _delivery = schema.article, schema.delivery


def is_roundup(row: AnyRow) -> bool:
    """Whether a delivery's row is a round-up's own."""
    return row.roundup_id is not None and row.roundup_id == row.id


def has_waiting_roundup(connection: Connection, channel: str) -> bool:
    """Whether the channel has a round-up that no request has left for."""
    return connection.scalar(_waiting(channel)) is not None


def gather(connection: Connection, channel: str, now: datetime, beyond: int, max_age: timedelta) -> int:
    """Put the channel's posts that are due, all but so many that are worth most, into its round-up that
    waits, else into a new one. Returns how many. Neither breaking news is, nor what may be out there, nor
    what is too old to be posted."""
    ids = connection.scalars(_left_over(channel, now, beyond, max_age)).all()
    waiting = _waiting_held(connection, channel)
    if not ids or (waiting is None and len(ids) < MIN_MEMBERS):
        if waiting is not None and _is_overdue(waiting, now):
            move_roundup(connection, waiting.id, now)
        return 0
    roundup_id = waiting.id if waiting is not None else _new_roundup(connection, channel, ids, now)
    reason = f"in a round-up with others (delivery {roundup_id}): more wait than are posted one by one"
    values = {
        "standing": Standing.GATHERED.value,
        "roundup_id": roundup_id,
        "is_named": None,
        "reason": reason,
        "settled_at": now,
    }
    for batch in batches(ids):
        connection.execute(update(_delivery).where(_delivery.c.id.in_(batch)).values(values))
    events = [{"at": now, "delivery_id": number, "text": reason} for number in ids]
    connection.execute(
        insert(schema.event),
        [*events, {"at": now, "delivery_id": roundup_id, "text": f"gathers {len(ids)} articles"}],
    )
    move_roundup(connection, roundup_id, now)
    return len(ids)


def move_roundup(connection: Connection, roundup_id: int, now: datetime) -> str:
    """A round-up whose members have changed wants another revision; one without any that is live wants
    nothing. News that are breaking by now leave one that no request has left for. Returns the name of its
    channel."""
    row, of_article = _held(connection, roundup_id)
    before = delivery_of(row, of_article.guid)
    is_waiting = _is_waiting(before)
    if is_waiting:
        _let_out_breaking(connection, roundup_id, now)
    first = connection.execute(_live_members(roundup_id).limit(1)).one_or_none()
    revision, published = of_article.revision + 1, row.published
    values: dict[str, Any] = {"revision": revision, "updated": now}
    if first is not None and is_waiting:  # by the first that it names it is looked for, if it comes to that
        values |= {"content": _content(article_of(first)), "published": first.published}
        published = now if row.created <= now - MAX_GATHERING else first.published
    connection.execute(update(_article).where(_article.c.id == of_article.id).values(values))
    after = moved(before, None if first is None else revision, now)
    connection.execute(
        update(_delivery)
        .where(_delivery.c.id == roundup_id)
        .values(**delivery_values(after), published=published)
    )
    return before.channel


def roundup_of(connection: Connection, roundup_id: int) -> Roundup:
    """What a round-up tells of."""
    rows = connection.execute(_live_members(roundup_id).limit(MAX_NAMED)).all()
    is_member = _is_member(roundup_id)
    count = select(func.count()).where(*is_member, _delivery.c.wants.is_not(None))
    withdrawn = select(_delivery.c.id).where(
        *is_member, _delivery.c.wants.is_(None), _delivery.c.is_named.is_(True)
    )
    return Roundup(
        members=tuple(article_of(row) for row in rows),
        count=connection.scalar(count) or 0,
        names_withdrawn=connection.scalar(withdrawn.limit(1)) is not None,
    )


def hold_members(connection: Connection, roundup_id: int) -> None:
    """Hold the articles of a round-up's members: whoever changes those has come to its end."""
    hold_articles(
        connection, connection.scalars(select(_delivery.c.article_id).where(*_is_member(roundup_id)))
    )


def name_members(connection: Connection, roundup_id: int, guids: Collection[str]) -> None:
    """Put on record which members a round-up names, before it does."""
    is_member = _is_member(roundup_id)
    connection.execute(update(_delivery).where(*is_member).values(is_named=False))
    for batch in batches(guids):
        ids = select(_article.c.id).where(_article.c.guid.in_(batch))
        connection.execute(
            update(_delivery).where(*is_member, _delivery.c.article_id.in_(ids)).values(is_named=True)
        )


def came_back(connection: Connection, delivery_id: int) -> None:
    """Put on record that a member was published again after its round-up's post was made without it, so that
    nothing is known of it there until the post names it, or is left as it is."""
    connection.execute(
        update(_delivery)
        .where(_delivery.c.id == delivery_id, _delivery.c.is_named.is_(False))
        .values(is_named=None)
    )


def let_out_returned(connection: Connection, roundup_id: int, now: datetime) -> int:
    """Let out the members that came back and that the round-up's post, which stays as it is, never names.
    Returns how many."""
    hold_members(connection, roundup_id)
    returned = (_delivery.c.wants.is_not(None), _delivery.c.is_named.is_(None))
    text = "published again, and its round-up stays as it is: posted by itself"
    return _let_out(connection, (*_is_member(roundup_id), *returned), now, text)


def _is_untried() -> ColumnElement[bool]:
    """Deliveries for which no request has left, as far as is known."""
    return and_(_delivery.c.remote_id.is_(None), _delivery.c.attempted.is_(None))


def _is_member(roundup_id: int) -> tuple[ColumnElement[bool], ...]:
    return _delivery.c.roundup_id == roundup_id, _delivery.c.id != roundup_id


def _live_members(roundup_id: int) -> Select[Any]:
    """The live articles of a round-up, the most worth first."""
    return (
        select(_article)
        .join(_delivery, _delivery.c.article_id == _article.c.id)
        .where(*_is_member(roundup_id), _delivery.c.wants.is_not(None))
        .order_by(_delivery.c.published.desc(), _delivery.c.id)
    )


def _waiting(channel: str) -> Select[Any]:
    """The id of the channel's round-up that waits."""
    return (
        select(_delivery.c.id)
        .where(_delivery.c.channel == channel, _delivery.c.standing == Standing.PENDING.value)
        .where(_delivery.c.roundup_id == _delivery.c.id, _is_untried())
        .order_by(_delivery.c.id)
        .limit(1)
    )


def _left_over(channel: str, now: datetime, beyond: int, max_age: timedelta) -> Select[Any]:
    """The ids of what is gathered, in order of worth. Rows that somebody has in hand are passed over."""
    of_channel = (_delivery.c.channel == channel, due(now), is_post(), _delivery.c.roundup_id.is_(None))
    in_order = (_delivery.c.urgent.desc(), _delivery.c.published.desc(), _delivery.c.id)
    rest = select(_delivery.c.id).where(*of_channel).order_by(*in_order).offset(beyond).limit(MAX_GATHERED)
    is_news = or_(_delivery.c.published >= now - max_age, _delivery.c.created >= now - max_age)
    return (
        select(_delivery.c.id)
        .where(
            _delivery.c.id.in_(rest.subquery().select()),
            _delivery.c.standing == Standing.PENDING.value,
            _delivery.c.urgent.is_(False),
            _is_untried(),
            is_news,
        )
        .order_by(_delivery.c.published.desc(), _delivery.c.id)
        .with_for_update(skip_locked=True)
    )


def _held(connection: Connection, roundup_id: int) -> tuple[AnyRow, AnyRow]:
    """The rows of the round-up's delivery and of its article, which nobody else changes."""
    both = select(_delivery, _article).where(
        _delivery.c.id == roundup_id, _article.c.id == _delivery.c.article_id
    )
    connection.execute(both.with_for_update(of=_article)).one()
    row = connection.execute(both.with_for_update(of=_delivery)).one()
    return with_article(row)


def _is_waiting(delivery: Delivery) -> bool:
    """Whether no request has left for it, as far as is known."""
    is_untried = delivery.receipt is None and delivery.attempted is None
    return delivery.standing is Standing.PENDING and is_untried


def _waiting_held(connection: Connection, channel: str) -> AnyRow | None:
    """The channel's round-up that waits, held; none where a request has left meanwhile."""
    roundup_id = connection.scalar(_waiting(channel))
    if roundup_id is None:
        return None
    row, of_article = _held(connection, roundup_id)
    return row if _is_waiting(delivery_of(row, of_article.guid)) else None


def _is_overdue(waiting: AnyRow, now: datetime) -> bool:
    """Whether it has waited so long that its turn comes before all that is no breaking news."""
    return bool(
        waiting.created <= now - MAX_GATHERING and waiting.published < waiting.created + MAX_GATHERING
    )


def _let_out_breaking(connection: Connection, roundup_id: int, now: datetime) -> None:
    text = "breaking news by now: out of the round-up again, and posted by itself"
    _let_out(connection, (*_is_member(roundup_id), _delivery.c.urgent.is_(True)), now, text)


def _let_out(
    connection: Connection, conditions: Iterable[ColumnElement[bool]], now: datetime, text: str
) -> int:
    """Members become deliveries of their own again. Returns how many."""
    ids = connection.scalars(select(_delivery.c.id).where(*conditions).order_by(_delivery.c.id)).all()
    if not ids:
        return 0
    values = {
        "standing": Standing.PENDING.value,
        "roundup_id": None,
        "is_named": None,
        "next_attempt": now,
        "reason": "",
    }
    for batch in batches(ids):
        connection.execute(update(_delivery).where(_delivery.c.id.in_(batch)).values(values))
    connection.execute(insert(schema.event), [{"at": now, "delivery_id": i, "text": text} for i in ids])
    return len(ids)


def _new_roundup(connection: Connection, channel: str, ids: Sequence[int], now: datetime) -> int:
    """A round-up without members, which wants nothing yet. Its name is like no other one's, also of a time
    that a backup does not know: channels would take it for that."""
    first = article_of(
        connection.execute(select(_article).join(_delivery).where(_delivery.c.id == ids[0])).one()
    )
    guid = f"roundup:{channel}:{secrets.token_hex(8)}"
    article = Article(
        guid=guid,
        source="",
        key=guid,
        url=first.url,
        title=TITLE,
        language=first.language,
        published=first.published,
        updated=now,
        first_seen=now,
        revision=0,
        state=ArticleState.ROUNDUP,
    )
    article_id = connection.execute(
        insert(_article).returning(_article.c.id), article_values(article)
    ).scalar_one()
    values = {
        "article_id": article_id,
        "channel": channel,
        "standing": Standing.PENDING.value,
        "next_attempt": now,
        "created": now,
        "published": first.published,
    }
    roundup_id = connection.execute(insert(_delivery).returning(_delivery.c.id), values).scalar_one()
    connection.execute(update(_delivery).where(_delivery.c.id == roundup_id).values(roundup_id=roundup_id))
    return int(roundup_id)


def _content(first: Article) -> dict[str, Any]:
    values = {"url": first.url, "title": TITLE, "language": first.language}
    return {name: value for name, value in values.items() if value}
