"""Pages for readers: which feeds there are, and what to do about an address that leads nowhere."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches
from itertools import groupby

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from syndicator.domain.feed import PAGE, Feed
from syndicator.formats.words import Alternate, alternates, carries, extent
from syndicator.web.context import Context
from syndicator.web.feeds.resources import PREFIX
from syndicator.web.opml import ADDRESS, MEDIA_TYPE, Subscriptions

log = logging.getLogger(__name__)

#: Seconds for which caches may keep the list of feeds.
MAX_AGE_S = 60

#: The parts of the list, in order: by the conditions that their feeds have, and whom they are for.
GROUPS = ("Everything", "By language", "By topic", "By author", "More feeds", "For partners")


@dataclass(frozen=True, kw_only=True)
class ListedFeed:
    """A feed on the list. ``page`` is where people read it; ``modified``: when it last changed, ``None``
    while it is not built."""

    feed: Feed
    page: str
    carries: list[str]
    links: list[Alternate]
    modified: datetime | None


@dataclass(frozen=True, kw_only=True)
class Group:
    """A part of the list."""

    title: str
    feeds: Sequence[ListedFeed]


class IndexPages:
    """Endpoints for readers."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self._opml = Subscriptions(context.site, self.public(), context.formats)

    async def index(self, request: Request) -> Response:  # noqa: ARG002 - an endpoint's
        listed = sorted(self.listed(), key=_place)
        groups = [
            Group(title=title, feeds=list(feeds))
            for title, feeds in groupby(listed, key=lambda each: group(each.feed))
        ]
        response = self.context.page(
            "index.html", groups=groups, feeds=listed, opml=ADDRESS, opml_type=MEDIA_TYPE
        )
        response.headers["Cache-Control"] = f"max-age={MAX_AGE_S}"
        response.headers["Link"] = f'<{ADDRESS}>; rel="alternate"; type="{MEDIA_TYPE}"'
        return response

    async def opml(self, request: Request) -> Response:
        """All feeds, to be subscribed to at once."""
        return self._opml.respond(request)

    async def missing_feed(self, request: Request) -> Response:
        """An address below the feeds' that is no document: a feed's name leads to its page."""
        requested = request.path_params["path"]
        if requested.rstrip("/") in {feed.name for feed in self.public()}:
            return RedirectResponse(f"{PREFIX}{requested.rstrip('/')}.{PAGE}", 301)
        by_name = {each.feed.name: each for each in self.listed()}
        stem = requested.partition("/")[0].partition(".")[0]
        matches = get_close_matches(stem, by_name, n=1)
        suggestion = by_name[matches[0]] if matches else None
        return self.context.page(
            "missing.html", 404, requested=f"{PREFIX}{requested}", suggestion=suggestion, prefix=PREFIX
        )

    def public(self) -> list[Feed]:
        """The feeds that everybody may know of: what is listed, found and suggested."""
        return [feed for feed in self.context.feeds.values() if not feed.is_private]

    def listed(self) -> list[ListedFeed]:
        return [
            ListedFeed(
                feed=feed,
                page=f"{feed.name}.{PAGE}",
                carries=[*carries(feed), extent(feed)],
                links=alternates(self.context.site, feed, self.context.formats),
                modified=self._modified(feed),
            )
            for feed in self.public()
        ]

    def _modified(self, feed: Feed) -> datetime | None:
        files = [f"{feed.name}.{self.context.formats[name].extension}" for name in feed.formats]
        try:
            documents = [self.context.shelf.load(file) for file in files]
        except OSError as e:
            log.error("documents of feed %s cannot be read: %s", feed.name, e)
            return None
        return max((each.modified for each in documents if each), default=None)


def group(feed: Feed) -> str:
    """The part of the list that a feed belongs to."""
    only = feed.only
    if feed.partner:
        return "For partners"
    if only.sections or only.tags or only.keywords or only.places or only.any:
        return "By topic"
    if only.authors:
        return "By author"
    if only.languages:
        return "By language"
    return "More feeds" if only.sources else "Everything"


def _place(listed: ListedFeed) -> int:
    return GROUPS.index(group(listed.feed))
