"""A page of a site that is none of an article: its home page, a listing. What its metadata name is the site's
own cover and motto, and no article's."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from syndicator.domain.errors import FetchError, SourceError
from syndicator.http.client import FETCH_DEADLINE_S, Http, Response, is_same_host
from syndicator.sources.oddity import is_odd_html, safely
from syndicator.sources.pages.furniture import Furniture, Own, SiteMemory, own_of_listing
from syndicator.sources.pages.page_text import MAX_PAGE_BYTES, decoded_page
from syndicator.text.markup import parse

#: What belongs to one article on such a page, where nothing is declared of it (a CSS selector).
ITEM = "li, article"


def read_own(
    http: Http, url: str, declared: str, *, item: str = ITEM, seconds: float = FETCH_DEADLINE_S
) -> Own:
    """What the page at ``url`` names of its site's own. ``declared``: an address of the source. Raises
    ``FetchError``, and ``SourceError`` where the page cannot be read in time."""
    page = http.get(url, limit=MAX_PAGE_BYTES, deadline=seconds, is_declared=is_same_host(url, [declared]))
    return safely(_own, page, item, is_odd=is_odd_html(page.content))


def furniture_of(http: Http, urls: Sequence[str], declared: str, *, item: str = ITEM) -> Furniture:
    """What those of these pages that can be read name of their site's own: for one article, of which nothing
    is remembered."""
    site = SiteMemory({})
    for url in urls:
        with suppress(FetchError, SourceError):
            site.note_listing(url, read_own(http, url, declared, item=item))
    return site.furniture


def _own(page: Response, item: str) -> Own:
    return own_of_listing(parse(decoded_page(page).text), page.url, item)
