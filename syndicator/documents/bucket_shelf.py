"""Documents of a bucket, as web servers read them. Imported only where a bucket is declared: see ``s3``."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import datetime

from obstore.exceptions import NotModifiedError

from syndicator.documents import DocumentError
from syndicator.documents.codings import CODECS, ENCODINGS
from syndicator.documents.s3 import Bucket
from syndicator.documents.shelf import MAX_MEMORY_BYTES, DocumentCache, Served, numbered

log = logging.getLogger(__name__)

#: Seconds between looks at the bucket, and between looks at an archive, which hardly ever changes.
LOOK_EVERY_S, LOOK_AT_ARCHIVES_EVERY_S = 5.0, 300.0

#: Documents that are asked for and not known yet, at most: whoever makes names up fills no memory.
MAX_REQUESTED = 100

#: Names of which we remember when they were last looked for.
MAX_LOOKED_FOR = 100 * MAX_REQUESTED


class BucketShelf:
    """See ``shelf.Shelf``. Documents are served from memory whatever the bucket does.

    One thread of its own lists the bucket every few seconds and reads what has changed; nobody who asks
    for a document waits for the network. While the bucket does not answer, everything is served as it
    was. A document that nobody has asked for before is there a moment later.
    """

    def __init__(
        self, bucket: Bucket, *, every: float = LOOK_EVERY_S, memory: int = MAX_MEMORY_BYTES
    ) -> None:
        self.bucket, self.every = bucket, every
        self.cache: DocumentCache[str] = DocumentCache(memory)  # a version is an entity tag
        self._looked_at: dict[str, float] = {}  # when, by name
        self._archives: dict[str, tuple[float, Mapping[str, datetime]]] = {}  # by feed, and when looked at
        self._lock = threading.Lock()  # for what is requested
        self._requested: set[str] = set()
        self._requested_archives: set[str] = set()  # of declared feeds
        self._wake = threading.Event()
        self._is_away = self._is_closed = False

    def start(self, names: Iterable[str] = ()) -> None:
        """Read these, and keep everything up to date from now on. Returns after the first look, or after
        ``every`` seconds in which the bucket has not answered."""
        self._requested.update(names)
        is_read = threading.Event()

        def keep_looking() -> None:
            while not self._is_closed:
                try:
                    self.look()
                except Exception:  # a defect: all the more reason to look again
                    log.exception("documents: %s cannot be read", self.bucket.place)
                is_read.set()
                self._wake.wait(self.every)
                self._wake.clear()

        threading.Thread(target=keep_looking, name="bucket", daemon=True).start()
        is_read.wait(self.every)

    def close(self) -> None:
        """Look no more."""
        self._is_closed = True
        self._wake.set()

    def has(self, name: str) -> bool:
        """Whether there is such a document, or nobody has looked yet: that is no reason to say no."""
        is_unknown = name not in self._looked_at
        return self.load(name) is not None or is_unknown

    def load(self, name: str) -> Served | None:
        """The document at a path; ``None`` if there is none, or none that was known of yet."""
        if cached := self.cache.get(name):
            return cached[1]
        with self._lock:
            looked_at = self._looked_at.get(name, float("-inf"))
            if len(self._requested) >= MAX_REQUESTED or looked_at + self.every > time.monotonic():
                return None
            self._requested.add(name)
        self._wake.set()
        return None

    def archives(self, feed: str, extension: str) -> Mapping[int, datetime]:
        """As they were known a few minutes ago; none, where nobody has asked before."""
        with self._lock:
            looked_at, files = self._archives.get(feed, (float("-inf"), {}))
            if looked_at + LOOK_AT_ARCHIVES_EVERY_S < time.monotonic():
                self._requested_archives.add(feed)
                self._wake.set()
        return numbered(files, extension)

    def look(self) -> None:
        """Read what has changed. Raises nothing: that the bucket is away is logged once, and once that it is
        back."""
        try:
            self._look()
        except DocumentError as e:
            if not self._is_away:
                log.warning("documents: %s; they are served as they were", e)
            self._is_away = True
            return
        if self._is_away:
            log.info("documents: %s answers again", self.bucket.place)
        self._is_away = False

    def _look(self) -> None:
        with self._lock:
            requested, self._requested = self._requested, set()
            archives = set(self._requested_archives)
        cached = self.cache.versions()
        try:
            listed = self.bucket.etags()
            for name in sorted(cached.keys() - listed.keys()):
                if "/" not in name:
                    self.cache.drop(name)
            for name in sorted(requested | cached.keys()):
                if name in requested or self._is_due(name, listed, cached[name]):
                    self._read(name, cached.get(name, ""))
            for feed in archives:
                files = self.bucket.archives(feed)
                with self._lock:
                    self._archives[feed] = (time.monotonic(), files)
                    self._requested_archives.discard(feed)
        except DocumentError:
            with self._lock:  # for the next look
                self._requested |= requested
            raise

    def _is_due(self, name: str, listed: Mapping[str, str], etag: str) -> bool:
        """Whether a document that is in memory under this entity tag is to be read again."""
        if "/" in name:
            return time.monotonic() - self._looked_at.get(name, 0) > LOOK_AT_ARCHIVES_EVERY_S
        return name in listed and listed[name] != etag

    def _read(self, name: str, etag: str) -> None:
        """Bring a document into memory, unless it is there under the bucket's entity tag."""
        with suppress(NotModifiedError):
            found = self.bucket.get(name, etag)
            if found is None:
                self.cache.drop(name)
            else:
                current, content, modified = found
                # Written before the document: they are of this version or, with the document, soon replaced.
                versions = self.bucket.versions(name)
                self.cache.put(name, current, _served(content, modified, versions))
        self._looked_at[name] = time.monotonic()
        while len(self._looked_at) > MAX_LOOKED_FOR:
            self._looked_at.pop(next(iter(self._looked_at)))


def _served(content: bytes, modified: datetime, versions: bytes) -> Served:
    variants = {"": content, **{coding: CODECS[coding].compress(content) for coding in ENCODINGS.values()}}
    return Served.of(variants, modified.replace(microsecond=0), versions)
