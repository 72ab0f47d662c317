"""Slack's messages, in blocks: what its kinds of channels have in common.

https://docs.slack.dev/reference/block-kit/blocks
"""

from __future__ import annotations

import html
from collections.abc import Callable
from typing import Any

from syndicator.domain.photo import PhotoLimits, told_type
from syndicator.domain.post import Post
from syndicator.remarks import goes_without
from syndicator.text.addresses import is_web_address
from syndicator.text.rulers import UTF16_UNITS
from syndicator.text.shown import differences

#: The longest texts of blocks (.../header-block, .../section-block, .../image-block). What a character is,
#: they do not say: UTF-16 units are never fewer.
MAX_HEADER, MAX_SECTION, MAX_ALT = 150, 3000, 2000

#: The longest text beside blocks, which notifications show: ``chat.update`` takes no longer one.
MAX_FALLBACK = 4000

#: The photos that blocks show (.../image-block). How large, that does not say: so are those that we make.
PHOTOS = PhotoLimits(side=1600, length=400_000, media_types=("image/jpeg", "image/png", "image/gif"))

#: The longest address of one (.../image-block).
MAX_PHOTO_URL = 3000

#: What is said of a message whose blocks are not taken, its photo among them: Slack fetches it.
BAD_BLOCKS = ("invalid_blocks", "invalid_blocks_format")


def photo_address(post: Post) -> str:
    """The address of the article's photo; ``""`` where there is none that Slack would show, which is
    remarked."""
    photo = post.named_photo
    if photo is None or not is_web_address(photo.url):
        return ""
    if PHOTOS.may_show(photo) and len(photo.url) <= MAX_PHOTO_URL:
        return photo.url
    kind = "address as long as this" if PHOTOS.may_show(photo) else told_type(photo)
    goes_without("its photo", f"Slack shows no {kind}")
    return ""


def slack_message(post: Post, photo: str) -> dict[str, Any]:
    """The blocks of a message and the text that stands for them in
    notifications. All words are plain text: nothing in it is markup, nobody is mentioned."""
    headline, text = post.headline_and_rest_within(MAX_HEADER, UTF16_UNITS.measure)
    blocks: list[dict[str, Any]] = []
    if headline:
        blocks.append({"type": "header", "text": _plain(headline)})
    if text:
        blocks.append({"type": "section", "text": _plain(text)})
    if photo:
        alt = post.alt or UTF16_UNITS.cut(post.credit, MAX_ALT) or "photo"  # there has to be one
        blocks.append({"type": "image", "image_url": photo, "alt_text": alt})
    if post.link:
        link = f"<{_in_link(post.link)}|{escaped(post.site)}>"
        blocks.append({"type": "context", "elements": [{"type": "mrkdwn", "text": link}]})
    fallback = UTF16_UNITS.cut(post.text, MAX_FALLBACK // len("&amp;"), post.language)
    return {"blocks": blocks, "text": escaped(fallback)}


def _plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text, "emoji": False}


def escaped(text: str) -> str:
    """Text without control characters of Slack's own
    (https://docs.slack.dev/messaging/formatting-message-text#escaping)."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _in_link(url: str) -> str:
    """An address that does not end the link it is in."""
    return url.replace("|", "%7C").replace("<", "%3C").replace(">", "%3E").replace("&", "&amp;")


def shown_otherwise(shown: dict[str, Any], message: dict[str, Any]) -> str:
    """What a message shows otherwise than it was sent, as far as Slack says."""
    blocks = shown.get("blocks")
    if not isinstance(blocks, list):
        return ""
    by_kind = {str(block.get("type")): block for block in blocks if isinstance(block, dict)}
    sent = {str(block["type"]): block for block in message["blocks"]}

    def is_same(kind: str, read: Callable[[dict[str, Any]], Any]) -> bool:
        return kind not in sent or (kind in by_kind and read(by_kind[kind]) == read(sent[kind]))

    return differences(
        headline=is_same("header", _words),
        text=is_same("section", _words),
        photo=is_same("image", lambda block: block["type"]),
        alternative_text="image" not in by_kind or is_same("image", lambda block: block.get("alt_text")),
        link="context" in by_kind or "context" not in sent,
    )


def _words(block: dict[str, Any]) -> str:
    """The words of a block; Slack escapes some of what it hands out."""
    text = block.get("text")
    return html.unescape("".join(str(text.get("text")).split())) if isinstance(text, dict) else ""
