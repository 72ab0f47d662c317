"""The base of RSS and Atom: feedgen's document, with entries joined in it; and feedgen's defects.

A document is feedgen's own empty feed with the entries joined in it, and the result is what feedgen would
have written for all of them, byte for byte (tested), but for references to ``&`` and ``<``.

feedgen's defects are worked round here, but for one of Atom's alone (``formats.atom``):

- Dates are formatted by switching the process's locale, which other threads see: replaced, once, below.
- ``updated`` defaults to now, so that the same articles would give other bytes each time: always set.
- Entries are prepended by default: always appended.
- One character that XML forbids in one article fails the whole feed: all text is cleaned first, and
  entries are rendered one by one.
- Plain text that looks like markup is taken for markup by some readers, and by validators:
  ``_with_references`` writes it as RSS's Profile advises.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import lru_cache
from typing import Any, ClassVar, NamedTuple

import feedgen.entry
import feedgen.feed
from feedgen.entry import FeedEntry
from feedgen.ext.base import BaseExtension
from feedgen.feed import FeedGenerator
from lxml import etree

from syndicator.domain.article import Article
from syndicator.domain.feed import Feed, Site
from syndicator.domain.partner import NO_EXTRAS, Extras
from syndicator.formats import _text
from syndicator.formats._entry_cache import EntryCache
from syndicator.formats._xml_elements import HISTORY, MEDIA, add_extras, feed_facts
from syndicator.jobs.ports import History

feedgen.feed.formatRFC2822 = feedgen.entry.formatRFC2822 = format_datetime

#: The time of update of a feed without entries: Atom wants one, and it may not depend on the clock.
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)

#: Documents without entries that are cached.
MAX_EMPTY_DOCUMENTS = 1024

#: Elements of plain text, up to the end of that text: lxml escapes every ``<`` and ``>`` in it. Categories
#: are not among them: @rowanmanning/feed-parser leaves references in them as they are.
PLAIN_ELEMENT = (
    rb"<(?:title|subtitle|name|copyright|rights|dc:creator|media:(?:title|description|credit)%s)"
    rb"(?: [^>]*)?>[^<]*"
)
PLAIN_IN_ENTRY = re.compile(PLAIN_ELEMENT % b"")
PLAIN_IN_HEADING = re.compile(PLAIN_ELEMENT % b"|description")  # which is HTML in an entry

#: Text that readers could take for a tag or an entity.
LIKE_MARKUP = re.compile(rb"&lt;[/a-zA-Z]|&amp;#?\w+;")


class EntryOptions(NamedTuple):
    """A feed's options for its entries: how much of an article they carry, and what a partner adds."""

    extent: _text.Extent
    extras: Extras = NO_EXTRAS


def entry_options(feed: Feed) -> EntryOptions:
    return EntryOptions(feed.content, feed.partner.extras if feed.partner else NO_EXTRAS)


@dataclass(frozen=True, kw_only=True, slots=True)
class Heading:
    """The head of a document, before its entries; all of it is cleaned. ``updated``: when the latest article
    changed, or was retracted; ``None``: there is none. ``extension`` is that of the document."""

    site: Site
    feed: Feed
    extension: str
    updated: datetime | None
    history: History

    @property
    def address(self) -> str:
        """The feed's, in its archives, too: it is one feed."""
        return _text.uri(self.site.address(self.feed, self.extension))

    @property
    def home(self) -> str:
        """The page that people read the feed's articles on."""
        return _text.uri(self.feed.url or self.site.url)

    @property
    def is_archive(self) -> bool:
        return self.history.page is not None

    def links(self) -> list[dict[str, str]]:
        """All links, as feedgen takes them."""
        own = _text.uri(self.site.address(self.feed, self.extension, self.history.page))
        return [
            {"href": own, "rel": "self", "type": f"application/{self.extension}+xml"},
            *({"href": href, "rel": rel} for rel, href in self.hubs_and_archives()),
            {"href": self.home, "rel": "alternate", "type": "text/html"},  # RSS's only one: the last
        ]

    def hubs_and_archives(self) -> list[tuple[str, str]]:
        """Relation and address: hubs, which tell of news and are no use in an archive, and the archives
        around (RFC 5005 section 4)."""
        history = self.history
        pages = (("prev-archive", history.previous), ("next-archive", history.following))
        around: list[tuple[str, int | None]] = [(rel, page) for rel, page in pages if page is not None]
        if self.is_archive:
            around.insert(0, ("current", None))
        hubs = [] if self.is_archive else [("hub", hub) for hub in self.site.hubs]
        archives = [(rel, self.site.address(self.feed, self.extension, page)) for rel, page in around]
        return [(rel, _text.uri(address)) for rel, address in (*hubs, *archives)]


class FeedExtension(BaseExtension):  # type: ignore[misc]
    """A dialect's additions to feedgen's feed. feedgen makes extensions without arguments: ``heading`` is set
    right after (``filled_feed``)."""

    heading: Heading

    @property
    def extras(self) -> Extras:
        return entry_options(self.heading.feed).extras

    def extend_ns(self) -> dict[str, str]:
        archive = {"fh": HISTORY} if self.heading.is_archive else {}
        return {"media": MEDIA, **dict(self.extras.namespaces), **archive}

    def add_shared(self, parent: Any) -> None:
        """The mark of an archive, and a partner's elements."""
        heading = self.heading
        if heading.is_archive:
            etree.SubElement(parent, f"{{{HISTORY}}}archive")
        facts = feed_facts(heading.site, heading.feed, heading.updated)
        add_extras(parent, self.extras, "feed", facts)


