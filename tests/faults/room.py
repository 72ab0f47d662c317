"""A newsroom as it is declared, with real servers around it, on a clock that tests move.

Its jobs are those that workers run, over a real database, real files and real HTTP; only the hand that
starts them is ours, so that a test can look at everything between two of them.
"""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select

from syndicator.domain.article import Article
from syndicator.domain.errors import SyndicatorError
from syndicator.store import Store, schema
from syndicator.store.records import article_of
from syndicator.wiring import App, declarations, open_app
from tests.acceptance.world import NewsSite, Page
from tests.channels.local_server import Act, Handler, Reply, Request, Trouble
from tests.channels.servers import FakeMastodon
from tests.fakes import Clock

log = logging.getLogger(__name__)

#: Bytes after which a server that would send for ever gives up: three times of what we read.
ENOUGH = 45_000_000

DECLARATIONS = """
[site]
title = "The Test"
url = "{site}/"
authority = "test.example"

[keep]
database = "{database}"
{keep}

[fetch]
allow = ["{host}", "{channel_host}"]
photos = ["{host}"]

[sources.site]
kind = "page"
listings = [{{ url = "{site}/news" }}]
article = '/news/\\d+$'
key = '/news/(\\d+)$'
every = "1m"
language = "en"

[sources.wire]
kind = "feed"
url = "{site}/wire.rss"
complete = false
every = "1m"
language = "en"

[channels.social]
kind = "mastodon"
server = "{channel}"
token = "env:FAULTS_TOKEN"
wait_for_page = "0s"

[channels.wall]
kind = "outbox"
folder = "{wall}"
wait_for_page = "0s"
"""


class Site(NewsSite):
    """A site with a listing, and beside it an agency's feed. ``wire`` holds the entries of that: a guid
    and a title each."""

    def __init__(self) -> None:
        super().__init__()
        self.wire: list[tuple[str, str, str]] = []
        self.replies: dict[str, Reply] = {}

    def tells(self, title: str, guid: str = "", path: str = "") -> None:
        """The agency tells of something."""
        number = len(self.wire) + 1
        self.wire.insert(0, (guid or f"wire-{number}", path or f"/wire/{number}", title))

    def answer(self, request: Request) -> Reply:
        if request.path in self.replies:
            return self.replies[request.path]
        if request.path == "/wire.rss":
            return Reply(body=self._feed().encode(), media_type="application/rss+xml")
        return super().answer(request)

    def _article(self, page: Page) -> str:
        """Each article has a photo of its own, by its address."""
        return super()._article(page).replace('"/photo.jpg"', f'"/photo.jpg?{page.number}"')

    def _feed(self) -> str:
        now = datetime.now(UTC).strftime("%a, %d %b %Y %H:%M:%S GMT")
        items = "".join(
            f'<item><guid isPermaLink="false">{guid}</guid><link>{self.address}{path}</link>'
            f"<title>{title}</title><description>There is more of it to come, the agency says.</description>"
            f"<pubDate>{now}</pubDate></item>"
            for guid, path, title in self.wire
        )
        head = f"<title>Wire</title><link>{self.address}/</link><description>All</description>"
        return f'<?xml version="1.0"?><rss version="2.0"><channel>{head}{items}</channel></rss>'

    @contextmanager
    def in_trouble(self, act: Act, at: str) -> Iterator[None]:
        """Requests for addresses that begin with ``at`` meet this."""
        self.trouble = Trouble(act, at)
        yield
        self.trouble = None


