"""Recipients that are lost on a newer record are lost on an older one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from syndicator.domain.recipient import Recipient, RecipientState
from syndicator.store import Store
from syndicator.store.restoring import LostRecipient

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
LATER = NOON + timedelta(hours=1)


def lost(address: str, at: datetime, channel: str = "alerts") -> LostRecipient:
    return LostRecipient(channel=channel, address=address, state="left", changed=at, reason="by the link")


def test_who_left_later_than_is_on_record_is_lost(store: Store) -> None:
    for address in ("ann@a.example", "ben@b.example", "cid@c.example"):
        store.join(Recipient(channel="alerts", address=address), NOON)
    newer = [
        lost("ann@a.example", LATER),
        lost("ben@b.example", NOON),  # and has joined at that very moment: that is on record
        lost("cid@c.example", LATER, channel="evening"),
        lost("nobody@x.example", LATER),
    ]

    assert store.lose_again(newer) == {"alerts": 1}
    assert store.lose_again(newer) == {}
    assert store.active_by_channel() == {"alerts": 2}
    assert store.lost_recipients() == newer[:1]
    found = store.recipient("alerts", "ann@a.example")
    assert found
    assert (found.state, found.reason) == (RecipientState.LEFT, "by the link")
