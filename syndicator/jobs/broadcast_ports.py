"""The ports of channels that have recipients of their own (``domain.recipient``), and of **broadcast**."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Protocol

from syndicator.domain.post import Occasion
from syndicator.domain.recipient import Announcement, Letter, LetterOutcome, Recipient
from syndicator.jobs.ports import Channel

#: What a channel hands over of letters that have ended, in any order.
LetterGroup = Sequence[tuple[Letter, LetterOutcome]]


class Announcements(Protocol):
    """What a channel has told its recipients. One with a field ``announcements`` is handed its own."""

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
        """Have all recipients told (``domain.recipient.Announcement``), from ``due`` on (``None``: now). What
        is on record under this key stays as it is. While a post is not yet due, its correction takes its
        place and its retraction takes it back; nobody is told of either."""
        ...

    def find(self, key: str, published: datetime) -> Announcement | None:
        """What was put on record under a key, of an article of that time; ``None``: nothing was. Raises
        ``OutcomeUnknown`` where nobody can tell: a backup was put back since then."""
        ...

    def is_out(self, post: str) -> bool:
        """Whether recipients have been told of a post, or are being told: it is due, and not taken back."""
        ...

    def active_recipients(self) -> int:
        """How many are told."""
        ...


class Broadcaster(Channel, Protocol):
    """A channel with recipients. Its ``send``, ``edit`` and ``delete`` put announcements on record, and send
    nothing: repeating them is harmless, and ``find`` asks the record (``Announcements.find``).

    ``joins``: a letter brings all announcements that are due, not one after the other.
    """

    @property
    def joins(self) -> bool: ...

    def broadcast(self, letters: Iterable[Letter]) -> Iterator[LetterGroup]:
        """Send letters, many at once, and hand over in groups how they have ended. Each is taken from
        ``letters``, in the thread that calls, when its turn has come, and has ended within a minute whatever
        its recipient does. Raises ``TryLater`` or ``Misconfigured`` where none can be sent."""
        ...


class BroadcastStore(Protocol):
    """What **broadcast** needs on record. Several workers may hold recipients of one channel at once."""

    def claim_letters(
        self, channel: str, now: datetime, lease: timedelta, count: int, *, joins: bool
    ) -> Sequence[Letter]:
        """Letters to active recipients that are behind and in no other hand: those furthest behind first.
        None where the channel is paused."""
        ...

    def settle_letters(
        self, settled: Sequence[tuple[Recipient, Letter, LetterOutcome]], now: datetime
    ) -> None:
        """Write what recipients are after their letters, and let go of the rows."""
        ...

    def renew_letters(self, letters: Sequence[Letter], until: datetime) -> None:
        """Keep the recipients of letters in hand that are still under way."""
        ...

    def put_off_letters(self, letters: Sequence[Letter], until: datetime, reason: str = "") -> None:
        """Let go of recipients whose letters were not sent, for a reason that is not theirs."""
        ...
