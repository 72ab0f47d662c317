"""Sources without a feed: listing pages, and the article pages that they link to.

Settings: see the fields of ``PageSource`` and of what it is made of (``crawl``, ``article_page``);
``docs/declaring.md`` teaches them with examples.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from syndicator.domain.addresses import place
from syndicator.domain.errors import FetchError, SourceError, SourceGone
from syndicator.http.client import FETCH_DEADLINE_S, Response
from syndicator.sources.oddity import is_odd_html, safely
from syndicator.sources.pages.furniture import Furniture, Own, own_of_listing
from syndicator.sources.pages.page_text import MAX_PAGE_BYTES, decoded_page
from syndicator.sources.sites.crawl import MIN_FETCH_S, Crawl
from syndicator.sources.sites.crawl_state import CrawlState
from syndicator.sources.sites.declared_patterns import check_selector
from syndicator.sources.sites.listing import Link, Listing, ListingReader
from syndicator.sources.sites.next_pages import Further, follow, next_address
from syndicator.sources.sites.site_page import furniture_of
from syndicator.text.markup import parse

#: Listings that are read for what they tell of their site, for one article.
MAX_SEEN_AT_ONCE = 5

#: Characters of an address that are shown.
MAX_SHOWN_CHARS = 120

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
        failures: list[FetchError] = []
        for index, listing in enumerate(self.listings):
            # one that drips starves no other
            share_s = (end - time.monotonic()) / (len(self.listings) - index)
            try:
                until = time.monotonic() + share_s
                page = self._fetch_listing(
                    listing.url, until, state.listing_validators(listing.url, self.every)
                )
                if page.status == 304:
                    continue
                contents = self._contents(page, listing, 2)
            except FetchError as e:
                failures.append(e)
                continue
            except SourceError as e:
                failures.append(FetchError(listing.url, str(e)))
                continue
            links = contents.links
            if not links:
                problem = f"no link on this page looks like an article ({self.article!r})"
                problems.append(f"{listing.url}: {problem}")
            if contents.missed:
                problems.append(
                    f"{listing.url}: article {self.article!r} takes no letters of other scripts, as in "
                    f"{contents.missed[0][:MAX_SHOWN_CHARS]} ({len(contents.missed)} such): [^/]+ takes any"
                )
            further = self._further(contents, listing, state, until)
            state.listed(listing.url, page, links, further)
            if links:
                state.site.note_listing(listing.url, contents.own)
        if len(failures) == len(self.listings):
            raise _failure(failures)
        problems += map(str, failures)
        state.drop_unlisted(self.places)

    def furniture_now(self) -> Furniture:
        pages = [listing.url for listing in self.listings[:MAX_SEEN_AT_ONCE]]
        return furniture_of(self.http, pages, self.listings[0].url, item=self.listing_item)

    def link_to(self, url: str) -> Link:
        """The link to an article of which only the address is known: its section is the one that all listings
        have, if they do."""
        sections = {listing.section for listing in self.listings}
        return Link(self.key_of(url), url, section=sections.pop() if len(sections) == 1 else "")

    def _further(
        self, contents: ListingContents, listing: Listing, state: CrawlState, until: float
    ) -> Further | None:
        """What the pages that follow a listing show of a burst, or what was put on the first of them since it
        was read; ``None`` where there is neither."""
        is_burst = state.is_burst(listing.url, contents.links)
        is_due = state.behind.is_due(listing.url, self.every, state.now)
        state.behind.show(listing.url, [link.key for link in contents.links], state.now)
        if not is_burst and not (is_due and contents.next_url):
            return None

        def read(address: str, number: int) -> tuple[Sequence[Link], str]:
            following = self._contents(self._fetch_listing(address, until), listing, number)
            return following.links, following.next_url

        first = {link.key for link in contents.links}
        if is_burst:
            return follow(contents.next_url, first, state.pages, read)
        try:
            links = [link for link in read(contents.next_url, 3)[0] if link.key not in first]
        except (FetchError, SourceError) as e:
            if isinstance(e, FetchError) and e.status in (404, 410):
                state.behind.miss(listing.url, state.now)
            return None
        put_there = state.behind.read(listing.url, [link.key for link in links], state.now)
        return Further([link for link in links if link.key in put_there], is_whole=True)

    def _fetch_listing(self, url: str, until: float, headers: Mapping[str, str] | None = None) -> Response:
        """A listing, or a page that follows it, in the time that it has. Raises ``FetchError``."""
        share_s = until - time.monotonic()
        if share_s <= 0:
            raise FetchError(url, "no time was left for it in this look")
        return self.http.get(
            url,
            headers=headers,
            limit=MAX_PAGE_BYTES,
            deadline=min(FETCH_DEADLINE_S, max(share_s, MIN_FETCH_S)),
        )

    def _contents(self, page: Response, listing: Listing, number: int) -> ListingContents:
        """What a listing shows, which no listing is part of; ``number``: of the page that follows it. Raises
        ``SourceError``."""
        reader = ListingReader(
            article=self.article, key=self.key_of, item=self.listing_item, date=self.listing_date
        )
        contents = safely(_contents, reader, page, listing.section, number, is_odd=is_odd_html(page.content))
        declared = {place(address) for address in self.places}
        links = [link for link in contents.links if place(link.url) not in declared]
        return replace(contents, links=links)


@dataclass(frozen=True, kw_only=True, slots=True)
class ListingContents:
    """What a listing shows: links to articles, the address of its next page, and what its metadata name of
    its ``own``. ``missed``: links with letters of other scripts, which would be taken without."""

    links: Sequence[Link]
    next_url: str
    own: Own
    missed: Sequence[str]


def _contents(reader: ListingReader, page: Response, section: str, number: int) -> ListingContents:
    parsed = parse(decoded_page(page).text)
    return ListingContents(
        links=list(reader.links(parsed, page.url, section)),
        next_url=next_address(parsed, page.url, number),
        own=own_of_listing(parsed, page.url, reader.item),
        missed=reader.missed(parsed, page.url),
    )


def _failure(failures: Sequence[FetchError]) -> SourceError:
    """The error of a look in which none of the listings could be read."""
    reasons = "; ".join(map(str, failures))
    if all(failure.status == 410 for failure in failures):
        return SourceGone(reasons)
    return SourceError(reasons, retry_at=max((f.retry_at for f in failures if f.retry_at), default=None))
