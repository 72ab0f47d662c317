"""Notes on Nostr: what posts are there.

Replies: NIP-10 (https://github.com/nostr-protocol/nips/blob/master/10.md); photos: NIP-92; warnings: NIP-36;
languages: NIP-32.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import nostr_sdk

from syndicator.domain.delivery import Receipt
from syndicator.domain.post import Occasion, Post, SpanKind
from syndicator.text.addresses import is_web_address

#: Between a note's id and its author in receipts.
SEPARATOR = ":"


def content_of(post: Post) -> str:
    """A note's text; apps show the photo where its address stands (NIP-92)."""
    photo = _photo_address(post)
    return f"{post.text}\n\n{photo}" if photo else post.text


def tags_of(post: Post) -> list[list[str]]:
    """The tags of a note. Its article's address (``r``) is a first note's alone: by that it is found."""
    tags = [["t", span.target.lower()] for span in post.linked(SpanKind.HASHTAG)]
    if post.occasion is Occasion.NEWS:
        tags.append(["r", post.url])
    if post.reply_to:
        tags.append(["e", post.reply_to.remote_id.partition(SEPARATOR)[0], "", "root"])
    if photo := _photo_address(post):
        fields = []
        known = post.article.photo
        if known and known.media_type:
            fields.append(f"m {known.media_type}")
        if known and known.width and known.height:
            fields.append(f"dim {known.width}x{known.height}")
        if post.alt:
            fields.append(f"alt {post.alt}")
        if fields:  # NIP-92: the address, and at least one other field
            tags.append(["imeta", f"url {photo}", *fields])
    if post.warning:
        tags.append(["content-warning", post.warning])
    if language := language_of(post):
        tags += [["L", "ISO-639-1"], ["l", language, "ISO-639-1"]]
    return tags


def language_of(post: Post) -> str:
    """A note's language as NIP-32's namespace names it; ``""`` where it does not."""
    language = post.language.partition("-")[0].lower()
    return language if len(language) == 2 else ""


def created_at(post: Post) -> datetime:
    """The time of a note: the same at every attempt, so that its id is; another for each revision, since
    relays take no note again that was deleted."""
    article = post.article
    since = article.published if post.occasion is Occasion.NEWS else article.updated
    return max(article.first_seen, since) + timedelta(seconds=article.revision - 1)


def receipt_of(event: Mapping[str, Any]) -> Receipt:
    """The receipt of a note."""
    note = nostr_sdk.EventId.parse(event["id"]).to_bech32()
    remote_id = f"{event['id']}{SEPARATOR}{event['pubkey']}"
    return Receipt(remote_id=remote_id, url=f"https://njump.me/{note}", is_current=True)


def _photo_address(post: Post) -> str:
    photo = post.named_photo
    return photo.url if photo and is_web_address(photo.url) else ""


def profile_name(event: Any) -> str:
    """The name in a profile, whoever wrote it."""
    try:
        profile = json.loads(event["content"])
        return " ".join(str(profile.get("display_name") or profile["name"]).split())[:80]
    except (ValueError, TypeError, KeyError, AttributeError):
        return ""
