"""Sources without a feed: listing pages, and the article pages that they link to.

Settings: see the fields of ``PageSource``; ``docs/declaring.md`` teaches them with examples.
"""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urldefrag, urlsplit
from zoneinfo import ZoneInfo

from requests.structures import CaseInsensitiveDict
from selectolax.lexbor import LexborHTMLParser, LexborNode

from syndicator.article import CLOCK_SKEW, Photo, Sighting
from syndicator.errors import FetchError, SourceError
from syndicator.http import Answer, Http
from syndicator.ports import Look
from syndicator.sources.extract import Found, Select, clean_url, extract, split_credit
from syndicator.text.clean import plain, web_address
from syndicator.text.dates import parse_date
from syndicator.text.language import detect

#: Bytes of one page: the largest news pages have a few hundred thousand.
PAGE_LIMIT = 5_000_000

#: Seconds for the pages of one look: well within a lease. The rest waits for the next look.
BUDGET = 45.0

#: Keys kept in memory.
REMEMBERED = 1000

#: A page that answers 404 so often, over ``gone_after``, is gone. 410 says so itself.
MISSES = 3

#: Stands for the reads of a page that is gone: more than there will ever be rechecks.
GONE = 1_000_000

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
RECHECKS = (5 * MINUTE, 15 * MINUTE, HOUR, 6 * HOUR, 24 * HOUR, 72 * HOUR)


@dataclass(frozen=True, kw_only=True, slots=True)
class Listing:
    """A page that lists articles; what it lists belongs to ``section``, unless the article says other."""

    url: str
    section: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    """An article as a listing names it. ``date`` as written there; ``item`` a hash of all that the
    listing says of it."""

    key: str
    url: str
    section: str = ""
    date: str = ""
    item: str = ""


