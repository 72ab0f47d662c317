"""Responses to requests for feeds, down to the bytes of their heads.

``web.feeds.fast_lane`` sends them as they are; to other servers they are ASGI messages.
"""

from __future__ import annotations

from functools import cached_property
from http import HTTPStatus

from starlette.types import Message

from syndicator.web.headers import HeaderLines

#: Seconds after which to ask again for a feed that is declared and not built yet.
RETRY_AFTER_S = 10

#: Seconds for which caches may keep a response that a feed has moved or ended.
MOVED_MAX_AGE_S = 86_400

#: Any site may read feeds in a browser (Fetch standard, CORS protocol).
CORS: HeaderLines = [(b"access-control-allow-origin", b"*")]

#: A response that no cache keeps.
NO_STORE: HeaderLines = [(b"cache-control", b"no-store")]

#: Conditional requests from another site's script are asked for beforehand.
_PREFLIGHT: HeaderLines = [
    *CORS,
    (b"access-control-allow-methods", b"GET, HEAD"),
    (b"access-control-allow-headers", b"If-None-Match, If-Modified-Since, A-IM"),
    (b"access-control-max-age", b"86400"),
]

_CHALLENGE: HeaderLines = [(b"www-authenticate", b'Basic realm="feeds", charset="UTF-8"')]

_ALLOW: HeaderLines = [(b"allow", b"GET, HEAD, OPTIONS")]


class ResponseHead:
    """All of a response but its body and the date."""

    def __init__(self, status: int, headers: HeaderLines) -> None:
        self.status = status
        self.start: Message = {"type": "http.response.start", "status": status, "headers": headers}

    @cached_property
    def as_bytes(self) -> bytes:
        """As it goes over the wire (RFC 9112 section 2), up to where further headers may follow."""
        lines = [b"HTTP/1.1 %d %s" % (self.status, HTTPStatus(self.status).phrase.encode())]
        lines += [name + b": " + value for name, value in self.start["headers"]]
        return b"\r\n".join(lines) + b"\r\n"


#: The head of a response, and its body.
FeedResponse = tuple[ResponseHead, bytes]


def other_method(method: str, cors: HeaderLines) -> FeedResponse:
    if method == "OPTIONS":
        return ResponseHead(204, _ALLOW + (_PREFLIGHT if cors else [])), b""
    return _plain(405, _ALLOW + cors, f"{method} is not allowed here: feeds are read by GET or HEAD.\n")


def not_acceptable(cors: HeaderLines) -> FeedResponse:
    headers = [(b"accept-encoding", b"br, gzip, identity"), (b"vary", b"Accept-Encoding"), *cors]
    return _plain(406, headers, "This feed is sent as it is, as gzip or as br; all are ruled out.\n")


def unavailable(file: str, cors: HeaderLines) -> FeedResponse:
    headers = [(b"retry-after", str(RETRY_AFTER_S).encode()), *NO_STORE, *cors]
    return _plain(503, headers, f"{file} is not built yet.\n")


def too_many(wait: float, reason: str, cors: HeaderLines) -> FeedResponse:
    """RFC 6585 section 4. ``wait`` in seconds."""
    seconds = int(wait) + 1
    headers = [(b"retry-after", str(seconds).encode()), *NO_STORE, *cors]
    return _plain(429, headers, f"{reason}. Try again in {seconds} s.\n")


def moved(address: str | None) -> FeedResponse:
    """For good: readers keep the new address (RFC 9110 section 15.4.2), or give up (section 15.5.11)."""
    headers: HeaderLines = [(b"cache-control", f"max-age={MOVED_MAX_AGE_S}".encode()), *CORS]
    if address is None:
        return _plain(410, headers, "This feed has ended.\n")
    return _plain(301, [(b"location", address.encode()), *headers], f"This feed is now at {address}\n")


def unauthorized() -> FeedResponse:
    text = "This feed is for its readers: it needs a name and a secret.\n"
    return _plain(401, _CHALLENGE + NO_STORE, text)


def unknown() -> FeedResponse:
    return _plain(404, NO_STORE, "No feed has this address.\n")


def _plain(status: int, headers: HeaderLines, text: str) -> FeedResponse:
    body = text.encode()
    described: HeaderLines = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"content-length", str(len(body)).encode()),
        (b"x-content-type-options", b"nosniff"),
    ]
    return ResponseHead(status, described + headers), body
