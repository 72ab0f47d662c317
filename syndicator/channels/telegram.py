"""Telegram: one message of a bot per article in a channel or group, with its lead photo.

Bot API: https://core.telegram.org/bots/api
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Any, ClassVar
from urllib.parse import quote

import requests

from syndicator.domain.capabilities import Budget, Capabilities, LinkCard, LinkPlace, PhotoEdits, Spent
from syndicator.domain.delivery import Receipt
from syndicator.domain.errors import (
    Misconfigured,
    OutcomeUnknown,
    PhotoRefused,
    Refused,
    SyndicatorError,
    TryLater,
)
from syndicator.domain.photo import PhotoFile, PhotoLimits
from syndicator.domain.post import Occasion, Post, SpanKind
from syndicator.http.exchange import Exchange, MakeError, RemoteReply
from syndicator.remarks import goes_without, with_photo_if_taken
from syndicator.secret import Secret
from syndicator.text.addresses import web_address
from syndicator.text.mentions import without_mentions
from syndicator.text.rulers import UTF16_UNITS
from syndicator.text.shown import differences

#: What clients take for a mention (``match_mentions`` in TDLib's td/telegram/MessageEntity.cpp), up to the
#: first character of the name.
MENTION = re.compile(r"(?<!\w)@(?=[A-Za-z0-9_])")

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


@dataclass(frozen=True, kw_only=True)
class Telegram:
    """A Telegram channel or group that a bot writes in. The fields are the channel's settings.

    ``chat``: ``"@name"`` of a public one, or its number. ``server``: of the Bot API, where one has one's own.
    ``quiet``: without a sound.
    """

    name: str
    chat: str
    token: Secret
    server: str = "https://api.telegram.org"
    quiet: bool = False
    session: requests.Session = field(repr=False, compare=False)

    #: How to come by the secret, for ``syndicator connect``.
    access: ClassVar[str] = (
        "In Telegram, send /newbot to @BotFather: its answer has the token. Then make the bot an\n"
        "administrator of the channel, with the right to post messages."
    )

    #: Messages have 4,096 characters at most, captions 1,024 (sendMessage, sendPhoto); in which unit is not
    #: said, and UTF-16's are never too few. Photos: 10 MB, width and height 10,000 in all (sendPhoto).
    #: Bots edit their own messages for ever, and delete them within 48 hours (deleteMessage); the margin is
    #: for slow answers. Messages cannot be looked up, and have no key. About one a second, twenty a minute in
    #: one chat (https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this).
    capabilities: ClassVar[Capabilities] = Capabilities(
        ruler=UTF16_UNITS,
        unit="UTF-16 units",
        text=4096,
        text_with_photo=1024,
        link_place=LinkPlace.WORDS,
        picture_above=True,
        headline_bold=True,
        plain=partial(without_mentions, mention=MENTION),
        has_mentions=True,
        photo=PhotoLimits(side=2560, length=9_500_000, ratio=(1 / 20, 20.0)),
        card=LinkCard.FETCHED,
        photo_edits=PhotoEdits.STAYS,
        delete_within=timedelta(hours=47),
        replies=True,
        finds=False,
        budgets=(
            Budget(of=Spent.POSTS, most=1, per=timedelta(seconds=1)),
            Budget(of=Spent.POSTS, most=20, per=timedelta(minutes=1)),
        ),
        verified="contract of Bot API 10.1 (June 2026)",
    )

    def __post_init__(self) -> None:
        if not web_address(self.server):
            raise ValueError('server: no address of a server: write "https://api.telegram.org"')
        if not re.fullmatch(r"@[A-Za-z]\w{2,31}|-?[0-9]{1,16}", self.chat, re.ASCII):
            raise ValueError(f'chat: {self.chat!r} is none: write "@name", or a number as "-1001234567890"')

    def send(self, post: Post, *, key: str) -> Receipt:  # noqa: ARG002 - messages have no keys
        """Sends a photo with a caption, or a text with the card of its link; the news goes out without a
        photo that is refused. A repeat would be a second message."""
        exchange = self._exchange()
        fields: dict[str, Any] = {"chat_id": _chat_id(self.chat), "disable_notification": self.quiet}
        if post.reply_to:  # in that chat, whatever is declared by now: numbers are each chat's own
            fields["reply_parameters"] = {**self._place(post.reply_to), "allow_sending_without_reply": True}

        def write(post: Post) -> Receipt:
            if post.photo:
                reply = self._call(exchange, "sendPhoto", fields | _caption(post), post.photo)
            else:
                reply = self._call(exchange, "sendMessage", fields | _text(post))
            return reply.read(lambda document: _receipt(document["result"], post))

        try:
            return with_photo_if_taken(post, write)
        except InOtherChat as e:
            if not fields.pop("reply_parameters", None):
                raise
            goes_without("its place below the message that it answers", e)
            return with_photo_if_taken(post, write)

    def edit(self, receipt: Receipt, post: Post) -> Receipt:
        """Edits the message. A photo can be added and exchanged, and not be taken away; a retraction's notice
        stands in its caption."""
        exchange, place = self._exchange(), self._place(receipt)

        def write(post: Post) -> Receipt:
            if post.photo:
                media = {"type": "photo", "media": "attach://photo", **_caption(post)}
                reply = self._call(exchange, "editMessageMedia", place | {"media": media}, post.photo)
            else:
                reply = self._call(exchange, "editMessageText", place | _text(post), accept=NO_TEXT)
            if reply.status == 400 and NO_TEXT in reply.message:
                if post.occasion is not Occasion.RETRACTION:
                    raise Refused(
                        f"{reply.host} takes no photo away from a message: delete {receipt.url or 'it'} "
                        "there, and have it posted again, or leave it"
                    )
                reply = self._call(exchange, "editMessageCaption", place | _caption(post))
            if reply.status == 400:
                return receipt
            return reply.read(lambda document: _receipt(document["result"], post))

        return with_photo_if_taken(post, write)

    def delete(self, receipt: Receipt, post: Post) -> None:  # noqa: ARG002 - the port's
        """Deletes the message; one that is gone already is no error."""
        self._call(self._exchange(), "deleteMessage", self._place(receipt))

    def find(self, post: Post, *, key: str) -> Receipt | None:  # noqa: ARG002 - the port's
        raise OutcomeUnknown("a bot cannot look at what it has posted: look there, and say whether it is")

    def check(self) -> str:
        """The bot, the chat, and that it may write there."""
        exchange = self._exchange()

        def result(method: str, name: str, **fields: Any) -> dict[str, Any]:
            """A result, which has a field of this name."""
            reply = self._call(exchange, method, fields, unknown=TryLater)
            return reply.read(lambda document: {name: document["result"][name], **document["result"]})

        chat_id = _chat_id(self.chat)
        bot, chat = result("getMe", "id"), result("getChat", "type", chat_id=chat_id)
        member = result("getChatMember", "status", chat_id=chat_id, user_id=bot["id"])
        where = f"@{bot.get('username')} in {chat['type']} {chat.get('title', self.chat)!r}"
        match chat["type"], member["status"]:
            case _, ("left" | "kicked") as status:
                raise Misconfigured(f"{where}: the bot was removed ({status}): add it again")
            case "channel", _ if not member.get("can_post_messages"):
                raise Misconfigured(f"{where}: make the bot an administrator who may post messages")
            case _, "restricted" if not (member.get("can_send_messages") and member.get("can_send_photos")):
                raise Misconfigured(f"{where}: the bot may not send messages and photos: let it")
        return f"{where}; may post"

    def _exchange(self) -> Exchange:
        return Exchange(self.session, secrets=(self.token,))

    def _call(
        self,
        exchange: Exchange,
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
        reply = exchange.ask("POST", url, accept=(400, 403, 404, TOO_LARGE), unknown=unknown, **body)
        if reply.status == 404:
            raise Misconfigured(f"{reply.message}: is {self.token} the token of a bot?")
        if photo and (reply.status == TOO_LARGE or any(words in reply.message for words in PHOTO_REFUSED)):
            raise PhotoRefused(reply.message)
        if reply.status == TOO_LARGE:
            raise Refused(reply.message)
        is_done = any(words in reply.message for words in (*DONE_ALREADY, accept) if words)
        if reply.status == 403 or (reply.status == 400 and not is_done):
            raise self._error(exchange, reply, fields.get("reply_parameters", fields).get("chat_id"))
        return reply

    def _error(self, exchange: Exchange, reply: RemoteReply, chat_id: Any) -> SyndicatorError:
        """The error that a bad request (400) means, or that the bot may not be there (403)."""
        message = reply.message
        if "upgraded to a supergroup" in message:
            new_id = reply.read(lambda document: document.get("parameters", {}).get("migrate_to_chat_id"))
            if chat_id != _chat_id(self.chat):  # an old message in what was the chat before
                return InOtherChat(f"{message}; what was posted there before can only be changed by hand")
            return Misconfigured(f'{message}: declare chat = "{new_id}"')
        is_shut = reply.status == 403 or any(words in message for words in NOT_ALLOWED)
        if (is_shut or NOT_REPLIED in message) and self._is_elsewhere(exchange, chat_id):
            return InOtherChat(f"{message}; it is in another chat than {self.chat}: change it there by hand")
        if is_shut:
            return Misconfigured(message + f"; add the bot to {self.chat} again" * (reply.status == 403))
        if "message can't be deleted" in message:
            return Refused(
                f"{message}; a bot deletes what is less than 48 hours old: delete it there by hand"
            )
        return Refused(message)

    def _is_elsewhere(self, exchange: Exchange, chat_id: Any) -> bool:
        """Whether a chat is another one than the declared one. Raises what that has to say."""
        declared = _chat_id(self.chat)
        if chat_id in (None, declared):
            return False
        if isinstance(declared, str):
            reply = self._call(exchange, "getChat", {"chat_id": declared}, unknown=TryLater)
            declared = reply.read(lambda document: int(document["result"]["id"]))
        return bool(chat_id != declared)

    def _place(self, receipt: Receipt) -> dict[str, Any]:
        """The message's chat and number; of what an operator has entered, the number alone counts. Raises
        ``Refused`` where there is none."""
        chat, _, number = receipt.remote_id.rpartition("/")
        if not re.fullmatch("[0-9]{1,16}", number):
            raise Refused(f"{receipt.remote_id!r} is no message: enter its number, or its link")
        is_ours = re.fullmatch("-?[0-9]+", chat)
        return {"chat_id": _chat_id(chat if is_ours else self.chat), "message_id": int(number)}


def _chat_id(chat: str) -> int | str:
    return chat if chat.startswith("@") else int(chat)


def _caption(post: Post) -> dict[str, Any]:
    return {"caption": post.text, "caption_entities": _entities(post)}


def _text(post: Post) -> dict[str, Any]:
    """The text, and how the card of its link is shown: nothing of that counts without an address
    (LinkPreviewOptions)."""
    card = {"url": post.link, "prefer_large_media": True, "show_above_text": True}
    return {
        "text": post.text,
        "entities": _entities(post),
        "link_preview_options": card if post.link else {"is_disabled": True},
    }


def _entities(post: Post) -> list[dict[str, Any]]:
    """The stretches of the text that are more than text, in UTF-16 units (MessageEntity); hashtags are found
    by Telegram itself."""
    entities: list[dict[str, Any]] = []
    if post.headline and post.text.startswith(post.headline):
        entities.append({"type": "bold", "offset": 0, "length": UTF16_UNITS.measure(post.headline)})
    targets = {SpanKind.LINK: "{}", SpanKind.MENTION: "https://t.me/{}"}
    for span in (span for span in post.spans if span.kind in targets):
        offset = UTF16_UNITS.measure(post.text[: span.start])
        length = UTF16_UNITS.measure(post.text[span.start : span.end])
        url = targets[span.kind].format(span.target)
        entities.append({"type": "text_link", "offset": offset, "length": length, "url": url})
    return entities


def _receipt(message: Any, post: Post) -> Receipt:
    """The receipt of a message, held against what that was to show; a current one, if it has the post's text
    and links. Raises ``KeyError`` and others that ``RemoteReply.read`` knows."""
    number, chat_id, name = (
        int(message["message_id"]),
        int(message["chat"]["id"]),
        message["chat"].get("username"),
    )
    inside = str(chat_id).removeprefix("-100")
    url = f"https://t.me/{name}/{number}" if name else f"https://t.me/c/{inside}/{number}"
    text = message.get("caption", message.get("text", ""))
    shown = message.get("caption_entities", message.get("entities", []))
    links = [
        [each for each in entities if each["type"] == "text_link"] for entities in (shown, _entities(post))
    ]
    has_text, has_links = text.split() == post.text.split(), len(links[0]) >= len(links[1])
    return Receipt(
        remote_id=f"{chat_id}/{number}",
        url=url if name or inside != str(chat_id) else "",  # messages of basic groups have no links
        is_current=has_text and has_links,
        differs=differences(
            text=has_text, link=has_links, photo=post.photo is None or bool(message.get("photo"))
        ),
    )
