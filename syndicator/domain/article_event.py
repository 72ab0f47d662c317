"""Article events: what machines are told of an article, as a JSON document."""

from __future__ import annotations

import hashlib
from datetime import datetime
from enum import StrEnum
from typing import Any

from syndicator.domain.article import Photo
from syndicator.domain.post import Post


class Event(StrEnum):
    """What has become of an article."""

    PUBLISHED = "article.published"
    UPDATED = "article.updated"
    WITHDRAWN = "article.withdrawn"


def event_message(event: Event, post: Post, *, with_content: bool) -> dict[str, Any]:
    """The document: the whole article as it is, ``with_content`` with its HTML; of one that was withdrawn,
    which it was."""
    article = post.article
    data: dict[str, Any] = {"guid": article.guid, "revision": article.revision, "url": article.url}
    if event is not Event.WITHDRAWN:
        data |= {
            "title": article.title,
            "summary": article.summary,
            "authors": article.authors,
            "section": article.section,
            "tags": article.tags,
            "language": article.language,
            "urgent": article.urgent,
            "note": article.note,
            "published": _utc(article.published),
            "updated": _utc(article.updated),
            "photo": _photo_fields(article.photo, post.alt),
            "text": post.text,
            **({"content_html": article.content_html} if with_content else {}),
        }
    at = article.published if event is Event.PUBLISHED else article.updated
    return {"type": event, "timestamp": _utc(at), "data": data}


def event_id(key: str, post: Post, event: Event) -> str:
    """The id by which receivers know an event: the same at every attempt, and without a full stop."""
    return "msg_" + hashlib.sha256(f"{key}\n{post.article.revision}\n{event}".encode()).hexdigest()[:32]


def _photo_fields(photo: Photo | None, alt: str) -> dict[str, Any] | None:
    if photo is None:
        return None
    dimensions = {"width": photo.width, "height": photo.height, "length": photo.length}
    fields = {"url": photo.url, "alt": alt, "caption": photo.caption, "credit": photo.credit}
    return {**fields, "media_type": photo.media_type, **dimensions}


def _utc(time: datetime) -> str:
    return time.isoformat().replace("+00:00", "Z")
