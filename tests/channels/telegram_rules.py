"""What Telegram's Bot API takes and refuses, from its published specification (10.1): the fields of the
methods that we use, texts, entities and photos."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from PIL import Image

MAX_TEXT_UNITS, MAX_CAPTION_UNITS = 4096, 1024
MAX_PHOTO_BYTES, MAX_PHOTO_SIDES, MAX_PHOTO_RATIO = 10_000_000, 10_000, 20

ADDRESS = re.compile(r"https?://\S+")


@dataclass(frozen=True)
class Shape:
    """An object's fields: their types, and which of them it must have."""

    types: Mapping[str, Any]
    required: tuple[str, ...] = ()


ENTITY = Shape(
    {
        "type": str,
        "offset": int,
        "length": int,
        "url": str,
        "language": str,
        "custom_emoji_id": str,
        "unix_time": int,
        "date_time_format": str,
    },
    ("type", "offset", "length"),
)
PREVIEW = Shape(
    {"is_disabled": bool, "url": str, "prefer_small_media": bool, "prefer_large_media": bool}
    | {"show_above_text": bool}
)
ANSWERED = Shape(
    {"message_id": int, "chat_id": (int, str), "allow_sending_without_reply": bool, "quote": str}
    | {"quote_position": int, "quote_entities": [ENTITY]},
    ("message_id",),
)
MEDIA = Shape(
    {"type": str, "media": str, "caption": str, "caption_entities": [ENTITY], "has_spoiler": bool}
    | {"show_caption_above_media": bool},
    ("type", "media"),
)
CHAT: Mapping[str, Any] = {"chat_id": (int, str)}
PLACE: Mapping[str, Any] = {**CHAT, "message_id": int}
SENDING: Mapping[str, Any] = {
    **CHAT,
    "message_thread_id": int,
    "disable_notification": bool,
    "protect_content": bool,
    "reply_parameters": ANSWERED,
}
TEXT: Mapping[str, Any] = {"text": str, "entities": [ENTITY], "link_preview_options": PREVIEW}
CAPTION: Mapping[str, Any] = {
    "caption": str,
    "caption_entities": [ENTITY],
    "show_caption_above_media": bool,
}
METHODS = {
    "getMe": Shape({}),
    "getChat": Shape(CHAT, ("chat_id",)),
    "getChatMember": Shape({**CHAT, "user_id": int}, ("chat_id", "user_id")),
    "sendMessage": Shape({**SENDING, **TEXT}, ("chat_id", "text")),
    "sendPhoto": Shape({**SENDING, **CAPTION, "photo": bytes, "has_spoiler": bool}, ("chat_id", "photo")),
    "editMessageText": Shape({**PLACE, **TEXT}, ("chat_id", "message_id", "text")),
    "editMessageCaption": Shape({**PLACE, **CAPTION}, ("chat_id", "message_id")),
    "editMessageMedia": Shape({**PLACE, "media": MEDIA, "photo": bytes}, ("chat_id", "message_id", "media")),
    "deleteMessage": Shape(PLACE, ("chat_id", "message_id")),
}


class NotAsAsked(Exception):
    """The server answers with this status and description."""

    def __init__(self, description: str, status: int = 400, **parameters: int) -> None:
        super().__init__(description)
        self.status, self.parameters = status, parameters


def must_fit(value: Any, shape: Any, where: str) -> None:
    """Refuses a value of another type, and objects with other fields."""
    match shape:
        case Shape():
            if not isinstance(value, dict):
                raise NotAsAsked(f"Bad Request: object expected as {where}")
            for name in (*value, *shape.required):
                if name not in shape.types or name not in value:
                    raise NotAsAsked(f"Bad Request: field {name!r} of {where} is unknown or missing")
                must_fit(value[name], shape.types[name], f"{where}.{name}")
        case [each]:
            if not isinstance(value, list):
                raise NotAsAsked(f"Bad Request: array expected as {where}")
            for item in value:
                must_fit(item, each, where)
        case _:
            if not isinstance(value, shape) or (isinstance(value, bool) and shape is not bool):
                raise NotAsAsked(f"Bad Request: {where} is of the wrong type")


def written(fields: Mapping[str, Any]) -> dict[str, Any]:
    text = fields["text"]
    if not text.strip():
        raise NotAsAsked("Bad Request: message text is empty")
    return {
        "entities": _checked_entities(text, fields.get("entities", []), MAX_TEXT_UNITS, "message is too long")
    }


def captioned(fields: Mapping[str, Any]) -> dict[str, Any]:
    text, entities = fields.get("caption", ""), fields.get("caption_entities", [])
    checked = _checked_entities(text, entities, MAX_CAPTION_UNITS, "message caption is too long")
    return {"text": text, "entities": checked}


def _checked_entities(
    text: str, entities: list[dict[str, Any]], room: int, too_long: str
) -> tuple[dict[str, Any], ...]:
    """The entities, but for links that lead nowhere, which are left out without a word, as the real ones."""
    try:
        units = text.encode("utf-16-le")
    except UnicodeEncodeError as e:
        raise NotAsAsked("Bad Request: text must be encoded in UTF-8") from e
    length = len(units) // 2
    if length > room:
        raise NotAsAsked(f"Bad Request: {too_long}")
    open_until: list[int] = []
    for each in sorted(entities, key=lambda each: (each["offset"], -each["length"])):
        start, end = each["offset"], each["offset"] + each["length"]
        if not 0 <= start < end <= length:
            raise NotAsAsked("Bad Request: can't parse entities: an entity is outside of the text")
        if any(0xDC <= units[2 * at + 1] <= 0xDF for at in (start, end) if at < length):
            raise NotAsAsked("Bad Request: can't parse entities: an entity ends within a surrogate pair")
        open_until = [until for until in open_until if until > start]
        if any(end > until for until in open_until):
            raise NotAsAsked("Bad Request: can't parse entities: entities are not balanced")
        open_until.append(end)
        if each["type"] not in ("bold", "text_link") or (each["type"] == "text_link") != ("url" in each):
            raise NotAsAsked("Bad Request: can't parse entities: unsupported type, or a url out of place")
    return tuple(each for each in entities if _leads_somewhere(each.get("url", "https://news.example/")))


def _leads_somewhere(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme in ("http", "https") and "." in (parts.hostname or "")


def card_of(fields: Mapping[str, Any]) -> str:
    """The address of the preview: the one that is named, else the first in the text."""
    options = fields.get("link_preview_options", {})
    if options.get("is_disabled"):
        return ""
    links = [each["url"] for each in fields.get("entities", []) if "url" in each]
    return str(options.get("url") or next(iter([*ADDRESS.findall(fields["text"]), *links]), ""))


def checked_photo(content: bytes) -> bytes:
    if len(content) > MAX_PHOTO_BYTES:
        raise NotAsAsked(f"Bad Request: file of size {len(content)} bytes is too big for a photo")
    try:
        with Image.open(io.BytesIO(content)) as image:
            width, height = image.size
            image.load()
    except OSError as e:
        raise NotAsAsked("Bad Request: IMAGE_PROCESS_FAILED") from e
    if width + height > MAX_PHOTO_SIDES or max(width, height) > MAX_PHOTO_RATIO * min(width, height):
        raise NotAsAsked("Bad Request: PHOTO_INVALID_DIMENSIONS")
    return content
