"""Where actors are found."""

from __future__ import annotations

from starlette.routing import Route

from syndicator.fediverse.actor import PREFIX
from syndicator.web.activitypub.fediverse import Fediverse
from syndicator.web.activitypub.inbox import Inboxes
from syndicator.web.activitypub.reading import ActorPages
from syndicator.web.context import Context


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
