"""One article from one page of a site: what every source that reads pages has in common, whichever way it
finds them.

Settings: see the fields of ``ArticlePages``; ``docs/declaring.md`` teaches them with examples.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from functools import cached_property
from zoneinfo import ZoneInfo

from syndicator.domain.article import Sighting
from syndicator.domain.changes import MAX_STORY_CHARS
from syndicator.domain.errors import SourceError
from syndicator.http.client import Response
from syndicator.sources.oddity import is_odd_html, safely
from syndicator.sources.pages import normalise
from syndicator.sources.pages.dating import Date, Dates
from syndicator.sources.pages.extract import Select, extract
from syndicator.sources.pages.extracted import Extracted
from syndicator.sources.pages.furniture import NO_FURNITURE, Furniture, picture_hash, text_hash
from syndicator.sources.pages.locks import HEADLINE_ONLY, LOCK_MESSAGES, Lock, LockedError, LockPolicy
from syndicator.sources.pages.own_id import is_selector
from syndicator.sources.pages.page_text import decoded_page
from syndicator.sources.pages.traits import (
    PageReading,
    Traits,
    asks_password,
    digest,
    sketch,
)
from syndicator.sources.sites.declared_patterns import check_pattern, check_selector
from syndicator.sources.sites.listing import Link
from syndicator.sources.sites.publication_date import publication_of
from syndicator.sources.sites.succession import id_name
from syndicator.sources.text_length import too_long
from syndicator.text.addresses import same_site, web_address
from syndicator.text.clean import plain, said
from syndicator.text.shortcodes import named_shortcodes, without_shortcodes
from syndicator.text.tracking import clean_url, full_url

#: Characters of a title, and of words for posts.
MAX_TITLE_CHARS, MAX_SOCIAL_CHARS = 1000, 3000

#: What the operator is told of a page of a system that makes its text of shortcodes.
SHORTCODES_LEFT = "shortcodes that its system has not shown are taken out"

#: A parameter that holds an address, or a path.
RETURN_PARAMETER = re.compile(r"(?<=[?&])[^=&#]*=(?:https?(?::|%3a)|/|%2f)[^&#]*&?", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class ArticlePages:
    """How the article pages of a site are recognised and read.

    ``article``: what the address of an article looks like (a regular expression, case ignored). ``key``:
    one whose groups are the source's own id of the article, e.g. ``id=(\\d+)``, or the CSS selector of where
    its page has it, e.g. ``link[rel=shortlink]``; without it the address is the key, and the id that common
    systems put into their pages is known besides. ``dates`` and ``listing_dates``: how articles and listings
    write dates (``datetime.strptime``), in ``timezone``. ``select`` and ``strip``: CSS selectors of what the
    page does not say in metadata, and of what is no part of the article. ``embargoes``: an article dated
    ahead of us waits for its time. ``post_undated``: one without a date is news when it appears, although
    others have dates.
    ``locked``: what becomes of an article that members alone may read; one with a password is left out.
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
    post_undated: bool = False
    locked: LockPolicy = LockPolicy.HEADLINE

    def __post_init__(self) -> None:
        """Refuse what could not work at any look. Raises ``ValueError``: ``setting: what``."""
        check_pattern("article", self.article)
        if not is_selector(self.key):
            check_pattern("key", self.key)
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
        match = re.search(self._key_pattern, url, re.IGNORECASE) if self._key_pattern else None
        key = "/".join(group for group in match.groups() if group) if match else ""
        return key.lower() or clean_url(url)

    @cached_property
    def _key_pattern(self) -> str:
        """The key, where it is found in addresses."""
        return "" if is_selector(self.key) else self.key

    def address_of(self, url: str) -> str:
        """An address without tracking; a parameter that the key is found in is none."""
        cleaned = clean_url(url)
        is_same = not self._key_pattern or self.key_of(cleaned) == self.key_of(url)
        return cleaned if is_same else full_url(url, fragment=False)

    def sighting(self, link: Link, page: Response, now: datetime) -> Sighting:
        """The article on a page that ``link`` led to. Raises ``SourceError`` as ``reading`` does."""
        return self.reading(link, page, now).sighting

    def reading(
        self, link: Link, page: Response, now: datetime, furniture: Furniture = NO_FURNITURE
    ) -> PageReading:
        """The article on a page that ``link`` led to, and the page's traits: read here if that takes no time,
        else where it can be stopped. ``furniture``: what is no article's of this site. Raises
        ``LockedError`` where there is a lock, and ``SourceError`` where the page is none of an article."""
        try:
            reading = safely(self._reading, link, page, now, furniture, is_odd=is_odd_html(page.content))
        except SourceError as e:
            raise e if link.url in str(e) else SourceError(f"{link.url}: {e}") from e
        if isinstance(reading, Lock):
            raise LockedError(f"{link.url}: {LOCK_MESSAGES[reading]}")
        return reading

    def _reading(self, link: Link, page: Response, now: datetime, furniture: Furniture) -> PageReading | Lock:
        self._refuse_other_page(link, page)
        decoded = decoded_page(page)
        markup, shortcodes = without_shortcodes(decoded.text)
        extracted = extract(
            markup,
            page.url,
            select=self.select,
            strip=self.strip,
            agency=self.agency,
            is_other=lambda url: self.is_article(url) and self.key_of(url) != link.key,
            key="" if self._key_pattern else self.key,
            furniture=furniture,
        )
        lock = extracted.lock
        if lock is Lock.PRIVATE or (lock and self.locked == LockPolicy.SKIP):
            return lock
        is_headline_only = bool(lock) and self.locked == LockPolicy.HEADLINE
        if is_headline_only:
            extracted.leave_headline()
        self._refuse_no_article(link, extracted, is_headline_only=is_headline_only)
        traits = self._traits(link, page, extracted, decoded.text)
        content = said(extracted.get("content_html"))
        language = normalise.language(extracted, self.language, content)
        languages = (self.language, *extracted.page_languages, language)
        dates = Dates(ZoneInfo(self.timezone), self.embargoes, now, languages)
        listed = Date("listing", link.date, self.listing_dates, "listing_dates")
        publication = publication_of(dates, extracted, listed, link.url, self.dates)
        url = self._own_address(link, page, extracted) or self.address_of(page.url)
        extracted.offer("section", "listing", link.section)
        extracted.offer("section", "declared", self.section)
        sighting = Sighting(
            source=self.name,
            key=link.key,
            url=url,
            aliases=self._aliases(link, page, url, extracted.own_id),
            title=extracted.get("title")[:MAX_TITLE_CHARS],
            summary=extracted.get("summary"),
            content_html=extracted.get("content_html"),
            authors=normalise.authors(extracted, self.agency),
            section=extracted.get("section"),
            tags=extracted.tuple("tags"),
            places=extracted.tuple("places"),
            language=language,
            photo=normalise.photo(extracted),
            note=extracted.get("note"),
            story=extracted.get("story")[:MAX_STORY_CHARS],
            social=extracted.get("social")[:MAX_SOCIAL_CHARS],
            published=publication.published,
            updated=dates.updated(extracted.given("updated", self.dates)),
            embargo=publication.embargo,
            is_undated=publication.date is None and not self.post_undated,
            origins=extracted.origins,
            warnings=(
                *decoded.problems,
                *extracted.warnings,
                *([f"{SHORTCODES_LEFT}: {named_shortcodes(shortcodes)}"] if shortcodes else ()),
                *dates.warnings,
                *([HEADLINE_ONLY] if is_headline_only else ()),
            ),
        )
        text = content if sighting.content_html else plain(sighting.summary)
        traits = replace(traits, sketch=sketch(text), length=len(text))
        return PageReading(sighting=sighting, traits=traits)

    def _traits(self, link: Link, page: Response, extracted: Extracted, markup: str) -> Traits:
        """The traits that the page's metadata have, before the listing's fill in for them."""
        date = "published" if extracted.get("published") else "updated"
        photo, summary = (
            extracted.values[name]
            if not extracted.origins.get(name, "first").startswith(("select.", "first"))
            else None
            for name in ("photo", "summary")
        )
        is_captioned = bool(extracted.get("caption") or extracted.get("credit"))
        return Traits(
            date="" if extracted.is_date_loose else digest(extracted.get(date)),
            origin=digest(extracted.origins.get(date, "")),
            canonical=digest(self._own_address(link, page, extracted)),
            photo=picture_hash(photo["url"]) if photo and not is_captioned else "",
            summary=text_hash(summary) if summary else "",
            asks_password=asks_password(markup),
        )

    def _aliases(self, link: Link, page: Response, url: str, own_id: str) -> tuple[str, ...]:
        addresses = sorted({self.address_of(link.url), self.address_of(page.url)} - {url})
        return (*addresses, *([id_name(self.name, own_id)] if own_id else []))

    def _refuse_other_page(self, link: Link, page: Response) -> None:
        """A redirect may lead to the same article elsewhere, and to nothing else."""
        if page.url == link.url:
            return
        is_article = self.is_article(_without_return(page.url)) and same_site(page.url, link.url)
        if not is_article or (self._key_pattern and self.key_of(page.url) != link.key):
            target = "another article" if is_article else "no article"
            raise SourceError(f"{link.url}: leads to {page.url}, which is {target}")

    def _refuse_no_article(self, link: Link, extracted: Extracted, *, is_headline_only: bool) -> None:
        if extracted.other_kind:
            raise SourceError(f"{link.url}: {extracted.other_kind}")
        title, text = extracted.get("title"), extracted.get("content_html")
        if not title:
            raise SourceError(f"{link.url}: no title found: an error page? Declare select.title if not")
        if normalise.is_error_page(title):
            raise SourceError(f"{link.url}: an error page, although its status is 200: {title!r}")
        if is_headline_only:
            return
        if self.select.content and not extracted.has_body:
            raise SourceError(
                f"{link.url}: nothing on this page is at select.content {self.select.content!r}"
            )
        is_headline_only = extracted.is_textless and bool(extracted.dates["published"])
        if not text and not extracted.get("summary") and not is_headline_only:
            raise SourceError(f"{link.url}: no text found; declare select.content")
        if problem := too_long(len(text)):
            raise SourceError(f"{link.url}: {problem}; narrow select.content")

    def _own_address(self, link: Link, page: Response, extracted: Extracted) -> str:
        """The address that the page gives itself, if it is one of this site, and of this article: many a
        site's pages all name the home page. "" where it is not."""
        written = extracted.get("canonical")
        url = web_address(written, page.url) if written else ""
        if not url or not same_site(url, clean_url(page.url)) or not self.is_article(url):
            return ""
        is_this_article = not self._key_pattern or self.key_of(url) == link.key
        return self.address_of(url) if is_this_article else ""


def _without_return(url: str) -> str:
    """An address without parameters that are addresses themselves: where a form for consent or for logging in
    leads back to."""
    return RETURN_PARAMETER.sub("", url)
