"""Telegram: one message of a bot per article in a channel or group, with its lead photo.

Bot API: https://core.telegram.org/bots/api
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Any, ClassVar

import requests

from syndicator.domain.capabilities import Budget, Capabilities, LinkCard, LinkPlace, PhotoEdits, Spent
from syndicator.domain.delivery import Receipt
from syndicator.domain.errors import Misconfigured, OutcomeUnknown, Refused
from syndicator.domain.photo import PhotoLimits
from syndicator.domain.post import Occasion, Post
from syndicator.http.bot_api import NO_TEXT, BotApi, InOtherChat, chat_id
from syndicator.http.exchange import Exchange
from syndicator.remarks import goes_without, with_photo_if_taken
from syndicator.secret import Secret
from syndicator.text.addresses import web_address
from syndicator.text.mentions import without_mentions
from syndicator.text.rulers import UTF16_UNITS
from syndicator.text.telegram_messages import caption, receipt_of, text_message

#: What clients take for a mention (``match_mentions`` in TDLib's td/telegram/MessageEntity.cpp), up to the
#: first character of the name.
MENTION = re.compile(r"(?<!\w)@(?=[A-Za-z0-9_])")


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
        api = self._api()
        fields: dict[str, Any] = {"chat_id": chat_id(self.chat), "disable_notification": self.quiet}
        if post.reply_to:  # in that chat, whatever is declared by now: numbers are each chat's own
            fields["reply_parameters"] = {**self._place(post.reply_to), "allow_sending_without_reply": True}

        def write(post: Post) -> Receipt:
            if post.photo:
                reply = api.call("sendPhoto", fields | caption(post), post.photo)
            else:
                reply = api.call("sendMessage", fields | text_message(post))
            return reply.read(lambda document: receipt_of(document["result"], post))

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
        api, place = self._api(), self._place(receipt)

        def write(post: Post) -> Receipt:
            if post.photo:
                media = {"type": "photo", "media": "attach://photo", **caption(post)}
                reply = api.call("editMessageMedia", place | {"media": media}, post.photo)
            else:
                reply = api.call("editMessageText", place | text_message(post), accept=NO_TEXT)
            if reply.status == 400 and NO_TEXT in reply.message:
                if post.occasion is not Occasion.RETRACTION:
                    raise Refused(
                        f"{reply.host} takes no photo away from a message: delete {receipt.url or 'it'} "
                        "there, and have it posted again, or leave it"
                    )
                reply = api.call("editMessageCaption", place | caption(post))
            if reply.status == 400:
                return receipt
            return reply.read(lambda document: receipt_of(document["result"], post))

        return with_photo_if_taken(post, write)

    def delete(self, receipt: Receipt, post: Post) -> None:  # noqa: ARG002 - the port's
        """Deletes the message; one that is gone already is no error."""
        self._api().call("deleteMessage", self._place(receipt))

    def find(self, post: Post, *, key: str) -> Receipt | None:  # noqa: ARG002 - the port's
        raise OutcomeUnknown("a bot cannot look at what it has posted: look there, and say whether it is")

    def check(self) -> str:
        """The bot, the chat, and that it may write there."""
        api, declared = self._api(), chat_id(self.chat)
        bot = api.result("getMe", "id")
        chat = api.result("getChat", "type", chat_id=declared)
        member = api.result("getChatMember", "status", chat_id=declared, user_id=bot["id"])
        where = f"@{bot.get('username')} in {chat['type']} {chat.get('title', self.chat)!r}"
        match chat["type"], member["status"]:
            case _, ("left" | "kicked") as status:
                raise Misconfigured(f"{where}: the bot was removed ({status}): add it again")
            case "channel", _ if not member.get("can_post_messages"):
                raise Misconfigured(f"{where}: make the bot an administrator who may post messages")
            case _, "restricted" if not (member.get("can_send_messages") and member.get("can_send_photos")):
                raise Misconfigured(f"{where}: the bot may not send messages and photos: let it")
        return f"{where}; may post"

    def _api(self) -> BotApi:
        exchange = Exchange(self.session, secrets=(self.token,))
        return BotApi(exchange=exchange, server=self.server, token=self.token, chat=self.chat)

    def _place(self, receipt: Receipt) -> dict[str, Any]:
        """The message's chat and number; of what an operator has entered, the number alone counts. Raises
        ``Refused`` where there is none."""
        chat, _, number = receipt.remote_id.rpartition("/")
        if not re.fullmatch("[0-9]{1,16}", number):
            raise Refused(f"{receipt.remote_id!r} is no message: enter its number, or its link")
        is_ours = re.fullmatch("-?[0-9]+", chat)
        return {"chat_id": chat_id(chat if is_ours else self.chat), "message_id": int(number)}
