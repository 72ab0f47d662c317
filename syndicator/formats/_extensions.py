"""What feedgen has no words for: captions, credits, bylines, corrections, history, hubs and languages."""

from __future__ import annotations

from typing import Any

from feedgen.ext.base import BaseEntryExtension, BaseExtension
from lxml import etree

from syndicator.article import Article, Photo
from syndicator.formats import _text

ATOM = "http://www.w3.org/2005/Atom"
CONTENT = "http://purl.org/rss/1.0/modules/content/"
ARCHIVE = "http://purl.org/syndication/history/1.0"  # RFC 5005 section 4
TOMBSTONE = "http://purl.org/atompub/tombstones/1.0"  # RFC 6721
DC = "http://purl.org/dc/elements/1.1/"
MEDIA = "http://search.yahoo.com/mrss/"  # with its slash: https://www.rssboard.org/media-rss
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"


class _OfFeed(BaseExtension):  # type: ignore[misc]
    """feedgen makes extensions without arguments: what they are to say is set right after. ``links``: where
    else to go, as pairs of relation and address. ``tombs``: retracted articles."""

    links: tuple[tuple[str, str], ...] = ()
    is_archive = False
    is_empty = False
    tombs: tuple[Article, ...] = ()

    def extend_ns(self) -> dict[str, str]:
        return {"media": MEDIA} | ({"fh": ARCHIVE} if self.is_archive else {})


class RssFeed(_OfFeed):
    """Hubs and archives, which feedgen links in Atom only; and no build date for a feed that nothing is in
    yet."""

    def extend_ns(self) -> dict[str, str]:
        return {"dc": DC, **super().extend_ns()}

    def extend_rss(self, rss: Any) -> Any:
        channel = rss[0]
        if self.is_empty:
            channel.remove(channel.find("lastBuildDate"))
        for relation, address in self.links:
            etree.SubElement(channel, f"{{{ATOM}}}link", href=address, rel=relation)
        if self.is_archive:
            etree.SubElement(channel, f"{{{ARCHIVE}}}archive")
        return rss


class AtomFeed(_OfFeed):
    """Archives are marked, and retracted articles have a tombstone each. The name space of tombstones is
    declared where there are some: validators warn of those that they do not know."""

    def extend_ns(self) -> dict[str, str]:
        return super().extend_ns() | ({"at": TOMBSTONE} if self.tombs else {})

    def extend_atom(self, feed: Any) -> Any:
        if self.is_archive:
            etree.SubElement(feed, f"{{{ARCHIVE}}}archive")
        for tomb in self.tombs:
            about = {"ref": tomb.guid, "when": tomb.updated.isoformat()}
            etree.SubElement(feed, f"{{{TOMBSTONE}}}deleted-entry", about)
        return feed


class _OfArticle(BaseEntryExtension):  # type: ignore[misc]
    """``is_whole``: the entry has a summary and a body."""

    article: Article
    is_whole: bool


class RssEntry(_OfArticle):
    """Bylines (RSS's own ``author`` must be an e-mail address), language, time of correction, photo."""

    def extend_rss(self, item: Any) -> Any:
        article = self.article
        for author in _text.authors(article):
            _add(item, f"{{{DC}}}creator", author)
        if article.language:
            _add(item, f"{{{DC}}}language", article.language)
        _add(item, f"{{{ATOM}}}updated", article.updated.isoformat())
        if article.photo:
            _media(item, article.photo, self.is_whole)
        return item


class AtomEntry(_OfArticle):
    """Language and photo."""

    def extend_atom(self, entry: Any) -> Any:
        if self.article.language:
            entry.set(XML_LANG, self.article.language)
        if self.article.photo:
            _media(entry, self.article.photo, self.is_whole)
        return entry


def _media(parent: Any, photo: Photo, is_whole: bool) -> None:
    """https://www.rssboard.org/media-rss#media-content, without ``media:group``, which is for several
    renditions. The caption is the photo's title, and its description only in an entry that is whole: of any
    other, feedparser takes a photo's description for what is missing (kurtmckee/feedparser#53)."""
    known = {
        "url": _text.uri(photo.url),
        "medium": "image",
        "type": photo.media_type,
        "fileSize": photo.length,
        "width": photo.width,
        "height": photo.height,
    }
    content = etree.SubElement(
        parent, f"{{{MEDIA}}}content", {name: str(value) for name, value in known.items() if value}
    )
    for name in ("title", "description") if is_whole else ("title",):
        if caption := photo.caption or photo.alt:
            _add(content, f"{{{MEDIA}}}{name}", caption, type="plain")
    if photo.credit:  # a role of the European Broadcasting Union's list, in lower case
        _add(content, f"{{{MEDIA}}}credit", photo.credit, role="photographer", scheme="urn:ebu")


def _add(parent: Any, name: str, text: str, **attributes: str) -> None:
    etree.SubElement(parent, name, attributes).text = text
