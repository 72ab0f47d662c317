"""A story that is printed: feeds built into real documents, and read as their readers do."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from lxml import etree

from syndicator import formats
from syndicator.documents.directory import Directory
from syndicator.domain.article import Article, ArticleState, Sighting
from syndicator.domain.feed import Feed
from syndicator.formats.gate import ReadBackGate
from syndicator.formats.partner_fit import fitted
from syndicator.jobs.build import Builder, build
from syndicator.jobs.ports import Format
from syndicator.store import Store
from tests.fakes import ALL, SITE, sighting
from tests.jobs.newsroom import Story

ATOM = "{http://www.w3.org/2005/Atom}"
TOMB = "{http://purl.org/atompub/tombstones/1.0}deleted-entry"


class Press(Story):
    """A newsroom whose feed ``all`` holds four articles in three formats."""

    def __init__(self, store: Store, folder: Path, **feed: Any) -> None:
        super().__init__(store)
        self.folder = folder
        self.gate = ReadBackGate()
        self.formats: dict[str, Format] = {
            name: formats.kind(name)() for name in ("rss", "atom", "json", "html")
        }
        self.redeclare(replace(ALL, **{"length": 4, **feed}))

    def redeclare(self, *feeds: Feed) -> None:
        self.feeds = list(feeds)
        self.declare()

    def builds(self, name: str = "all") -> bool:
        """One build, if the feed wants one."""
        builder = Builder(
            feeds={feed.name: feed for feed in self.feeds},
            site=SITE,
            store=self.store,
            formats=self.formats,
            gate=self.gate,
            documents=Directory(self.folder),
            bell=self.bell,
            clock=self.clock,
            fit=fitted,
        )
        return build(builder, name)

    def builds_all(self, name: str = "all") -> int:
        """Builds until nothing is wanted; how often."""
        count = 0
        while self.builds(name):
            count += 1
            assert count < 100
        return count

    def prints(self, *keys: int, **changes: Any) -> None:
        """Publishes articles a minute after each other, and builds after each."""
        for key in keys:
            self.publishes(str(key), **changes)
            self.builds_all()
            self.clock.tick(minutes=1)

    def fill(self, count: int, first: int = 1) -> None:
        """Puts articles on record at once, as a first look does."""
        for key in range(first, first + count):
            self.source.shows = [*self.source.shows, shown(key, self.clock() + timedelta(minutes=key))]
        self.look()
        self.clock.tick(minutes=1)

    def carried(self, path: str = "all.atom") -> list[int]:
        """Which articles stand in a document."""
        if path.endswith("json"):
            urls = [item["url"] for item in json.loads(self.content(path))["items"]]
        elif path.endswith("atom"):
            urls = [link.get("href", "") for link in self.root(path).iterfind(f"{ATOM}entry/{ATOM}link[1]")]
        else:
            urls = [link.text or "" for link in self.root(path).iterfind("channel/item/link")]
        return [int(url.rpartition("/")[2]) for url in urls]

    def links(self, path: str = "all.atom") -> dict[str, str]:
        """Where a document leads, without the addresses' common beginning."""
        root = self.root(path)
        found = root.iterfind(f"{ATOM}link" if path.endswith("atom") else f"channel/{ATOM}link")
        return {
            link.get("rel", ""): link.get("href", "").removeprefix(SITE.feeds_url + "/") for link in found
        }

    def walk(self, extension: str = "atom", feed: str = "all") -> dict[str, list[int]]:
        """All documents that a reader of the whole history meets, with what stands in them."""
        met, path = {}, f"{feed}.{extension}"
        while path:
            assert path not in met
            met[path] = self.carried(path)
            if extension == "json":
                path = json.loads(self.content(path)).get("next_url", "").removeprefix(SITE.feeds_url + "/")
            else:
                path = self.links(path).get("prev-archive", "")
        return met

    def tombs(self) -> dict[int, str]:
        found = self.root("all.atom").iterfind(TOMB)
        return {int(tomb.get("ref", "").rpartition("/")[2]): tomb.get("when", "") for tomb in found}

    def root(self, path: str) -> Any:
        return etree.fromstring(self.content(path))

    def content(self, path: str) -> bytes:
        content = Directory(self.folder).read(path)
        assert content is not None, f"there is no {path}"
        return content

    def files(self) -> Mapping[str, tuple[int, int]]:
        """Every file by its identity: what is written again gets another one."""
        found = (path for path in self.folder.rglob("*") if path.is_file())
        return {p.relative_to(self.folder).as_posix(): (p.stat().st_ino, p.stat().st_ctime_ns) for p in found}

    def live(self) -> set[int]:
        return {int(article.key) for article in self.articles if article.state is ArticleState.LIVE}

    def article(self, key: int) -> Article:
        return next(article for article in self.articles if article.key == str(key))


def shown(key: int, published: datetime) -> Sighting:
    return sighting(str(key), published=published)
