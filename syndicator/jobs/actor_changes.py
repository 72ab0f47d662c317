"""What followers are told of an actor itself: that it has moved, and that it is called otherwise or shows
something else."""

from __future__ import annotations

import logging
from datetime import datetime

from syndicator.domain.post import Occasion
from syndicator.fediverse import activities, documents
from syndicator.fediverse.actor import Actor
from syndicator.fediverse.record import ActorStore
from syndicator.fediverse.vocabulary import Document
from syndicator.jobs.broadcast_ports import Announcements

log = logging.getLogger(__name__)


def tell_moved(announcements: Announcements, actor: Actor) -> None:
    """Tells, once, that the account has moved."""
    _put(announcements, "moved", activities.move(actor))


def tell_changed(announcements: Announcements, actor: Actor, actors: ActorStore, now: datetime) -> None:
    """Tells that it has another name or profile than before. Servers know the account by its address, which
    its channel's name makes: followers stay. Mastodon looks at a profile again after a week
    (``BACKGROUND_REFRESH_INTERVAL`` in its app/models/account.rb)."""
    names = actors.actor_names(actor.name)
    profile, before = documents.profile_digest(actor), actors.actor_profile(actor.name)
    is_renamed = bool(names) and names[0] != actor.full_name
    if names and not is_renamed and before == profile:
        return
    if is_renamed or before not in ("", profile):
        key = actors.actor_key(actor.name, now)
        document = documents.profile(actor, key.public_key(), key.since)
        _put(announcements, "renamed", activities.renamed(actor, document, now))
    if is_renamed:
        log.warning(
            "channel %s: it is @%s now, and was @%s: its %d followers stay, and their servers are told; "
            "some show the old name for long, which goes on leading here",
            *(actor.name, actor.full_name, names[0], actors.count_followers(actor.name)[0]),
        )
    actors.name_actor(actor.name, actor.full_name, now, profile)


def _put(announcements: Announcements, what: str, activity: Document) -> None:
    """Puts it on record under the part of its id that tells it from others of its actor."""
    key = str(activity["id"]).rpartition("#")[2]
    announcements.put(key=key, post=what, occasion=Occasion.NEWS, payload=activity)
