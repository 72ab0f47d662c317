"""What others read of an actor before they follow it: its profile, how it is found, and how much there is."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from html import escape

from syndicator import __version__
from syndicator.fediverse.actor import Actor
from syndicator.fediverse.digests import digest
from syndicator.fediverse.vocabulary import (
    ACTIVITY_STREAMS,
    EXTENSIONS,
    MEDIA_TYPE,
    SECURITY,
    Document,
    moment,
)

#: NodeInfo in both versions that are asked for: https://nodeinfo.diaspora.software/protocol.html
NODEINFO_VERSIONS = ("2.1", "2.0")


def profile(actor: Actor, public_key: str, since: datetime) -> Document:
    """The actor's own document. ``public_key`` in PEM. ``since``: when it was made.

    What Mastodon reads of it: https://docs.joinmastodon.org/spec/activitypub/#properties-used-1. Of all types
    ``Service`` alone is shown as a robot; an ``Organization`` is what a newsroom is.
    """
    document: Document = {
        "@context": [ACTIVITY_STREAMS, SECURITY, EXTENSIONS],
        "id": actor.id,
        "type": "Service" if actor.is_automated else "Organization",
        "preferredUsername": actor.handle,
        "name": actor.title,
        "summary": f"<p>{escape(actor.summary, quote=False)}</p>" if actor.summary else "",
        "url": actor.url or actor.id,
        "inbox": actor.inbox,
        "outbox": actor.outbox,
        "followers": actor.followers,
        "following": actor.following,
        "endpoints": {"sharedInbox": actor.shared_inbox},
        "published": moment(since),
        "manuallyApprovesFollowers": False,
        "discoverable": True,
        "indexable": True,
        "publicKey": {"id": actor.key_id, "owner": actor.id, "publicKeyPem": public_key},
    }
    if actor.icon:
        document["icon"] = {"type": "Image", "url": actor.icon}
    if actor.url:
        link = f'<a href="{escape(actor.url)}" rel="me nofollow noopener">{escape(actor.url)}</a>'
        document["attachment"] = [{"type": "PropertyValue", "name": "Web", "value": link}]
    if actor.also_known_as:
        document["alsoKnownAs"] = list(actor.also_known_as)
    if actor.moved_to:
        document["movedTo"] = actor.moved_to
    return document


def profile_digest(actor: Actor) -> str:
    """A digest of all that is declared of an actor's profile: its key is not."""
    shown = profile(actor, "", datetime.min.replace(tzinfo=UTC))
    return digest(json.dumps(shown, sort_keys=True))


def webfinger(actor: Actor) -> Document:
    """How the account is found (RFC 7033): https://docs.joinmastodon.org/spec/webfinger/"""
    return {
        "subject": actor.acct,
        "aliases": [actor.id],
        "links": [
            {"rel": "self", "type": MEDIA_TYPE, "href": actor.id},
            {
                "rel": "http://webfinger.net/rel/profile-page",
                "type": "text/html",
                "href": actor.url or actor.id,
            },
        ],
    }


def is_about(actor: Actor, resource: str) -> bool:
    """Whether WebFinger asks for this account: by its name, at either domain, or by its address."""
    if resource.startswith("acct:"):
        name, _, domain = resource.removeprefix("acct:").removeprefix("@").rpartition("@")
        return name.lower() == actor.handle.lower() and domain.lower() in (
            actor.domain.lower(),
            actor.own_domain,
        )
    return resource in (actor.id, f"{actor.base}/@{actor.handle}")


def collection(address: str, total: int) -> Document:
    """A collection whose items nobody is told: only how many there are."""
    return {
        "@context": ACTIVITY_STREAMS,
        "id": address,
        "type": "OrderedCollection",
        "totalItems": total,
    }


def paged_collection(address: str, total: int) -> Document:
    """A collection whose first page is at ``?page=1``."""
    return {**collection(address, total), "first": f"{address}?page=1"}


def page_of(address: str, number: int, items: Sequence[Document], *, is_last: bool) -> Document:
    """A page of a collection, counted from 1, the newest items first."""
    document: Document = {
        "@context": ACTIVITY_STREAMS,
        "id": f"{address}?page={number}",
        "type": "OrderedCollectionPage",
        "partOf": address,
        "orderedItems": [
            {name: value for name, value in item.items() if name != "@context"} for item in items
        ],
    }
    if not is_last:
        document["next"] = f"{address}?page={number + 1}"
    if number > 1:
        document["prev"] = f"{address}?page={number - 1}"
    return document


def nodeinfo_links(base: str) -> Document:
    """Where NodeInfo is: https://nodeinfo.diaspora.software/protocol.html"""
    schema = "http://nodeinfo.diaspora.software/ns/schema/"
    return {
        "links": [
            {"rel": f"{schema}{version}", "href": f"{base}/nodeinfo/{version}"}
            for version in NODEINFO_VERSIONS
        ]
    }


def nodeinfo(version: str, actors: int, posts: int) -> Document:
    """What kind of server this is: https://nodeinfo.diaspora.software/schema.html"""
    return {
        "version": version,
        "software": {"name": "syndicator", "version": __version__},
        "protocols": ["activitypub"],
        "services": {"inbound": [], "outbound": ["atom1.0", "rss2.0"]},
        "openRegistrations": False,
        "usage": {"users": {"total": actors}, "localPosts": posts},
        "metadata": {},
    }