def filled_feed(heading: Heading, extension: type[FeedExtension]) -> FeedGenerator:
    """feedgen's feed without entries, with the elements that RSS and Atom have in common."""
    site, feed = heading.site, heading.feed
    document = FeedGenerator()
    document.title(feed.title)
    document.subtitle(feed.description or feed.title)  # and RSS's description
    document.language(feed.language or site.language)
    document.updated(heading.updated or LONG_AGO)  # and RSS's lastBuildDate
    document.generator("Syndicator")
    if site.copyright:
        document.rights(site.copyright)
    document.link(heading.links(), replace=True)
    document.register_extension("more", extension)
    document.more.heading = heading
    return document


class Entry(FeedEntry):  # type: ignore[misc]
    """feedgen's entry of an article that is cleaned, with the elements that RSS and Atom have in common."""

    def __init__(self, article: Article, options: EntryOptions) -> None:
        super().__init__()
        self.article, self.extras = article, options.extras
        summary, body = _text.lead(options.extent, article), _text.body(options.extent, article)
        self.is_whole = bool(summary and body)
        self.title(_text.title(article))
        self.link(href=_text.uri(article.url), rel="alternate", type="text/html")
        if summary:
            self.summary(summary, type="html")
        if body:
            self.content(body, type="html")
        for term in _text.terms(article):
            self.category({"term": term, "label": term})
        if photo := _text.enclosed(article):
            self.enclosure(_text.uri(photo.url), str(photo.length), photo.media_type)


class XmlFeed(ABC):
    """A format that feedgen writes; see ``jobs.ports.Format``. A dialect has the ``prefixes`` that its
    documents declare (by their namespaces), their end (``closing``), and the methods that are abstract
    here."""

    extension: ClassVar[str]
    media_type: ClassVar[str]
    prefixes: ClassVar[Mapping[str, str]]
    closing: ClassVar[bytes]
    age = None
    keeps_archives = True

    def __init__(self) -> None:
        self._entries = EntryCache(self._rendered)
        self._empty = lru_cache(maxsize=MAX_EMPTY_DOCUMENTS)(self._empty_document)

    def entry(self, site: Site, feed: Feed, article: Article) -> bytes:  # noqa: ARG002 - the port's
        return self._entries.entry(entry_options(feed), article)

    def document(
        self,
        site: Site,
        feed: Feed,
        articles: Sequence[Article],
        entries: Sequence[bytes],
        history: History,
    ) -> bytes:
        updated = _text.newest([*articles, *history.withdrawn])
        history = replace(history, withdrawn=tuple(history.withdrawn))
        # a partner's elements may hold the date, too; otherwise one empty document serves for all dates
        cached_updated = updated if feed.partner else updated and LONG_AGO
        before, after, closing = self._empty(site, feed, cached_updated, history)
        date = self.date(updated or LONG_AGO) if after else b""  # which RSS does not say of an empty feed
        return b"".join((before, date, after, *entries, closing))

    def heading(self, site: Site, feed: Feed, updated: datetime | None, history: History) -> Heading:
        """The heading of a document of this format."""
        withdrawn = tuple(map(_text.cleaned, history.withdrawn))
        return Heading(
            site=_text.cleaned(site),
            feed=_text.cleaned(feed),
            extension=self.extension,
            updated=updated,
            history=replace(history, withdrawn=withdrawn),
        )

    @abstractmethod
    def new_feed(self, heading: Heading) -> FeedGenerator:
        """feedgen's feed without entries."""

    @abstractmethod
    def new_entry(self, article: Article, options: EntryOptions) -> Entry:
        """feedgen's entry of an article that is cleaned. Raises ``ValueError`` that names an address which is
        none."""

    @abstractmethod
    def write_feed(self, feed: FeedGenerator) -> bytes:
        """The document of feedgen's feed."""

    @abstractmethod
    def write_entry(self, entry: Entry) -> Any:
        """The element of feedgen's entry."""

    @abstractmethod
    def date(self, updated: datetime) -> bytes:
        """The element that tells when a feed was updated."""

    def _rendered(self, options: EntryOptions, article: Article) -> bytes:
        """The bytes of one entry, within a root of the document's prefixes and cut out of it."""
        root = etree.Element("root", nsmap={**self.prefixes, **dict(options.extras.namespaces)})
        root.append(self.write_entry(self.new_entry(_text.cleaned(article), options)))
        written: bytes = etree.tostring(root, encoding="UTF-8", xml_declaration=False)
        return PLAIN_IN_ENTRY.sub(_with_references, written[written.index(b">") + 1 : written.rindex(b"</")])

    def _empty_document(
        self, site: Site, feed: Feed, updated: datetime | None, history: History
    ) -> tuple[bytes, bytes, bytes]:
        """feedgen's own document without entries, parted where it says when it was updated, and where they
        go. It is made once: of all that it says, news changes nothing but that date."""
        whole = self.write_feed(self.new_feed(self.heading(site, feed, updated, history)))
        written = PLAIN_IN_HEADING.sub(_with_references, whole.removesuffix(self.closing))
        before, _, after = written.partition(self.date(updated or LONG_AGO))
        return before, after, self.closing


def _with_references(element: re.Match[bytes]) -> bytes:
    """``&`` and ``<`` as https://www.rssboard.org/rss-profile#data-types-characterdata wants them in plain
    text: the same to all who read XML, and a sign to those who guess that it is no markup. What nobody could
    take for markup is left as lxml writes it."""
    if not LIKE_MARKUP.search(element[0]):
        return element[0]
    return element[0].replace(b"&amp;", b"&#x26;").replace(b"&lt;", b"&#x3C;")
