"""Feeds over HTTP: conditional, compressed, cacheable, and without the database.

This is the hot path: every reader and aggregator asks again and again. Here is decided which of the answers
that are ready at a ``Resource`` fits a request.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from anyio import sleep
from starlette.types import ASGIApp, Receive, Scope, Send

from syndicator.documents.shelf import Served, Shelf
from syndicator.domain.feed import Feed, Site
from syndicator.web.callers import Callers
from syndicator.web.feeds.access import Access
from syndicator.web.feeds.answers import (
    OPEN,
    Headers,
    Response,
    moved,
    not_acceptable,
    other_method,
    too_many,
    unauthorized,
    unavailable,
    unknown,
)
from syndicator.web.feeds.negotiation import coding, digests, is_since, names, takes_news
from syndicator.web.feeds.redirects import Moves
from syndicator.web.feeds.resources import PREFIX, Resource, ServedFormat
from syndicator.web.limits import Allowance
from syndicator.web.readership import ReaderCounts

#: Before the secret in the address of a private feed: ``/feeds/-/SECRET/NAME.EXT``.
SECRET = PREFIX + "-/"

#: The number of an archive as it is written, and no other way: one archive has one address.
NUMBER = re.compile(r"[1-9][0-9]{0,8}")

#: Answers with only what is new, and bytes of them, that are kept until there are more.
KEPT, KEPT_SIZE = 2048, 8_000_000

#: Signs of somebody between the reader and us. A cache there may ask for a newer version of what it holds
#: itself, and would hand a reader who has nothing yet only the news.
_BETWEEN = {b"via", b"forwarded", b"x-forwarded-for", b"cdn-loop"}

#: What a request says, by the names of its headers.
Asked = Mapping[bytes, bytes]


class Feeds:
    """ASGI middleware that answers for declared feeds, and hands on whatever else is asked.

    ``readers`` counts the answers.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        site: Site,
        feeds: Iterable[Feed],
        formats: Mapping[str, ServedFormat],
        shelf: Shelf,
        readers: ReaderCounts,
        access: Access,
        moves: Moves,
        callers: Callers,
        most_per_minute: int = 0,
    ) -> None:
        self.callers = callers
        self.app, self.site, self.shelf = app, site, shelf
        self.readers = readers
        self.access, self.moves = access, moves
        self.allowance = Allowance(most_per_minute) if most_per_minute else None
        served = [(feed, formats[name]) for feed in feeds for name in feed.written]
        doors = (Resource(site, feed, form, shelf) for feed, form in served)
        self._kept: dict[tuple[str, str, tuple[str, ...], str], Response | None] = {}
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
            method, path, headers = scope["method"], scope["path"], scope["headers"]
            peer, port = scope.get("client") or ("", 0)
            found = self.respond(method, path, headers, peer)
            if found is None:
                found = await self._turn_away(path, headers, peer)
            scope = {**scope, "client": (self.callers.address(peer, _asked(headers)), port)}
        if found is None:
            await self.app(scope, receive, send)
            return
        answer, body = found
        await send(answer.start)
        await send({"type": "http.response.body", "body": body})

    def respond(self, method: str, path: str, headers: Headers, peer: str = "") -> Response | None:
        """The answer to a request and its body; ``None`` where the path leads to no feed, or the request to
        none: that is said by ``__call__``, which may take its time. ``peer``: the address that asks."""
        door = self.doors.get(path) or self._archive(path)
        if door is None:
            return self._elsewhere(method, path, headers, peer) if path.startswith(PREFIX) else None
        asked = _asked(headers)
        if door.is_private:
            found = self._by_password(door, method, asked, peer)
        else:
            found = self._answer(door, method, asked, peer)
        if found is not None:
            self.readers.saw(door.feed, door.extension, found[0].status, asked.get(b"user-agent", b""))
        return found

    async def _turn_away(self, path: str, headers: Headers, peer: str) -> Response | None:
        """What a wrong guess is told; ``None`` where there is nothing to guess."""
        door = self.doors.get(path) or self._archive(path)
        if not (door and door.is_private) and not self._is_secret(path):
            return None
        asked = _asked(headers)
        wait, delay = self.access.record_guess(self.callers.client(peer, asked))
        await sleep(delay)
        if wait:
            reply = too_many(wait, f"Too many wrong {'passwords' if door else 'addresses'}", [])
        else:
            reply = unauthorized() if door else unknown()
        if door:
            self.readers.saw(door.feed, door.extension, reply[0].status, asked.get(b"user-agent", b""))
        return reply

    def _is_secret(self, path: str) -> bool:
        return path.startswith(SECRET) and bool(self.access.secrets)

    def _archive(self, path: str) -> Resource | None:
        """The archive at a path. Its door is made for each request: there are as many of them as there is
        history, and each is read seldom."""
        if not path.startswith(PREFIX):
            return None
        name, _, rest = path.removeprefix(PREFIX).partition("/")
        page, _, extension = rest.partition(".")
        found = self.archives.get((name, extension)) if NUMBER.fullmatch(page) else None
        if found is None:
            return None
        archive = Resource(self.site, *found, self.shelf, int(page))
        return archive if self.shelf.has(archive.file) else None

    def _elsewhere(self, method: str, path: str, headers: Headers, peer: str) -> Response | None:
        """Where no feed is in plain sight."""
        asked = _asked(headers)
        if self._is_secret(path):
            return self._by_secret(path, method, asked, peer)
        found = self.moves.find(path.removeprefix(PREFIX))
        if found is None:
            return None
        feed, extension, place = found
        answer, body = other_method(method, OPEN) if method not in ("GET", "HEAD") else moved(place)
        self.readers.saw(feed, extension, answer.status, asked.get(b"user-agent", b""))
        return answer, body if method != "HEAD" else b""

    def _by_password(self, door: Resource, method: str, asked: Asked, peer: str) -> Response | None:
        authorization = asked.get(b"authorization")
        if authorization is None:
            return unauthorized()
        if self.access.knows_password(door.feed, authorization):
            return self._answer(door, method, asked, peer)
        return None

    def _by_secret(self, path: str, method: str, asked: Asked, peer: str) -> Response | None:
        secret, _, file = path.removeprefix(SECRET).partition("/")
        door = self.doors.get(PREFIX + file) or self._archive(PREFIX + file)
        feed = door.feed if door and door.is_private else None
        if not self.access.knows_secret(feed, secret) or door is None:
            return None
        answer, body = self._answer(door, method, asked, peer)
        self.readers.saw(door.feed, door.extension, answer.status, asked.get(b"user-agent", b""))
        return answer, body

    def _answer(self, door: Resource, method: str, asked: Asked, peer: str) -> Response:
        if method not in ("GET", "HEAD"):
            return other_method(method, door.open)
        now = door.now()
        if now is None:
            return unavailable(door.file, door.open)
        served, ready = now
        chosen = coding(asked.get(b"accept-encoding"))
        if chosen is None:
            return not_acceptable(door.open)
        etag, whole, same = ready[chosen]
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
            return too_many(wait, "Too many whole feeds: ask with the ETag that you were sent", door.open)
        return whole, served.variants[chosen]

    def _wait(self, peer: str, asked: Asked) -> float:
        """Seconds until the one who asks may have another whole document. Only the Internet is made to
        wait: a proxy of our own that names nobody stands for all readers."""
        if self.allowance is None:
            return 0.0
        who = self.callers.stranger(peer, asked)
        return self.allowance.wait(who) if who else 0.0

    def _news(self, door: Resource, served: Served, asked: Asked, coding: str) -> Response | None:
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


def _asked(headers: Headers) -> Asked:
    """What is said in several lines is one list (RFC 9110 section 5.3)."""
    asked = dict(headers)
    if len(asked) != len(headers):
        asked = {}
        for name, value in headers:
            asked[name] = asked[name] + b"," + value if name in asked else value
    return asked
