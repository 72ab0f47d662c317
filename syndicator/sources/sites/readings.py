"""The pages that one look has read of a site, and whether they are to be believed.

A page says little of itself: a login page answers 200 at the address of every article, and an outage 404 or
410. What the others say tells: pages that suddenly say the same are no articles, and where no page is there,
none is gone.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any

from syndicator.domain.addresses import stem
from syndicator.domain.article import MIN_TELLING_CHARS, Sighting
from syndicator.domain.errors import FetchError, SourceError
from syndicator.http.client import Response
from syndicator.sources.pages.locks import LockedError
from syndicator.sources.pages.traits import (
    PageReading,
    Traits,
    sketch,
    text_of_sighting,
)
from syndicator.sources.sites.crawl_state import CrawlState
from syndicator.sources.sites.doubts import (
    ADVICE,
    Fingerprint,
    alike,
    doubt,
    has_become,
    loss,
    strangers,
    text_loss,
)
from syndicator.sources.sites.listing import Link
from syndicator.sources.sites.succession import (
    described,
    is_id_of_others,
    predecessor,
    successor_of,
    without_id,
)

#: Pages that are named of those that are not believed.
MAX_NAMED = 5

#: Reads another page of the site; ``None``: there is none that was there before.
Witness = Callable[[], Sighting | SourceError | FetchError | None]


def fingerprint(sighting: Sighting) -> Fingerprint:
    text = text_of_sighting(sighting)
    return _hash(sighting.title), _hash(text) if len(text) >= MIN_TELLING_CHARS else ""


class Readings:
    """The pages read in one look. ``conclude`` sorts them: ``sightings``, ``gone``, ``problems``.
    ``untold``: keys of pages that nobody misses; that they fail is no problem."""

    def __init__(self, state: CrawlState, gone_after: timedelta) -> None:
        self.state, self.gone_after = state, gone_after
        self.sightings: list[Sighting] = []
        self.gone: list[str] = []
        self.problems: list[str] = []
        self.untold: set[str] = set()
        self._read_pages: dict[str, tuple[Link, Response, PageReading | None]] = {}
        self._missing: dict[str, FetchError | LockedError] = {}
        self._failed: set[str] = set()

    @property
    def tried(self) -> set[str]:
        return {*self._read_pages, *self._missing, *self._failed}

    def add_page(self, link: Link, response: Response, reading: PageReading | None) -> None:
        """Add a page that was there, and its article; ``None``: as it was before."""
        self._read_pages[link.key] = link, response, reading
        if reading and not self.state.was_ever_read(link.key):
            self.state.supersede(link.key, fingerprint(reading.sighting))

    def add_failure(self, link: Link, error: SourceError | FetchError) -> None:
        """Add a page that was not there, is locked, or is none of an article."""
        match error:
            case LockedError() | FetchError(status=404 | 410) if self.state.was_ever_read(link.key):
                self._missing[link.key] = error
                return
        self._failed.add(link.key)
        self.state.failed(link.key)
        if link.key not in self.untold:
            self.problems.append(str(error))

    def conclude(self, witness: Witness) -> None:
        """Sort articles from what merely stands at their addresses. The ``witness`` is asked once, and only
        where what was read leaves it open."""
        self._join_successors()
        readings = {key: reading for key, (_, _, reading) in self._read_pages.items() if reading}
        fingerprints = {key: fingerprint(reading.sighting) for key, reading in readings.items()}
        doubted = doubles(fingerprints, self.state.pages) | self._losses(readings, fingerprints)
        replaced = [
            key for key, new in fingerprints.items() if key not in doubted and self._is_replaced(key, new)
        ]
        steady = [key for key in self._read_pages if key not in doubted and key not in replaced]
        gone = [
            key
            for key, error in self._missing.items()
            if self.state.missed(key, getattr(error, "status", None) or 404, self.gone_after)
        ]
        lost = list(dict.fromkeys([*gone, *self.state.lost()])) if self._missing else []
        are_failing = len(self._failed) > 1
        testimony = witness() if (replaced or lost or are_failing) and not steady else None
        traits = {key: (Traits.of_memory(self.state.pages[key]), readings[key].traits) for key in replaced}
        doubted |= _contradicted(traits, fingerprints, testimony)
        # a site of one page has no witness: it is believed
        is_up = (
            bool(steady) or isinstance(testimony, Sighting) or (len(self.tried) == 1 and testimony is None)
        )
        self._settle_missing(lost, testimony, is_up=is_up)
        self._tell(doubted)
        for key, (_, response, reading) in self._read_pages.items():
            if key in doubted:
                self.state.doubt(key, doubt(self.state.pages[key], fingerprints[key], self.state.now))
            else:
                self._believe(key, response, reading, fingerprints.get(key))
        if steady or isinstance(testimony, Sighting):
            self.state.site_is_up()
        elif are_failing:
            self.state.site_is_away(self._failed)

    def _join_successors(self) -> None:
        """Find what has changed its address, so that it is one article before anything is filed."""
        for pages in (self._read_pages, self._missing):
            for key in [key for key in pages if key not in self.state.pages]:  # superseded meanwhile
                del pages[key]
        readings = {key: reading for key, (_, _, reading) in self._read_pages.items() if reading}
        for key, reading in readings.items():
            self.state.describe(key, described(reading.sighting))
        for key, reading in readings.items():
            if key in self._read_pages:  # and has not become another one meanwhile
                link, response, _ = self._read_pages[key]
                identified = replace(reading, sighting=self._identified(key, reading.sighting))
                self._read_pages[key] = link, response, identified
        for key in list(self._missing):
            if any(twin in self._read_pages for twin in self.state.twins(key)):
                del self._missing[key]  # one of its article's addresses has ended, and the article has not
                self.state.failed(key)

    def _identified(self, key: str, sighting: Sighting) -> Sighting:
        """A sighting with the names that it has had, and without an id that is others' too."""
        known = sighting if self.state.was_ever_read(key) else self._succeeding(key, sighting)
        return without_id(known) if is_id_of_others(key, self.state.pages, self._missing) else known

    def _succeeding(self, key: str, sighting: Sighting) -> Sighting:
        old = predecessor(
            key,
            fingerprint(sighting)[0],
            self.state.pages,
            read=self._read_pages,
            missing=self._missing,
            shown=self.state.shown(),
        )
        if not old:
            return sighting
        old_url = self.state.pages[old]["url"]
        self.state.succeed(key, old)
        if old not in self.state.pages:
            self._read_pages.pop(old, None)
            self._missing.pop(old, None)
        return successor_of(sighting, old, old_url)

    def _losses(
        self, readings: Mapping[str, PageReading], fingerprints: Mapping[str, Fingerprint]
    ) -> dict[str, str]:
        """Pages that are no articles by what they lack, by key, with why."""
        pages, now = self.state.pages, self.state.now
        known = [key for key in readings if pages[key].get("said")]
        losses = {
            key: loss(pages[key], fingerprints[key], readings[key].traits, now)
            or text_loss(pages[key], readings[key].sighting, fingerprints[key], now)
            for key in known
        }
        losses = {key: why for key, why in losses.items() if why}
        losses = alike({key: (fingerprints[key], readings[key].traits) for key in known}, pages, now) | losses
        new = {key: (fingerprints[key], readings[key].traits) for key in readings if key not in known}
        return losses | strangers(new, pages, now, is_site_away=bool(losses))

    def _tell(self, doubted: Mapping[str, str]) -> None:
        unreported = {key: why for key, why in doubted.items() if key not in self.untold}
        lines = [f"{self.state.pages[key]['url']}: {why}" for key, why in unreported.items()]
        self.problems += lines[:MAX_NAMED]
        if len(lines) > MAX_NAMED:
            self.problems.append(f"and {len(lines) - MAX_NAMED} more pages that are not believed")

    def leave_furniture(self, read: Callable[[Link, Response], PageReading]) -> None:
        """Leave out of what was read what is newly found to be the site's, and have other articles read again
        that have it. ``read`` reads a page once more."""
        site, now = self.state.site, self.state.now
        found = site.note_shared(self.state.pages)
        by_key = {sighting.key: sighting for sighting in self.sightings}
        for shared in found:
            if example := next((by_key[key] for key in shared.keys if key in by_key), None):
                site.note(shared, example, now)
        keys = {key for shared in found for key in shared.keys}
        for key in keys - by_key.keys():
            self.state.read_soon(key)
        for key in keys & by_key.keys() & self._read_pages.keys():
            link, response, _ = self._read_pages[key]
            with suppress(SourceError):
                by_key[key] = replace(read(link, response).sighting, aliases=by_key[key].aliases)
        self.sightings = list(by_key.values())

    def _is_replaced(self, key: str, new: Fingerprint) -> bool:
        """Whether nothing is left of what a page said before."""
        before: Sequence[str] | None = self.state.pages[key].get("said")
        return before is not None and before[0] != new[0] and before[1] != new[1]

    def _believe(
        self, key: str, response: Response, reading: PageReading | None, new: Fingerprint | None
    ) -> None:
        is_known = self.state.was_ever_read(key)
        self.state.was_read(key, response, new, reading.traits.stored() if reading else None)
        if reading:  # what is known comes first: a new address may be another one of the same article
            self.sightings.insert(0 if is_known else len(self.sightings), reading.sighting)

    def _settle_missing(self, lost: Sequence[str], testimony: object, *, is_up: bool) -> None:
        cause = f": {testimony}" if isinstance(testimony, Exception) else ""
        suffix = f"; no retraction, for other pages are not there either{cause}" if lost and not is_up else ""
        for key, error in self._missing.items():
            if not self.state.pages[key].get("gone") and (key not in lost or not is_up):
                self.problems.append(f"{error}{suffix if key in lost else ''}")
        for key in lost:
            if is_up:
                for each in (key, *self.state.twins(key)):
                    self.state.bury(each)
                    self.gone.append(each)
            else:
                self.state.failed(key)


