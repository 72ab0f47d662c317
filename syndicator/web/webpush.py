"""Web Push, as readers' browsers see it: the scripts for a newsroom's pages, and where they subscribe.

::

    /push/NAME/push.js          the script of the button
    /push/NAME/worker.js        what the newsroom's service worker imports
    /push/NAME/subscriptions    POST and DELETE, from the newsroom's pages alone (CORS)
"""

from __future__ import annotations

import json
import logging
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import ParamSpec, Protocol

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from syndicator.domain.errors import Misconfigured
from syndicator.domain.recipient import Recipient, RecipientState
from syndicator.http.push_subscriptions import (
    PushSubscription,
    UnknownService,
    read_endpoint,
    read_subscription,
)
from syndicator.store.errors import StoreError
from syndicator.throttled_log import ThrottledLog
from syndicator.web.callers import client_network
from syndicator.web.channel_pages import PageMeans
from syndicator.web.context import NO_ANSWER, RETRY_AFTER_S, Context
from syndicator.web.forms import read_body
from syndicator.web.limits import Throttle

log = logging.getLogger(__name__)

P = ParamSpec("P")

#: Bytes of a subscription: an endpoint twice, and two keys.
MAX_BODY_BYTES = 8192

#: Requests that one client may send in a minute: a reader sends one, or two.
MAX_REQUESTS_PER_MINUTE = 20

#: Seconds that browsers may keep a script, and the answer to a question about CORS.
SCRIPT_MAX_AGE_S, PREFLIGHT_MAX_AGE_S = 3600, 7200

#: The scripts, by the names that they are served under.
SCRIPTS = {"push.js": "push-button.js", "worker.js": "push-worker.js"}


class PushChannel(Protocol):
    """What is to be known of a channel of this kind."""

    @property
    def name(self) -> str: ...

    @property
    def services(self) -> Collection[str]: ...

    @property
    def most_subscribers(self) -> int: ...

    @property
    def server_key(self) -> str:
        """Our public key. Raises ``Misconfigured``."""
        ...

    @property
    def page_origins(self) -> Collection[str]:
        """The origins of the newsroom's pages."""
        ...

    @property
    def address(self) -> str:
        """Where subscriptions are sent."""
        ...


class RecipientStore(Protocol):
    """What is needed on record."""

    def join(self, recipient: Recipient, now: datetime) -> Recipient: ...

    def change_state(
        self, channel: str, address: str, state: RecipientState, now: datetime, reason: str = ""
    ) -> bool: ...

    def recipient(self, channel: str, address: str) -> Recipient | None: ...

    def active_recipients(self, channel: str) -> int: ...


def push_routes(channels: Mapping[str, PushChannel], means: PageMeans) -> list[Route]:
    """The routes of channels that push (``channel_pages``)."""
    return PushPages(means.context, channels, means.store).routes()


