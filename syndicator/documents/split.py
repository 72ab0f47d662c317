"""Documents of private feeds in a place of their own, whatever kind of place that is."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from syndicator.documents.shelf import Served, Shelf
from syndicator.jobs.ports import Document, Documents


@dataclass(frozen=True)
class SplitDocuments:
    """See ``jobs.ports.Documents``. Feeds that are ``private`` are kept in the place that is ``closed``."""

    public: Documents
    closed: Documents
    private: Collection[str]

    def replace(self, feed: str, documents: Sequence[Document]) -> None:
        """Serve these from now on."""
        if feed not in self.private:
            self.public.replace(feed, documents)
            return
        self.closed.replace(feed, documents)
        self.public.remove(feed)  # it may have been for everybody

    def read(self, path: str) -> bytes | None:
        """The document at a path; ``None``: there is none."""
        return (self.closed if _is_of(path, self.private) else self.public).read(path)

    def remove(self, feed: str) -> None:
        """Serve nothing of a feed any more that everybody could read."""
        self.public.remove(feed)

    def check(self) -> str:
        """Try both."""
        return f"{self.public.check()}; those of private feeds {self.closed.check()}"


@dataclass(frozen=True)
class SplitShelf:
    """See ``shelf.Shelf``: what ``SplitDocuments`` has written. Neither place waits for the other."""

    public: Shelf
    closed: Shelf
    private: Collection[str]

    def has(self, name: str) -> bool:
        return self._of(name).has(name)

    def load(self, name: str) -> Served | None:
        return self._of(name).load(name)

    def archives(self, feed: str, extension: str) -> Mapping[int, datetime]:
        return self._of(feed).archives(feed, extension)

    def _of(self, name: str) -> Shelf:
        return self.closed if _is_of(name, self.private) else self.public


def _is_of(path: str, feeds: Collection[str]) -> bool:
    """Whether the document at a path is one of these feeds'."""
    return bool(feeds) and re.split(r"[./]", path, maxsplit=1)[0] in feeds
