"""Sources that have a feed: RSS, Atom, RDF and JSON Feed.

Settings: see the fields of ``FeedSource``; ``docs/declaring.md`` teaches them with examples.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from requests.structures import CaseInsensitiveDict

from syndicator.domain.article import Sighting
from syndicator.domain.errors import FetchError, SourceError, SourceGone
from syndicator.http.client import Http, Response
from syndicator.http.conditional import conditions, validators
from syndicator.jobs.ports import READ_AGAIN, Look
from syndicator.sources.crawl_state import ENOUGH, TOLD_FOR
from syndicator.sources.feed_document import FeedDocuments

#: However long a feed's own caching advice is, it is fetched once a day.
MAX_INTERVAL = timedelta(hours=24)

#: Problems of an edition that are kept for as long as it stands, and characters of each.
MAX_PROBLEMS, MAX_PROBLEM_CHARS = 20, 300

#: Entries of an edition that are remembered.
MAX_REMEMBERED = 500

ACCEPT = "application/rss+xml, application/atom+xml, application/feed+json, application/xml;q=0.9, */*;q=0.5"


@dataclass(frozen=True, kw_only=True)
class FeedSource(FeedDocuments):
    """Watches a feed."""

    every: timedelta = timedelta(minutes=5)
    http: Http = field(repr=False)

    def look(self, memory: Mapping[str, Any], now: datetime) -> Look:
        """Fetch the feed, unless it says that nothing has changed (RFC 9110 section 13)."""
        is_read_again = bool(memory.get(READ_AGAIN))
        try:
            response = self.http.get(
                self.url, headers={"Accept": ACCEPT} | ({} if is_read_again else conditions(memory))
            )
        except FetchError as e:
            kind = SourceGone if e.status == 410 else SourceError
            raise kind(str(e), retry_at=e.retry_at) from e
        digest = hashlib.sha256(response.content).hexdigest()
        if response.status == 304 or (digest == memory.get("digest") and not is_read_again):
            return Look(
                memory=memory, next_look=_next_look(response, "", now), problems=memory.get("problems", ())
            )
        edition = self.edition(response, now, memory.get("identity"))
        problems = [*edition.problems]
        if response.moved:
            problems.insert(0, f"{self.url}: has moved for good to {response.moved}: change url")
        if problems and not edition.sightings:
            raise SourceError(problems[0])
        identity = memory.get("identity") if edition.is_broken else edition.identity
        known_before: dict[str, Any] = {"identity": identity} if identity else {}
        entries_memory = known_before | _entries_memory(
            memory, [sighting.key for sighting in edition.sightings], now
        )
        if "overflow" in entries_memory:
            problems.append(f"{self.url}: {entries_memory['overflow'][1]}")
        # a broken edition is not remembered: its validators would hide the mended one
        edition_memory: dict[str, Any] = {"digest": digest, **validators(response.headers)}
        if problems:  # they last as long as this edition
            edition_memory["problems"] = [line[:MAX_PROBLEM_CHARS] for line in problems[:MAX_PROBLEMS]]
        return Look(
            sightings=edition.sightings,
            gone=edition.gone,
            memory=entries_memory | ({} if edition.is_broken else edition_memory),
            next_look=_next_look(response, edition.ttl, now),
            problems=problems,
        )

    def reads(self, url: str) -> bool:
        """Whether it is the feed's own address: a feed has all articles at once, there is nothing else."""
        return url == self.url

    def read(self, url: str, now: datetime, page: bytes | None = None) -> Sighting:
        """The feed's first article, for a preview."""
        response = (
            self.http.get(self.url) if page is None else Response(url, 200, CaseInsensitiveDict(), page)
        )
        edition = self.edition(response, now)
        if edition.sightings:
            return edition.sightings[0]
        problems = "; ".join(edition.problems)
        raise SourceError(f"{url}: the feed has no article{': ' if problems else ''}{problems}")


def _entries_memory(memory: Mapping[str, Any], keys: Sequence[str], now: datetime) -> dict[str, Any]:
    """What is remembered of an edition's entries; ``overflow``: when all of them were new although others
    were known, and the problem that is reported for a day."""
    hashes = [hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()[:8] for key in keys]
    known, overflow = set(memory.get("entries", ())), memory.get("overflow")
    if known and len(hashes) >= ENOUGH and known.isdisjoint(hashes):
        clock = f"{now:%Y-%m-%d %H:%M} UTC"
        message = (
            f"all {len(keys)} entries were new at {clock}: some between may be missing; "
            "look more often (every)"
        )
        overflow = [int(now.timestamp()), message]
    is_recent = overflow and overflow[0] > now.timestamp() - TOLD_FOR
    return {"entries": hashes[:MAX_REMEMBERED] or memory.get("entries", [])} | (
        {"overflow": overflow} if is_recent else {}
    )


def _next_look(response: Response, ttl_text: str, now: datetime) -> datetime:
    """When the feed may be fetched again, as it advises: Cache-Control's max-age, RSS's ttl in minutes."""
    max_age = re.search(r"max-age=(\d{1,7})", response.headers.get("Cache-Control", ""))
    ttl = re.fullmatch(r"\s*(\d{1,5})\s*", ttl_text)
    intervals = [timedelta(seconds=int(max_age[1]))] if max_age else []
    intervals += [timedelta(minutes=int(ttl[1]))] if ttl else []
    return now + min(max(intervals, default=timedelta()), MAX_INTERVAL)
