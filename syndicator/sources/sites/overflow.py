"""Listings whose every link is new: more was published than there is room for, or addresses are sessions'."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from syndicator.domain.addresses import stem
from syndicator.sources.sites.listing import Link
from syndicator.sources.sites.next_pages import Further

#: Links of a listing that are enough to tell that all of them are new.
ENOUGH = 3

#: Pages by their key, as ``CrawlState`` remembers them.
Pages = Mapping[str, Mapping[str, Any]]


def overflow_note(
    known: Mapping[str, Any], links: Sequence[Link], further: Further | None, pages: Pages, now: int
) -> list[Any] | None:
    """Whether all links of a listing are new although others were ``known``, and when that was (seconds since
    1970)."""
    before, keys = known.get("items", {}), {link.key for link in links}
    if not before or len(keys) < ENOUGH or any(key in pages for key in keys):
        return known.get("note")
    if are_sessions(before, links, pages):
        text = "its links differ from those before in parameters alone: sessions' ids? Declare key"
    elif further and further.is_whole:
        return known.get("note")
    else:
        count = len(keys) + len(further.links if further else ())
        text = (
            f"all {count} entries were new at {datetime.fromtimestamp(now, UTC):%Y-%m-%d %H:%M} UTC: some "
            "between may be missing; look more often (every), or list more"
        )
    return [now, text]


def are_sessions(before: Iterable[str], links: Sequence[Link], pages: Pages) -> bool:
    """Whether links differ from those before in what changes with each visit."""
    keys, places = {link.key for link in links}, {stem(link.url) for link in links}
    old = {stem(pages[key]["url"]) for key in before if key in pages}
    are_new = not any(key in pages for key in keys)
    return are_new and len(places) == len(keys) and bool(places & old)
