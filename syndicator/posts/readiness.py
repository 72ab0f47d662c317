"""Readiness: whether an article's own page can be shared yet.

Networks fetch a link's card once, in the moment of the first post, and keep what they saw: a page that
answers 404 for another second, or has no photo in its metadata yet, has no card for good.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from selectolax.lexbor import LexborHTMLParser

from syndicator.domain.article import Article
from syndicator.domain.errors import FetchError, Forbidden
from syndicator.http.client import Http
from syndicator.text.encodings import decode
from syndicator.text.likeness import likeness
from syndicator.text.markup import parse

#: Bytes of a page that are read: networks look into its head alone.
MAX_PAGE_BYTES = 2_000_000

#: Seconds for the page, in all.
PAGE_DEADLINE_S = 10.0

#: Where networks find a card's title and picture (https://ogp.me/#metadata and
#: https://developer.x.com/en/docs/x-for-websites/cards/overview/markup), by exactly these names: a picture's
#: width is none.
TITLES = 'meta[property="og:title"], meta[name="twitter:title"], title'
PICTURES = ", ".join(
    f'meta[{kind}="{name}"]'
    for kind in ("property", "name")
    for name in ("og:image", "og:image:url", "og:image:secure_url", "twitter:image", "twitter:image:src")
)

#: Some read them from here, too (https://schema.org/Article).
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
        structured = list(_articles(page))
        titles = [(node.attributes.get("content") or node.text()).strip() for node in page.css(TITLES)]
        titles += [title for each in structured if isinstance(title := each.get("headline"), str)]
        if not any(titles):
            return "its page has no title yet"
        if not any(likeness(title, article.title) for title in (*titles, *_headings(page))):
            return f"its page is about something else: {next(filter(None, titles))[:60]!r}"
        pictures = [(node.attributes.get("content") or "").strip() for node in page.css(PICTURES)]
        if article.photo and not any(pictures) and not any(each.get("image") for each in structured):
            return "its page has no photo in its metadata yet"
        return ""


def _headings(page: LexborHTMLParser) -> Iterator[str]:
    """What stands above its text: metadata may be written for search engines, in other words."""
    return (node.text() for node in page.css("h1"))


def _articles(page: LexborHTMLParser) -> Iterator[dict[str, Any]]:
    """What JSON-LD says of things with a headline, as they are written; publishers and authors have none."""
    for script in page.css(STRUCTURED):
        try:
            thing = json.loads(script.text())
        except (ValueError, RecursionError):
            continue
        things = thing if isinstance(thing, list) else [thing]
        for each in things:
            graph = each.get("@graph") if isinstance(each, dict) else None
            for member in graph if isinstance(graph, list) else [each]:
                if isinstance(member, dict) and member.get("headline"):
                    yield member


def _has_moved_away(url: str, where: str) -> bool:
    """Whether a page leads to the site's front page: nothing is published there yet."""
    return urlsplit(where).path in ("", "/") and urlsplit(url).path not in ("", "/")
