"""Discord: a message with an embed per article, through a channel's webhook.

Webhooks: https://docs.discord.com/developers/resources/webhook
"""

from __future__ import annotations

import json
import logging
import re
from dataclasses import dataclass, field
from typing import Any, ClassVar, NoReturn
from urllib.parse import quote, urlsplit

import requests

from syndicator.domain.capabilities import Capabilities, LinkPlace, Spent
from syndicator.domain.delivery import Receipt
from syndicator.domain.errors import Misconfigured, OutcomeUnknown, Refused, TryLater
from syndicator.domain.photo import PhotoLimits
from syndicator.domain.post import Post
from syndicator.http.exchange import Exchange, RemoteReply
from syndicator.secret import Secret
from syndicator.text.rulers import UTF16_UNITS, Counting
from syndicator.text.shown import differences, same_words

log = logging.getLogger(__name__)

#: The longest title and description of an embed, and alternative text of a file
#: (https://docs.discord.com/developers/resources/message#embed-object-embed-limits). What a character is, it
#: does not say: UTF-16 units are never fewer than any other.
MAX_TITLE, MAX_DESCRIPTION, MAX_ALT = 256, 4096, 1024

#: What would be taken for Markdown: signs anywhere, and what makes a line an item of a list
#: (https://support.discord.com/hc/en-us/articles/210298617).
MARKDOWN = re.compile(r"[\\*_~`|<>\[\]#]|^[-+]|(?<=^[0-9])\.|(?<=^[0-9][0-9])\.", re.MULTILINE)

#: The path of a webhook's address: its id, and the token that is its secret.
PATH = re.compile(r"/api(?:/v[0-9]{1,2})?/webhooks/[0-9]{1,20}/[-\w]{1,200}/?", re.ASCII)

#: Files in embeds (https://docs.discord.com/developers/reference#editing-message-attachments), and their
#: names' endings. 10 MiB is what every server takes (.../reference#uploading-files).
ENDINGS = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp"}
PHOTO = PhotoLimits(side=2048, length=8_000_000, media_types=tuple(ENDINGS))

#: Codes in replies (https://docs.discord.com/developers/topics/opcodes-and-status-codes): a message that is
#: not there; too many edits of messages that are older than an hour; and limits that pass.
UNKNOWN_MESSAGE, OLD_EDITS = 10008, 30046
PASSING = (20016, 20028, 20029, 40004, OLD_EDITS)


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

    #: Webhooks know no keys, and list no messages. They state their limits in headers, and ask that none be
    #: written down (https://docs.discord.com/developers/topics/rate-limits).
    capabilities: ClassVar[Capabilities] = Capabilities(
        ruler=Counting(lambda text: UTF16_UNITS.measure(escaped(text))),
        unit="UTF-16 units",
        text=MAX_DESCRIPTION,
        link_place=LinkPlace.BESIDE,
        has_mentions=False,
        photo=PHOTO,
        alt=MAX_ALT,
        finds=False,
        verified="contract of Discord's OpenAPI document, API 10, 18 July 2026",
    )

    def __post_init__(self) -> None:
        if self.thread_id and not (self.thread_id.isascii() and self.thread_id.isdigit()):
            raise ValueError(f"thread_id: {self.thread_id!r} is no id: it is a number (Copy Thread ID)")

    def send(self, post: Post, *, key: str) -> Receipt:  # noqa: ARG002 - the port's
        """Posts a message. Without ``wait`` one that is not saved would be no error
        (https://docs.discord.com/developers/resources/webhook#execute-webhook)."""
        reply = self._post("POST", "", post, {"wait": "true"})
        if reply.status == 404:
            self._gone(reply)
        return reply.read(lambda message: _receipt(message, post))

    def edit(self, receipt: Receipt, post: Post) -> Receipt:
        """Edits the message: https://docs.discord.com/developers/resources/webhook#edit-webhook-message"""
        reply = self._post("PATCH", _message_path(receipt), post, {})
        if reply.status == 404 and reply.code != UNKNOWN_MESSAGE:
            self._gone(reply)
        if reply.status == 404:
            raise Refused(f"{reply.message}; the message was deleted on the server")
        return receipt

    def delete(self, receipt: Receipt, post: Post) -> None:  # noqa: ARG002 - the port's
        """Deletes the message: https://docs.discord.com/developers/resources/webhook#delete-webhook-message"""
        url, params = self._url(_message_path(receipt)), self._thread()
        reply = self._exchange().ask("DELETE", url, params=params, accept=(400, 404))
        _check_accepted(reply)
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

    def _post(self, method: str, path: str, post: Post, params: dict[str, str]) -> RemoteReply:
        """A message, with its photo if the server takes that. Raises what its reply tells."""
        request: dict[str, Any] = {
            "params": {**params, **self._thread()},
            "counts_as": Spent.POSTS if method == "POST" else Spent.EDITS,
        }
        exchange, url = self._exchange(), self._url(path)
        if post.photo:
            form = {"payload_json": json.dumps(_message(post, has_photo=True), ensure_ascii=False)}
            files = {"files[0]": (_filename(post), post.photo.content, post.photo.media_type)}
            reply = exchange.ask(method, url, data=form, files=files, accept=(400, 404, 413), **request)
            if reply.status != 413:
                return _check_accepted(reply)
            log.warning("channel %s: %s goes out without its photo: %s", self.name, post.url, reply.message)
        message = _message(post, has_photo=False)
        return _check_accepted(exchange.ask(method, url, json=message, accept=(400, 404), **request))

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


