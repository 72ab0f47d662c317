"""Putting it together: the only place that knows every concrete class."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

import syndicator.channels
import syndicator.formats
import syndicator.sources
from syndicator.callbacks import GuardedCallbacks
from syndicator.config import Declared, KindsOf, Outlet, load
from syndicator.documents.apart import Apart, ShelfApart
from syndicator.documents.directory import PRIVATE, Directory, Shelf
from syndicator.domain.feed import Feed, Site, path
from syndicator.domain.subscription import Topic
from syndicator.formats.gate import ReadBackGate
from syndicator.formats.partner_fit import fitted
from syndicator.http.client import AddressGuard, Http
from syndicator.jobs import build, deliver, distribute, sweep, watch
from syndicator.jobs.deliver import Courier
from syndicator.jobs.distribute import Distributor
from syndicator.jobs.ports import Bell, Documents, Format, Gate, Photos, Source
from syndicator.jobs.steady_clock import steady_time
from syndicator.jobs.watch import Editor
from syndicator.photos import PhotoShelf
from syndicator.secret import secrets_of, struck
from syndicator.store import Store, open_store
from syndicator.store.mark import read_mark, write_mark

if TYPE_CHECKING:  # it takes 11 MB that a folder does not need
    from syndicator.documents.s3 import Bucket

log = logging.getLogger(__name__)

KINDS = KindsOf(
    source=syndicator.sources.kind, channel=syndicator.channels.kind, format=syndicator.formats.kind
)


#: Sources looked at, and channels served, at once. A thread takes about a quarter of a megabyte.
MOST_LOOKS = 48
MOST_CHANNELS = 64

#: More looks at once, while others take long: five hundred sources that each answer nothing for 20 s are
#: through in 70 s, and not in 210.
SPARE_LOOKS = 96


class Silence:
    """A bell for processes without a broker: the next sweep of a worker finds what is due."""

    def ring(self, job: str, name: str) -> None:
        log.debug("not rung: %s %s", job, name)


@lru_cache(maxsize=4)
def declarations(folder: Path) -> Declared:
    """The declarations of a folder, read once per process. Raises ``DeclarationError``."""
    return load(folder, KINDS)


def now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, kw_only=True)
class App:
    """Everything that is declared, put together, and the jobs over it."""

    declared: Declared
    sources: Mapping[str, Source]
    couriers: Mapping[str, Courier]
    formats: Mapping[str, Format]
    gate: Gate
    store: Store
    photos: Photos
    documents: Documents
    editor: Editor
    distributor: Distributor
    bell: Bell
    clock: Callable[[], datetime] = now
    reminders: sweep.Reminders = field(default_factory=sweep.Reminders)

    @property
    def site(self) -> Site:
        return self.declared.site

    @property
    def feeds(self) -> Mapping[str, Feed]:
        return self.declared.feeds

    @property
    def most_at_once(self) -> Mapping[str, int]:
        """Threads for each kind of job, so that none waits for another kind's. Channels do not wait for each
        other; looks and builds are short, and their rows can wait for a moment."""
        return {
            "watch": max(1, min(len(self.sources), MOST_LOOKS)),
            "build": 2,
            "deliver": max(1, min(len(self.couriers), MOST_CHANNELS)),
            "distribute": 2,
            "sweep": 1,
        }

    @property
    def spare(self) -> Mapping[str, int]:
        """More threads, for when those wait for others."""
        return {"watch": max(0, min(len(self.sources) - MOST_LOOKS, SPARE_LOOKS))}

    def watch(self, name: str) -> None:
        """Look at a source once."""
        source = self.sources[name]
        watch.watch(
            source,
            editor=self.editor,
            store=self.store,
            photos=self.photos,
            bell=self.bell,
            clock=self.clock,
            brakes=self.declared.sources[name].brakes,
        )

    def build(self, name: str) -> bool:
        """Bring a feed's documents up to date. True when there was something to build, and it was."""
        return build.build(
            self.feeds[name],
            site=self.site,
            store=self.store,
            formats=self.formats,
            gate=self.gate,
            documents=self.documents,
            bell=self.bell,
            clock=self.clock,
            fit=fitted,
        )

    def deliver(self, name: str) -> None:
        """Deliver what a channel is due."""
        deliver.deliver(self.couriers[name], bell=self.bell)

    def distribute(self, name: str) -> None:
        """Bring a topic's subscribers to its newest content."""
        distribute.distribute(self.distributor, name, bell=self.bell)

    def sweep(self, beat: str) -> None:
        """Ring for whatever is due. That it happens is the sign of life of the ``beat`` that rang."""
        sweep.sweep(
            store=self.store,
            editor=self.editor,
            bell=self.bell,
            now=self.clock(),
            reminders=self.reminders,
        )
        self.store.beat(beat, "beat", self.clock())


def open_app(folder: Path, bell: Bell | None = None) -> App:
    """Put together what a folder declares, with its rows on record. Raises ``DeclarationError``,
    ``Misconfigured``, ``StoreError`` or ``DocumentError``."""
    newsroom = inspect_app(folder, bell)
    declared = newsroom.declared
    declare(newsroom)
    notice_older_record(newsroom)
    topics = newsroom.distributor.topics
    pings = {(topic, hub) for topic in topics for hub in declared.other_hubs}
    newsroom.store.declare_topics(topics if declared.hub.enabled else (), pings, now())
    for name in (*declared.web.moved, *declared.web.ended):  # a web server may serve what it finds
        newsroom.documents.remove(name)
    return newsroom


def declare(newsroom: App) -> None:
    """Have a row for each source, feed and channel that is declared."""
    declared = newsroom.declared
    newsroom.store.declare(declared.sources, declared.feeds.values(), declared.channels, now())


