"""How many recipients a channel has, on both databases."""

from __future__ import annotations

from syndicator.domain.recipient import Recipient, RecipientState
from syndicator.store import Store
from tests.fakes import NOON


def test_only_those_who_are_told_are_counted(store: Store) -> None:
    for number, state in enumerate([*RecipientState, RecipientState.ACTIVE]):
        store.join(Recipient(channel="readers", address=f"https://push.example/{number}", state=state), NOON)
    store.join(Recipient(channel="others", address="https://push.example/0"), NOON)

    assert store.active_recipients("readers") == 2
    assert store.active_recipients("others") == 1
    assert store.active_recipients("nobody") == 0
