"""One article from one page of a site: what every source that reads pages has in common, whichever way it
finds them.

Settings: see the fields of ``ArticlePages``; ``docs/declaring.md`` teaches them with examples.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, fields
from datetime import datetime
from zoneinfo import ZoneInfo

from selectolax.lexbor import LexborHTMLParser, SelectolaxError

from syndicator.domain.article import Sighting
from syndicator.domain.errors import SourceError
from syndicator.http.client import Response
from syndicator.sources import normalise
from syndicator.sources.extract import Extracted, Select, clean_url, extract
from syndicator.sources.listing import Link
from syndicator.sources.normalise import Dates
from syndicator.sources.oddity import is_odd_html, safely
from syndicator.text.addresses import same_site, web_address
from syndicator.text.markup import decode

#: Bytes of one page: news pages have 330,000 on average, some of them ten times as many.
MAX_PAGE_BYTES = 3_000_000

#: Characters of a title and of a text; whatever is longer is not one.
MAX_TITLE_CHARS, MAX_TEXT_CHARS = 1000, 500_000


@dataclass(frozen=True, kw_only=True)
class ArticlePages:
    """How the article pages of a site are recognised and read.

    ``article``: what the address of an article looks like (a regular expression, case ignored). ``key``:
    one whose groups are the source's own id of the article, e.g. ``id=(\\d+)``; without it the address
    is. ``dates`` and ``listing_dates``: how articles and listings write dates (``datetime.strptime``), in
    ``timezone``. ``select`` and ``strip``: CSS selectors of what the page does not say in metadata, and of
    what is no part of the article. ``embargoes``: an article dated ahead of us waits for its time.
    """

    name: str
    article: str
    key: str = ""
    timezone: str = "UTC"
    dates: str = ""
    listing_dates: str = ""
    language: str = ""
    section: str = ""
    agency: str = ""
    select: Select = field(default_factory=Select)
    strip: tuple[str, ...] = ()
    embargoes: bool = False

    def __post_init__(self) -> None:
        """Refuse what could not work at any look. Raises ``ValueError``: ``setting: what``."""
        for name in ("article", "key"):
            _check_pattern(name, getattr(self, name))
        selectors = {f"strip.{index}": selector for index, selector in enumerate(self.strip)}
        selectors |= {f"select.{f.name}": getattr(self.select, f.name) for f in fields(Select)}
        for name, selector in selectors.items():
            check_selector(name, selector)
        try:
            ZoneInfo(self.timezone)
        except (KeyError, OSError, ValueError) as e:
            raise ValueError(f"timezone: there is no zone {self.timezone!r}") from e

    def is_article(self, url: str) -> bool:
        """Whether an address looks like one of an article."""
        return bool(re.search(self.article, url, re.IGNORECASE))

    def key_of(self, url: str) -> str:
        """The source's own id of the article at an address."""
        match = re.search(self.key, url, re.IGNORECASE) if self.key else None
        key = "/".join(group for group in match.groups() if group) if match else ""
        return key.lower() or clean_url(url)

    def sighting(self, link: Link, page: Response, now: datetime) -> Sighting:
        """The article on a page that ``link`` led to: read here if that takes no time, else where it can be
        stopped. Raises ``SourceError`` where the page is none of an article."""
        try:
            return safely(self._sighting, link, page, now, is_odd=is_odd_html(page.content))
        except SourceError as e:
            raise e if link.url in str(e) else SourceError(f"{link.url}: {e}") from e

    def _sighting(self, link: Link, page: Response, now: datetime) -> Sighting:
        self._refuse_other_page(link, page)
        extracted = extract(
            markup_of(page),
            page.url,
            select=self.select,
            strip=self.strip,
            agency=self.agency,
            is_other=lambda url: self.is_article(url) and self.key_of(url) != link.key,
        )
        self._refuse_no_article(link, extracted)
        dates = Dates(ZoneInfo(self.timezone), self.dates, self.listing_dates, self.embargoes, now)
        published, embargo = dates.published(extracted, link.date)
        url = self._canonical(link, page, extracted)
        extracted.offer("section", "listing", link.section)
        extracted.offer("section", "declared", self.section)
        return Sighting(
            source=self.name,
            key=link.key,
            url=url,
            aliases=tuple(sorted({clean_url(link.url), clean_url(page.url)} - {url})),
            title=extracted.get("title")[:MAX_TITLE_CHARS],
            summary=extracted.get("summary"),
            content_html=extracted.get("content_html"),
            authors=normalise.authors(extracted, self.agency),
            section=extracted.get("section"),
            tags=extracted.tuple("tags"),
            places=extracted.tuple("places"),
            language=normalise.language(extracted, self.language),
            photo=normalise.photo(extracted),
            note=extracted.get("note"),
            published=published,
            updated=dates.updated(extracted),
            embargo=embargo,
            origins=extracted.origins,
            warnings=(*dates.warnings, *extracted.warnings),
        )

    def _refuse_other_page(self, link: Link, page: Response) -> None:
        """A redirect may lead to the same article elsewhere, and to nothing else."""
        if page.url == link.url:
            return
        is_article = self.is_article(page.url) and same_site(page.url, link.url)
        if not is_article or (self.key and self.key_of(page.url) != link.key):
            target = "another article" if is_article else "no article"
            raise SourceError(f"{link.url}: leads to {page.url}, which is {target}")

    def _refuse_no_article(self, link: Link, extracted: Extracted) -> None:
        title, text = extracted.get("title"), extracted.get("content_html")
        if not title:
            raise SourceError(f"{link.url}: no title found: an error page? Declare select.title if not")
        if normalise.is_error_page(title):
            raise SourceError(f"{link.url}: an error page, although its status is 200: {title!r}")
        if self.select.content and not extracted.has_body:
            raise SourceError(
                f"{link.url}: nothing on this page is at select.content {self.select.content!r}"
            )
        if not text and not extracted.get("summary"):
            raise SourceError(f"{link.url}: no text found; declare select.content")
        if len(text) > MAX_TEXT_CHARS:
            problem = f"its text has {len(text):,} characters; at most {MAX_TEXT_CHARS:,} are an article"
            raise SourceError(f"{link.url}: {problem}; narrow select.content")

    def _canonical(self, link: Link, page: Response, extracted: Extracted) -> str:
        """The address that the page gives itself, if it is one of this site, and of this article: many a
        site's pages all name the home page."""
        url = clean_url(page.url)
        canonical_url = web_address(extracted.get("canonical"), page.url)
        if not canonical_url or not same_site(canonical_url, url) or not self.is_article(canonical_url):
            return url
        is_this_article = not self.key or self.key_of(canonical_url) == link.key
        return clean_url(canonical_url) if is_this_article else url


def markup_of(page: Response) -> str:
    """A page as text, in whichever encoding it came."""
    return decode(page.content, page.headers.get("Content-Type", ""))


def check_selector(name: str, selector: str) -> None:
    """Refuse what is no CSS selector; "" is none that is declared. Raises ``ValueError``."""
    if not selector:
        return
    try:
        LexborHTMLParser("").css(selector)
    except SelectolaxError as e:
        raise ValueError(f"{name}: {selector!r} is no CSS selector") from e


def _check_pattern(name: str, pattern: str) -> None:
    try:
        groups = re.compile(pattern, re.IGNORECASE).groups
    except re.error as e:
        raise ValueError(f"{name}: not a regular expression: {e}") from e
    if name == "key" and pattern and not groups:
        raise ValueError("key: needs a group in brackets, such as id=(\\d+), around the id itself")
