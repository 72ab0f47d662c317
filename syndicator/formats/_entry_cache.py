"""A cache of rendered entries.

A new article changes every feed that carries it, and in each of them one entry of fifty. The others are
here, by all that they were made of: the article, and the feed's options.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

from syndicator.domain.article import Article

#: All that an entry depends on of its feed: how much of an article it carries, and what a partner adds.
Options = TypeVar("Options", bound=Hashable)

#: Bytes that the cache of one format holds, articles included: some two thousand entries of common length.
MAX_BYTES = 8_000_000

#: Bytes of the objects around the text of an article and its entry.
OBJECT_BYTES = 500


class EntryCache(Generic[Options]):
    """Entries that ``render`` made of articles; the least recently used go first. May be used by many
    threads. ``max_bytes``: of entries and articles together."""

    def __init__(self, render: Callable[[Options, Article], bytes], max_bytes: int = MAX_BYTES) -> None:
        self._render, self._max_bytes, self._size = render, max_bytes, 0
        self._entries: OrderedDict[tuple[Options, str], tuple[Article, bytes, int]] = OrderedDict()
        self._lock = threading.Lock()

    def entry(self, options: Options, article: Article) -> bytes:
        """The entry, rendered now if it is not in the cache. Errors of ``render`` are not cached."""
        key = (options, article.guid)  # to hash all of an article takes longer than to compare it
        with self._lock:
            known = self._entries.get(key)
            if known:
                self._entries.move_to_end(key)
        if known and known[0] == article:
            return known[1]
        rendered = self._render(options, article)
        size = weight(article, rendered)
        with self._lock:
            if known := self._entries.pop(key, None):
                self._size -= known[2]
            self._entries[key] = (article, rendered, size)
            self._size += size
            while self._size > self._max_bytes:
                _, (_, _, dropped) = self._entries.popitem(last=False)
                self._size -= dropped
        return rendered


def weight(article: Article, entry: bytes) -> int:
    """About how many bytes are held for an entry: its own, and its article's."""
    return len(entry) + len(repr(article)) + OBJECT_BYTES
