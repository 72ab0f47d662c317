"""One look at a site whose articles are pages: what every source has in common that finds their addresses
somewhere and reads them there.

::

    find → what is new, was changed or dropped there, or is due → read → sightings, gone
"""

from __future__ import annotations

import hashlib
import time
from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from requests.structures import CaseInsensitiveDict

from syndicator.domain.article import Sighting
from syndicator.domain.errors import FetchError, SourceError
from syndicator.http.client import FETCH_DEADLINE_S, Http, Response, is_same_host
from syndicator.http.conditional import conditions
from syndicator.jobs.ports import Look
from syndicator.sources.pages.furniture import NO_FURNITURE, Furniture
from syndicator.sources.pages.page_text import MAX_PAGE_BYTES
from syndicator.sources.pages.traits import PageReading
from syndicator.sources.sites.article_page import ArticlePages
from syndicator.sources.sites.crawl_state import CrawlState
from syndicator.sources.sites.doubts import loss
from syndicator.sources.sites.led_elsewhere import another_at, is_same, led_elsewhere
from syndicator.sources.sites.listing import Link
from syndicator.sources.sites.readings import Readings, fingerprint
from syndicator.text.addresses import same_site

#: Seconds for one look, half of them for finding: well within a lease. The rest waits for the next look.
LOOK_BUDGET_S = 45.0

#: Seconds that a fetch is given at least.
MIN_FETCH_S = 2.0

#: When a page is read again after it was first seen, unless it is declared: takedowns come late.
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
RECHECKS = (5 * MINUTE, 15 * MINUTE, HOUR, 6 * HOUR, DAY, 3 * DAY, 10 * DAY, 30 * DAY)


@dataclass(frozen=True, kw_only=True)
class Crawl(ArticlePages, ABC):
    """A source that reads pages. A kind of it says where their addresses are declared (``places``), and puts
    what it finds there into the memory (``find``).

    An article is read again when the source says something new of it or drops it, and ``recheck`` after its
    first sighting, to notice corrections and retractions. ``gone_after``: how long it has to answer 404 to
    be retracted. ``most``: articles read for the first time in one look, and as many read again.
    """

    every: timedelta = 2 * MINUTE
    recheck: tuple[timedelta, ...] = RECHECKS
    gone_after: timedelta = HOUR
    most: int = 50
    http: Http = field(repr=False)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.most < 1:
            raise ValueError("most: must be at least 1")

    @property
    @abstractmethod
    def places(self) -> Sequence[str]:
        """The declared addresses at which articles are found."""

    @abstractmethod
    def find(self, state: CrawlState, problems: list[str], end: float) -> None:
        """Note in ``state`` what the places show, before ``end`` (``time.monotonic()``). Raises
        ``SourceError`` if none of them could be read."""

    def look(self, memory: Mapping[str, Any], now: datetime) -> Look:
        """Find articles, then read what is new or due to be read again."""
        problems: list[str] = []
        state = CrawlState(memory, self._rules, now)
        end = time.monotonic() + LOOK_BUDGET_S
        self.find(state, problems, end - LOOK_BUDGET_S / 2)
        readings, next_look = Readings(state, self.gone_after), None
        # what listings have dropped is read in the same look: it may have become what is new
        known = dict.fromkeys([*state.dropped(), *state.due(self.recheck)])
        for link in [*state.new()[: self.most], *list(known)[: self.most]]:
            if time.monotonic() > end or next_look:
                break
            if link.key not in state.pages:  # another address took its place meanwhile
                continue
            try:
                readings.add_page(link, *self._visit(link, state, now, end))
            except FetchError as e:
                next_look = e.retry_at  # it asks to be left alone, not only by this page's reader
                readings.add_failure(link, e)
            except SourceError as e:
                readings.add_failure(link, e)
        readings.conclude(lambda: self._witness(state, readings.tried, now, end))
        readings.leave_furniture(lambda link, page: self.reading(link, page, now, state.site.furniture))
        return Look(
            sightings=readings.sightings,
            gone=readings.gone,
            memory=state.kept(),
            next_look=next_look,
            problems=[*problems, *state.notes(readings.tried), *readings.problems],
            is_complete=not state.new(),
        )

    def reads(self, url: str) -> bool:
        """Whether this looks like the address of one of the source's articles."""
        return any(same_site(place, url) for place in self.places) and self.is_article(url)

    def read(self, url: str, now: datetime, page: bytes | None = None) -> Sighting:
        """One article, from its address or from the page itself; for the latter nothing is fetched."""
        link = self.link_to(url)
        if page is not None:
            return self.sighting(link, Response(url, 200, CaseInsensitiveDict(), page), now)
        response = self.http.get(url, limit=MAX_PAGE_BYTES)
        return self.reading(link, response, now, self.furniture_now()).sighting

    def furniture_now(self) -> Furniture:
        """What is no article's of this site, as far as its places tell at once."""
        return NO_FURNITURE

    def link_to(self, url: str) -> Link:
        """The link to an article of which only the address is known."""
        return Link(self.key_of(url), url)

    @property
    def _rules(self) -> str:
        return hashlib.sha256(repr(self).encode()).hexdigest()[:12]

    def _visit(
        self, link: Link, state: CrawlState, now: datetime, end: float
    ) -> tuple[Response, PageReading | None]:
        """A page and its article; ``None`` where it has not changed (304)."""
        page = self._fetch(link.url, end, conditions(state.pages[link.key]))
        if page.status == 304:
            return page, None
        self._refuse_place(link, page, state)
        return page, self.reading(link, page, now, state.site.furniture)

    def _refuse_place(self, link: Link, page: Response, state: CrawlState) -> None:
        """See that a page has not been taken back by a redirect to another, or to where others are listed.
        Raises ``FetchError`` with status 404. What a listing shows all the same is thought to be there."""
        shown = state.shown()
        if link.key in shown or not state.was_ever_read(link.key) or is_same(link.url, page.url):
            return
        is_article = self.is_article(page.url)
        if where := led_elsewhere(link.url, page, listings=self.places, is_article=is_article):
            raise FetchError(link.url, where, status=404)
        if is_article and another_at(page.url, link.key, state.pages, shown):
            raise FetchError(link.url, f"it leads to another article ({page.url})", status=404)

    def _fetch(self, url: str, end: float, headers: Mapping[str, str] | None = None) -> Response:
        """A page, fetched. At the host of a declared address it may be where only what is declared may be."""
        remaining_s = min(FETCH_DEADLINE_S, end - time.monotonic())
        return self.http.get(
            url,
            headers=headers,
            limit=MAX_PAGE_BYTES,
            deadline=max(remaining_s, MIN_FETCH_S),
            is_declared=is_same_host(url, self.places),
        )

    def _witness(
        self, state: CrawlState, tried: Collection[str], now: datetime, end: float
    ) -> Sighting | SourceError | FetchError | None:
        """The article of another page that was there before, or the error of reading it."""
        link = state.another(tried)
        if link is None:
            return None
        try:
            reading = self.reading(link, self._fetch(link.url, end), now, state.site.furniture)
        except (SourceError, FetchError) as e:
            return e
        why = loss(state.pages[link.key], fingerprint(reading.sighting), reading.traits, state.now)
        return SourceError(f"{link.url} {why}") if why else reading.sighting
