"""A sitemap of a feed's articles, for search engines (https://www.sitemaps.org/protocol.html), each with its
lead photo (https://developers.google.com/search/docs/crawling-indexing/sitemaps/image-sitemaps).

``changefreq`` and ``priority`` are left out: what reads sitemaps today pays them no heed.
"""

from __future__ import annotations

from datetime import timedelta

from syndicator.domain.article import Article
from syndicator.domain.feed import Feed, Site
from syndicator.formats import _sitemap, _text
from syndicator.formats._entry_cache import EntryCache


class Sitemap(_sitemap.Urlset):
    """See ``jobs.ports.Format``."""

    extension = "sitemap.xml"
    head = _sitemap.opening({"image": "http://www.google.com/schemas/sitemap-image/1.1"})
    age: timedelta | None = None
    keeps_archives = True

    def __init__(self) -> None:
        self._entries = EntryCache(_entry)

    def entry(self, site: Site, feed: Feed, article: Article) -> bytes:  # noqa: ARG002 - the port's
        return self._entries.entry(None, article)


def _entry(_: None, article: Article) -> bytes:
    article = _text.cleaned(article)
    photo = article.photo
    image = f"<image:image>{_sitemap.loc(photo.url, 'image:loc')}</image:image>" if photo else ""
    changed = f"<lastmod>{article.updated.isoformat()}</lastmod>"
    return f"<url>{_sitemap.loc(article.url)}{changed}{image}</url>".encode()
