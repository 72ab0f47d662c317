"""ntfy: a notification per article, on the phones and desktops of whoever follows a topic.

Publishing: https://docs.ntfy.sh/publish/
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, Literal
from urllib.parse import urlsplit

import requests

from syndicator.domain.capabilities import Budget, Capabilities, LinkPlace, Spent
from syndicator.domain.delivery import Receipt
from syndicator.domain.errors import Misconfigured, Refused, TryLater
from syndicator.domain.photo import PhotoLimits
from syndicator.domain.post import Post
from syndicator.http.exchange import Exchange, RemoteReply, retry_time
from syndicator.remarks import remark
from syndicator.secret import Secret
from syndicator.text.addresses import check_server, is_web_address
from syndicator.text.rulers import UTF8_BYTES

#: Bytes of a message: longer ones turn into a file without a word (https://docs.ntfy.sh/publish/#limitations,
#: 4,096). A request may be twice as long, in which quotation marks and breaks count two.
MAX_MESSAGE_BYTES = 3800

#: The names of topics: ``topicRegex`` in ntfy's server/server.go.
TOPIC = re.compile(r"[-_A-Za-z0-9]{1,64}")

#: The photos that apps show; newer ones show WebP, too (ntfy-android's ``supportedImage``, and its issue 80):
#: all others are files to be opened.
PHOTOS = PhotoLimits(side=1280, length=300_000, media_types=("image/jpeg", "image/png"))

#: What receipts of posts begin with that the server did not take for the first of a sequence.
UNSEQUENCED = "message:"

#: Priorities 1 to 5 (https://docs.ntfy.sh/publish/#message-priority); corrections come without a sound.
MAX_CORRECTION_PRIORITY = 2

#: Codes in the replies of the server's limits (ntfy's server/errors.go): of a day, which ends at midnight UTC
#: (https://docs.ntfy.sh/config/#message-limits), and of wrong tokens.
DAYS_LIMITS, TOO_MANY_FAILURES = (42905, 42908), 42909

#: Messages a day that the public server takes (https://docs.ntfy.sh/publish/#limitations).
PUBLIC_SERVER, PUBLIC_DAYS_MESSAGES = "ntfy.sh", 250


@dataclass(frozen=True, kw_only=True)
class Ntfy:
    """A topic on an ntfy server (2.16 or later). The fields are the channel's settings.

    ``priority`` is of all posts, ``urgent_priority`` of urgent ones.
    """

    name: str
    topic: str
    token: Secret
    server: str = "https://ntfy.sh"
    priority: Literal[1, 2, 3, 4, 5] = 3
    urgent_priority: Literal[1, 2, 3, 4, 5] = 4
    session: requests.Session = field(repr=False, compare=False)

    #: How to come by the secret, for ``syndicator connect``.
    access: ClassVar[str] = (
        "In the server's web app, open Account > Access tokens and make one\n"
        "that may write to the topic (tk_...)."
    )

    def __post_init__(self) -> None:
        check_server(self.server, "https://ntfy.sh")
        if not TOPIC.fullmatch(self.topic):
            raise ValueError(f"topic: {self.topic!r} is no topic: letters, digits, - and _, at most 64")

    @property
    def capabilities(self) -> Capabilities:
        """``key_memory``: what has the same sequence id replaces what came before, on the devices themselves
        (https://docs.ntfy.sh/publish/#updating-notifications), however late. Budgets:
        https://docs.ntfy.sh/publish/#limitations"""
        budgets = [Budget(of=Spent.REQUESTS, most=60, per=timedelta(minutes=5))]
        if urlsplit(self.server).hostname == PUBLIC_SERVER:
            budgets.append(Budget(of=Spent.REQUESTS, most=PUBLIC_DAYS_MESSAGES, per=timedelta(days=1)))
        return Capabilities(
            ruler=UTF8_BYTES,
            unit="bytes",
            text=MAX_MESSAGE_BYTES,
            link_place=LinkPlace.BESIDE,
            photo_by_address=True,
            photo_shown=PHOTOS,
            is_notification=True,
            finds=False,
            key_memory=timedelta(days=3650),
            budgets=tuple(budgets),
            verified="contract of ntfy 2.16's documentation (January 2026)",
        )

    def send(self, post: Post, *, key: str) -> Receipt:
        """Publishes a message, as the first of its sequence: a repeated one takes its place."""
        priority = self.urgent_priority if post.article.urgent else self.priority
        return self._publish(post, f"{self.topic}/{sequence_id(key)}", priority)

    def edit(self, receipt: Receipt, post: Post) -> Receipt:
        """Publishes the sequence's next message: https://docs.ntfy.sh/publish/#updating-notifications"""
        with self._wherever(receipt) as place:
            return self._publish(post, place, min(self.priority, MAX_CORRECTION_PRIORITY))

    def delete(self, receipt: Receipt, post: Post) -> None:  # noqa: ARG002 - the port's
        """Takes the sequence off the devices: https://docs.ntfy.sh/publish/#deleting-notifications"""
        with self._wherever(receipt) as place:
            self._accepted(self._exchange().ask("DELETE", self._url(f"/{place}"), accept=(429,)))

    def find(self, post: Post, *, key: str) -> Receipt:  # noqa: ARG002 - the port's
        """A receipt as if it had been posted: devices cannot be asked, and a deletion of what they never had
        does them no harm."""
        return Receipt(remote_id=f"{self.topic}/{sequence_id(key)}")

    def check(self) -> str:
        """Asks for the token's account (ntfy's server/server_account.go), which publishes nothing: whether it
        may write to the topic is seen at the first post."""
        reply = self._exchange().ask("GET", self._url("/v1/account"), accept=(404,), unknown=TryLater)
        if reply.status == 404:
            raise Misconfigured(f"{reply.message}; is there an ntfy server at {self.server}?")
        username = reply.read(lambda account: str(account["username"]))
        return f"{username} on {reply.host}, topic {self.topic} (untried)"

    @contextmanager
    def _wherever(self, receipt: Receipt) -> Iterator[str]:
        """The topic and the sequence of a post, whatever is declared by now. Where the token may not write to
        the topic of before, that is refused, and stops nothing that is posted now. Raises ``Refused``."""
        place = receipt.remote_id if "/" in receipt.remote_id else f"{self.topic}/{receipt.remote_id}"
        topic, _, sequence = place.partition("/")
        if sequence.startswith(UNSEQUENCED):
            raise Refused("it was posted through a server older than ntfy 2.16, and cannot be changed")
        try:
            yield place
        except Misconfigured as e:
            if topic == self.topic:
                raise
            self.check()  # unless it is the token
            raise Refused(f"{e}; it was published in topic {topic}") from e

    def _publish(self, post: Post, place: str, priority: int) -> Receipt:
        # UTF-8 as it is: escapes would double the length of a Lao text, which servers limit as well.
        topic, _, sequence = place.partition("/")
        body = json.dumps(self._message(post, topic, sequence, priority), ensure_ascii=False).encode()
        reply = self._exchange().ask(
            "POST",
            self._url("/"),
            data=body,
            headers={"Content-Type": "application/json"},
            accept=(429,),
        )
        message_id, taken = self._accepted(reply).read(lambda it: (str(it["id"]), it.get("sequence_id")))
        if taken == sequence:
            return Receipt(remote_id=place, is_current=True)
        remark("it can be neither corrected nor taken back: the server is older than ntfy 2.16")
        return Receipt(remote_id=f"{topic}/{UNSEQUENCED}{message_id}")

    def _message(self, post: Post, topic: str, sequence: str, priority: int) -> dict[str, Any]:
        """https://docs.ntfy.sh/publish/#publish-as-json, the photo by its own address: files are kept for
        three hours only (https://docs.ntfy.sh/publish/#limitations)."""
        title, text = post.headline_and_rest
        if not text:  # a message says something
            title, text = "", title
        photo = post.named_photo.url if post.named_photo else ""
        return {
            "topic": topic,
            **({"title": title} if title else {}),
            "message": text,
            "priority": priority,
            **({"click": post.link} if post.link else {}),
            **({"attach": photo} if is_web_address(photo) else {}),
            "sequence_id": sequence,
        }

    def _accepted(self, reply: RemoteReply) -> RemoteReply:
        """The reply, unless it speaks of a limit. Raises ``TryLater``, ``Misconfigured``."""
        if reply.status != 429:
            return reply
        now = datetime.now(UTC)
        if reply.code == TOO_MANY_FAILURES:
            raise Misconfigured(f"{reply.message}; check the token")
        midnight = now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
        until = midnight if reply.code in DAYS_LIMITS else retry_time(reply, now)
        raise TryLater(reply.message, not_before=until)

    def _exchange(self) -> Exchange:
        return Exchange.with_token(self.session, self.token)

    def _url(self, path: str) -> str:
        return self.server.rstrip("/") + path


def sequence_id(key: str) -> str:
    """The id of a post's sequence: the same at every attempt."""
    return hashlib.sha256(key.encode()).hexdigest()[:32]
