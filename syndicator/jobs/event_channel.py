"""Channels that hand on what becomes of an article, to machines: what those have in common."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Literal

from syndicator.domain.article_event import Event, event_id, event_message
from syndicator.domain.capabilities import Capabilities
from syndicator.domain.delivery import Receipt
from syndicator.domain.post import Post
from syndicator.text.rulers import CHARACTERS

#: How much of an article goes along: its HTML, too, or not.
EventContent = Literal["summary", "full"]


def event_capabilities(
    *, key_memory: timedelta | None, settles_within: timedelta, verified: str
) -> Capabilities:
    """What such a channel can do: the whole article goes along, and nothing is cut."""
    return Capabilities(
        ruler=CHARACTERS,
        unit="characters",
        text=10_000,
        photo_by_address=True,
        alt=10_000,
        has_language=True,
        finds=False,
        key_memory=key_memory,
        carries_article=True,
        settles_within=settles_within,
        verified=verified,
    )


class EventChannel(ABC):
    """See ``jobs.ports.Channel``, but for what its kinds do each in their own way."""

    content: EventContent

    @abstractmethod
    def hand_on(self, event: Event, name: str, message: Mapping[str, Any]) -> None:
        """Hands on a document about an event. ``name``: by which a receiver knows it again. Raises what
        channels do."""

    def send(self, post: Post, *, key: str) -> Receipt:
        self._tell(Event.PUBLISHED, key, post)
        return Receipt(remote_id=key, is_current=True)  # events of other revisions have other names

    def edit(self, receipt: Receipt, post: Post) -> Receipt:
        self._tell(Event.UPDATED, receipt.remote_id, post)
        return receipt

    def delete(self, receipt: Receipt, post: Post) -> None:
        self._tell(Event.WITHDRAWN, receipt.remote_id, post)

    def find(self, post: Post, *, key: str) -> Receipt:  # noqa: ARG002 - the port's
        """A receipt as if it had been posted: receivers cannot be asked, and the withdrawal of an article
        that they never had does them no harm."""
        return Receipt(remote_id=key)

    def _tell(self, event: Event, key: str, post: Post) -> None:
        message = event_message(event, post, with_content=self.content == "full")
        self.hand_on(event, event_id(key, post, event), message)
