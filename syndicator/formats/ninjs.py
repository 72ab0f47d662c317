"""ninjs 3.1, News in JSON, for clients that run newsrooms (https://iptc.org/std/ninjs/userguide/).

Each agency wraps its items in a list of its own making; the standard's own word for several items in one is
a ``composite``, whose ``associations`` they are. So a document is one valid item, and each entry is one, too
(but for ``name``, which an association must have and an item must not).

A retracted article stays as an item that says ``canceled``, and nothing more of what it said, so that
whoever took it over knows what to take down. One that is not out yet is in nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from functools import lru_cache
from typing import Any, NamedTuple

import orjson

from syndicator.domain.article import Article, ArticleState, Photo
from syndicator.domain.feed import Feed, Site
from syndicator.formats import _text
from syndicator.formats._entry_cache import EntryCache
from syndicator.formats._json import filled, listed, time
from syndicator.jobs.ports import History

STANDARD = {
    "name": "ninjs",
    "version": "3.1",
    "schema": "http://www.iptc.org/std/ninjs/ninjs-schema_3.1.json#",
}

#: The urgency of breaking news, on the scale of 1 (flash) to 9. The newsroom states none for other news.
BREAKING = 1


class _Terms(NamedTuple):
    """All that an entry depends on of its feed and its site."""

    extent: _text.Extent
    holder: str
    notice: str


class Ninjs:
    """See ``jobs.ports.Format``."""

    extension = "ninjs.json"
    media_type = "application/json; charset=utf-8"
    age: timedelta | None = None
    keeps_archives = True

    def __init__(self) -> None:
        self._entries = EntryCache(_entry)

    def entry(self, site: Site, feed: Feed, article: Article) -> bytes:
        return self._entries.entry(_Terms(feed.content, site.title, site.copyright), article)

    def document(
        self,
        site: Site,
        feed: Feed,
        articles: Sequence[Article],
        entries: Sequence[bytes],
        history: History,
    ) -> bytes:
        changed = _text.newest((*articles, *history.withdrawn))
        version = f'"versionCreated":"{time(changed)}",'.encode() if changed else b""
        canceled = [orjson.dumps(_gone(_text.cleaned(each))) for each in history.withdrawn]
        opening = _opening(site, feed, history.page)
        return listed(b"{" + version + opening, (*entries, *canceled))


@lru_cache(maxsize=512)
def _opening(site: Site, feed: Feed, page: int | None) -> bytes:
    """The document as far as its first item, without its version: news changes nothing else in it."""
    head = orjson.dumps(_head(_text.cleaned(site), _text.cleaned(feed), page))
    return head.removeprefix(b"{").removesuffix(b"}") + b',"associations":['


def _head(site: Site, feed: Feed, page: int | None) -> dict[str, Any]:
    return filled(
        {
            "uri": _text.uri(site.address(feed, Ninjs.extension, page)),
            "standard": STANDARD,
            "type": "composite",
            "representationType": "full",
            "pubStatus": "usable",
            "title": feed.title,
            "headlines": [_text_object("main", feed.title)],
            "descriptions": [_text_object("text", feed.description)] if feed.description else [],
            "language": feed.language or site.language,
            "copyrightHolder": site.title,
            "copyrightNotice": site.copyright,
        }
    )


def _entry(terms: _Terms, article: Article) -> bytes:
    return orjson.dumps(filled(_item(terms, _text.cleaned(article))))


def _item(terms: _Terms, article: Article) -> dict[str, Any]:
    body = _text.body(terms.extent, article)
    title = _text.title(article)
    return {
        "name": title,
        "uri": article.guid,
        "standard": STANDARD,
        "type": "text",
        "representationType": "full" if body else "partial",
        "version": str(article.revision),
        **_times(article),
        "pubStatus": "usable",
        "urgency": BREAKING if article.urgent else None,
        "copyrightHolder": _text.clean(terms.holder),
        "copyrightNotice": _text.clean(terms.notice),
        "edNote": article.note,
        "language": article.language,
        "headlines": [_text_object("main", title)],
        "descriptions": [_text_object("text", article.summary)] if article.summary else [],
        "bodies": [_text_object("html", body, "text/html")] if body else [],
        "by": ", ".join(_text.authors(article)),
        "subjects": _subjects(article),
        "places": [{"name": place} for place in dict.fromkeys(article.places)],
        "altIds": [{"role": "url", "value": _text.uri(article.url)}],
        "associations": [_picture(article.photo)] if article.photo else [],
    }


def _subjects(article: Article) -> list[dict[str, str]]:
    """The section classifies the article; tags are what it is about. One that is both is the section."""
    return [
        {"name": term, "rel": "classifies" if term == article.section else "about"}
        for term in _text.terms(article)
    ]


def _picture(photo: Photo) -> dict[str, Any]:
    address = _text.uri(photo.url)
    descriptions = [("caption", photo.caption), ("alt", photo.alt)]
    rendition = {
        "name": "original",
        "href": address,
        "contentType": photo.media_type,
        "width": photo.width,
        "height": photo.height,
        "sizeInBytes": photo.length,
    }
    return filled(
        {
            "name": "lead",
            "uri": address,
            "type": "picture",
            "descriptions": [_text_object(role, text) for role, text in descriptions if text],
            "by": photo.credit,
            "renditions": [filled(rendition)],
        }
    )


def _gone(article: Article) -> dict[str, Any]:
    return filled(
        {
            "name": article.guid,
            "uri": article.guid,
            "standard": STANDARD,
            "type": "text",
            "version": str(article.revision),
            **_times(article),
            "pubStatus": "withheld" if article.state is ArticleState.EMBARGOED else "canceled",
            "embargoedUntil": time(article.release) if article.release else "",
            "edNote": article.note,
            "altIds": [{"role": "url", "value": _text.uri(article.url)}],
        }
    )


def _times(article: Article) -> dict[str, str]:
    published = time(article.published)
    return {
        "versionCreated": time(article.updated),
        "contentCreated": published,
        "firstCreated": published,
    }


def _text_object(role: str, value: str, media_type: str = "text/plain") -> dict[str, str]:
    return {"role": role, "contentType": media_type, "value": value}
