"""What is on record of actors, and what channels and the web need of it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Protocol

from syndicator.domain.errors import SyndicatorError
from syndicator.fediverse.digests import digest
from syndicator.fediverse.keys import public_key_of
from syndicator.fediverse.received import Deed
from syndicator.fediverse.strangers import Stranger
from syndicator.fediverse.vocabulary import Document


class TooMany(SyndicatorError):
    """As many follow from one server as are taken."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ActorKey:
    """An actor's private key (PEM), and since when it has it."""

    private_key: str = field(repr=False)
    since: datetime

    def public_key(self) -> str:
        """The public key that belongs to it, in PEM."""
        return public_key_of(self.private_key)


@dataclass(frozen=True, kw_only=True, slots=True)
class ActorPost:
    """A note of ours, as it stands now.

    ``key``: the delivery's. ``url``: of the article. ``digest``: of what it shows. ``edits``: how often it
    has changed. Times are aware UTC; ``deleted``: since when there is its tombstone instead.
    """

    id: str
    channel: str
    key: str
    url: str
    note: Document = field(repr=False)
    digest: str
    edits: int = 0
    published: datetime
    updated: datetime | None = None
    deleted: datetime | None = None

    def shows(self, note: Document) -> bool:
        """Whether this is what it shows, whenever that was."""
        return self.digest == shown_digest(note)

    def corrected(self, note: Document, url: str, at: datetime) -> ActorPost:
        """The same once it says this."""
        edits = self.edits + 1
        return replace(self, note=note, digest=shown_digest(note), edits=edits, updated=at, url=url)

    def withdrawn(self, at: datetime) -> ActorPost:
        """The same once it is deleted. Of its note is kept whom it mentioned, who are told."""
        cc = self.note.get("cc", [])
        return replace(self, deleted=at, note={"cc": cc} if cc[1:] else {})


@dataclass(frozen=True, kw_only=True, slots=True)
class OwedAnswer:
    """A request to follow that was taken, and whose sender is yet to be told so. ``failures``: how often that
    was tried."""

    channel: str
    account: str
    inbox: str
    request: str
    failures: int = 0


def shown_digest(note: Document) -> str:
    """A digest of what a note shows."""
    shown = {name: value for name, value in note.items() if name not in ("published", "updated")}
    return digest(json.dumps(shown, sort_keys=True))


class ActorStore(Protocol):
    """What is on record of actors. Every method raises ``StoreError`` where the database fails."""

    def actor_key(self, channel: str, now: datetime) -> ActorKey:
        """The key of an actor, made when it is first asked for."""
        ...

    def actor_names(self, channel: str) -> Sequence[str]:
        """The names (``handle@domain``) that an actor has had, the last one first."""
        ...

    def actor_profile(self, channel: str) -> str:
        """The digest of its profile that is on record with its last name; ``""``: none is."""
        ...

    def name_actor(self, channel: str, name: str, now: datetime, profile: str = "") -> None:
        """Put its name on record, and a digest of its profile: from now on it is the last one."""
        ...

    def actor_post(self, channel: str, post_id: str) -> ActorPost | None:
        """A note by its id."""
        ...

    def actor_posts_of(self, channel: str, key: str) -> Sequence[ActorPost]:
        """The notes of a delivery: those that were deleted, then that which stands, if there is one."""
        ...

    def keep_actor_post(self, post: ActorPost) -> None:
        """Put a note on record, in the place of what was known of it."""
        ...

    def newest_actor_posts(self, channel: str, skip: int, count: int) -> Sequence[ActorPost]:
        """The notes that stand, newest first."""
        ...

    def count_actor_posts(self, channel: str) -> int:
        """How many notes stand."""
        ...

    def count_followers(self, channel: str) -> tuple[int, int]:
        """How many follow an actor, and at how many inboxes they are reached."""
        ...

    def is_follower(self, account: str) -> bool:
        """Whether an account follows any actor."""
        ...

    def follow(self, channel: str, stranger: Stranger, request: str, now: datetime) -> bool:
        """Let an account follow an actor, and owe it an answer. Whether it is new. Raises ``TooMany``."""
        ...

    def unfollow(self, account: str, now: datetime, channel: str = "", request: str = "") -> int:
        """Let an account follow an actor no more, or none at all, or that for which it made the request. How
        many it followed."""
        ...

    def move_follower(self, stranger: Stranger, now: datetime) -> None:
        """Note where an account that follows is reached now. Its inbox was given up, perhaps: it is not any
        more."""
        ...

    def have_mentioned(self, channel: str, inbox: str, now: datetime) -> None:
        """Tell an inbox of posts that mention somebody there, unless it is told of all anyway."""
        ...

    def owed_answers(self, channel: str, now: datetime, count: int) -> Sequence[OwedAnswer]:
        """Answers of an actor that are due."""
        ...

    def settle_answer(self, answer: OwedAnswer, next_attempt: datetime | None) -> None:
        """Note that an answer was given, or when it is tried again."""
        ...

    def react(self, channel: str, post_id: str, deed: Deed, account: str, about: str) -> bool:
        """Count a like, share or reply. ``about``: its id. False where it was counted already, or there is no
        such post."""
        ...

    def has_reaction(self, account: str, about: str) -> bool:
        """Whether one of this id is counted."""
        ...

    def take_back(self, account: str, about: str) -> bool:
        """Count one no more, by its id. Whether there was one."""
        ...

    def reactions(self, post_id: str) -> Mapping[Deed, int]:
        """How many there are of each kind."""
        ...