@dataclass(frozen=True)
class PushPages:
    """The addresses of all channels of the kind. ``strangers``, ``crowds``, ``unset``: logs of what anybody
    may cause as often as they like."""

    context: Context
    channels: Mapping[str, PushChannel]
    store: RecipientStore
    throttle: Throttle = field(default_factory=lambda: Throttle(limit=MAX_REQUESTS_PER_MINUTE))
    strangers: ThrottledLog = field(default_factory=ThrottledLog)
    crowds: ThrottledLog = field(default_factory=ThrottledLog)
    unset: ThrottledLog = field(default_factory=ThrottledLog)

    def routes(self) -> list[Route]:
        return [
            *(Route(f"/push/{{channel}}/{name}", self._script(file)) for name, file in SCRIPTS.items()),
            Route("/push/{channel}/subscriptions", self.subscriptions, methods=["OPTIONS", "POST", "DELETE"]),
        ]

    def _script(self, file: str) -> Callable[[Request], Awaitable[Response]]:
        async def respond(request: Request) -> Response:
            channel = self._channel(request)
            settings = {"key": channel.server_key, "address": channel.address}
            text = _source(file).replace("SETTINGS", json.dumps(settings))
            return Response(
                text,
                media_type="text/javascript",
                headers={
                    "Cache-Control": f"max-age={SCRIPT_MAX_AGE_S}",
                    # A page may ask for this of all that it loads (COEP).
                    "Cross-Origin-Resource-Policy": "cross-origin",
                },
            )

        return self._answered(respond)

    async def subscriptions(self, request: Request) -> Response:
        """Takes and ends subscriptions."""
        return await self._answered(self._of_page)(request)

    async def _of_page(self, request: Request) -> Response:
        channel = self._channel(request)
        origin = request.headers.get("origin", "")
        if origin not in channel.page_origins:
            raise HTTPException(403, "subscriptions are taken from the newsroom's own pages alone")
        shared = {"Access-Control-Allow-Origin": origin, "Vary": "Origin"}
        if request.method == "OPTIONS":
            return Response(
                status_code=204,
                headers={
                    **shared,
                    "Access-Control-Allow-Methods": "POST, DELETE",
                    "Access-Control-Allow-Headers": "Content-Type",
                    "Access-Control-Max-Age": str(PREFLIGHT_MAX_AGE_S),
                },
            )
        try:
            response = await self._changed(request, channel)
        except HTTPException as e:
            response = PlainTextResponse(f"{e.detail}\n", e.status_code, e.headers)
        response.headers.update(shared)
        return response

    async def _changed(self, request: Request, channel: PushChannel) -> Response:
        self._slow_down(request)
        fields = await _read_json(request)
        try:
            if request.method == "DELETE":
                await self._ask(self._end, channel, read_endpoint(_of(fields, "endpoint"), channel.services))
                return Response(status_code=204)
            found = read_subscription(fields, channel.server_key, channel.services)
            former = _of(fields, "replaces")
            if former is not None and former != found.endpoint:
                await self._ask(self._end, channel, read_endpoint(former, channel.services))
        except UnknownService as e:
            self.strangers.warn(
                "channel %s: a browser's push service is not among its services, and cannot be told: %s",
                channel.name,
                e.host,
            )
            raise HTTPException(400, str(e)) from e
        except ValueError as e:
            raise HTTPException(400, str(e)) from e
        if not await self._ask(self._begin, channel, found):
            self.crowds.warn("channel %s: has all the subscribers that it may have", channel.name)
            raise HTTPException(503, "no more subscriptions are taken")
        return Response(status_code=201)

    def _begin(self, channel: PushChannel, subscription: PushSubscription) -> bool:
        """Have a subscriber; ``False``: there are too many."""
        recipient = Recipient(
            channel=channel.name,
            address=subscription.endpoint,
            host=subscription.host,
            details=subscription.details,
        )
        if self.store.active_recipients(channel.name) >= channel.most_subscribers:
            known = self.store.recipient(channel.name, subscription.endpoint)
            if known is None or known.state is not RecipientState.ACTIVE:
                return False
        self.store.join(recipient, self.context.clock())
        return True

    def _end(self, channel: PushChannel, endpoint: str) -> bool:
        """Have a subscriber less, if there is one."""
        return self.store.change_state(channel.name, endpoint, RecipientState.LEFT, self.context.clock())

    def _channel(self, request: Request) -> PushChannel:
        channel = self.channels.get(request.path_params["channel"])
        if channel is None:
            raise HTTPException(404)
        return channel

    def _slow_down(self, request: Request) -> None:
        client = client_network(request)
        wait = self.throttle.wait(client)
        if wait:
            raise HTTPException(429, "too many requests: slow down", {"Retry-After": str(int(wait) + 1)})
        self.throttle.record(client)

    async def _ask(self, question: Callable[P, bool], *args: P.args, **kwargs: P.kwargs) -> bool:
        try:
            return await self.context.ask_in_time(question, *args, **kwargs)
        except (StoreError, TimeoutError) as e:
            log.warning("push: %s", str(e) or NO_ANSWER)
            headers = {"Retry-After": str(RETRY_AFTER_S)}
            raise HTTPException(503, "subscriptions cannot be taken at the moment", headers) from e

    def _answered(
        self, respond: Callable[[Request], Awaitable[Response]]
    ) -> Callable[[Request], Awaitable[Response]]:
        """With an answer for what a person has to mend first."""

        async def answered(request: Request) -> Response:
            try:
                return await respond(request)
            except Misconfigured as e:
                self.unset.warn("push: %s", e)
                return PlainTextResponse("This is not set up yet.\n", 503)

        return answered


async def _read_json(request: Request) -> object:
    """The JSON of a request's body. Raises ``HTTPException`` (400, 413, 415)."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":  # of any other, browsers would not ask us first
        raise HTTPException(415, "the body must be JSON: Content-Type: application/json")
    body = await read_body(request, MAX_BODY_BYTES)
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as e:
        raise HTTPException(400, "the body is no JSON") from e


def _of(fields: object, name: str) -> object:
    return fields.get(name) if isinstance(fields, Mapping) else None


@cache
def _source(file: str) -> str:
    return files("syndicator.web").joinpath("scripts", file).read_text("utf-8")
