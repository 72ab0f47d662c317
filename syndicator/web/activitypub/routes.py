"""Where actors are found."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from starlette.routing import Route

from syndicator.fediverse.actor import PREFIX, Actor
from syndicator.fediverse.signed_fetch import SignedFetch
from syndicator.fediverse.strangers import Strangers
from syndicator.web.activitypub.fediverse import Fediverse
from syndicator.web.activitypub.inbox import Inboxes
from syndicator.web.activitypub.reading import ActorPages
from syndicator.web.channel_pages import PageMeans
from syndicator.web.context import Context


class ActorChannel(Protocol):
    """What is to be known of a channel that is an actor."""

    @property
    def actor(self) -> Actor: ...

    @property
    def reactions(self) -> str: ...


def fediverse_routes(channels: Mapping[str, ActorChannel], means: PageMeans) -> list[Route]:
    """The routes of the actors that channels are (``channel_pages``)."""
    actors = {name: channel.actor for name, channel in channels.items()}
    fetch = SignedFetch(means.http, next(iter(actors.values())), means.store)
    fediverse = Fediverse(
        actors=actors,
        store=means.store,
        strangers=Strangers(fetch),
        counting={name for name, channel in channels.items() if channel.reactions == "count"},
    )
    return actor_routes(means.context, fediverse)


def actor_routes(context: Context, fediverse: Fediverse) -> list[Route]:
    """The routes of actors."""
    pages, inboxes = ActorPages(context, fediverse), Inboxes(context, fediverse)
    return [
        Route("/.well-known/webfinger", pages.webfinger),
        Route("/.well-known/nodeinfo", pages.nodeinfo_links),
        Route("/nodeinfo/{version}", pages.nodeinfo),
        Route(f"{PREFIX}/inbox", inboxes.receive, methods=["POST"]),
        Route(f"{PREFIX}/{{name}}/inbox", inboxes.receive, methods=["POST"]),
        Route(f"{PREFIX}/{{name}}", pages.profile),
        Route(f"{PREFIX}/{{name}}/outbox", pages.outbox),
        Route(f"{PREFIX}/{{name}}/followers", pages.followers),
        Route(f"{PREFIX}/{{name}}/following", pages.following),
        Route(f"{PREFIX}/{{name}}/posts/{{post}}", pages.post),
        Route(f"{PREFIX}/{{name}}/tags/{{tag:path}}", pages.tag),
    ]
