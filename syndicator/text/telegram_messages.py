"""Messages of Telegram: what posts are there, and what messages show of them.

https://core.telegram.org/bots/api#message
"""

from __future__ import annotations

from typing import Any

from syndicator.domain.delivery import Receipt
from syndicator.domain.post import Post, SpanKind
from syndicator.text.rulers import UTF16_UNITS
from syndicator.text.shown import differences

#: What stretches of a text lead to: an address, or the account of a name.
TARGETS = {SpanKind.LINK: "{}", SpanKind.MENTION: "https://t.me/{}"}


def caption(post: Post) -> dict[str, Any]:
    """The fields of a photo's words."""
    return {"caption": post.text, "caption_entities": entities(post)}


def text_message(post: Post) -> dict[str, Any]:
    """The fields of a text, and how the card of its link is shown: nothing of that counts without an address
    (LinkPreviewOptions)."""
    card = {"url": post.link, "prefer_large_media": True, "show_above_text": True}
    return {
        "text": post.text,
        "entities": entities(post),
        "link_preview_options": card if post.link else {"is_disabled": True},
    }


def entities(post: Post) -> list[dict[str, Any]]:
    """The stretches of the text that are more than text, in UTF-16 units (MessageEntity); hashtags are found
    by Telegram itself."""
    found: list[dict[str, Any]] = []
    if post.headline and post.text.startswith(post.headline):
        found.append({"type": "bold", "offset": 0, "length": UTF16_UNITS.measure(post.headline)})
    for span in (span for span in post.spans if span.kind in TARGETS):
        offset = UTF16_UNITS.measure(post.text[: span.start])
        length = UTF16_UNITS.measure(post.text[span.start : span.end])
        url = TARGETS[span.kind].format(span.target)
        found.append({"type": "text_link", "offset": offset, "length": length, "url": url})
    return found


def receipt_of(message: Any, post: Post) -> Receipt:
    """The receipt of a message, held against what that was to show; a current one, if it has the post's text
    and links. Raises ``KeyError`` and others that ``RemoteReply.read`` knows."""
    number, chat, name = (
        int(message["message_id"]),
        int(message["chat"]["id"]),
        message["chat"].get("username"),
    )
    inside = str(chat).removeprefix("-100")
    url = f"https://t.me/{name}/{number}" if name else f"https://t.me/c/{inside}/{number}"
    text = message.get("caption", message.get("text", ""))
    shown = message.get("caption_entities", message.get("entities", []))
    links = [[each for each in each_of if each["type"] == "text_link"] for each_of in (shown, entities(post))]
    has_text, has_links = text.split() == post.text.split(), len(links[0]) >= len(links[1])
    return Receipt(
        remote_id=f"{chat}/{number}",
        url=url if name or inside != str(chat) else "",  # messages of basic groups have no links
        is_current=has_text and has_links,
        differs=differences(
            text=has_text, link=has_links, photo=post.photo is None or bool(message.get("photo"))
        ),
    )
