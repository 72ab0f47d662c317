"""The pages of the operators' console; what they decide on them is in ``actions``."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from syndicator.domain.article import Article
from syndicator.domain.delivery import Standing
from syndicator.domain.errors import SyndicatorError
from syndicator.posts.drawing import DrawnPost
from syndicator.store.console import PAGE_LENGTH
from syndicator.store.readership import CURRENT_FOR, FORGET_AFTER, OTHER_READERS
from syndicator.web.console.auth import csrf_token, set_csrf_cookie
from syndicator.web.console.overview import load_overview
from syndicator.web.context import Context

#: Subscribers on the page of a topic: all that fail, one hopes.
MAX_SUBSCRIBERS = 200

#: The first number that PostgreSQL's integer has no room for.
ID_LIMIT = 1 << 31


@dataclass(frozen=True)
class FeedReaders:
    """Who reads one feed."""

    rows: Sequence[Any]
    now: datetime

    @property
    def current(self) -> int:
        """How many readers have asked lately; each counts once, whatever formats it takes."""
        return len({row.agent for row in self._lately})

    @property
    def subscribers(self) -> int:
        """How many people the current readers say they read for."""
        return sum(row.subscribers or 0 for row in self._lately)

    @property
    def _lately(self) -> list[Any]:
        return [row for row in self.rows if row.last_seen > self.now - CURRENT_FOR]


@dataclass(frozen=True)
class ConsolePages:
    """Endpoints below ``/console``; who gets here has passed the guard."""

    context: Context

    async def overview(self, request: Request) -> Response:
        view = await self.context.ask(load_overview, self.context)
        return self.page(request, "console/overview.html", view=view)

    async def deliveries(self, request: Request) -> Response:
        query = request.query_params
        standing, channel, before = query.get("state", ""), query.get("channel", ""), query.get("before", "")
        if before and not re.fullmatch(r"[0-9]{1,18}", before):
            raise HTTPException(404)
        lines = await self.context.ask(
            self.context.store.deliveries,
            standing=standing,
            channel=channel,
            before=int(before) if before else None,
            count=PAGE_LENGTH + 1,
        )
        standings = await self.context.ask(self.context.store.standings)
        return self.page(
            request,
            "console/deliveries.html",
            lines=lines[:PAGE_LENGTH],
            has_more=len(lines) > PAGE_LENGTH,
            standings=standings,
            states=[s.value for s in Standing],
            state=standing,
            channel=channel,
            is_first=not before,
        )

    async def delivery(self, request: Request) -> Response:
        number = delivery_id(request)
        line = await self.context.ask(self.context.store.delivery, number)
        if line is None:
            raise HTTPException(404)
        events = await self.context.ask(self.context.store.events, number)
        scenes, problem = await self.context.ask(self._drawn, line.delivery.channel, line.article)
        members = await self.context.ask(self.context.store.roundup_members, number)
        return self.page(
            request,
            "console/delivery.html",
            line=line,
            events=events,
            scenes=scenes,
            problem=problem,
            members=members,
        )

    def _drawn(self, channel: str, article: Article) -> tuple[Sequence[DrawnPost], str]:
        """The post as it would be sent now and afterwards, or why there is none."""
        try:
            return self.context.draw(channel, article), ""
        except SyndicatorError as e:
            return (), str(e)

    async def topic(self, request: Request) -> Response:
        """Who subscribes to a topic, and how sending to them went."""
        name = request.path_params["name"]
        audiences = await self.context.ask(self.context.store.audiences)
        audience = next((a for a in audiences if a.topic == name), None)
        if audience is None:
            raise HTTPException(404)
        rows = await self.context.ask(self.context.store.subscribers, name, MAX_SUBSCRIBERS)
        return self.page(request, "console/topic.html", audience=audience, rows=rows)

    async def readers(self, request: Request) -> Response:
        """Who reads what."""
        rows = await self.context.ask(self.context.store.readers)
        now = self.context.clock()
        audience = {
            feed: FeedReaders(list(read), now) for feed, read in groupby(rows, key=lambda row: str(row.feed))
        }
        return self.page(
            request, "console/readers.html", audience=audience, rest=OTHER_READERS, forget_after=FORGET_AFTER
        )

    def page(self, request: Request, template: str, **values: Any) -> Response:
        """A page of the console, with what all of them show."""
        token = csrf_token(request)
        query = f"?{request.url.query}" if request.url.query else ""
        response = self.context.page(
            template,
            token=token,
            back=request.url.path + query,
            channel_pages=self.context.channel_pages,
            feeds=self.context.feeds,
            formats=self.context.formats,
            **values,
        )
        set_csrf_cookie(request, response, token)
        return response


def delivery_id(request: Request) -> int:
    """The number in the address. Raises ``HTTPException`` (404) for one that no row can have."""
    number: int = request.path_params["id"]
    if number >= ID_LIMIT:
        raise HTTPException(404)
    return number
