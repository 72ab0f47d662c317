"""What servers reply to what they are sent, and what that means.

As Mastodon's own workers take it: what is refused for good is not repeated, and 410 is the end.
"""

from __future__ import annotations

from syndicator.domain.recipient import LetterOutcome, Reception
from syndicator.domain.subscription import CallbackReply

#: The status of a server that cannot verify the signature: the other scheme is tried, and the same later.
UNVERIFIED = 401

#: Statuses by which a server says that it may take the same later (RFC 9110 section 15.5, RFC 6585 section
#: 4, RFC 8470 section 5.2), or that nobody there knows the inbox, which a mistake at that server may cause.
PASSING = (UNVERIFIED, 404, 408, 425, 429)


def outcome(reply: CallbackReply) -> LetterOutcome:
    """What has become of what was sent."""
    if reply.is_success:
        return LetterOutcome(Reception.DELIVERED)
    if reply.status == 410:
        return LetterOutcome(Reception.GONE, reply.summary)
    is_for_good = reply.status is not None and 400 <= reply.status < 500 and reply.status not in PASSING
    reception = Reception.REFUSED if is_for_good else Reception.FAILED
    return LetterOutcome(reception, reply.summary, retry_at=reply.retry_at)
