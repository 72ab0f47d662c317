"""Which page has become which: an article whose address has changed is the article that it was.

It is, where the old address leads to the new one, or both pages name one canonical address; where the
system's own id of both is the same, and the old page does not stand for itself any more; and where a page has
gone and one of the same title and date has come.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

from syndicator.domain.addresses import place
from syndicator.domain.article import Sighting

#: Between a source and the id that its system gives an article, in a name.
ID_MARK = "#"


def id_name(source: str, own_id: str) -> str:
    """The name of an article made of its system's own id (``own_id.own_id``)."""
    return f"{source}{ID_MARK}{own_id}"


def described(sighting: Sighting) -> dict[str, str]:
    """What is remembered of a page to know it again: its article's address (``at``), its system's own id
    (``own``) and its publication (``dated``)."""
    own = next((a for a in sighting.aliases if a.startswith(f"{sighting.source}{ID_MARK}")), "")
    dated = sighting.published.isoformat() if sighting.published else ""
    values = {"at": place(sighting.url), "own": own, "dated": dated}
    return {name: value for name, value in values.items() if value}


def predecessor(
    key: str,
    title_hash: str,
    pages: Mapping[str, Mapping[str, Any]],
    *,
    read: Collection[str],
    missing: Collection[str],
    shown: Collection[str],
) -> str:
    """The key of the page that a new one has taken the place of; "": of none. ``read`` and ``missing``: the
    pages that were there in this look, and those that were not; ``shown``: those that listings show."""
    new = pages[key]
    holders = {page.get("at") for k, page in pages.items() if k != key and page.get("own") == new.get("own")}
    has_id = bool(new.get("own")) and len(holders) == 1  # one that several pages have is none
    for other, page in pages.items():
        if other == key or not page.get("read"):
            continue
        if page.get("at") and page.get("at") == new.get("at"):
            return other
        is_away = other in missing or bool(page.get("gone") or page.get("misses"))
        is_same_title = bool(page.get("said")) and page["said"][0] == title_hash
        is_same_date = bool(new.get("dated")) and page.get("dated") == new.get("dated")
        is_same_id = has_id and page.get("own") == new.get("own")
        stands = other in read or other in shown
        if is_same_id and (is_away or (not stands and (is_same_title or is_same_date))):
            return other
        if is_away and is_same_title and is_same_date:
            return other
    return ""


def is_id_of_others(key: str, pages: Mapping[str, Mapping[str, Any]], missing: Collection[str]) -> bool:
    """Whether another page that stands for itself has the same id: then it is no id."""
    page = pages[key]
    return bool(page.get("own")) and any(
        other != key
        and each.get("own") == page.get("own")
        and each.get("at") != page.get("at")
        and other not in missing
        and not each.get("gone")
        for other, each in pages.items()
    )


def without_id(sighting: Sighting) -> Sighting:
    """A sighting without the name made of its system's own id."""
    prefix = f"{sighting.source}{ID_MARK}"
    return replace(sighting, aliases=tuple(a for a in sighting.aliases if not a.startswith(prefix)))


def successor_of(sighting: Sighting, old_key: str, old_url: str) -> Sighting:
    """A sighting that goes by the names of the page before it, too."""
    return replace(sighting, aliases=(*sighting.aliases, f"{sighting.source}:{old_key}", old_url))
