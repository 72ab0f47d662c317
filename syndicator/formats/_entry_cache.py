"""Entries, rendered once.

A new article changes every feed that carries it, and in each of them one entry of fifty. The others are
here, by what they were made of: all of an article, and how the feed wants it.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

from syndicator.domain.article import Article

#: All that an entry has to know of its feed: how much of an article it carries, and what a partner adds.
How = TypeVar("How", bound=Hashable)

#: Bytes that one format keeps, articles and all: some two thousand entries of common length.
ROOM = 8_000_000

#: Bytes of the objects around what an article and its entry say.
OBJECTS = 500


class EntryCache(Generic[How]):
    """What ``render`` made of articles; the least recently used go first. May be used by many threads."""

    def __init__(self, render: Callable[[How, Article], bytes], room: int = ROOM) -> None:
        self._render, self._room, self._size = render, room, 0
        self._entries: OrderedDict[tuple[How, str], tuple[Article, bytes, int]] = OrderedDict()
        self._lock = threading.Lock()

    def entry(self, how: How, article: Article) -> bytes:
        """The entry, made now if it is not here. What ``render`` raises is not remembered."""
        key = (how, article.guid)  # to hash all of an article takes longer than to compare it
        with self._lock:
            known = self._entries.get(key)
            if known:
                self._entries.move_to_end(key)
        if known and known[0] == article:
            return known[1]
        made = self._render(how, article)
        size = weight(article, made)
        with self._lock:
            if known := self._entries.pop(key, None):
                self._size -= known[2]
            self._entries[key] = (article, made, size)
            self._size += size
            while self._size > self._room:
                _, (_, _, dropped) = self._entries.popitem(last=False)
                self._size -= dropped
        return made


def weight(article: Article, entry: bytes) -> int:
    """About how many bytes are held for an entry: its own, and its article's."""
    return len(entry) + len(repr(article)) + OBJECTS
