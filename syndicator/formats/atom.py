"""Atom 1.0 (RFC 4287), with archives (RFC 5005) and tombstones of what was retracted (RFC 6721)."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any, ClassVar

from feedgen.feed import FeedGenerator
from lxml import etree

from syndicator.domain.article import Article
from syndicator.formats import _text
from syndicator.formats._xml_elements import MEDIA, add_extras, add_photo, entry_facts
from syndicator.formats._xml_feed import Entry, EntryOptions, FeedExtension, Heading, XmlFeed, filled_feed

TOMBSTONE = "http://purl.org/atompub/tombstones/1.0"
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"

LINK_ATTRIBUTES = ("rel", "type", "hreflang", "title", "length")


class Atom(XmlFeed):
    """See ``jobs.ports.Format``."""

    extension = "atom"
    media_type = "application/atom+xml; charset=utf-8"
    prefixes: ClassVar = {"media": MEDIA}
    closing = b"</feed>"

    def new_feed(self, heading: Heading) -> FeedGenerator:
        feed = filled_feed(heading, _FeedExtension)
        feed.id(heading.address)
        feed.author({"name": heading.site.title})
        if heading.site.icon:
            feed.icon(_text.uri(heading.site.icon))
        return feed

    def new_entry(self, article: Article, options: EntryOptions) -> Entry:
        return _AtomEntry(article, options)

    def write_feed(self, feed: FeedGenerator) -> bytes:
        return bytes(feed.atom_str())

    def write_entry(self, entry: Entry) -> Any:
        return entry.atom_entry()

    def date(self, updated: datetime) -> bytes:
        return f"<updated>{updated.isoformat()}</updated>".encode()


class _FeedExtension(FeedExtension):
    """The tombstones of articles that were retracted. Their namespace is declared only where there are some:
    validators warn of namespaces that they do not know."""

    def extend_ns(self) -> dict[str, str]:
        tombstones = {"at": TOMBSTONE} if self.heading.history.withdrawn else {}
        return super().extend_ns() | tombstones

    def extend_atom(self, feed: Any) -> Any:
        self.add_shared(feed)
        for article in self.heading.history.withdrawn:
            attributes = {"ref": article.guid, "when": article.updated.isoformat()}
            etree.SubElement(feed, f"{{{TOMBSTONE}}}deleted-entry", attributes)
        return feed


class _AtomEntry(Entry):
    """feedgen's entry, with the elements that it does not know (language, photo, a partner's); its links keep
    their attributes, of which feedgen writes ``href`` alone (lkiesow/python-feedgen#135)."""

    def __init__(self, article: Article, options: EntryOptions) -> None:
        super().__init__(article, options)
        self.id(article.guid)
        self.published(distinct_time(article.guid, article.published))
        self.updated(distinct_time(article.guid, article.updated))
        for author in _text.authors(article):
            self.author({"name": author})

    def atom_entry(self, extensions: bool = True) -> Any:
        entry = super().atom_entry(extensions)
        for node, link in zip(entry.findall("link"), self.link(), strict=True):
            for name in LINK_ATTRIBUTES:
                if link.get(name):
                    node.set(name, link[name])
        if self.article.language:
            entry.set(XML_LANG, self.article.language)
        add_photo(entry, self.article, self.extras, is_whole=self.is_whole)
        add_extras(entry, self.extras, "entry", entry_facts(self.article))
        return entry


def distinct_time(guid: str, time: datetime) -> datetime:
    """A time for Atom, where no two entries should have the same (RFC 4287 section 4.2.15 lets readers order
    them by it) and many articles may change within one second. The fraction of the second, which nobody
    knows, is made of the guid: the same in all of an article's times, so that equal ones stay equal."""
    digest = hashlib.blake2b(guid.encode(), digest_size=8).digest()
    return time.replace(microsecond=1 + int.from_bytes(digest, "big") % 999_999)
