"""What feedgen has no words for: captions, credits, bylines, corrections, history, hubs and languages."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from email.utils import format_datetime
from typing import Any, Literal

from feedgen.ext.base import BaseEntryExtension, BaseExtension
from lxml import etree

from syndicator.domain.article import Article, Photo
from syndicator.domain.partner import Extras
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
    extras: Extras
    facts: Mapping[str, str]

    def extend_ns(self) -> dict[str, str]:
        return {"media": MEDIA, **dict(self.extras.namespaces)} | ({"fh": ARCHIVE} if self.is_archive else {})


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
        _extend(channel, self.extras, "feed", self.facts)
        return rss


class AtomFeed(_OfFeed):
    """Archives are marked, and retracted articles have a tombstone each. The name space of tombstones is
    declared where there are some: validators warn of those that they do not know."""

    def extend_ns(self) -> dict[str, str]:
        return super().extend_ns() | ({"at": TOMBSTONE} if self.tombs else {})

    def extend_atom(self, feed: Any) -> Any:
        if self.is_archive:
            etree.SubElement(feed, f"{{{ARCHIVE}}}archive")
        _extend(feed, self.extras, "feed", self.facts)
        for tomb in self.tombs:
            about = {"ref": tomb.guid, "when": tomb.updated.isoformat()}
            etree.SubElement(feed, f"{{{TOMBSTONE}}}deleted-entry", about)
        return feed


class _OfArticle(BaseEntryExtension):  # type: ignore[misc]
    """``is_whole``: the entry has a summary and a body."""

    article: Article
    is_whole: bool
    extras: Extras

    def _add_photo(self, parent: Any) -> None:
        photo = self.article.photo
        if photo:
            shown = _media(parent, photo, self.is_whole)
            _extend(shown, self.extras, "photo", _facts(self.article))


class RssEntry(_OfArticle):
    """Bylines (RSS's own ``author`` must be an e-mail address), language, time of correction, photo."""

    def extend_rss(self, item: Any) -> Any:
        article = self.article
        for author in _text.authors(article):
            _add(item, f"{{{DC}}}creator", author)
        if article.language:
            _add(item, f"{{{DC}}}language", article.language)
        _add(item, f"{{{ATOM}}}updated", article.updated.isoformat())
        self._add_photo(item)
        _extend(item, self.extras, "entry", _facts(article))
        return item


class AtomEntry(_OfArticle):
    """Language and photo."""

    def extend_atom(self, entry: Any) -> Any:
        if self.article.language:
            entry.set(XML_LANG, self.article.language)
        self._add_photo(entry)
        _extend(entry, self.extras, "entry", _facts(self.article))
        return entry


def _media(parent: Any, photo: Photo, is_whole: bool) -> Any:
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
    return content


def _facts(article: Article) -> dict[str, str]:
    """``partner.ENTRY_FACTS``."""
    photo = article.photo
    return {
        "article.title": _text.title(article),
        "article.url": _text.uri(article.url),
        "article.section": article.section,
        "article.note": article.note,
        "article.published": article.published.isoformat(),
        "article.updated": article.updated.isoformat(),
        "photo.url": _text.uri(photo.url) if photo else "",
        **{f"photo.{name}": getattr(photo, name, "") for name in ("caption", "credit", "alt")},
    }


def _extend(
    parent: Any, extras: Extras, on: Literal["feed", "entry", "photo"], facts: Mapping[str, str]
) -> None:
    """Add what a partner wants there; nothing where there is nothing to say."""
    known = {"atom": ATOM, "content": CONTENT, "dc": DC, "media": MEDIA, **dict(extras.namespaces)}
    for element in extras.on(on):
        said = element.text or facts[element.value]
        if not said:
            continue
        prefix, colon, name = element.name.partition(":")
        if not colon and parent.tag != "channel":
            continue
        if not colon and element.value == "feed.updated":  # RSS writes dates as mail does
            said = format_datetime(datetime.fromisoformat(said))
        node = etree.SubElement(parent, f"{{{known[prefix]}}}{name}" if colon else element.name)
        if element.attribute:
            node.set(element.attribute, said)
        elif element.inner:
            etree.SubElement(node, element.inner).text = said
        else:
            node.text = said


def _add(parent: Any, name: str, text: str, **attributes: str) -> None:
    etree.SubElement(parent, name, attributes).text = text
