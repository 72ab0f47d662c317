"""Cards of an outbox: posts as records, as their files hold them."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Any

from syndicator.domain.post import Post

#: File name extensions of the photos that we take.
EXTENSIONS = {"image/jpeg": ".jpg", "image/png": ".png", "image/webp": ".webp"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Card:
    """A post in an outbox. ``photo`` is the name of a file beside it, or empty.

    ``posted``: when it first appeared; ``changed``: when it last changed. A ``withdrawn`` card is a
    tombstone: it keeps the address and the title, and loses the rest. All times are aware UTC.
    """

    stem: str
    guid: str
    revision: int
    url: str
    title: str
    published: datetime
    updated: datetime
    posted: datetime
    changed: datetime
    summary: str = ""
    text: str = ""
    note: str = ""
    section: str = ""
    language: str = ""
    authors: tuple[str, ...] = ()
    urgent: bool = False
    photo: str = ""
    alt: str = ""
    credit: str = ""
    width: int = 0
    height: int = 0
    corrected: bool = False
    withdrawn: bool = False


def stem_of(guid: str, key: str) -> str:
    """A file name for any key: readable, safe everywhere, and different for different keys."""
    readable = re.sub(r"[^A-Za-z0-9]+", "-", guid)[-60:].strip("-")
    return f"{readable}-{hashlib.sha256(key.encode()).hexdigest()[:12]}".lstrip("-")


def card_of(post: Post, stem: str, now: datetime) -> Card:
    """A post as a card that appears now."""
    article, photo = post.article, post.photo
    photo_fields: dict[str, Any] = (
        {
            "photo": stem + EXTENSIONS[photo.media_type],
            "alt": post.alt,
            "credit": article.photo.credit if article.photo else "",
            "width": photo.width,
            "height": photo.height,
        }
        if photo
        else {}
    )
    return Card(
        stem=stem,
        guid=article.guid,
        revision=article.revision,
        url=article.url,
        title=article.title,
        published=article.published,
        updated=article.updated,
        posted=now,
        changed=now,
        summary=article.summary,
        text=post.text,
        note=article.note,
        section=article.section,
        language=article.language,
        authors=article.authors,
        urgent=article.urgent,
        **photo_fields,
    )


def tombstone(card: Card, now: datetime) -> Card:
    """What is left of a card that is withdrawn now."""
    identity = {
        name: getattr(card, name) for name in ("stem", "guid", "revision", "url", "title", "language")
    }
    times = {name: getattr(card, name) for name in ("published", "updated", "posted")}
    return Card(**identity, **times, changed=now, withdrawn=True)


def dump(card: Card) -> bytes:
    """The file of a card."""
    return json.dumps(asdict(card), ensure_ascii=False, indent=2, default=datetime.isoformat).encode()


def read_card(content: bytes) -> Card:
    """The card of a file. Raises ``ValueError``, ``TypeError`` or ``LookupError`` for something else."""
    values = json.loads(content)
    times = {name: datetime.fromisoformat(values[name]) for name in _TIME_FIELDS}
    return Card(**{**values, **times, "authors": tuple(values["authors"])})


_TIME_FIELDS = tuple(f.name for f in fields(Card) if f.type == "datetime")
