"""What is done with an activity that came to an inbox, once it was read: verified, and put on record.

It waits for other servers and the database, so that it runs in a thread.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from syndicator.fediverse.keys import check_signature
from syndicator.fediverse.received import REACTIONS, Deed, Received, is_for
from syndicator.fediverse.record import TooMany
from syndicator.fediverse.signed import Claim, Unverified
from syndicator.fediverse.strangers import Gone, Stranger
from syndicator.jobs.job import Job
from syndicator.jobs.ports import Bell
from syndicator.throttled_log import ThrottledLog
from syndicator.web.activitypub.fediverse import Fediverse


@dataclass(frozen=True)
class Clerk:
    """Takes activities. ``clock``: aware UTC."""

    fediverse: Fediverse
    bell: Bell
    clock: Callable[[], datetime]
    reports: ThrottledLog = field(default_factory=ThrottledLog)
    crowds: ThrottledLog = field(default_factory=ThrottledLog)

    def take(self, activity: Received, claim: Claim) -> None:
        """Do what an activity asks for. One that is none of our business is not even verified. Raises
        ``Unverified``, ``TooMany``, and ``StoreError``."""
        if not self._concerns_us(activity):
            return
        try:
            sender = self._verified(activity, claim)
        except Gone:
            if activity.deed is not Deed.LEAVE or not self.fediverse.strangers.is_gone(activity.actor):
                raise
            self.fediverse.store.unfollow(activity.actor, self.clock())  # its server says so itself
            return
        self._do(activity, sender)

    def _concerns_us(self, activity: Received) -> bool:
        """Whether anything would come of it. Servers send what becomes of any account to all that they know
        of: nobody's key is fetched for that."""
        store = self.fediverse.store
        match activity.deed:
            case Deed.FOLLOW:
                is_ours = any(actor.id == activity.to for actor in self.fediverse.actors.values())
                return is_ours and bool(activity.id)  # which the answer names
            case Deed.UNFOLLOW:
                return store.is_follower(activity.actor) or store.has_reaction(activity.actor, activity.id)
            case Deed.LEAVE | Deed.RENEW:
                return store.is_follower(activity.actor)
            case Deed.TAKE_BACK:
                return store.has_reaction(activity.actor, activity.id)
            case Deed.REPORT:
                return any(is_for(actor, activity) for actor in self.fediverse.actors.values())
            case deed if deed in REACTIONS:
                name, post_id = self._post_of(activity) or ("", "")
                return name in self.fediverse.counting and bool(post_id and activity.id)
        return False

    def _verified(self, activity: Received, claim: Claim) -> Stranger:
        """The account that sent it. A key may have been changed since it was fetched: it is fetched once
        more. Raises ``Unverified``."""
        strangers = self.fediverse.strangers
        sender = strangers.owner(claim.key_id)
        try:
            check_signature(sender.public_key, claim.base, claim.signature)
        except Unverified:
            renewed = strangers.owner_anew(claim.key_id)
            if renewed is None:
                raise
            sender = renewed
            check_signature(sender.public_key, claim.base, claim.signature)
        if sender.id != activity.actor:
            raise Unverified("the key is not that of the actor")
        return sender

    def _do(self, activity: Received, sender: Stranger) -> None:
        store, now = self.fediverse.store, self.clock()
        match activity.deed:
            case Deed.FOLLOW:
                name = next(a.name for a in self.fediverse.actors.values() if a.id == activity.to)
                try:
                    store.follow(name, sender, activity.id, now)
                except TooMany as e:
                    self.crowds.warn("channel %s: %s", name, e)
                    raise
                self.bell.ring(Job.BROADCAST, name)  # it is owed an answer
            case Deed.UNFOLLOW:
                self._unfollow(activity, now)
            case Deed.LEAVE:
                store.unfollow(sender.id, now)
            case Deed.RENEW:
                self.fediverse.strangers.forget(sender.id)
                store.move_follower(self.fediverse.strangers.owner(sender.key_id), now)
            case Deed.TAKE_BACK:
                store.take_back(sender.id, activity.id)
            case Deed.REPORT:
                self.reports.warn("%s reports %s: see what it is about", sender.id, activity.to)
            case _:
                name, post_id = self._post_of(activity) or ("", "")
                store.react(name, post_id, activity.deed, sender.id, activity.id)

    def _unfollow(self, activity: Received, now: datetime) -> None:
        """What is undone by its id alone may have been a request to follow, or a like."""
        store = self.fediverse.store
        name = next((a.name for a in self.fediverse.actors.values() if a.id == activity.to), "")
        if name:
            store.unfollow(activity.actor, now, name)
        elif not store.unfollow(activity.actor, now, request=activity.id or "?"):
            store.take_back(activity.actor, activity.id)

    def _post_of(self, activity: Received) -> tuple[str, str] | None:
        """The actor and the post that an activity is about."""
        for actor in self.fediverse.actors.values():
            if post_id := actor.post_id(activity.to):
                return actor.name, post_id
        return None
