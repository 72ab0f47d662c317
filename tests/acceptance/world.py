"""Syndicator as a person runs it: `syndicator up` in a folder, with a news site and a server around it."""

from __future__ import annotations

import io
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from html import escape
from pathlib import Path
from typing import Any, TypeVar

import psutil
import requests
from PIL import Image

from tests.channels.local_server import LocalServer, Reply, Request, closed_port

T = TypeVar("T")

#: Seconds within which anything that happens at all has happened on a busy machine.
PATIENCE = 120.0


@dataclass
class Page:
    """An article's page. ``caption``: of its photo, without which it has none; ``alt``: the photo's
    alternative text, where the page has one beside the caption."""

    number: int
    title: str
    summary: str
    published: datetime
    note: str = ""
    language: str = "en"
    caption: str = "A teal day."
    alt: str = ""


class NewsSite(LocalServer):
    """A site with a listing, article pages that describe themselves, and one photo for all that have one."""

    def __init__(self) -> None:
        super().__init__()
        self.pages: dict[int, Page] = {}
        self.retracted: set[int] = set()
        picture = io.BytesIO()
        Image.new("RGB", (640, 400), "teal").save(picture, "JPEG")
        self.picture = picture.getvalue()

    def publish(self, number: int, title: str) -> Page:
        summary = f"What happened, in one sentence: {title.lower()}."
        self.pages[number] = Page(number, title, summary, datetime.now(UTC).replace(microsecond=0))
        return self.pages[number]

    def retract(self, number: int) -> None:
        del self.pages[number]
        self.retracted.add(number)

    def answer(self, request: Request) -> Reply:
        html = "text/html; charset=utf-8"
        if request.path == "/news":
            items = "".join(
                f'<li><a href="/news/{p.number}">{escape(p.title)}</a> {escape(p.note)}</li>'
                for p in self.pages.values()
            )
            return Reply(body=f"<title>News</title><ul>{items}</ul>".encode(), media_type=html)
        if request.path == "/photo.jpg":
            return Reply(body=self.picture, media_type="image/jpeg")
        number = int(re.sub(r"\D", "", request.path) or 0)
        if number in self.pages:
            return Reply(body=self._article(self.pages[number]).encode(), media_type=html)
        return Reply(status=410 if number in self.retracted else 404, media_type=html)

    def _article(self, page: Page) -> str:
        photo = {"url": "/photo.jpg", "caption": page.caption, "creditText": "A. Photographer"}
        described = {
            "@context": "https://schema.org",
            "@type": "NewsArticle",
            "headline": page.title,
            "description": page.summary,
            "datePublished": page.published.isoformat(),
            "articleSection": "City",
            **({"image": photo} if page.caption else {}),
            "correction": page.note,
        }
        title, summary = escape(page.title), escape(page.summary)
        text = f"<article><h1>{title}</h1><p>{summary}</p><p>More will be known later.</p></article>"
        alt = f'<meta property="og:image:alt" content="{escape(page.alt)}">' if page.alt else ""
        script = f'<script type="application/ld+json">{json.dumps(described)}</script>'
        return f'<html lang="{page.language}">{script}{alt}{text}</html>'


