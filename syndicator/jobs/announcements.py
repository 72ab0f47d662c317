"""The announcements of one channel: on record, and rung for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from syndicator.domain.errors import OutcomeUnknown
from syndicator.domain.post import Occasion
from syndicator.domain.recipient import Announcement
from syndicator.jobs.job import Job
from syndicator.jobs.ports import Bell


class AnnouncementStore(Protocol):
    """What announcements need on record."""

    def announce(self, announcement: Announcement, now: datetime) -> None: ...

    def announcement(self, channel: str, key: str) -> Announcement | None: ...

    def restored_at(self, channel: str) -> datetime | None: ...

    def is_out(self, channel: str, post: str, now: datetime) -> bool: ...

    def active_recipients(self, channel: str) -> int: ...


@dataclass(frozen=True, kw_only=True)
class RecordedAnnouncements:
    """See ``jobs.broadcast_ports.Announcements``."""

    channel: str
    store: AnnouncementStore
    bell: Bell
    clock: Callable[[], datetime]

    def put(
        self,
        *,
        key: str,
        post: str,
        occasion: Occasion,
        payload: Mapping[str, Any],
        due: datetime | None = None,
        expires: datetime | None = None,
    ) -> None:
        """Put on record what all recipients are to be told."""
        now = self.clock()
        announcement = Announcement(
            channel=self.channel,
            key=key,
            post=post,
            occasion=occasion,
            payload=payload,
            due=due or now,
            expires=expires,
        )
        self.store.announce(announcement, now)
        if announcement.due <= now:
            self.bell.ring(Job.BROADCAST, self.channel)

    def find(self, key: str, published: datetime) -> Announcement | None:
        """What was put on record under a key. Raises ``OutcomeUnknown``."""
        if found := self.store.announcement(self.channel, key):
            return found
        restored = self.store.restored_at(self.channel)
        if restored and published < restored:
            raise OutcomeUnknown(
                f"the database was put back from a backup at {restored:%Y-%m-%d %H:%M} UTC: whether "
                "recipients were told of this is not on record any more"
            )
        return None

    def is_out(self, post: str) -> bool:
        """Whether recipients have been told of a post, or are being told."""
        return self.store.is_out(self.channel, post, self.clock())

    def active_recipients(self) -> int:
        """How many are told."""
        return self.store.active_recipients(self.channel)
