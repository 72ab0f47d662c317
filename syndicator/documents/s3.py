"""Documents as objects in an S3 bucket, ready for a CDN in front of it.

``PREFIX/NAME.EXT`` beside ``PREFIX/NAME.EXT.gz``, ``PREFIX/NAME.EXT.br`` and ``PREFIX/NAME.EXT.entries``, as
in a directory, each with its media type, its content coding and how long it may be kept. An object is there
whole or not at all, and one that is written is seen by whoever reads next
(https://docs.aws.amazon.com/AmazonS3/latest/userguide/Welcome.html, "strong read-after-write consistency").
A bucket dates an object by when it was written; since what does not change is not written, that is when it
changed.

Imported only where a bucket is declared: the client takes 11 MB of memory.
"""

from __future__ import annotations

import hashlib
import logging
import re
import secrets
import threading
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import obstore
from obstore.exceptions import BaseError, NotModifiedError
from obstore.store import S3Store

from syndicator.documents.directory import (
    CODECS,
    ENCODINGS,
    MEMORY,
    DocumentError,
    Served,
    Shelf,
    beside,
    numbered,
)
from syndicator.documents.versions import ENDING
from syndicator.domain.feed import Feed
from syndicator.jobs.ports import Document

if TYPE_CHECKING:  # they are types alone
    from obstore.store import ClientConfig, RetryConfig

log = logging.getLogger(__name__)

#: Seconds that one request may take, and for all that belong to one set of documents: less than a lease.
TIMEOUT, DEADLINE = "10s", 50.0

#: Tries after the first one, at requests that failed by the way.
RETRIES = 2

#: What a document's versions are. Readers are never sent them: caches need not keep them.
NOTES = {"Content-Type": "application/json", "Cache-Control": "no-store"}

#: Objects' own metadata: a hash of the document, and when it last changed (RFC 3339).
DIGEST, MODIFIED = "digest", "modified"

#: Seconds between looks at the bucket, and between looks at an archive, which hardly ever changes.
LOOK_EVERY, LOOK_AT_ARCHIVES_EVERY = 5.0, 300.0

#: Documents that are asked for and not known yet, at most: whoever makes names up fills no memory.
MOST_ASKED = 100


@dataclass(frozen=True, kw_only=True)
class BucketContents:
    """What readers are told of the documents of ``feeds``, by name, and of ``media_types``, by extension."""

    feeds: Mapping[str, Feed] = field(default_factory=dict)
    media_types: Mapping[str, str] = field(default_factory=dict)

    def headers(self, feed: str, document: Document) -> dict[str, str]:
        declared = self.feeds.get(feed) or Feed(name=feed, title=feed)
        kind = self.media_types.get(document.extension, "application/octet-stream")
        return {"Content-Type": kind, "Cache-Control": declared.cache_control(document.page)}


