"""What push services reply, and what that means for a recipient, or for all of them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from syndicator.domain.errors import Misconfigured
from syndicator.domain.recipient import LetterOutcome, Reception
from syndicator.domain.subscription import CallbackReply

#: Statuses of a subscription that is no more: RFC 8030 section 7.3 says 404, and services say 410 as well.
GONE = (404, 410)

#: Statuses of a subscription that takes nothing from our key (RFC 8292 section 4.2).
NOT_OURS = (401, 403)

#: Statuses of a message that is never taken: it is malformed, or too long.
NEVER_TAKEN = (400, 413)

#: Refusals from which on, while nobody takes any, it is no matter of single subscriptions.
MIN_REFUSALS = 10

#: Services that the log names.
MAX_NAMED = 5

REFUSES_US = "refuses our key (401, 403): is this machine's clock right, and the contact a real address?"
OTHER_KEY = "subscribed with another key of ours: if that was lost by accident, put it back"


def letter_outcome(reply: CallbackReply) -> LetterOutcome:
    """What a reply means for its recipient (RFC 8030 sections 5, 7.3 and 8.4)."""
    if reply.is_success:
        return LetterOutcome(Reception.DELIVERED)
    if reply.status in GONE:
        return LetterOutcome(Reception.GONE, reply.summary)
    if reply.status in NEVER_TAKEN:
        return LetterOutcome(Reception.REFUSED, reply.summary)
    return LetterOutcome(Reception.FAILED, reply.summary, reply.retry_at)


@dataclass
class Refusals:
    """How often our key was refused, by services' origins, and which of them have taken messages; how many
    subscriptions are known to belong to another key (``strange``)."""

    refused: Counter[str] = field(default_factory=Counter)
    taking: set[str] = field(default_factory=set)
    strange: int = 0

    def count(self, origin: str, reply: CallbackReply) -> None:
        if reply.is_success:
            self.taking.add(origin)
        elif reply.status in NOT_OURS:
            self.refused[origin] += 1

    def check(self) -> None:
        """Raises ``Misconfigured`` where many have refused, and none has taken any."""
        if not self.taking and self.refused.total() + self.strange >= MIN_REFUSALS:
            raise Misconfigured(self.lines[0])

    @property
    def are_explained(self) -> bool:
        """Whether those who refused are themselves what is wrong: others have taken messages, or none
        refused."""
        return bool(self.taking) or not self.refused.total() + self.strange

    @property
    def lines(self) -> list[str]:
        """What an operator is to know: of services that take nothing, and of lost subscribers."""
        lines = [f"{origin} {REFUSES_US}" for origin in self.refused if origin not in self.taking][:MAX_NAMED]
        return [*lines, f"{self.strange:,} {OTHER_KEY}"] if self.strange else lines
