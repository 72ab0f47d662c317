"""Slack: a message in blocks per article, by an app of the newsroom's own.

Methods: https://docs.slack.dev/reference/methods/chat.postMessage
"""

from __future__ import annotations

import logging
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, ClassVar

import requests

from syndicator.domain.capabilities import Budget, Capabilities, LinkPlace, Spent
from syndicator.domain.delivery import Receipt
from syndicator.domain.errors import Misconfigured, OutcomeUnknown, PhotoRefused, Refused, TryLater
from syndicator.domain.former_place import wherever
from syndicator.domain.post import Post
from syndicator.http.exchange import Exchange, MakeError
from syndicator.remarks import with_photo_if_taken
from syndicator.secret import Secret
from syndicator.text.addresses import check_server
from syndicator.text.rulers import UTF16_UNITS
from syndicator.text.slack_blocks import (
    BAD_BLOCKS,
    MAX_ALT,
    MAX_SECTION,
    PHOTOS,
    photo_address,
    shown_otherwise,
    slack_message,
)

log = logging.getLogger(__name__)

#: Errors in replies, which come with a 200 (the pages of the methods). Not posted, and may be later:
LATER = frozenset(
    {
        *("ratelimited", "rate_limited", "message_limit_exceeded", "accesslimited"),
        *("external_channel_migrating", "team_added_to_org"),
    }
)
#: perhaps posted, as they say themselves:
UNSURE = frozenset({"fatal_error", "internal_error", "request_timeout", "service_unavailable"})
#: this message alone. Whatever else is said is of the token or the channel.
REFUSED = frozenset(
    {
        *("invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long", "msg_too_long", "no_text"),
        *("cant_update_message", "edit_window_closed", "block_mismatch", "update_failed"),
        *("cant_delete_message", "compliance_exports_prevent_deletion", "message_not_found"),
        *("slack_connect_file_link_sharing_blocked", "too_many_attachments"),
        *("cannot_reply_to_message", "invalid_thread_ts", "thread_not_found"),
    }
)

#: What is said of a message that nothing can be put under.
NO_THREAD = frozenset({"cannot_reply_to_message", "invalid_thread_ts", "thread_not_found"})

#: What is said of a message that is not there.
NOT_THERE = "message_not_found"


class RefusedByName(Refused):
    """A message that was refused by name."""

    def __init__(self, why: str, name: str) -> None:
        super().__init__(why)
        self.name = name


