"""Servers that play the channels. They keep the truth about what they accepted and when it took effect, and
answer, or lose their answers, in every way that servers do."""

from __future__ import annotations

import json
import re
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import urlsplit

from tests.channels.local_server import Handler, LocalServer, Reply, Request, reset, said
from tests.channels.servers import LINK, FakeMastodon, FakeReceiver, Status
from tests.faults.machine.history import Applied, Shown, Trouble
from tests.faults.machine.newsroom import article_in, version_in

#: Seconds that a client waits for an answer of ours at the most.
CLIENT_S = 20.0

#: Seconds for which work goes on after the client has given up.
LATE_S = (10.0, 40.0)


@dataclass(frozen=True, kw_only=True)
class Way:
    """How a request fares. ``applies``: ``before`` the answer, ``late`` (some time after the client has given
    up on it), or ``never``. ``answer``: the status; 0: none, the connection is torn; -1: none,
    silence; -2: as usual. ``after``: seconds before the answer."""

    applies: str
    answer: int
    after: float = 0.0
    retry_after: int = 0

    @property
    def loses_answers(self) -> bool:
        return self.answer in (0, -1, 500, 504)

    @property
    def refuses(self) -> bool:
        return self.answer == 422


WAYS: dict[str, Way] = {
    "200 late": Way(applies="before", answer=-2, after=6),
    "429 with Retry-After": Way(applies="never", answer=429, retry_after=4),
    "500, not applied": Way(applies="never", answer=500),
    "500, applied": Way(applies="before", answer=500),
    "503": Way(applies="never", answer=503),
    "504, applied": Way(applies="before", answer=504),
    "504, applied late": Way(applies="late", answer=504),
    "torn, not applied": Way(applies="never", answer=0),
    "torn, applied": Way(applies="before", answer=0),
    "torn, applied late": Way(applies="late", answer=0),
    "silence, not applied": Way(applies="never", answer=-1),
    "silence, applied": Way(applies="before", answer=-1),
    "silence, applied late": Way(applies="late", answer=-1),
    "422": Way(applies="never", answer=422),
}

#: Seconds between two looks into an outbox.
LOOK_S = 0.2

#: Those after which everybody is well again within seconds.
QUICK = ("200 late", "429 with Retry-After", "503", "422")

#: What is called at a request: before or after it has taken effect. True once it is done with.
Point = Callable[[Request, "TruthHandler"], bool]


class Truth(LocalServer):
    """What is common to both kinds of servers. ``name`` is the channel's."""

    name: str
    late_s = LATE_S
    works: int = 0  # requests that are worked at although nobody waits any more

    def prepare(self, name: str) -> None:
        self.name = name
        self.applied: list[Applied] = []
        self.troubles: list[Trouble] = []
        self.ways: deque[tuple[str, Way]] = deque()
        self.points: dict[str, list[Point]] = {"before": [], "after": []}
        self.in_hand: dict[int, Request] = {}
        self.is_locked_out, self.refusals = False, 0
        self.chance = Random(name)  # noqa: S311 - the same each time

    def matters(self, request: Request) -> bool:
        """Whether a request changes what readers see."""
        raise NotImplementedError

    def article_of(self, request: Request) -> str:
        raise NotImplementedError

    def apply(self, request: Request, *, late: bool = False) -> Reply:
        """Do what is asked, and note what changed. ``late``: the work began before any key was known."""
        raise NotImplementedError

    def shown(self) -> list[Shown]:
        raise NotImplementedError

    def knows(self, request: Request) -> bool:
        """Whether a request is known by its key before its work begins: it does nothing, however late."""
        return False

    def refuse(self, request: Request) -> None:
        """Note that a request was refused for good."""

    def behave(self) -> None:
        """As usual from now on."""
        with self.lock:
            self.ways.clear()
            self.points = {"before": [], "after": []}
            self.is_locked_out = False

    def note(self, fault: str, article: str, way: Way | None, began: float) -> None:
        """A fault met a request; without a ``way``, whoever waited for the answer is dead."""
        loses = way is None or way.loses_answers
        self.troubles.append(
            Trouble(
                began=began,
                ended=time.time(),
                fault=fault,
                channel=self.name,
                article=article,
                loses_answers=loses,
                refuses=way is not None and way.refuses,
            )
        )

    def pass_point(self, when: str, request: Request, handler: TruthHandler) -> None:
        with self.lock:
            points = list(self.points[when])
        for point in points:
            if point(request, handler):
                with self.lock:
                    self.points[when].remove(point)

    @contextmanager
    def working(self) -> Iterator[None]:
        with self.lock:
            self.works += 1
        try:
            yield
        finally:
            with self.lock:
                self.works -= 1


