"""The newsroom's key on Nostr: it signs events, and knows those that it has signed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import nostr_sdk

from syndicator.domain.errors import Misconfigured
from syndicator.secret import Secret

#: Kinds of events: a note, and a request that notes be deleted.
NOTE, DELETION = 1, 5


@dataclass(frozen=True, slots=True)
class NostrKey:
    """A private key. All that use it raise ``Misconfigured`` where it is none."""

    secret: Secret

    @property
    def public(self) -> nostr_sdk.PublicKey:
        return self._keys.public_key()

    @property
    def author(self) -> str:
        """Whose events are ours, as events name it."""
        return str(self.public.to_hex())

    def signed(self, kind: int, content: str, tags: Iterable[Sequence[str]], at: datetime) -> dict[str, Any]:
        """An event, whose id depends on nothing else than this."""
        keys = self._keys
        builder = nostr_sdk.EventBuilder(nostr_sdk.Kind(kind), content)
        builder = builder.tags([nostr_sdk.Tag.parse(list(tag)) for tag in tags])
        builder = builder.custom_created_at(nostr_sdk.Timestamp.from_secs(int(at.timestamp())))
        found: dict[str, Any] = json.loads(
            keys.sign_event(builder.finalize_unsigned(keys.public_key())).as_json()
        )
        return found

    def tags_of(self, event: Any) -> list[list[str]] | None:
        """The tags of an event that we have signed; ``None``: we have not. A relay may say anything."""
        try:
            found = nostr_sdk.Event.from_json(json.dumps(event))
            is_ours = found.verify() and found.author().to_hex() == self.author
            return [tag.to_vec() for tag in found.tags()] if is_ours else None
        except (nostr_sdk.NostrSdkError, ValueError):
            return None

    def has_signed(self, event: Any, addresses: Sequence[str]) -> bool:
        """Whether what a relay shows names one of these addresses (``r``), and is ours."""
        tags = self.tags_of(event) or ()
        return any(tag[:1] == ["r"] and tag[1:2] and tag[1] in addresses for tag in tags)

    @property
    def _keys(self) -> nostr_sdk.Keys:
        try:
            return nostr_sdk.Keys.parse(self.secret.reveal())
        except nostr_sdk.NostrSdkError as e:
            raise Misconfigured(f"key: {self.secret} holds no private key of Nostr (nsec1...)") from e


def new_private_key() -> str:
    """A private key, as apps write it."""
    return str(nostr_sdk.Keys.generate().secret_key().to_bech32())
