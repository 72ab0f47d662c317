"""Pages for readers: which feeds there are, and what to do about an address that leads nowhere."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches

from starlette.requests import Request
from starlette.responses import Response

from syndicator.feed import Feed, Filter
from syndicator.web.desk import Desk
from syndicator.web.feeds import PREFIX

log = logging.getLogger(__name__)

#: How formats are called where people read it.
LABELS = {"rss": "RSS", "atom": "Atom", "json": "JSON Feed"}

#: Seconds that caches may keep the list of feeds.
MAX_AGE = 60


@dataclass(frozen=True, kw_only=True)
class Link:
    """A feed in one format. ``path`` leads there from this server, ``address`` is what to subscribe to;
    ``modified``: when it last changed, ``None`` while it is not built."""

    label: str
    media_type: str
    path: str
    address: str
    modified: datetime | None


@dataclass(frozen=True, kw_only=True)
class Listed:
    """A feed on the list."""

    feed: Feed
    carries: list[str]
    links: list[Link]

    @property
    def modified(self) -> datetime | None:
        return max((link.modified for link in self.links if link.modified), default=None)


@dataclass(frozen=True)
class Pages:
    desk: Desk

    async def index(self, request: Request) -> Response:  # noqa: ARG002 - an endpoint's
        response = self.desk.page("index.html", feeds=self.listed())
        response.headers["Cache-Control"] = f"max-age={MAX_AGE}"
        return response

    async def missing_feed(self, request: Request) -> Response:
        """An address below the feeds' that is none of theirs."""
        wanted = request.path_params["path"]
        listed = {link.path.removeprefix(PREFIX): feed for feed in self.listed() for link in feed.links}
        near = get_close_matches(wanted, listed, n=1)
        stem = wanted.partition(".")[0]
        meant = next((f for f in listed.values() if f.feed.name == stem), None)
        meant = meant or (listed[near[0]] if near else None)
        return self.desk.page("missing.html", 404, wanted=f"{PREFIX}{wanted}", meant=meant)

    def listed(self) -> list[Listed]:
        return [
            Listed(feed=feed, carries=carries(feed), links=[self._link(feed, name) for name in feed.formats])
            for feed in self.desk.feeds.values()
            if not feed.is_private
        ]

    def _link(self, feed: Feed, name: str) -> Link:
        form = self.desk.formats[name]
        file = f"{feed.name}.{form.extension}"
        try:
            served = self.desk.shelf.load(file)
        except OSError as e:
            log.error("feed document %s cannot be read: %s", file, e)
            served = None
        return Link(
            label=LABELS.get(name, form.extension.upper()),
            media_type=form.media_type.partition(";")[0],
            path=PREFIX + file,
            address=self.desk.site.address(feed, form.extension),
            modified=served.modified if served else None,
        )


def carries(feed: Feed) -> list[str]:
    """What a feed carries, one phrase for each condition."""
    phrases = [f"{what}: {', '.join(values)}" for what, values in _conditions(feed.only)]
    phrases += [f"without {what}: {', '.join(values)}" for what, values in _conditions(feed.exclude)]
    return phrases or ["every article"]


def _conditions(chosen: Filter) -> list[tuple[str, tuple[str, ...]]]:
    named = [
        (("section", "sections"), chosen.sections),
        (("tag", "tags"), chosen.tags),
        (("author", "authors"), chosen.authors),
        (("language", "languages"), chosen.languages),
        (("source", "sources"), chosen.sources),
    ]
    return [(nouns[len(values) > 1], values) for nouns, values in named if values]
