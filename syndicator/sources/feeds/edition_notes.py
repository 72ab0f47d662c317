"""What was left out of a feed's entries: in full for a preview of one, and for operators of many in one line,
with the first as its example."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from syndicator.domain.article import Photo
from syndicator.sources.feeds.pictures import dropped_pictures
from syndicator.text.addresses import web_address
from syndicator.text.shortcodes import named_shortcodes

#: The origin of a photo that stands in an entry's text, and not beside it.
FROM_TEXT = "feed: text"

SHORTCODES_LEFT = "with shortcodes that their system has not shown (taken out, what they enclose stays)"
PHOTO_DROPPED = "without a photo, since their pictures look like a site's decoration"


class EditionNotes:
    """Notes of one edition, by what they say."""

    def __init__(self) -> None:
        self._entries: dict[str, list[str]] = {}

    def origins(
        self,
        entry: Mapping[str, Any],
        url: str,
        photo: Photo | None,
        content: str,
        shortcodes: Sequence[str],
    ) -> Iterator[tuple[str, str]]:
        """Origins of what was found, or left out. ``url``: the entry's address; ``content``: its text,
        sanitised; ``shortcodes``: names of those that were taken out of it."""
        beside = [*entry.get("pictures", ()), *entry.get("late_pictures", ())]
        dropped = dropped_pictures(beside, content, url)
        if photo:
            is_beside = any(web_address(picture.url, url) == photo.url for picture in beside)
            yield "photo", "feed" if is_beside else FROM_TEXT
        elif dropped.candidate:
            self._note(PHOTO_DROPPED, url, dropped.candidate)
        if dropped.count:
            yield "pictures", f"feed, without {dropped.count} for decoration, such as {dropped.first}"
        if shortcodes:
            self._note(SHORTCODES_LEFT, url, named_shortcodes(shortcodes))
            yield "content", f"feed, without {named_shortcodes(shortcodes)}"

    def _note(self, what: str, url: str, detail: str) -> None:
        self._entries.setdefault(what, []).append(f"{url}: {detail}")

    def lines(self) -> Sequence[str]:
        """What operators are told."""
        return [
            f"{len(entries)} {'entries' if entries[1:] else 'entry'} {what}: "
            f"{'the first, ' if entries[1:] else ''}{entries[0]}"
            for what, entries in self._entries.items()
        ]
