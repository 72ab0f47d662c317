"""Sources that have a feed: RSS, Atom, RDF and JSON Feed.

Settings: see the fields of ``FeedSource``; ``docs/declaring.md`` teaches them with examples.

::

    fetch the feed → older entries, after a burst → pages: what entries lack, what became of those that are
    missing → sightings, gone
"""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from requests.structures import CaseInsensitiveDict

from syndicator.domain.addresses import place
from syndicator.domain.article import Sighting
from syndicator.domain.errors import FetchError, SourceError, SourceGone
from syndicator.http.client import Http, Response, is_same_host
from syndicator.jobs.ports import READ_AGAIN, Look
from syndicator.sources.feeds.entry_page import completed, must_stand, read_page, with_words
from syndicator.sources.feeds.entry_visits import EntryVisits
from syndicator.sources.feeds.feed_burst import ACCEPT, entries_behind, older_entries
from syndicator.sources.feeds.feed_document import Edition, FeedDocuments
from syndicator.sources.feeds.feed_state import FeedState
from syndicator.sources.feeds.photo_words import has_words
from syndicator.sources.feeds.wanted_pages import WantedPages
from syndicator.sources.pages.extract import Select
from syndicator.sources.pages.page_text import MAX_PAGE_BYTES
from syndicator.sources.sites.article_page import ArticlePages
from syndicator.sources.sites.crawl import LOOK_BUDGET_S, RECHECKS
from syndicator.sources.sites.declared_patterns import check_selector
from syndicator.sources.sites.readings import Readings
from syndicator.sources.sites.site_page import furniture_of
from syndicator.text.addresses import same_site
from syndicator.text.tracking import clean_url

#: However long a feed's own caching advice is, it is fetched once a day.
MAX_INTERVAL = timedelta(hours=24)

#: Problems of an edition that are kept for as long as it stands, and characters of each.
MAX_PROBLEMS, MAX_PROBLEM_CHARS = 20, 300

#: A pattern that no address matches: whatever else a page links to is known from the feed.
NO_ADDRESS = "(?!)"


class DefaultSpan(timedelta):
    """A span that nobody has declared: what the feed advises counts for more."""


