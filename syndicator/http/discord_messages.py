"""Discord's messages, with an embed: what its kinds of channels have in common.

https://docs.discord.com/developers/resources/message
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Mapping
from typing import Any

from syndicator.domain.capabilities import Spent
from syndicator.domain.errors import Refused, TryLater
from syndicator.domain.photo import PhotoLimits
from syndicator.domain.post import Post
from syndicator.http.exchange import Exchange, RemoteReply
from syndicator.text.rulers import UTF16_UNITS, Counting

log = logging.getLogger(__name__)

#: The longest title and description of an embed, and alternative text of a file
#: (.../message#embed-object-embed-limits). What a character is, it does not say: UTF-16 units are never fewer
#: than any other.
MAX_TITLE, MAX_DESCRIPTION, MAX_ALT = 256, 4096, 1024

#: What would be taken for Markdown: signs anywhere, and what makes a line an item of a list
#: (https://support.discord.com/hc/en-us/articles/210298617).
MARKDOWN = re.compile(r"[\\*_~`|<>\[\]#]|^[-+]|(?<=^[0-9])\.|(?<=^[0-9][0-9])\.", re.MULTILINE)

#: Files in embeds (https://docs.discord.com/developers/reference#editing-message-attachments), and their
#: names' endings. 10 MiB is what every server takes (.../reference#uploading-files).
ENDINGS = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp"}
PHOTO = PhotoLimits(side=2048, length=8_000_000, media_types=tuple(ENDINGS))

#: Codes in replies (https://docs.discord.com/developers/topics/opcodes-and-status-codes): a message that is
#: not there; too many edits of messages that are older than an hour; and limits that pass.
UNKNOWN_MESSAGE, OLD_EDITS = 10008, 30046
PASSING = (20016, 20028, 20029, 40004, OLD_EDITS)


def escaped(text: str) -> str:
    """The text in Markdown that shows it as it is."""
    return MARKDOWN.sub(r"\\\g<0>", text)


#: Counts what texts take of an embed.
RULER = Counting(lambda text: UTF16_UNITS.measure(escaped(text)))


def write(
    exchange: Exchange,
    method: str,
    url: str,
    post: Post,
    channel: str,
    more: Mapping[str, Any] | None = None,
    **request: Any,
) -> RemoteReply:
    """Writes a message, with its photo if the server takes that, which is told with the channel's name
    otherwise. ``more``: fields of the message beside the post's. Raises what its reply tells, unless that is
    a 404."""
    request["counts_as"] = Spent.POSTS if method == "POST" else Spent.EDITS
    if post.photo:
        fields = {**message_fields(post, has_photo=True), **(more or {})}
        form = {"payload_json": json.dumps(fields, ensure_ascii=False)}
        files = {"files[0]": (_filename(post), post.photo.content, post.photo.media_type)}
        reply = exchange.ask(method, url, data=form, files=files, accept=(400, 404, 413), **request)
        if reply.status != 413:
            return check_accepted(reply)
        log.warning("channel %s: %s goes out without its photo: %s", channel, post.url, reply.message)
    fields = {**message_fields(post, has_photo=False), **(more or {})}
    return check_accepted(exchange.ask(method, url, json=fields, accept=(400, 404), **request))


def message_fields(post: Post, *, has_photo: bool) -> dict[str, Any]:
    """The fields of a message (.../message#embed-object). Nobody is mentioned, whatever stands in it; edits
    do not inherit that."""
    title, text = post.headline_and_rest_within(MAX_TITLE, RULER.measure)
    link: dict[str, Any] = {"title": escaped(title), "url": post.url}
    if not title:  # without one, its address is no link
        link = {"author": {"name": post.site[:MAX_TITLE], "url": post.url}}
    embed = {**link, "description": escaped(text)} if text else link
    attachments = []
    if post.photo and has_photo:
        described = {"description": post.alt} if post.alt else {}
        attachments.append({"id": 0, "filename": _filename(post), **described})
        embed = {**embed, "image": {"url": f"attachment://{_filename(post)}", **described}}
    # What is not among the attachments is taken off the message.
    return {"embeds": [embed], "attachments": attachments, "allowed_mentions": {"parse": []}}


def shows(message: Any, post: Post) -> bool:
    """Whether a message, as replies have it, has these words and a photo of this size."""
    [embed] = message["embeds"]
    [sent] = message_fields(post, has_photo=False)["embeds"]
    sizes = [each.get("size") for each in message["attachments"]]
    is_same = all(embed.get(name) == sent.get(name) for name in ("title", "url", "description"))
    return is_same and sizes == ([len(post.photo.content)] if post.photo else [])


def _filename(post: Post) -> str:
    return f"photo.{ENDINGS[post.photo.media_type]}" if post.photo else ""


def check_accepted(reply: RemoteReply) -> RemoteReply:
    """The reply, unless it is a 400. Raises ``TryLater``, ``Refused``."""
    if reply.status != 400:
        return reply
    if reply.code in PASSING:
        raise TryLater(reply.message, whole_channel=reply.code != OLD_EDITS)
    raise Refused(reply.message)
