"""The operators' console: how everything stands, and what to do about it."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, RedirectResponse, Response

from syndicator.domain.article import Article
from syndicator.domain.brakes import Decision, told
from syndicator.domain.decisions import Impossible, Ruling, retry, skip, was_not_posted, was_posted
from syndicator.domain.delivery import Delivery, Receipt, Standing
from syndicator.store.audience import Audience
from syndicator.store.console import PAGE, Line
from syndicator.store.readership import CURRENT, FORGET_AFTER, REST
from syndicator.text.addresses import is_web_address
from syndicator.web.console.auth import foreign, forgery, keep_token, token_of
from syndicator.web.context import Context
from syndicator.web.forms import read_form

#: Cards on the page of an outbox.
CARDS = 60

#: Subscribers on the page of a topic: all that fail, one hopes.
SUBSCRIBERS = 200

#: Deliveries on the overview.
LATEST = 12

_PHOTO = re.compile(r"[A-Za-z0-9-]+\.(?:jpg|png|webp)", re.ASCII)

#: What an operator may decide about a delivery without saying more, and what its events then tell.
RULINGS: Mapping[str, tuple[Ruling, str]] = {
    "retry": (retry, "an operator asked for another try"),
    "skip": (skip, "skipped by an operator"),
    "absent": (was_not_posted, "an operator looked: it was not posted"),
}


@dataclass(frozen=True, kw_only=True)
class Overview:
    """How everything stands, as the database tells it. ``queues`` is ``None`` while the broker does not
    answer, and empty where nobody can ask it. ``empty``: feeds that carry nothing.
    ``unwritten``: why the database takes nothing."""

    sources: Sequence[Any]
    feeds: Sequence[Any]
    left_out: Sequence[tuple[str, Article, str]]
    channels: Sequence[Any]
    standings: Mapping[str, Mapping[str, int]]
    processes: Sequence[Any]
    articles: Mapping[str, int]
    latest: Sequence[Line]
    audiences: Sequence[Audience]
    queues: Mapping[str, int] | None
    empty: Collection[str] = ()
    unwritten: str = ""

    @property
    def totals(self) -> Mapping[str, int]:
        """Deliveries of all channels by how they stand."""
        return {s.value: sum(c.get(s.value, 0) for c in self.standings.values()) for s in Standing}

    @property
    def held(self) -> Mapping[str, Sequence[str]]:
        """What is held at each source, in lines."""
        return {source.name: told(source.held) for source in self.sources}

    @property
    def workers(self) -> int:
        return sum(process.kind == "worker" for process in self.processes)

    @property
    def alarms(self) -> list[tuple[str, str]]:
        """What needs a person: what it is, and where on the console to go for it."""
        alarms = [] if self.workers else [("No worker is alive: nothing is noticed and nothing posted.", "")]
        if self.unwritten:
            text = f"The database cannot be written: {self.unwritten}. Nothing is noticed and nothing posted."
            alarms.append((text, ""))
        if self.queues is None:
            alarms.append(("The broker does not answer: work waits until it does.", ""))
        stopped = [row for row in self.channels if row.is_stopped]
        alarms += [(f"Channel {row.name} is stopped: {row.error}", "#channels") for row in stopped]
        unknown, refused = self.totals[Standing.UNKNOWN], self.totals[Standing.REFUSED]
        if unknown:
            text = f"{unknown} {_plural('delivery', unknown)} may or may not be posted: look, and tell."
            alarms.append((text, "/console/deliveries?state=unknown"))
        if refused:
            text = f"{refused} {_plural('delivery', refused)} refused by the channel."
            alarms.append((text, "/console/deliveries?state=refused"))
        alarms += [(f"Source {s.name} is gone: {s.error}", "#sources") for s in self.sources if s.is_gone]
        alarms += [
            (f"Source {s.name} has failed {s.failures} times in a row.", "#sources")
            for s in self.sources
            if s.failures > 2 and not s.is_gone
        ]
        alarms += [
            (f"Source {s.name}: {line}. Look at the site, and decide.", "#sources")
            for s in self.sources
            for line in self.held[s.name]
        ]
        alarms += [
            (f"Hub {hub} was not told of {a.topic}: {why}", "#topics")
            for a in self.audiences
            for hub, why in a.hubs
        ]
        alarms += [(f"Feed {f.name} cannot be built: {f.error}", "#feeds") for f in self.feeds if f.failures]
        for feed, article, why in self.left_out:
            what = f"Feed {feed} leaves out {article.url} ({article.guid}): {why}."
            todo = "Correct the article where it comes from: each build tries again."
            alarms.append((f"{what} {todo}", "#feeds"))
        return alarms


@dataclass(frozen=True)
class ReadBy:
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
        return [row for row in self.rows if row.last_seen > self.now - CURRENT]


@dataclass(frozen=True)
class ConsolePages:
    """Endpoints below ``/console``; who gets here has passed the guard."""

    desk: Context

    async def overview(self, request: Request) -> Response:
        overview = await self.desk.ask(self._overview)
        return self._page(request, "console/overview.html", view=overview)

    def _overview(self) -> Overview:
        desk, store = self.desk, self.desk.store
        return Overview(
            sources=store.sources(),
            feeds=store.feeds(),
            left_out=store.left_out(LATEST),
            channels=store.channels(),
            standings=store.standings(),
            processes=store.processes(desk.clock()),
            articles=store.articles(),
            latest=store.deliveries(count=LATEST),
            audiences=store.audiences(),
            queues=desk.queues() if desk.queues else {},
            empty=store.empty_feeds(),
            unwritten=desk.pulse.trouble,
        )

    async def deliveries(self, request: Request) -> Response:
        asked = request.query_params
        standing, channel, before = asked.get("state", ""), asked.get("channel", ""), asked.get("before", "")
        if before and not re.fullmatch(r"[0-9]{1,18}", before):
            raise HTTPException(404)
        lines = await self.desk.ask(
            self.desk.store.deliveries,
            standing=standing,
            channel=channel,
            before=int(before) if before else None,
            count=PAGE + 1,
        )
        standings = await self.desk.ask(self.desk.store.standings)
        return self._page(
            request,
            "console/deliveries.html",
            lines=lines[:PAGE],
            has_more=len(lines) > PAGE,
            standings=standings,
            states=[s.value for s in Standing],
            state=standing,
            channel=channel,
            is_first=not before,
        )

    async def delivery(self, request: Request) -> Response:
        delivery_id = _id(request)
        line = await self.desk.ask(self.desk.store.delivery, delivery_id)
        if line is None:
            raise HTTPException(404)
        events = await self.desk.ask(self.desk.store.events, delivery_id)
        return self._page(request, "console/delivery.html", line=line, events=events)

    async def topic(self, request: Request) -> Response:
        """Who subscribes to a topic, and how sending to them went."""
        name = request.path_params["name"]
        audiences = await self.desk.ask(self.desk.store.audiences)
        audience = next((a for a in audiences if a.topic == name), None)
        if audience is None:
            raise HTTPException(404)
        rows = await self.desk.ask(self.desk.store.subscribers, name, SUBSCRIBERS)
        return self._page(request, "console/topic.html", audience=audience, rows=rows)

    async def readers(self, request: Request) -> Response:
        """Who reads what."""
        rows = await self.desk.ask(self.desk.store.readers)
        now = self.desk.clock()
        audience = {
            feed: ReadBy(list(read), now) for feed, read in groupby(rows, key=lambda row: str(row.feed))
        }
        return self._page(
            request, "console/readers.html", audience=audience, rest=REST, forget_after=FORGET_AFTER
        )

    async def outbox(self, request: Request) -> Response:
        cards = {name: await self.desk.ask(self._cards, name) for name in self.desk.outboxes}
        return self._page(request, "console/outbox.html", shown=cards)

    def _cards(self, name: str) -> Sequence[Any]:
        # By the first visit: most web servers never show an outbox, and a channel weighs some megabytes.
        from syndicator.channels.outbox import cards  # noqa: PLC0415 - see above

        return cards(self.desk.outboxes[name], CARDS)

    async def photo(self, request: Request) -> Response:
        folder = self.desk.outboxes.get(request.path_params["name"])
        file = request.path_params["file"]
        if folder is None or not _PHOTO.fullmatch(file) or not (folder / file).is_file():
            raise HTTPException(404)
        return FileResponse(folder / file, headers={"Cache-Control": "private, max-age=60"})

    async def rule(self, request: Request) -> Response:
        """An operator's decision about one delivery."""
        form = await _genuine_form(request)
        delivery_id, action = _id(request), request.path_params["action"]
        if action == "posted":
            receipt = _receipt(form)
            where = f" as {receipt.remote_id} {receipt.url}".rstrip() if receipt else ""
            ruling, event = was_posted(receipt), f"an operator looked: it was posted{where}"
        elif action in RULINGS:
            ruling, event = RULINGS[action]
        else:
            raise HTTPException(404)
        ruled: Delivery = await self.desk.ask(
            self.desk.store.rule, delivery_id, ruling, self.desk.clock(), event=event
        )
        return await self._done(form, "deliver", ruled.channel)

    async def channel(self, request: Request) -> Response:
        store = self.desk.store
        return await self._act(
            request, "deliver", {"pause": store.pause_channel, "resume": store.resume_channel}
        )

    async def source(self, request: Request) -> Response:
        store, now = self.desk.store, self.desk.clock()
        return await self._act(
            request,
            "watch",
            {
                "pause": store.pause_source,
                "resume": lambda name: store.resume_source(name, now),
                "look": lambda name: store.look_now(name, now),
                "allow": lambda name: store.decide(name, Decision.ALLOW, now),
                "forget": lambda name: store.decide(name, Decision.FORGET, now),
            },
        )

    async def _act(
        self, request: Request, job: str, actions: Mapping[str, Callable[[str], None]]
    ) -> Response:
        form = await _genuine_form(request)
        name, action = request.path_params["name"], request.path_params["action"]
        if action not in actions:
            raise HTTPException(404)
        await self.desk.ask(actions[action], name)
        return await self._done(form, job if action != "pause" else "", name)

    async def _done(self, form: Mapping[str, str], job: str, name: str) -> Response:
        """Ring for what was decided, and go back to where the operator was."""
        if job:
            await self.desk.ask(self.desk.bell.ring, job, name)
        back = form.get("back", "")
        return RedirectResponse(back if back.startswith("/console") else "/console", 303)

    def _page(self, request: Request, template: str, **values: Any) -> Response:
        token = token_of(request)
        query = f"?{request.url.query}" if request.url.query else ""
        response = self.desk.page(
            template,
            token=token,
            back=request.url.path + query,
            outboxes=self.desk.outboxes,
            feeds=self.desk.feeds,
            formats=self.desk.formats,
            **values,
        )
        keep_token(request, response, token)
        return response


async def _genuine_form(request: Request) -> Mapping[str, str]:
    """The fields of a form that our own page has sent."""
    if why := foreign(request):
        raise HTTPException(403, why)
    form = await read_form(request)
    if why := forgery(request, form.get("token", "")):
        raise HTTPException(403, why)
    return form


def _receipt(form: Mapping[str, str]) -> Receipt | None:
    remote_id, url = form.get("remote_id", "").strip(), form.get("url", "").strip()
    if url and not is_web_address(url):
        raise Impossible("the post's address begins with https:// or http://")
    return Receipt(remote_id=remote_id, url=url) if remote_id else None


def _id(request: Request) -> int:
    number: int = request.path_params["id"]
    if number >= 1 << 31:  # beyond any row, and beyond PostgreSQL's integer
        raise HTTPException(404)
    return number


def _plural(noun: str, count: int) -> str:
    return noun if count == 1 else noun.removesuffix("y") + "ies"
