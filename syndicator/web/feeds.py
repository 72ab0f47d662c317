"""Feeds over HTTP: conditional, compressed, cacheable, and without the database.

This is the hot path: every reader and aggregator asks again and again. Everything that can be said of
a document is prepared once for each content coding, when the document is replaced, down to the bytes of
the answer's head: ``web.express`` sends them as they are.
"""

from __future__ import annotations

import logging
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from email.utils import format_datetime
from functools import cached_property
from http import HTTPStatus
from time import monotonic
from typing import Protocol
from weakref import ref

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from syndicator.documents.directory import CODECS, Served, Shelf
from syndicator.feed import PAGE, Feed, Site, path
from syndicator.web.access import Access
from syndicator.web.guard import Allowance, client, is_public
from syndicator.web.moves import Moves
from syndicator.web.negotiation import coding, digests, is_since, names, takes_news
from syndicator.web.readers import Readers

log = logging.getLogger(__name__)

PREFIX = "/feeds/"

#: Before the secret in the address of a private feed: ``/feeds/-/SECRET/NAME.EXT``.
SECRET = PREFIX + "-/"

#: Seconds that caches may keep the news that a feed has moved or ended.
SETTLED = 86_400

#: Seconds that caches may keep an archive without asking. It gains no articles, so that news never wait for
#: this; but it is not ``immutable``: a correction, a retraction or a follower changes it, and what was
#: retracted should not stand in somebody's cache for a day.
ARCHIVE_MAX_AGE = 3600

#: The number of an archive as it is written, and no other way: one archive has one address.
NUMBER = re.compile(r"[1-9][0-9]{0,8}")

#: Seconds after which to ask again for a feed that is declared and not built yet.
RETRY_AFTER = 10

#: Seconds for which a document is taken to be as it was: looking at its file lets other threads in, which
#: costs a busy server more than all the rest.
LOOK_EVERY = 0.02

#: Answers with only what is new, and bytes of them, that are kept until there are more.
KEPT, KEPT_SIZE = 2048, 8_000_000

Headers = list[tuple[bytes, bytes]]

#: Any site may read feeds in a browser (Fetch standard, CORS protocol).
_OPEN: Headers = [(b"access-control-allow-origin", b"*")]

#: An address with a secret in it is told to nobody.
_HIDDEN: Headers = [(b"referrer-policy", b"no-referrer"), (b"x-robots-tag", b"noindex")]

_UNKEPT: Headers = [(b"cache-control", b"no-store")]

_CACHED: Headers = [(b"access-control-expose-headers", b"ETag, Link")]

#: Conditional requests from another site's script are asked for beforehand.
_PREFLIGHT: Headers = [
    *_OPEN,
    (b"access-control-allow-methods", b"GET, HEAD"),
    (b"access-control-allow-headers", b"If-None-Match, If-Modified-Since, A-IM"),
    (b"access-control-max-age", b"86400"),
]

#: What browsers may do with a feed's page: show photos from wherever they are, and run nothing but our own
#: script. https://www.w3.org/TR/CSP3/
PAGE_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' https: http:; "
    "form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
)

#: Whoever follows a link from a page, or shows its photos, is told our name, and never which page it was.
_PAGE: Headers = [
    (b"content-security-policy", PAGE_POLICY.encode()),
    (b"referrer-policy", b"strict-origin-when-cross-origin"),
]

#: Signs of somebody between the reader and us. A cache there may ask for a newer version of what it holds
#: itself, and would hand a reader who has nothing yet only the news.
_BETWEEN = {b"via", b"forwarded", b"x-forwarded-for", b"cdn-loop"}

#: Headers of a request that change the answer.
_ASKED = {b"accept-encoding", b"if-none-match", b"if-modified-since", b"a-im", b"authorization", *_BETWEEN}

_CHALLENGE: Headers = [(b"www-authenticate", b'Basic realm="feeds", charset="UTF-8"')]

_ALLOW: Headers = [(b"allow", b"GET, HEAD, OPTIONS")]


class Answer:
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


class MediaFormat(Protocol):
    """What serving needs to know of a ``ports.Format``."""

    @property
    def extension(self) -> str: ...

    @property
    def media_type(self) -> str: ...

    @property
    def keeps_archives(self) -> bool: ...