class TruthHandler(Handler):
    """``is_dropped``: the request never takes effect, and the connection is torn."""

    server: Truth
    is_dropped = False

    def take(self, request: Request) -> None:
        server = self.server
        if server.is_locked_out:
            server.refusals += 1
            self.reply(said(401, {"error": "The access token was revoked"}))
            return
        if not server.matters(request):
            self.reply(server.locked_answer(request))
            return
        ident = threading.get_ident()
        with server.lock:
            server.in_hand[ident] = request
        try:
            self._matter(request)
        finally:
            with server.lock:
                server.in_hand.pop(ident, None)

    def _matter(self, request: Request) -> None:
        server, began = self.server, time.time()
        article = server.article_of(request)
        server.pass_point("before", request, self)
        if self.is_dropped:
            reset(self)
            return
        with server.lock:
            fault, way = server.ways.popleft() if server.ways else ("", None)
        if way is None:
            reply = server.apply(request)
            server.pass_point("after", request, self)
            self.reply(reply)
            return
        reply = server.apply(request) if way.applies == "before" else said(200, {})
        if way.applies == "late" and not server.knows(request):
            threading.Thread(target=self._late, args=(request, way), daemon=True).start()
        if way.refuses:
            server.refuse(request)
        server.note(fault, article, way, began)
        self._answer(way, reply)

    def _late(self, request: Request, way: Way) -> None:
        with self.server.working():
            given_up = CLIENT_S if way.answer == -1 else 0.0
            time.sleep(given_up + self.server.chance.uniform(*self.server.late_s))
            self.server.apply(request, late=True)

    def _answer(self, way: Way, reply: Reply) -> None:
        time.sleep(way.after)
        match way.answer:
            case 0:
                reset(self)
            case -1:
                self.server.closing.wait(CLIENT_S + 5)
                self.close_connection = True
            case -2:
                self.reply(reply)
            case status:
                headers = {"Retry_After": str(way.retry_after)} if way.retry_after else {}
                self.reply(said(status, {"error": "as you wish"}, **headers))


class Mastodon(Truth, FakeMastodon):
    """An account. ``honours_keys``: whether it knows a request that is repeated under its key."""

    handler = TruthHandler

    def __init__(self, name: str, *, honours_keys: bool = True) -> None:
        FakeMastodon.__init__(self)
        self.prepare(name)
        self.honours_keys = honours_keys

    def answer(self, request: Request) -> Reply:
        """A server that allows more than its documentation says, and states it: we publish in minutes what
        newsrooms do in a day."""
        reply = super().answer(request)
        stated = {
            "X_RateLimit_Limit": "3000",
            "X_RateLimit_Remaining": "2999",
            "X_RateLimit_Reset": (datetime.now(UTC) + timedelta(minutes=5)).isoformat(),
        }
        return replace(reply, headers={**stated, **reply.headers})

    def matters(self, request: Request) -> bool:
        return request.path.startswith("/api/v1/statuses") and request.method in ("POST", "PUT", "DELETE")

    def article_of(self, request: Request) -> str:
        if request.method == "DELETE":
            status = self.shelf.statuses.get(request.path.rpartition("/")[2])
            return _article(status.text) if status else ""
        return _article(str(request.fields().get("status", "")))

    def knows(self, request: Request) -> bool:
        return self.honours_keys and request.headers.get("Idempotency-Key", "") in self.shelf.keys

    def apply(self, request: Request, *, late: bool = False) -> Reply:
        with self.lock:
            if late or not self.honours_keys:  # the key was looked for before the work began
                self.shelf.keys.pop(request.headers.get("Idempotency-Key", ""), None)
            before = dict(self.shelf.statuses)
            reply = self.answer(request)
            self._compare(before)
            return reply

    def _compare(self, before: Mapping[str, Status]) -> None:
        after = self.shelf.statuses
        for name in before.keys() | after.keys():
            was, now = before.get(name), after.get(name)
            if was is now:
                continue
            text = now.text if now else was.text if was else ""
            verb = "edit" if was and now else "delete" if was else "reply" if now and now.answers else "post"
            self.applied.append(_applied(self.name, _article(text), verb, name, version_in(text)))

    def shown(self) -> list[Shown]:
        with self.lock:
            statuses = list(self.shelf.statuses.values())
        return [
            Shown(
                channel=self.name,
                remote_id=s.id,
                article=_article(s.text),
                version=version_in(s.text),
                answers=s.answers,
            )
            for s in statuses
        ]


