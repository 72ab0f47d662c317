"""Documents as web servers read them: the port, and what its implementations share."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Generic, Protocol, TypeVar

from syndicator.documents.codings import ENCODINGS
from syndicator.documents.versions import Versions, digest

#: Bytes of documents that a web process keeps in memory.
MAX_MEMORY_BYTES = 64_000_000

#: Bytes that a web process holds beside each document: the answers that are prepared of it.
PREPARED_BYTES = 8_000


@dataclass(frozen=True)
class Served:
    """A document as it is served: bytes and strong ETag (RFC 9110 section 8.8.3) by content coding, where
    ``""`` stands for none. Every ETag begins with the ``digest`` of the document. ``modified``: UTC."""

    modified: datetime
    variants: Mapping[str, bytes]
    etags: Mapping[str, str]
    digest: str
    versions: bytes = field(default=b"", repr=False)

    @classmethod
    def of(cls, variants: Mapping[str, bytes], modified: datetime, versions: bytes) -> Served:
        """A document with its variants: the same tags for the same bytes, wherever they are kept."""
        known = digest(variants[""])
        etags = {coding: f'"{known}-{ending}"' for ending, coding in ENCODINGS.items()}
        return cls(modified, variants, {"": f'"{known}"', **etags}, known, versions)

    @property
    def weight(self) -> int:
        """The bytes that it takes in memory, with the answers that are prepared of it."""
        return PREPARED_BYTES + len(self.versions) + sum(map(len, self.variants.values()))

    def since(self, digests: Sequence[str]) -> tuple[str, bytes] | None:
        """The latest of these earlier versions and, for readers who have it, the document without the
        entries that it carried; ``None`` if the whole document serves them better."""
        if not any(each.encode() in self.versions for each in digests):
            return None
        versions = Versions.read(self.versions)
        if versions is None or versions.now.digest != self.digest:  # not on file yet, or no longer
            return None
        base = versions.base(digests)
        news = versions.since(base, self.variants[""]) if base else None
        return (base, news) if base and news is not None else None


class Shelf(Protocol):
    """What web servers read documents from, by their paths (``domain.feed.path``). May be used by many
    threads."""

    def has(self, name: str) -> bool:
        """Whether there is such a document. That this cannot be told at the moment is no reason to say no."""
        ...

    def load(self, name: str) -> Served | None:
        """The document as it is now: the same object for as long as it is the same. ``None``: there is none.
        Raises ``OSError``."""
        ...

    def archives(self, feed: str, extension: str) -> Mapping[int, datetime]:
        """When each archive of a feed in one format last changed (UTC), by its number. Raises ``OSError``."""
        ...


V = TypeVar("V")


class DocumentCache(Generic[V]):
    """Documents by name, each with a version that tells whether it is still the one that is kept elsewhere.
    The least recently used go when they take more than ``max_bytes``. May be used by many threads."""

    def __init__(self, max_bytes: int = MAX_MEMORY_BYTES) -> None:
        self._max_bytes, self._bytes = max_bytes, 0
        self._documents: OrderedDict[str, tuple[V, Served]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, name: str) -> tuple[V, Served] | None:
        """The version and the document, which is the latest used from now on."""
        with self._lock:
            cached = self._documents.get(name)
            if cached:
                self._documents.move_to_end(name)
            return cached

    def put(self, name: str, version: V, served: Served) -> None:
        """Keep this one in place of any other of the name."""
        with self._lock:
            self._remove(name)
            self._documents[name] = (version, served)
            self._bytes += served.weight
            while self._bytes > self._max_bytes and len(self._documents) > 1:
                self._remove(next(iter(self._documents)))

    def drop(self, name: str) -> None:
        """Keep none of the name."""
        with self._lock:
            self._remove(name)

    def clear(self) -> None:
        """Keep none at all."""
        with self._lock:
            self._documents.clear()
            self._bytes = 0

    def versions(self) -> dict[str, V]:
        """The version of each document that is kept at this moment."""
        with self._lock:
            return {name: version for name, (version, _) in self._documents.items()}

    def _remove(self, name: str) -> None:
        if name in self._documents:
            self._bytes -= self._documents.pop(name)[1].weight


def numbered(files: Mapping[str, datetime], extension: str) -> dict[int, datetime]:
    """Those of a feed's files that are archives in one format, by their numbers."""
    found = ((name.removesuffix(f".{extension}"), moment) for name, moment in files.items())
    return {int(stem): moment for stem, moment in found if stem.isdecimal()}
