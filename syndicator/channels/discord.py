"""Discord: a message with an embed per article, through a channel's webhook.

Webhooks: https://docs.discord.com/developers/resources/webhook
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, NoReturn

import requests

from syndicator.domain.capabilities import Capabilities
from syndicator.domain.delivery import Receipt
from syndicator.domain.errors import Misconfigured, OutcomeUnknown, Refused, TryLater
from syndicator.domain.post import Post
from syndicator.http.discord_messages import UNKNOWN_MESSAGE, check_accepted, write
from syndicator.http.exchange import Exchange, RemoteReply
from syndicator.http.secret_address import secret_address
from syndicator.remarks import with_photo_if_taken
from syndicator.secret import Secret
from syndicator.text.discord_embeds import CAPABILITIES, message_fields, photo_files, shown_otherwise

#: The path of a webhook's address: its id, and the token that is its secret.
PATH = re.compile(r"/api(?:/v[0-9]{1,2})?/webhooks/[0-9]{1,20}/[-\w]{1,200}/?", re.ASCII)

#: Where a message is, as receipts have it: its webhook, its channel or thread, and its id. Of what operators
#: enter, an id or the message's link, the id alone counts.
PLACE = re.compile(r"(?P<webhook>[0-9]+)/(?P<kind>channel|thread):(?P<place>[0-9]+)/(?P<id>[0-9]+)")
ENTERED = re.compile(r"(?:https://[^?#]+/)?(?P<id>[0-9]{1,20})")

#: What such an address looks like, and where it is.
EXAMPLE = '"https://discord.com/api/webhooks/..." (Edit Channel, Integrations, Webhooks, Copy Webhook URL)'


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

        def write(post: Post) -> Receipt:
            reply = self._write("POST", "", post, {"wait": "true", **self._thread()})
            if reply.status == 404:
                self._gone(reply)
            return reply.read(lambda message: self._receipt(message, post))

        return with_photo_if_taken(post, write)

    def edit(self, receipt: Receipt, post: Post) -> Receipt:
        """Edits the message: https://docs.discord.com/developers/resources/webhook#edit-webhook-message"""
        path, thread = self._place(receipt)
        reply = with_photo_if_taken(post, lambda post: self._write("PATCH", path, post, thread))
        if reply.status == 404:
            self._check_gone(reply, receipt)
            raise Refused(f"{reply.message}; the message was deleted on the server")
        return receipt

    def delete(self, receipt: Receipt, post: Post) -> None:  # noqa: ARG002 - the port's
        """Deletes the message: https://docs.discord.com/developers/resources/webhook#delete-webhook-message"""
        path, thread = self._place(receipt)
        reply = self._exchange().ask("DELETE", self._url(path), params=thread, accept=(400, 404))
        if check_accepted(reply).status == 404:
            self._check_gone(reply, receipt)

    def find(self, post: Post, *, key: str) -> Receipt | None:  # noqa: ARG002 - the port's
        """Raises ``OutcomeUnknown``: a webhook cannot list what it has posted."""
        raise OutcomeUnknown("webhooks of Discord cannot be asked for what they have posted: look there")

    def check(self) -> str:
        name, channel, host = self._described()
        return f"webhook {name!r} of channel {channel} on {host}"

    def _described(self) -> tuple[str, str, str]:
        """The webhook's name, its channel and its server:
        https://docs.discord.com/developers/resources/webhook#get-webhook-with-token"""
        reply = self._exchange().ask("GET", self._url(), accept=(404,), unknown=TryLater)
        if reply.status == 404:
            self._gone(reply)
        return reply.read(lambda webhook: (str(webhook["name"]), str(webhook["channel_id"]), reply.host))

    def _write(self, method: str, path: str, post: Post, params: dict[str, str]) -> RemoteReply:
        fields, files = message_fields(post), photo_files(post)
        return write(self._exchange(), method, self._url(path), fields, files, params=params)

    def _place(self, receipt: Receipt) -> tuple[str, dict[str, str]]:
        """The message's path below the webhook, and the thread that it is in, whatever is declared by now.
        Raises ``Refused`` where another webhook has posted it: to this one it is not there."""
        if found := PLACE.fullmatch(receipt.remote_id):
            if found["webhook"] != self._webhook_id:
                raise Refused(
                    f"message {found['id']} was posted by webhook {found['webhook']}, and the channel's is "
                    f"{self._webhook_id} now: change it by hand in Discord, or declare that one again"
                )
            thread = {"thread_id": found["place"]} if found["kind"] == "thread" else {}
            return f"/messages/{found['id']}", thread
        if entered := ENTERED.fullmatch(receipt.remote_id):
            return f"/messages/{entered['id']}", self._thread()
        raise Refused(f"{receipt.remote_id!r} is no message: enter its id (Copy Message ID), or its link")

    def _check_gone(self, reply: RemoteReply, receipt: Receipt) -> None:
        """Whether a message that is not found was deleted. Raises ``Refused`` where it is in a channel that
        the webhook has left: it may still be there."""
        found = PLACE.fullmatch(receipt.remote_id)
        is_thread = found is not None and found["kind"] == "thread"
        if found and found["place"] != self.thread_id and not (is_thread and reply.code == UNKNOWN_MESSAGE):
            now = self._described()[1]
            if is_thread or found["place"] != now:
                raise Refused(
                    f"{reply.message}; it was posted in {found['kind']} {found['place']}, and the webhook is "
                    f"that of channel {now}: see to it by hand in Discord"
                )
        if reply.code != UNKNOWN_MESSAGE:
            self._gone(reply)

    def _receipt(self, message: Any, post: Post) -> Receipt:
        """The receipt of a message, whose answer shows what is there."""
        kind, place = ("thread", self.thread_id) if self.thread_id else ("channel", message["channel_id"])
        remote_id = f"{self._webhook_id}/{kind}:{int(place)}/{int(message['id'])}"
        return Receipt(remote_id=remote_id, is_current=True, differs=shown_otherwise(message, post))

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
        return secret_address(self.webhook, PATH, EXAMPLE) + path

    @property
    def _webhook_id(self) -> str:
        return self._url().rsplit("/", 2)[1]
