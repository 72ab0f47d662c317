"""What feedgen has no words for: captions, credits, bylines, corrections, hubs and languages."""

from __future__ import annotations

from typing import Any

from feedgen.ext.base import BaseEntryExtension, BaseExtension
from lxml import etree

from syndicator.article import Article, Photo
from syndicator.formats import _text

ATOM = "http://www.w3.org/2005/Atom"
CONTENT = "http://purl.org/rss/1.0/modules/content/"
DC = "http://purl.org/dc/elements/1.1/"
MEDIA = "http://search.yahoo.com/mrss/"  # with its slash: https://www.rssboard.org/media-rss
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"


class RssFeed(BaseExtension):  # type: ignore[misc]
    """Hubs, which feedgen writes in Atom only; and no build date for a feed that nothing is in yet."""

    hubs: tuple[str, ...] = ()
    is_empty = False

    def extend_ns(self) -> dict[str, str]:
        return {"dc": DC, "media": MEDIA}

    def extend_rss(self, rss: Any) -> Any:
        channel = rss[0]
        if self.is_empty:
            channel.remove(channel.find("lastBuildDate"))
        for hub in self.hubs:
            etree.SubElement(channel, f"{{{ATOM}}}link", href=_text.uri(hub), rel="hub")
        return rss


class AtomFeed(BaseExtension):  # type: ignore[misc]
    def extend_ns(self) -> dict[str, str]:
        return {"media": MEDIA}


class _OfArticle(BaseEntryExtension):  # type: ignore[misc]
    """feedgen makes extensions without arguments: what they are to say is set right after. ``is_whole``: the
    entry has a summary and a body."""

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
