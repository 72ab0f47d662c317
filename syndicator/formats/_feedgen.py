"""feedgen, with its defects worked round in this one place.

- Atom links lose everything but ``href`` (lkiesow/python-feedgen#135): ``Entry`` puts it back.
- Dates are formatted by switching the process's locale, which other threads see: replaced, once, here.
- ``updated`` defaults to now, so that the same articles would give other bytes each time: always set.
- Entries are prepended by default: always appended.
- One character that XML forbids in one article fails the whole feed: all text is cleaned first, and
  entries are rendered one by one.

- Plain text that looks like markup is taken for markup by some readers, and by validators:
  ``_told_plain`` writes it as RSS's Profile advises.

A document is feedgen's own empty feed with the entries joined in it, and the result is what feedgen would
have written for all of them, byte for byte (tested), but for those references to ``&`` and ``<``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import lru_cache
from typing import Any, Literal, NamedTuple

import feedgen.entry
import feedgen.feed
from feedgen.entry import FeedEntry
from feedgen.feed import FeedGenerator
from lxml import etree

from syndicator.domain.article import Article
from syndicator.domain.feed import Feed, Site
from syndicator.domain.partner import NO_EXTRAS, Extras
from syndicator.formats import _text
from syndicator.formats._extensions import (
    ATOM,
    CONTENT,
    DC,
    MEDIA,
    AtomEntry,
    AtomFeed,
    RssEntry,
    RssFeed,
)
from syndicator.jobs.ports import History

feedgen.feed.formatRFC2822 = feedgen.entry.formatRFC2822 = format_datetime

Dialect = Literal["rss", "atom"]

EXTENSIONS = {"rss": (RssFeed, RssEntry), "atom": (AtomFeed, AtomEntry)}

#: The prefixes that feedgen and our extensions declare at the root of a document.
PREFIXES = {
    "rss": {"atom": ATOM, "content": CONTENT, "dc": DC, "media": MEDIA},
    "atom": {"media": MEDIA},
}

#: When a feed without entries was updated: Atom wants a time, and it may not depend on the clock.
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)

#: Elements of plain text, up to the end of that text: lxml escapes every ``<`` and ``>`` in it. Categories
#: are not among them: @rowanmanning/feed-parser leaves references in them as they are.
PLAIN = (
    rb"<(?:title|subtitle|name|copyright|rights|dc:creator|media:(?:title|description|credit)%s)"
    rb"(?: [^>]*)?>[^<]*"
)
PLAIN_IN_ENTRY = re.compile(PLAIN % b"")
PLAIN_IN_HEADER = re.compile(PLAIN % b"|description")  # which is HTML in an entry

#: A tag or an entity, to those who read markup.
LIKE_MARKUP = re.compile(rb"&lt;[/a-zA-Z]|&amp;#?\w+;")

LINK_ATTRIBUTES = ("rel", "type", "hreflang", "title", "length")


class EntryOptions(NamedTuple):
    """How a feed wants its entries."""

    extent: _text.Extent
    extras: Extras = NO_EXTRAS


def entry_options(feed: Feed) -> EntryOptions:
    return EntryOptions(feed.content, feed.partner.extras if feed.partner else NO_EXTRAS)


class Entry(FeedEntry):  # type: ignore[misc]
    """feedgen's entry, whose Atom links keep their attributes."""

    def atom_entry(self, extensions: bool = True) -> Any:
        element = super().atom_entry(extensions)
        for node, link in zip(element.findall("link"), self.link(), strict=True):
            for name in LINK_ATTRIBUTES:
                if link.get(name):
                    node.set(name, link[name])
        return element