def doubles(
    fingerprints: Mapping[str, Fingerprint], pages: Mapping[str, Mapping[str, Any]]
) -> dict[str, str]:
    """Pages that say what others say, by key, with what is wrong with them. ``fingerprints``: of what was
    read now; ``pages``: what is remembered of each. Those that have always said the same are left in peace,
    and so are new addresses of one script, which may be the same article's."""
    keys_by_text: dict[str, list[str]] = {}
    for key, page in pages.items():
        text_hash = fingerprints[key][1] if key in fingerprints else page.get("said", ("", ""))[1]
        if text_hash and (key in fingerprints or not page.get("gone")):
            keys_by_text.setdefault(text_hash, []).append(key)
    doubted: dict[str, str] = {}
    for key, new in fingerprints.items():
        before = pages[key].get("said")
        if not before or before[1] == new[1]:
            continue
        other = next(
            (o for o in keys_by_text.get(new[1], ()) if o != key and not _is_new_twin(o, key, pages)), None
        )
        if other:
            doubted[key] = f"says what {pages[other]['url']} says, and did not before: {ADVICE}"
    return doubted | _new_doubles(fingerprints, pages, keys_by_text, doubted)


def _new_doubles(
    fingerprints: Mapping[str, Fingerprint],
    pages: Mapping[str, Mapping[str, Any]],
    keys_by_text: Mapping[str, Sequence[str]],
    known_doubles: Mapping[str, str],
) -> dict[str, str]:
    """New pages that are no articles of their own. Of two that say the same the first is one; of three at
    different places none is, nor of those that say what known pages suddenly say."""
    doubted: dict[str, str] = {}
    for key, new in fingerprints.items():
        if pages[key].get("said") or not new[1]:
            continue
        alike = [
            o
            for o in keys_by_text[new[1]]
            if o in known_doubles or (fingerprints.get(o) or tuple(pages[o]["said"])) == new
        ]
        places = list(dict.fromkeys(stem(pages[o]["url"]) for o in alike))
        is_second = stem(pages[key]["url"]) != places[0] or any(pages[o].get("said") for o in alike)
        others = [o for o in alike if o != key and not _is_twin(o, key, pages)]
        if any(o in known_doubles for o in alike) or (others and (is_second or len(places) > 2)):
            other = next(o for o in alike if o != key)
            doubted[key] = f"says what {pages[other]['url']} says: not taken for an article"
    return doubted