class Door:
    """One feed in one format, or one of its archives: its address, and the answers that are ready."""

    def __init__(
        self, site: Site, feed: Feed, form: MediaFormat, shelf: Shelf, page: int | None = None
    ) -> None:
        self.feed, self.extension, self.shelf = feed.name, form.extension, shelf
        self.is_private, self.open = feed.is_private, [] if feed.is_private else _OPEN
        self.file = path(feed.name, form.extension, page)
        self.always: Headers = [
            (b"cache-control", _cache_control(feed, page).encode()),
            (b"vary", b"Accept-Encoding"),
            (b"link", _links(site, feed, form.extension, page).encode()),
            *(_PAGE if form.extension == PAGE else ()),
            *(_HIDDEN if feed.is_private else _OPEN + _CACHED),
        ]
        self.media_type = form.media_type.encode()
        self._answers: Mapping[str, tuple[bytes, Answer, Answer]] = {}
        self._of: ref[Served] | None = None
        self._looked = float("-inf")

    def served(self) -> Served | None:
        """The document as it is now, or was a moment ago; ``None`` if there is none to be had."""
        now = monotonic()
        known = self._of() if self._of else None
        if known is not None and now - self._looked < LOOK_EVERY:
            return known
        self._looked = now
        try:
            return self.shelf.load(self.file)
        except OSError as e:
            log.error("feed document %s cannot be read: %s", self.file, e)
            return None

    def answers(self, served: Served) -> Mapping[str, tuple[bytes, Answer, Answer]]:
        """By content coding: the entity tag, and the answers 200 and 304. The documents themselves stay
        with the shelf, which has a limit."""
        if self._of is None or self._of() is not served:
            self._answers = {name: self._answer(served, name) for name in served.variants}
            self._of = ref(served)
        return self._answers

    def news(self, served: Served, known: Sequence[str], coding: str) -> tuple[Answer, bytes] | None:
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
        return Answer(226, headers), body

    def _answer(self, served: Served, name: str) -> tuple[bytes, Answer, Answer]:
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
        return etag, Answer(200, whole), Answer(304, same)


