"""A news sitemap, which is how Google News learns of articles since it reads no feeds any more.

https://developers.google.com/search/docs/crawling-indexing/sitemaps/news-sitemap
"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import NamedTuple

from syndicator.domain.article import Article
from syndicator.domain.feed import Feed, Site
from syndicator.formats import _sitemap, _text
from syndicator.formats._entry_cache import EntryCache

#: Subtags of Chinese in the traditional script, unless the tag names another one.
TRADITIONAL = {"hant", "tw", "hk", "mo"}


class _Publication(NamedTuple):
    """All that an entry depends on of its feed and its site: the publication's name, and the languages for
    articles that do not state theirs."""

    name: str
    languages: tuple[str, str]


class NewsSitemap(_sitemap.Urlset):
    """See ``jobs.ports.Format``."""

    extension = "news.xml"
    head = _sitemap.opening({"news": "http://www.google.com/schemas/sitemap-news/0.9"})
    max_entries = 1000  # a feed is no longer than that; this is for those who call us otherwise
    age: timedelta | None = timedelta(days=2)
    keeps_archives = False

    def __init__(self) -> None:
        self._entries = EntryCache(_entry)

    def entry(self, site: Site, feed: Feed, article: Article) -> bytes:
        return self._entries.entry(_Publication(site.title, (feed.language, site.language)), article)


def _entry(publication: _Publication, article: Article) -> bytes:
    """The date is that of the first publication, whatever was corrected since."""
    article = _text.cleaned(article)
    name = _sitemap.escaped(_text.clean(publication.name))
    language = next(filter(None, map(language_code, (article.language, *publication.languages))), "und")
    return (
        f"<url>{_sitemap.loc(article.url)}<news:news>"
        f"<news:publication><news:name>{name}</news:name>"
        f"<news:language>{language}</news:language></news:publication>"
        f"<news:publication_date>{article.published.isoformat()}</news:publication_date>"
        f"<news:title>{_sitemap.escaped(_text.title(article))}</news:title></news:news></url>"
    ).encode()


def language_code(tag: str) -> str:
    """A BCP 47 tag as Google wants it: ISO 639 in two or three letters, and Chinese by its script; empty for
    what is neither."""
    primary, *subtags = tag.lower().split("-")
    if primary == "zh":
        return "zh-tw" if TRADITIONAL.intersection(subtags) and "hans" not in subtags else "zh-cn"
    return primary if re.fullmatch("[a-z]{2,3}", primary) else ""
