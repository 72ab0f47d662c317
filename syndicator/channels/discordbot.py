"""Discord, by a bot: a message with an embed per article, which is known again when it is repeated.

Messages: https://docs.discord.com/developers/resources/message
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any, ClassVar

import requests

from syndicator.domain.capabilities import Capabilities
from syndicator.domain.delivery import Receipt
from syndicator.domain.errors import Misconfigured, OutcomeUnknown, PostGone, Refused, TryLater
from syndicator.domain.former_place import wherever, whosever
from syndicator.domain.listed_post import horizon_of
from syndicator.domain.post import Occasion, Post
from syndicator.http.discord_messages import UNKNOWN_MESSAGE, check_accepted, write
from syndicator.http.exchange import Exchange, RemoteReply
from syndicator.remarks import with_photo_if_taken
from syndicator.secret import Secret
from syndicator.text.addresses import check_server
from syndicator.text.discord_embeds import CAPABILITIES, message_fields, photo_files, shows

#: Pages of a channel that are looked through for a post, and messages on each: the most that there may be
#: (https://docs.discord.com/developers/resources/message#get-channel-messages).
MAX_PAGES, PAGE_MESSAGES = 10, 100

#: A message, as receipts have it: its channel and its id. An operator enters the id, or the message's link.
PLACE = re.compile(r"(?:(?:https://[^?#]+/)?(?P<channel>[0-9]{1,20})/)?(?P<id>[0-9]{1,20})")


@dataclass(frozen=True, kw_only=True)
class DiscordBot:
    """A channel, or a thread, that a bot of the newsroom writes in. The fields are the channel's settings."""

    name: str
    channel: str
    token: Secret
    server: str = "https://discord.com"
    session: requests.Session = field(repr=False, compare=False)

    #: How to come by the secret, for ``syndicator connect``.
    access: ClassVar[str] = (
        "At https://discord.com/developers/applications make an application, and under Bot press Reset\n"
        "Token: that is the secret. Under Installation let it join the server, with the scope bot and the\n"
        "permissions View Channels, Send Messages, Embed Links, Attach Files and Read Message History."
    )

    #: ``key_memory``: a ``nonce`` is looked for "in the past few minutes" (.../message#create-message).
    capabilities: ClassVar[Capabilities] = replace(
        CAPABILITIES, replies=True, key_memory=timedelta(minutes=2)
    )

    def __post_init__(self) -> None:
        check_server(self.server, "https://discord.com")
        if not (self.channel.isascii() and self.channel.isdigit()):
            raise ValueError(f"channel: {self.channel!r} is no id: it is a number (Copy Channel ID)")

    def send(self, post: Post, *, key: str) -> Receipt:
        """Creates a message, unless there is one of this nonce (.../message#create-message)."""
        more: dict[str, Any] = {"nonce": _nonce(key), "enforce_nonce": True}
        if post.reply_to:
            channel, answered_id = self._place(post.reply_to)
            if channel != self.channel:  # where no message of this channel answers it
                error = PostGone if post.occasion is Occasion.NEWS else Refused
                raise error(f"the message that it is to answer is in channel {channel}, not {self.channel}")
            answered = self._exchange().ask("GET", self._url(post.reply_to), accept=(404,), unknown=TryLater)
            if self._is_gone(answered):
                raise PostGone(f"{answered.message}; the message that it is to answer was deleted")
            more["message_reference"] = {"message_id": answered_id}

        def write(post: Post) -> Receipt:
            reply = self._write("POST", self._url(), post, more)
            self._is_gone(reply)
            return reply.read(lambda it: replace(self._receipt(it["id"]), is_current=shows(it, post)))

        return with_photo_if_taken(post, write)

    def edit(self, receipt: Receipt, post: Post) -> Receipt:
        """https://docs.discord.com/developers/resources/message#edit-message"""
        url = self._url(receipt)
        with self._wherever(receipt):
            reply = with_photo_if_taken(post, lambda post: self._write("PATCH", url, post, {}))
            if self._is_gone(reply):
                raise PostGone(f"{reply.message}; the message was deleted on the server")
        return receipt

    def delete(self, receipt: Receipt, post: Post) -> None:  # noqa: ARG002 - the port's
        """https://docs.discord.com/developers/resources/message#delete-message"""
        with self._wherever(receipt):
            reply = self._exchange().ask("DELETE", self._url(receipt), accept=(400, 404))
            self._is_gone(check_accepted(reply))

    def find(self, post: Post, *, key: str) -> Receipt | None:  # noqa: ARG002 - the port's
        """Looks for the article's link in what the bot has written in the channel, the latest first. Raises
        ``OutcomeUnknown`` where that is empty: so it is for those who may not read its history."""
        exchange = self._exchange()
        me = self._me(exchange, "id")
        horizon = horizon_of(post)
        has_any = False
        for message, author, at, links in self._messages(exchange):
            has_any = True
            if author == me and not links.isdisjoint(post.addresses):
                return self._receipt(message)
            if at < horizon:
                return None
        if not has_any:
            raise OutcomeUnknown("the channel shows no messages: let the bot read its history")
        return None

    def check(self) -> str:
        """The bot, and the channel that it sees."""
        exchange = self._exchange()
        me = exchange.ask("GET", self._api("/users/@me"), unknown=TryLater).read(
            lambda it: str(it["username"])
        )
        url = self._api(f"/channels/{self.channel}")
        reply = exchange.ask("GET", url, accept=(404,), unknown=TryLater)
        self._is_gone(reply)
        return f"{me} in {reply.read(lambda it: str(it['name']))!r} on {reply.host}"

    def _me(self, exchange: Exchange, name: str) -> str:
        """A field of the bot's account."""
        reply = exchange.ask("GET", self._api("/users/@me"), unknown=TryLater)
        return reply.read(lambda it: str(it[name]))

    def _messages(self, exchange: Exchange) -> Iterator[tuple[str, str, datetime, set[str]]]:
        """The channel's messages, the latest first: id, author, time and the links of their embeds."""
        params = {"limit": str(PAGE_MESSAGES)}
        for _ in range(MAX_PAGES):
            reply = exchange.ask("GET", self._url(), params=params, accept=(404,), unknown=TryLater)
            self._is_gone(reply)
            page = reply.read(lambda messages: [_read(message) for message in messages])
            yield from page
            if len(page) < PAGE_MESSAGES:
                return
            params["before"] = page[-1][0]
        raise OutcomeUnknown(f"not among the latest {MAX_PAGES * PAGE_MESSAGES} messages; there are more")

    def _write(self, method: str, url: str, post: Post, more: dict[str, Any]) -> RemoteReply:
        return write(self._exchange(), method, url, message_fields(post, more), photo_files(post))

    @contextmanager
    def _wherever(self, receipt: Receipt) -> Iterator[None]:
        place, exchange = self._place(receipt)[0], self._exchange()
        own, by_hand = partial(self._me, exchange, "id"), "by hand in Discord"
        author = partial(self._author, exchange, receipt)
        with wherever(place, self.channel, own, by_hand), whosever(author, own, by_hand):
            yield

    def _author(self, exchange: Exchange, receipt: Receipt) -> str:
        """Whose message it is; ``""`` where the bot does not see it."""
        reply = exchange.ask("GET", self._url(receipt), accept=(403, 404), unknown=TryLater)
        return reply.read(lambda it: str(it["author"]["id"])) if reply.status < 400 else ""

    def _is_gone(self, reply: RemoteReply) -> bool:
        """Whether a message is not there. Raises ``Misconfigured`` where the channel is not."""
        if reply.status == 404 and reply.code != UNKNOWN_MESSAGE:
            raise Misconfigured(f"{reply.message}; is {self.channel} a channel that the bot sees?")
        return reply.status == 404

    def _place(self, receipt: Receipt) -> tuple[str, str]:
        """The message's channel, whatever is declared by now, and its id. Raises ``Refused`` where something
        else was entered."""
        found = PLACE.fullmatch(receipt.remote_id)
        if not found:
            raise Refused(f"{receipt.remote_id!r} is no message: enter its id (Copy Message ID), or its link")
        return found["channel"] or self.channel, found["id"]

    def _receipt(self, message_id: Any) -> Receipt:
        return Receipt(remote_id=f"{self.channel}/{int(message_id)}")

    def _exchange(self) -> Exchange:
        headers = {"Authorization": f"Bot {self.token.reveal()}"}
        return Exchange(self.session, headers, secrets=(self.token,))

    def _url(self, receipt: Receipt | None = None) -> str:
        """The channel's messages, or one of them, where it is."""
        channel, message_id = self._place(receipt) if receipt else (self.channel, "")
        return self._api(f"/channels/{channel}/messages/{message_id}".rstrip("/"))

    def _api(self, path: str) -> str:
        return f"{self.server.rstrip('/')}/api/v10{path}"


def _nonce(key: str) -> str:
    """25 characters at most (.../message#create-message)."""
    return base64.b32encode(hashlib.sha256(key.encode()).digest()[:15]).decode()


def _read(message: Any) -> tuple[str, str, datetime, set[str]]:
    embeds = message["embeds"]
    links = {str(place.get("url")) for embed in embeds for place in (embed, embed.get("author") or {})}
    at = datetime.fromisoformat(message["timestamp"])
    if at.tzinfo is None:
        raise ValueError("a time without a zone")
    return str(message["id"]), str(message["author"]["id"]), at, links
