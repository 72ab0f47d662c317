"""What one look has read of a site's pages, and whether it is to be believed.

A page says little of itself: a login page answers 200 at the address of every article, and an outage 404 or
410. What the others say tells: pages that suddenly say the same are no articles, and where no page is there,
none is gone.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from syndicator.domain.article import MIN_TELLING_CHARS, Sighting, stem
from syndicator.domain.errors import FetchError, SourceError
from syndicator.http.client import Response
from syndicator.sources.crawl_state import CrawlState
from syndicator.sources.listing import Link
from syndicator.text.clean import plain

#: Hashes of a page's title and of its text; of the text "" where it is too short to tell pages apart.
Words = tuple[str, str]

#: What another page of the site says; ``None``: there is none, or it is none that can be asked.
Witness = Callable[[], Sighting | SourceError | FetchError | None]


def words(sighting: Sighting) -> Words:
    text = " ".join(plain(sighting.content_html or sighting.summary).split())
    return _hash(sighting.title), _hash(text) if len(text) >= MIN_TELLING_CHARS else ""


class Readings:
    """The pages of one look. ``conclude`` sorts them: ``sightings``, ``gone``, ``problems``."""

    def __init__(self, pages: CrawlState, gone_after: timedelta) -> None:
        self.pages, self.gone_after = pages, gone_after
        self.sightings: list[Sighting] = []
        self.gone: list[str] = []
        self.problems: list[str] = []
        self._found: dict[str, tuple[Response, Sighting | None]] = {}
        self._missing: dict[str, FetchError] = {}
        self._failed: set[str] = set()

    @property
    def tried(self) -> set[str]:
        return {*self._found, *self._missing, *self._failed}

    def found(self, link: Link, answer: Response, sighting: Sighting | None) -> None:
        """A page was there. ``None``: as it was before."""
        self._found[link.key] = answer, sighting
        if sighting and not self.pages.was_ever_read(link.key):
            self.pages.supersede(link.key, words(sighting))

    def failed(self, link: Link, error: SourceError | FetchError) -> None:
        """A page was not there, or is none of an article."""
        status = error.status if isinstance(error, FetchError) else None
        if isinstance(error, FetchError) and status in (404, 410) and self.pages.was_ever_read(link.key):
            self._missing[link.key] = error
            return
        self._failed.add(link.key)
        self.pages.failed(link.key)
        self.problems.append(str(error))

    def conclude(self, witness: Witness) -> None:
        """Tell articles from what merely stands at their addresses. The ``witness`` is asked once, and only
        where what was read itself does not tell."""
        said = {key: words(sighting) for key, (_, sighting) in self._found.items() if sighting}
        doubted = doubles(said, self.pages.pages)
        sudden = [key for key in said if key not in doubted and self._is_sudden(key, said[key])]
        steady = [key for key in self._found if key not in doubted and key not in sudden]
        gone = [
            key
            for key, error in self._missing.items()
            if self.pages.missed(key, error.status or 0, self.gone_after)
        ]
        lost = list(dict.fromkeys([*gone, *self.pages.lost()])) if self._missing else []
        heard = witness() if (sudden or lost) and not steady else None
        doubted |= _contradicted(sudden, said, heard)
        # a site of one page has no witness: it is believed
        is_up = bool(steady) or isinstance(heard, Sighting) or (len(self.tried) == 1 and heard is None)
        self._settle_missing(lost, heard, is_up=is_up)
        for key, (answer, sighting) in self._found.items():
            if key in doubted:
                self.pages.failed(key)
                self.problems.append(f"{self.pages.pages[key]['url']}: {doubted[key]}")
            else:
                self._believe(key, answer, sighting, said.get(key))

    def _is_sudden(self, key: str, now: Words) -> bool:
        """Whether nothing is left of what a page said before."""
        before: Sequence[str] | None = self.pages.pages[key].get("said")
        return before is not None and before[0] != now[0] and before[1] != now[1]

    def _believe(self, key: str, answer: Response, sighting: Sighting | None, said: Words | None) -> None:
        is_known = self.pages.was_ever_read(key)
        self.pages.was_read(key, answer, said)
        if sighting:  # what is known comes first: a new address may be another one of the same article
            self.sightings.insert(0 if is_known else len(self.sightings), sighting)

    def _settle_missing(self, lost: Sequence[str], heard: object, *, is_up: bool) -> None:
        why = f": {heard}" if isinstance(heard, Exception) else ""
        told = f"; no retraction, for other pages are not there either{why}" if lost and not is_up else ""
        for key, error in self._missing.items():
            if not self.pages.pages[key].get("gone") and (key not in lost or not is_up):
                self.problems.append(f"{error}{told if key in lost else ''}")
        for key in lost:
            if is_up:
                self.pages.bury(key)
                self.gone.append(key)
            else:
                self.pages.failed(key)


def doubles(said: Mapping[str, Words], pages: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """Pages that say what others say, by key, with what is wrong with them. ``said``: what was read now;
    ``pages``: what is remembered of each. Those that have always said the same are left in peace, and so are
    new addresses of one script, which may be the same article's."""
    by_text: dict[str, list[str]] = {}
    for key, page in pages.items():
        text = said[key][1] if key in said else page.get("said", ("", ""))[1]
        if text and (key in said or not page.get("gone")):
            by_text.setdefault(text, []).append(key)
    doubted: dict[str, str] = {}
    for key, now in said.items():
        before = pages[key].get("said")
        if not before or before[1] == now[1]:
            continue
        other = next(
            (o for o in by_text.get(now[1], ()) if o != key and not _is_new_twin(o, key, pages)), None
        )
        if other:
            doubted[key] = f"says what {pages[other]['url']} says, and did not before: {_LEFT}"
    return doubted | _new_doubles(said, pages, by_text, doubted)


