"""The record as **watch** needs it: sources in hand, and articles recorded with all that they owe."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, case, func, select, update

from syndicator.domain.article import Article, ArticleState, Sighting
from syndicator.domain.changes import release, withdraw
from syndicator.jobs.store_ports import Filing, Wakeups, Watched, overdue
from syndicator.store import schema
from syndicator.store.engine import Base
from syndicator.store.filing import TWIN, Decide, FilingTransaction, articles_by_name
from syndicator.store.leases import claim, claiming, let_go, releasing
from syndicator.store.records import article_of

_source = schema.source

#: A source that may be looked at; and one of which no look is on record that never ended.
_CLAIM = claiming(_source, _source.c.is_paused.is_(False), _source.c.is_gone.is_(False))
_CLAIM_AT_REST = _CLAIM.where(_source.c.lease_until.is_(None))

#: What was decided while we looked is heard by the next look.
_RELEASE = releasing(_source)
_RELEASE_HEARD = releasing(
    _source, decision=case((_source.c.decision == bindparam("heard"), ""), else_=_source.c.decision)
)


class Watching(Base):
    """See ``jobs.store_ports.WatchStore``."""

    def claim_source(self, name: str, now: datetime, lease: timedelta) -> Watched | None:
        """Take a source in hand. A look whose lease has run out never ended: that is told at the source at
        once, since the next one may fare the same."""
        with self.writing() as connection:
            claimed = claim(connection, _CLAIM_AT_REST, name, now, lease)
            is_overdue = claimed is None
            claimed = claimed or claim(connection, _CLAIM, name, now, lease)
            if claimed is None:
                return None
            token, row = claimed
            failures = row.failures + is_overdue
            if is_overdue:
                values = {"failures": failures, "error": overdue(lease)}
                connection.execute(update(_source).where(_source.c.name == name).values(**values))
        return Watched(
            name=name,
            token=token,
            memory=row.memory,
            since=row.since,
            failures=failures,
            problems=row.problems,
            past=row.past,
            held=row.held,
            decision=row.decision,
            gone_since=row.gone_since,
            is_overdue=is_overdue,
        )

    def renew_source(
        self,
        watched: Watched,
        now: datetime,
        lease: timedelta,
        *,
        memory: Mapping[str, Any] | None = None,
    ) -> bool:
        table = schema.source
        values = {"lease_until": now + lease, **({"memory": dict(memory)} if memory is not None else {})}
        with self.writing() as connection:
            result = connection.execute(
                update(table)
                .where(table.c.name == watched.name, table.c.token == watched.token)
                .values(**values)
            )
        return result.rowcount == 1

    def known(self, names: Collection[str]) -> Mapping[str, Article]:
        if not names:
            return {}
        with self.reading() as connection:
            return {name: article for name, (_, article) in articles_by_name(connection, names).items()}

    def file(self, sightings: Sequence[Sighting], decide: Decide, now: datetime) -> Wakeups:
        # Where another hand files one of these articles under our eyes, it is known the second time.
        return self.transact(lambda connection: FilingTransaction(connection, now).file(sightings, decide))

    def withdraw(self, source: str, keys: Sequence[str], now: datetime) -> Wakeups:
        def work(connection: Connection) -> Wakeups:
            names = [f"{source}:{key}" for key in keys]
            found = articles_by_name(connection, names).values()
            twins = [f"{TWIN}{article.guid}" for _, article in found]
            on_file = articles_by_name(connection, [*names, *twins], lock=True)
            transaction = FilingTransaction(connection, now)
            for article_id, article in dict(on_file.values()).items():
                if article.source == source and article.state is not ArticleState.WITHDRAWN:
                    transaction.record(article_id, Filing(article=withdraw(article, now)))
            return transaction.wakeups()

        return self.transact(work)

    def refile(
        self, source: str, keys: Sequence[str], filing_of: Callable[[Article], Filing], now: datetime
    ) -> Wakeups:
        def work(connection: Connection) -> Wakeups:
            on_file = articles_by_name(connection, [f"{source}:{key}" for key in keys], lock=True)
            transaction = FilingTransaction(connection, now)
            for article_id, article in dict(on_file.values()).items():
                if article.source == source and article.state is not ArticleState.WITHDRAWN:
                    transaction.record(article_id, filing_of(article))
            return transaction.wakeups()

        return self.transact(work)

    def gives_dates(self, source: str) -> bool:
        table = schema.article
        dated = select(table.c.id).where(table.c.source == source, table.c.published != table.c.first_seen)
        with self.reading() as connection:
            return connection.scalar(dated.limit(1)) is not None

    def live(self, source: str, limit: int) -> int:
        table = schema.article
        counted = (
            select(table.c.id)
            .where(table.c.source == source, table.c.state == ArticleState.LIVE.value)
            .limit(limit)
            .subquery()
        )
        with self.reading() as connection:
            return connection.scalar(select(func.count()).select_from(counted)) or 0

    def hold(self, watched: Watched, held: Mapping[str, Any]) -> None:
        table = schema.source
        is_mine = (table.c.name == watched.name, table.c.token == watched.token)
        with self.writing() as connection:
            connection.execute(update(table).where(*is_mine).values(held=dict(held)))

    def release_due(self, now: datetime, channels_of: Callable[[Article], Filing]) -> Wakeups:
        """Make embargoed articles live whose time has come, each with what it owes."""
        table = schema.article

        def work(connection: Connection) -> Wakeups:
            rows = connection.execute(
                select(table)
                .where(table.c.state == ArticleState.EMBARGOED.value, table.c.release <= now)
                .with_for_update(skip_locked=True, key_share=True)
            ).all()
            transaction = FilingTransaction(connection, now)
            for row in rows:
                transaction.record(row.id, channels_of(release(article_of(row))))
            return transaction.wakeups()

        return self.transact(work)

    def settle_source(
        self,
        watched: Watched,
        *,
        now: datetime,
        next_look: datetime,
        memory: Mapping[str, Any] | None = None,
        error: str = "",
        problems: Sequence[str] = (),
        is_complete: bool = True,
        is_gone: bool = False,
        gone_since: datetime | None = None,
        past: Mapping[str, Any] | None = None,
        held: Mapping[str, Any] | None = None,
    ) -> None:
        values: dict[str, Any] = {
            "looked_at": now,
            "next_look": next_look,
            "error": error,
            "problems": list(problems),
            "is_gone": is_gone,
            "gone_since": gone_since,
            "failures": watched.failures + 1 if error else 0,
        }
        if memory is not None:
            values["memory"] = dict(memory)
        if past is not None:
            values["past"] = dict(past)
        if held is not None:
            values |= {"held": dict(held), "heard": watched.decision}
        if not error and is_complete and watched.since is None:
            values["since"] = now
        with self.writing() as connection:
            release = _RELEASE if held is None else _RELEASE_HEARD
            let_go(connection, release, watched.name, watched.token, **values)
