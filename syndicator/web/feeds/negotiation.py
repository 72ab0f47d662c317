"""What a request asks for: content codings and conditions (RFC 9110 sections 12.5.3 and 13)."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache

#: Content codings that a document is kept in, best first; ``""`` is none (*identity*).
CODINGS = ("br", "gzip", "")

_WEIGHT = r"(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)"
_MEMBER = re.compile(rf"([\w!#$%&'*+.^`|~-]+)\s*(?:;\s*q\s*=\s*{_WEIGHT}\s*)?", re.ASCII | re.IGNORECASE)

_TAG = re.compile(rb'(?:W/)?("[\x21\x23-\x7e\x80-\xff]*")')

#: What all entity tags of one document begin with (``documents.shelf.Served``).
_DIGEST = re.compile(rb'"([0-9a-f]{24})(?:-[a-z]+)?"')


@lru_cache(maxsize=512)
def coding(accept: bytes | None) -> str | None:
    """The best of ``CODINGS`` that an ``Accept-Encoding`` accepts, by its weights, then by our
    preference; ``None`` if it accepts none of them. Without the header, nothing is compressed."""
    if accept is None:
        return ""
    weights = _weights(accept.decode("latin-1"))
    rest = weights.get("*")
    # What is not named is not accepted; identity is, unless it is ruled out.
    asked = {"": weights.get("identity", 0.0005 if rest is None else rest)}
    asked["gzip"] = weights.get("gzip", weights.get("x-gzip", rest or 0))
    asked["br"] = weights.get("br", rest or 0)
    best = max(CODINGS, key=lambda name: (asked[name], -CODINGS.index(name)))
    return best if asked[best] else None


def _weights(accept: str) -> dict[str, float]:
    """The members of the header that can be read; one that cannot is passed over."""
    members = (_MEMBER.fullmatch(member.strip()) for member in accept.split(","))
    return {m[1].lower(): float(m[2]) if m[2] else 1.0 for m in members if m}


@lru_cache(maxsize=64)
def takes_news(a_im: bytes) -> bool:
    """Whether an ``A-IM`` accepts a feed of only what is new (RFC 3229 section 10.5.3)."""
    return _weights(a_im.decode("latin-1")).get("feed", 0) > 0


def digests(if_none_match: bytes) -> tuple[str, ...]:
    """The documents that an ``If-None-Match`` names, in whichever coding; the first few of them."""
    return tuple(tag.decode() for tag in _DIGEST.findall(if_none_match)[:8])


def names(if_none_match: bytes, etag: bytes) -> bool:
    """Whether an ``If-None-Match`` names the entity tag, by weak comparison (RFC 9110 section 13.1.2)."""
    return if_none_match.strip() == b"*" or etag in _TAG.findall(if_none_match)


def is_since(if_modified_since: bytes, modified: datetime) -> bool:
    """Whether what was last ``modified`` (UTC) then is no newer than an ``If-Modified-Since``; a date that
    cannot be read asks nothing (RFC 9110 section 13.1.3)."""
    try:
        since = parsedate_to_datetime(if_modified_since.decode("ascii"))
    except (ValueError, OverflowError):
        return False
    if since.tzinfo is None:  # "-0000", or a form without a zone: HTTP knows only GMT
        since = since.replace(tzinfo=UTC)
    return modified.replace(microsecond=0) <= since