@dataclass(frozen=True, kw_only=True)
class FeedSource(FeedDocuments):
    """Watches a feed.

    ``complete``: what entries lack is read on their pages; if it is not declared, on those of the feed's own
    site for entries without a photo, and the words of photos where it has none for any. ``recheck``: how
    long after an entry was seen first the address of one that the feed no longer has is asked for; an entry
    that left it although nothing took its place is asked for from then on. ``gone_after``: how long it has to
    answer 404 to be retracted. ``most``: pages read for new entries in one look, and as many others.
    """

    every: timedelta = DefaultSpan(minutes=5)  # noqa: RUF009 - it never changes
    complete: bool | None = None
    recheck: tuple[timedelta, ...] = RECHECKS
    gone_after: timedelta = timedelta(hours=1)
    most: int = 50
    http: Http = field(repr=False)

    def __post_init__(self) -> None:
        """Refuse what could not work at any look. Raises ``ValueError``: ``setting: what``."""
        if self.most < 1:
            raise ValueError("most: must be at least 1")
        self.entry.check("entry")
        for name, selector in self.select.declared.items():
            check_selector(f"select.{name}", selector)
        if self.select.declared and not self.complete:
            raise ValueError("select: is looked for on the pages of entries: declare complete = true, too")

    def look(self, memory: Mapping[str, Any], now: datetime) -> Look:
        """Fetch the feed, unless it says that nothing has changed (RFC 9110 section 13), and the pages that
        tell more than it does."""
        end = time.monotonic() + LOOK_BUDGET_S
        state = FeedState(self.url, memory, self._rules, now)
        is_read_again = (
            bool(memory.get(READ_AGAIN))
            or state.is_completion_due(self.recheck)
            or state.is_behind_due(self.every)
        )
        response = self._response({} if is_read_again else state.listing_validators(self.url, self.every))
        entries: Sequence[Sighting] = ()
        deleted: Sequence[str] = ()
        if response.status == 304 or (state.is_same(response) and not is_read_again):
            state.note_unchanged(response)
            problems: Sequence[str] = state.edition.get("problems", ())
        else:
            entries, deleted, problems = self._entries(response, state, now, end)
        readings = Readings(state, self.gone_after)
        visits = EntryVisits(
            pages=self._pages,
            http=self.http,
            state=state,
            readings=readings,
            now=now,
            end=end,
            entries=entries,
        )
        retry_at = visits.visit(state.to_visit(self.recheck, self.most))
        sightings = visits.completed()
        state.forget_done(self.recheck)
        wait = self._advised_wait(response, state.edition.get("ttl", ""))
        return Look(
            sightings=sightings,
            gone=[
                *deleted,
                *(key for key in readings.gone if not state.is_shown(key) or state.is_locked(key)),
            ],
            memory=state.kept(),
            next_look=max(now + wait, retry_at or now),
            problems=[
                *problems,
                *self._remarks(wait),
                *state.words.lines(self.url),
                *state.notes(readings.tried),
                *_bounded(readings.problems),
            ],
            is_complete=not state.waiting(),
        )

    def reads(self, url: str) -> bool:
        """Whether it is the feed's own address, or may be one of its entries'."""
        return url == self.url or same_site(url, self.url)

    def read(self, url: str, now: datetime, page: bytes | None = None) -> Sighting:
        """The feed's entry at an address, for a preview; the first one at the feed's own address, or of a
        feed that is handed in (``page``)."""
        response = (
            self.http.get(self.url) if page is None else Response(url, 200, CaseInsensitiveDict(), page)
        )
        edition = self.edition(response, now)
        if not edition.sightings:
            problems = "; ".join(edition.problems)
            raise SourceError(f"{url}: the feed has no article{': ' if problems else ''}{problems}")
        first = edition.sightings[0]
        if page is not None or url == self.url:
            return self._previewed(first, edition, now)
        for entry in edition.sightings:
            if place(clean_url(url)) in (place(clean_url(entry.url)), *map(place, entry.aliases)):
                return self._previewed(entry, edition, now)
        count = len(edition.sightings)
        raise SourceError(f"{url}: is none of the {count} entries of {self.url}; the first is {first.url}")

    def _previewed(self, entry: Sighting, edition: Edition, now: datetime) -> Sighting:
        """An entry as a look would show it."""
        wanted, is_whole = self._wanted, self._wanted.is_wanted(entry)
        are_words = wanted.are_words_wanted(edition) and not has_words(entry.photo)
        if not (is_whole or are_words) or entry.key not in wanted.with_own_address(edition):
            return entry
        try:
            page = self.http.get(
                entry.url, limit=MAX_PAGE_BYTES, is_declared=is_same_host(entry.url, [self.url])
            )
            must_stand(entry.url, page, edition.home)
            homes = [edition.home] if same_site(edition.home, self.url) else []
            furniture = furniture_of(self.http, homes, self.url)
            there = read_page(self._pages, entry, page, now, furniture).sighting
            return completed(entry, there, self.select.declared) if is_whole else with_words(entry, there)
        except (FetchError, SourceError) as e:
            return replace(entry, warnings=(*entry.warnings, f"what it lacks is not read: {e}"))

    @cached_property
    def _rules(self) -> str:
        return hashlib.sha256(repr(self).encode()).hexdigest()[:12]

    @property
    def _wanted(self) -> WantedPages:
        return WantedPages(url=self.url, complete=self.complete, most=self.most)

    @cached_property
    def _pages(self) -> ArticlePages:
        """How the pages of entries are read."""
        return ArticlePages(
            name=self.name,
            article=NO_ADDRESS,
            timezone=self.timezone,
            language=self.language,
            locked=self.locked,
            select=Select(**self.select.declared),
        )

    def _response(self, conditions: Mapping[str, str]) -> Response:
        """The feed, or 304. Raises ``SourceError``."""
        try:
            return self.http.get(self.url, headers={"Accept": ACCEPT, **conditions})
        except FetchError as e:
            kind = SourceGone if e.status == 410 else SourceError
            raise kind(str(e), retry_at=e.retry_at) from e

    def _entries(
        self, response: Response, state: FeedState, now: datetime, end: float
    ) -> tuple[Sequence[Sighting], Sequence[str], Sequence[str]]:
        """The entries of an edition, the keys of those that it says were deleted, and the problems with it,
        all of them noted in ``state``. Raises ``SourceError`` where nothing in it is right."""
        edition = self.edition(response, now, state.identity)
        problems = [*edition.problems]
        if response.moved:
            problems.insert(0, f"{self.url}: has moved for good to {response.moved}: change url")
        if problems and not edition.sightings:
            raise SourceError(problems[0])
        until = end - LOOK_BUDGET_S / 2
        is_behind_due = state.is_behind_due(self.every)
        state.behind.show(self.url, [entry.key for entry in edition.sightings], state.now)
        older = older_entries(self, self.http, edition, state, problems, until=until, now=now)
        if is_behind_due and not older:
            older = entries_behind(self, self.http, edition, state, problems, until=until, now=now)
        self._wanted.note(edition, older, response, state)
        problems = _bounded(problems)
        if edition.is_broken:
            state.forget_edition()
        else:
            state.note_edition(response, ttl=edition.ttl, home=edition.home, problems=problems)
            state.identity = edition.identity
        return [*edition.sightings, *older], edition.gone, problems

    def _advised_wait(self, response: Response, ttl_text: str) -> timedelta:
        """How long the feed asks to be left alone: Cache-Control's max-age, RSS's ttl in minutes. Nothing
        where ``every`` is declared: that is the newsroom's own word."""
        if not isinstance(self.every, DefaultSpan):
            return timedelta()
        max_age = re.search(r"max-age=(\d{1,7})", response.headers.get("Cache-Control", ""))
        ttl = re.fullmatch(r"\s*(\d{1,5})\s*", ttl_text)
        spans = [timedelta(seconds=int(max_age[1]))] if max_age else []
        spans += [timedelta(minutes=int(ttl[1]))] if ttl else []
        return min(max(spans, default=timedelta()), MAX_INTERVAL)

    def _remarks(self, wait: timedelta) -> Sequence[str]:
        """Why the feed is looked at less often than it might be, if it is."""
        if wait <= self.every:
            return ()
        minutes = round(wait.total_seconds() / 60)
        return [
            f"{self.url}: the feed asks for {minutes} min between two looks: declare every to look more often"
        ]


def _bounded(problems: Sequence[str]) -> list[str]:
    lines = [line[:MAX_PROBLEM_CHARS] for line in problems[:MAX_PROBLEMS]]
    return lines + [f"{len(problems) - MAX_PROBLEMS} more"] * (len(problems) > MAX_PROBLEMS)