@dataclass(frozen=True)
class Bucket:
    """See ``jobs.ports.Documents``. ``place`` is ``s3://BUCKET`` or ``s3://BUCKET/PREFIX``."""

    place: str
    store: S3Store = field(repr=False)
    kept: BucketContents = field(default_factory=BucketContents)

    def replace(self, feed: str, documents: Sequence[Document]) -> None:
        """Serve these from now on. Raises ``DocumentError``; then each of them is whole all the same, and
        is as it was or as it is to be."""
        end = time.monotonic() + DEADLINE
        for document in documents:
            name, digest = document.path(feed), _digest(document.content)
            if self._attributes(name).get(DIGEST) == digest:
                continue
            about = {
                **self.kept.headers(feed, document),
                DIGEST: digest,
                MODIFIED: document.modified.astimezone(UTC).isoformat(),
            }
            for ending, made in beside(document, partial(self.versions, name)).items():
                own = {"Content-Encoding": ENCODINGS[ending]} if ending in ENCODINGS else NOTES
                self._put(f"{name}.{ending}", made, about | own, end)
            # last: where it is up to date, those beside it are, too
            self._put(name, document.content, about, end)

    def read(self, path: str) -> bytes | None:
        """The document at a path; ``None``: there is none. Raises ``DocumentError``."""
        found = self.get(path)
        return found[1] if found else None

    def get(self, path: str, etag: str = "") -> tuple[str, bytes, datetime] | None:
        """The entity tag, bytes and latest change of a document, if it is there and has another tag than
        ``etag``. Raises ``DocumentError``, and ``NotModifiedError`` where it has that one."""
        with self._errors(path), suppress(FileNotFoundError):
            result = obstore.get(self.store, path, options={"if_none_match": etag} if etag else {})
            content = bytes(result.bytes())
            said = result.attributes.get(MODIFIED)
            modified = datetime.fromisoformat(said) if said else result.meta["last_modified"]
            return result.meta["e_tag"] or _digest(content), content, modified
        return None

    def versions(self, path: str) -> bytes:
        """What is there of the versions of a document (see ``versions``); nothing of an archive's, which has
        none. Raises ``DocumentError``."""
        return b"" if "/" in path else self.read(f"{path}.{ENDING}") or b""

    def etags(self) -> dict[str, str]:
        """The entity tag of every document but archives, by its path. Raises ``DocumentError``."""
        with self._errors(""):
            found = obstore.list_with_delimiter(self.store)["objects"]
            return {each["path"]: each["e_tag"] or str(each["last_modified"]) for each in found}

    def archives(self, feed: str) -> dict[str, datetime]:
        """When each file of a feed's archives was written, by its name. Raises ``DocumentError``."""
        with self._errors(f"{feed}/"):
            found = obstore.list(self.store, prefix=f"{feed}/").collect()
            return {each["path"].removeprefix(f"{feed}/"): each["last_modified"] for each in found}

    def remove(self, feed: str) -> None:
        """Serve nothing of a feed any more, archives included. Raises ``DocumentError``."""
        with self._errors(feed):
            listed = obstore.list_with_delimiter(self.store)["objects"]
            paths = [each["path"] for each in listed if each["path"].startswith(f"{feed}.")]
            paths += [each["path"] for each in obstore.list(self.store, prefix=f"{feed}/").collect()]
            if paths:
                obstore.delete(self.store, paths)

    def check(self) -> str:
        """Write, read, list and remove a small object. Raises ``DocumentError``."""
        path, content = f"trial-{secrets.token_hex(4)}", b"a trial"
        self._put(path, content, {"Content-Type": "text/plain"}, time.monotonic() + DEADLINE)
        is_there = self.read(path) == content and path in self.etags()
        with self._errors(path):
            obstore.delete(self.store, path)
        if not is_there:
            raise DocumentError(f"{self._name(path)}: what was written is not what is there")
        return f"are kept in {self.place}"

    def _attributes(self, path: str) -> Mapping[str, str]:
        with self._errors(path), suppress(FileNotFoundError):
            return obstore.get(self.store, path, options={"head": True}).attributes
        return {}

    def _put(self, path: str, content: bytes, attributes: dict[str, str], end: float) -> None:
        if time.monotonic() > end:
            raise DocumentError(f"{self._name(path)}: not written in {DEADLINE:g} s; it is tried again")
        with self._errors(path):
            obstore.put(self.store, path, content, attributes=attributes, use_multipart=False)

    def _name(self, path: str) -> str:
        return f"{self.place}/{path}" if path else self.place

    @contextmanager
    def _errors(self, path: str) -> Iterator[None]:
        """What the client says is for programmers, and long: an operator reads one line."""
        try:
            yield
        except NotModifiedError:
            raise
        except (BaseError, OSError, ValueError) as e:
            raise DocumentError(f"{self._name(path)}: {_said(e)}") from e


def open_bucket(
    place: str,
    *,
    kept: BucketContents,
    region: str = "",
    endpoint: str = "",
    access_key: str = "",
    secret_key: str = "",
) -> Bucket:
    """The bucket at ``s3://BUCKET/PREFIX``. Without keys they are looked for where AWS's clients do:
    ``AWS_*`` variables, a web identity, the container's or the machine's role."""
    bucket, _, prefix = place.removeprefix("s3://").partition("/")
    config: dict[str, Any] = {"region": region, "endpoint": endpoint}
    config |= {"access_key_id": access_key, "secret_access_key": secret_key}
    client: ClientConfig = {"timeout": TIMEOUT, "connect_timeout": "5s"}
    if endpoint.startswith("http://"):
        client["allow_http"] = True
    retry: RetryConfig = {"max_retries": RETRIES}
    told = {name: value for name, value in config.items() if value}
    store = S3Store(bucket, prefix=prefix or None, client_options=client, retry_config=retry, **told)
    return Bucket(place.rstrip("/"), store, kept)


