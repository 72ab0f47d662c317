"""Which entries of a feed have a page that is read, and for what: all that they lack, or the words of their
photo alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urldefrag

from syndicator.domain.addresses import place
from syndicator.domain.article import Sighting
from syndicator.http.client import Response
from syndicator.sources.feeds.entry_page import lacks
from syndicator.sources.feeds.feed_document import Edition
from syndicator.sources.feeds.feed_state import MAX_REMEMBERED, FeedState
from syndicator.sources.feeds.photo_words import MAX_FIRST_PAGES, are_wordless, has_words
from syndicator.text.addresses import same_site


@dataclass(frozen=True, kw_only=True)
class WantedPages:
    """``url``: the feed's; ``complete`` as declared; ``most``: pages of entries that were there before the
    source was declared."""

    url: str
    complete: bool | None
    most: int

    def is_wanted(self, entry: Sighting) -> bool:
        """Whether the page of an entry is read for what it lacks."""
        if entry.is_withdrawn or self.complete is False:
            return False
        return bool(lacks(entry)) if self.complete else entry.photo is None

    def are_words_wanted(self, edition: Edition) -> bool:
        """Whether the pages of an edition's entries are read for the words of their photos."""
        return self.complete is None and are_wordless(edition.sightings)

    def with_own_address(self, edition: Edition, older: Sequence[Sighting] = ()) -> set[str]:
        """Keys of entries that have an address of their own, on a site where they may be asked for."""
        entries = [*edition.sightings[:MAX_REMEMBERED], *older]
        addresses = [urldefrag(entry.url).url for entry in entries]
        counts = Counter(addresses)
        sites = [site for site in (self.url, edition.home) if site]
        homes = {place(site).rstrip("/") for site in sites}
        return {
            entry.key
            for entry, address in zip(entries, addresses, strict=True)
            if counts[address] == 1
            and not entry.is_url_shared
            and place(entry.url).rstrip("/") not in homes
            and (self.complete or any(same_site(entry.url, site) for site in sites))
        }

    def note(self, edition: Edition, older: Sequence[Sighting], response: Response, state: FeedState) -> None:
        """Note in ``state`` what an edition shows, and which pages are read."""
        entries, known, is_first = edition.sightings, set(state.pages), not state.items
        own = self.with_own_address(edition, older)
        state.show(response, entries, older, own, is_cut=edition.is_broken)
        room = self.most if is_first else MAX_REMEMBERED  # of a long past the newest are enough
        words_room = MAX_FIRST_PAGES if is_first else self.most
        are_words_wanted = self.are_words_wanted(edition) and state.words.may_read(is_new=True)
        for entry in (*entries, *older):
            key = entry.key
            if key not in own:
                continue
            is_wanted = self.is_wanted(entry)
            if is_wanted and room > 0 and not state.is_as_is(key):
                state.complete(key)
                room -= 1
            elif self._is_begun(entry, state):
                pass
            elif are_words_wanted and words_room > 0 and key not in known and _is_wordless(entry):
                state.complete(key, is_for_words=True)
                words_room -= 1
            else:
                state.stands(key, as_is=is_wanted)

    def _is_begun(self, entry: Sighting, state: FeedState) -> bool:
        """Whether what an entry lacked was read on its page before, and goes on to be: what has come from
        there does not go because the feed now says more of others, or of it."""
        is_read = self.complete is not False and not entry.is_withdrawn
        return is_read and state.is_completed(entry.key) and bool(lacks(entry))


def _is_wordless(entry: Sighting) -> bool:
    return entry.photo is not None and not has_words(entry.photo) and not entry.is_withdrawn
