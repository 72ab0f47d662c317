"""Feeds by their addresses, and what is ready to be said at each.

Everything that can be said of a document is prepared once for each content coding, when the document is
replaced.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from email.utils import format_datetime
from functools import partial
from time import monotonic
from typing import NamedTuple, Protocol
from weakref import ref

from syndicator.documents.codings import CODECS
from syndicator.documents.shelf import Served, Shelf
from syndicator.domain.feed import PAGE, Feed, Site, path
from syndicator.formats.words import MediaFormat
from syndicator.web.feeds.answers import OPEN, Headers, Response, ResponseHead
from syndicator.web.security_headers import FEED_PAGE_POLICY

log = logging.getLogger(__name__)

PREFIX = "/feeds/"

#: Seconds for which a document is taken to be as it was: looking at its file lets other threads in, which
#: costs a busy server more than all the rest.
LOOK_EVERY = 0.02

#: An address with a secret in it is told to nobody.
_HIDDEN: Headers = [(b"referrer-policy", b"no-referrer"), (b"x-robots-tag", b"noindex")]

_CACHED: Headers = [(b"access-control-expose-headers", b"ETag, Link")]

_PAGE: Headers = [(b"content-security-policy", FEED_PAGE_POLICY.encode())]

#: Whoever follows a link from a page, or shows its photos, is told our name, and never which page it was.
_NAMED: Headers = [(b"referrer-policy", b"strict-origin-when-cross-origin")]


class ServedFormat(MediaFormat, Protocol):
    """What serving needs to know of a ``jobs.ports.Format``."""

    @property
    def keeps_archives(self) -> bool: ...


class Prepared(NamedTuple):
    """What is said of a document in one content coding: to those who have none (200), and to those who have
    that of this entity tag (304)."""

    etag: bytes
    whole: ResponseHead
    same: ResponseHead


def _forget(ready: dict[str, Prepared], _: object) -> None:
    ready.clear()


def _nothing() -> None:
    """What a reference to a document that was never there gives."""


class Resource:
    """One feed in one format, or one of its archives: its address, and the answers that are ready."""

    def __init__(
        self, site: Site, feed: Feed, form: ServedFormat, shelf: Shelf, page: int | None = None
    ) -> None:
        self.feed, self.extension, self.shelf = feed.name, form.extension, shelf
        self.is_private, self.open = feed.is_private, [] if feed.is_private else OPEN
        self.file = path(feed.name, form.extension, page)
        self.always: Headers = [
            (b"cache-control", feed.cache_control(page).encode()),
            (b"vary", b"Accept-Encoding"),
            (b"link", site.links(feed, form.extension, page).encode()),
            *(_PAGE if form.extension == PAGE else ()),
            *(_HIDDEN if feed.is_private else OPEN + _CACHED),
            *(_NAMED if form.extension == PAGE and not feed.is_private else ()),
        ]
        self.media_type = form.media_type.encode()
        # What is ready, and of which document, which stays with the shelf. One attribute: threads that drop
        # documents see both or neither.
        self._known: tuple[Callable[[], Served | None], dict[str, Prepared]] = (_nothing, {})
        self._looked = float("-inf")

    def now(self) -> tuple[Served, Mapping[str, Prepared]] | None:
        """The document as it is now, or was a moment ago, with what is ready by content coding; ``None`` if
        there is none to be had."""
        moment = monotonic()
        document, ready = self._known
        served = document()
        if served is None or moment - self._looked >= LOOK_EVERY:
            self._looked = moment
            return self._look()
        return served, ready

    def _look(self) -> tuple[Served, Mapping[str, Prepared]] | None:
        try:
            served = self.shelf.load(self.file)
        except OSError as e:
            log.error("feed document %s cannot be read: %s", self.file, e)
            return None
        if served is None:
            return None
        document, ready = self._known
        if served is not document():
            ready = {name: self._prepared(served, name) for name in served.variants}
            # Once the shelf drops the document, what is ready of it goes, too.
            self._known = (ref(served, partial(_forget, ready)), ready)
        return served, ready

    def news(self, served: Served, known: Sequence[str], coding: str) -> Response | None:
        """What is new since the latest version that a reader knows; ``None`` if that cannot be told.

        Its entity tag is that of the whole document, which the reader has now. No cache keeps it: one that
        knows nothing of RFC 3229 would take it for all there is. Therefore whole documents do not vary by
        ``A-IM``, and a cache that varies by ``Accept-Encoding`` alone can give them to everybody.
        """
        found = served.since(known)
        if found is None:
            return None
        base, body = found
        headers: Headers = [
            (b"etag", served.etags[coding].encode()),
            (b"im", b"feed"),
            (b"delta-base", served.etags[coding].replace(served.digest, base).encode()),
            (b"cache-control", b"no-store, im"),
            (b"vary", b"A-IM, Accept-Encoding"),
            *self.always[2:],
            (b"content-type", self.media_type),
            (b"last-modified", _http_date(served.modified)),
            (b"x-content-type-options", b"nosniff"),
        ]
        if coding and len(packed := CODECS[coding].compress(body)) < len(body):
            body = packed
            headers.append((b"content-encoding", coding.encode()))
        headers.append((b"content-length", str(len(body)).encode()))
        return ResponseHead(226, headers), body

    def _prepared(self, served: Served, name: str) -> Prepared:
        etag = served.etags[name].encode()
        same: Headers = [(b"etag", etag), *self.always]
        whole: Headers = [
            (b"content-type", self.media_type),
            (b"content-length", str(len(served.variants[name])).encode()),
            (b"last-modified", _http_date(served.modified)),
            (b"x-content-type-options", b"nosniff"),
            *same,
        ]
        if name:
            whole.append((b"content-encoding", name.encode()))
        return Prepared(etag, ResponseHead(200, whole), ResponseHead(304, same))


def _http_date(moment: datetime) -> bytes:
    return format_datetime(moment, usegmt=True).encode()
