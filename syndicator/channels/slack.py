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
from syndicator.domain.errors import OutcomeUnknown, PhotoRefused, Refused, TryLater
from syndicator.domain.former_place import wherever
from syndicator.domain.post import Post
from syndicator.http.slack_api import NO_THREAD, NOT_THERE, RefusedByName, SlackApi
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
                self._api.ask("chat.delete", _place(receipt), counts_as=Spent.DELETIONS)
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
        answer = self._api.ask("auth.test", {}, unknown=TryLater)
        return f"{answer.get('user')} in {answer.get('team')}; channel {self.channel} (untried)"

    def _wherever(self, receipt: Receipt) -> AbstractContextManager[None]:
        return wherever(receipt.remote_id.partition(":")[0], self.channel, self.check, "there")

    def _put(self, method: str, options: dict[str, Any], post: Post, spent: Spent) -> Receipt:
        """The message, without its photo where that is not taken: Slack fetches it from its address."""

        def write(post: Post) -> Receipt:
            photo = photo_address(post)
            message = slack_message(post, photo)
            try:
                answer = self._api.ask(method, {**options, **message}, counts_as=spent)
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

    @property
    def _api(self) -> SlackApi:
        return SlackApi(server=self.server, token=self.token, session=self.session)


def _place(receipt: Receipt) -> dict[str, Any]:
    channel, ts, *_ = [*receipt.remote_id.split(":"), ""]
    return {"channel": channel, "ts": ts}


def _thread(receipt: Receipt) -> str:
    """The thread that a message is in, or would begin: one is never put under an answer."""
    _, *times = receipt.remote_id.split(":")
    return times[-1] if times else ""
