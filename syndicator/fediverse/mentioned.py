"""Who is mentioned in posts of ours, and who of the recipients is told of them alone."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from syndicator.domain.post import Post, SpanKind
from syndicator.domain.recipient import Letter
from syndicator.fediverse.accounts import Accounts, FetchAccount, NoAccount, RemoteAccount
from syndicator.fediverse.received import host_of
from syndicator.remarks import goes_without

#: Accounts that are looked up for one post, and seconds that all of it may take: a post is sent meanwhile.
MAX_ACCOUNTS, LOOKING_S = 5, 12.0

#: In a recipient's details: nobody there follows, and it is told of posts that mention somebody there alone.
MENTIONS_ALONE = "mentions_alone"

#: Known to all of a process.
ACCOUNTS = Accounts()


@dataclass(frozen=True)
class Mentions:
    """Finds who is mentioned. ``have_told``: from now on, an inbox is told of mentions of somebody there."""

    fetch: FetchAccount
    have_told: Callable[[str], None]

    def of_post(self, post: Post) -> Mapping[str, RemoteAccount]:
        """The accounts that a post mentions, by their handles. One that is not found stands there as words,
        which is remarked."""
        found: dict[str, RemoteAccount] = {}
        end = time.monotonic() + LOOKING_S
        handles = dict.fromkeys(span.target for span in post.linked(SpanKind.MENTION))
        for number, handle in enumerate(handles):
            try:
                if number >= MAX_ACCOUNTS or time.monotonic() > end:
                    raise NoAccount("too many are named, or they took too long to be found")
                found[handle] = ACCOUNTS.find(handle, self.fetch)
            except NoAccount as e:
                goes_without(f"the mention of @{handle}", e)
            else:
                self.have_told(found[handle].inbox)
        return found


def is_for(letter: Letter) -> bool:
    """Whether a recipient is to be sent an announcement: all of them if somebody there follows, else those
    that mention somebody there."""
    recipient = letter.recipient
    if not recipient.details.get(MENTIONS_ALONE):
        return True
    return any(recipient.host in _hosts(each.payload) for each in letter.announcements)


def _hosts(activity: Mapping[str, Any]) -> set[str]:
    return {host_of(str(account)) for account in activity.get("cc", ())}
