"""Answers to requests for feeds, down to the bytes of their heads.

``web.feeds.fast_lane`` sends them as they are; to other servers they are ASGI messages.
"""

from __future__ import annotations

from functools import cached_property
from http import HTTPStatus

from starlette.types import Message

#: Seconds after which to ask again for a feed that is declared and not built yet.
RETRY_AFTER = 10

#: Seconds that caches may keep the news that a feed has moved or ended.
SETTLED = 86_400

Headers = list[tuple[bytes, bytes]]

#: Any site may read feeds in a browser (Fetch standard, CORS protocol).
OPEN: Headers = [(b"access-control-allow-origin", b"*")]

#: An answer that no cache keeps.
UNKEPT: Headers = [(b"cache-control", b"no-store")]

#: Conditional requests from another site's script are asked for beforehand.
_PREFLIGHT: Headers = [
    *OPEN,
    (b"access-control-allow-methods", b"GET, HEAD"),
    (b"access-control-allow-headers", b"If-None-Match, If-Modified-Since, A-IM"),
    (b"access-control-max-age", b"86400"),
]

_CHALLENGE: Headers = [(b"www-authenticate", b'Basic realm="feeds", charset="UTF-8"')]

_ALLOW: Headers = [(b"allow", b"GET, HEAD, OPTIONS")]


class ResponseHead:
    """All of an answer but its body and the hour."""

    def __init__(self, status: int, headers: Headers) -> None:
        self.status = status
        self.start: Message = {"type": "http.response.start", "status": status, "headers": headers}

    @cached_property
    def head(self) -> bytes:
        """As it goes over the wire (RFC 9112 section 2), up to where further headers may follow."""
        lines = [b"HTTP/1.1 %d %s" % (self.status, HTTPStatus(self.status).phrase.encode())]
        lines += [name + b": " + value for name, value in self.start["headers"]]
        return b"\r\n".join(lines) + b"\r\n"


#: An answer and its body.
Response = tuple[ResponseHead, bytes]


def other_method(method: str, shared: Headers) -> Response:
    if method == "OPTIONS":
        return ResponseHead(204, _ALLOW + (_PREFLIGHT if shared else [])), b""
    return _said(405, _ALLOW + shared, f"{method} is not allowed here: feeds are read by GET or HEAD.\n")


def not_acceptable(shared: Headers) -> Response:
    offered = [(b"accept-encoding", b"br, gzip, identity"), (b"vary", b"Accept-Encoding"), *shared]
    return _said(406, offered, "This feed is sent as it is, as gzip or as br; all are ruled out.\n")


def unavailable(file: str, shared: Headers) -> Response:
    later = [(b"retry-after", str(RETRY_AFTER).encode()), *UNKEPT, *shared]
    return _said(503, later, f"{file} is not built yet.\n")


def too_many(wait: float, what: str, shared: Headers) -> Response:
    """RFC 6585 section 4."""
    seconds = int(wait) + 1
    later = [(b"retry-after", str(seconds).encode()), *UNKEPT, *shared]
    return _said(429, later, f"{what}. Try again in {seconds} s.\n")


def moved(place: str | None) -> Response:
    """For good: readers keep the new address (RFC 9110 section 15.4.2), or give up (section 15.5.11)."""
    kept: Headers = [(b"cache-control", f"max-age={SETTLED}".encode()), *OPEN]
    if place is None:
        return _said(410, kept, "This feed has ended.\n")
    return _said(301, [(b"location", place.encode()), *kept], f"This feed is now at {place}\n")


def unauthorized() -> Response:
    text = "This feed is for its readers: it needs a name and a secret.\n"
    return _said(401, _CHALLENGE + UNKEPT, text)


def unknown() -> Response:
    return _said(404, UNKEPT, "No feed has this address.\n")


def _said(status: int, headers: Headers, text: str) -> Response:
    body = text.encode()
    about: Headers = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"content-length", str(len(body)).encode()),
        (b"x-content-type-options", b"nosniff"),
    ]
    return ResponseHead(status, about + headers), body
