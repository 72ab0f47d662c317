"""The pages of a feed's entries, visited in one look: for what the feed lacks, and to see what has become of
entries that it no longer has."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from syndicator.domain.article import Sighting
from syndicator.domain.errors import FetchError, SourceError
from syndicator.http.client import FETCH_DEADLINE_S, Http, Response, is_same_host
from syndicator.http.conditional import conditions
from syndicator.sources.feeds.entry_page import NOT_FOUND, PageLocked, completed, lacks, must_stand, read_page
from syndicator.sources.feeds.feed_state import FeedState
from syndicator.sources.pages.locks import LockedError
from syndicator.sources.pages.traits import PageReading
from syndicator.sources.sites.article_page import MAX_PAGE_BYTES, ArticlePages
from syndicator.sources.sites.crawl import MIN_FETCH_S
from syndicator.sources.sites.listing import Link
from syndicator.sources.sites.readings import Readings

#: Statuses of pages that are there for some: of an entry that was taken out of its feed, as good as gone.
CLOSED = (401, 403)


@dataclass(kw_only=True)
class EntryVisits:
    """Visits pages, and has ``readings`` sort them. ``pages``: how they are read; ``end``: when there is no
    time left (``time.monotonic()``)."""

    pages: ArticlePages
    http: Http
    state: FeedState
    readings: Readings
    now: datetime
    end: float
    entries: Sequence[Sighting] = ()

    def __post_init__(self) -> None:
        self._by_key = {entry.key: entry for entry in self.entries}

    def visit(self, links: Sequence[Link]) -> datetime | None:
        """Visit these pages, as far as there is time. Returns until when the site asked to be left alone."""
        retry_at = None
        for link in links:
            if time.monotonic() > self.end or retry_at:
                break
            if link.key not in self.state.pages:  # another address took its place meanwhile
                continue
            try:
                self.readings.add_page(link, *self._page(link))
                self.state.unlock(link.key)
            except (PageLocked, LockedError) as e:
                self.state.lock(link.key)
                self.readings.add_failure(link, e)
            except FetchError as e:
                retry_at = e.retry_at
                # what the feed shows is there, whatever its page says
                self.readings.add_failure(link, SourceError(str(e)) if link.key in self._by_key else e)
            except SourceError as e:
                self.readings.add_failure(link, e)
        self.readings.conclude(self._witness)
        self.readings.leave_furniture(self._reading)
        return retry_at

    def completed(self) -> Sequence[Sighting]:
        """The entries, with what their pages had. One whose page was not visited yet waits for that, and one
        under a password until it is under none; of one whose page could not be read it is known what it does
        not tell."""
        by_key = {sighting.key: sighting for sighting in self.readings.sightings}
        waiting = self.state.waiting()
        sightings = []
        for entry in self.entries:
            if self.state.is_locked(entry.key):
                continue
            if entry.key in by_key:
                sightings.append(completed(entry, by_key[entry.key]))
            elif not self.state.is_completed(entry.key):
                sightings.append(entry)
            elif entry.key not in waiting or not self.state.is_shown(entry.key):
                sightings.append(replace(entry, unread=lacks(entry)))
        return tuple(sightings)

    def _page(self, link: Link) -> tuple[Response, PageReading | None]:
        """The page of an entry, and what it says where that is asked for; ``None``: as before, or only
        that it is there. Raises ``FetchError`` or ``SourceError``."""
        page = self._fetch(link)
        entry = self._by_key.get(link.key)
        if page.status == 304 or entry is None or not self.state.is_completed(link.key):
            return page, None
        return page, self._reading(link, page)

    def _reading(self, link: Link, page: Response) -> PageReading:
        furniture = self.state.site.furniture
        return read_page(self.pages, self._by_key[link.key], page, self.now, furniture)

    def _fetch(self, link: Link) -> Response:
        """A page that is one of an article. Raises ``FetchError``, with status 404 where it is none."""
        remaining_s = min(FETCH_DEADLINE_S, self.end - time.monotonic())
        try:
            page = self.http.get(
                link.url,
                headers=conditions(self.state.pages[link.key]),
                limit=MAX_PAGE_BYTES,
                deadline=max(remaining_s, MIN_FETCH_S),
                is_declared=is_same_host(link.url, [self.state.url]),
            )
        except FetchError as e:
            if e.status in CLOSED and self.state.is_taken_out(link.key):
                raise FetchError(e.url, e.why, status=NOT_FOUND, retry_at=e.retry_at) from e
            raise
        must_stand(link.url, page, self.state.home)
        return page

    def _witness(self) -> Sighting | SourceError | FetchError | None:
        """Another page of the site that was there before, or the error of asking for it."""
        link = self.state.another(self.readings.tried)
        if link is None:
            return None
        try:
            self._fetch(link)
        except (SourceError, FetchError) as e:
            return e
        return Sighting(source=self.pages.name, key=link.key, url=link.url, title="")
