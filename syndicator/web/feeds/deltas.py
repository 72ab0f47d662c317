"""Responses with only what is new to a reader (RFC 3229, ``A-IM: feed``), kept for the next."""

from __future__ import annotations

import re

from syndicator.documents.shelf import Served
from syndicator.web.feeds.negotiation import accepts_delta
from syndicator.web.feeds.resources import Resource
from syndicator.web.feeds.responses import FeedResponse
from syndicator.web.headers import RequestHeaders

#: Deltas, and bytes of them, that are kept; beyond either all are dropped.
MAX_DELTAS, MAX_DELTA_BYTES = 2048, 8_000_000

#: Entity tags of an ``If-None-Match`` that are looked at.
MAX_TAGS = 8

#: What all entity tags of one document begin with (``documents.shelf.Served``).
_DIGEST = re.compile(rb'"([0-9a-f]{24})(?:-[a-z]+)?"')

#: Signs of somebody between the reader and us. A cache there may ask for a newer version of what it holds
#: itself, and would hand a reader who has nothing yet only the delta.
_BETWEEN = {b"via", b"forwarded", b"x-forwarded-for", b"cdn-loop"}


class Deltas:
    """Finds the delta that a request asks for."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str, tuple[str, ...], str], FeedResponse | None] = {}
        self._kept_bytes = 0

    def find(
        self, resource: Resource, served: Served, headers: RequestHeaders, coding: str
    ) -> FeedResponse | None:
        """The response to a request with ``A-IM`` and ``If-None-Match``; ``None`` where the whole document
        is due."""
        if not accepts_delta(headers[b"a-im"]) or not _BETWEEN.isdisjoint(headers):
            return None
        key = (resource.file, served.digest, named_digests(headers[b"if-none-match"]), coding)
        if key not in self._kept:
            self._keep(key, resource.delta(served, key[2], coding))
        return self._kept[key]

    def _keep(self, key: tuple[str, str, tuple[str, ...], str], delta: FeedResponse | None) -> None:
        size = len(delta[1]) if delta else 0
        self._kept_bytes += size
        if len(self._kept) >= MAX_DELTAS or self._kept_bytes > MAX_DELTA_BYTES:
            self._kept.clear()
            self._kept_bytes = size
        self._kept[key] = delta


def named_digests(if_none_match: bytes) -> tuple[str, ...]:
    """The versions that an ``If-None-Match`` names, in whichever coding; the first few of them."""
    return tuple(tag.decode() for tag in _DIGEST.findall(if_none_match)[:MAX_TAGS])
