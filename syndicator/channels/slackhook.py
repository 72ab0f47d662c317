"""Slack, by an incoming webhook: a message in blocks per article, which nobody can change afterwards.

Incoming webhooks: https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import timedelta
from typing import ClassVar
from urllib.parse import urlsplit

import requests

from syndicator.domain.capabilities import NEVER, Budget, Capabilities, LinkPlace, Spent
from syndicator.domain.delivery import Receipt
from syndicator.domain.errors import Misconfigured, OutcomeUnknown, PhotoRefused, Refused, TryLater
from syndicator.domain.post import Post
from syndicator.http.exchange import Exchange, RemoteReply
from syndicator.http.secret_address import secret_address
from syndicator.remarks import with_photo_if_taken
from syndicator.secret import Secret
from syndicator.text.rulers import UTF16_UNITS
from syndicator.text.slack_blocks import (
    BAD_BLOCKS,
    MAX_ALT,
    MAX_SECTION,
    PHOTOS,
    photo_address,
    slack_message,
)

#: The path of a webhook's address, whose last part is its secret; workflows have others, and take no blocks.
PATH = re.compile(r"/services/[A-Za-z0-9]{1,40}/[A-Za-z0-9]{1,40}/[A-Za-z0-9]{1,80}/?")

#: What replies say (.../sending-messages-using-incoming-webhooks#handling_errors): nothing was there to be
#: posted, as after a trial; and what is wrong with the webhook or its channel. All else is of the message.
NO_TEXT = "no_text"
DEAD = (
    *("action_prohibited", "channel_is_archived", "channel_not_found", "invalid_token", "no_active_hooks"),
    *("no_service", "no_service_id", "no_team", "posting_to_general_channel_denied", "team_disabled"),
    "user_not_found",
)


@dataclass(frozen=True, kw_only=True)
class SlackHook:
    """An incoming webhook. The fields are the channel's settings.

    ``webhook`` refers to its whole address, which is its secret.
    """

    name: str
    webhook: Secret
    session: requests.Session = field(repr=False, compare=False)

    #: How to come by the secret, for ``syndicator connect``.
    access: ClassVar[str] = (
        "At https://api.slack.com/apps make an app, switch Incoming Webhooks on, press Add New Webhook to\n"
        "Workspace, choose the channel, and copy the whole address: that is the secret."
    )

    #: Replies name no message: none can be changed, nor looked up. Budget:
    #: https://docs.slack.dev/apis/web-api/rate-limits
    capabilities: ClassVar[Capabilities] = Capabilities(
        ruler=UTF16_UNITS,
        unit="UTF-16 units",
        text=MAX_SECTION,
        link_place=LinkPlace.BESIDE,
        photo_by_address=True,
        photo_shown=PHOTOS,
        alt=MAX_ALT,
        edit_within=NEVER,
        delete_within=NEVER,
        finds=False,
        budgets=(Budget(of=Spent.POSTS, most=60, per=timedelta(minutes=1)),),
        verified="contract of Slack's pages on incoming webhooks and blocks, 20 August 2026",
    )

    def send(self, post: Post, *, key: str) -> Receipt:
        """Posts a message, without its photo where that is not taken: Slack fetches it from its address."""
        with_photo_if_taken(post, self._post)
        return Receipt(remote_id=key, is_current=True)

    def edit(self, receipt: Receipt, post: Post) -> Receipt:  # noqa: ARG002 - the port's
        raise Refused("what an incoming webhook has posted cannot be edited")

    def delete(self, receipt: Receipt, post: Post) -> None:  # noqa: ARG002 - the port's
        raise Refused("what an incoming webhook has posted cannot be deleted: delete it in Slack")

    def find(self, post: Post, *, key: str) -> Receipt | None:  # noqa: ARG002 - the port's
        raise OutcomeUnknown("an incoming webhook cannot be asked for what it has posted: look there")

    def check(self) -> str:
        """Posts nothing, which a webhook that works declines in so many words."""
        exchange = Exchange(self.session, secrets=(self.webhook,))
        accept = (400, 403, 404, 410)
        reply = exchange.ask("POST", self._url(), json={"text": ""}, accept=accept, unknown=TryLater)
        if not _says(reply, (NO_TEXT, "invalid_payload")):
            raise Misconfigured(f"{reply.message}; make a new webhook")
        return f"webhook of team {urlsplit(self._url()).path.split('/')[2]} on {reply.host}"

    def _post(self, post: Post) -> None:
        photo = photo_address(post)
        fields = {**slack_message(post, photo), "unfurl_links": False, "unfurl_media": False}
        exchange = Exchange(self.session, secrets=(self.webhook,))
        reply = exchange.ask("POST", self._url(), json=fields, accept=(400, 404, 410), counts_as=Spent.POSTS)
        if reply.status in (404, 410) or _says(reply, DEAD):
            raise Misconfigured(f"{reply.message}; make a new webhook")
        if photo and _says(reply, BAD_BLOCKS):
            raise PhotoRefused(reply.message)
        if reply.status != 200:
            raise Refused(reply.message)

    def _url(self) -> str:
        """Its address. Raises ``Misconfigured``."""
        return secret_address(self.webhook, PATH, '"https://hooks.slack.com/services/..."')


def _says(reply: RemoteReply, words: tuple[str, ...]) -> bool:
    """Whether a reply is an error of one of these names, which is all of it."""
    return reply.status >= 400 and reply.body.strip().decode("ascii", "replace") in words
