"""A server that speaks Telegram's Bot API for one bot and one chat, built from the API's published
specification (10.1), and stricter than the real one: it refuses fields that it does not know.

``parse_mode`` is not among those: whoever writes marks has to have them parsed here first.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.channels.local_server import LocalServer, Reply, Request, said
from tests.channels.servers import Published
from tests.channels.telegram_rules import (
    METHODS,
    NotAsAsked,
    Shape,
    captioned,
    card_of,
    checked_photo,
    must_fit,
    written,
)

DELETED_WITHIN = timedelta(hours=48)

#: What clients make a mention of by themselves.
MENTION = re.compile(r"\B@[a-zA-Z0-9_]{2,32}\b")


@dataclass(frozen=True, kw_only=True)
class Message:
    """A message as readers see it: ``links`` are words and where they lead, ``card`` the address of the
    preview."""

    number: int
    date: datetime
    text: str
    entities: tuple[dict[str, Any], ...] = ()
    photo: bytes | None = None
    card: str = ""
    is_silent: bool = False
    reply_to: int | None = None

    @property
    def links(self) -> dict[str, str]:
        return {words: each["url"] for words, each in self._of("text_link")}

    @property
    def bold(self) -> list[str]:
        return [words for words, _ in self._of("bold")]

    @property
    def mentions(self) -> list[str]:
        return MENTION.findall(self.text)

    def _of(self, kind: str) -> list[tuple[str, dict[str, Any]]]:
        units = self.text.encode("utf-16-le")
        return [
            (units[2 * each["offset"] : 2 * (each["offset"] + each["length"])].decode("utf-16-le"), each)
            for each in self.entities
            if each["type"] == kind
        ]


@dataclass
class FakeTelegram(LocalServer):
    """https://core.telegram.org/bots/api for one bot in one chat. ``status`` and ``rights``: the bot's there.
    ``flood_s``: seconds for which it wants nothing more; ``new_id``: of the supergroup that the chat has
    become; ``former_id``: of another chat, which the bot has been removed from."""

    port: int = 0
    token: str = "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"
    chat: dict[str, Any] = field(
        default_factory=lambda: {
            "id": -1001234567890,
            "type": "channel",
            "title": "The Ledger",
            "username": "theledger",
        }
    )
    status: str = "administrator"
    rights: dict[str, bool] = field(default_factory=lambda: {"can_post_messages": True})
    messages: dict[int, Message] = field(default_factory=dict)
    flood_s: int = 0
    new_id: int = 0
    former_id: int = 0
    last: int = 40
    now: Callable[[], datetime] = field(default=lambda: datetime.now(UTC))

    def __post_init__(self) -> None:
        super().__init__(self.port)

    __hash__ = LocalServer.__hash__

    @property
    def published(self) -> list[Published]:
        return [
            Published(
                remote_id=f"{self.chat['id']}/{each.number}",
                text=each.text,
                photo=each.photo,
                links=tuple(each.links.values()),
                reply_to=f"{self.chat['id']}/{each.reply_to}" if each.reply_to else "",
            )
            for each in self.messages.values()
        ]

    def asked(self, method: str) -> int:
        """How often a method was called."""
        return sum(request.path.endswith(f"/{method}") for request in self.requests)

    def answer(self, request: Request) -> Reply:
        try:
            result = self._result(request)
        except NotAsAsked as e:
            document = {"ok": False, "error_code": e.status, "description": str(e)}
            return said(e.status, document | ({"parameters": e.parameters} if e.parameters else {}))
        return said(200, {"ok": True, "result": result})

    def _result(self, request: Request) -> Any:
        _, bot, method = request.path.split("/", 2)
        token = bot.removeprefix("bot")
        if ":" not in token or method not in METHODS:
            raise NotAsAsked("Not Found", 404)
        if token != self.token:
            raise NotAsAsked("Unauthorized", 401)
        if self.flood_s:
            raise NotAsAsked(f"Too Many Requests: retry after {self.flood_s}", 429, retry_after=self.flood_s)
        fields = _fields(request, METHODS[method])
        must_fit(fields, METHODS[method], method)
        if "chat_id" in fields:
            self._must_be_in_chat(fields["chat_id"], is_write=not method.startswith("get"))
        answer = re.sub("[A-Z]", lambda match: f"_{match[0].lower()}", method)
        return getattr(self, f"_{answer}")(fields)

    def _must_be_in_chat(self, chat_id: int | str, *, is_write: bool) -> None:
        kind = self.chat["type"]
        if self.former_id and chat_id == self.former_id:
            raise NotAsAsked("Forbidden: bot was kicked from the channel chat", 403)
        if chat_id not in (self.chat["id"], f"@{self.chat.get('username', '')}"):
            raise NotAsAsked("Bad Request: chat not found")
        if self.new_id and is_write:
            old = "Bad Request: group chat was upgraded to a supergroup chat"
            raise NotAsAsked(old, migrate_to_chat_id=self.new_id)
        if self.status == "kicked":
            raise NotAsAsked(f"Forbidden: bot was kicked from the {kind} chat", 403)
        if self.status == "left" and is_write:
            raise NotAsAsked(f"Forbidden: bot is not a member of the {kind} chat", 403)
        if is_write and kind == "channel" and not self.rights.get("can_post_messages"):
            raise NotAsAsked("Bad Request: need administrator rights in the channel chat")

    def _get_me(self, fields: dict[str, Any]) -> Any:
        return {"id": 110201543, "is_bot": True, "first_name": "Ledger", "username": "ledger_bot"}

    def _get_chat(self, fields: dict[str, Any]) -> Any:
        return self.chat

    def _get_chat_member(self, fields: dict[str, Any]) -> Any:
        return {"status": self.status, "user": self._get_me({}), **self.rights}

    def _send_message(self, fields: dict[str, Any]) -> Any:
        return self._keep(self._new(fields, text=fields["text"], card=card_of(fields), **written(fields)))

    def _send_photo(self, fields: dict[str, Any]) -> Any:
        photo = checked_photo(fields["photo"])
        return self._keep(self._new(fields, photo=photo, **captioned(fields)))

    def _edit_message_text(self, fields: dict[str, Any]) -> Any:
        before = self._message(fields, "edit")
        if before.photo is not None:
            raise NotAsAsked("Bad Request: there is no text in the message to edit")
        return self._change(
            before, replace(before, text=fields["text"], card=card_of(fields), **written(fields))
        )

    def _edit_message_caption(self, fields: dict[str, Any]) -> Any:
        before = self._message(fields, "edit")
        if before.photo is None:
            raise NotAsAsked("Bad Request: there is no caption in the message to edit")
        return self._change(before, replace(before, **captioned(fields)))

    def _edit_message_media(self, fields: dict[str, Any]) -> Any:
        before, media = self._message(fields, "edit"), fields["media"]
        if media["type"] != "photo" or media["media"] != "attach://photo" or "photo" not in fields:
            raise NotAsAsked("Bad Request: wrong file identifier/HTTP URL specified")
        photo = checked_photo(fields["photo"])
        return self._change(before, replace(before, photo=photo, card="", **captioned(media)))

    def _delete_message(self, fields: dict[str, Any]) -> Any:
        message = self._message(fields, "delete")
        if self.now() - message.date >= DELETED_WITHIN:
            raise NotAsAsked("Bad Request: message can't be deleted for everyone")
        del self.messages[message.number]
        return True

    def _message(self, fields: dict[str, Any], verb: str) -> Message:
        try:
            return self.messages[fields["message_id"]]
        except KeyError as e:
            raise NotAsAsked(f"Bad Request: message to {verb} not found") from e

    def _new(self, fields: dict[str, Any], **shown: Any) -> Message:
        answered = fields.get("reply_parameters", {})
        if "chat_id" in answered:
            self._must_be_in_chat(answered["chat_id"], is_write=False)
        number = answered.get("message_id")
        if number is not None and number not in self.messages:
            if not answered.get("allow_sending_without_reply"):
                raise NotAsAsked("Bad Request: message to be replied not found")
            number = None
        self.last += 1
        is_silent = fields.get("disable_notification", False)
        return Message(number=self.last, date=self.now(), reply_to=number, is_silent=is_silent, **shown)

    def _change(self, before: Message, after: Message) -> Any:
        if before == after:
            raise NotAsAsked(
                "Bad Request: message is not modified: specified new message content and reply markup are "
                "exactly the same as a current content and reply markup of the message"
            )
        return self._keep(after)

    def _keep(self, message: Message) -> Any:
        self.messages[message.number] = message
        name = "text" if message.photo is None else "caption"
        entities = "entities" if message.photo is None else "caption_entities"
        return {
            "message_id": message.number,
            "date": int(message.date.timestamp()),
            "chat": self.chat,
            name: message.text,
            entities: list(message.entities),
            **({"photo": [{"file_id": "f"}]} if message.photo is not None else {}),
        }


def _fields(request: Request, shape: Shape) -> dict[str, Any]:
    """What was sent, as JSON or as a form, in which all that is no text is JSON."""
    kind = request.headers.get("Content-Type", "")
    if kind.startswith("application/json"):
        return dict(json.loads(request.body))
    if not kind.startswith("multipart/form-data"):
        raise NotAsAsked("Bad Request: neither JSON nor a form")
    found: dict[str, Any] = {}
    for name, (_, content) in request.parts().items():
        if shape.types.get(name) is bytes:
            found[name] = content
        elif shape.types.get(name) is str or (name == "chat_id" and content.startswith(b"@")):
            found[name] = content.decode()
        else:
            found[name] = json.loads(content)
    return found
