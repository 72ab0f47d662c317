"""Telegram's Bot API, in the name of one bot that writes in one chat: its calls, and what their errors mean.

https://core.telegram.org/bots/api
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from syndicator.domain.errors import (
    Misconfigured,
    OutcomeUnknown,
    PhotoRefused,
    Refused,
    SyndicatorError,
    TryLater,
)
from syndicator.domain.photo import PhotoFile
from syndicator.http.exchange import Exchange, MakeError, RemoteReply
from syndicator.secret import Secret

#: Parts of what the API says (400) where what was asked for is so already, ...
DONE_ALREADY = ("message is not modified", "message to delete not found")
#: ... where there is a photo instead of a text, ...
NO_TEXT = "there is no text in the message to edit"
#: ... where it will not have a photo, whatever the text, ...
PHOTO_REFUSED, TOO_LARGE = ("PHOTO_", "IMAGE_PROCESS_FAILED", "too big for a photo"), 413
#: ... where a message of another chat cannot be answered (in its own, it is then no answer), ...
NOT_REPLIED = "message to be replied not found"
#: ... and where the bot can write nothing there. These words are no contract, and all that there is:
#: https://core.telegram.org/bots/api#making-requests
NOT_ALLOWED = (
    *("chat not found", "chat_id is empty", "upgraded to a supergroup", "CHANNEL_PRIVATE", "PEER_ID_INVALID"),
    *("not enough rights", "need administrator rights", "have no rights to send", "USER_BANNED_IN_CHANNEL"),
    *("CHAT_WRITE_FORBIDDEN", "CHAT_ADMIN_REQUIRED", "CHAT_RESTRICTED", "CHAT_SEND_"),
)


class InOtherChat(Refused):
    """Refused for a message in another chat than the declared one, which goes on."""


@dataclass(frozen=True, kw_only=True, slots=True)
class BotApi:
    """The API at ``server``, within one exchange. ``chat``: the one that is declared, by its name
    (``"@name"``) or number."""

    exchange: Exchange
    server: str
    token: Secret
    chat: str

    def call(
        self,
        method: str,
        fields: dict[str, Any],
        photo: PhotoFile | None = None,
        *,
        accept: str = "",
        unknown: MakeError = OutcomeUnknown,
    ) -> RemoteReply:
        """One request of the API. A reply of status 400 says that all is so already, or what is in
        ``accept``; raises for any other."""
        url = f"{self.server.rstrip('/')}/bot{quote(self.token.reveal(), safe=':')}/{method}"
        body: dict[str, Any] = {"json": fields}
        if photo:
            texts = {name: v if isinstance(v, str) else json.dumps(v) for name, v in fields.items()}
            body = {"data": texts, "files": {"photo": (photo.filename, photo.content, photo.media_type)}}
        reply = self.exchange.ask("POST", url, accept=(400, 403, 404, TOO_LARGE), unknown=unknown, **body)
        if reply.status == 404:
            raise Misconfigured(f"{reply.message}: is {self.token} the token of a bot?")
        if photo and (reply.status == TOO_LARGE or any(words in reply.message for words in PHOTO_REFUSED)):
            raise PhotoRefused(reply.message)
        if reply.status == TOO_LARGE:
            raise Refused(reply.message)
        is_done = any(words in reply.message for words in (*DONE_ALREADY, accept) if words)
        if reply.status == 403 or (reply.status == 400 and not is_done):
            raise self._error(reply, fields.get("reply_parameters", fields).get("chat_id"))
        return reply

    def result(self, method: str, name: str, **fields: Any) -> dict[str, Any]:
        """What a method that changes nothing answers, which has a field of this name."""
        reply = self.call(method, fields, unknown=TryLater)
        return reply.read(lambda document: {name: document["result"][name], **document["result"]})

    def _error(self, reply: RemoteReply, chat: Any) -> SyndicatorError:
        """The error that a bad request (400) means, or that the bot may not be there (403)."""
        message = reply.message
        if "upgraded to a supergroup" in message:
            new_id = reply.read(lambda document: document.get("parameters", {}).get("migrate_to_chat_id"))
            if chat != chat_id(self.chat):  # an old message in what was the chat before
                return InOtherChat(f"{message}; what was posted there before can only be changed by hand")
            return Misconfigured(f'{message}: declare chat = "{new_id}"')
        is_shut = reply.status == 403 or any(words in message for words in NOT_ALLOWED)
        if (is_shut or NOT_REPLIED in message) and self._is_elsewhere(chat):
            return InOtherChat(f"{message}; it is in another chat than {self.chat}: change it there by hand")
        if is_shut:
            return Misconfigured(message + f"; add the bot to {self.chat} again" * (reply.status == 403))
        if "message can't be deleted" in message:
            return Refused(
                f"{message}; a bot deletes what is less than 48 hours old: delete it there by hand"
            )
        return Refused(message)

    def _is_elsewhere(self, chat: Any) -> bool:
        """Whether a chat is another one than the declared one. Raises what that has to say."""
        declared = chat_id(self.chat)
        if chat in (None, declared):
            return False
        if isinstance(declared, str):
            reply = self.call("getChat", {"chat_id": declared}, unknown=TryLater)
            declared = reply.read(lambda document: int(document["result"]["id"]))
        return bool(chat != declared)


def chat_id(chat: str) -> int | str:
    """A chat as requests name it."""
    return chat if chat.startswith("@") else int(chat)
