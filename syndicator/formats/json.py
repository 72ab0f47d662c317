"""JSON Feed 1.1 (https://www.jsonfeed.org/version/1.1/).

What the format has no field for stands in ``_syndicator``, which says at the top of each document what it
holds. Text is cleaned as it is for XML, so that an article reads the same in every format.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import orjson

from syndicator.domain.article import Article
from syndicator.domain.feed import Feed, Site
from syndicator.formats import _text
from syndicator.formats._entry_cache import EntryCache
from syndicator.formats._json import filled as _filled
from syndicator.formats._json import listed
from syndicator.formats._json import time as _time
from syndicator.jobs.ports import History

VERSION = "https://jsonfeed.org/version/1.1"

ABOUT = (
    "Of each item: its revision (1 is the first), the newsroom's note on a correction, and the lead photo's "
    "caption, credit, alternative text (alt), width and height in pixels"
)


class JsonFeed:
    """See ``jobs.ports.Format``."""

    extension = "json"
    media_type = "application/feed+json; charset=utf-8"
    age = None
    keeps_archives = True

    def __init__(self) -> None:
        self._entries = EntryCache(_entry)

    def entry(self, site: Site, feed: Feed, article: Article) -> bytes:  # noqa: ARG002 - the port's
        return self._entries.entry(feed.content, article)

    def document(
        self,
        site: Site,
        feed: Feed,
        articles: Sequence[Article],  # noqa: ARG002 - the port's
        entries: Sequence[bytes],
        history: History,
    ) -> bytes:
        return listed(_opening(site, feed, history.page, history.previous), entries)


@lru_cache(maxsize=512)
def _opening(site: Site, feed: Feed, page: int | None, before: int | None) -> bytes:
    """The document as far as its first item: news changes nothing in it."""
    head = orjson.dumps(_filled(_head(_text.cleaned(site), _text.cleaned(feed), page, before)))
    return head.removesuffix(b"}") + b',"items":['


def _head(site: Site, feed: Feed, page: int | None, before: int | None) -> dict[str, Any]:
    """``feed_url`` names the feed, in its archives, too; ``next_url`` leads to what came before."""
    return {
        "version": VERSION,
        "title": feed.title,
        "home_page_url": _text.uri(feed.url or site.url),
        "feed_url": _text.uri(site.address(feed, "json")),
        "next_url": "" if before is None else _text.uri(site.address(feed, "json", before)),
        "description": feed.description,
        "language": feed.language or site.language,
        "icon": _text.uri(site.icon),
        "authors": [{"name": site.title, "url": _text.uri(site.url)}],
        "hubs": [] if page else [{"type": "WebSub", "url": _text.uri(hub)} for hub in site.hubs],
        "_syndicator": {"about": ABOUT},
    }


def _entry(extent: _text.Extent, article: Article) -> bytes:
    return orjson.dumps(_filled(_item(extent, _text.cleaned(article))))


def _item(extent: _text.Extent, article: Article) -> dict[str, Any]:
    photo = article.photo
    body = _text.body(extent, article)
    return {
        "id": article.guid,
        "url": _text.uri(article.url),
        "title": _text.title(article),
        "content_html": body,
        "content_text": "" if body else _text.plain(article),
        "summary": article.summary,
        "image": _text.uri(photo.url) if photo else "",
        "date_published": _time(article.published),
        "date_modified": _time(article.updated),
        "authors": [{"name": author} for author in _text.authors(article)],
        "tags": _text.terms(article),
        "language": article.language,
        "attachments": _attachments(article),
        "_syndicator": _extension(article),
    }


def _attachments(article: Article) -> list[dict[str, Any]]:
    photo = _text.enclosed(article)
    if photo is None:
        return []
    known = {
        "url": _text.uri(photo.url),
        "mime_type": photo.media_type,
        "title": photo.caption,
        "size_in_bytes": photo.length,
    }
    return [_filled(known)]


def _extension(article: Article) -> dict[str, Any]:
    photo = article.photo
    names = ("caption", "credit", "alt", "width", "height") if photo else ()
    shown = _filled({name: getattr(photo, name) for name in names})
    return _filled({"revision": article.revision, "note": article.note, "photo": shown})
