"""Inboxes: where other servers send what their people do. Everything here is hostile.

What costs little is looked at first: who sends how much, the size, the form, whether there is a signature of
now over this very request. Only then others are asked for keys, a few at once, and few of one server.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from anyio import CapacityLimiter, to_thread
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from syndicator.fediverse.received import Received, Unreadable, host_of, parsed, received
from syndicator.fediverse.record import TooMany
from syndicator.fediverse.signatures import claim
from syndicator.fediverse.signed import Claim, SignedRequest, Unverified
from syndicator.fediverse.strangers import Unreachable
from syndicator.store.errors import StoreError
from syndicator.web.activitypub.clerk import Clerk
from syndicator.web.activitypub.fediverse import Fediverse
from syndicator.web.callers import client_network
from syndicator.web.context import Context
from syndicator.web.forms import read_body
from syndicator.web.limits import Allowance

log = logging.getLogger(__name__)

#: Bytes of an activity: a long reply to many people has a tenth of it.
MAX_BODY_BYTES = 256_000

#: Activities that are verified at once, and of them such of one server, whose key is to be fetched.
MAX_AT_ONCE, MAX_FETCHES_PER_HOST = 8, 2

#: Seconds after which to send again what could not be taken now.
RETRY_AFTER_S = 60


class Declined(Exception):
    """An activity is not taken: status and reason, for its sender."""

    def __init__(self, status: int, reason: str, retry_after: int = 0) -> None:
        super().__init__(reason)
        self.status, self.retry_after = status, retry_after


@dataclass(frozen=True)
class Inboxes:
    """The endpoints that are written to: an inbox for each actor, and one for all."""

    context: Context
    fediverse: Fediverse
    clerk: Clerk = field(init=False)
    by_address: Allowance = field(init=False)
    by_host: Allowance = field(init=False)
    fetches: Counter[str] = field(default_factory=Counter)
    limiter: CapacityLimiter = field(default_factory=lambda: CapacityLimiter(MAX_AT_ONCE))

    def __post_init__(self) -> None:
        clerk = Clerk(self.fediverse, self.context.bell, self.context.clock)
        object.__setattr__(self, "clerk", clerk)
        object.__setattr__(self, "by_address", Allowance(self.fediverse.requests))
        object.__setattr__(self, "by_host", Allowance(self.fediverse.host_requests))

    async def receive(self, request: Request) -> Response:
        """202 for whatever was taken, or is none of our business."""
        try:
            await self._receive(request)
        except Declined as e:
            headers = {"Retry-After": str(e.retry_after)} if e.retry_after else {}
            return PlainTextResponse(f"{e}\n", e.status, headers)
        return Response(status_code=202)

    async def _receive(self, request: Request) -> None:
        _slow_down(self.by_address, client_network(request))
        name = request.path_params.get("name")
        if name is not None and name not in self.fediverse.actors:
            raise Declined(404, "there is no such actor")
        body = await _body(request)
        try:
            activity = received(parsed(body))
        except Unreadable as e:
            raise Declined(400, str(e)) from e
        signed = SignedRequest(
            method=request.method,
            url=self.fediverse.base + _target(request),
            headers=_headers(request),
            body=body,
        )
        try:
            found = claim(signed, self.context.clock())
        except Unverified as e:
            raise Declined(401, str(e)) from e
        host = host_of(found.key_id)
        if not host or host != host_of(activity.actor):
            raise Declined(401, "the key is not on the actor's server")
        _slow_down(self.by_host, host)
        await self._take(activity, found, host)

    async def _take(self, activity: Received, found: Claim, host: str) -> None:
        may_fetch = not self.fediverse.strangers.is_known(found.key_id)
        if may_fetch and self.fetches[host] >= MAX_FETCHES_PER_HOST:
            raise Declined(503, "keys of your server are being fetched: send it again", RETRY_AFTER_S)
        self.fetches[host] += may_fetch
        try:
            await to_thread.run_sync(self.clerk.take, activity, found, limiter=self.limiter)
        except Unreachable as e:
            raise Declined(503, str(e), RETRY_AFTER_S) from e
        except Unverified as e:
            raise Declined(401, str(e)) from e
        except TooMany as e:
            raise Declined(403, str(e)) from e
        except StoreError as e:
            log.warning("inbox: %s", e)
            raise Declined(503, "nothing can be put on record now: send it again", RETRY_AFTER_S) from e
        finally:
            self.fetches[host] -= may_fetch
            if not self.fetches[host]:
                del self.fetches[host]


def _slow_down(allowance: Allowance, who: str) -> None:
    wait = allowance.wait(who)
    if wait:
        raise Declined(429, "too many requests: slow down", int(wait) + 1)


async def _body(request: Request) -> bytes:
    """The body of a request, if it is JSON of a measured size. Raises ``Declined``."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in ("application/activity+json", "application/ld+json", "application/json"):
        raise Declined(415, "the body must be application/activity+json")
    try:
        return await read_body(request, MAX_BODY_BYTES)
    except HTTPException as e:
        raise Declined(e.status_code, e.detail) from e


def _target(request: Request) -> str:
    """Path and query, as they were sent."""
    path: bytes = request.scope.get("raw_path") or request.url.path.encode()
    query: bytes = request.scope["query_string"]
    return (path.partition(b"?")[0] + (b"?" + query if query else b"")).decode("latin-1")


def _headers(request: Request) -> Mapping[str, str]:
    """Headers by name; those that come several times are joined (RFC 9110 section 5.3)."""
    joined: dict[str, str] = {}
    for name, value in request.headers.items():
        joined[name] = f"{joined[name]}, {value}" if name in joined else value
    return joined
