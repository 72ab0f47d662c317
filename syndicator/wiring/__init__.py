"""The application, put together: the only place that knows every concrete class."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache, partial
from pathlib import Path
from typing import cast

import syndicator.channels
import syndicator.formats
import syndicator.sources
from syndicator.config import Declared, KindsOf, load
from syndicator.documents.public_photos import FETCHED
from syndicator.domain.article import Article, ArticleState
from syndicator.domain.feed import Feed, Site, path
from syndicator.domain.post import Composer
from syndicator.domain.subscription import Topic
from syndicator.formats.gate import ReadBackGate
from syndicator.formats.partner_fit import fitted
from syndicator.http.client import Http
from syndicator.jobs.broadcast import Announcer, broadcast
from syndicator.jobs.broadcast_ports import Broadcaster
from syndicator.jobs.build import Builder, build
from syndicator.jobs.courier import Courier, Deliverer
from syndicator.jobs.deliver import deliver
from syndicator.jobs.distribute import Distributor, distribute
from syndicator.jobs.job import Job, LaneThreads
from syndicator.jobs.ports import Bell, Documents, Format, Photos, Source
from syndicator.jobs.routing import Editor
from syndicator.jobs.steady_clock import steady_time
from syndicator.jobs.sweep import Sweeper, sweep
from syndicator.jobs.watch import Watcher, watch
from syndicator.photos import PhotoShelf
from syndicator.posts.compose import compose
from syndicator.posts.readiness import PageReadiness
from syndicator.posts.ready_pages import ReadyPages
from syndicator.store import Store, open_store
from syndicator.store.mark import read_mark, write_mark
from syndicator.wiring.couriers import Offers, SilentBell, callbacks_of, courier_of, now
from syndicator.wiring.places import formats_of, open_documents, public_photos, shown_photos

log = logging.getLogger(__name__)

KINDS = KindsOf(
    source=syndicator.sources.kind, channel=syndicator.channels.kind, format=syndicator.formats.kind
)


#: Sources looked at, and channels served, at once. A thread takes about a quarter of a megabyte.
MAX_LOOKS = 48
MAX_CHANNELS = 64

#: Channels that send to their recipients at once.
MAX_BROADCASTS = 8

#: More looks at once, while others take long: five hundred sources that each answer nothing for 20 s are
#: through in 70 s, and not in 210.
SPARE_LOOKS = 96


@lru_cache(maxsize=4)
def declarations(folder: Path) -> Declared:
    """The declarations of a folder, read once per process. Raises ``DeclarationError``."""
    return load(folder, KINDS)


@dataclass(frozen=True, kw_only=True)
class App:
    """Everything that is declared, put together: what each job works with, and the jobs over it."""

    declared: Declared
    store: Store
    photos: Photos
    documents: Documents
    bell: Bell
    watcher: Watcher
    builder: Builder
    deliverer: Deliverer
    distributor: Distributor
    announcer: Announcer
    sweeper: Sweeper

    @property
    def site(self) -> Site:
        return self.declared.site

    @property
    def feeds(self) -> Mapping[str, Feed]:
        return self.declared.feeds

    @property
    def sources(self) -> Mapping[str, Source]:
        return self.watcher.sources

    @property
    def editor(self) -> Editor:
        return self.watcher.editor

    @property
    def formats(self) -> Mapping[str, Format]:
        return self.builder.formats

    @property
    def couriers(self) -> Mapping[str, Courier]:
        return self.deliverer.couriers

    def composer_of(self, article: Article) -> Composer:
        """What makes posts of an article on record, or of the round-up that it stands for."""
        if article.state is not ArticleState.ROUNDUP:
            return self.deliverer.compose
        return partial(self.deliverer.compose, roundup=self.store.roundup(article.guid))

    def age_of_post(self, channel: str, article: Article) -> timedelta:
        """How old the article's post is on a channel; new where there is none on record."""
        deliveries = (line.delivery for line in self.store.deliveries_of(article.guid))
        posted = (each.posted_at for each in deliveries if each.channel == channel and each.receipt)
        posted_at = next(posted, None)
        return self.deliverer.clock() - posted_at if posted_at else timedelta(0)

    def watch(self, name: str) -> None:
        """Look at a source once."""
        watch(self.watcher, name)

    def build(self, name: str) -> bool:
        """Bring a feed's documents up to date. True when there was something to build, and it was."""
        return build(self.builder, name)

    def deliver(self, name: str) -> None:
        """Deliver what a channel is due."""
        deliver(self.deliverer, name)

    def distribute(self, name: str) -> None:
        """Bring a topic's subscribers to its newest content."""
        distribute(self.distributor, name)

    def broadcast(self, name: str) -> None:
        """Bring a channel's recipients up to its last announcement."""
        broadcast(self.announcer, name)

    def sweep(self, name: str) -> None:
        """Ring for whatever is due: the beat of this name has rung."""
        sweep(self.sweeper, name)

    def work(self, job: Job) -> Callable[[str], object]:
        """The function that does a job, of the name that a message carries."""
        match job:
            case Job.WATCH:
                return self.watch
            case Job.BUILD:
                return self.build
            case Job.DELIVER:
                return self.deliver
            case Job.DISTRIBUTE:
                return self.distribute
            case Job.BROADCAST:
                return self.broadcast
            case Job.SWEEP:
                return self.sweep

    def threads(self, job: Job) -> LaneThreads:
        """Threads for a job, so that none waits for another one's. Channels do not wait for each other; looks
        and builds are short, and their rows can wait for a moment."""
        match job:
            case Job.WATCH:
                sources = len(self.sources)
                spare = max(0, min(sources - MAX_LOOKS, SPARE_LOOKS))
                return LaneThreads(max(1, min(sources, MAX_LOOKS)), spare)
            case Job.DELIVER:
                return LaneThreads(max(1, min(len(self.couriers), MAX_CHANNELS)))
            case Job.BUILD | Job.DISTRIBUTE:
                return LaneThreads(2)
            case Job.BROADCAST:
                return LaneThreads(max(1, min(len(self.announcer.channels), MAX_BROADCASTS)))
            case Job.SWEEP:
                return LaneThreads(1)


