"""Sources without a feed: listing pages, and the article pages that they link to.

Settings: see the fields of ``PageSource``; ``docs/declaring.md`` teaches them with examples.

::

    listings → links → what is new, was changed or dropped there, or is due → read → sightings, gone
"""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from requests.structures import CaseInsensitiveDict
from selectolax.lexbor import LexborHTMLParser, SelectolaxError

from syndicator.domain.article import Sighting
from syndicator.domain.errors import FetchError, SourceError, SourceGone
from syndicator.http.client import DEADLINE, Http, Response, is_same_host
from syndicator.jobs.ports import Look
from syndicator.sources import normalise
from syndicator.sources.crawl_state import CrawlState
from syndicator.sources.extract import Found, Select, clean_url, extract
from syndicator.sources.listing import Link, Listing, ListingReader
from syndicator.sources.normalise import Dates
from syndicator.sources.oddity import is_odd_html, safely
from syndicator.sources.readings import Readings
from syndicator.text.addresses import same_site, web_address
from syndicator.text.markup import decode

__all__ = ["Listing", "PageSource"]

#: Bytes of one page: news pages have 330,000 on average, some of them ten times as many.
PAGE_LIMIT = 3_000_000

#: Characters of a title and of a text; whatever is longer is not one.
LONGEST_TITLE, LONGEST_TEXT = 1000, 500_000

#: Seconds for one look, half of them for its listings: well within a lease. The rest waits for the next look.
BUDGET = 45.0

#: Seconds that any fetch is given.
LEAST = 2.0

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
RECHECKS = (5 * MINUTE, 15 * MINUTE, HOUR, 6 * HOUR, 24 * HOUR, 72 * HOUR)


