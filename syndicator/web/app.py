"""The web application: feeds for everybody, a console for operators, answers for machines.

::

    /                      the list of feeds
    /feeds.opml            the same for feed readers
    /feeds/NAME.html       a feed, for people
    /feeds/NAME.EXT        a feed
    /feeds/NAME/PAGE.EXT   an archive of it
    /sitemap.xml           the index of sitemaps
    /hub                   to be sent it when it changes (WebSub)
    /healthz /readyz       is it up, is it ready
    /metrics               for Prometheus
    /console               for operators
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from syndicator.documents.directory import Shelf
from syndicator.domain.decisions import Impossible
from syndicator.domain.feed import Feed, Site
from syndicator.jobs.ports import Bell
from syndicator.secret import Secret
from syndicator.store.console import Console
from syndicator.store.engine import NotReady, StoreError
from syndicator.store.pulse import Pulse
from syndicator.throttled_log import Seldom
from syndicator.web.callers import Callers
from syndicator.web.console.auth import ConsoleGuard, Throttle
from syndicator.web.console.pages import ConsolePages
from syndicator.web.context import Context, utc_now
from syndicator.web.feeds.access import Access
from syndicator.web.feeds.redirects import Moves, extensions
from syndicator.web.feeds.resources import PREFIX, ServedFormat
from syndicator.web.feeds.serving import Feeds
from syndicator.web.health import Health, Metrics
from syndicator.web.hub import HubPages, Reception
from syndicator.web.index import IndexPages
from syndicator.web.opml import ADDRESS as OPML
from syndicator.web.readership import Readers
from syndicator.web.sitemaps import Sitemaps

log = logging.getLogger(__name__)

#: For every page: nothing but our own style and script, nothing inline, in nobody's frame. Readers' pages
#: may show the site's icon. https://www.w3.org/TR/CSP3/
POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self' https:; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
PRIVATE_POLICY = POLICY.replace(" https:", "")


def create_app(
    *,
    site: Site,
    feeds: Mapping[str, Feed],
    formats: Mapping[str, ServedFormat],
    shelf: Shelf,
    store: Console,
    bell: Bell,
    host: str,
    password: str | None = None,
    outboxes: Mapping[str, Path] | None = None,
    queues: Callable[[], Mapping[str, int] | None] | None = None,
    hub: Reception | None = None,
    clock: Callable[[], datetime] = utc_now,
    readers: Readers | None = None,
    pulse: Pulse | None = None,
    access: Mapping[str, Mapping[str, Secret]] | None = None,
    moved: Mapping[str, str] | None = None,
    ended: Collection[str] = (),
    most_per_minute: int = 0,
    proxies: Sequence[str] = (),
) -> Feeds:
    """The application. Needs neither database nor broker to begin, and serves feeds without them.

    ``host`` is the address that it listens on: without a ``password``, the console is for this machine
    alone. ``outboxes`` are folders of posts by channel (``Outbox.place``). ``hub`` ``None``: there is no hub
    of our own. ``readers`` counts who reads what; putting it on record is the caller's, and so are the
    signs of life of ``pulse``. ``access`` to private feeds, what has ``moved`` or ``ended``,
    ``most_per_minute``, ``proxies``: see ``Declared.readers`` and ``Web``, and ``Context`` for the rest.
    """
    desk = Context(
        site=site,
        feeds=feeds,
        formats=formats,
        shelf=shelf,
        store=store,
        bell=bell,
        outboxes=outboxes or {},
        queues=queues,
        clock=clock,
        readers=readers or Readers(),
        pulse=pulse or Pulse("web"),
    )
    pages = Starlette(
        routes=_routes(desk, hub),
        middleware=[
            Middleware(Manners),
            Middleware(ConsoleGuard, password=password, host=host, throttle=Throttle()),
        ],
        exception_handlers=_apologies(desk),
    )
    by_format = {name: form.extension for name, form in formats.items()}
    return Feeds(
        pages,
        site=site,
        feeds=feeds.values(),
        formats=formats,
        shelf=shelf,
        readers=desk.readers,
        access=Access(access or {}),
        moves=Moves(site, extensions(feeds.values(), by_format), moved or {}, ended),
        callers=Callers(proxies),
        most_per_minute=most_per_minute,
    )


async def _to_the_list(request: Request) -> Response:  # noqa: ARG001 - an endpoint's
    return RedirectResponse("/", 301)


def _routes(desk: Context, hub: Reception | None) -> list[Route | Mount]:
    pages, health, console = IndexPages(desk), Health(desk), ConsolePages(desk)
    return [
        *([Route("/hub", HubPages(desk, hub).answer, methods=["GET", "POST"])] if hub else []),
        Route("/", pages.index),
        Route(OPML, pages.opml),
        *(Route(place, _to_the_list) for place in (PREFIX, PREFIX.rstrip("/"))),
        Route(PREFIX + "{path:path}", pages.missing_feed),
        Route("/sitemap.xml", Sitemaps(desk).index),
        Route("/healthz", health.live),
        Route("/readyz", health.ready),
        Route("/metrics", Metrics(desk).read),
        Route("/console", console.overview),
        Route("/console/deliveries", console.deliveries),
        Route("/console/deliveries/{id:int}", console.delivery),
        Route("/console/deliveries/{id:int}/{action}", console.rule, methods=["POST"]),
        Route("/console/channels/{name}/{action}", console.channel, methods=["POST"]),
        Route("/console/sources/{name}/{action}", console.source, methods=["POST"]),
        Route("/console/topics/{name}", console.topic),
        Route("/console/readers", console.readers),
        Route("/console/outbox", console.outbox),
        Route("/console/outbox/{name}/{file}", console.photo),
        Mount("/static", StaticFiles(packages=[("syndicator.web", "static")])),
    ]


def _apologies(desk: Context) -> dict[type[Exception] | int, Callable[[Request, Exception], Response]]:
    """What a person is told when a page cannot be shown."""

    def apology(status: int, title: str, why: str) -> Response:
        return desk.page("apology.html", status, title=title, why=why)

    def http(_: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)  # noqa: S101 - what this handler is registered for
        if error.status_code == 404:
            return apology(404, "Nothing here", "No page has this address.")
        response = apology(error.status_code, "Not done", f"{error.detail}.")
        response.headers.update(error.headers or {})
        return response

    torn = Seldom()

    def left(request: Request, _: Exception) -> Response:
        torn.tell("%s %r: the client left before its request was whole", request.method, request.url.path)
        return Response(status_code=400)  # which nobody reads

    def defect(request: Request, error: Exception) -> Response:
        log.error("%s %s", request.method, request.url.path, exc_info=error)
        return apology(500, "A defect", f"{type(error).__name__}; the log says more.")

    return {
        HTTPException: http,
        ClientDisconnect: left,
        Impossible: lambda _, e: apology(409, "Not possible", f"{e}."),
        NotReady: lambda _, e: apology(503, "The database is not ready", f"{e}. Feeds are still served."),
        StoreError: lambda _, e: apology(
            503, "The database does not answer", f"{e}. Feeds are still served."
        ),
        500: defect,
    }


class Manners:
    """ASGI middleware: what browsers may do with our pages, where a page itself does not say."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        is_console = scope["path"].startswith("/console")
        policy = PRIVATE_POLICY if is_console else POLICY
        manners = [
            (b"content-security-policy", policy.encode()),
            (b"x-content-type-options", b"nosniff"),
            (b"referrer-policy", b"same-origin"),
            (b"cross-origin-opener-policy", b"same-origin"),
        ]
        if is_console:
            manners.append((b"cache-control", b"no-store"))

        async def mannered(message: Message) -> None:
            if message["type"] == "http.response.start":
                said = {name for name, _ in message["headers"]}
                message["headers"] = [*message["headers"], *(m for m in manners if m[0] not in said)]
            await send(message)

        await self.app(scope, receive, mannered)