def header(
    site: Site, feed: Feed, updated: datetime | None, dialect: Dialect, history: History
) -> FeedGenerator:
    """feedgen's feed without entries. ``updated``: when the latest one changed, or was retracted; ``None``:
    there is none."""
    site, feed = _text.cleaned(site), _text.cleaned(feed)
    made = FeedGenerator()
    made.id(_text.uri(site.address(feed, dialect)))  # an archive's, too: it is one feed
    made.title(feed.title)
    made.description(feed.description or feed.title)
    made.subtitle(feed.description or feed.title)
    made.author({"name": site.title})
    made.language(feed.language or site.language)
    made.updated(updated or LONG_AGO)
    made.lastBuildDate(updated or LONG_AGO)
    made.generator("Syndicator")
    made.docs("https://www.rssboard.org/rss-specification")
    made.ttl(str(max(1, feed.max_age // 60)))
    if site.copyright:
        made.rights(site.copyright)
    if site.icon:
        made.icon(_text.uri(site.icon))
        if dialect == "rss" and _text.is_picture(site.icon):
            _image(made, site, feed)
    others = _others(site, feed, dialect, history)
    made.link(_links(site, feed, dialect, history, others), replace=True)
    made.register_extension("more", *EXTENSIONS[dialect])
    made.more.links, made.more.is_empty = others, updated is None
    made.more.is_archive = history.page is not None
    made.more.tombs = tuple(map(_text.cleaned, history.withdrawn))
    made.more.extras, made.more.facts = entry_options(feed).extras, _facts(site, feed, updated)
    return made


def _facts(site: Site, feed: Feed, updated: datetime | None) -> dict[str, str]:
    """``partner.FEED_FACTS``."""
    return {
        "site.title": site.title,
        "site.url": _text.uri(site.url),
        "site.icon": _text.uri(site.icon),
        "site.copyright": site.copyright,
        "feed.title": feed.title,
        "feed.updated": updated.isoformat() if updated else "",
    }


def _image(made: FeedGenerator, site: Site, feed: Feed) -> None:
    """The site's square icon as RSS's picture of the feed, shown as large as that may be: titles and links
    are to be the feed's own (https://www.rssboard.org/rss-profile#element-channel-image)."""
    link = _text.uri(feed.url or site.url)
    made.image(_text.uri(site.icon), feed.title, link, width="144", height="144")


def _links(
    site: Site, feed: Feed, dialect: Dialect, history: History, others: Iterable[tuple[str, str]]
) -> list[dict[str, str]]:
    address = _text.uri(site.address(feed, dialect, history.page))
    return [
        {"href": address, "rel": "self", "type": f"application/{dialect}+xml"},
        *({"href": href, "rel": rel} for rel, href in others),
        {"href": _text.uri(feed.url or site.url), "rel": "alternate", "type": "text/html"},  # RSS: the last
    ]


def _others(site: Site, feed: Feed, dialect: Dialect, history: History) -> tuple[tuple[str, str], ...]:
    """Hubs, which tell of news and are no use in an archive; the archives around (RFC 5005 section 4)."""
    pages: list[tuple[str, int | None]] = []
    if history.page is not None:
        pages.append(("current", None))
    if history.previous is not None:
        pages.append(("prev-archive", history.previous))
    if history.following is not None:
        pages.append(("next-archive", history.following))
    hubs = [("hub", hub) for hub in site.hubs] if history.page is None else []
    links = [*hubs, *((rel, site.address(feed, dialect, page)) for rel, page in pages)]
    return tuple((rel, _text.uri(address)) for rel, address in links)


def entry(entry_options: EntryOptions, article: Article, dialect: Dialect) -> Entry:
    """An article as feedgen's entry."""
    article, extent = _text.cleaned(article), entry_options.extent
    made = Entry()
    made.guid(article.guid, permalink=False)
    made.title(_text.title(article))
    times = [article.published, article.updated]
    if dialect == "atom":
        times = [_text.told_apart(article.guid, time) for time in times]
    made.published(times[0])
    made.updated(times[1])
    made.link(href=_text.uri(article.url), rel="alternate", type="text/html")
    if lead := _text.lead(extent, article):
        made.summary(lead, type="html")
    if body := _text.body(extent, article):
        made.content(body, type="html")
    for author in _text.authors(article):
        made.author({"name": author})
    for term in _text.terms(article):
        made.category({"term": term, "label": term})
    if photo := _text.enclosed(article):
        made.enclosure(_text.uri(photo.url), str(photo.length), photo.media_type)
    made.register_extension("more", EXTENSIONS[dialect][1])
    made.more.article, made.more.is_whole, made.more.extras = (
        article,
        bool(lead and body),
        entry_options.extras,
    )
    return made


def one_entry(dialect: Dialect, entry_options: EntryOptions, article: Article) -> bytes:
    """The bytes of one entry, within a root of the same prefixes and cut out of it. Raises ``ValueError``
    that names an address which is none."""
    made = entry(entry_options, article, dialect)
    root = etree.Element("root", nsmap=PREFIXES[dialect] | dict(entry_options.extras.namespaces))
    root.append(made.rss_entry() if dialect == "rss" else made.atom_entry())
    written: bytes = etree.tostring(root, encoding="UTF-8", xml_declaration=False)
    return PLAIN_IN_ENTRY.sub(_told_plain, written[written.index(b">") + 1 : written.rindex(b"</")])


def _told_plain(element: re.Match[bytes]) -> bytes:
    """``&`` and ``<`` as https://www.rssboard.org/rss-profile#data-types-characterdata wants them in plain
    text: the same to all who read XML, and a sign to those who guess that it is no markup. What nobody could
    take for markup is left as lxml writes it."""
    if not LIKE_MARKUP.search(element[0]):
        return element[0]
    return element[0].replace(b"&amp;", b"&#x26;").replace(b"&lt;", b"&#x3C;")


def joined(
    site: Site,
    feed: Feed,
    articles: Sequence[Article],
    entries: Sequence[bytes],
    history: History,
    dialect: Dialect,
) -> bytes:
    """The document of these entries: feedgen's own empty one, and the entries in it."""
    updated = _text.newest([*articles, *history.withdrawn])
    history = replace(history, withdrawn=tuple(history.withdrawn))
    told = updated if feed.partner else updated and LONG_AGO  # a partner's elements may say it, too
    before, after, footer = _empty(site, feed, told, dialect, history)
    date = _date(updated or LONG_AGO, dialect) if after else b""  # which RSS does not say of an empty feed
    return b"".join((before, date, after, *entries, footer))


@lru_cache(maxsize=1024)
def _empty(
    site: Site, feed: Feed, updated: datetime | None, dialect: Dialect, history: History
) -> tuple[bytes, bytes, bytes]:
    """feedgen's own document without entries, parted where it says when it was updated, and where they go. It
    is made once: of all that it says, news changes nothing but that date."""
    made = header(site, feed, updated, dialect, history)
    whole, footer = (
        (made.rss_str(), b"</channel></rss>") if dialect == "rss" else (made.atom_str(), b"</feed>")
    )
    date = _date(updated or LONG_AGO, dialect)
    written = PLAIN_IN_HEADER.sub(_told_plain, bytes(whole).removesuffix(footer))
    before, _, after = written.partition(date)
    return before, after, footer


def _date(updated: datetime, dialect: Dialect) -> bytes:
    """The element that tells when a feed was updated."""
    if dialect == "rss":
        return f"<lastBuildDate>{format_datetime(updated)}</lastBuildDate>".encode()
    return f"<updated>{updated.isoformat()}</updated>".encode()
