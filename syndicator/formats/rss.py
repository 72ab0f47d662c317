"""RSS 2.0, by the specification and its Best Practices Profile.

https://www.rssboard.org/rss-specification, https://www.rssboard.org/rss-profile
"""

from __future__ import annotations

from collections.abc import Sequence

from syndicator.article import Article
from syndicator.feed import Feed, Site
from syndicator.formats import _feedgen


class Rss:
    """See ``ports.Format``."""

    extension = "rss"
    media_type = "application/rss+xml; charset=utf-8"

    def entry(self, site: Site, feed: Feed, article: Article) -> bytes:
        return _feedgen.one_entry(site, feed, article, "rss")

    def document(
        self, site: Site, feed: Feed, articles: Sequence[Article], entries: Sequence[bytes]
    ) -> bytes:
        return _feedgen.joined(site, feed, articles, entries, "rss")
