"""Feeds over HTTP: conditional, compressed, cacheable, and without the database.

This is the hot path: every reader and aggregator asks again and again. Here is decided which of the
responses that are prepared for a ``Resource`` fits a request.
"""

from __future__ import annotations

from anyio import sleep
from starlette.types import ASGIApp, Receive, Scope, Send

from syndicator.web.callers import Callers
from syndicator.web.conditional import is_current
from syndicator.web.feeds.access import Access
from syndicator.web.feeds.catalog import Catalog
from syndicator.web.feeds.deltas import Deltas
from syndicator.web.feeds.negotiation import coding
from syndicator.web.feeds.redirects import Moves
from syndicator.web.feeds.resources import PREFIX, Resource
from syndicator.web.feeds.responses import (
    CORS,
    FeedResponse,
    moved,
    not_acceptable,
    other_method,
    too_many,
    unauthorized,
    unavailable,
    unknown,
)
from syndicator.web.headers import RequestHeaders, by_name
from syndicator.web.limits import Allowance
from syndicator.web.readership import ReaderCounts

#: Before the secret in the address of a private feed: ``/feeds/-/SECRET/NAME.EXT``.
SECRET_PREFIX = PREFIX + "-/"


class FeedServer:
    """ASGI middleware that responds to requests for declared feeds, and hands on all others.

    ``readers`` counts the responses. ``max_per_minute``: whole documents for one address; 0: any number.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        catalog: Catalog,
        readers: ReaderCounts,
        access: Access,
        moves: Moves,
        callers: Callers,
        max_per_minute: int = 0,
    ) -> None:
        self.app, self.catalog, self.readers = app, catalog, readers
        self.access, self.moves, self.callers = access, moves, callers
        self.deltas = Deltas()
        self.allowance = Allowance(max_per_minute) if max_per_minute else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        response = None
        if scope["type"] == "http":
            method, path, headers = scope["method"], scope["path"], by_name(scope["headers"])
            peer, port = scope.get("client") or ("", 0)
            response = self.respond(method, path, headers, peer)
            if response is None:
                response = await self._turn_away(path, headers, peer)
            scope = {**scope, "client": (self.callers.address(peer, headers), port)}
        if response is None:
            await self.app(scope, receive, send)
            return
        head, body = response
        await send(head.start)
        await send({"type": "http.response.body", "body": body})

    def respond(self, method: str, path: str, headers: RequestHeaders, peer: str = "") -> FeedResponse | None:
        """The response to a request; ``None`` where the path leads to no feed, or its sender is not let in:
        to that ``__call__`` responds, which may take its time. ``peer``: the address that asks."""
        resource = self.catalog.find(path)
        if resource is None:
            return self._elsewhere(method, path, headers, peer) if path.startswith(PREFIX) else None
        if resource.is_private:
            response = self._by_password(resource, method, headers, peer)
        else:
            response = self._of(resource, method, headers, peer)
        if response is not None:  # counted without a call more: this is done for every reader
            status, user_agent = response[0].status, headers.get(b"user-agent", b"")
            self.readers.count(resource.feed, resource.extension, status, user_agent)
        return response

    async def _turn_away(self, path: str, headers: RequestHeaders, peer: str) -> FeedResponse | None:
        """The response to a wrong guess; ``None`` where there is nothing to guess."""
        resource = self.catalog.find(path)
        if not (resource and resource.is_private) and not self._has_secret(path):
            return None
        wait, delay = self.access.record_guess(self.callers.client(peer, headers))
        await sleep(delay)
        if wait:
            response = too_many(wait, f"Too many wrong {'passwords' if resource else 'addresses'}", [])
        else:
            response = unauthorized() if resource else unknown()
        if resource:
            self._count(resource, response, headers)
        return response

    def _has_secret(self, path: str) -> bool:
        return path.startswith(SECRET_PREFIX) and bool(self.access.secrets)

    def _elsewhere(self, method: str, path: str, headers: RequestHeaders, peer: str) -> FeedResponse | None:
        """At a path below the feeds' that is no document's: one with a secret, or one of a feed that has
        moved or ended."""
        if self._has_secret(path):
            return self._by_secret(path, method, headers, peer)
        move = self.moves.find(path.removeprefix(PREFIX))
        if move is None:
            return None
        feed, extension, address = move
        head, body = other_method(method, CORS) if method not in ("GET", "HEAD") else moved(address)
        self.readers.count(feed, extension, head.status, headers.get(b"user-agent", b""))
        return head, body if method != "HEAD" else b""

    def _by_password(
        self, resource: Resource, method: str, headers: RequestHeaders, peer: str
    ) -> FeedResponse | None:
        authorization = headers.get(b"authorization")
        if authorization is None:
            return unauthorized()
        if self.access.knows_password(resource.feed, authorization):
            return self._of(resource, method, headers, peer)
        return None

    def _by_secret(self, path: str, method: str, headers: RequestHeaders, peer: str) -> FeedResponse | None:
        secret, _, file = path.removeprefix(SECRET_PREFIX).partition("/")
        resource = self.catalog.find(PREFIX + file)
        feed = resource.feed if resource and resource.is_private else None
        if not self.access.knows_secret(feed, secret) or resource is None:
            return None
        response = self._of(resource, method, headers, peer)
        self._count(resource, response, headers)
        return response

    def _of(self, resource: Resource, method: str, headers: RequestHeaders, peer: str) -> FeedResponse:
        """The response with a document, to one who may have it."""
        if method not in ("GET", "HEAD"):
            return other_method(method, resource.cors)
        current = resource.current()
        if current is None:
            return unavailable(resource.file, resource.cors)
        served, prepared = current
        chosen = coding(headers.get(b"accept-encoding"))
        if chosen is None:
            return not_acceptable(resource.cors)
        etag, whole, unchanged = prepared[chosen]
        if is_current(etag, served.modified, headers):
            return unchanged, b""
        if method == "HEAD":
            return whole, b""
        if b"a-im" in headers and headers.get(b"if-none-match"):
            delta = self.deltas.find(resource, served, headers, chosen)
            if delta:
                return delta
        wait = self._wait(peer, headers)
        if wait:
            return too_many(wait, "Too many whole feeds: ask with the ETag that you were sent", resource.cors)
        return whole, served.variants[chosen]

    def _wait(self, peer: str, headers: RequestHeaders) -> float:
        """Seconds until the one who asks may have another whole document. Only the Internet is made to
        wait: a proxy of our own that names nobody stands for all readers."""
        if self.allowance is None:
            return 0.0
        client = self.callers.stranger(peer, headers)
        return self.allowance.wait(client) if client else 0.0

    def _count(self, resource: Resource, response: FeedResponse, headers: RequestHeaders) -> None:
        status, user_agent = response[0].status, headers.get(b"user-agent", b"")
        self.readers.count(resource.feed, resource.extension, status, user_agent)
