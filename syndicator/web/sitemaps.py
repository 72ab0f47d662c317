"""The index of sitemaps, from the documents that there are (https://www.sitemaps.org/protocol.html#index)."""

from __future__ import annotations

import html
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from syndicator.domain.feed import Feed, path
from syndicator.web.context import Context

log = logging.getLogger(__name__)

#: Formats that are sitemaps, by the names that feeds give them.
SITEMAP_FORMATS = ("sitemap", "news")

#: Seconds for which caches may keep the index.
MAX_AGE_S = 60

NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"

NO_SITEMAP_TEXT = (
    'There is no sitemap: no feed has "sitemap" or "news" among its formats, or none is built yet.\n'
)


@dataclass(frozen=True)
class Sitemaps:
    context: Context

    async def index(self, request: Request) -> Response:  # noqa: ARG002 - an endpoint's
        listed = "".join(self._listed())
        if not listed:  # an index of nothing is not valid
            return PlainTextResponse(NO_SITEMAP_TEXT, 404)
        head = f'<?xml version="1.0" encoding="UTF-8"?>\n<sitemapindex xmlns="{NAMESPACE}">'
        return Response(
            f"{head}{listed}</sitemapindex>",
            media_type="application/xml",
            headers={"Cache-Control": f"max-age={MAX_AGE_S}"},
        )

    def _listed(self) -> Iterator[str]:
        for feed in self.context.feeds.values():
            for name in SITEMAP_FORMATS:
                if name in feed.formats and not feed.is_private:
                    yield from self._documents(feed, self.context.formats[name].extension)

    def _documents(self, feed: Feed, extension: str) -> Iterator[str]:
        """One feed's sitemaps of one kind: the newest, and its archives, the newest of them first."""
        try:
            newest = self.context.shelf.load(path(feed.name, extension))
            archives = self.context.shelf.archives(feed.name, extension)
        except OSError as e:
            log.error("sitemaps of feed %s cannot be read: %s", feed.name, e)
            return
        documents: dict[int | None, datetime] = {None: newest.modified} if newest else {}
        documents |= {page: archives[page] for page in sorted(archives, reverse=True)}
        for page, modified in documents.items():
            loc = html.escape(self.context.site.address(feed, extension, page))
            changed = modified.replace(microsecond=0).isoformat()
            yield f"<sitemap><loc>{loc}</loc><lastmod>{changed}</lastmod></sitemap>"