def notice_older_record(newsroom: App) -> None:
    """Whoever puts a backup back may forget to say so: where more has happened than the database knows of,
    channels are asked before anything is posted, as after ``syndicator restore``. Channels have their rows by
    then, those that are younger than the backup, too."""
    seen = read_mark(newsroom.declared.keep.photos)  # first: another worker may note more meanwhile
    newest = newsroom.store.newest_event()
    if newest < seen:
        log.warning(
            "the database is older than what was posted (it knows of %d events, of %d): taken for a backup "
            "that was put back; what may be out there is looked for before it is posted",
            newest,
            seen,
        )
        newsroom.store.restore(now())
    keep_mark(newsroom)


def keep_mark(newsroom: App) -> None:
    """Note outside the database how much has happened."""
    write_mark(newsroom.declared.keep.photos, newsroom.store.newest_event())


def inspect_app(folder: Path, bell: Bell | None = None) -> App:
    """The same, but nothing on record changes: for those who only ask."""
    declared = declarations(folder)
    return assemble(declared, open_store(declared.keep.database), bell or Silence())


def assemble(declared: Declared, store: Store, bell: Bell) -> App:
    """The newsroom over a store that is open."""
    http = Http(allow=declared.fetch.allow)
    # Whoever names an address has an allow list of their own: operators, pages, and subscribers.
    of_pages = Http(allow=declared.fetch.photos, listed="[fetch] photos")
    photos = PhotoShelf(declared.keep.photos, of_pages, limit=declared.keep.photos_mb * 1_000_000)
    names = {name for feed in declared.feeds.values() for name in feed.written}
    formats: dict[str, Format] = {name: syndicator.formats.kind(name)() for name in names}
    documents = keeper(declared)
    return App(
        declared=declared,
        sources={
            name: plug.kind(name=name, http=http, **plug.settings) for name, plug in declared.sources.items()
        },
        couriers={
            name: _courier(name, outlet, http, store, photos) for name, outlet in declared.channels.items()
        },
        formats=formats,
        gate=ReadBackGate(),
        store=store,
        photos=photos,
        documents=documents,
        editor=Editor(site=declared.site, feeds=tuple(declared.feeds.values())),
        distributor=Distributor(
            site=declared.site,
            topics=topics(declared.site, declared.feeds.values(), formats),
            terms=declared.hub,
            store=store,
            documents=documents,
            callbacks=GuardedCallbacks(AddressGuard(declared.hub.allow, "[hub] allow")),
            clock=now,
        ),
        bell=bell,
    )


def _courier(name: str, outlet: Outlet, http: Http, store: Store, photos: Photos) -> Courier:
    channel = outlet.kind(name=name, session=http.session(), **outlet.settings)
    return Courier(
        name=name,
        channel=channel,
        max_age=outlet.max_age,
        store=store,
        photos=photos,
        clock=now,
        steady=steady_time,
        strike=partial(struck, secrets=secrets_of(channel)),
    )


def keeper(declared: Declared) -> Documents:
    """Where documents are kept. Raises ``Misconfigured`` where a secret is not to be had."""
    public = _place(declared)
    if not declared.readers:
        return public
    return Apart(public, _place(declared, is_private=True), declared.readers)


def _place(declared: Declared, *, is_private: bool = False) -> Documents:
    if declared.keep.is_in_bucket:
        return _bucket(declared, is_private=is_private)
    folder = Path(declared.keep.documents)
    return Directory(folder / PRIVATE if is_private else folder)


def _bucket(declared: Declared, *, is_private: bool = False) -> Bucket:
    from syndicator.documents.s3 import BucketContents, open_bucket  # noqa: PLC0415 - 11 MB that a folder does not need

    keep = declared.keep
    names = {name for feed in declared.feeds.values() for name in feed.written}
    formats = [syndicator.formats.kind(name)() for name in names]
    return open_bucket(
        keep.private if is_private else keep.documents,
        kept=BucketContents(
            feeds=declared.feeds,
            media_types={form.extension: form.media_type for form in formats},
        ),
        region=keep.s3.region,
        endpoint=keep.s3.endpoint,
        access_key=keep.s3.access_key.reveal() if keep.s3.access_key else "",
        secret_key=keep.s3.secret_key.reveal() if keep.s3.secret_key else "",
    )


def shelf(newsroom: App) -> Shelf:
    """What a web server reads documents from; of buckets it has read them once when this returns, if they
    answer at all."""
    public, private = _shelf_of(newsroom), newsroom.declared.readers
    return ShelfApart(public, _shelf_of(newsroom, is_private=True), private) if private else public


def _shelf_of(newsroom: App, *, is_private: bool = False) -> Shelf:
    keep = newsroom.declared.keep
    if not keep.is_in_bucket:
        folder = Path(keep.documents)
        return Shelf(folder / PRIVATE if is_private else folder)
    from syndicator.documents.s3 import BucketShelf  # noqa: PLC0415 - likewise

    feeds = [feed for feed in newsroom.feeds.values() if feed.is_private == is_private]
    made = BucketShelf(_bucket(newsroom.declared, is_private=is_private))
    made.start(path(feed.name, newsroom.formats[name].extension) for feed in feeds for name in feed.written)
    return made


def topics(site: Site, feeds: Iterable[Feed], formats: Mapping[str, Format]) -> dict[str, Topic]:
    """Every feed document that may be subscribed to, by its path."""
    found = [
        Topic(
            name=path(feed.name, formats[name].extension),
            address=site.address(feed, formats[name].extension),
            media_type=formats[name].media_type,
        )
        for feed in feeds
        if not feed.is_private
        for name in feed.formats
    ]
    return {topic.name: topic for topic in found}
