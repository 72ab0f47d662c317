"""Sources without a feed: listing pages, and the article pages that they link to.

Settings: see the fields of ``PageSource`` and of what it is made of (``crawl``, ``article_page``);
``docs/declaring.md`` teaches them with examples.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

from syndicator.domain.errors import FetchError, SourceError, SourceGone
from syndicator.http.client import FETCH_DEADLINE_S, Response
from syndicator.sources.article_page import MAX_PAGE_BYTES, check_selector, decoded_page
from syndicator.sources.crawl import MIN_FETCH_S, Crawl
from syndicator.sources.crawl_state import CrawlState
from syndicator.sources.listing import Link, Listing, ListingReader
from syndicator.sources.oddity import is_odd_html, safely

__all__ = ["Listing", "PageSource"]


@dataclass(frozen=True, kw_only=True)
class PageSource(Crawl):
    """Watches listing pages and reads the articles that they link to.

    ``listing_item`` and ``listing_date``: CSS selectors of what belongs to one article on a listing, and of
    the date in it.
    """

    listings: tuple[Listing, ...]
    listing_item: str = "li, article"
    listing_date: str = ""

    def __post_init__(self) -> None:
        """Refuse what could not work at any look. Raises ``ValueError``: ``setting: what``."""
        if not self.listings:
            raise ValueError("listings: must name at least one page")
        super().__post_init__()
        check_selector("listing_item", self.listing_item)
        check_selector("listing_date", self.listing_date)

    @property
    def places(self) -> Sequence[str]:
        return [listing.url for listing in self.listings]

    def find(self, state: CrawlState, problems: list[str], end: float) -> None:
        """Read the listings, each of them unless it says that nothing has changed."""
        reader = ListingReader(
            article=self.article, key=self.key_of, item=self.listing_item, date=self.listing_date
        )
        failures: list[FetchError] = []
        for index, listing in enumerate(self.listings):
            # one that drips starves no other
            share_s = (end - time.monotonic()) / (len(self.listings) - index)
            try:
                page = self._listing_page(listing, state, share_s)
                if page.status == 304:
                    continue
                links = safely(_links, reader, page, listing.section, is_odd=is_odd_html(page.content))
            except FetchError as e:
                failures.append(e)
                continue
            except SourceError as e:
                failures.append(FetchError(listing.url, str(e)))
                continue
            if not links:
                problem = f"no link on this page looks like an article ({self.article!r})"
                problems.append(f"{listing.url}: {problem}")
            state.listed(listing.url, page, links)
        if len(failures) == len(self.listings):
            raise _failure(failures)
        problems += map(str, failures)
        state.drop_unlisted(self.places)

    def link_to(self, url: str) -> Link:
        """The link to an article of which only the address is known: its section is the one that all listings
        have, if they do."""
        sections = {listing.section for listing in self.listings}
        return Link(self.key_of(url), url, section=sections.pop() if len(sections) == 1 else "")

    def _listing_page(self, listing: Listing, state: CrawlState, share_s: float) -> Response:
        """A listing, within its share of seconds. Raises ``FetchError``."""
        if share_s <= 0:
            raise FetchError(listing.url, "no time was left for it in this look")
        return self.http.get(
            listing.url,
            headers=state.listing_validators(listing.url, self.every),
            limit=MAX_PAGE_BYTES,
            deadline=min(FETCH_DEADLINE_S, max(share_s, MIN_FETCH_S)),
        )


def _links(reader: ListingReader, page: Response, section: str) -> list[Link]:
    return list(reader.links(decoded_page(page).text, page.url, section))


def _failure(failures: Sequence[FetchError]) -> SourceError:
    """The error of a look in which none of the listings could be read."""
    reasons = "; ".join(map(str, failures))
    if all(failure.status == 410 for failure in failures):
        return SourceGone(reasons)
    return SourceError(reasons, retry_at=max((f.retry_at for f in failures if f.retry_at), default=None))
