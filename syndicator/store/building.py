"""What **build** needs: stale feeds in hand, and the newest articles of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from syndicator.article import Article, State
from syndicator.delivery import wait
from syndicator.ports import Stale
from syndicator.store import schema
from syndicator.store.distributing import move_topic
from syndicator.store.engine import Base, claim, let_go
from syndicator.store.records import article_of


class Building(Base):
    """See ``ports.BuildStore``."""

    def claim_feed(self, name: str, now: datetime, lease: timedelta) -> Stale | None:
        table = schema.feed
        with self.writing() as connection:
            claimed = claim(connection, table, name, now, lease, table.c.wants != table.c.has)
        if claimed is None:
            return None
        token, row = claimed
        return Stale(name=name, token=token, wants=row.wants, changed=row.changed, failures=row.failures)

    def newest(self, feed: str, count: int) -> Sequence[Article]:
        table, article = schema.membership, schema.article
        with self.reading() as connection:
            rows = connection.execute(
                select(article)
                .join(table, table.c.article_id == article.c.id)
                .where(table.c.feed == feed, article.c.state == State.LIVE.value)
                .order_by(table.c.published.desc(), article.c.guid)
                .limit(count)
            )
            return [article_of(row) for row in rows]

    def settle_feed(
        self,
        stale: Stale,
        *,
        now: datetime,
        error: str = "",
        left_out: Sequence[str] = (),
        topics: Mapping[str, str] | None = None,
    ) -> Sequence[str]:
        values: dict[str, Any]
        if error:
            next_build = now + wait(stale.failures + 1)
            values = {"error": error, "failures": stale.failures + 1, "next_build": next_build}
        else:
            said = "\n".join(left_out)
            values = {"has": stale.wants, "built_at": now, "error": said, "failures": 0}
        with self.writing() as connection:
            if not let_go(connection, schema.feed, stale.name, stale.token, **values):
                return []  # another hand builds it, and tells
            return [name for name, has in (topics or {}).items() if move_topic(connection, name, has, now)]