class Receiver(Truth, FakeReceiver):
    """A receiver of webhooks that keeps articles as docs/channels.md advises."""

    handler = TruthHandler

    def __init__(self, name: str) -> None:
        FakeReceiver.__init__(self)
        self.prepare(name)

    def matters(self, request: Request) -> bool:
        return request.method == "POST"

    def article_of(self, request: Request) -> str:
        return urlsplit(str(json.loads(request.body)["data"]["url"])).path

    def apply(self, request: Request, *, late: bool = False) -> Reply:
        with self.lock:
            count = len(self.messages)
            reply = self.answer(request)
            for message in self.messages[count:]:
                data = message["data"]
                verb = {"published": "post", "updated": "edit", "withdrawn": "delete"}[
                    message["type"].rpartition(".")[2]
                ]
                version = version_in(data.get("title", ""))
                article = urlsplit(data["url"]).path
                self.applied.append(_applied(self.name, article, verb, data["guid"], version))
            return reply

    def shown(self) -> list[Shown]:
        """By guid, the newest revision."""
        newest: dict[str, dict[str, object]] = {}
        with self.lock:
            for message in self.messages:
                data = message["data"]
                if data["revision"] > newest.get(data["guid"], {"revision": 0})["revision"]:
                    newest[data["guid"]] = {**data, "is_gone": message["type"] == "article.withdrawn"}
        return [
            Shown(
                channel=self.name,
                remote_id=guid,
                article=urlsplit(str(data["url"])).path,
                version=version_in(str(data["title"])),
            )
            for guid, data in newest.items()
            if not data["is_gone"]
        ]


class Outbox(threading.Thread):
    """A folder that posts are written into. What was ever accepted is seen by looking often; when, by the
    time of the file, which no clock of the program's decides."""

    def __init__(self, name: str, folder: Path) -> None:
        super().__init__(name=name, daemon=True)
        self.place, self.stopping = folder / name, threading.Event()
        self.applied: list[Applied] = []
        self._cards: dict[Path, tuple[int, dict[str, Any]]] = {}
        self._lock = threading.Lock()

    def run(self) -> None:
        while not self.stopping.wait(LOOK_S):
            self.shown()

    def stop(self) -> None:
        self.stopping.set()
        self.join()

    def shown(self) -> list[Shown]:
        with self._lock:
            for path in sorted(self.place.glob("[!.]*.json")):
                self._look(path)
            cards = [card for _, card in self._cards.values() if not card["withdrawn"]]
        return [
            Shown(
                channel=self.name,
                remote_id=card["stem"],
                article=urlsplit(card["url"]).path,
                version=version_in(card["title"]),
            )
            for card in cards
        ]

    def _look(self, path: Path) -> None:
        changed = path.stat().st_mtime_ns
        known, before = self._cards.get(path, (0, None))
        if changed == known:
            return
        card = json.loads(path.read_bytes())
        self._cards[path] = (changed, card)
        verb = "delete" if card["withdrawn"] else "edit" if before else "post"
        article, version = urlsplit(card["url"]).path, version_in(card["title"])
        applied = _applied(self.name, article, verb, card["stem"], version)
        self.applied.append(replace(applied, at=changed / 1e9))


def _applied(channel: str, article: str, verb: str, remote_id: str, version: int) -> Applied:
    return Applied(
        at=time.time(),
        channel=channel,
        article=article,
        verb=verb,  # type: ignore[arg-type]  # one of the four
        remote_id=remote_id,
        version=version,
    )


def _article(text: str) -> str:
    """The article that a post leads to; where it leads nowhere, as a notice does, the one that it names."""
    links = [urlsplit(link).path for link in LINK.findall(text)]
    return next((path for path in links if re.fullmatch(r"/(news|wire)/\d+", path)), article_in(text))
