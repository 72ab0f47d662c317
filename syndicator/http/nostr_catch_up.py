"""What relays of Nostr lack that were away: they are handed what others have of the last day."""

from __future__ import annotations

import logging
import time
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from syndicator.http.client import AddressGuard
from syndicator.http.nostr_key import DELETION, NOTE, NostrKey
from syndicator.http.nostr_relays import MAX_EVENTS, RelayReply, publish, query

log = logging.getLogger(__name__)

#: How far back a relay is handed what it lacks, and for how many seconds at one note.
CAUGHT_UP, CATCH_UP_S = timedelta(days=1), 10.0


def catch_up(
    guard: AddressGuard, key: NostrKey, relays: Sequence[str], back: Collection[str], channel: str
) -> set[str]:
    """Hands those of a channel's relays that are ``back`` its deletions, and notes that were not deleted; who
    lacks nothing any more. What goes wrong is made up for at the next note."""
    since = int((datetime.now(UTC) - CAUGHT_UP).timestamp())
    wanted: dict[str, Any] = {
        "authors": [key.author],
        "kinds": [NOTE, DELETION],
        "since": since,
        "limit": MAX_EVENTS,
    }
    replies = [reply for reply in query(guard, relays, wanted) if reply.taken]
    known = {
        each["id"]: each
        for reply in replies
        for each in reply.events
        if key.tags_of(each) is not None and each["kind"] in wanted["kinds"] and each["created_at"] >= since
    }
    deletions = [each for each in known.values() if each["kind"] == DELETION]
    deleted = {tag[1] for each in deletions for tag in each["tags"] if tag[:1] == ["e"] and tag[1:]}
    owed = {id_: each for id_, each in known.items() if id_ not in deleted}
    end = time.monotonic() + CATCH_UP_S
    returned = (reply for reply in replies if reply.relay in back)
    return {reply.relay for reply in returned if _has_all(guard, reply, owed, end, channel)}


def _has_all(
    guard: AddressGuard, reply: RelayReply, owed: Mapping[str, Any], end: float, channel: str
) -> bool:
    """Whether a relay has all events that it should, once it was handed what it lacks."""
    has = {each.get("id") for each in reply.events}
    lacks = sorted(owed.keys() - has, key=lambda id_: (owed[id_]["created_at"], id_))
    for number, id_ in enumerate(lacks):
        why = "its notes take too long" if time.monotonic() > end else ""
        if not why:
            [answer] = publish(guard, [reply.relay], owed[id_])
            why = answer.words if answer.may_take_it_later else ""
        if why:
            left = len(lacks) - number
            log.warning("channel %s: %s still lacks %d notes: %s", channel, reply.relay, left, why)
            return False
    if lacks:
        log.info("channel %s: %s was away, and was handed %d notes", channel, reply.relay, len(lacks))
    return True
