"""A site of article pages that a test writes as it likes, and one who watches it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from syndicator.http.client import Http
from syndicator.jobs.ports import Look
from syndicator.sources.page import Listing, PageSource
from syndicator.sources.pages.extract import Select
from tests.channels.local_server import LocalServer, Reply, Request

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)

WORDS = ("quay", "market", "school", "bridge", "library", "tram", "theatre", "mill", "clinic", "brewery")

VOCABULARY = [
    "council",
    "owners",
    "Monday",
    "promised",
    "workers",
    "neighbours",
    "feared",
    "closed",
    "decision",
    "hall",
    "expected",
    "autumn",
    "budget",
    "river",
    "engineers",
    "opened",
    "repaired",
    "evening",
    "children",
    "teacher",
    "visitors",
    "stone",
    "painted",
    "harbour",
    "summer",
    "voted",
    "against",
    "mayor",
    "signed",
    "letter",
    "station",
    "early",
    "crowd",
    "music",
    "garden",
    "winter",
    "roof",
    "collapsed",
    "found",
    "million",
    "traders",
    "returned",
]


def story(name: str) -> str:
    """Three paragraphs that no other name has."""
    words = Random(name).choices(VOCABULARY, k=60)  # noqa: S311 - sample text
    lines = [" ".join(words[start : start + 20]) for start in range(0, 60, 20)]
    return "".join(f"<p>About the {name}: {line}.</p>" for line in lines)


def page(title: str, text: str, head: str = "", *, around: str = "<article><h1>{}</h1>{}</article>") -> str:
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>{head}</head>'
        f"<body><main>{around.format(title, text)}</main></body></html>"
    )


DATED = '<meta property="article:published_time" content="2026-03-01T{:02}:00:00Z">'
CANONICAL = '<link rel="canonical" href="{}">'


class Town(LocalServer):
    """Serves ``pages`` by path; ``listed`` are the paths on the listing, ``head`` is the listing's own."""

    def __init__(self) -> None:
        super().__init__()
        self.pages: dict[str, str | Reply] = {}
        self.listed: list[str] = []
        self.head = ""
        self.listing = ""

    def publish(self, number: int, text: str = "", head: str = "", title: str = "") -> str:
        """An article with a date and an address of its own. Returns its path."""
        name, path = WORDS[number % len(WORDS)], f"/news/{number}"
        marks = DATED.format(number % 24) + CANONICAL.format(path)
        self.pages[path] = page(
            title or f"What becomes of the {name}", text or story(f"{name} {number}"), head or marks
        )
        self.listed.insert(0, path)
        return path

    def answer(self, request: Request) -> Reply:
        address = request.path + (
            "?" + "&".join(f"{k}={v}" for k, v in request.query.items()) if request.query else ""
        )
        found = self.pages.get(address, self.pages.get(request.path))
        if found is None and request.path == "/news":
            links = "".join(f'<li><a href="{path}">Read {path}</a></li>' for path in self.listed)
            found = f"<html><head><title>News</title>{self.head}</head><ul>{links}</ul>{self.listing}</html>"
        if isinstance(found, Reply):
            return found
        if found is None:
            return Reply(status=404)
        return Reply(body=found.encode(), media_type="text/html; charset=utf-8")


@dataclass
class Watch:
    """Looks at a site again and again, remembering what the last look left, as JSON does."""

    source: PageSource
    now: datetime = NOW
    memory: dict[str, Any] = field(default_factory=dict)

    def look(self, after: timedelta = timedelta()) -> Look:
        self.now += after
        seen = self.source.look(self.memory, self.now)
        self.memory = json.loads(json.dumps(seen.memory, sort_keys=True))
        return seen

    def titles(self, after: timedelta, times: int = 1) -> list[str]:
        """The headlines that so many looks show, each ``after`` the one before."""
        return [sighting.title for _ in range(times) for sighting in self.look(after).sightings]


def watching(town: Town, **settings: Any) -> Watch:
    read: dict[str, Any] = {
        "article": r"/news/\d+$",
        "select": Select(content="main"),
        "recheck": (5 * MINUTE, HOUR),
    }
    return Watch(
        PageSource(
            name="town",
            listings=(Listing(url=f"{town.address}/news"),),
            http=Http(allow=[town.address.removeprefix("http://")]),
            **(read | settings),
        )
    )