def escaped(text: str) -> str:
    """The text in Markdown that shows it as it is."""
    return MARKDOWN.sub(r"\\\g<0>", text)


def _message(post: Post, *, has_photo: bool) -> dict[str, Any]:
    """The fields of a message (https://docs.discord.com/developers/resources/message#embed-object). Nobody is
    mentioned, whatever stands in it; edits do not inherit that."""
    title, text = post.headline_and_rest
    if UTF16_UNITS.measure(escaped(title)) > MAX_TITLE:
        title, text = "", post.text
    link: dict[str, Any] = {"title": escaped(title), "url": post.url}
    if not title:  # without one, its address is no link
        link = {"author": {"name": urlsplit(post.url).hostname or post.url[:MAX_TITLE], "url": post.url}}
    embed = {**link, "description": escaped(text)} if text else link
    attachments = []
    if post.photo and has_photo:
        described = {"description": post.alt} if post.alt else {}
        attachments.append({"id": 0, "filename": _filename(post), **described})
        embed = {**embed, "image": {"url": f"attachment://{_filename(post)}", **described}}
    # What is not among the attachments is taken off the message.
    return {"embeds": [embed], "attachments": attachments, "allowed_mentions": {"parse": []}}


def _receipt(message: Any, post: Post) -> Receipt:
    """The receipt of a message, whose answer shows what is there."""
    return Receipt(remote_id=str(message["id"]), is_current=True, differs=_differences(message, post))


def _differences(message: Any, post: Post) -> str:
    """What a message shows otherwise than it was to."""
    if not isinstance(message, dict) or not isinstance(message.get("embeds"), list):
        return ""
    [sent] = _message(post, has_photo=False)["embeds"]
    shown = next((embed for embed in message["embeds"] if isinstance(embed, dict)), {})
    files = [file for file in message.get("attachments") or () if isinstance(file, dict)]
    described = [str(file.get("description") or "") for file in files]
    return differences(
        headline=same_words(str(shown.get("title") or ""), sent.get("title", "")),
        text=same_words(str(shown.get("description") or ""), sent.get("description", "")),
        link=post.url in (shown.get("url"), (shown.get("author") or {}).get("url")),
        photo=post.photo is None or bool(files) or "image" in shown,
        alternative_text=not described or same_words(described[0], post.alt),
    )


def _filename(post: Post) -> str:
    return f"photo.{ENDINGS[post.photo.media_type]}" if post.photo else ""


def _message_path(receipt: Receipt) -> str:
    return f"/messages/{quote(receipt.remote_id, safe='')}"


def _check_accepted(reply: RemoteReply) -> RemoteReply:
    """The reply, unless it is a 400. Raises ``TryLater``, ``Refused``."""
    if reply.status != 400:
        return reply
    if reply.code in PASSING:
        raise TryLater(reply.message, whole_channel=reply.code != OLD_EDITS)
    raise Refused(reply.message)
