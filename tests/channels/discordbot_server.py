"""A server that speaks Discord's API for bots, built from its OpenAPI document (API 10) and its pages."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.channels.discord_server import DiscordDeclines, DiscordMessage, FakeDiscord
from tests.channels.local_server import Reply, Request, said

#: ``MessageCreateRequest``: what a bot may say beside what webhooks may.
MORE_FIELDS = {"nonce", "enforce_nonce", "message_reference", "sticker_ids", "tts"}


class FakeDiscordBot(FakeDiscord):
    """One channel that one bot is in, and one more, which it may be shut out of. ``remembers``: nonces are,
    for some minutes. ``may_read``: the history. ``lacks``: the permission to write. ``strangers``: messages
    of others, the first one first. ``not_ours``: messages of another bot."""

    channel_id, bot_id, other_id = "1386400000000000042", "1386400000000000099", "1386400000000000043"
    token = "MTM4NjQwMDAwMDAwMDAwMDA5OQ.GabcDE.f0123456789_abcdefghijklmnopqrstuvwxyz"

    def __init__(self, port: int = 0) -> None:
        super().__init__(port)
        self.nonces: dict[str, str] = {}
        self.remembers, self.may_read, self.lacks = True, True, False
        self.strangers, self.is_shut_out = 0, False
        self.not_ours: set[str] = set()
        self.now = datetime.now(UTC)

    def _api(self, request: Request) -> Reply:
        if request.headers.get("Authorization") != f"Bot {self.token}":
            raise DiscordDeclines(401, 0, "401: Unauthorized")
        self._limit()
        match request.method, request.path.strip("/").split("/"):
            case "GET", ["api", "v10", "users", "@me"]:
                return said(200, {"id": self.bot_id, "username": "newsbot", "bot": True})
            case _, ["api", "v10", "channels", name, *_] if (
                name not in (self.channel_id, self.other_id) or self.is_gone
            ):
                raise DiscordDeclines(404, 10003, "Unknown Channel")
            case _, ["api", "v10", "channels", self.other_id, *_] if self.is_shut_out:
                raise DiscordDeclines(403, 50001, "Missing Access")
            case "GET", ["api", "v10", "channels", _]:
                return said(200, {"id": self.channel_id, "type": 0, "name": "news"})
            case "POST", ["api", "v10", "channels", _, "messages"]:
                if self.lacks:
                    raise DiscordDeclines(403, 50013, "Missing Permissions")
                return self._create(request)
            case "GET", ["api", "v10", "channels", _, "messages"]:
                return said(200, self._page(request) if self.may_read else [])
            case ("PATCH" | "DELETE" | "GET") as method, ["api", "v10", "channels", _, "messages", name]:
                self._may_change(method, name)
                return self._with_message(method, self._message(name, request), request)
        raise DiscordDeclines(405, 0, "405: Method Not Allowed")

    def _may_change(self, method: str, name: str) -> None:
        if method == "PATCH" and name in self.not_ours:
            raise DiscordDeclines(403, 50005, "Cannot edit a message authored by another user")
        if method == "DELETE" and (name in self.not_ours or self.lacks):
            raise DiscordDeclines(403, 50013, "Missing Permissions")

    def _create(self, request: Request) -> Reply:
        fields, files = self._form(request, self._allowed)
        nonce = fields.get("nonce", "")
        if len(nonce) > 25:
            raise DiscordDeclines(400, 50035, "Invalid Form Body")
        known = self.messages.get(self.nonces.get(nonce, ""))
        if known and self.remembers and fields.get("enforce_nonce"):
            return said(200, self._as_json(known))
        answered = fields.get("message_reference", {}).get("message_id")
        place = request.path.split("/")[4]
        if answered is not None and (
            answered not in self.messages or self.messages[answered].channel_id != place
        ):
            raise DiscordDeclines(400, 50035, "Invalid Form Body: Unknown message")
        self.last_id += 1
        message = DiscordMessage(id=str(self.last_id), fields=fields, files=files, channel_id=place)
        self.messages[message.id] = message
        self.nonces[nonce] = message.id
        return said(200, self._as_json(message))

    def _message(self, name: str, request: Request) -> DiscordMessage:
        message = self.messages.get(name)
        if message is None or message.channel_id != request.path.split("/")[4]:
            raise DiscordDeclines(404, 10008, "Unknown Message")
        return message

    @property
    def _allowed(self) -> set[str]:
        return {"content", "embeds", "allowed_mentions", "components", "attachments", "flags"} | MORE_FIELDS

    def _page(self, request: Request) -> list[dict[str, Any]]:
        ours = [self._as_json(message) for message in reversed(self.messages.values())]
        others = [self._stranger(number) for number in range(self.strangers)]
        everything = [*others, *ours]
        before = request.query.get("before")
        start = next((n + 1 for n, each in enumerate(everything) if each["id"] == before), 0)
        return everything[start : start + int(request.query.get("limit", "50"))]

    def _stranger(self, number: int) -> dict[str, Any]:
        links = [{"url": each["url"]} for m in self.messages.values() for each in m.fields["embeds"]]
        return {
            "id": str(9_000_000_000_000_000_000 - number),
            "author": {"id": "7"},
            "timestamp": self.now.isoformat(),
            "embeds": links,
            "attachments": [],
        }

    def _as_json(self, message: DiscordMessage) -> dict[str, Any]:
        at = self.now - timedelta(seconds=1)
        files = [{"id": "1", "filename": name, "size": len(f)} for name, f in message.files.items()]
        author = "1386400000000000011" if message.id in self.not_ours else self.bot_id
        known = {"author": {"id": author}, "timestamp": at.isoformat(), "attachments": files}
        return {**super()._as_json(message), **known}
