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
import re
import secrets
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import obstore
from obstore.exceptions import BaseError, NotModifiedError
from obstore.store import S3Store

from syndicator.documents import DocumentError
from syndicator.documents.codings import ENCODINGS, beside
from syndicator.documents.versions import ENDING
from syndicator.domain.feed import Feed
from syndicator.jobs.ports import Document

if TYPE_CHECKING:  # they are types alone
    from obstore.store import ClientConfig, RetryConfig

#: How long one request may take, and seconds for all that belong to one set of documents: less than a lease.
REQUEST_TIMEOUT, DEADLINE_S = "10s", 50.0

#: Tries after the first one, of requests that failed on their way.
MAX_RETRIES = 2

#: Attributes of the object of a document's versions. Readers are never sent it: caches need not keep it.
VERSIONS_ATTRIBUTES = {"Content-Type": "application/json", "Cache-Control": "no-store"}

#: Objects' own metadata: a hash of the document, and when it last changed (RFC 3339).
DIGEST, MODIFIED = "digest", "modified"


@dataclass(frozen=True, kw_only=True)
class BucketContents:
    """What the headers of documents follow from: ``feeds`` by name, ``media_types`` by extension."""

    feeds: Mapping[str, Feed] = field(default_factory=dict)
    media_types: Mapping[str, str] = field(default_factory=dict)

    def headers(self, feed: str, document: Document) -> dict[str, str]:
        """The HTTP headers with which the bucket serves a document of a feed."""
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
        end = time.monotonic() + DEADLINE_S
        for document in documents:
            name, digest = document.path(feed), _digest(document.content)
            if self._attributes(name).get(DIGEST) == digest:
                continue
            attributes = {
                **self.kept.headers(feed, document),
                DIGEST: digest,
                MODIFIED: document.modified.astimezone(UTC).isoformat(),
            }
            for ending, content in beside(document, partial(self.versions, name)).items():
                own = {"Content-Encoding": ENCODINGS[ending]} if ending in ENCODINGS else VERSIONS_ATTRIBUTES
                self._put(f"{name}.{ending}", content, attributes | own, end)
            # last: where it is up to date, those beside it are, too
            self._put(name, document.content, attributes, end)

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
            written = result.attributes.get(MODIFIED)
            modified = datetime.fromisoformat(written) if written else result.meta["last_modified"]
            return result.meta["e_tag"] or _digest(content), content, modified
        return None

    def versions(self, path: str) -> bytes:
        """The object of a document's versions (see ``documents.versions``); empty where there is none, as for
        archives. Raises ``DocumentError``."""
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

    def write(self, path: str, content: bytes, headers: Mapping[str, str]) -> None:
        """Keep an object that is no document, with these HTTP headers. Raises ``DocumentError``."""
        self._put(path, content, dict(headers), time.monotonic() + DEADLINE_S)

    def remove_older(self, prefix: str, age: timedelta) -> None:
        """Remove the objects below a prefix that were written longer ago. Raises ``DocumentError``."""
        oldest = datetime.now(UTC) - age
        with self._errors(prefix):
            found = obstore.list(self.store, prefix=prefix).collect()
            paths = [each["path"] for each in found if each["last_modified"] < oldest]
            if paths:
                obstore.delete(self.store, paths)

    def check(self) -> str:
        """Write, read, list and remove a small object. Raises ``DocumentError``."""
        path, content = f"trial-{secrets.token_hex(4)}", b"a trial"
        self._put(path, content, {"Content-Type": "text/plain"}, time.monotonic() + DEADLINE_S)
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
            raise DocumentError(f"{self._name(path)}: not written in {DEADLINE_S:g} s; it is tried again")
        with self._errors(path):
            obstore.put(self.store, path, content, attributes=attributes, use_multipart=False)

    def _name(self, path: str) -> str:
        return f"{self.place}/{path}" if path else self.place

    @contextmanager
    def _errors(self, path: str) -> Iterator[None]:
        """The client's errors, which are long and for programmers, as one line for operators."""
        try:
            yield
        except NotModifiedError:
            raise
        except (BaseError, OSError, ValueError) as e:
            raise DocumentError(f"{self._name(path)}: {_message(e)}") from e


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
    client: ClientConfig = {"timeout": REQUEST_TIMEOUT, "connect_timeout": "5s"}
    if endpoint.startswith("http://"):
        client["allow_http"] = True
    retry: RetryConfig = {"max_retries": MAX_RETRIES}
    declared = {name: value for name, value in config.items() if value}
    store = S3Store(bucket, prefix=prefix or None, client_options=client, retry_config=retry, **declared)
    return Bucket(place.rstrip("/"), store, kept)


def _message(error: Exception) -> str:
    """The line for operators in one of the client's errors: the server's own message where there is one."""
    text = str(error).partition("\n\nDebug source")[0]
    if "169.254.169.254" in text:
        return (
            "no credentials were found: declare [keep.s3] access_key and secret_key, or set AWS_ACCESS_KEY_ID"
        )
    message = re.search(r"<Message>(.*?)</Message>", text, re.DOTALL)
    status = re.search(r"status code: (\d{3}[\w ]*)", text)
    if message or status:
        return ": ".join([*(status.groups() if status else ()), *(message.groups() if message else ())])
    text = text.rpartition(" - ")[2]
    return f"the server does not answer ({text[:200]})" if "HTTP error" in text else text[:200]


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
