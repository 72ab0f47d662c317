"""The document at one address, and the responses that are prepared for it.

They are prepared once for each content coding, when the document is replaced.
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
from syndicator.web.feeds.responses import CORS, FeedResponse, ResponseHead
from syndicator.web.headers import HeaderLines
from syndicator.web.security_headers import FEED_PAGE_POLICY

log = logging.getLogger(__name__)

PREFIX = "/feeds/"

#: Seconds for which a document is taken to be unchanged: looking at its file lets other threads in, which
#: costs a busy server more than all the rest.
LOOK_EVERY_S = 0.02

#: An address with a secret in it goes to no other site, and into no index.
_HIDDEN: HeaderLines = [(b"referrer-policy", b"no-referrer"), (b"x-robots-tag", b"noindex")]

_EXPOSED: HeaderLines = [(b"access-control-expose-headers", b"ETag, Link")]

_PAGE_POLICY: HeaderLines = [(b"content-security-policy", FEED_PAGE_POLICY.encode())]

#: Sites that a page links to, or whose photos it shows, learn our host, and never which page it was.
_ORIGIN_ONLY: HeaderLines = [(b"referrer-policy", b"strict-origin-when-cross-origin")]


class ServedFormat(MediaFormat, Protocol):
    """What serving needs to know of a ``jobs.ports.Format``."""

    @property
    def keeps_archives(self) -> bool: ...


class Prepared(NamedTuple):
    """The heads of responses for a document in one content coding: the whole of it (200), and that it is
    the one of this entity tag still (304)."""

    etag: bytes
    whole: ResponseHead
    unchanged: ResponseHead


def _forget(prepared: dict[str, Prepared], _: object) -> None:
    prepared.clear()


def _no_document() -> None:
    """The reference to a document before there is one."""


class Resource:
    """One feed in one format, or one of its archives. ``page``: the number of the archive."""

    def __init__(
        self, site: Site, feed: Feed, form: ServedFormat, shelf: Shelf, page: int | None = None
    ) -> None:
        self.feed, self.extension, self.shelf = feed.name, form.extension, shelf
        self.is_private, self.cors = feed.is_private, [] if feed.is_private else CORS
        self.file = path(feed.name, form.extension, page)
        self.headers: HeaderLines = [
            (b"cache-control", feed.cache_control(page).encode()),
            (b"vary", b"Accept-Encoding"),
            (b"link", site.links(feed, form.extension, page).encode()),
            *(_PAGE_POLICY if form.extension == PAGE else ()),
            *(_HIDDEN if feed.is_private else CORS + _EXPOSED),
            *(_ORIGIN_ONLY if form.extension == PAGE and not feed.is_private else ()),
        ]
        self.media_type = form.media_type.encode()
        # The document, which stays with the shelf, and what is prepared for it. One attribute: threads that
        # drop documents see both or neither.
        self._current: tuple[Callable[[], Served | None], dict[str, Prepared]] = (_no_document, {})
        self._looked_at = float("-inf")

    def current(self) -> tuple[Served, Mapping[str, Prepared]] | None:
        """The document as it is now, or was ``LOOK_EVERY_S`` ago, with what is prepared by content coding;
        ``None`` if there is none, or it cannot be read."""
        moment = monotonic()
        reference, prepared = self._current
        served = reference()
        if served is None or moment - self._looked_at >= LOOK_EVERY_S:
            self._looked_at = moment
            return self._look()
        return served, prepared

    def _look(self) -> tuple[Served, Mapping[str, Prepared]] | None:
        try:
            served = self.shelf.load(self.file)
        except OSError as e:
            log.error("feed document %s cannot be read: %s", self.file, e)
            return None
        if served is None:
            return None
        reference, prepared = self._current
        if served is not reference():
            prepared = {name: self._prepare(served, name) for name in served.variants}
            # Once the shelf drops the document, what is prepared for it goes, too.
            self._current = (ref(served, partial(_forget, prepared)), prepared)
        return served, prepared

    def delta(self, served: Served, digests: Sequence[str], coding: str) -> FeedResponse | None:
        """What is new since the latest of these versions, which a reader has (226, RFC 3229); ``None`` where
        that is not known, or the whole document serves the reader better.

        Its entity tag is that of the whole document, which the reader has now. No cache keeps it: one that
        knows nothing of RFC 3229 would take it for all there is. Therefore whole documents do not vary by
        ``A-IM``, and a cache that varies by ``Accept-Encoding`` alone can give them to everybody.
        """
        delta = served.since(digests)
        if delta is None:
            return None
        base, body = delta
        headers: HeaderLines = [
            (b"etag", served.etags[coding].encode()),
            (b"im", b"feed"),
            (b"delta-base", served.etags[coding].replace(served.digest, base).encode()),
            (b"cache-control", b"no-store, im"),
            (b"vary", b"A-IM, Accept-Encoding"),
            *self.headers[2:],
            (b"content-type", self.media_type),
            (b"last-modified", _http_date(served.modified)),
            (b"x-content-type-options", b"nosniff"),
        ]
        if coding and len(packed := CODECS[coding].compress(body)) < len(body):
            body = packed
            headers.append((b"content-encoding", coding.encode()))
        headers.append((b"content-length", str(len(body)).encode()))
        return ResponseHead(226, headers), body

    def _prepare(self, served: Served, name: str) -> Prepared:
        etag = served.etags[name].encode()
        unchanged: HeaderLines = [(b"etag", etag), *self.headers]
        whole: HeaderLines = [
            (b"content-type", self.media_type),
            (b"content-length", str(len(served.variants[name])).encode()),
            (b"last-modified", _http_date(served.modified)),
            (b"x-content-type-options", b"nosniff"),
            *unchanged,
        ]
        if name:
            whole.append((b"content-encoding", name.encode()))
        return Prepared(etag, ResponseHead(200, whole), ResponseHead(304, unchanged))


def _http_date(moment: datetime) -> bytes:
    return format_datetime(moment, usegmt=True).encode()
