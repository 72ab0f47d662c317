"""JSON Feed 1.1 (https://www.jsonfeed.org/version/1.1/).

What the format has no field for stands in ``_syndicator`` (documented in ``docs/feeds.md``): the photo's
caption, credit, alternative text and size, and the note on a correction.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

import orjson

from syndicator.article import Article
from syndicator.feed import Feed, Site
from syndicator.formats import _text
from syndicator.text.clean import legal

VERSION = "https://jsonfeed.org/version/1.1"


class JsonFeed:
    """See ``ports.Format``."""

    extension = "json"
    media_type = "application/feed+json; charset=utf-8"

    def entry(self, site: Site, feed: Feed, article: Article) -> bytes:  # noqa: ARG002 - the port's
        return orjson.dumps(_filled(_item(feed, article)))

    def document(
        self,
        site: Site,
        feed: Feed,
        articles: Sequence[Article],  # noqa: ARG002 - the port's
        entries: Sequence[bytes],
    ) -> bytes:
        head = orjson.dumps(_filled(_head(site, feed)))
        return head[:-1] + b',"items":[' + b",".join(entries) + b"]}"


def _head(site: Site, feed: Feed) -> dict[str, Any]:
    return {
        "version": VERSION,
        "title": feed.title,
        "home_page_url": _text.uri(feed.url or site.url),
        "feed_url": _text.uri(site.address(feed, "json")),
        "description": feed.description,
        "language": feed.language or site.language,
        "icon": _text.uri(site.icon),
        "authors": [{"name": site.title, "url": _text.uri(site.url)}],
        "hubs": [{"type": "WebSub", "url": _text.uri(hub)} for hub in site.hubs],
    }


def _item(feed: Feed, article: Article) -> dict[str, Any]:
    photo = article.photo
    body = _text.body(feed, article)
    return {
        "id": article.guid,
        "url": _text.uri(article.url),
        "title": _text.title(article),
        "content_html": body,
        "content_text": "" if body else legal(article.summary) or _text.title(article),
        "summary": legal(article.summary),
        "image": _text.uri(photo.url) if photo else "",
        "date_published": _time(article.published),
        "date_modified": _time(article.updated),
        "authors": [{"name": legal(author)} for author in article.authors],
        "tags": [legal(tag) for tag in dict.fromkeys((article.section, *article.tags)) if tag],
        "language": article.language,
        "attachments": _attachments(article),
        "_syndicator": _extension(article),
    }


def _attachments(article: Article) -> list[dict[str, Any]]:
    photo = article.photo
    if not photo or not photo.is_measured:
        return []
    known = {
        "url": _text.uri(photo.url),
        "mime_type": photo.media_type,
        "title": legal(photo.caption),
        "size_in_bytes": photo.length,
    }
    return [_filled(known)]


def _extension(article: Article) -> dict[str, Any]:
    photo = asdict(article.photo) if article.photo else {}
    shown: dict[str, Any] = {name: photo.get(name) for name in ("width", "height")}
    shown |= {name: legal(photo.get(name, "")) for name in ("caption", "credit", "alt")}
    return {
        "revision": article.revision,
        **_filled({"note": legal(article.note), "photo": _filled(shown)}),
    }


def _filled(values: Mapping[str, Any]) -> dict[str, Any]:
    """Without what is empty: optional fields that say nothing are left out."""
    return {name: value for name, value in values.items() if value not in ("", None, [], {})}


def _time(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")
