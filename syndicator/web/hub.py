"""Our own WebSub hub, as subscribers see it: requests are taken here, and confirmed and served by workers.

WebSub: https://www.w3.org/TR/websub/#subscribing-and-unsubscribing
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from syndicator.domain.errors import Forbidden
from syndicator.domain.subscription import Intent, Mode, Terms, Topic, Unacceptable, parse_intent
from syndicator.http.client import PORTS, AddressGuard, check_address
from syndicator.jobs.job import Job
from syndicator.jobs.store_ports import SubscribeStore
from syndicator.store.errors import StoreError
from syndicator.web.callers import client_network
from syndicator.web.context import NO_ANSWER, RETRY_AFTER_S, Context
from syndicator.web.forms import read_form
from syndicator.web.limits import Throttle

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class HubReception:
    """What the hub needs to take requests. ``requests``: how many one client may send in a minute."""

    topics: Mapping[str, Topic]
    terms: Terms
    guard: AddressGuard
    store: SubscribeStore
    requests: int = 60

    @cached_property
    def names(self) -> dict[str, str]:
        """Topics' names by their address."""
        return {topic.address: topic.name for topic in self.topics.values()}


@dataclass(frozen=True)
class HubPages:
    """The endpoint ``/hub``: for programs by POST, explained to people by GET."""

    context: Context
    reception: HubReception
    throttle: Throttle = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "throttle", Throttle(limit=self.reception.requests))

    async def respond(self, request: Request) -> Response:
        if request.method != "POST":
            response: Response = self.context.page("hub.html", hub=self.reception)
            response.headers["Cache-Control"] = "max-age=3600"
            return response
        try:
            self._slow_down(request)
            text = await self._take(await read_form(request))
        except Unacceptable as e:
            headers = {"Retry-After": str(e.retry_after)} if e.retry_after else {}
            return PlainTextResponse(f"{e}\n", e.status, headers)
        except HTTPException as e:
            return PlainTextResponse(f"{e.detail}\n", e.status_code)
        except (StoreError, TimeoutError) as e:
            log.warning("hub: %s", str(e) or NO_ANSWER)
            return PlainTextResponse(
                "The hub cannot take requests at the moment.\n", 503, {"Retry-After": str(RETRY_AFTER_S)}
            )
        return PlainTextResponse(f"{text}\n", 202)

    def _slow_down(self, request: Request) -> None:
        client = client_network(request)
        wait = self.throttle.wait(client)
        if wait:
            raise Unacceptable("too many requests: slow down", status=429, retry_after=int(wait) + 1)
        self.throttle.record(client)

    async def _take(self, form: Mapping[str, str]) -> str:
        if form.get("hub.mode") == "publish":
            return self._reply_to_ping(form)
        intent = parse_intent(form, self.reception.names, self.reception.terms)
        host = self._host(intent)
        await self.context.ask_in_time(
            self.reception.store.file_intent, intent, host, self.reception.terms, self.context.clock()
        )
        await self.context.ask(self.context.bell.ring, Job.DISTRIBUTE, intent.topic)
        return "Accepted. The callback is now asked whether it means it."

    def _reply_to_ping(self, form: Mapping[str, str]) -> str:
        """The reply to publishers' pings: we know of our own news before anybody can tell us."""
        address = form.get("hub.topic") or form.get("hub.url", "")
        if address not in self.reception.names:
            raise Unacceptable("this hub distributes its own feeds only", status=404)
        return "Accepted, and not needed: this hub sends its feeds as soon as they change."

    def _host(self, intent: Intent) -> str:
        """The callback's host. Raises ``Unacceptable`` for one that is never connected to."""
        guard = self.reception.guard
        try:
            check_address(intent.callback, guard)
            parts = urlsplit(intent.callback)
        except Forbidden as e:
            raise Unacceptable(f"hub.callback: {_public_reason(e.why)}") from e
        host = (parts.hostname or "").rstrip(".")
        if len(host) > 253:
            raise Unacceptable("hub.callback: no host has so long a name")
        try:
            address = ip_address(host)
        except ValueError:
            return host  # whoever connects to it checks what it resolves to then
        if intent.mode is Mode.SUBSCRIBE and not guard.permits(
            host, parts.port or PORTS[parts.scheme], address
        ):
            raise Unacceptable("hub.callback: an address in a private network cannot be reached from here")
        return host


def _public_reason(reason: str) -> str:
    """The reason without the advice, which is for our operator."""
    return reason.partition(";")[0]