@dataclass
class Desk:
    """One folder of declarations, and `syndicator up` running in it."""

    folder: Path
    port: int
    environment: dict[str, str]
    process: subprocess.Popen[str] | None = None
    begun: list[subprocess.Popen[str]] = field(default_factory=list)
    log: Path = field(init=False)

    def __post_init__(self) -> None:
        self.log = self.folder / "log.txt"

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """`up`, until everything is ready."""
        self.begin_up()
        until(self.ready, "everything is ready", self)

    def begin_up(self) -> None:
        """`up`, without waiting for anything."""
        self.process = self.begin("up")

    def ready(self) -> bool:
        try:
            return requests.get(f"{self.base}/readyz", timeout=5).status_code == 200
        except (requests.ConnectionError, requests.Timeout):
            return False

    def is_served(self) -> bool:
        """Whether the feed is, whatever else is not ready."""
        try:
            return requests.get(f"{self.base}/feeds/all.rss", timeout=5).status_code == 200
        except (requests.ConnectionError, requests.Timeout):
            return False

    def stop(self, number: int = signal.SIGINT) -> int:
        assert self.process is not None
        self.process.send_signal(number)
        return self.process.wait(PATIENCE)

    def kill(self) -> None:
        """Whatever runs."""
        for process in self.processes():
            process.kill()
        for begun in filter(None, [self.process, *self.begun]):
            begun.wait(PATIENCE)

    def begin(self, *arguments: str) -> subprocess.Popen[str]:
        """A process of ours: `up`, or one beside those that it started."""
        with self.log.open("a") as log:
            begun = subprocess.Popen(
                [sys.executable, "-m", "syndicator", "-C", str(self.folder), *arguments],
                stdout=log,
                stderr=log,
                env=self.environment,
                text=True,
            )
        self.begun.append(begun)
        return begun

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Any other command of the command line."""
        return subprocess.run(
            [sys.executable, "-m", "syndicator", "-C", str(self.folder), *arguments],
            capture_output=True,
            text=True,
            env=self.environment,
            timeout=120,
            check=False,
        )

    def feed(self, extension: str = "json") -> Any:
        answer = requests.get(f"{self.base}/feeds/all.{extension}", timeout=30)
        answer.raise_for_status()
        return answer.json() if extension == "json" else answer.text

    def titles(self) -> list[str]:
        """None while the feed is not built for the first time (503)."""
        try:
            return [item["title"] for item in self.feed().get("items", [])]
        except requests.HTTPError as e:
            if e.response.status_code != 503:
                raise
            return []

    def status(self) -> Any:
        return json.loads(self.run("status", "--json").stdout)

    def processes(self) -> list[psutil.Process]:
        """All processes that belong to this folder."""
        found = []
        for process in psutil.process_iter():
            try:
                if process.environ().get("SYNDICATOR_TEST_FOLDER") == str(self.folder):
                    found.append(process)
            except psutil.Error:
                continue
        return [p for p in found if p.status() != psutil.STATUS_ZOMBIE]

    def workers(self) -> list[psutil.Process]:
        return [p for p in self.processes() if p.cmdline()[-1:] == ["worker"]]


def until(happens: Callable[[], T], what: str, desk: Desk | None = None, patience: float = PATIENCE) -> T:
    """Look again and again until it happens."""
    end = time.monotonic() + patience
    while time.monotonic() < end:
        found = happens()
        if found:
            return found
        time.sleep(0.1)
    log = desk.log.read_text()[-4000:] if desk and desk.log.exists() else ""
    raise AssertionError(f"in {patience:g} s it did not happen: {what}\n{log}")


def free_port() -> int:
    """For a server that is about to start."""
    return closed_port()


DECLARATIONS = """
[site]
title = "The Test"
url = "{site}/"
authority = "test.example"
hubs = [{hubs}]

[keep]
{keep}

[web]
listen = "127.0.0.1:{port}"

[fetch]
allow = [{allow}]
photos = [{allow}]

[hub]
allow = [{allow}]

[sources.site]
kind = "page"
listings = [{{ url = "{site}/news" }}]
article = '/news/\\d+$'
key = '/news/(\\d+)$'
every = "1s"
language = "en"

{channels}
"""


def mastodon(name: str, server: str) -> str:
    return f'[channels.{name}]\nkind = "mastodon"\nserver = "{server}"\ntoken = "env:TEST_TOKEN"\n'


@contextmanager
def desk(
    folder: Path,
    site: LocalServer,
    channels: dict[str, str],
    token: str = "",
    keep: str = "",
    also: Sequence[str] = (),
    hubs: Sequence[str] = (),
) -> Iterator[Desk]:
    """A folder with declarations, not started yet; whatever runs in the end is killed. ``also``: other
    addresses that may be reached. ``hubs``: those of others."""
    port = free_port()
    hosts = [site.address, *channels.values(), *also]
    allow = ", ".join(f'"{host.removeprefix("http://")}"' for host in hosts)
    declared = "\n".join(mastodon(name, server) for name, server in channels.items())
    others = ", ".join(f'"{hub}"' for hub in hubs)
    text = DECLARATIONS.format(
        site=site.address, port=port, allow=allow, channels=declared, keep=keep, hubs=others
    )
    (folder / "syndicator.toml").write_text(text)
    (folder / "feeds").mkdir()
    names = ", ".join(f'"{name}"' for name in channels)
    (folder / "feeds" / "all.toml").write_text(f'title = "All"\nchannels = [{names}]\n')
    environment = {**os.environ, "TEST_TOKEN": token, "SYNDICATOR_TEST_FOLDER": str(folder)}
    made = Desk(folder, port, environment)
    try:
        yield made
    finally:
        made.kill()
