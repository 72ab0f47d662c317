"""Photos that a feed shows without a word, and the asking for their words on the pages of its entries.

Ghost's RSS has a photo and neither its alternative text nor its caption and credit; its pages have them all.
A feed does not say that its pages have more, so that this is tried, and given up where it is in vain.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from syndicator.domain.article import Photo, Sighting
from syndicator.sources.feeds.edition_notes import FROM_TEXT

#: Pages that are read for words of photos at the first look, and in vain before it is given up.
MAX_FIRST_PAGES, MAX_VAIN_PAGES = 10, 10

#: Failures after which a page is not asked any more.
MAX_FAILURES = 3

#: Seconds that all these pages have in one look: entries do not wait for them.
BUDGET_S = 15.0

#: Seconds after which it is tried again, and for which operators are told that it was begun, or given up.
TRIED_AGAIN_S, TOLD_FOR_S = 7 * 24 * 3600, 24 * 3600


def has_words(photo: Photo | None) -> bool:
    """Whether a photo has any words of its own."""
    return photo is not None and bool(photo.alt or photo.caption or photo.credit)


def are_wordless(entries: Iterable[Sighting]) -> bool:
    """Whether there are photos among these entries, and words of none. What stands in a text has that text's
    words, and tells nothing of photos beside texts, if there are any."""
    shown = [entry for entry in entries if entry.photo]
    beside = [entry for entry in shown if entry.origins.get("photo") != FROM_TEXT]
    return bool(shown) and not any(has_words(entry.photo) for entry in beside or shown)


class PhotoWords:
    """What a feed's source remembers of it, as JSON: ``since`` when pages are read, how many in a row were
    read in ``vain``, until when no ``new`` ones are, and until when the site wants none to be (``paused``).
    Times in seconds since 1970."""

    def __init__(self, memory: Mapping[str, int], now: int) -> None:
        self._now = now
        self._since = memory.get("since", 0)
        self._vain = memory.get("vain", 0)
        self._new = memory.get("new", 0)
        self._paused = memory.get("paused", 0)

    def may_read(self, *, is_new: bool) -> bool:
        """Whether a page is read, of an entry that is new or one that had words before."""
        return self._now >= self._paused and (not is_new or self._now >= self._new)

    def begin(self) -> None:
        self._since = self._since or self._now

    def pause(self, until: datetime) -> None:
        """The site has asked to be left alone."""
        self._paused = int(until.timestamp())

    def note_page(self, *, has_words: bool) -> None:
        """Note what the page of a new entry had."""
        self._vain = 0 if has_words else self._vain + 1
        if self._vain >= MAX_VAIN_PAGES:
            self._vain, self._since, self._new = 0, 0, self._now + TRIED_AGAIN_S

    def lines(self, url: str) -> list[str]:
        """What operators are told of it, for a while. ``url``: the feed's."""
        why = f"{url}: its photos have no caption, credit or alternative text"
        if self._now < self._new - TRIED_AGAIN_S + TOLD_FOR_S:
            found = f"nor has any of {MAX_VAIN_PAGES} pages that were read"
            return [f"{why}, {found}: the next are in a week (complete = true: all are, false: none)"]
        if self._since and self._now < self._since + TOLD_FOR_S:
            return [f"{why}: they are read on the pages of new entries (complete = false: they are not)"]
        return []

    def stored(self) -> dict[str, Any]:
        values = {"since": self._since, "vain": self._vain, "new": self._new, "paused": self._paused}
        return {name: value for name, value in values.items() if value}