def open_app(folder: Path, bell: Bell | None = None, clock: Callable[[], datetime] = now) -> App:
    """Put together what a folder declares, with its rows on record. Raises ``DeclarationError``,
    ``Misconfigured``, ``StoreError`` or ``DocumentError``."""
    app = inspect_app(folder, bell, clock)
    declared = app.declared
    declare(app)
    notice_older_record(app)
    topics = app.distributor.topics
    pings = {(topic, hub) for topic in topics for hub in declared.other_hubs}
    app.store.declare_topics(topics if declared.hub.enabled else (), pings, now())
    for courier in app.couriers.values():  # what a declaration alone is to tell a channel's recipients
        if tell := getattr(courier.channel, "tell_declared", None):
            tell()
    for name in (*declared.web.moved, *declared.web.ended):  # a web server may serve what it finds
        app.documents.remove(name)
    return app


def declare(app: App) -> None:
    """Have a row for each source, feed and channel that is declared."""
    declared = app.declared
    app.store.declare(declared.sources, declared.feeds.values(), declared.channels, now())


def notice_older_record(app: App) -> None:
    """Whoever puts a backup back may forget to say so: where more has happened than the database knows of,
    channels are asked before anything is posted, as after ``syndicator restore``. Channels have their rows by
    then, those that are younger than the backup, too."""
    marked = read_mark(app.declared.keep.photos)  # first: another worker may note more meanwhile
    newest = app.store.newest_event()
    if newest < marked:
        log.warning(
            "the database is older than what was posted (it knows of %d events, of %d): taken for a backup "
            "that was put back; what may be out there is looked for before it is posted",
            newest,
            marked,
        )
        app.store.restore(now())
    keep_mark(app)


def keep_mark(app: App) -> None:
    """Note outside the database how much has happened."""
    write_mark(app.declared.keep.photos, app.store.newest_event())


def inspect_app(folder: Path, bell: Bell | None = None, clock: Callable[[], datetime] = now) -> App:
    """The same as ``open_app``, but nothing on record changes: for those who only ask."""
    declared = declarations(folder)
    return assemble(declared, open_store(declared.keep.database), bell or SilentBell(), clock)


def assemble(declared: Declared, store: Store, bell: Bell, clock: Callable[[], datetime] = now) -> App:
    """The application over a store that is open."""
    http = Http(allow=declared.fetch.allow)
    # Whoever names an address has an allow list of their own: operators, pages, and subscribers.
    photo_http = Http(allow=declared.fetch.photos, setting="[fetch] photos")
    photos = PhotoShelf(declared.keep.photos, photo_http, limit=declared.keep.photos_mb * 1_000_000)
    formats = formats_of(declared)
    documents = open_documents(declared)
    callbacks = callbacks_of(declared)
    offers = Offers(declared, store, bell, clock, callbacks)
    couriers = {
        name: courier_of(declared, name, outlet, http, offers) for name, outlet in declared.channels.items()
    }
    editor = Editor(site=declared.site, feeds=tuple(declared.feeds.values()))
    return App(
        declared=declared,
        store=store,
        photos=photos,
        documents=documents,
        bell=bell,
        watcher=Watcher(
            sources={
                name: plug.kind(name=name, http=http, **plug.settings)
                for name, plug in declared.sources.items()
            },
            brakes={name: plug.brakes for name, plug in declared.sources.items()},
            editor=editor,
            photos=photos,
            store=store,
            bell=bell,
            clock=clock,
        ),
        builder=Builder(
            feeds=declared.feeds,
            site=declared.site,
            formats=formats,
            fit=fitted,
            gate=ReadBackGate(),
            documents=documents,
            store=store,
            bell=bell,
            clock=clock,
        ),
        deliverer=Deliverer(
            couriers=couriers,
            photos=photos,
            compose=partial(compose, site_title=declared.site.title, site_url=declared.site.url),
            store=store,
            bell=bell,
            clock=clock,
            pages=ReadyPages(PageReadiness(http)),
            steady=steady_time,
            public_photos=public_photos(declared, FETCHED),
            shown_photos=shown_photos(declared),
        ),
        distributor=Distributor(
            topics=topics(declared.site, declared.feeds.values(), formats),
            site=declared.site,
            terms=declared.hub,
            documents=documents,
            callbacks=callbacks,
            store=store,
            bell=bell,
            clock=clock,
        ),
        announcer=Announcer(
            channels={
                name: cast(Broadcaster, courier.channel)
                for name, courier in couriers.items()
                if hasattr(courier.channel, "broadcast")
            },
            store=store,
            bell=bell,
            clock=clock,
        ),
        sweeper=Sweeper(editor=editor, store=store, bell=bell, clock=clock),
    )


def topics(site: Site, feeds: Iterable[Feed], formats: Mapping[str, Format]) -> dict[str, Topic]:
    """Every feed document that may be subscribed to, by its path."""
    topics = [
        Topic(
            name=path(feed.name, formats[name].extension),
            address=site.address(feed, formats[name].extension),
            media_type=formats[name].media_type,
        )
        for feed in feeds
        if not feed.is_private
        for name in feed.formats
    ]
    return {topic.name: topic for topic in topics}