class Room:
    """What is declared in ``folder``, and what a worker does with it."""

    def __init__(
        self,
        folder: Path,
        site: Site,
        channel: FakeMastodon,
        database: str,
        keep: str = "",
        wall: str = "wall",
    ) -> None:
        self.folder, self.site, self.channel = folder, site, channel
        # rows are made on the real clock: what is due then is due now
        self.clock = Clock(datetime.now(UTC).replace(microsecond=0) + timedelta(minutes=1))
        (folder / "feeds").mkdir(exist_ok=True)
        text = DECLARATIONS.format(
            site=site.address,
            host=site.address.removeprefix("http://"),
            channel=channel.address,
            channel_host=channel.address.removeprefix("http://"),
            database=database,
            keep=keep,
            wall=wall,
        )
        (folder / "syndicator.toml").write_text(text)
        (folder / "feeds" / "all.toml").write_text('title = "All"\nchannels = ["social", "wall"]\n')
        (folder / "feeds" / "wire.toml").write_text('title = "Wire"\nsources = ["wire"]\n')
        self.newsroom = self.opened()

    def opened(self) -> App:
        declarations.cache_clear()
        app = open_app(self.folder, clock=self.clock)
        # The clock that nobody sets would have to be waited for: this room's time of day is the only one.
        return replace(app, deliverer=replace(app.deliverer, steady=lambda: None))

    @property
    def store(self) -> Store:
        return self.newsroom.store

    def works(self, **span: float) -> list[str]:
        """Time passes, and whatever is due is done, as workers do it. Returns what they complained of."""
        if span:
            self.clock.tick(**span)
        complaints: list[str] = []
        for _ in range(20):
            jobs = self.store.due(self.clock()).jobs
            if not jobs or complaints:
                return complaints
            for job, name in jobs:
                run: Callable[[str], None] = getattr(self.newsroom, job)
                try:
                    run(name)
                except SyndicatorError as e:
                    complaints.append(f"{job} {name}: {e}")
        raise AssertionError(f"there is no end to what is due: {jobs}")

    def begins(self) -> None:
        """The first look, which is old news, and a while of nothing."""
        self.site.publish(1, "It was always so")
        self.site.tells("The wire was always so", guid="wire-0")
        assert self.works() == []
        self.clock.tick(minutes=2)

    def titles(self, feed: str = "all") -> list[str]:
        """What the feed's readers see."""
        return [entry["title"] for entry in self.entries(feed)]

    def entries(self, feed: str = "all") -> list[dict[str, Any]]:
        document = self.newsroom.documents.read(f"{feed}.json")
        return list(json.loads(document)["items"]) if document else []

    def posted(self) -> list[str]:
        """The titles of what the channel shows."""
        return [post.text.splitlines()[0] for post in self.channel.published]

    def events(self) -> list[str]:
        """What happened to deliveries."""
        with self.store.reading() as connection:
            return list(connection.scalars(select(schema.event.c.text)))

    def row(self, table: str, name: str) -> Any:
        chosen = schema.metadata.tables[table]
        with self.store.reading() as connection:
            return connection.execute(select(chosen).where(chosen.c.name == name)).one()

    def problem(self, words: str, source: str = "site") -> str:
        """The one line of the operator's that has these words in it."""
        problems = self.row("source", source).problems
        [found] = [line for line in problems if words in line] or [""]
        assert found, f"{words!r} is in none of {problems}"
        return str(found)

    def article(self, title: str) -> Article:
        with self.store.reading() as connection:
            articles = [article_of(row) for row in connection.execute(select(schema.article))]
        [found] = [article for article in articles if article.title == title]
        return found


def old(path: Path, seconds: float) -> None:
    """Let a file be so much older."""
    stat = path.stat()
    os.utime(path, (stat.st_atime - seconds, stat.st_mtime - seconds))


def announcing(length: int) -> Act:
    """Says that very much is coming."""

    def act(handler: Handler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Type", "text/html")
        handler.send_header("Content-Length", str(length))
        handler.end_headers()
        handler.wfile.write(b"<p>" * 1000)
        handler.close_connection = True

    return act


def endless(handler: Handler) -> None:
    """Sends on and on, without having said how much."""
    handler.send_response(200)
    handler.send_header("Content-Type", "text/html")
    handler.send_header("Connection", "close")
    handler.end_headers()
    handler.close_connection = True
    for _ in range(ENOUGH // 90_000):
        handler.wfile.write(b"<p>" * 30_000)


def leading_to(target: str) -> Act:
    """Redirects there."""
    return lambda handler: handler.reply(Reply(status=302, headers={"Location": target}))


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "syndicator", "-C", str(folder), *arguments]
    return subprocess.run(command, capture_output=True, check=False, timeout=240)
