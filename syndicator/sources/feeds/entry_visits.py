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
from syndicator.sources.feeds.entry_page import (
    NOT_FOUND,
    PageLocked,
    completed,
    lacks,
    must_stand,
    read_page,
    with_words,
)
from syndicator.sources.feeds.feed_state import FeedState
from syndicator.sources.feeds.own_fields import own_fields_in
from syndicator.sources.feeds.photo_words import BUDGET_S, MAX_FAILURES, has_words
from syndicator.sources.pages.locks import LockedError
from syndicator.sources.pages.page_text import MAX_PAGE_BYTES
from syndicator.sources.pages.traits import PageReading
from syndicator.sources.sites.article_page import ArticlePages
from syndicator.sources.sites.crawl import MIN_FETCH_S
from syndicator.sources.sites.listing import Link
from syndicator.sources.sites.readings import Readings
from syndicator.sources.sites.site_page import read_own
from syndicator.text.addresses import same_site

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
        for_words = [link for link in links if self.state.is_for_words(link.key)]
        others = [link for link in links if not self.state.is_for_words(link.key)]
        self._know_site(others)
        for link in others:
            if time.monotonic() > self.end or retry_at:
                break
            retry_at = self._visit(link)
        self.end = min(self.end, time.monotonic() + BUDGET_S)
        self.readings.untold.update(link.key for link in for_words)
        for link in for_words:
            if time.monotonic() > self.end or retry_at:
                break
            if rest := self._visit(link):
                self.state.words.pause(rest)
                break
        self.readings.conclude(self._witness)
        self.readings.leave_furniture(self._reading)
        return retry_at

    def _visit(self, link: Link) -> datetime | None:
        """Visit a page. Returns until when the site asked to be left alone."""
        if link.key not in self.state.pages:  # another address took its place meanwhile
            return None
        try:
            self.readings.add_page(link, *self._page(link))
            self.state.unlock(link.key)
        except (PageLocked, LockedError) as e:
            self.state.lock(link.key)
            self.readings.untold.discard(link.key)  # for the entry is left out
            self.readings.add_failure(link, e)
        except FetchError as e:
            # what the feed shows is there, whatever its page says
            self.readings.add_failure(link, SourceError(str(e)) if link.key in self._by_key else e)
            return e.retry_at
        except SourceError as e:
            self.readings.add_failure(link, e)
        return None

    def completed(self) -> Sequence[Sighting]:
        """The entries, with what their pages had. One whose page was not visited yet waits for that, unless
        only words of its photo are read there, and one under a password until it is under none; of one whose
        page could not be read it is known what it does not tell."""
        by_key = {sighting.key: sighting for sighting in self.readings.sightings}
        waiting = self.state.waiting()
        sightings = []
        for entry in self.entries:
            if self.state.is_locked(entry.key):
                continue
            if self.state.is_for_words(entry.key):
                sightings.append(self._with_words(entry, by_key.get(entry.key)))
            elif entry.key in by_key:
                self.state.note_photo(entry.key, entry.photo)
                sightings.append(completed(entry, by_key[entry.key], own_fields_in(self.pages.select)))
            elif not self.state.is_completed(entry.key):
                sightings.append(entry)
            elif entry.key not in waiting or not self.state.is_shown(entry.key):
                sightings.append(replace(entry, unread=self._unread(entry)))
        return tuple(sightings)

    def _unread(self, entry: Sighting) -> tuple[str, ...]:
        """What an entry does not tell: not its photo, if that is another one than when its page was read."""
        is_other = self.state.is_other_photo(entry.key, entry.photo)
        return tuple(name for name in lacks(entry) if name != "photo" or not is_other)

    def _with_words(self, entry: Sighting, page: Sighting | None) -> Sighting:
        """The entry, with the words of its photo. A page that had none, or could not be read again and again,
        is not asked any more, unless it has had some."""
        state, key = self.state, entry.key
        is_first = not state.has_noted(key)
        if page is None:
            if is_first and key in self.readings.tried:
                state.words.note_page(has_words=False)
                if state.has_failed(key, MAX_FAILURES):
                    state.stands(key)
            known = () if is_first or state.is_other_photo(key, entry.photo) else ("photo",)
            return replace(entry, unread=known)
        found = with_words(entry, page)
        if is_first:
            state.words.note_page(has_words=has_words(found.photo))
        if has_words(found.photo):
            state.note_photo(key, entry.photo)
        elif is_first:
            state.stands(key)
        return found

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
        if self.state.is_replaced(link.key):
            raise FetchError(
                link.url, "another article of the feed has this address by now", status=NOT_FOUND
            )
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
        if self.state.leads_to_another(link.key, page.url):
            raise FetchError(link.url, f"it leads to another article ({page.url})", status=NOT_FOUND)
        return page

    def _know_site(self, links: Sequence[Link]) -> None:
        """Read on the home page, before the first page of an entry, which picture is the site's own: systems
        name it as that of each article without one."""
        home = self.state.home
        is_wanted = any(self.state.is_completed(link.key) for link in links)
        if not is_wanted or not same_site(home, self.state.url) or self.state.site.knows(home):
            return
        try:
            remaining_s = min(FETCH_DEADLINE_S, (self.end - time.monotonic()) / 2)
            own = read_own(self.http, home, self.state.url, seconds=max(remaining_s, MIN_FETCH_S))
        except (FetchError, SourceError) as e:
            self.readings.problems.append(f"{e}: which pictures are the site's own is not known from there")
            return
        self.state.site.note_listing(home, own)

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
