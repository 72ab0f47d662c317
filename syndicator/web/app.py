"""The web application: feeds for everybody, a console for operators, answers for machines.

::

    /                      the list of feeds
    /feeds.opml            the same for feed readers
    /feeds/NAME.html       a feed, for people
    /feeds/NAME.EXT        a feed
    /feeds/NAME/PAGE.EXT   an archive of it
    /feeds/_photos/HASH    a photo, for services that fetch it from us; likewise _shown
    /sitemap.xml           the index of sitemaps
    /KEY.txt               what channels want to be found on the site
    /ap/NAME               an actor, its posts, inbox and outbox (ActivityPub)
    /.well-known/...       where actors are found
    /hub                   to be sent it when it changes (WebSub)
    /push/NAME/...         to subscribe to notifications of a channel (where channels declare such pages)
    /lists/NAME            to get a channel's posts by mail (likewise)
    /healthz /readyz       is it up, is it ready
    /metrics               for Prometheus
    /console               for operators
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from syndicator.documents.shelf import Shelf
from syndicator.domain.article import Article
from syndicator.domain.feed import Feed, Site
from syndicator.jobs.ports import Bell
from syndicator.posts.drawing import DrawnPost
from syndicator.secret import Secret
from syndicator.store.console import Console
from syndicator.store.pulse import Pulse
from syndicator.web.callers import Callers
from syndicator.web.console.auth import ConsoleGuard
from syndicator.web.console.routes import console_routes
from syndicator.web.context import Context, utc_now
from syndicator.web.error_pages import error_pages
from syndicator.web.feeds.access import Access
from syndicator.web.feeds.catalog import Catalog
from syndicator.web.feeds.redirects import Moves, extensions
from syndicator.web.feeds.resources import PREFIX, ServedFormat
from syndicator.web.feeds.serving import FeedServer
from syndicator.web.fetched_photos import FetchedPhotos, photo_path
from syndicator.web.health import Health
from syndicator.web.hub import HubPages, HubReception
from syndicator.web.index import IndexPages
from syndicator.web.metrics import Metrics
from syndicator.web.opml import ADDRESS as OPML
from syndicator.web.readership import ReaderCounts
from syndicator.web.security_headers import SecurityHeaders
from syndicator.web.sitemaps import Sitemaps


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
    channel_pages: Mapping[str, str] | None = None,
    draw: Callable[[str, Article], Sequence[DrawnPost]] = lambda _channel, _article: (),
    ending_tokens: Callable[[datetime], Mapping[str, str]] = lambda _now: {},
    queues: Callable[[], Mapping[str, int] | None] | None = None,
    hub: HubReception | None = None,
    clock: Callable[[], datetime] = utc_now,
    readers: ReaderCounts | None = None,
    pulse: Pulse | None = None,
    access: Mapping[str, Mapping[str, Secret]] | None = None,
    moved: Mapping[str, str] | None = None,
    ended: Collection[str] = (),
    most_per_minute: int = 0,
    proxies: Sequence[str] = (),
    texts: Mapping[str, str] | None = None,
    more_routes: Callable[[Context], Iterable[Route]] = lambda _context: (),
    read_photos: Mapping[str, Callable[[str], bytes | None]] | None = None,
) -> FeedServer:
    """The application. Needs neither database nor broker to begin, and serves feeds without them.

    ``host`` is the address that it listens on: without a ``password``, the console is for this machine
    alone. ``hub`` ``None``: there is no hub
    of our own. ``readers`` counts who reads what; putting it on record is the caller's, and so are the
    signs of life of ``pulse``. ``access`` to private feeds, what has ``moved`` or ``ended``,
    ``most_per_minute``, ``proxies``: see ``Declared.readers`` and ``Web``, and ``Context`` for the rest.
    ``texts``: more files for everybody, by their paths, where nothing else is. ``more_routes``: those of
    declared channels. ``read_photos``: the file of a photo that services fetch from us, by its folder.
    """
    context = Context(
        site=site,
        feeds=feeds,
        formats=formats,
        shelf=shelf,
        store=store,
        bell=bell,
        channel_pages=channel_pages or {},
        draw=draw,
        ending_tokens=ending_tokens,
        queues=queues,
        clock=clock,
        readers=readers or ReaderCounts(),
        pulse=pulse or Pulse("web"),
    )
    pages = Starlette(
        routes=[
            *(
                Route(photo_path(folder), FetchedPhotos(read).respond)
                for folder, read in (read_photos or {}).items()
            ),
            *_routes(context, hub),
            *more_routes(context),
            *_text_routes(texts or {}),
        ],
        middleware=[
            Middleware(SecurityHeaders),
            Middleware(ConsoleGuard, password=password, host=host),
        ],
        exception_handlers=error_pages(context),
    )
    by_format = {name: form.extension for name, form in formats.items()}
    return FeedServer(
        pages,
        catalog=Catalog(site, feeds.values(), formats, shelf),
        readers=context.readers,
        access=Access(access or {}),
        moves=Moves(site, extensions(feeds.values(), by_format), moved or {}, ended),
        callers=Callers(proxies),
        max_per_minute=most_per_minute,
    )


async def _redirect_to_index(request: Request) -> Response:  # noqa: ARG001 - an endpoint's
    return RedirectResponse("/", 301)


def _text_routes(texts: Mapping[str, str]) -> Iterator[Route]:
    for path, text in texts.items():

        async def respond(request: Request, text: str = text) -> Response:  # noqa: ARG001 - an endpoint's
            return PlainTextResponse(text)

        yield Route(path, respond)


def _routes(context: Context, hub: HubReception | None) -> list[Route | Mount]:
    pages, health = IndexPages(context), Health(context)
    return [
        *([Route("/hub", HubPages(context, hub).respond, methods=["GET", "POST"])] if hub else []),
        Route("/", pages.index),
        Route(OPML, pages.opml),
        *(Route(place, _redirect_to_index) for place in (PREFIX, PREFIX.rstrip("/"))),
        Route(PREFIX + "{path:path}", pages.missing_feed),
        Route("/sitemap.xml", Sitemaps(context).index),
        Route("/healthz", health.live),
        Route("/readyz", health.ready),
        Route("/metrics", Metrics(context).read),
        *console_routes(context),
        Mount(
            "/static", StaticFiles(packages=[("syndicator.web", "static"), ("syndicator.posts", "static")])
        ),
    ]