class Feeds:
    """ASGI middleware that answers for declared feeds, and hands on whatever else is asked.

    ``requests`` counts answers by (feed, extension, status), ``readers`` by who asked.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        site: Site,
        feeds: Iterable[Feed],
        formats: Mapping[str, MediaFormat],
        shelf: Shelf,
        requests: Counter[tuple[str, str, int]],
        readers: Readers,
        access: Access,
        moves: Moves,
        most_per_minute: int = 0,
    ) -> None:
        self.app, self.site, self.shelf = app, site, shelf
        self.requests, self.readers = requests, readers
        self.access, self.moves = access, moves
        self.allowance = Allowance(most_per_minute) if most_per_minute else None
        served = [(feed, formats[name]) for feed in feeds for name in feed.written]
        doors = (Door(site, feed, form, shelf) for feed, form in served)
        self._kept: dict[tuple[str, str, tuple[str, ...], str], tuple[Answer, bytes] | None] = {}
        self._size = 0
        self.doors = {PREFIX + door.file: door for door in doors}
        self.archives = {
            (feed.name, form.extension): (feed, form)
            for feed, form in served
            if feed.keeps_archives and form.keeps_archives
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        found = None
        if scope["type"] == "http":
            peer = scope["client"][0] if scope.get("client") else ""
            found = self.answer(scope["method"], scope["path"], scope["headers"], peer)
        if found is None:
            await self.app(scope, receive, send)
            return
        answer, body = found
        await send(answer.start)
        await send({"type": "http.response.body", "body": body})

    def answer(self, method: str, path: str, headers: Headers, peer: str = "") -> tuple[Answer, bytes] | None:
        """The answer to a request and its body; ``None`` where the path leads to no feed. ``peer``: the
        address that asks."""
        door = self._door(path)
        if door is None:
            return self._elsewhere(method, path, headers, peer) if path.startswith(PREFIX) else None
        if door.is_private:
            answer, body = self._by_password(door, method, headers, peer)
        else:
            answer, body = self._answer(door, method, headers, peer)
        self._count(door.feed, door.extension, answer.status, headers)
        return answer, body

    def _count(self, feed: str, extension: str, status: int, headers: Headers) -> None:
        self.requests[feed, extension, status] += 1
        self.readers.saw(feed, extension, status, headers)

    def _door(self, path: str) -> Door | None:
        """What is at a path. The door of an archive is made for each request: there are as many of them as
        there is history, and each is read seldom."""
        door = self.doors.get(path)
        if door is not None or not path.startswith(PREFIX):
            return door
        name, _, rest = path.removeprefix(PREFIX).partition("/")
        page, _, extension = rest.partition(".")
        found = self.archives.get((name, extension)) if NUMBER.fullmatch(page) else None
        if found is None:
            return None
        archive = Door(self.site, *found, self.shelf, int(page))
        return archive if self.shelf.has(archive.file) else None

    def _elsewhere(self, method: str, path: str, headers: Headers, peer: str) -> tuple[Answer, bytes] | None:
        """Where no feed is in plain sight."""
        if path.startswith(SECRET) and self.access.secrets:
            return self._by_secret(path, method, headers, peer)
        found = self.moves.find(path.removeprefix(PREFIX))
        if found is None:
            return None
        feed, extension, place = found
        answer, body = _other_method(method, _OPEN) if method not in ("GET", "HEAD") else _moved(place)
        self._count(feed, extension, answer.status, headers)
        return answer, body if method != "HEAD" else b""

    def _by_password(self, door: Door, method: str, headers: Headers, peer: str) -> tuple[Answer, bytes]:
        asked = _asked(headers)
        address = client(peer, asked.get(b"x-forwarded-for"))
        if wait := self.access.wait(address):
            return _too_many(wait, "Too many wrong passwords", [])
        if self.access.knows_password(door.feed, asked.get(b"authorization"), address):
            return self._answer(door, method, headers, peer)
        return _said(
            401, _CHALLENGE + _UNKEPT, "This feed is for its readers: it needs a name and a secret.\n"
        )

    def _by_secret(self, path: str, method: str, headers: Headers, peer: str) -> tuple[Answer, bytes]:
        address = client(peer, _asked(headers).get(b"x-forwarded-for"))
        if wait := self.access.wait(address):
            return _too_many(wait, "Too many wrong addresses", [])
        secret, _, file = path.removeprefix(SECRET).partition("/")
        door = self._door(PREFIX + file)
        feed = door.feed if door and door.is_private else None
        if not self.access.knows_secret(feed, secret, address) or door is None:
            return _said(404, _UNKEPT, "No feed has this address.\n")
        answer, body = self._answer(door, method, headers, peer)
        self._count(door.feed, door.extension, answer.status, headers)
        return answer, body

    def _answer(self, door: Door, method: str, headers: Headers, peer: str) -> tuple[Answer, bytes]:
        if method not in ("GET", "HEAD"):
            return _other_method(method, door.open)
        served = door.served()
        if served is None:
            return _unavailable(f"{door.file} is not built yet.\n", door.open)
        asked = _asked(headers)
        chosen = coding(asked.get(b"accept-encoding"))
        if chosen is None:
            return _not_acceptable(door)
        etag, whole, same = door.answers(served)[chosen]
        none_match = asked.get(b"if-none-match")
        if none_match is not None:  # which wins over any date
            is_same = none_match == etag or names(none_match, etag)
        else:
            since = asked.get(b"if-modified-since")
            is_same = since is not None and is_since(since, served.modified)
        if is_same:
            return same, b""
        if method == "HEAD":
            return whole, b""
        news = self._news(door, served, asked, chosen) if none_match and b"a-im" in asked else None
        if news:
            return news
        wait = self._wait(peer, asked)
        if wait:
            return _too_many(wait, "Too many whole feeds: ask with the ETag that you were sent", door.open)
        return whole, served.variants[chosen]

    def _wait(self, peer: str, asked: Mapping[bytes, bytes]) -> float:
        """Seconds until the one who asks may have another whole document. Only the Internet is made to
        wait: a proxy of our own that names nobody stands for all readers."""
        if self.allowance is None:
            return 0.0
        who = client(peer, asked.get(b"x-forwarded-for"))
        return self.allowance.wait(who) if is_public(who.partition("/")[0]) else 0.0

    def _news(
        self, door: Door, served: Served, asked: Mapping[bytes, bytes], coding: str
    ) -> tuple[Answer, bytes] | None:
        if not takes_news(asked[b"a-im"]) or not _BETWEEN.isdisjoint(asked):
            return None
        key = (door.file, served.digest, digests(asked[b"if-none-match"]), coding)
        if key not in self._kept:
            news = door.news(served, key[2], coding)
            self._size += len(news[1]) if news else 0
            if len(self._kept) >= KEPT or self._size > KEPT_SIZE:
                self._kept.clear()
                self._size = len(news[1]) if news else 0
            self._kept[key] = news
        return self._kept[key]


def _asked(headers: Headers) -> dict[bytes, bytes]:
    """What a request says that matters here; what it says in several lines is one list (RFC 9110 section
    5.3)."""
    asked: dict[bytes, bytes] = {}
    for name, value in headers:
        if name in _ASKED:
            asked[name] = asked[name] + b"," + value if name in asked else value
    return asked


def _cache_control(feed: Feed, page: int | None) -> str:
    """RFC 9111 section 5.2.2 and RFC 5861."""
    max_age = feed.max_age if page is None else max(feed.max_age, ARCHIVE_MAX_AGE)
    if feed.is_private:
        return f"private, max-age={max_age}"
    again = max_age if feed.stale_while_revalidate is None else feed.stale_while_revalidate
    said = [f"max-age={max_age}"]
    said += [f"stale-while-revalidate={again}"] if again else []
    said += [f"stale-if-error={feed.stale_if_error}"] if feed.stale_if_error else []
    return ", ".join(said)


def _links(site: Site, feed: Feed, extension: str, page: int | None) -> str:
    """Where the document is, and the hubs that tell of news in it (RFC 8288)."""
    address = site.address(feed, extension, page)
    if page is not None or feed.is_private:
        return f'<{address}>; rel="self"'
    links = site.links(address)
    # A page is no topic of its own: what a hub tells of are the feeds that it names.
    return links.replace('rel="self"', 'rel="canonical"', 1) if extension == PAGE else links


def _other_method(method: str, shared: Headers) -> tuple[Answer, bytes]:
    if method == "OPTIONS":
        return Answer(204, _ALLOW + (_PREFLIGHT if shared else [])), b""
    return _said(405, _ALLOW + shared, f"{method} is not allowed here: feeds are read by GET or HEAD.\n")


def _not_acceptable(door: Door) -> tuple[Answer, bytes]:
    offered = [(b"accept-encoding", b"br, gzip, identity"), door.always[1], *door.open]
    return _said(406, offered, "This feed is sent as it is, as gzip or as br; all are ruled out.\n")


def _unavailable(text: str, shared: Headers) -> tuple[Answer, bytes]:
    return _said(503, [(b"retry-after", str(RETRY_AFTER).encode()), *_UNKEPT, *shared], text)


def _too_many(wait: float, what: str, shared: Headers) -> tuple[Answer, bytes]:
    """RFC 6585 section 4."""
    seconds = int(wait) + 1
    later = [(b"retry-after", str(seconds).encode()), *_UNKEPT, *shared]
    return _said(429, later, f"{what}. Try again in {seconds} s.\n")


def _moved(place: str | None) -> tuple[Answer, bytes]:
    """For good: readers keep the new address (RFC 9110 section 15.4.2), or give up (section 15.5.11)."""
    kept: Headers = [(b"cache-control", f"max-age={SETTLED}".encode()), *_OPEN]
    if place is None:
        return _said(410, kept, "This feed has ended.\n")
    return _said(301, [(b"location", place.encode()), *kept], f"This feed is now at {place}\n")


def _said(status: int, headers: Headers, text: str) -> tuple[Answer, bytes]:
    body = text.encode()
    about: Headers = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"content-length", str(len(body)).encode()),
        (b"x-content-type-options", b"nosniff"),
    ]
    return Answer(status, about + headers), body


def _http_date(moment: datetime) -> bytes:
    return format_datetime(moment, usegmt=True).encode()
