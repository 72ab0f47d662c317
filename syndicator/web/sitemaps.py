"""The index of sitemaps, from the documents that there are (https://www.sitemaps.org/protocol.html#index)."""

from __future__ import annotations

import html
import logging
from collections.abc import Iterator
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from syndicator.feed import Feed, path
from syndicator.web.desk import Desk

log = logging.getLogger(__name__)

#: Formats that are sitemaps, by the names that feeds give them.
SITEMAPS = ("sitemap", "news")

#: Seconds that caches may keep the index.
MAX_AGE = 60

NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"

NONE = 'There is no sitemap: no feed has "sitemap" or "news" among its formats, or none is built yet.\n'


@dataclass(frozen=True)
class Sitemaps:
    desk: Desk

    async def index(self, request: Request) -> Response:  # noqa: ARG002 - an endpoint's
        listed = "".join(self._listed())
        if not listed:  # an index of nothing is not valid
            return PlainTextResponse(NONE, 404)
        head = f'<?xml version="1.0" encoding="UTF-8"?>\n<sitemapindex xmlns="{NAMESPACE}">'
        return Response(
            f"{head}{listed}</sitemapindex>",
            media_type="application/xml",
            headers={"Cache-Control": f"max-age={MAX_AGE}"},
        )

    def _listed(self) -> Iterator[str]:
        for feed in self.desk.feeds.values():
            for name in SITEMAPS:
                if name in feed.formats:
                    yield from self._documents(feed, self.desk.formats[name].extension)

    def _documents(self, feed: Feed, extension: str) -> Iterator[str]:
        """One feed's sitemaps of one kind: the newest, and its archives."""
        numbered = (self.desk.shelf.folder / feed.name).glob(f"*.{extension}")
        stems = [file.name.removesuffix(f".{extension}") for file in numbered]
        archives = sorted((int(stem) for stem in stems if stem.isdecimal()), reverse=True)
        for page in (None, *archives):
            try:
                served = self.desk.shelf.load(path(feed.name, extension, page))
            except OSError as e:
                log.error("sitemap %s cannot be read: %s", path(feed.name, extension, page), e)
                continue
            if served:
                where = html.escape(self.desk.site.address(feed, extension, page))
                yield f"<sitemap><loc>{where}</loc><lastmod>{served.modified.isoformat()}</lastmod></sitemap>"
