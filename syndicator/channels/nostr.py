"""Nostr: a note per article, signed with the newsroom's key, at the relays that it names.

Notes: https://github.com/nostr-protocol/nips/blob/master/01.md; deletions: NIP-09; replies: NIP-10; photos:
NIP-92; warnings: NIP-36; languages: NIP-32.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import ClassVar

import nostr_sdk
import requests

from syndicator.domain.capabilities import NEVER, Capabilities, LinkCard
from syndicator.domain.delivery import Receipt
from syndicator.domain.errors import OutcomeUnknown, Refused, TryLater
from syndicator.domain.post import Post
from syndicator.http.client import AddressGuard
from syndicator.http.nostr_catch_up import catch_up
from syndicator.http.nostr_key import DELETION, NOTE, NostrKey, new_private_key
from syndicator.http.nostr_relays import MAX_EVENTS, is_relay, missing_at, publish, query
from syndicator.remarks import goes_without, remark
from syndicator.secret import Secret
from syndicator.text.mentions import without_mentions
from syndicator.text.nostr_notes import (
    SEPARATOR,
    content_of,
    created_at,
    language_of,
    profile_name,
    receipt_of,
    tags_of,
)
from syndicator.text.rulers import CHARACTERS

#: Characters of a note: relays take some kilobytes (``max_content_length`` of NIP-11), apps show a page.
MAX_TEXT, MAX_ALT = 2000, 1000

#: What apps take for a mention of somebody, or of a note, up to its first character (NIP-21, NIP-27).
MENTION = re.compile(r"nostr:(?=n[a-z]+1)|@(?=npub1)", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Nostr:
    """The newsroom's notes. The fields are the channel's settings. ``key``: its private key. ``relays``: the
    servers that have its notes, each of them on its own."""

    name: str
    key: Secret
    relays: tuple[str, ...]
    session: requests.Session = field(repr=False, compare=False)
    guard: AddressGuard = field(repr=False, compare=False)

    #: Relays that may lack notes: after a start, all of several.
    _behind: set[str] = field(default_factory=set, init=False, repr=False, compare=False)

    #: How to come by the secret, for ``syndicator connect``.
    access: ClassVar[str] = (
        "A key is made here, once, unless there is one. To take that of an account which the newsroom has\n"
        "(nsec1..., which its Nostr app shows under Keys), add --paste. Nobody can replace it: keep a copy."
    )

    #: A note cannot be changed (NIP-01: an id is a hash of all of it).
    capabilities: ClassVar[Capabilities] = Capabilities(
        ruler=CHARACTERS,
        unit="characters",
        text=MAX_TEXT,
        plain=partial(without_mentions, mention=MENTION),
        has_language=True,
        has_warning=True,
        photo_by_address=True,
        alt=MAX_ALT,
        card=LinkCard.FETCHED,
        edit_within=NEVER,
        replies=True,
        verified="a real relay: that of nostr-sdk 0.45.1",
    )

    def __post_init__(self) -> None:
        if not self.relays:
            raise ValueError('relays: name at least one, "wss://relay.example"')
        for relay in self.relays:
            if not is_relay(relay):
                raise ValueError(f'relays: {relay!r} is no relay: write "wss://relay.example"')
        self._behind.update(self.relays if len(self.relays) > 1 else ())

    def send(self, post: Post, *, key: str) -> Receipt:  # noqa: ARG002 - the id is made of the note itself
        """Hands the same note to all relays: one that has it already says so. Those that were away are handed
        what they lack, once they are back."""
        if post.language and not language_of(post):
            goes_without("its language", f"{post.language} has no name of two letters (ISO 639-1)")
        event = self._key.signed(NOTE, content_of(post), tags_of(post), created_at(post))
        replies = publish(self.guard, self.relays, event)
        missing = missing_at(replies)
        if missing:
            remark(f"not at every relay: {'; '.join(missing)}")
        self._behind.update(reply.relay for reply in replies if reply.may_take_it_later)
        if back := self._behind.intersection(reply.relay for reply in replies if reply.taken):
            self._behind.difference_update(catch_up(self.guard, self._key, self.relays, back, self.name))
        return receipt_of(event)

    def edit(self, receipt: Receipt, post: Post) -> Receipt:  # noqa: ARG002 - the port's
        raise Refused("a note on Nostr cannot be changed: its id is made of all of it")

    def delete(self, receipt: Receipt, post: Post) -> None:  # noqa: ARG002 - the port's
        """Asks all relays to delete the note, until each has been told: NIP-09. Raises ``Refused`` for one
        that another key has signed: relays pass such a request over, and say that they have taken it."""
        event_id, _, author = receipt.remote_id.partition(SEPARATOR)
        if author not in ("", self._key.author):
            signer = nostr_sdk.PublicKey.parse(author).to_bech32()
            raise Refused(
                f"the note was signed by {signer}, whose key alone deletes it: see to {receipt.url}"
            )
        tags = [["e", event_id], ["k", str(NOTE)]]
        event = self._key.signed(DELETION, "", tags, datetime.now(UTC))
        if missing := missing_at(publish(self.guard, self.relays, event)):
            raise TryLater(f"not every relay was told: {'; '.join(missing)}", whole_channel=False)

    def find(self, post: Post, *, key: str) -> Receipt | None:  # noqa: ARG002 - the port's
        """The latest of our notes that names the article's address (``r``)."""
        wanted = {
            "authors": [self._key.author],
            "kinds": [NOTE],
            "#r": list(post.addresses),
            "limit": MAX_EVENTS,
        }
        replies = query(self.guard, self.relays, wanted)
        shown = (event for reply in replies for event in reply.events)
        events = [event for event in shown if self._key.has_signed(event, post.addresses)]
        if events:
            return receipt_of(max(events, key=lambda event: int(event["created_at"])))
        if silent := [reply.message for reply in replies if not reply.taken]:
            raise OutcomeUnknown(f"no relay has it, but not all have answered: {'; '.join(silent)}")
        return None

    def check(self) -> str:
        """Who we are, and whether the relays answer: whether they take notes of ours is seen at the first."""
        public = self._key.public
        wanted = {"authors": [public.to_hex()], "kinds": [0], "limit": 1}
        replies = query(self.guard, self.relays, wanted)
        silent = [reply.message for reply in replies if not reply.taken]
        if len(silent) == len(replies):
            raise TryLater(f"no relay answers: {'; '.join(silent)}")
        profiles = (event for reply in replies for event in reply.events)
        name = next(filter(None, map(profile_name, profiles)), "no profile")
        trouble = f"; not there: {'; '.join(silent)}" if silent else ""
        return f"{public.to_bech32()} ({name}); relays: {len(replies) - len(silent)}{trouble}"

    def new_secret(self) -> str:
        """A private key, where there is none yet."""
        return new_private_key()

    @property
    def _key(self) -> NostrKey:
        return NostrKey(self.key)
