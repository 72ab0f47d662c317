"""A server that speaks Discord's API for webhooks, built from its OpenAPI document (API 10) and what its
pages say beside that, and what the people of a channel see there."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from PIL import Image

from tests.channels.local_server import LocalServer, Reply, Request, said
from tests.channels.servers import Published

#: The fields that a message may have, and whether an edit may, too (``IncomingWebhookRequestPartial`` and
#: ``IncomingWebhookUpdateRequestPartial``).
FIELDS = {"content", "embeds", "allowed_mentions", "components", "attachments", "poll", "flags"}
FIRST_FIELDS = FIELDS | {"tts", "username", "avatar_url", "thread_name", "applied_tags"}

#: The texts of an embed and how long each may be (``RichEmbed``; the sum is in the pages alone).
EMBED_TEXTS = {"title": 256, "description": 4096, "url": 2048}
EMBED_PARTS = {
    "author": {"name": 256, "url": 2048, "icon_url": 2048},
    "footer": {"text": 2048, "icon_url": 2048},
    "image": {"url": 2048, "description": 4096},
}
MAX_EMBEDS, MAX_SUM, MAX_FILE_BYTES = 10, 6000, 10 * 1024 * 1024

MARK = re.compile(r"\\([^0-9A-Za-z\s])|([*_~`|<>\[\]#])|^([-+]|[0-9]{1,2}\.) ", re.MULTILINE)


class DiscordDeclines(Exception):
    """The server answers with this status and code."""

    def __init__(self, status: int, code: int, message: str, **more: Any) -> None:
        super().__init__(message)
        self.reply = said(status, {"message": message, "code": code, **more})


@dataclass(frozen=True, kw_only=True)
class DiscordMessage:
    id: str
    fields: Mapping[str, Any]
    files: Mapping[str, bytes]
    channel_id: str


class FakeDiscord(LocalServer):
    """One webhook of one channel, with one thread. ``left``: messages until the rate limit. ``most_bytes``:
    of a file. ``is_gone``: the webhook was deleted. ``channel_id``: where it posts to, by now."""

    webhook_id, thread_id = "1386400000000000001", "1386400000000000777"
    channel_id = "1386400000000000042"
    token = "aB3-x_Y9kLmN0pQrStUvWxYz-0123456789_abcdefghijklmnopqrstuvwxyzABCDEF"

    def __init__(self, port: int = 0) -> None:
        super().__init__(port)
        self.messages: dict[str, DiscordMessage] = {}
        self.left, self.most_bytes, self.is_gone = 1_000_000, MAX_FILE_BYTES, False
        self.last_id = 1_386_400_000_000_001_000
        self.unwaited = 0

    @property
    def published(self) -> list[Published]:
        return [_seen(message) for message in self.messages.values()]

    def answer(self, request: Request) -> Reply:
        try:
            return self._api(request)
        except DiscordDeclines as e:
            return e.reply

    def _api(self, request: Request) -> Reply:
        if not request.headers.get("User-Agent"):
            raise DiscordDeclines(403, 40333, "internal network error")
        path = request.path.strip("/").split("/")
        if path[:2] != ["api", "webhooks"] or len(path) < 4:
            raise DiscordDeclines(404, 0, "404: Not Found")
        if path[2] != self.webhook_id or self.is_gone:
            raise DiscordDeclines(404, 10015, "Unknown Webhook")
        if path[3] != self.token:
            raise DiscordDeclines(401, 50027, "Invalid Webhook Token")
        if request.query.get("thread_id", self.thread_id) != self.thread_id:
            raise DiscordDeclines(404, 10003, "Unknown Channel")
        self._limit()
        match request.method, path[4:]:
            case "GET", []:
                names = {"name": "News", "channel_id": self.channel_id, "token": self.token}
                return said(200, {"id": self.webhook_id, "type": 1, **names})
            case "POST", []:
                return self._take(request)
            case ("PATCH" | "DELETE" | "GET") as method, ["messages", name]:
                return self._with_message(method, self._message(name, request), request)
        raise DiscordDeclines(405, 0, "405: Method Not Allowed")

    def _limit(self) -> None:
        if self.left <= 0:
            words = "You are being rate limited."
            raise DiscordDeclines(429, 0, words, **{"retry_after": 1.337, "global": False})
        self.left -= 1

    def _message(self, name: str, request: Request) -> DiscordMessage:
        message = self.messages.get(name)
        if message is None or message.channel_id != (request.query.get("thread_id") or self.channel_id):
            raise DiscordDeclines(404, 10008, "Unknown Message")
        return message

    def _take(self, request: Request) -> Reply:
        fields, files = self._form(request, FIRST_FIELDS)
        if not (fields.get("content") or fields.get("embeds") or files):
            raise DiscordDeclines(400, 50006, "Cannot send an empty message")
        self.last_id += 1
        name = str(self.last_id)
        place = request.query.get("thread_id") or self.channel_id
        self.messages[name] = DiscordMessage(id=name, fields=fields, files=files, channel_id=place)
        if request.query.get("wait") != "true":
            self.unwaited += 1
            return Reply(status=204)
        return said(200, self._as_json(self.messages[name]))

    def _with_message(self, method: str, message: DiscordMessage, request: Request) -> Reply:
        if method == "DELETE":
            del self.messages[message.id]
            return Reply(status=204)
        if method == "PATCH":
            fields, files = self._form(request, FIELDS)
            kept = {} if "attachments" in fields else dict(message.files)
            merged = {**message.fields, **fields}
            # They are not inherited: what an edit leaves out is the default, which mentions people.
            merged["allowed_mentions"] = fields.get("allowed_mentions")
            message = DiscordMessage(
                id=message.id, fields=merged, files={**kept, **files}, channel_id=message.channel_id
            )
            self.messages[message.id] = message
        return said(200, self._as_json(message))

    def _as_json(self, message: DiscordMessage) -> dict[str, Any]:
        return {"id": message.id, "type": 0, "channel_id": message.channel_id, **message.fields}

    def _form(self, request: Request, allowed: set[str]) -> tuple[dict[str, Any], dict[str, bytes]]:
        files: dict[int, bytes] = {}
        if request.headers["Content-Type"].startswith("multipart/form-data"):
            parts = request.parts()
            fields = dict(json.loads(parts.pop("payload_json")[1]))
            for name, (_, content) in parts.items():
                files[int(name.removeprefix("files[").removesuffix("]"))] = content
        else:
            fields = request.fields()
        if any(len(content) > self.most_bytes for content in files.values()):
            raise DiscordDeclines(413, 40005, "Request entity too large")
        errors = dict(_errors(fields, allowed, len(files)))
        if errors:
            raise DiscordDeclines(400, 50035, "Invalid Form Body", errors=errors)
        names = {each["id"]: each["filename"] for each in fields.get("attachments", [])}
        return fields, {names.get(number, f"file{number}"): content for number, content in files.items()}


def _errors(fields: Mapping[str, Any], allowed: set[str], files: int) -> Any:
    """What is wrong with the fields of a message, by its place."""
    for name in set(fields) - allowed:
        yield name, _error("UNKNOWN_FIELD", "servers pass it over, which would hide a mistake")
    if len(fields.get("content") or "") > 2000:
        yield "content", _error("BASE_TYPE_MAX_LENGTH", "Must be 2000 or fewer in length.")
    embeds = fields.get("embeds") or []
    if len(embeds) > MAX_EMBEDS or sum(_length(embed) for embed in embeds) > MAX_SUM:
        yield "embeds", _error("MAX_EMBED_SIZE_EXCEEDED", "Embed size exceeds maximum size of 6000")
    for number, embed in enumerate(embeds):
        yield from _embed_errors(f"embeds.{number}", embed)
    attachments = fields.get("attachments") or []
    if len(attachments) > 10 or any(each["id"] not in range(files) for each in attachments):
        yield "attachments", _error("INVALID_ATTACHMENT", "no such file")
    for each in attachments:
        if len(each.get("description") or "") > 1024 or set(each) - {"id", "filename", "description"}:
            yield "attachments.description", _error("BASE_TYPE_MAX_LENGTH", "Must be 1024 or fewer.")


def _embed_errors(place: str, embed: Mapping[str, Any]) -> Any:
    for name in set(embed) - {*EMBED_TEXTS, *EMBED_PARTS, "color", "timestamp", "fields", "thumbnail"}:
        yield f"{place}.{name}", _error("UNKNOWN_FIELD", "it cannot be set by webhooks")
    parts = [(EMBED_TEXTS, embed), *((limits, embed.get(name, {})) for name, limits in EMBED_PARTS.items())]
    for limits, values in parts:
        for name, limit in limits.items():
            text = values.get(name, "")
            if _units(text.strip()) > limit:
                yield (
                    f"{place}.{name}",
                    _error("BASE_TYPE_MAX_LENGTH", f"Must be {limit} or fewer in length."),
                )
            if name == "url" and text and not re.match(r"(https?|attachment)://", text):
                yield f"{place}.{name}", _error("URL_TYPE_INVALID_SCHEME", "Scheme must be http or https.")


def _length(embed: Mapping[str, Any]) -> int:
    texts = (embed.get("title"), embed.get("description"), embed.get("author", {}).get("name"))
    return sum(_units((text or "").strip()) for text in texts)


def _units(text: str) -> int:
    """The strictest way to count: what a character is, the documents do not say."""
    return len(text.encode("utf-16-le")) // 2


def _error(code: str, message: str) -> Any:
    return {"_errors": [{"code": code, "message": message}]}


def _seen(message: DiscordMessage) -> Published:
    """What people see: words without their Markdown, the photo that the embed shows."""
    [embed] = message.fields["embeds"]
    texts = filter(None, (embed.get("title"), embed.get("description")))
    linked = (embed.get("url", "") if embed.get("title") else "", embed.get("author", {}).get("url", ""))
    image = embed.get("image", {})
    photo = message.files.get(image.get("url", "").removeprefix("attachment://"))
    if photo:
        Image.open(io.BytesIO(photo)).verify()
    described = [each.get("description", "") for each in message.fields.get("attachments", [])]
    alt = described[0] if described and described[0] == image.get("description", "") else ""
    text = "\n\n".join(MARK.sub(lambda match: match[1] or "", each) for each in texts)
    return Published(remote_id=message.id, text=text, photo=photo, alt=alt, links=linked)


def mentioned(message: DiscordMessage) -> bool:
    """Whether a message may call people: whatever it does not forbid is parsed."""
    return (message.fields.get("allowed_mentions") or {}).get("parse") != []
