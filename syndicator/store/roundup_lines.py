"""Round-ups as operators see them: where a delivery is told of, and what a round-up tells of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, select

from syndicator.domain.article import Article, ArticleState
from syndicator.domain.delivery import Delivery
from syndicator.domain.roundup import Roundup
from syndicator.store import schema
from syndicator.store.engine import Base
from syndicator.store.records import article_of, delivery_of, with_article
from syndicator.store.roundups import roundup_of

#: Members of one round-up that are shown.
MAX_SHOWN = 200


@dataclass(frozen=True, kw_only=True, slots=True)
class InRoundup:
    """Where a delivery is told of: the round-up's ``delivery``, and whether that names it (``is_named``;
    ``None``: it is not composed yet) or only counts it."""

    delivery: Delivery
    is_named: bool | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Member:
    """A member of a round-up: its own delivery's number, its article, and whether that is named."""

    id: int
    article: Article
    is_named: bool | None


class RoundupLines(Base):
    """Questions of operators about round-ups."""

    def roundup(self, guid: str) -> Roundup | None:
        """What the round-up of this guid tells of; ``None``: there is none."""
        article, delivery = schema.article, schema.delivery
        query = (
            select(delivery.c.id)
            .join(article, article.c.id == delivery.c.article_id)
            .where(article.c.guid == guid, article.c.state == ArticleState.ROUNDUP.value)
        )
        with self.reading() as connection:
            roundup_id = connection.scalar(query)
            return roundup_of(connection, roundup_id) if roundup_id is not None else None

    def roundup_members(self, roundup_id: int) -> Sequence[Member]:
        """The members of a round-up, withdrawn ones, too: the most worth first, ``MAX_SHOWN`` at the most."""
        article, delivery = schema.article, schema.delivery
        query = (
            select(delivery.c.id.label("number"), delivery.c.is_named, article)
            .join(article, article.c.id == delivery.c.article_id)
            .where(delivery.c.roundup_id == roundup_id, delivery.c.id != roundup_id)
            .order_by(delivery.c.published.desc(), delivery.c.id)
            .limit(MAX_SHOWN)
        )
        with self.reading() as connection:
            return [
                Member(id=row.number, article=article_of(row), is_named=row.is_named)
                for row in connection.execute(query)
            ]


def in_roundups(connection: Connection, rows: Sequence[Row[Any]]) -> Mapping[int, InRoundup]:
    """For the rows of deliveries that are told of in round-ups, by their ids, where."""
    article, delivery = schema.article, schema.delivery
    members = {row.id: row for row in rows if row.roundup_id is not None and row.roundup_id != row.id}
    if not members:
        return {}
    query = select(delivery, article).where(
        delivery.c.id.in_({row.roundup_id for row in members.values()}), article.c.id == delivery.c.article_id
    )
    roundups = {}
    for both in connection.execute(query):
        row, article_row = with_article(both)
        roundups[row.id] = delivery_of(row, article_row.guid)
    return {
        number: InRoundup(delivery=roundups[row.roundup_id], is_named=row.is_named)
        for number, row in members.items()
    }
