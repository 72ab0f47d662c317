"""Elements of both RSS and Atom that feedgen does not know: lead photos, and partners' elements."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from email.utils import format_datetime
from typing import Any, Literal

from lxml import etree

from syndicator.domain.article import Article, Photo
from syndicator.domain.feed import Feed, Site
from syndicator.domain.partner import Extras
from syndicator.formats import _text

ATOM = "http://www.w3.org/2005/Atom"
CONTENT = "http://purl.org/rss/1.0/modules/content/"
HISTORY = "http://purl.org/syndication/history/1.0"  # RFC 5005 section 4
DC = "http://purl.org/dc/elements/1.1/"
MEDIA = "http://search.yahoo.com/mrss/"  # with its slash: https://www.rssboard.org/media-rss


def add(parent: Any, name: str, text: str, **attributes: str) -> None:
    """Add an element with a text. ``name`` in lxml's notation: ``{namespace}name``."""
    etree.SubElement(parent, name, attributes).text = text


def add_photo(entry: Any, article: Article, extras: Extras, *, is_whole: bool) -> None:
    """Add the article's lead photo, with a partner's elements in it. ``is_whole``: the entry has a summary
    and a body."""
    if article.photo:
        content = _media_content(entry, article.photo, is_whole)
        add_extras(content, extras, "photo", entry_facts(article))


def add_extras(
    parent: Any, extras: Extras, on: Literal["feed", "entry", "photo"], facts: Mapping[str, str]
) -> None:
    """Add a partner's elements of a feed, an entry or a photo; none that would be empty."""
    known = {"atom": ATOM, "content": CONTENT, "dc": DC, "media": MEDIA, **dict(extras.namespaces)}
    for element in extras.on(on):
        text = element.text or facts[element.value]
        if not text:
            continue
        prefix, colon, name = element.name.partition(":")
        if not colon and parent.tag != "channel":  # RSS's own, and not in Atom
            continue
        if not colon and element.value == "feed.updated":  # RSS writes dates as mail does
            text = format_datetime(datetime.fromisoformat(text))
        node = etree.SubElement(parent, f"{{{known[prefix]}}}{name}" if colon else element.name)
        if element.attribute:
            node.set(element.attribute, text)
        elif element.inner:
            etree.SubElement(node, element.inner).text = text
        else:
            node.text = text


def feed_facts(site: Site, feed: Feed, updated: datetime | None) -> dict[str, str]:
    """The facts of a feed that partners' elements may hold, by name (``partner.FEED_FACTS``)."""
    return {
        "site.title": site.title,
        "site.url": _text.uri(site.url),
        "site.icon": _text.uri(site.icon),
        "site.copyright": site.copyright,
        "feed.title": feed.title,
        "feed.updated": updated.isoformat() if updated else "",
    }


def entry_facts(article: Article) -> dict[str, str]:
    """The facts of an article that partners' elements may hold, by name (``partner.ENTRY_FACTS``)."""
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


def _media_content(entry: Any, photo: Photo, is_whole: bool) -> Any:
    """https://www.rssboard.org/media-rss#media-content, without ``media:group``, which is for several
    renditions. The caption is the photo's title, and its description only in an entry that is whole: of any
    other, feedparser takes a photo's description for what is missing (kurtmckee/feedparser#53)."""
    attributes = {
        "url": _text.uri(photo.url),
        "medium": "image",
        "type": photo.media_type,
        "fileSize": photo.length,
        "width": photo.width,
        "height": photo.height,
    }
    content = etree.SubElement(
        entry, f"{{{MEDIA}}}content", {name: str(value) for name, value in attributes.items() if value}
    )
    for name in ("title", "description") if is_whole else ("title",):
        if caption := photo.caption or photo.alt:
            add(content, f"{{{MEDIA}}}{name}", caption, type="plain")
    if photo.credit:  # a role of the European Broadcasting Union's list, in lower case
        add(content, f"{{{MEDIA}}}credit", photo.credit, role="photographer", scheme="urn:ebu")
    return content
