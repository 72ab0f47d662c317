"""``syndicator web``: the web application over what is declared."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from pkgutil import resolve_name
from typing import Any

from kombu.exceptions import ChannelError, OperationalError
from starlette.routing import Route

from syndicator.documents.public_photos import KEPT_FOR
from syndicator.domain.article import Article
from syndicator.domain.errors import SyndicatorError
from syndicator.http.client import AddressGuard, Http
from syndicator.jobs.job import Job
from syndicator.posts.drawing import DrawnPost
from syndicator.posts.unfetched import unfetched_scenes
from syndicator.processes.garbage import collect_as_usual
from syndicator.processes.parent_watch import process_name
from syndicator.processes.web_bell import WebBell, connection
from syndicator.store import Store
from syndicator.store.engine import connect
from syndicator.store.pulse import Pulse
from syndicator.web.app import create_app
from syndicator.web.channel_pages import PageMeans
from syndicator.web.context import Context
from syndicator.web.hub import HubReception
from syndicator.web.readership import ReaderCounts
from syndicator.web.serve import serve
from syndicator.wiring import App, assemble, declarations
from syndicator.wiring.places import photo_place, shelf

#: Seconds between signs of life. It is also how soon a database that takes nothing is noticed.
BEAT_S = 5.0


def serve_site(folder: Path) -> None:
    """Serve feeds and the console until told to stop. Feeds need neither database nor broker."""
    declared = declarations(folder)
    store = Store(connect(declared.keep.database))  # not opened: it may be away
    app = assemble(declared, store, WebBell(declared.keep.broker))
    readers, pulse = ReaderCounts(), Pulse(process_name("web"))
    web = create_app(
        site=declared.site,
        feeds=declared.feeds,
        formats=app.formats,
        shelf=shelf(app.declared),
        store=store,
        bell=app.bell,
        host=declared.web.host,
        password=declared.web.password.reveal() if declared.web.password else None,
        channel_pages=console_pages(app),
        draw=partial(_drawn, app),
        ending_tokens=declared.ending_tokens,
        queues=lambda: queue_depths(declared.keep.broker),
        hub=reception(app) if declared.hub.enabled else None,
        readers=readers,
        pulse=pulse,
        access=declared.readers,
        moved=declared.web.moved,
        ended=declared.web.ended,
        most_per_minute=declared.web.most_per_minute,
        proxies=declared.web.proxies,
        texts=site_texts(courier.channel for courier in app.couriers.values()),
        more_routes=partial(channel_routes, app),
        read_photos={folder: photo_place(declared, folder).read for folder in KEPT_FOR},
    )
    pulse.start(store, BEAT_S, lambda: _record(readers, store))
    collect_as_usual()
    serve(
        web,
        host=declared.web.host,
        port=declared.web.port,
        connections=declared.web.connections,
        at_exit=lambda: readers.record(store, datetime.now(UTC)),
    )


def site_texts(channels: Iterable[object]) -> dict[str, str]:
    """The files, by their paths, that channels want to be found on the site: they may have ``site_texts``."""
    return {path: text for each in channels for path, text in getattr(each, "site_texts", {}).items()}


def console_pages(app: App) -> dict[str, str]:
    """Addresses in the console of pages with the posts of channels, by channel: they may have a
    ``console_page``."""
    pages = {name: getattr(courier.channel, "console_page", "") for name, courier in app.couriers.items()}
    return {name: page for name, page in pages.items() if page}


def channel_routes(app: App, context: Context) -> list[Route]:
    """The pages of channels whose kind has some: it names the function that makes them in ``web_pages``."""
    by_maker: dict[str, dict[str, Any]] = {}
    for name, courier in app.couriers.items():
        if maker := getattr(courier.channel, "web_pages", ""):
            by_maker.setdefault(maker, {})[name] = courier.channel
    http = Http(allow=app.declared.hub.allow, setting="[hub] allow")
    means = PageMeans(context=context, store=app.store, http=http)
    made: list[list[Route]] = [resolve_name(maker)(each, means) for maker, each in by_maker.items()]
    return [route for routes in made for route in routes]


def _drawn(app: App, channel: str, article: Article) -> Sequence[DrawnPost]:
    courier = app.couriers.get(channel)
    if courier is None:
        return []
    return unfetched_scenes(
        courier, app.composer_of(article), channel, article, app.age_of_post(channel, article)
    )


def _record(readers: ReaderCounts, store: Store) -> None:
    if error := readers.record(store, datetime.now(UTC)):
        raise error


def reception(app: App) -> HubReception:
    """What our own hub takes requests with."""
    declared = app.declared
    return HubReception(
        topics=app.distributor.topics,
        terms=declared.hub,
        guard=AddressGuard(declared.hub.allow, "[hub] allow"),
        store=app.store,
        requests=declared.hub.requests,
    )


def queue_depths(url: str) -> Mapping[str, int] | None:
    """How many messages wait in each queue; ``None`` while the broker does not answer."""
    try:
        with connection(url) as line:
            channel = line.default_channel
            return {job.value: int(channel._size(job.value)) for job in Job}
    except (OperationalError, ChannelError, OSError, SyndicatorError):
        return None
