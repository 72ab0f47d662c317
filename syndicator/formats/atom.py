"""Atom 1.0 (RFC 4287)."""

from __future__ import annotations

from collections.abc import Sequence

from syndicator.article import Article
from syndicator.feed import Feed, Site
from syndicator.formats import _feedgen


class Atom:
    """See ``ports.Format``."""

    extension = "atom"
    media_type = "application/atom+xml; charset=utf-8"

    def entry(self, site: Site, feed: Feed, article: Article) -> bytes:
        return _feedgen.one_entry(site, feed, article, "atom")

    def document(
        self, site: Site, feed: Feed, articles: Sequence[Article], entries: Sequence[bytes]
    ) -> bytes:
        return _feedgen.joined(site, feed, articles, entries, "atom")