def _said(error: Exception) -> str:
    said = str(error).partition("\n\nDebug source")[0]
    if "169.254.169.254" in said:
        return (
            "no credentials were found: declare [keep.s3] access_key and secret_key, or set AWS_ACCESS_KEY_ID"
        )
    message = re.search(r"<Message>(.*?)</Message>", said, re.DOTALL)
    status = re.search(r"status code: (\d{3}[\w ]*)", said)
    if message or status:
        return ": ".join([*(status.groups() if status else ()), *(message.groups() if message else ())])
    said = said.rpartition(" - ")[2]
    return f"the server does not answer ({said[:200]})" if "HTTP error" in said else said[:200]


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


class BucketShelf(Shelf):
    """Documents of a bucket, served from memory whatever the bucket does. May be used by many threads.

    One thread of its own lists the bucket every few seconds and reads what has changed; nobody who asks
    for a document waits for the network. While the bucket does not answer, everything is served as it
    was. A document that nobody has asked for before is there a moment later.
    """

    def __init__(self, bucket: Bucket, *, every: float = LOOK_EVERY, memory: int = MEMORY) -> None:
        super().__init__(Path(), memory)
        self.bucket, self.every = bucket, every
        self._etags: dict[str, str] = {}
        self._looked: dict[str, float] = {}
        self._asked: set[str] = set()
        self._archives: dict[str, tuple[float, Mapping[str, datetime]]] = {}  # by feed, and when looked at
        self._archives_asked: set[str] = set()  # of declared feeds
        self._wake = threading.Event()
        self._is_away = self._is_closed = False

    def start(self, names: Iterable[str] = ()) -> None:
        """Read these, and keep everything up to date from now on. Returns after the first look, or after
        a few seconds in which the bucket has not answered."""
        self._asked.update(names)
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
        is_unknown = name not in self._looked
        return self.load(name) is not None or is_unknown

    def load(self, name: str) -> Served | None:
        """The document at a path; ``None`` if there is none, or none that was known of yet."""
        with self._lock:
            kept = self._kept.get(name)
            if kept:
                self._kept.move_to_end(name)
                return kept[1]
            looked = self._looked.get(name, float("-inf"))
            if len(self._asked) >= MOST_ASKED or looked + self.every > time.monotonic():
                return None
            self._asked.add(name)
        self._wake.set()
        return None

    def archives(self, feed: str, extension: str) -> Mapping[int, datetime]:
        """As they were known a few minutes ago; none, where nobody has asked before."""
        with self._lock:
            looked, files = self._archives.get(feed, (float("-inf"), {}))
            if looked + LOOK_AT_ARCHIVES_EVERY < time.monotonic():
                self._archives_asked.add(feed)
                self._wake.set()
        return numbered(files, extension)

    def look(self) -> None:
        """Read what has changed. A bucket that is away is told once, and once when it is back; it raises
        nothing."""
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
            asked, self._asked = self._asked, set()
            archives, known = set(self._archives_asked), set(self._kept)
        try:
            listed = self.bucket.etags()
            for name in sorted(known - listed.keys()):
                if "/" not in name:
                    self._drop(name)
            for name in sorted(asked | known):
                if name in asked or self._is_due(name, listed):
                    self._read(name)
            for feed in archives:
                files = self.bucket.archives(feed)
                with self._lock:
                    self._archives[feed] = (time.monotonic(), files)
                    self._archives_asked.discard(feed)
        except DocumentError:
            with self._lock:  # for the next look
                self._asked |= asked
            raise

    def _is_due(self, name: str, listed: Mapping[str, str]) -> bool:
        if "/" in name:
            return time.monotonic() - self._looked.get(name, 0) > LOOK_AT_ARCHIVES_EVERY
        return name in listed and listed[name] != self._etags.get(name)

    def _read(self, name: str) -> None:
        known = self._etags.get(name, "") if name in self._kept else ""
        with suppress(NotModifiedError):
            found = self.bucket.get(name, known)
            if found is None:
                self._drop(name)
                self._etags.pop(name, None)
            else:
                etag, content, modified = found
                # Written before the document: they are of this version or, with the document, soon replaced.
                served = _served(content, modified, self.bucket.versions(name))
                self._keep(name, (0, 0, 0, 0), served)
                self._etags[name] = etag
        self._looked[name] = time.monotonic()
        while len(self._looked) > 100 * MOST_ASKED:
            self._looked.pop(next(iter(self._looked)))


def _served(content: bytes, modified: datetime, versions: bytes) -> Served:
    variants = {"": content, **{coding: CODECS[coding].compress(content) for coding in ENCODINGS.values()}}
    return Served.of(variants, modified.replace(microsecond=0), versions)
