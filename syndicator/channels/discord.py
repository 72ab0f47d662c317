"""Discord: a message with an embed per article, through a channel's webhook.

Webhooks: https://docs.discord.com/developers/resources/webhook
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, ClassVar, NoReturn
from urllib.parse import quote, urlsplit

import requests

from syndicator.domain.capabilities import Capabilities
from syndicator.domain.delivery import Receipt
from syndicator.domain.errors import Misconfigured, OutcomeUnknown, Refused, TryLater
from syndicator.domain.post import Post
from syndicator.http.discord_messages import UNKNOWN_MESSAGE, check_accepted, write
from syndicator.http.exchange import Exchange, RemoteReply
from syndicator.secret import Secret
from syndicator.text.discord_embeds import CAPABILITIES, message_fields, photo_files, shown_otherwise

#: The path of a webhook's address: its id, and the token that is its secret.
PATH = re.compile(r"/api(?:/v[0-9]{1,2})?/webhooks/[0-9]{1,20}/[-\w]{1,200}/?", re.ASCII)


@dataclass(frozen=True, kw_only=True)
class Discord:
    """A channel's webhook. The fields are the channel's settings.

    ``webhook`` refers to its whole address, which holds its token: whoever has it can post. ``thread_id``: a
    thread of the channel (``""``: the channel itself).
    """

    name: str
    webhook: Secret
    thread_id: str = ""
    session: requests.Session = field(repr=False, compare=False)

    #: How to come by the secret, for ``syndicator connect``.
    access: ClassVar[str] = (
        "In Discord, open the channel's settings > Integrations > Webhooks > New Webhook, and copy its\n"
        "whole address: that is the secret."
    )

    #: Webhooks know no keys, and list no messages.
    capabilities: ClassVar[Capabilities] = replace(CAPABILITIES, finds=False)

    def __post_init__(self) -> None:
        if self.thread_id and not (self.thread_id.isascii() and self.thread_id.isdigit()):
            raise ValueError(f"thread_id: {self.thread_id!r} is no id: it is a number (Copy Thread ID)")

    def send(self, post: Post, *, key: str) -> Receipt:  # noqa: ARG002 - the port's
        """Posts a message. Without ``wait`` one that is not saved would be no error
        (https://docs.discord.com/developers/resources/webhook#execute-webhook)."""
        reply = self._write("POST", "", post, {"wait": "true"})
        if reply.status == 404:
            self._gone(reply)
        return reply.read(lambda message: _receipt(message, post))

    def edit(self, receipt: Receipt, post: Post) -> Receipt:
        """Edits the message: https://docs.discord.com/developers/resources/webhook#edit-webhook-message"""
        reply = self._write("PATCH", _message_path(receipt), post, {})
        if reply.status == 404 and reply.code != UNKNOWN_MESSAGE:
            self._gone(reply)
        if reply.status == 404:
            raise Refused(f"{reply.message}; the message was deleted on the server")
        return receipt

    def delete(self, receipt: Receipt, post: Post) -> None:  # noqa: ARG002 - the port's
        """Deletes the message: https://docs.discord.com/developers/resources/webhook#delete-webhook-message"""
        url, params = self._url(_message_path(receipt)), self._thread()
        reply = self._exchange().ask("DELETE", url, params=params, accept=(400, 404))
        check_accepted(reply)
        if reply.status == 404 and reply.code != UNKNOWN_MESSAGE:
            self._gone(reply)

    def find(self, post: Post, *, key: str) -> Receipt | None:  # noqa: ARG002 - the port's
        """Raises ``OutcomeUnknown``: a webhook cannot list what it has posted."""
        raise OutcomeUnknown("webhooks of Discord cannot be asked for what they have posted: look there")

    def check(self) -> str:
        """https://docs.discord.com/developers/resources/webhook#get-webhook-with-token"""
        reply = self._exchange().ask("GET", self._url(), accept=(404,), unknown=TryLater)
        if reply.status == 404:
            self._gone(reply)
        named = reply.read(lambda webhook: (str(webhook["name"]), str(webhook["channel_id"])))
        return f"webhook {named[0]!r} of channel {named[1]} on {reply.host}"

    def _write(self, method: str, path: str, post: Post, params: dict[str, str]) -> RemoteReply:
        fields, what = partial(message_fields, post), f"channel {self.name}: {post.url}"
        params, url = {**params, **self._thread()}, self._url(path)
        return write(self._exchange(), method, url, fields, photo_files(post), what, params=params)

    def _gone(self, reply: RemoteReply) -> NoReturn:
        """A webhook that answers 404 must not be called again
        (https://docs.discord.com/developers/topics/rate-limits#invalid-request-limit-aka-cloudflare-bans)."""
        raise Misconfigured(f"{reply.message}; the webhook was deleted, or moved: make a new one")

    def _thread(self) -> dict[str, str]:
        return {"thread_id": self.thread_id} if self.thread_id else {}

    def _exchange(self) -> Exchange:
        return Exchange(self.session, secrets=(self.webhook,))

    def _url(self, path: str = "") -> str:
        """An address below the webhook's. Raises ``Misconfigured``."""
        parts = urlsplit(self.webhook.reveal())
        if parts.scheme not in ("http", "https") or not parts.netloc or not PATH.fullmatch(parts.path):
            raise Misconfigured(
                f'{self.webhook} holds no address of a webhook: "https://discord.com/api/webhooks/..." '
                "(Edit Channel, Integrations, Webhooks, Copy Webhook URL)"
            )
        return f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}{path}"


def _receipt(message: Any, post: Post) -> Receipt:
    """The receipt of a message, whose answer shows what is there."""
    return Receipt(remote_id=str(message["id"]), is_current=True, differs=shown_otherwise(message, post))


def _message_path(receipt: Receipt) -> str:
    return f"/messages/{quote(receipt.remote_id, safe='')}"
