"""Posts of Bluesky, and every server of the AT Protocol, as records.

https://github.com/bluesky-social/atproto/blob/main/lexicons/app/bsky/feed/post.json
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from syndicator.domain.photo import PhotoFile
from syndicator.domain.post import Post, Span, SpanKind
from syndicator.remarks import goes_without
from syndicator.text.rulers import GRAPHEMES, UTF8_BYTES, Both

#: The collection of posts, and the kinds of what is beside their text.
POSTS, IMAGES, CARD = "app.bsky.feed.post", "app.bsky.embed.images", "app.bsky.embed.external"

#: A post has 300 graphemes and 3,000 bytes at most, a hashtag 64 and 640: the lexicon.
LENGTH, TAG_LENGTH = Both((GRAPHEMES, 300), (UTF8_BYTES, 3000)), Both((GRAPHEMES, 64), (UTF8_BYTES, 640))

Record = dict[str, Any]

#: A photo, and what the server calls its bytes.
Uploaded = tuple[PhotoFile, Record]


def post_record(post: Post, photos: Sequence[Uploaded], dids: Mapping[str, str], *, on_card: bool) -> Record:
    """The record of a post with these photos: as they are, or the first of them ``on_card``. ``dids``: by
    their names, the accounts that it mentions."""
    embed = _card(post, photos[0][1] if photos else None) if post.link else None
    if photos and not on_card:
        embed = {"$type": IMAGES, "images": [_image(*photo) for photo in photos]}
    return {
        "$type": POSTS,
        "text": post.text,
        "createdAt": _first_tried(post).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "facets": [*_facets(post, dids)],
        **({"embed": embed} if embed else {}),
        **({"langs": [post.language]} if post.language else {}),
    }


def answering(parent: Record) -> Record:
    """The field of a post that answers another
    (https://docs.bsky.app/docs/tutorials/creating-a-post#replies)."""
    reference = {"uri": parent["uri"], "cid": parent["cid"]}
    root = parent["value"].get("reply", {}).get("root", reference)
    return {"reply": {"root": root, "parent": reference}}


def has_photo(record: Record) -> bool:
    """Whether a post shows a photo, be it on its card."""
    embed = record.get("embed", {})
    return "images" in embed or "thumb" in embed.get("external", {})


def links(record: Record) -> set[str]:
    """The addresses that a post links to, behind words or by its card."""
    features = [each for facet in record.get("facets") or () for each in facet.get("features") or ()]
    card = (record.get("embed") or {}).get("external") or {}
    return {str(each.get("uri")) for each in [*features, card]}


def in_words(record: Record, fields: Iterable[str]) -> str:
    """What the fields of a post are to those who read of them."""
    picture = "photo" if "images" in record.get("embed", {}) else "card"
    words = {"facets": "link", "embed": picture, "langs": "language", "createdAt": "time"}
    return ", ".join(words.get(name, name) for name in fields)


def _first_tried(post: Post) -> datetime:
    """The time of a record, the same at every attempt: where nobody knows any more when the first one was, it
    is when its article was first seen, rather than a day before."""
    return max(post.since or datetime.now(UTC), post.article.first_seen).astimezone(UTC)


def _facets(post: Post, dids: Mapping[str, str]) -> Iterator[Record]:
    """What is behind words: by bytes of the text, the end not included
    (https://docs.bsky.app/docs/advanced-guides/post-richtext)."""
    for span in post.spans:
        if feature := _feature(span, dids):
            start = UTF8_BYTES.measure(post.text[: span.start])
            end = start + UTF8_BYTES.measure(post.text[span.start : span.end])
            kind = f"app.bsky.richtext.facet#{span.kind}"
            yield {
                "index": {"byteStart": start, "byteEnd": end},
                "features": [{"$type": kind, **feature}],
            }


def _feature(span: Span, dids: Mapping[str, str]) -> Record | None:
    """What a span is there; ``None`` where it can only be text."""
    match span.kind:
        case SpanKind.LINK:
            return {"uri": span.target}
        case SpanKind.HASHTAG:
            if TAG_LENGTH.measure(span.target) <= 64:
                return {"tag": span.target}
            goes_without("a hashtag", f"{span.target[:100]} is too long for one")
        case SpanKind.MENTION:
            return {"did": dids[span.target]} if span.target in dids else None
    return None


def _image(photo: PhotoFile, blob: Record) -> Record:
    """One of a post's images (the lexicon app.bsky.embed.images)."""
    return {
        "alt": photo.alt,
        "image": blob,
        "aspectRatio": {"width": photo.width, "height": photo.height},
    }


def _card(post: Post, photo: Record | None = None) -> Record:
    card: Record = {"uri": post.url, "title": post.headline, "description": post.summary}
    return {"$type": CARD, "external": card | ({"thumb": photo} if photo else {})}
