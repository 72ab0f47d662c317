"""Putting it together: the only place that knows every concrete class."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

import syndicator.channels
import syndicator.formats
import syndicator.sources
from syndicator import build, deliver, sweep, watch
from syndicator.config import Declared, KindsOf, load
from syndicator.deliver import Courier
from syndicator.documents.directory import Directory
from syndicator.feed import Feed, Site
from syndicator.http import Http
from syndicator.photos import PhotoShelf
from syndicator.ports import Bell, Documents, Format, Photos, Source
from syndicator.store import Store, open_store
from syndicator.watch import Editor

log = logging.getLogger(__name__)

KINDS = KindsOf(
    source=syndicator.sources.kind, channel=syndicator.channels.kind, format=syndicator.formats.kind
)


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
class Newsroom:
    """Everything that is declared, put together, and the jobs over it."""

    declared: Declared
    sources: Mapping[str, Source]
    couriers: Mapping[str, Courier]
    formats: Mapping[str, Format]
    store: Store
    photos: Photos
    documents: Documents
    editor: Editor
    bell: Bell
    clock: Callable[[], datetime] = now

    @property
    def site(self) -> Site:
        return self.declared.site

    @property
    def feeds(self) -> Mapping[str, Feed]:
        return self.declared.feeds

    @property
    def most_at_once(self) -> int:
        """Threads with which no row ever waits for another one's: one per source and channel, a few for
        builds, one for the sweep."""
        return len(self.sources) + len(self.couriers) + 3

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
        )

    def build(self, name: str) -> None:
        """Bring a feed's documents up to date."""
        build.build(
            self.feeds[name],
            site=self.site,
            store=self.store,
            formats=self.formats,
            documents=self.documents,
            clock=self.clock,
        )

    def deliver(self, name: str) -> None:
        """Deliver what a channel is due."""
        deliver.deliver(self.couriers[name], bell=self.bell)

    def sweep(self) -> None:
        """Ring for whatever is due. That it happens is the sign of life of some beat."""
        self.store.beat("sweeps", "beat", self.clock())
        sweep.sweep(store=self.store, editor=self.editor, bell=self.bell, now=self.clock())


def open_newsroom(folder: Path, bell: Bell | None = None) -> Newsroom:
    """Put together what a folder declares, with its rows on record. Raises ``DeclarationError``,
    ``Misconfigured``, ``StoreError`` or ``DocumentError``."""
    newsroom = look_into(folder, bell)
    declared = newsroom.declared
    newsroom.store.declare(declared.sources, declared.feeds.values(), declared.channels, now())
    for name in (*declared.web.moved, *declared.web.ended):  # a web server may serve what it finds
        newsroom.documents.remove(name)
    return newsroom


def look_into(folder: Path, bell: Bell | None = None) -> Newsroom:
    """The same, but nothing on record changes: for those who only ask."""
    declared = declarations(folder)
    return assemble(declared, open_store(declared.keep.database), bell or Silence())


def assemble(declared: Declared, store: Store, bell: Bell) -> Newsroom:
    """The newsroom over a store that is open."""
    http = Http(allow=declared.fetch.allow)
    photos = PhotoShelf(Path(declared.keep.photos), http)
    names = {name for feed in declared.feeds.values() for name in feed.formats}
    return Newsroom(
        declared=declared,
        sources={
            name: plug.kind(name=name, http=http, **plug.settings) for name, plug in declared.sources.items()
        },
        couriers={
            name: Courier(
                name=name,
                channel=outlet.kind(name=name, session=http.session(), **outlet.settings),
                max_age=outlet.max_age,
                store=store,
                photos=photos,
                clock=now,
            )
            for name, outlet in declared.channels.items()
        },
        formats={name: syndicator.formats.kind(name)() for name in names},
        store=store,
        photos=photos,
        documents=Directory(Path(declared.keep.documents), frozenset(declared.readers)),
        editor=Editor(site=declared.site, feeds=tuple(declared.feeds.values())),
        bell=bell,
    )
