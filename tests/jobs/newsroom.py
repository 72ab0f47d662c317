"""A newsroom in miniature: a source, a feed, a channel, a real database, and verbs to tell stories."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from syndicator.domain.article import Article, Sighting
from syndicator.domain.brakes import Brakes
from syndicator.domain.delivery import Delivery
from syndicator.domain.steady import SteadyTime
from syndicator.jobs.courier import Courier, Deliverer
from syndicator.jobs.deliver import deliver
from syndicator.jobs.ports import Channel
from syndicator.jobs.routing import Editor
from syndicator.jobs.watch import Watcher, watch
from syndicator.posts.compose import compose
from syndicator.store import Store, schema
from syndicator.store.records import article_of, delivery_of
from tests.fakes import ALL, SITE, Clock, FakeBell, FakeChannel, FakePhotos, FakeSource, sighting
from tests.processes.heard import HeardBell


class Story:
    """Tells what happens, and asks how things stand."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.clock = Clock()
        self.bell: FakeBell | HeardBell = FakeBell()
        self.source = FakeSource()
        self.photos = FakePhotos()
        self.channel = FakeChannel()
        self.real: Channel | None = None  # in its stead
        self.max_age = timedelta(days=1)
        self.steady: Callable[[], SteadyTime | None] = lambda: None
        self.feeds = [ALL]
        self.site = SITE
        self.brakes = Brakes()
        self.declare()

    @property
    def editor(self) -> Editor:
        return Editor(site=self.site, feeds=self.feeds)

    def declare(self) -> None:
        channels = {channel for feed in self.feeds for channel in feed.channels}
        self.store.declare([self.source.name], self.feeds, channels, self.clock())

    def look(self) -> None:
        """The source is looked at, once it is due."""
        watch(self.watcher, self.source.name)

    @property
    def watcher(self) -> Watcher:
        return Watcher(
            sources={self.source.name: self.source},
            brakes={self.source.name: self.brakes},
            editor=self.editor,
            store=self.store,
            photos=self.photos,
            bell=self.bell,
            clock=self.clock,
        )

    def baseline(self) -> None:
        """A first look that shows nothing: from now on there is news."""
        self.look()
        self.clock.tick(minutes=1)

    def shows(self, *sightings: Sighting) -> None:
        self.source.shows = sightings
        self.look()

    def publishes(self, key: str = "1", **changes: Any) -> None:
        """An article appears beside what is there, or is corrected."""
        changes.setdefault("published", self.clock())
        kept = [s for s in self.source.shows if s.key != key]
        before = [s for s in self.source.shows if s.key == key]
        if before:
            changes["published"] = before[0].published
        self.shows(sighting(key, **changes), *kept)

    def retracts(self, key: str = "1") -> None:
        self.source.shows = [s for s in self.source.shows if s.key != key]
        self.source.gone = [key]
        self.look()
        self.source.gone = []

    def courier(self) -> Courier:
        return Courier(channel=self.real or self.channel, max_age=self.max_age)

    def deliverer(self, courier: Courier | None = None) -> Deliverer:
        return Deliverer(
            couriers={"wire": courier or self.courier()},
            store=self.store,
            photos=self.photos,
            compose=compose,
            bell=self.bell,
            clock=self.clock,
            steady=self.steady,
        )

    def delivers(self) -> int:
        return deliver(self.deliverer(), "wire")

    def delivers_until_done(self, hours: int = 3) -> None:
        """Sweeps and delivers for so long, however often that takes."""
        end = self.clock() + timedelta(hours=hours)
        while self.clock() < end:
            self.delivers()
            self.clock.tick(minutes=11)

    @property
    def articles(self) -> list[Article]:
        with self.store.reading() as connection:
            rows = connection.execute(select(schema.article).order_by(schema.article.c.id))
            return [article_of(row) for row in rows]

    @property
    def deliveries(self) -> list[Delivery]:
        with self.store.reading() as connection:
            rows = connection.execute(select(schema.delivery).order_by(schema.delivery.c.id))
            return [delivery_of(row, "") for row in rows]

    @property
    def delivery(self) -> Delivery:
        [one] = self.deliveries
        return one

    @property
    def events(self) -> list[str]:
        with self.store.reading() as connection:
            query = select(schema.event.c.text).order_by(schema.event.c.id)
            return list(connection.scalars(query))

    @property
    def source_row(self) -> Any:
        with self.store.reading() as connection:
            return connection.execute(select(schema.source)).one()

    @property
    def channel_row(self) -> Any:
        with self.store.reading() as connection:
            return connection.execute(select(schema.channel)).one()

    @property
    def texts(self) -> list[str]:
        """What the channel shows."""
        return [post.text for post in self.channel.shown.values()]
