"""A person at the console: presses what is to be pressed when all is over, and looks at what is on record."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import requests
from sqlalchemy import create_engine, select
from sqlalchemy.exc import SQLAlchemyError

from syndicator.domain.delivery import NOTICE_REVISION
from syndicator.store import schema
from tests.faults.machine.history import Recorded


class Operator:
    def __init__(self, base: str, database: str) -> None:
        self.base = base
        self._engine = create_engine(database, pool_pre_ping=True)

    def press(self, path: str) -> bool:
        """A button of the console; false where the console does not answer."""
        with requests.Session() as session:
            try:
                page = session.get(f"{self.base}/console", timeout=15)
                token = re.search(r'name="token" value="([^"]+)"', page.text)
                form = {"token": token[1] if token else "", "back": "/console"}
                pressed = session.post(
                    f"{self.base}/console/{path}", data=form, timeout=15, allow_redirects=False
                )
            except requests.RequestException:
                return False
        return pressed.status_code == 303

    def put_right(self, channels: list[str], sources: list[str]) -> None:
        """Go on with what rests or was stopped, look at every source, let pass what its brakes hold (after an
        outage, all that was published meanwhile comes at once), try again what was refused."""
        for name in channels:
            self.press(f"channels/{name}/resume")
        for name in sources:
            self.press(f"sources/{name}/look")
            self.press(f"sources/{name}/allow")
        table = schema.delivery
        with self._engine.connect() as connection:
            refused = connection.scalars(select(table.c.id).where(table.c.standing == "refused")).all()
        for delivery_id in refused:
            self.press(f"deliveries/{delivery_id}/retry")

    def recorded(self) -> list[Recorded]:
        table, article = schema.delivery, schema.article
        query = select(table, article.c.content).join(article, article.c.id == table.c.article_id)
        with self._engine.connect() as connection:
            rows = connection.execute(query).all()
        return [
            Recorded(
                channel=row.channel,
                article=urlsplit(row.content["url"]).path,
                standing=row.standing,
                is_notice=row.has == NOTICE_REVISION,
                remote_id=row.remote_id,
                replies=tuple(remote_id for remote_id, _ in row.replies or ()),
                reason=row.reason,
            )
            for row in rows
        ]

    def announced(self, channel: str) -> list[str]:
        """The ids of what a channel's recipients are to be told, in order."""
        table = schema.announcement
        query = select(table.c.key).where(table.c.channel == channel).order_by(table.c.id)
        with self._engine.connect() as connection:
            return list(connection.scalars(query))

    def newest_article(self) -> int:
        """The highest number of an article on record; -1 while the database does not answer."""
        try:
            with self._engine.connect() as connection:
                newest = select(schema.article.c.id).order_by(schema.article.c.id.desc()).limit(1)
                return connection.scalar(newest) or 0
        except SQLAlchemyError:
            return -1

    def close(self) -> None:
        self._engine.dispose()
