"""Discord's messages, with an embed: what its kinds of channels have in common.

https://docs.discord.com/developers/resources/message
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from syndicator.domain.capabilities import Capabilities, LinkPlace
from syndicator.domain.photo import PhotoFile, PhotoLimits
from syndicator.domain.post import Post
from syndicator.text.rulers import UTF16_UNITS, Counting
from syndicator.text.shown import differences, same_words

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

#: What every message can do. Limits are stated in headers, and are to be written down nowhere
#: (https://docs.discord.com/developers/topics/rate-limits).
CAPABILITIES = Capabilities(
    ruler=RULER,
    unit="UTF-16 units",
    text=MAX_DESCRIPTION,
    link_place=LinkPlace.BESIDE,
    photo=PHOTO,
    photos=4,
    alt=MAX_ALT,
    verified="contract of Discord's OpenAPI document, API 10, 18 July 2026",
)


def message_fields(post: Post, more: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The fields of a message (.../message#embed-object), and ``more``. Nobody is mentioned, whatever stands
    in it; edits do not inherit that."""
    title, text = post.headline_and_rest_within(MAX_TITLE, RULER.measure)
    address = {"url": post.link} if post.link else {}
    embed: dict[str, Any] = {"title": escaped(title), **address} if title else {}
    if address and not title:  # without one, its address is no link
        embed["author"] = {"name": post.site[:MAX_TITLE], **address}
    if text:
        embed["description"] = escaped(text)
    embeds, attachments = [embed], []
    for number, photo in enumerate(post.photos):
        described = {"description": photo.alt} if photo.alt else {}
        attachments.append({"id": number, "filename": _filename(number, photo), **described})
        image = {"image": {"url": f"attachment://{_filename(number, photo)}", **described}}
        if number:  # an embed has one image; those of one address are shown together
            embeds.append({"url": post.url, **image})
        else:
            embeds[0] = {**embed, **image}
    # What is not among the attachments is taken off the message.
    return {"embeds": embeds, "attachments": attachments, "allowed_mentions": {"parse": []}, **(more or {})}


def shows(message: Any, post: Post) -> bool:
    """Whether a message, as replies have it, has these words and photos of these sizes."""
    embed, *_ = message["embeds"]
    [sent] = message_fields(post.without_photos)["embeds"]
    sizes = [each.get("size") for each in message["attachments"]]
    is_same = all(embed.get(name) == sent.get(name) for name in ("title", "url", "description"))
    return is_same and sizes == [len(photo.content) for photo in post.photos]


def photo_files(post: Post) -> dict[str, tuple[str, bytes, str]]:
    """The photos as requests have them, by their fields: name, bytes and type."""
    return {
        f"files[{number}]": (_filename(number, photo), photo.content, photo.media_type)
        for number, photo in enumerate(post.photos)
    }


def _filename(number: int, photo: PhotoFile) -> str:
    return f"photo{number or ''}.{ENDINGS[photo.media_type]}"


def shown_otherwise(message: Any, post: Post) -> str:
    """What a message shows otherwise than it was to."""
    if not isinstance(message, dict) or not isinstance(message.get("embeds"), list):
        return ""
    [sent] = message_fields(post.without_photos)["embeds"]
    shown = next((embed for embed in message["embeds"] if isinstance(embed, dict)), {})
    files = [file for file in message.get("attachments") or () if isinstance(file, dict)]
    described = [str(file.get("description") or "") for file in files]
    return differences(
        headline=same_words(str(shown.get("title") or ""), sent.get("title", "")),
        text=same_words(str(shown.get("description") or ""), sent.get("description", "")),
        link=not post.link or post.link in (shown.get("url"), (shown.get("author") or {}).get("url")),
        photo=post.photo is None or bool(files) or "image" in shown,
        alternative_text=not described or same_words(described[0], post.alt),
    )
