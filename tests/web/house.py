"""A newsroom's web server, over real documents and a real database."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from starlette.routing import Route

from syndicator.documents.directory import PRIVATE, Directory
from syndicator.documents.directory_shelf import DirectoryShelf
from syndicator.documents.split import SplitShelf
from syndicator.domain.article import Article
from syndicator.domain.feed import Feed, Filter
from syndicator.jobs.ports import Document
from syndicator.posts.drawing import DrawnPost
from syndicator.secret import Secret
from syndicator.store import Store
from syndicator.store.pulse import Pulse
from syndicator.web import create_app
from syndicator.web.context import Context
from syndicator.web.feeds.serving import FeedServer
from syndicator.web.hub import HubReception
from syndicator.web.readership import ReaderCounts
from tests.fakes import ALL, NOON, SITE, Clock
from tests.processes.heard import HeardBell

CITY = Feed(
    name="city",
    title="City & <river>",
    language="en",
    formats=("rss", "json"),
    only=Filter(sections=("City",), languages=("en",), exclude=Filter(authors=("Wire",))),
    max_age=300,
)


BOARD = Feed(name="board", title="The board", formats=("rss",), is_private=True)


@dataclass(frozen=True)
class Written:
    """What serving needs to know of a format."""

    extension: str
    media_type: str
    keeps_archives: bool = True


FORMATS = {
    "rss": Written("rss", "application/rss+xml; charset=utf-8"),
    "atom": Written("atom", "application/atom+xml; charset=utf-8"),
    "json": Written("json", "application/feed+json; charset=utf-8"),
    "html": Written("html", "text/html; charset=utf-8"),
}


class House:
    """Builds documents, and makes the application over them."""

    def __init__(self, folder: Path, store: Store, clock: Clock | None = None) -> None:
        self.folder, self.store, self.clock = folder, store, clock or Clock()
        self.bell = HeardBell(folder / "broker")

    def builds(
        self, feed: str, content: str = "<rss/>", modified: datetime = NOON, page: int | None = None
    ) -> None:
        formats = next(f for f in (ALL, CITY) if f.name == feed).written
        documents = [
            Document(
                extension=FORMATS[name].extension, content=content.encode(), modified=modified, page=page
            )
            for name in formats
        ]
        Directory(self.folder / "documents").replace(feed, documents)

    def builds_private(self, content: str = "<private/>") -> None:
        document = Document(extension="rss", content=content.encode(), modified=NOON)
        Directory(self.folder / "documents" / PRIVATE).replace("board", [document])

    def app(
        self,
        *,
        password: str | None = None,
        host: str = "127.0.0.1",
        hubs: tuple[str, ...] = (),
        channel_pages: Mapping[str, str] | None = None,
        ending_tokens: Callable[[datetime], Mapping[str, str]] = lambda _now: {},
        queues: Callable[[], Mapping[str, int] | None] | None = None,
        hub: HubReception | None = None,
        readers: ReaderCounts | None = None,
        pulse: Pulse | None = None,
        access: Mapping[str, Mapping[str, Secret]] | None = None,
        moved: Mapping[str, str] | None = None,
        ended: tuple[str, ...] = (),
        draw: Callable[[str, Article], Sequence[DrawnPost]] = lambda _channel, _article: (),
        most_per_minute: int = 0,
        proxies: tuple[str, ...] = (),
        more_routes: Callable[[Context], Iterable[Route]] = lambda _context: (),
        **site: Any,
    ) -> FeedServer:
        documents = self.folder / "documents"
        shelf = DirectoryShelf(documents)
        return create_app(
            site=replace(SITE, hubs=hubs, **site),
            feeds={feed.name: feed for feed in ((ALL, CITY, BOARD) if access else (ALL, CITY))},
            formats=FORMATS,
            shelf=SplitShelf(shelf, DirectoryShelf(documents / PRIVATE), access) if access else shelf,
            store=self.store,
            bell=self.bell,
            host=host,
            password=password,
            channel_pages=channel_pages,
            ending_tokens=ending_tokens,
            queues=queues,
            hub=hub,
            clock=self.clock,
            readers=readers,
            pulse=pulse,
            access=access,
            moved=moved,
            ended=ended,
            draw=draw,
            more_routes=more_routes,
            most_per_minute=most_per_minute,
            proxies=proxies,
        )