_LEFT = "a page for logging in, or of an error? Its article stays as it is"


def _new_doubles(
    said: Mapping[str, Words],
    pages: Mapping[str, Mapping[str, Any]],
    by_text: Mapping[str, Sequence[str]],
    known: Mapping[str, str],
) -> dict[str, str]:
    """New pages that are no articles of their own. Of two that say the same the first is one; of three at
    different places none is, nor of those that say what known pages suddenly say."""
    doubted: dict[str, str] = {}
    for key, now in said.items():
        if pages[key].get("said") or not now[1]:
            continue
        same = [o for o in by_text[now[1]] if o in known or (said.get(o) or tuple(pages[o]["said"])) == now]
        places = list(dict.fromkeys(stem(pages[o]["url"]) for o in same))
        is_second = stem(pages[key]["url"]) != places[0] or any(pages[o].get("said") for o in same)
        others = [o for o in same if o != key and not _is_twin(o, key, pages)]
        if any(o in known for o in same) or (others and (is_second or len(places) > 2)):
            other = next(o for o in same if o != key)
            doubted[key] = f"says what {pages[other]['url']} says: not taken for an article"
    return doubted


def _is_twin(one: str, other: str, pages: Mapping[str, Mapping[str, Any]]) -> bool:
    return stem(pages[one]["url"]) == stem(pages[other]["url"])


def _is_new_twin(one: str, other: str, pages: Mapping[str, Mapping[str, Any]]) -> bool:
    return not pages[one].get("said") and _is_twin(one, other, pages)


def _contradicted(
    sudden: Sequence[str], said: Mapping[str, Words], heard: Sighting | SourceError | FetchError | None
) -> dict[str, str]:
    """Pages of which nothing is left, as far as another page speaks against them."""
    if heard is None:
        return {}
    if isinstance(heard, SourceError | FetchError):
        return dict.fromkeys(sudden, f"says nothing that it said before, and {heard}: {_LEFT}")
    text = words(heard)[1]
    why = f"says what {heard.url} says, and did not before: {_LEFT}"
    return {key: why for key in sudden if text and said[key][1] == text}


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:12]
