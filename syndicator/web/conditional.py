"""Conditional requests (RFC 9110 section 13): what a client has already is not sent again.

Static files are Starlette's, with conditions of their own.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from syndicator.web.headers import RequestHeaders

_ENTITY_TAG = re.compile(rb'(?:W/)?("[\x21\x23-\x7e\x80-\xff]*")')


def is_current(etag: bytes, modified: datetime | None, headers: RequestHeaders) -> bool:
    """Whether a client's conditions say that it has this representation (304). ``If-None-Match`` wins over
    any date (section 13.2.2). ``modified``: in UTC; ``None`` where that is not known."""
    if_none_match = headers.get(b"if-none-match")
    if if_none_match is not None:
        return if_none_match == etag or names_tag(if_none_match, etag)
    if_modified_since = headers.get(b"if-modified-since")
    if if_modified_since is None or modified is None:
        return False
    return is_unmodified(if_modified_since, modified)


def names_tag(if_none_match: bytes, etag: bytes) -> bool:
    """Whether an ``If-None-Match`` names the entity tag, by weak comparison (section 13.1.2)."""
    return if_none_match.strip() == b"*" or etag in _ENTITY_TAG.findall(if_none_match)


def is_unmodified(if_modified_since: bytes, modified: datetime) -> bool:
    """Whether what was last ``modified`` (UTC) then is no newer than an ``If-Modified-Since``; a date that
    cannot be read asks nothing (section 13.1.3)."""
    try:
        since = parsedate_to_datetime(if_modified_since.decode("ascii"))
    except (ValueError, OverflowError):
        return False
    if since.tzinfo is None:  # "-0000", or a form without a zone: HTTP knows only GMT
        since = since.replace(tzinfo=UTC)
    return modified.replace(microsecond=0) <= since
