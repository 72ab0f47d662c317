"""Discord's messages, with an embed: what its kinds of channels have in common.

https://docs.discord.com/developers/resources/message
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from syndicator.domain.photo import PhotoLimits
from syndicator.domain.post import Post
from syndicator.text.rulers import UTF16_UNITS, Counting

#: The longest title and description of an embed, and alternative text of a file
#: (.../message#embed-object-embed-limits). What a character is, it does not say: UTF-16 units are never fewer
#: than any other.
MAX_TITLE, MAX_DESCRIPTION, MAX_ALT = 256, 4096, 1024

#: What would be taken for Markdown: signs anywhere, and what makes a line an item of a list
#: (https://support.discord.com/hc/en-us/articles/210298617).
MARKDOWN = re.compile(r"[\\*_~`|<>\[\]#]|^[-+]|(?<=^[0-9])\.|(?<=^[0-9][0-9])\.", re.MULTILINE)

#: Files in embeds (https://docs.discord.com/developers/reference#editing-message-attachments), and their
#: names' endings. 10 MiB is what every server takes (.../reference#uploading-files).
ENDINGS = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp"}
PHOTO = PhotoLimits(side=2048, length=8_000_000, media_types=tuple(ENDINGS))


def escaped(text: str) -> str:
    """The text in Markdown that shows it as it is."""
    return MARKDOWN.sub(r"\\\g<0>", text)


#: Counts what texts take of an embed.
RULER = Counting(lambda text: UTF16_UNITS.measure(escaped(text)))


def message_fields(post: Post, has_photo: bool, more: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The fields of a message (.../message#embed-object), and ``more``. Nobody is mentioned, whatever
    stands in it; edits do not inherit that."""
    title, text = post.headline_and_rest_within(MAX_TITLE, RULER.measure)
    link: dict[str, Any] = {"title": escaped(title), "url": post.url}
    if not title:  # without one, its address is no link
        link = {"author": {"name": post.site[:MAX_TITLE], "url": post.url}}
    embed = {**link, "description": escaped(text)} if text else link
    attachments = []
    if post.photo and has_photo:
        described = {"description": post.alt} if post.alt else {}
        attachments.append({"id": 0, "filename": _filename(post), **described})
        embed = {**embed, "image": {"url": f"attachment://{_filename(post)}", **described}}
    # What is not among the attachments is taken off the message.
    return {"embeds": [embed], "attachments": attachments, "allowed_mentions": {"parse": []}, **(more or {})}


def shows(message: Any, post: Post) -> bool:
    """Whether a message, as replies have it, has these words and a photo of this size."""
    [embed] = message["embeds"]
    [sent] = message_fields(post, False)["embeds"]
    sizes = [each.get("size") for each in message["attachments"]]
    is_same = all(embed.get(name) == sent.get(name) for name in ("title", "url", "description"))
    return is_same and sizes == ([len(post.photo.content)] if post.photo else [])


def photo_file(post: Post) -> tuple[str, bytes, str] | None:
    """The photo as requests have it: name, bytes and type."""
    return (_filename(post), post.photo.content, post.photo.media_type) if post.photo else None


def _filename(post: Post) -> str:
    return f"photo.{ENDINGS[post.photo.media_type]}" if post.photo else ""
