"""Whether a status that cannot be had was deleted, or stands elsewhere: with another account, at another
server, or on one without edits."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from syndicator.domain.delivery import Receipt
from syndicator.domain.errors import PostGone, Refused, TryLater
from syndicator.domain.post import Occasion, Post
from syndicator.http.exchange import RemoteReply
from syndicator.http.mastodon_api import MastodonApi
from syndicator.http.mastodon_servers import KnownServer


@dataclass(frozen=True, slots=True)
class StatusPlaces:
    """Asks a server for statuses. ``known``: what it says of itself."""

    api: MastodonApi
    known: KnownServer

    def must_be_there(self, parent_receipt: Receipt, post: Post) -> None:
        """Raises ``PostGone`` if the status that a post is to answer is not there any more, ``Refused`` where
        that tells nothing of what has to be answered."""
        parent = self._ask(parent_receipt, (404, 410))
        if parent.status in (404, 410):
            if post.occasion is not Occasion.NEWS:
                self._must_be_here(parent_receipt, parent)
            raise PostGone(f"{parent.message}; the status that it is to answer is gone")

    def must_be_gone(self, receipt: Receipt, reply: RemoteReply) -> None:
        """Raises ``Refused`` for a status that is not to be changed although it stands."""
        known = self._ask(receipt, (401, 403, 404, 410))
        if known.status < 400:
            where = receipt.url or receipt.remote_id
            raise Refused(
                f"{reply.message}; {where} stands, and is not this account's to change: see to it there"
            )
        self._must_be_here(receipt, reply)

    def _must_be_here(self, receipt: Receipt, reply: RemoteReply) -> None:
        """Raises ``Refused`` for a status of another server: that it is not here tells nothing of it."""
        posted_at = urlsplit(receipt.url).netloc.lower()
        if not posted_at or posted_at == urlsplit(self.api.server).netloc.lower():
            return
        self.known.ask(self.api)
        if posted_at != self.known.domain:
            raise Refused(f"{reply.message}; it was posted at {posted_at}: see to {receipt.url} there")

    def _ask(self, receipt: Receipt, accept: tuple[int, ...]) -> RemoteReply:
        return self.api.ask_status("GET", receipt, accept=accept, unknown=TryLater)
