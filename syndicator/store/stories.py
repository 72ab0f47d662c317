"""What operators say of an article before it is posted: which one it continues, and in what words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, insert, select, update

from syndicator.domain.article import ArticleState
from syndicator.domain.decisions import Impossible
from syndicator.domain.delivery import UNKNOWN_REVISION, Receipt
from syndicator.store import schema
from syndicator.store.engine import Base
from syndicator.store.records import AnyRow

#: Articles that are followed back for a post to answer; and for a ring, where every one counts.
MAX_CHAIN, MAX_RING = 50, 10_000


class Stories(Base):
    """What operators say of articles."""

    def write_for_posts(self, guid: str, words: str, now: datetime) -> Mapping[str, bool]:
        """Have an article's posts say these words in place of headline and summary; ``""``: no longer. By
        channel, whether its post is to come; nothing where it was so already. Raises ``Impossible``; then
        nothing has changed."""

        def work(connection: Connection) -> Mapping[str, bool]:
            article = _locked(connection, [guid])[guid]
            if article.operator_words == words:
                return {}
            to_come = _to_come(connection, article.id)
            if to_come and not any(to_come.values()):
                raise Impossible(f"it is posted already: {', '.join(to_come)}; posts keep their words")
            what = f"its posts say “{words}”" if words else "its posts say what the newsroom says"
            _record(connection, article.id, {"operator_words": words}, what, now)
            return to_come

        return self.transact(work)

    def continue_story(self, guid: str, former: str | None, now: datetime) -> Mapping[str, bool]:
        """Have an article continue a ``former`` one (guids), or none: its posts that are to come answer the
        post of that. By channel, whether its post is to come; nothing where it was so already. Raises
        ``Impossible``; then nothing has changed."""

        def work(connection: Connection) -> Mapping[str, bool]:
            rows = _locked(connection, [guid] if former is None else [guid, former])
            article, earlier = rows[guid], rows[former] if former is not None else None
            earlier_id = earlier.id if earlier is not None else None
            if earlier is not None:
                _must_make_no_ring(connection, article, earlier)
            if article.continues_id == earlier_id:
                return {}
            to_come = _to_come(connection, article.id)
            if to_come and not any(to_come.values()):
                raise Impossible(f"it is posted already: {', '.join(to_come)}; a post cannot become a reply")
            what = f"it continues {earlier.guid}" if earlier is not None else "it continues nothing"
            _record(connection, article.id, {"continues_id": earlier_id}, what, now)
            return to_come

        return self.transact(work)


def post_to_answer(connection: Connection, channel: str, article: AnyRow) -> Receipt | None:
    """The post on a channel of what an article continues: else of the next one before that has any."""
    table = schema.delivery
    seen, former = {article.id}, article.continues_id
    while former is not None and former not in seen and len(seen) <= MAX_CHAIN:
        seen.add(former)
        post = connection.execute(
            select(table.c.remote_id, table.c.remote_url)
            .where(table.c.article_id == former, table.c.channel == channel)
            .where(*stands())
        ).one_or_none()
        if post is not None:
            return Receipt(remote_id=post.remote_id, url=post.remote_url)
        former = _former_of(connection, former)
    return None


def stands() -> tuple[ColumnElement[bool], ...]:
    """Deliveries whose post is there, and no notice."""
    table = schema.delivery
    return table.c.remote_id.is_not(None), table.c.wants.is_not(None), table.c.has >= UNKNOWN_REVISION


def _former_of(connection: Connection, article_id: int) -> int | None:
    table = schema.article
    return connection.scalar(select(table.c.continues_id).where(table.c.id == article_id))


def _locked(connection: Connection, guids: Sequence[str]) -> Mapping[str, Row[Any]]:
    """The rows of articles, by guid. Raises ``Impossible`` where one is not on record."""
    table = schema.article
    query = select(table).where(table.c.guid.in_(guids)).order_by(table.c.id).with_for_update()
    rows = {row.guid: row for row in connection.execute(query)}
    for guid in guids:
        if guid not in rows:
            raise Impossible(f"there is no article {guid}")
    return rows


def _must_make_no_ring(connection: Connection, article: Row[Any], earlier: Row[Any]) -> None:
    if earlier.state != ArticleState.LIVE.value:
        raise Impossible(f"the article that it is to continue is {earlier.state}: {earlier.guid}")
    at: int | None = earlier.id
    for _ in range(MAX_RING):
        if at == article.id:
            raise Impossible("it would continue itself: the other one continues it already")
        at = _former_of(connection, at) if at is not None else None
        if at is None:
            return
    raise Impossible("the story before it has no end")


def _to_come(connection: Connection, article_id: int) -> Mapping[str, bool]:
    """By channel, whether the article's post is still to come."""
    table = schema.delivery
    query = select(table.c.channel, table.c.remote_id, table.c.attempted).where(
        table.c.article_id == article_id
    )
    return {
        row.channel: row.remote_id is None and row.attempted is None  # of which nobody knows
        for row in connection.execute(query.order_by(table.c.channel))
    }


def _record(
    connection: Connection, article_id: int, values: Mapping[str, Any], what: str, now: datetime
) -> None:
    table, delivery = schema.article, schema.delivery
    connection.execute(update(table).where(table.c.id == article_id).values(**values))
    ids = connection.scalars(
        select(delivery.c.id).where(delivery.c.article_id == article_id, delivery.c.remote_id.is_(None))
    ).all()
    for number in ids:
        connection.execute(
            insert(schema.event), {"at": now, "delivery_id": number, "text": f"an operator says: {what}"}
        )
