"""Posts of LinkedIn: the photos and the card of one, and what one shows that is listed.

https://learn.microsoft.com/en-us/linkedin/marketing/community-management/shares/posts-api
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from syndicator.domain.listed_post import ListedPost
from syndicator.domain.photo import PhotoFile
from syndicator.domain.post import Post
from syndicator.text.rulers import UTF16_UNITS

#: The longest title and description of a card: not documented, those of other networks' cards.
MAX_TITLE, MAX_DESCRIPTION = 400, 1000


def photo_content(taken: Sequence[tuple[PhotoFile, str]]) -> dict[str, Any]:
    """What a post shows of its photos, each with its URN: those of several are of another kind, which takes
    no less than two (.../shares/multiimage-post-api)."""
    images = [{"id": urn, **({"altText": photo.alt} if photo.alt else {})} for photo, urn in taken]
    match images:
        case []:
            return {}
        case [image]:
            return {"media": image}
    return {"multiImage": {"images": images}}


def card_of(post: Post) -> dict[str, str]:
    """The card of a link (.../posts-api#article-content): LinkedIn reads no page, and takes these words as
    they are. There is none without a title: where nothing of a headline fits, the site's name is one."""
    title = UTF16_UNITS.cut(post.headline or post.article.title, MAX_TITLE, post.language)
    title = title or str(urlsplit(post.url).hostname)
    words = UTF16_UNITS.cut(post.summary, MAX_DESCRIPTION, post.language)
    return {"source": post.url, "title": title, **({"description": words} if words else {})}


def words_of(card: Mapping[str, str]) -> bytes:
    """The words of a card; empty where there is none."""
    return json.dumps(sorted(card.items())).encode() if card else b""


def listed_post(each: Any) -> tuple[ListedPost, dict[str, str], datetime]:
    """A post, its card, and when it was published."""
    article = each.get("content", {}).get("article", {})
    card = {name: str(article[name]) for name in ("source", "title", "description") if name in article}
    published = datetime.fromtimestamp(each["publishedAt"] / 1000, UTC)
    links = (card["source"],) if "source" in card else ()
    return ListedPost(remote_id=str(each["id"]), text=str(each["commentary"]), links=links), card, published
