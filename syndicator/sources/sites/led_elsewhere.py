"""What a redirect has led to in place of an article: many a site sends readers of what was taken back to its
home page, or to a section, and answers 404 for nothing."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any
from urllib.parse import urlsplit

from syndicator.domain.addresses import place
from syndicator.http.client import Response
from syndicator.sources.oddity import is_odd_html, safely
from syndicator.sources.pages import jsonld, own_kind
from syndicator.sources.pages.page_text import decoded_page
from syndicator.sources.pages.this_page import ThisPage
from syndicator.text.markup import parse

#: Paths of pages that are no articles: of errors, and listings of all kinds.
ERROR_PATH = re.compile(r"(?:^|/)(?:404|410|error|not-?found|gone)(?:[./_-]|$)", re.IGNORECASE)
LISTING_PATH = re.compile(r"/(?:categor(?:y|ies)|tags?|authors?|topics?|sections?)(?:/|$)", re.IGNORECASE)

#: The home page of one of a site's languages, or a short slug.
LANGUAGE_PATH = re.compile(r"/?(?:[a-z]{2,3}(?:[-_][a-z]{2,4})?/?)?", re.IGNORECASE)

#: Names of home pages' files.
INDEX = re.compile(r"/(?:index|default|home)\.\w{2,5}$", re.IGNORECASE)


def led_elsewhere(
    url: str, page: Response, *, home: str = "", listings: Collection[str] = (), is_article: bool = False
) -> str:
    """What a redirect has led to that is no article; "" where none has, or to one. ``url``: the address that
    was asked for; ``home`` and ``listings``: where those are known to be; ``is_article``: whether the page's
    address is like an article's."""
    if is_same(url, page.url):
        return ""
    before, after = urlsplit(url), urlsplit(page.url)
    path = INDEX.sub("/", after.path)
    if (path in ("", "/") or is_same(page.url, home)) and not after.query:
        return f"it leads to the home page ({page.url})"
    if ERROR_PATH.search(path) and not ERROR_PATH.search(before.path):
        return f"it leads to an error page ({page.url})"
    is_listing = LISTING_PATH.search(path) and not LISTING_PATH.search(before.path)
    is_listing = is_listing or any(is_same(page.url, listing) for listing in listings)
    if is_listing:
        return f"it leads to a listing ({page.url})"
    says_article, says_other = safely(_says, page, is_odd=is_odd_html(page.content))
    is_unknown = not (says_article or is_article)
    is_home = LANGUAGE_PATH.fullmatch(path) and not LANGUAGE_PATH.fullmatch(before.path)
    if is_home and is_unknown and not after.query:
        return f"it leads to the home page ({page.url})"
    is_above = before.path.startswith(f"{path.rstrip('/')}/") or (path == before.path and not after.query)
    return f"it leads to a listing ({page.url})" if says_other or (is_above and is_unknown) else ""


def another_at(url: str, key: str, pages: Mapping[str, Mapping[str, Any]], shown: Collection[str]) -> str:
    """The key of the article at an address that was another one than that of ``key``, and is shown; "": of
    none. ``pages``: what is remembered of all."""
    before = pages[key].get("said") or ("", "")
    return next(
        (
            other
            for other in shown
            if other != key
            and is_same(pages.get(other, {}).get("url", ""), url)
            and not pages[other].get("gone")
            and (said := pages[other].get("said"))
            and (said[0] != before[0] and said[1] != before[1])
        ),
        "",
    )


def is_same(one: str, other: str) -> bool:
    """Whether two addresses are one place, with a slash at their end or without."""
    return place(one).rstrip("/") == place(other).rstrip("/")


def _says(page: Response) -> tuple[bool, bool]:
    """Whether a page says that it is an article (``/story/5/amp`` may lead to ``/story/5``), and whether it
    says that it is none."""
    tree = parse(decoded_page(page).text)
    node = tree.css_first('meta[property="og:type"]')
    kind = (node.attributes.get("content") or "") if node is not None else ""
    things = jsonld.things(tree)
    this_page = ThisPage(base=page.url, addresses=[page.url], headings=[])
    article = jsonld.article(things, this_page)
    is_article = kind == "article" or is_same(jsonld.address(article), page.url)
    return is_article, not article and bool(own_kind.other_kind(tree, things, this_page))
