"""Articles that are put behind the end of a list: one with an older date (backdated, or published late by a
schedule that was missed) stands on the page that follows, where nobody looks.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from typing import Any

from syndicator.sources.sites.page_times import is_over, whole_span_s

#: Seconds after which a list is asked once more for a following page that it had not.
NONE_FOR_S = 24 * 3600

#: Articles of one list that are remembered, and digits of the hash of each.
MAX_REMEMBERED, DIGITS = 300, 10


class Behind:
    """What is remembered of the page that follows each list, by the list's address. ``at``: when it was read
    last, or the list first, in seconds since 1970; ``is_read``: whether it was; ``is_none``: there was none
    then; ``seen``: hashes of what stood there, and of what the list itself showed."""

    def __init__(self, memory: Mapping[str, Any]) -> None:
        self._lists: dict[str, dict[str, Any]] = {url: dict(known) for url, known in memory.items()}

    def is_due(self, url: str, every: timedelta, now: int) -> bool:
        """Whether the following page is to be read: as often as a list that says that it has not changed is
        asked for all the same, and not at its first look."""
        known = self._lists.get(url)
        if known is None:
            return False
        return is_over(NONE_FOR_S if known.get("is_none") else whole_span_s(every), known["at"], now)

    def show(self, url: str, keys: Sequence[str], now: int) -> None:
        """The list shows these articles, which will move on to the following page in their time."""
        known = self._lists.setdefault(url, {"at": now, "seen": []})
        new = [_hash(key) for key in keys]
        known["seen"] = list(dict.fromkeys([*new, *known["seen"]]))[:MAX_REMEMBERED]

    def miss(self, url: str, now: int) -> None:
        """There is no following page."""
        self._lists.setdefault(url, {"seen": []}).update(at=now, is_none=True)

    def read(self, url: str, keys: Sequence[str], now: int) -> Collection[str]:
        """The following page shows these; returns those that were put there since it was read last. They
        stand before others that were there: what moved up from a page further on stands behind them."""
        known = self._lists.setdefault(url, {"seen": []})
        seen, is_first = set(known["seen"]), not known.get("is_read")
        known.update(at=now, is_read=True, is_none=False)
        there = [at for at, key in enumerate(keys) if _hash(key) in seen]
        self.show(url, keys, now)
        if is_first or not there:
            return ()
        return [key for key in keys[: there[-1]] if _hash(key) not in seen]

    def stored(self, urls: Collection[str]) -> dict[str, Any]:
        """As JSON, of these lists."""
        return {url: known for url, known in self._lists.items() if url in urls}


def _hash(key: str) -> str:
    return hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()[:DIGITS]