@dataclass(frozen=True, kw_only=True)
class PageSource:
    """Watches listing pages and reads the articles that they link to.

    ``article``: what the address of an article looks like (a regular expression, case ignored). ``key``:
    one whose groups are the source's own id of the article, e.g. ``id=(\\d+)``; without it the address
    is. ``dates`` and ``listing_dates``: how articles and listings write dates (``datetime.strptime``), in
    ``timezone``. An article is read again when its listing says something new of it or drops it, and
    ``recheck`` after its first sighting, to notice corrections and retractions. ``most``: articles read
    in one look.
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

    def look(self, memory: Mapping[str, Any], now: datetime) -> Look:
        """Read the listings, then what is new on them or due to be read again."""
        problems: list[str] = []
        links = self._links(problems)
        pages = Pages(memory.get("pages", {}), now)
        queue = [*pages.new(links), *pages.due(self.recheck)]
        sightings, gone = [], []
        end = time.monotonic() + BUDGET
        done = 0
        for link in queue[: self.most]:
            if time.monotonic() > end:
                break
            done += 1
            try:
                answer = self.http.get(link.url, headers=pages.validators(link.key), limit=PAGE_LIMIT)
                if answer.status != 304:
                    sightings.append(self._sighting(link, answer, now))
                pages.read(link, answer)
            except FetchError as e:
                if pages.failed(link, e.status, self.gone_after):
                    gone.append(link.key)
                else:
                    problems.append(str(e))
            except SourceError as e:
                pages.failed(link, None, self.gone_after)
                problems.append(str(e))
        return Look(
            sightings=sightings,
            gone=gone,
            memory={"pages": pages.kept()},
            problems=problems,
            is_complete=done == len(queue),
        )

    def reads(self, url: str) -> bool:
        """Whether this looks like the address of one of the source's articles."""
        ours = {urlsplit(listing.url).hostname for listing in self.listings}
        return urlsplit(url).hostname in ours and bool(re.search(self.article, url, re.IGNORECASE))

    def read(self, url: str, now: datetime, page: bytes | None = None) -> Sighting:
        """One article, from its address or from the page itself."""
        link = Link(self._key(url), url)
        if page is not None:
            return self._sighting(link, Answer(url, 200, CaseInsensitiveDict(), page), now)
        return self._sighting(link, self.http.get(url, limit=PAGE_LIMIT), now)

    def _links(self, problems: list[str]) -> list[Link]:
        found: dict[str, Link] = {}
        failures = []
        for listing in self.listings:
            try:
                answer = self.http.get(listing.url, limit=PAGE_LIMIT)
            except FetchError as e:
                failures.append(e)
                continue
            links = list(self._on(listing, answer))
            if not links:
                problems.append(
                    f"{listing.url}: no link on this page looks like an article ({self.article!r})"
                )
            for link in links:
                known = found.setdefault(link.key, link)
                if link.date and not known.date:
                    found[link.key] = link
        if len(failures) == len(self.listings):
            raise SourceError(str(failures[0]), retry_at=failures[0].retry_at)
        problems += map(str, failures)
        return list(found.values())

    def _on(self, listing: Listing, answer: Answer) -> Iterator[Link]:
        page = LexborHTMLParser(answer.content)
        items = {node.mem_id for node in page.css(self.listing_item)}
        for node in page.css("a[href]"):
            url = web_address(node.attributes.get("href") or "", answer.url)
            if url and re.search(self.article, url, re.IGNORECASE):
                url = clean_url(urldefrag(url).url)
                item = _around(node, items)
                date = item.css_first(self.listing_date) if self.listing_date else None
                said = hashlib.sha256(plain(item.text(separator=" ")).encode()).hexdigest()[:12]
                yield Link(self._key(url), url, listing.section, plain(date.text()) if date else "", said)

    def _key(self, url: str) -> str:
        match = re.search(self.key, url, re.IGNORECASE) if self.key else None
        return (
            "/".join(g for g in match.groups() if g).lower() if match and match.groups() else clean_url(url)
        )

    def _sighting(self, link: Link, answer: Answer, now: datetime) -> Sighting:
        found = extract(answer.content, answer.url, select=self.select, strip=self.strip, agency=self.agency)
        self._refuse_what_is_no_article(link, answer, found)
        warnings: list[str] = []
        published, embargo = self._published(found, link, now, warnings)
        text = f"{found.get('title')} {found.get('summary')} {plain(found.get('content_html'))}"
        url = self._canonical(link, answer, found)
        found.offer("section", "listing", link.section)
        found.offer("section", "declared", self.section)
        found.offer("language", "detected", detect(text, self.language))
        authors = found.tuple("authors")
        agency = self.agency or found.get("agency")
        if not authors and agency:
            authors = (agency,)
            found.origins["authors"] = found.origins.get("agency", "declared")
        return Sighting(
            source=self.name,
            key=link.key,
            url=url,
            aliases=tuple({clean_url(link.url), clean_url(answer.url)} - {url}),
            title=found.get("title"),
            summary=found.get("summary"),
            content_html=found.get("content_html"),
            authors=tuple(re.sub(r"^by\s+", "", author, flags=re.IGNORECASE) for author in authors),
            section=found.get("section"),
            tags=found.tuple("tags"),
            language=detect(text, self.language or found.get("language").replace("_", "-")),
            photo=_photo(found),
            note=found.get("note"),
            published=published,
            updated=self._date(found.get("updated"), self.dates, now),
            embargo=embargo,
            origins=found.origins,
            warnings=tuple(warnings),
        )

    def _refuse_what_is_no_article(self, link: Link, answer: Answer, found: Found) -> None:
        if self._key(clean_url(answer.url)) != link.key and not re.search(
            self.article, answer.url, re.IGNORECASE
        ):
            raise SourceError(f"{link.url}: leads to {answer.url}, which is no article")
        if not found.get("title"):
            raise SourceError(f"{link.url}: no title found: an error page? declare [select] title if not")
        if not found.get("content_html") and not found.get("summary"):
            raise SourceError(f"{link.url}: no text found; declare [select] content")

    def _published(
        self, found: Found, link: Link, now: datetime, warnings: list[str]
    ) -> tuple[datetime | None, datetime | None]:
        """When it was published, and the embargo that a time ahead of us means where it may."""
        published = self._date(found.get("published"), self.dates, now)
        if published is None and link.date:
            published = self._date(link.date, self.listing_dates, now)
            found.values["published"], found.origins["published"] = link.date, "listing"
        if published is None:
            said = found.get("published")
            warnings.append(
                f"its date {said!r} is not understood: declare dates" if said else "the page has no date"
            )
            return None, None
        if published <= now + CLOCK_SKEW:
            return published, None
        if self.embargoes:
            return published, published
        warnings.append(f"its date {published:%Y-%m-%d %H:%M} UTC is ahead of us: taken for a mistake")
        return None, None

    def _date(self, text: str, form: str, now: datetime) -> datetime | None:
        return parse_date(text, zone=ZoneInfo(self.timezone), format=form or None, now=now)

    def _canonical(self, link: Link, answer: Answer, found: Found) -> str:
        """The address that the page gives itself, if it is one of this site, and of this article."""
        ours = clean_url(answer.url)
        theirs = web_address(found.get("canonical"), answer.url)
        if not theirs or urlsplit(theirs).hostname != urlsplit(ours).hostname:
            return ours
        theirs = clean_url(theirs)
        is_article = re.search(self.article, theirs, re.IGNORECASE)
        return theirs if is_article and (not self.key or self._key(theirs) == link.key) else ours


