"""ActivityPub: an actor of the newsroom's own, which people follow from Mastodon and its relatives.

https://www.w3.org/TR/activitypub/, as https://docs.joinmastodon.org/spec/activitypub/ reads it. Posts are
notes at addresses of ours; followers' servers are sent what is new, corrected and deleted.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import ClassVar, Literal
from urllib.parse import urlsplit

import requests

from syndicator.domain.capabilities import Capabilities, LinkCard
from syndicator.domain.delivery import Receipt
from syndicator.domain.errors import PostGone
from syndicator.domain.feed import Site
from syndicator.domain.post import Occasion, Post, SpanKind
from syndicator.domain.recipient import Letter
from syndicator.fediverse import activities
from syndicator.fediverse.accounts import RemoteAccount
from syndicator.fediverse.actor import Actor
from syndicator.fediverse.digests import digest
from syndicator.fediverse.keys import signer
from syndicator.fediverse.mentioned import Mentions
from syndicator.fediverse.notes import NOBODY, note
from syndicator.fediverse.record import ActorPost, ActorStore, shown_digest
from syndicator.fediverse.signed_fetch import SignedFetch
from syndicator.fediverse.vocabulary import Document
from syndicator.fediverse.webfinger import check_found
from syndicator.http.client import AddressGuard, Http
from syndicator.http.exchange import Exchange
from syndicator.http.networks import is_loopback
from syndicator.jobs.actor_changes import tell_changed, tell_moved
from syndicator.jobs.broadcast_ports import Announcements, LetterGroup
from syndicator.jobs.double_knock import DoubleKnock
from syndicator.jobs.follower_mail import FollowerMail
from syndicator.jobs.ports import Callbacks
from syndicator.text.addresses import is_web_address
from syndicator.text.rulers import GRAPHEMES

#: A handle that every server takes (``USERNAME_RE`` in Mastodon's app/models/account.rb), and a domain.
HANDLE, DOMAIN = re.compile(r"[A-Za-z0-9_]{1,30}"), re.compile(r"[a-z0-9.-]{1,253}(?::[0-9]{1,5})?")

#: Seconds for each of the two documents by which somebody is found who is mentioned.
LOOKUP_S = 4.0


@dataclass(frozen=True, kw_only=True)
class ActivityPub:
    """An actor. The fields are the channel's settings, but for those that wiring hands in.

    People follow ``@handle@domain``; where no ``domain`` is declared, it is that of our public address.
    ``title``: the site's, where none is declared. ``summary``: what people read of it; ``icon``: the address
    of a picture. ``automated``: whether it is shown as a robot's. ``reactions``: whether likes, shares and
    replies are counted. ``also_known_as``: accounts that may move here, and ``moved_to``: the account that
    this one has moved to, each by its actor's address.
    """

    name: str
    handle: str
    domain: str = ""
    title: str = ""
    summary: str = ""
    icon: str = ""
    automated: bool = True
    reactions: Literal["count", "ignore"] = "count"
    also_known_as: tuple[str, ...] = ()
    moved_to: str = ""
    session: requests.Session = field(repr=False, compare=False)
    site: Site = field(repr=False, compare=False)
    actors: ActorStore = field(repr=False, compare=False)
    announcements: Announcements = field(repr=False, compare=False)
    callbacks: Callbacks = field(repr=False, compare=False)
    guard: AddressGuard = field(default_factory=AddressGuard, repr=False, compare=False)

    #: Its pages (``web.channel_pages``).
    web_pages: ClassVar[str] = "syndicator.web.activitypub.routes:fediverse_routes"

    #: Of two actors with one handle, servers that ask for it would find the first (``documents.is_about``),
    #: whatever their domains: they ask at our own, too.
    unique: ClassVar[tuple[str, ...]] = ("handle",)

    #: Followers are told one by one, of one thing after the other.
    joins: ClassVar[bool] = False

    #: ``text``: servers take remote notes of any length; more than this nobody reads in a timeline.
    #: ``photos``: Mastodon keeps four (``MEDIA_ATTACHMENTS_LIMIT`` in app/models/status.rb).
    #: ``key_memory``, ``settles_within``: nothing leaves in ``send``: what was posted is on our own record.
    capabilities: ClassVar[Capabilities] = Capabilities(
        ruler=GRAPHEMES,
        unit="graphemes",
        text=3000,
        has_language=True,
        has_warning=True,
        has_mentions=True,
        photo_by_address=True,
        photos=4,
        alt=1500,
        card=LinkCard.FETCHED,
        replies=True,
        key_memory=timedelta(days=3650),
        settles_within=timedelta(0),
        verified="a real server: Fedify 2.3.6",
    )

    def __post_init__(self) -> None:
        if self.name == "inbox":
            raise ValueError("an actor cannot be named inbox: that is the address of the inbox of all actors")
        if not HANDLE.fullmatch(self.handle):
            raise ValueError('handle: 30 letters, digits and "_" at most, without the domain: write "news"')
        if self.domain and not DOMAIN.fullmatch(self.domain):
            raise ValueError('domain: no domain in lower case: write "news.example"')
        for key, addresses in (("also_known_as", self.also_known_as), ("moved_to", (self.moved_to,))):
            for address in addresses:
                if address and not is_web_address(address):
                    raise ValueError(
                        f'{key}: {address!r} is no address of an actor: write "https://social.example/users/news"'
                    )

    @property
    def actor(self) -> Actor:
        base = self.site.web_url
        return Actor(
            name=self.name,
            base=base,
            handle=self.handle,
            domain=self.domain or urlsplit(base).netloc.lower(),
            title=self.title or self.site.title,
            summary=self.summary,
            url=self.site.url,
            icon=self.icon or self.site.icon,
            language=self.site.language,
            is_automated=self.automated,
            also_known_as=self.also_known_as,
            moved_to=self.moved_to,
        )

    def send(self, post: Post, *, key: str) -> Receipt:
        """Publishes a note, and has followers told. An id that was deleted is never used again: servers would
        not take it."""
        earlier = self.actors.actor_posts_of(self.name, key)
        kept = next((each for each in earlier if each.deleted is None), None)
        if kept is None:
            post_id, now = digest(self.name, key, str(len(earlier))), _now()
            made = note(self.actor, post_id, post, now, None, self._mentioned(post))
            kept = ActorPost(
                id=post_id,
                channel=self.name,
                key=key,
                url=post.url,
                note=made,
                digest=shown_digest(made),
                published=now,
            )
            self.actors.keep_actor_post(kept)
            is_current = True
        else:
            is_current = kept.shows(self._corrected(kept, post, kept.published))
        self._announce(kept, Occasion.NEWS, "create", activities.create(self.actor, kept.note))
        return self._receipt(kept, is_current=is_current)

    def edit(self, receipt: Receipt, post: Post) -> Receipt:
        """Makes the note say this, and has followers told. Servers take no correction that is not newer."""
        kept = self._standing(receipt)
        updated = max(_now(), (kept.updated or kept.published) + timedelta(seconds=1))
        made = self._corrected(kept, post, updated)
        if not kept.shows(made):
            kept = kept.corrected(made, post.url, updated)
            self.actors.keep_actor_post(kept)
        if kept.edits:
            activity = activities.update(self.actor, kept.note, kept.edits)
            self._announce(kept, Occasion.CORRECTION, f"update-{kept.edits}", activity)
        return self._receipt(kept, is_current=True)

    def delete(self, receipt: Receipt, post: Post) -> None:  # noqa: ARG002 - the port's
        """Puts a tombstone in the note's place, and has followers told."""
        kept = self.actors.actor_post(self.name, receipt.remote_id)
        if kept is None:
            return
        if kept.deleted is None:
            kept = kept.withdrawn(_now())
            self.actors.keep_actor_post(kept)
        assert kept.deleted  # noqa: S101 - since just now
        mentioned = kept.note.get("cc", [])[1:]
        activity = activities.delete(self.actor, self.actor.post(kept.id), kept.deleted, mentioned)
        self._announce(kept, Occasion.RETRACTION, "delete", activity)

    def find(self, post: Post, *, key: str) -> Receipt | None:  # noqa: ARG002 - the port's
        """Looks into our own record, which is where posts are."""
        for kept in self.actors.actor_posts_of(self.name, key):
            if kept.deleted is None:
                return self._receipt(kept)
        return None

    def check(self) -> str:
        """The name that people follow, how many do, and whether it leads here."""
        actor = self.actor
        people, inboxes = self.actors.count_followers(self.name)
        who = f"@{actor.handle}@{actor.domain}: {people:,} followers at {inboxes:,} inboxes"
        if is_loopback(urlsplit(actor.base).hostname or ""):
            return f"{who}; nobody can follow it at {actor.base}: declare [web] public_url"
        check_found(actor, Exchange(self.session), who)
        return who

    def tell_declared(self) -> None:
        """Tells followers, once, that the account has moved, where that is declared, and that it has another
        name or profile than before."""
        tell_changed(self.announcements, self.actor, self.actors, _now())
        if self.moved_to:
            tell_moved(self.announcements, self.actor)

    def broadcast(self, letters: Iterable[Letter]) -> Iterator[LetterGroup]:
        """Answers who asked to follow, and tells followers' servers, and those of who is mentioned."""
        knock = DoubleKnock(
            callbacks=self.callbacks,
            key_id=self.actor.key_id,
            open_key=lambda: signer(self.actors.actor_key(self.name, _now()).private_key),
            clock=_now,
        )
        followers = FollowerMail(channel=self.name, actor=self.actor, actors=self.actors, knock=knock)
        followers.answer(_now())
        yield from followers.tell(letters)

    def _announce(self, kept: ActorPost, occasion: Occasion, what: str, activity: Document) -> None:
        self.announcements.put(key=f"{kept.id}#{what}", post=kept.id, occasion=occasion, payload=activity)

    def _standing(self, receipt: Receipt) -> ActorPost:
        """The note of a receipt. Raises ``PostGone`` where it was deleted."""
        kept = self.actors.actor_post(self.name, receipt.remote_id)
        if kept is None or kept.deleted:
            raise PostGone(f"the note {receipt.url or receipt.remote_id} is no more")
        return kept

    def _receipt(self, kept: ActorPost, *, is_current: bool = False) -> Receipt:
        return Receipt(remote_id=kept.id, url=self.actor.post(kept.id), is_current=is_current)

    def _corrected(self, kept: ActorPost, post: Post, updated: datetime) -> Document:
        """The note as it says this post; what it answers stays so."""
        answered = {name: kept.note[name] for name in ("inReplyTo",) if name in kept.note}
        accounts = self._mentioned(post)
        return {**answered, **note(self.actor, kept.id, post, kept.published, updated, accounts)}

    def _mentioned(self, post: Post) -> Mapping[str, RemoteAccount]:
        """Who is mentioned, and told of it from now on."""
        if not post.linked(SpanKind.MENTION):
            return NOBODY
        http = Http(self.guard.allow, setting=self.guard.setting)
        fetch = SignedFetch(http, self.actor, self.actors, deadline=LOOKUP_S)
        have_told = partial(self.actors.have_mentioned, self.name, now=_now())
        return Mentions(fetch, have_told).of_post(post)


def _now() -> datetime:
    return datetime.now(UTC)
