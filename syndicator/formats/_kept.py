"""Entries, rendered once.

A new article changes every feed that carries it, and in each of them one entry of fifty. The others are
here, by what they were made of: all of an article, and what its entry has to know of its feed (``About``:
for most formats, how much of an article it carries).
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

from syndicator.article import Article

About = TypeVar("About", bound=Hashable)

#: Bytes of entries that one format keeps: some two thousand of common length.
ROOM = 8_000_000


class Kept(Generic[About]):
    """What ``render`` made of articles; the least recently used go first. May be used by many threads."""

    def __init__(self, render: Callable[[About, Article], bytes], room: int = ROOM) -> None:
        self._render, self._room, self._size = render, room, 0
        self._entries: OrderedDict[tuple[About, str], tuple[Article, bytes]] = OrderedDict()
        self._lock = threading.Lock()

    def entry(self, about: About, article: Article) -> bytes:
        """The entry, made now if it is not here. What ``render`` raises is not remembered."""
        key = (about, article.guid)  # to hash all of an article takes longer than to compare it
        with self._lock:
            known = self._entries.get(key)
            if known:
                self._entries.move_to_end(key)
        if known and known[0] == article:
            return known[1]
        made = self._render(about, article)
        with self._lock:
            if known := self._entries.pop(key, None):
                self._size -= len(known[1])
            self._entries[key] = (article, made)
            self._size += len(made)
            while self._size > self._room:
                _, (_, dropped) = self._entries.popitem(last=False)
                self._size -= len(dropped)
        return made