def _is_twin(one: str, other: str, pages: Mapping[str, Mapping[str, Any]]) -> bool:
    return stem(pages[one]["url"]) == stem(pages[other]["url"])


def _is_new_twin(one: str, other: str, pages: Mapping[str, Mapping[str, Any]]) -> bool:
    return not pages[one].get("said") and _is_twin(one, other, pages)


def _contradicted(
    replaced: Mapping[str, tuple[Traits | None, Traits]],
    fingerprints: Mapping[str, Fingerprint],
    testimony: Sighting | SourceError | FetchError | None,
) -> dict[str, str]:
    """Replaced pages that the witness speaks against, by key, with what is wrong with them. ``replaced``: the
    traits that they had, if they are remembered, and those that they have."""
    if testimony is None:
        return {}
    if isinstance(testimony, SourceError | FetchError):
        return dict.fromkeys(replaced, f"says nothing that it said before, and {testimony}: {ADVICE}")
    text_hash, sketched = fingerprint(testimony)[1], sketch(text_of_sighting(testimony))
    problem = f"says what {testimony.url} says, and did not before: {ADVICE}"
    return {
        key: problem
        for key, (before, traits) in replaced.items()
        if (text_hash and fingerprints[key][1] == text_hash)
        or (before and has_become(sketched, before, traits))
    }


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:12]
