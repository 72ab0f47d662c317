"""A burst: more new entries at once than a feed's own document has room for."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import datetime

from syndicator.domain.article import Sighting
from syndicator.domain.errors import FetchError, SourceError
from syndicator.http.client import FETCH_DEADLINE_S, Http, Response, is_same_host
from syndicator.sources.feeds.feed_document import Edition, FeedDocuments
from syndicator.sources.feeds.feed_state import FeedState
from syndicator.sources.sites.crawl import MIN_FETCH_S
from syndicator.sources.sites.overflow import ENOUGH

ACCEPT = "application/rss+xml, application/atom+xml, application/feed+json, application/xml;q=0.9, */*;q=0.5"

#: Documents with older entries that one look reads.
MAX_OLDER = 10


def older_entries(
    feed: FeedDocuments,
    http: Http,
    edition: Edition,
    state: FeedState,
    problems: list[str],
    *,
    until: float,
    now: datetime,
) -> Sequence[Sighting]:
    """The new entries in further documents of a feed, where nothing in its own one is known: until one is
    known, or there is no time left (``until``: ``time.monotonic()``). What could not be read goes to
    ``problems``."""
    if edition.is_broken or not state.items or len(edition.sightings) < ENOUGH:
        return ()
    known_urls = {page["url"] for page in state.pages.values()}

    def is_known(entry: Sighting) -> bool:
        return entry.key in state.items or entry.key in state.pages or entry.url in known_urls

    seen = {entry.key for entry in edition.sightings}
    older: list[Sighting] = []
    identity = edition.identity
    visited = {feed.url}
    while not any(map(is_known, edition.sightings)):
        address = edition.older
        if not address or address in visited or len(visited) > MAX_OLDER:
            return older
        visited.add(address)
        try:
            edition = feed.edition(_fetched(address, http, feed.url, until), now, identity)
        except (FetchError, SourceError) as e:
            if isinstance(e, FetchError) and e.status in (404, 410):  # there are no more
                break
            problems.append(str(e))
            return older
        older += [entry for entry in edition.sightings if entry.key not in seen and not is_known(entry)]
        seen |= {entry.key for entry in edition.sightings}
    state.is_bridged = True
    return older


def entries_behind(
    feed: FeedDocuments,
    http: Http,
    edition: Edition,
    state: FeedState,
    problems: list[str],
    *,
    until: float,
    now: datetime,
) -> Sequence[Sighting]:
    """The entries that were put into the feed's next document since it was read last: those with older dates.
    What could not be read goes to ``problems``."""
    if edition.is_broken:
        return ()
    if not edition.older:
        state.behind.miss(feed.url, state.now)
        return ()
    try:
        following = feed.edition(_fetched(edition.older, http, feed.url, until), now, edition.identity)
    except (FetchError, SourceError) as e:
        if isinstance(e, FetchError) and e.status in (404, 410):
            state.behind.miss(feed.url, state.now)
        else:
            problems.append(str(e))
        return ()
    shown = {entry.key for entry in edition.sightings}
    entries = [entry for entry in following.sightings if entry.key not in shown]
    put_there = state.behind.read(feed.url, [entry.key for entry in entries], state.now)
    return [entry for entry in entries if entry.key in put_there]


def _fetched(address: str, http: Http, declared: str, until: float) -> Response:
    remaining_s = until - time.monotonic()
    if remaining_s <= 0:
        raise FetchError(address, "no time was left for it in this look")
    return http.get(
        address,
        headers={"Accept": ACCEPT},
        deadline=min(FETCH_DEADLINE_S, max(remaining_s, MIN_FETCH_S)),
        is_declared=is_same_host(address, [declared]),
    )
