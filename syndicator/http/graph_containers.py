"""Posts that Instagram and Threads make in two steps: a container, which nobody sees, and its publication,
once it is ready: the only request that can end without anybody knowing how.

Threads: https://developers.facebook.com/docs/threads/posts
Instagram: https://developers.facebook.com/docs/instagram-platform/content-publishing
"""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from syndicator.domain.capabilities import Spent
from syndicator.domain.errors import OutcomeUnknown, SyndicatorError, TryLater
from syndicator.http.exchange import Exchange
from syndicator.http.graph import GraphApi, GraphRefused

log = logging.getLogger(__name__)

#: Seconds between looks at what is being made ready, and its states
#: (https://developers.facebook.com/docs/threads/troubleshooting#publishing-does-not-return-a-media-id).
POLL_S = 2.0
READY, FAILED = "FINISHED", ("ERROR", "EXPIRED")

#: The number of an error within the words that a failed container has for it.
SUBCODE = re.compile(r"(?<![0-9])2207[0-9]{3}(?![0-9])")


@dataclass(frozen=True, kw_only=True)
class Containers:
    """The containers of one account. ``edge`` takes new ones, ``publishing_edge`` publishes them (paths of
    the API), and ``quota_edge`` says how many more it would. ``state_field`` and ``reason_field``: what a
    container says of itself. ``not_ready``: codes and subcodes by which publishing says that it is too early,
    whatever the container says."""

    api: GraphApi
    edge: str
    publishing_edge: str
    quota_edge: str
    state_field: str
    reason_field: str
    not_ready: frozenset[tuple[int, int]]

    def make(self, exchange: Exchange, fields: Mapping[str, str]) -> str:
        """The id of a container that is ready to be published. Raises ``GraphRefused`` for what is not taken,
        ``TryLater`` for what is not ready in time."""
        reply = self.api.call(exchange, "POST", self.edge, fields, unknown=TryLater)
        container = reply.read(lambda told: str(int(told["id"])))
        query = {"fields": f"{self.state_field},{self.reason_field}"}
        while True:
            reply = self.api.call(exchange, "GET", container, query, unknown=TryLater)
            state, why = reply.read(
                lambda told: (str(told[self.state_field]), str(told.get(self.reason_field) or ""))
            )
            if state == READY:
                return container
            if state in FAILED:
                found = SUBCODE.search(why)
                reason = f"{reply.host} cannot make the post: {state} {why}".rstrip()
                raise GraphRefused(reason, 0, int(found[0]) if found else 0)
            _wait(exchange, f"{reply.host} has not got the post ready: {state}")

    def make_with_photo(self, exchange: Exchange, addresses: Sequence[str], fields: Mapping[str, str]) -> str:
        """The same with a photo, which the service fetches from the first of these addresses that it can.
        Raises what ``make`` does for the last one."""
        for address in addresses[:-1]:
            try:
                return self.make(exchange, {**fields, "image_url": address})
            except GraphRefused as e:
                log.info("photo %s is not taken from there: %s", address, e)
        return self.make(exchange, {**fields, "image_url": addresses[-1]})

    def publish(self, exchange: Exchange, container: str) -> str:
        """The id of the post that a container has become; it is published once at the most. Raises
        ``OutcomeUnknown`` where nobody knows."""
        while True:
            try:
                reply = self.api.call(
                    exchange, "POST", self.publishing_edge, {"creation_id": container},
                    unknown=OutcomeUnknown, counts_as=Spent.POSTS,
                )  # fmt: skip
            except GraphRefused as e:
                if (e.code, e.subcode) not in self.not_ready:
                    raise
                _wait(exchange, str(e))
            except TryLater:
                self.api.note_quota(exchange, self.quota_edge)
                raise
            else:
                post_id = reply.read(lambda told: str(int(told["id"])))
                self.api.note_quota(exchange, self.quota_edge)
                return post_id

    def permalink(self, exchange: Exchange, post_id: str) -> str:
        """A post's address; ``""`` where the service does not say at once: the post is out."""
        try:
            reply = self.api.call(exchange, "GET", post_id, {"fields": "permalink"}, unknown=TryLater)
            return reply.read(lambda told: str(told["permalink"]))
        except SyndicatorError as e:
            log.info("post %s on %s has no address yet: %s", post_id, self.api.server, e)
            return ""


def _wait(exchange: Exchange, why: str) -> None:
    if exchange.seconds_left < 2 * POLL_S:
        raise TryLater(why, whole_channel=False)
    time.sleep(POLL_S)