class Pages:
    """What a source remembers of article pages: when each was first seen, and how reading it went."""

    def __init__(self, known: Mapping[str, Any], now: datetime) -> None:
        self.known = {key: dict(page) for key, page in known.items()}
        self.now = int(now.timestamp())

    def new(self, links: Sequence[Link]) -> list[Link]:
        """What has not been read yet. What is known but listed differently, or no longer, is marked to be
        read again: being dropped is no retraction, but a hint that there may be one."""
        listed = {link.key: link for link in links}
        for key, page in self.known.items():
            item = listed[key].item if key in listed else ""
            if links and page.get("item", "") != item and page.get("retry") is None:
                page["item"] = item
                if page.get("reads", 0) < GONE:
                    page["retry"] = self.now
        return [link for link in links if link.key not in self.known]

    def due(self, recheck: Sequence[timedelta]) -> list[Link]:
        """Known pages whose time to be read again has come, the longest overdue first."""
        waiting = []
        for key, page in self.known.items():
            n = page.get("reads", 0) - 1
            at = page.get("retry")
            if at is None and 0 <= n < len(recheck):
                at = page["seen"] + recheck[n].total_seconds()
            if at is not None and at <= self.now:
                waiting.append(
                    (
                        at,
                        Link(
                            key,
                            page["url"],
                            page.get("section", ""),
                            page.get("date", ""),
                            page.get("item", ""),
                        ),
                    )
                )
        return [link for _, link in sorted(waiting, key=lambda pair: pair[0])]

    def validators(self, key: str) -> dict[str, str]:
        page = self.known.get(key, {})
        headers = {"If-None-Match": page.get("etag"), "If-Modified-Since": page.get("modified")}
        return {name: value for name, value in headers.items() if value}

    def read(self, link: Link, answer: Answer) -> None:
        page = self._page(link)
        page["reads"] = page.get("reads", 0) + 1
        for name in ("retry", "misses", "missing", "fails"):
            page.pop(name, None)
        for name, header in (("etag", "ETag"), ("modified", "Last-Modified")):
            if answer.headers.get(header):
                page[name] = answer.headers[header]

    def failed(self, link: Link, status: int | None, gone_after: timedelta) -> bool:
        """Note a failure. True when the page is gone for good."""
        page = self._page(link)
        if status == 404 and page.get("reads"):
            page["misses"] = page.get("misses", 0) + 1
            page.setdefault("missing", self.now)
            page["retry"] = self.now + gone_after.total_seconds() / MISSES
            is_long = self.now - page["missing"] >= gone_after.total_seconds() * (1 - 1 / MISSES)
            status = 410 if page["misses"] >= MISSES and is_long else 404
        elif status != 410:
            page["fails"] = page.get("fails", 0) + 1
            page["retry"] = self.now + min(60 * 2 ** page["fails"], 6 * 3600)
        if status == 410:
            page["reads"], page["retry"] = GONE, None
            return True
        return False

    def kept(self) -> dict[str, Any]:
        """The memory, without the oldest pages."""
        newest = sorted(self.known.items(), key=lambda pair: pair[1]["seen"], reverse=True)
        return {
            key: {name: value for name, value in page.items() if value not in (None, "")}
            for key, page in newest[:REMEMBERED]
        }

    def _page(self, link: Link) -> dict[str, Any]:
        fresh = {"url": link.url, "seen": self.now, "section": link.section, "date": link.date}
        fresh |= {"item": link.item}
        page: dict[str, Any] = self.known.setdefault(link.key, fresh)
        return page


def _around(node: LexborNode, items: set[int]) -> LexborNode:
    """The listing's item that a link stands in, or the link itself."""
    around: LexborNode | None = node
    while around is not None and around.mem_id not in items:
        around = around.parent
    return around or node


def _photo(found: Found) -> Photo | None:
    url = found.values.get("photo", {}).get("url", "")
    if not url:
        return None
    caption, credit = split_credit(found.get("caption"))
    return Photo(url=url, caption=caption, credit=found.get("credit") or credit, alt=found.get("alt"))
