"""What an actor of ours says to its followers, and to those who ask to be.

https://www.w3.org/TR/activitypub/#server-to-server-interactions. An activity is made once and kept: sent
again, it is the same to the letter, and receivers know it by its id.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from syndicator.fediverse.actor import Actor
from syndicator.fediverse.digests import digest
from syndicator.fediverse.notes import with_context
from syndicator.fediverse.vocabulary import ACTIVITY_STREAMS, PUBLIC, Document, moment


def create(actor: Actor, note: Document) -> Document:
    """There is a new post."""
    return _activity(actor, note, "Create", f"{note['id']}#create", note["published"])


def update(actor: Actor, note: Document, edits: int) -> Document:
    """A post is another one now. Each update has an id of its own; ``edits``: how many there have been."""
    return _activity(actor, note, "Update", f"{note['id']}#update-{edits}", note["updated"])


def delete(actor: Actor, address: str, at: datetime, cc: Sequence[str] = ()) -> Document:
    """A post is no more (https://www.w3.org/TR/activitypub/#delete-activity-outbox). ``cc``: who is told
    beside followers."""
    return {
        "@context": ACTIVITY_STREAMS,
        "id": f"{address}#delete",
        "type": "Delete",
        "actor": actor.id,
        "to": [PUBLIC],
        "cc": [actor.followers, *cc],
        "published": moment(at),
        "object": tombstone(address, at),
    }


def tombstone(address: str, at: datetime) -> Document:
    """What stands in the place of a post that was deleted
    (https://www.w3.org/TR/activitystreams-vocabulary/#dfn-tombstone)."""
    return {"id": address, "type": "Tombstone", "formerType": "Note", "deleted": moment(at)}


def accept(actor: Actor, follow_id: str, follower: str) -> Document:
    """Somebody who asked to follow does so now."""
    return {
        "@context": ACTIVITY_STREAMS,
        "id": f"{actor.id}#accept-{digest(follower, follow_id)}",
        "type": "Accept",
        "actor": actor.id,
        "to": [follower],
        "object": {"id": follow_id, "type": "Follow", "actor": follower, "object": actor.id},
    }


def move(actor: Actor) -> Document:
    """The account has moved: https://docs.joinmastodon.org/spec/activitypub/#Move"""
    return {
        "@context": ACTIVITY_STREAMS,
        "id": f"{actor.id}#move-{digest(actor.moved_to)}",
        "type": "Move",
        "actor": actor.id,
        "to": [actor.followers],
        "object": actor.id,
        "target": actor.moved_to,
    }


def renamed(actor: Actor, profile: Document, at: datetime) -> Document:
    """The account has another name, or shows something else: its profile, as it is now."""
    return {
        "@context": profile["@context"],
        "id": f"{actor.id}#update-{digest(actor.full_name, at.isoformat())}",
        "type": "Update",
        "actor": actor.id,
        "to": [PUBLIC],
        "cc": [actor.followers],
        "object": {name: value for name, value in profile.items() if name != "@context"},
    }


def _activity(actor: Actor, note: Document, kind: str, activity_id: str, at: str) -> Document:
    return with_context(
        {
            "id": activity_id,
            "type": kind,
            "actor": actor.id,
            "published": at,
            "to": note["to"],
            "cc": note["cc"],
            "object": note,
        }
    )