@dataclass(frozen=True, kw_only=True)
class Slack:
    """A channel of a workspace. The fields are the channel's settings."""

    name: str
    channel: str
    token: Secret
    server: str = "https://slack.com"
    session: requests.Session = field(repr=False, compare=False)

    #: How to come by the secret, for ``syndicator connect``.
    access: ClassVar[str] = (
        "At https://api.slack.com/apps make an app with the bot scope chat:write, install it in the\n"
        "workspace, invite it into the channel (/invite), and copy its Bot User OAuth Token (xoxb-...)."
    )

    def __post_init__(self) -> None:
        check_server(self.server, "https://slack.com")
        if not (self.channel.isascii() and self.channel.isalnum() and self.channel[:1] in ("C", "G")):
            raise ValueError(
                f'channel: {self.channel!r} is no id: write one such as "C0123456789" (the channel\'s '
                "details, at the bottom)"
            )

    @property
    def capabilities(self) -> Capabilities:
        """No key is documented, and looking for a message would take the right to read the whole channel.
        Budgets: https://docs.slack.dev/apis/web-api/rate-limits"""
        minute = timedelta(minutes=1)
        return Capabilities(
            ruler=UTF16_UNITS,
            unit="UTF-16 units",
            text=MAX_SECTION,
            link_place=LinkPlace.BESIDE,
            photo_by_address=True,
            photo_shown=PHOTOS,
            alt=MAX_ALT,
            replies=True,
            finds=False,
            budgets=(
                Budget(of=Spent.POSTS, most=60, per=minute),
                Budget(of=Spent.EDITS, most=50, per=minute),
                Budget(of=Spent.DELETIONS, most=50, per=minute),
            ),
            verified="contract of Slack's method pages, 20 August 2026",
        )

    def send(self, post: Post, *, key: str) -> Receipt:  # noqa: ARG002 - the port's
        """https://docs.slack.dev/reference/methods/chat.postMessage, with no previews beside our blocks. An
        answer stands in its thread, and in the channel, where people would miss it else."""
        options = {"channel": self.channel, "unfurl_links": False, "unfurl_media": False, "mrkdwn": False}
        if post.reply_to is None:
            return self._put("chat.postMessage", options, post, Spent.POSTS)
        thread = _thread(post.reply_to)
        try:
            answered = {**options, "thread_ts": thread, "reply_broadcast": True}
            receipt = self._put("chat.postMessage", answered, post, Spent.POSTS)
            return replace(receipt, remote_id=f"{receipt.remote_id}:{thread}")
        except RefusedByName as e:
            if e.name not in NO_THREAD:
                raise
            log.warning("channel %s: %s stands by itself, under nothing: %s", self.name, post.url, e)
            return self._put("chat.postMessage", options, post, Spent.POSTS)

    def edit(self, receipt: Receipt, post: Post) -> Receipt:
        """https://docs.slack.dev/reference/methods/chat.update"""
        try:
            with self._wherever(receipt):
                edited = self._put("chat.update", _place(receipt), post, Spent.EDITS)
            return replace(edited, remote_id=receipt.remote_id)  # with its thread
        except RefusedByName as e:
            if e.name == NOT_THERE:
                raise Refused(f"{e}; the message was deleted there") from e
            raise

    def delete(self, receipt: Receipt, post: Post) -> None:  # noqa: ARG002 - the port's
        """https://docs.slack.dev/reference/methods/chat.delete"""
        try:
            with self._wherever(receipt):
                self._ask("chat.delete", _place(receipt), counts_as=Spent.DELETIONS)
        except RefusedByName as e:
            if e.name != NOT_THERE:
                raise

    def find(self, post: Post, *, key: str) -> Receipt | None:  # noqa: ARG002 - the port's
        """Raises ``OutcomeUnknown``: the token may write, and not read."""
        raise OutcomeUnknown(
            "Slack cannot be asked for what was posted without reading the channel: look there"
        )

    def check(self) -> str:
        """https://docs.slack.dev/reference/methods/auth.test"""
        answer = self._ask("auth.test", {}, unknown=TryLater)
        return f"{answer.get('user')} in {answer.get('team')}; channel {self.channel} (untried)"

    def _wherever(self, receipt: Receipt) -> AbstractContextManager[None]:
        return wherever(receipt.remote_id.partition(":")[0], self.channel, self.check, "there")

    def _put(self, method: str, options: dict[str, Any], post: Post, spent: Spent) -> Receipt:
        """The message, without its photo where that is not taken: Slack fetches it from its address."""

        def write(post: Post) -> Receipt:
            photo = photo_address(post)
            message = slack_message(post, photo)
            try:
                answer = self._ask(method, {**options, **message}, counts_as=spent)
            except RefusedByName as e:
                if e.name not in BAD_BLOCKS or not photo:
                    raise
                raise PhotoRefused(str(e)) from e
            shown = answer.get("message")
            return Receipt(
                remote_id=f"{answer['channel']}:{answer['ts']}",
                is_current=True,
                differs=shown_otherwise(shown, message) if isinstance(shown, dict) else "",
            )

        return with_photo_if_taken(post, write)

    def _ask(
        self,
        method: str,
        fields: dict[str, Any],
        *,
        unknown: MakeError = OutcomeUnknown,
        counts_as: Spent | None = None,
    ) -> dict[str, Any]:
        """What a method answers. Raises ``RefusedByName`` and others for what its error means."""
        exchange = Exchange.with_token(self.session, self.token)
        url = f"{self.server.rstrip('/')}/api/{method}"
        reply = exchange.ask("POST", url, json=fields, unknown=unknown, counts_as=counts_as)
        answer, error = reply.read(
            lambda answer: (_checked(answer, method), str(answer.get("error") or "no reason"))
        )
        if answer["ok"]:
            return answer
        why = f"{reply.host} answers {error[:100]!r} to {method}"
        if error in LATER:
            raise TryLater(why, rests="limit" in error)
        if error in UNSURE:
            raise unknown(why)
        if error in REFUSED:
            raise RefusedByName(why, error)
        raise Misconfigured(f"{why}; check the app, its token and scopes, and that it is in the channel")


def _checked(answer: Any, method: str) -> dict[str, Any]:
    """A reply that has what we look at. Raises ``LookupError`` and others that ``RemoteReply.read`` knows."""
    if not isinstance(answer["ok"], bool):
        raise TypeError("neither yes nor no")
    if answer["ok"] and method in ("chat.postMessage", "chat.update"):
        str(answer["ts"]), str(answer["channel"])
    return dict(answer)


def _place(receipt: Receipt) -> dict[str, Any]:
    channel, ts, *_ = [*receipt.remote_id.split(":"), ""]
    return {"channel": channel, "ts": ts}


def _thread(receipt: Receipt) -> str:
    """The thread that a message is in, or would begin: one is never put under an answer."""
    _, *times = receipt.remote_id.split(":")
    return times[-1] if times else ""
