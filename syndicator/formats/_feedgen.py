"""feedgen, with its defects worked round in this one place.

- Atom links lose everything but ``href`` (lkiesow/python-feedgen#135): ``Entry`` puts it back.
- Dates are formatted by switching the process's locale, which other threads see: replaced.
- ``updated`` defaults to now, so that the same articles would give other bytes each time: always set.
- Entries are prepended by default: always appended.

An entry is rendered once, in a feed of its own with the same namespaces, and cut out of it; documents join
such entries. The result is what feedgen would have written for all of them, byte for byte (tested).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any, Literal

import feedgen.entry
import feedgen.feed
from feedgen.entry import FeedEntry
from feedgen.feed import FeedGenerator

from syndicator.article import Article
from syndicator.feed import Feed, Site
from syndicator.formats import _text
from syndicator.formats._extensions import EntryMore, FeedMore

feedgen.feed.formatRFC2822 = feedgen.entry.formatRFC2822 = format_datetime

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

Dialect = Literal["rss", "atom"]

LINK_ATTRIBUTES = ("rel", "type", "hreflang", "title", "length")


class Entry(FeedEntry):  # type: ignore[misc]
    """feedgen's entry, whose Atom links keep their attributes."""

    def atom_entry(self, extensions: bool = True) -> Any:
        element = super().atom_entry(extensions)
        for node, link in zip(element.findall("link"), self.link() or [], strict=True):
            for name in LINK_ATTRIBUTES:
                if link.get(name):
                    node.set(name, link[name])
        return element


def header(site: Site, feed: Feed, dialect: Dialect, updated: datetime) -> FeedGenerator:
    """A feedgen feed without entries."""
    made = FeedGenerator()
    made.register_extension("more", FeedMore, EntryMore)
    address = _text.uri(site.address(feed, dialect))
    home = _text.uri(feed.url or site.url)
    made.id(address)
    made.title(feed.title)
    made.description(feed.description or feed.title)
    made.subtitle(feed.description or feed.title)
    made.author({"name": site.title})
    made.language(feed.language or site.language)
    made.updated(updated)
    made.lastBuildDate(updated)
    made.generator("Syndicator")
    made.docs("https://www.rssboard.org/rss-specification")
    made.ttl(str(max(1, feed.max_age // 60)))
    if site.copyright:
        made.rights(site.copyright)
    if site.icon:
        made.icon(_text.uri(site.icon))
    made.link(
        [
            {"href": address, "rel": "self", "type": f"application/{dialect}+xml"},
            *({"href": _text.uri(hub), "rel": "hub"} for hub in site.hubs),
            {"href": home, "rel": "alternate", "type": "text/html"},  # RSS takes the last one
        ],
        replace=True,
    )
    made.more.set_feed(site, feed, address)
    return made


def entry(feed: Feed, article: Article) -> Entry:
    """An article as feedgen's entry, for either dialect."""
    made = Entry()
    made.register_extension("more", EntryMore)
    made.guid(article.guid, permalink=False)
    made.title(_text.title(article))
    made.published(article.published)
    made.updated(article.updated)
    made.link(href=_text.uri(article.url), rel="alternate", type="text/html")
    made.summary(_text.summary_html(article), type="html")
    body = _text.body(feed, article)
    if body:
        made.content(body, type="html")
    for author in article.authors:
        made.author({"name": author})
    for term in dict.fromkeys((article.section, *article.tags)):
        if term:
            made.category({"term": term, "label": term})
    photo = article.photo
    if photo and photo.is_measured:
        made.enclosure(_text.uri(photo.url), str(photo.length), photo.media_type)
    made.more.set_article(article)
    return made


def written(made: FeedGenerator, dialect: Dialect) -> bytes:
    """The document, as feedgen writes it. Raises ``ValueError`` for what XML cannot carry."""
    return bytes(made.rss_str() if dialect == "rss" else made.atom_str())


def one_entry(site: Site, feed: Feed, article: Article, dialect: Dialect) -> bytes:
    """The bytes of one entry, cut out of a document that holds nothing else."""
    made = header(site, feed, dialect, EPOCH)
    made.add_entry(entry(feed, article), order="append")
    document = written(made, dialect)
    opening, closing = TAGS[dialect]
    return document[document.index(opening) : document.rindex(closing) + len(closing)]


TAGS: dict[Dialect, tuple[bytes, bytes]] = {
    "rss": (b"<item>", b"</item>"),
    "atom": (b"<entry", b"</entry>"),
}
FOOTERS: dict[Dialect, bytes] = {"rss": b"</channel></rss>", "atom": b"</feed>"}


def joined(
    site: Site, feed: Feed, articles: Sequence[Article], entries: Sequence[bytes], dialect: Dialect
) -> bytes:
    """The document of these entries: feedgen's own empty one, and the entries in it."""
    updated = max((article.updated for article in articles), default=EPOCH)
    empty = written(header(site, feed, dialect, updated), dialect)
    footer = FOOTERS[dialect]
    return empty.removesuffix(footer) + b"".join(entries) + footer
