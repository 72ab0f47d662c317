"""A feed with subscribers: real builds, a real database, real connections, and a time that is told."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import select

import syndicator.formats
from syndicator.callbacks import GuardedCallbacks
from syndicator.documents.directory import Directory
from syndicator.domain.subscription import Intent, Mode, Terms
from syndicator.formats.gate import ReadBackGate
from syndicator.formats.partner_fit import fitted
from syndicator.http.client import AddressGuard
from syndicator.jobs.build import Builder, build
from syndicator.jobs.distribute import Distributor, distribute
from syndicator.store import Store, schema
from syndicator.wiring import topics
from tests.channels.local_server import LocalServer, Reply, Request
from tests.fakes import ALL, SITE
from tests.jobs.newsroom import Story

FEED = replace(ALL, formats=("rss", "atom"), channels=())
HUB = "https://feeds.ledger.example/hub"
NEWS = replace(SITE, hubs=(HUB,))
ATOM = "all.atom"


class Subscriber(LocalServer):
    """Confirms whatever it is asked, and keeps what it is sent, by the path of the callback.

    ``statuses``: how it answers distributions at a path, where not with success. ``confirms``: the paths at
    which it does not repeat the challenge, with what it answers instead.
    """

    request_queue_size = 512  # many connect at once

    def __init__(self) -> None:
        super().__init__()
        self.statuses: dict[str, int] = {}
        self.refuses: dict[str, Reply] = {}
        self.got: dict[str, list[Request]] = {}
        self.asked: list[dict[str, str]] = []

    def answer(self, request: Request) -> Reply:
        if request.method == "GET":
            self.asked.append(dict(request.query))
            challenge = request.query.get("hub.challenge", "")
            return self.refuses.get(request.path) or Reply(body=challenge.encode(), media_type="text/plain")
        status = self.statuses.get(request.path, 200)
        if 200 <= status < 300:
            self.got.setdefault(request.path, []).append(request)
        return Reply(status=status, headers={"Location": "/elsewhere"} if 300 <= status < 400 else {})

    def bodies(self, path: str = "/a") -> list[bytes]:
        return [request.body for request in self.got.get(path, [])]


def is_signed(request: Request, secret: str, method: str = "sha256") -> bool:
    said = hmac.new(secret.encode(), request.body, getattr(hashlib, method)).hexdigest()
    return request.headers.get("X-Hub-Signature") == f"{method}={said}"


class HubStory(Story):
    """A newsroom whose feed has subscribers."""

    def __init__(
        self, store: Store, folder: Path, *, allow: tuple[str, ...] = ("127.0.0.1",), begins: bool = True
    ) -> None:
        self.documents = Directory(folder / "documents")
        self.formats = {name: syndicator.formats.kind(name)() for name in FEED.written}
        self.topics = topics(NEWS, [FEED], self.formats)
        self.terms = Terms()
        self.guard = AddressGuard(allow)
        self.other_hubs: tuple[str, ...] = ()
        super().__init__(store)
        if not begins:  # another process tells the story
            return
        self.baseline()
        self.builds()
        self.bell.rung.clear()

    def declare(self) -> None:
        self.feeds = [FEED]
        super().declare()
        pings = {(name, hub) for name in self.topics for hub in self.other_hubs}
        self.store.declare_topics(self.topics, pings, self.clock())

    @property
    def distributor(self) -> Distributor:
        return Distributor(
            site=NEWS,
            topics=self.topics,
            terms=self.terms,
            store=self.store,
            documents=self.documents,
            callbacks=GuardedCallbacks(self.guard, deadline=1.0),
            bell=self.bell,
            clock=self.clock,
        )

    def builds(self) -> None:
        builder = Builder(
            feeds={FEED.name: FEED},
            site=NEWS,
            store=self.store,
            formats=self.formats,
            gate=ReadBackGate(),
            documents=self.documents,
            bell=self.bell,
            clock=self.clock,
            fit=fitted,
        )
        build(builder, FEED.name)

    def distributes(self, topic: str = ATOM) -> int:
        return distribute(self.distributor, topic)

    def asks(self, callback: str, mode: Mode = Mode.SUBSCRIBE, **changes: Any) -> None:
        """Somebody asks to be subscribed, or not to be any more."""
        intent = Intent(mode=mode, topic=ATOM, callback=callback, lease=self.terms.lease)
        host = urlsplit(callback).hostname or ""
        self.store.file_intent(replace(intent, **changes), host, self.terms, self.clock())

    def subscribes(self, callback: str, **changes: Any) -> None:
        """The same, and it is confirmed."""
        self.asks(callback, **changes)
        self.distributes()

    def has_news(self, key: str = "1", **changes: Any) -> bytes:
        """An article appears and the feed is built; what is served then."""
        self.clock.tick(minutes=1)
        self.publishes(key, **changes)
        self.builds()
        return self.served

    @property
    def served(self) -> bytes:
        content = self.documents.read(ATOM)
        assert content is not None
        return content

    @property
    def subscriptions(self) -> list[Any]:
        with self.store.reading() as connection:
            table = schema.subscription
            return list(connection.execute(select(table).order_by(table.c.id)))

    @property
    def subscription(self) -> Any:
        [one] = self.subscriptions
        return one

    @property
    def intents(self) -> list[Any]:
        with self.store.reading() as connection:
            return list(connection.execute(select(schema.intent)))
