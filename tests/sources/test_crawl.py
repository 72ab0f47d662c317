"""A source of pages that are found in another way than on listings: all that it adds is how."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from syndicator.domain.errors import SourceError
from syndicator.http.client import Http
from syndicator.http.conditional import conditions
from syndicator.sources.sites.crawl import Crawl
from syndicator.sources.sites.crawl_state import CrawlState
from syndicator.sources.sites.listing import Link
from tests.channels.local_server import LocalServer, Reply, Request

pytestmark = pytest.mark.slow  # databases or processes throughout

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)

PAGE = """<html lang="en"><head><title>{title}</title>
<meta property="article:published_time" content="2026-03-01T10:00:00Z"></head>
<body><article><h1>{title}</h1><p>The {title} is open again after {title} had been closed for a week, says
the harbour master, who expects the first boats of {title} before noon.</p></article></body></html>"""


@dataclass(frozen=True, kw_only=True)
class Sitemap(Crawl):
    """https://www.sitemaps.org/protocol.html, as far as a test needs it."""

    url: str

    @property
    def places(self) -> Sequence[str]:
        return [self.url]

    def find(self, state: CrawlState, problems: list[str], end: float) -> None:
        page = self.http.get(self.url, headers=conditions(state.listings.get(self.url, {})))
        addresses = re.findall("<loc>(.+?)</loc>", page.content.decode())
        state.listed(self.url, page, [Link(self.key_of(url), url) for url in addresses])


class Site(LocalServer):
    def answer(self, request: Request) -> Reply:
        if request.path == "/sitemap.xml":
            addresses = [f"{self.address}/news/{name}" for name in ("ferry", "bridge")]
            return Reply(body="".join(f"<url><loc>{url}</loc></url>" for url in addresses).encode())
        title = request.path.rpartition("/")[2].title()
        return Reply(body=PAGE.format(title=title).encode(), headers={"Content-Type": "text/html"})


@pytest.mark.slow
def test_articles_of_a_sitemap_are_read_as_those_of_listings_are() -> None:
    with Site() as site:
        http = Http(allow=[site.address.removeprefix("http://")])
        source = Sitemap(name="harbour", url=f"{site.address}/sitemap.xml", article="/news/", http=http)

        look = source.look({}, NOW)

        assert {sighting.title for sighting in look.sightings} == {"Ferry", "Bridge"}
        assert look.is_complete
        assert not look.problems
        assert source.reads(f"{site.address}/news/tram")
        assert not source.reads(f"{site.address}/about")
        assert source.read(f"{site.address}/news/tram", NOW).title == "Tram"
        with pytest.raises(SourceError, match="no title found"):
            source.read(f"{site.address}/news/x", NOW, b"<p>nothing</p>")
