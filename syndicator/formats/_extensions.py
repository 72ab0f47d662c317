"""What feedgen has no words for: captions, credits, bylines, hubs and languages."""

from __future__ import annotations

from typing import Any

from feedgen.ext.base import BaseEntryExtension, BaseExtension
from lxml import etree

from syndicator.article import Article, Photo
from syndicator.feed import Feed, Site
from syndicator.formats import _text
from syndicator.text.clean import legal

ATOM = "http://www.w3.org/2005/Atom"
DC = "http://purl.org/dc/elements/1.1/"
MEDIA = "http://search.yahoo.com/mrss/"  # with its slash: https://www.rssboard.org/media-rss
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"


class FeedMore(BaseExtension):  # type: ignore[misc]
    """Hubs in RSS, which feedgen leaves out, and the namespaces of both dialects."""

    def __init__(self) -> None:
        self._hubs: tuple[str, ...] = ()

    def set_feed(self, site: Site, feed: Feed, address: str) -> None:  # noqa: ARG002 - room to grow
        self._hubs = site.hubs

    def extend_ns(self) -> dict[str, str]:
        return {"atom": ATOM, "dc": DC, "media": MEDIA}

    def extend_rss(self, rss: Any) -> Any:
        for hub in self._hubs:
            etree.SubElement(rss[0], f"{{{ATOM}}}link", href=_text.uri(hub), rel="hub")
        return rss


class EntryMore(BaseEntryExtension):  # type: ignore[misc]
    """One article's byline, time of correction, language and photo."""

    def __init__(self) -> None:
        self._article: Article | None = None

    def set_article(self, article: Article) -> None:
        self._article = article

    def extend_rss(self, item: Any) -> Any:
        article = self._article
        if article is None:
            return item
        for author in article.authors:
            _add(item, f"{{{DC}}}creator", author)
        if article.language:
            _add(item, f"{{{DC}}}language", article.language)
        _add(item, f"{{{ATOM}}}updated", article.updated.isoformat())
        if article.photo:
            _media(item, article.photo)
        return item

    def extend_atom(self, entry: Any) -> Any:
        article = self._article
        if article is None:
            return entry
        if article.language:
            entry.set(XML_LANG, article.language)
        if article.photo:
            _media(entry, article.photo)
        return entry


def _media(parent: Any, photo: Photo) -> None:
    """https://www.rssboard.org/media-rss#media-content: the caption inside, because readers put one
    outside over the entry's own summary."""
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
    if photo.caption or photo.alt:
        _add(content, f"{{{MEDIA}}}description", photo.caption or photo.alt, type="plain")
    if photo.credit:
        _add(content, f"{{{MEDIA}}}credit", photo.credit, role="photographer", scheme="urn:ebu")


def _add(parent: Any, name: str, text: str, **attributes: str) -> None:
    etree.SubElement(parent, name, attributes).text = legal(text)
