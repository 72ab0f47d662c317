"""Readiness: whether an article's own page can be shared yet.

Networks fetch a link's card once, in the moment of the first post, and keep what they saw: a page that
answers 404 for another second, or has no photo in its metadata yet, has no card for good.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from syndicator.domain.article import Article
from syndicator.domain.errors import FetchError, Forbidden
from syndicator.http.client import Http
from syndicator.text.encodings import decode
from syndicator.text.markup import parse

#: Bytes of a page that are read: networks look into its head alone.
MAX_PAGE_BYTES = 2_000_000

#: Seconds for the page, in all.
PAGE_DEADLINE_S = 10.0

#: Where networks find a card's title and picture (https://ogp.me/#metadata and
#: https://developer.x.com/en/docs/x-for-websites/cards/overview/markup).
TITLES = 'meta[property="og:title"], meta[name="twitter:title"], title'
PICTURES = 'meta[property^="og:image"], meta[name^="twitter:image"]'

#: Some read them from here, too: that they are named is enough.
STRUCTURED = 'script[type="application/ld+json"]'


@dataclass(frozen=True)
class PageReadiness:
    """Asks for articles' pages as networks do."""

    http: Http

    def missing(self, article: Article) -> str:
        """What the page still lacks, in a few words; nothing where it can be shared."""
        try:
            response = self.http.get(
                article.url,
                headers={"Cache-Control": "no-cache"},
                limit=MAX_PAGE_BYTES,
                deadline=PAGE_DEADLINE_S,
            )
        except Forbidden:  # not an address that we may ask for: nothing is known of it
            return ""
        except FetchError as e:
            return f"its page: {e.why}"
        if _has_moved_away(article.url, response.url):
            return f"its page leads to {response.url}"
        page = parse(decode(response.content, response.headers.get("Content-Type", "")).text)
        titles = ((node.attributes.get("content") or node.text()).strip() for node in page.css(TITLES))
        structured = " ".join(node.text() for node in page.css(STRUCTURED))
        if not any(titles) and '"headline"' not in structured:
            return "its page has no title yet"
        pictures = ((node.attributes.get("content") or "").strip() for node in page.css(PICTURES))
        if article.photo and not any(pictures) and '"image"' not in structured:
            return "its page has no photo in its metadata yet"
        return ""


def _has_moved_away(url: str, where: str) -> bool:
    """Whether a page leads to the site's front page: nothing is published there yet."""
    return urlsplit(where).path in ("", "/") and urlsplit(url).path not in ("", "/")