@dataclass(frozen=True, kw_only=True)
class PageSource:
    """Watches listing pages and reads the articles that they link to.

    ``article``: what the address of an article looks like (a regular expression, case ignored). ``key``:
    one whose groups are the source's own id of the article, e.g. ``id=(\\d+)``; without it the address
    is. ``dates`` and ``listing_dates``: how articles and listings write dates (``datetime.strptime``), in
    ``timezone``. An article is read again when its listing says something new of it or drops it, and
    ``recheck`` after its first sighting, to notice corrections and retractions. ``gone_after``: how long
    it has to answer 404 to be retracted. ``most``: articles read for the first time in one look, and as
    many read again.
    """

    name: str
    listings: tuple[Listing, ...]
    article: str
    key: str = ""
    every: timedelta = 2 * MINUTE
    timezone: str = "UTC"
    dates: str = ""
    listing_item: str = "li, article"
    listing_date: str = ""
    listing_dates: str = ""
    language: str = ""
    section: str = ""
    agency: str = ""
    select: Select = field(default_factory=Select)
    strip: tuple[str, ...] = ()
    embargoes: bool = False
    recheck: tuple[timedelta, ...] = RECHECKS
    gone_after: timedelta = HOUR
    most: int = 50
    http: Http = field(repr=False)

    def __post_init__(self) -> None:
        """Refuse what could not work at any look. Raises ``ValueError``: ``setting: what``."""
        if not self.listings:
            raise ValueError("listings: must name at least one page")
        if self.most < 1:
            raise ValueError("most: must be at least 1")
        for name in ("article", "key"):
            _check_pattern(name, getattr(self, name))
        selectors = {"listing_item": self.listing_item, "listing_date": self.listing_date}
        selectors |= {f"strip.{n}": selector for n, selector in enumerate(self.strip)}
        selectors |= {f"select.{f.name}": getattr(self.select, f.name) for f in fields(Select)}
        for name, selector in selectors.items():
            _check_selector(name, selector)
        try:
            ZoneInfo(self.timezone)
        except (KeyError, OSError, ValueError) as e:
            raise ValueError(f"timezone: there is no zone {self.timezone!r}") from e

    def look(self, memory: Mapping[str, Any], now: datetime) -> Look:
        """Read the listings, then what is new on them or due to be read again."""
        problems: list[str] = []
        pages = CrawlState(memory, self._rules, now)
        end = time.monotonic() + BUDGET
        self._read_listings(pages, problems, end - BUDGET / 2)
        readings, next_look = Readings(pages, self.gone_after), None
        for link in [*pages.new()[: self.most], *pages.due(self.recheck)[: self.most]]:
            if time.monotonic() > end or next_look:
                break
            if link.key not in pages.pages:  # another address took its place meanwhile
                continue
            try:
                readings.found(link, *self._visit(link, pages, now, end))
            except FetchError as e:
                next_look = e.retry_at  # it asks to be left alone, not only by this page's reader
                readings.failed(link, e)
            except SourceError as e:
                readings.failed(link, e)
        readings.conclude(lambda: self._witness(pages, readings.tried, now, end))
        return Look(
            sightings=readings.sightings,
            gone=readings.gone,
            memory=pages.kept(),
            next_look=next_look,
            problems=[*problems, *pages.notes(readings.tried), *readings.problems],
            is_complete=not pages.new(),
        )

    def reads(self, url: str) -> bool:
        """Whether this looks like the address of one of the source's articles."""
        is_ours = any(same_site(listing.url, url) for listing in self.listings)
        return is_ours and self._is_article(url)

    def read(self, url: str, now: datetime, page: bytes | None = None) -> Sighting:
        """One article, from its address or from the page itself. No listing was read to know its section:
        it is the one that all listings have."""
        sections = {listing.section for listing in self.listings}
        link = Link(self._key(url), url, section=sections.pop() if len(sections) == 1 else "")
        if page is not None:
            return self._article(link, Response(url, 200, CaseInsensitiveDict(), page), now)
        return self._article(link, self.http.get(url, limit=PAGE_LIMIT), now)

    @property
    def _rules(self) -> str:
        return hashlib.sha256(repr(self).encode()).hexdigest()[:12]

    def _is_article(self, url: str) -> bool:
        return bool(re.search(self.article, url, re.IGNORECASE))

    def _key(self, url: str) -> str:
        match = re.search(self.key, url, re.IGNORECASE) if self.key else None
        named = "/".join(group for group in match.groups() if group) if match else ""
        return named.lower() or clean_url(url)

    def _read_listings(self, pages: CrawlState, problems: list[str], end: float) -> None:
        reader = ListingReader(
            article=self.article, key=self._key, item=self.listing_item, date=self.listing_date
        )
        failures: list[FetchError] = []
        for n, listing in enumerate(self.listings):
            known = pages.listings.get(listing.url, {})
            share = (end - time.monotonic()) / (len(self.listings) - n)  # one that drips starves no other
            if share <= 0:
                failures.append(FetchError(listing.url, "no time was left for it in this look"))
                continue
            try:
                answer = self.http.get(
                    listing.url,
                    headers=pages.validators(known),
                    limit=PAGE_LIMIT,
                    deadline=min(DEADLINE, max(share, LEAST)),
                )
            except FetchError as e:
                failures.append(e)
                continue
            if answer.status == 304:
                continue
            try:
                links = safely(_links, reader, answer, listing.section, is_odd=is_odd_html(answer.content))
            except SourceError as e:
                failures.append(FetchError(listing.url, str(e)))
                continue
            if not links:
                what = f"no link on this page looks like an article ({self.article!r})"
                problems.append(f"{listing.url}: {what}")
            pages.listed(listing.url, answer, links)
        if len(failures) == len(self.listings):
            raise _failure(failures)
        problems += map(str, failures)
        pages.drop_unlisted(listing.url for listing in self.listings)

    def _visit(
        self, link: Link, pages: CrawlState, now: datetime, end: float
    ) -> tuple[Response, Sighting | None]:
        """What a page shows; nothing where it is as it was."""
        answer = self._fetched(link.url, end, pages.validators(pages.pages[link.key]))
        return answer, self._article(link, answer, now) if answer.status != 304 else None

    def _fetched(self, url: str, end: float, headers: Mapping[str, str] | None = None) -> Response:
        """A page: at the host of a listing it may be where only what is declared may be."""
        left = min(DEADLINE, end - time.monotonic())
        is_declared = is_same_host(url, (listing.url for listing in self.listings))
        return self.http.get(
            url, headers=headers, limit=PAGE_LIMIT, deadline=max(left, LEAST), is_declared=is_declared
        )

    def _witness(
        self, pages: CrawlState, tried: Collection[str], now: datetime, end: float
    ) -> Sighting | SourceError | FetchError | None:
        """What another page says that was there before, or why it does not."""
        link = pages.another(tried)
        if link is None:
            return None
        try:
            return self._article(link, self._fetched(link.url, end), now)
        except (SourceError, FetchError) as e:
            return e

    def _article(self, link: Link, answer: Response, now: datetime) -> Sighting:
        """What the page says: read here if that takes no time, else where it can be stopped."""
        try:
            return safely(self._sighting, link, answer, now, is_odd=is_odd_html(answer.content))
        except SourceError as e:
            raise e if link.url in str(e) else SourceError(f"{link.url}: {e}") from e

    def _sighting(self, link: Link, answer: Response, now: datetime) -> Sighting:
        self._refuse_other_page(link, answer)
        found = extract(
            _text(answer),
            answer.url,
            select=self.select,
            strip=self.strip,
            agency=self.agency,
            is_other=lambda url: self._is_article(url) and self._key(url) != link.key,
        )
        self._refuse_no_article(link, found)
        dates = Dates(ZoneInfo(self.timezone), self.dates, self.listing_dates, self.embargoes, now)
        published, embargo = dates.published(found, link.date)
        url = self._canonical(link, answer, found)
        found.offer("section", "listing", link.section)
        found.offer("section", "declared", self.section)
        return Sighting(
            source=self.name,
            key=link.key,
            url=url,
            aliases=tuple(sorted({clean_url(link.url), clean_url(answer.url)} - {url})),
            title=found.get("title")[:LONGEST_TITLE],
            summary=found.get("summary"),
            content_html=found.get("content_html"),
            authors=normalise.authors(found, self.agency),
            section=found.get("section"),
            tags=found.tuple("tags"),
            places=found.tuple("places"),
            language=normalise.language(found, self.language),
            photo=normalise.photo(found),
            note=found.get("note"),
            published=published,
            updated=dates.updated(found),
            embargo=embargo,
            origins=found.origins,
            warnings=tuple(dates.warnings),
        )

    def _refuse_other_page(self, link: Link, answer: Response) -> None:
        """A redirect may lead to the same article elsewhere, and to nothing else."""
        if answer.url == link.url:
            return
        is_article = self._is_article(answer.url) and same_site(answer.url, link.url)
        if not is_article or (self.key and self._key(answer.url) != link.key):
            what = "another article" if is_article else "no article"
            raise SourceError(f"{link.url}: leads to {answer.url}, which is {what}")

    def _refuse_no_article(self, link: Link, found: Found) -> None:
        title, text = found.get("title"), found.get("content_html")
        if not title:
            raise SourceError(f"{link.url}: no title found: an error page? Declare select.title if not")
        if normalise.is_error_page(title):
            raise SourceError(f"{link.url}: an error page, although its status is 200: {title!r}")
        if self.select.content and not found.has_body:
            raise SourceError(
                f"{link.url}: nothing on this page is at select.content {self.select.content!r}"
            )
        if not text and not found.get("summary"):
            raise SourceError(f"{link.url}: no text found; declare select.content")
        if len(text) > LONGEST_TEXT:
            what = f"its text has {len(text):,} characters; at most {LONGEST_TEXT:,} are an article"
            raise SourceError(f"{link.url}: {what}; narrow select.content")

    def _canonical(self, link: Link, answer: Response, found: Found) -> str:
        """The address that the page gives itself, if it is one of this site, and of this article: many a
        site's pages all name the home page."""
        ours = clean_url(answer.url)
        theirs = web_address(found.get("canonical"), answer.url)
        if not theirs or not same_site(theirs, ours) or not self._is_article(theirs):
            return ours
        is_this_one = not self.key or self._key(theirs) == link.key
        return clean_url(theirs) if is_this_one else ours


def _links(reader: ListingReader, answer: Response, section: str) -> list[Link]:
    return list(reader.links(_text(answer), answer.url, section))


def _text(answer: Response) -> str:
    return decode(answer.content, answer.headers.get("Content-Type", ""))


def _failure(failures: Sequence[FetchError]) -> SourceError:
    """Why none of the listings could be read."""
    why = "; ".join(map(str, failures))
    if all(failure.status == 410 for failure in failures):
        return SourceGone(why)
    return SourceError(why, retry_at=max((f.retry_at for f in failures if f.retry_at), default=None))


def _check_pattern(name: str, pattern: str) -> None:
    try:
        groups = re.compile(pattern, re.IGNORECASE).groups
    except re.error as e:
        raise ValueError(f"{name}: not a regular expression: {e}") from e
    if name == "key" and pattern and not groups:
        raise ValueError("key: needs a group in brackets, such as id=(\\d+), around the id itself")


def _check_selector(name: str, selector: str) -> None:
    if not selector:
        return
    try:
        LexborHTMLParser("").css(selector)
    except SelectolaxError as e:
        raise ValueError(f"{name}: {selector!r} is no CSS selector") from e
