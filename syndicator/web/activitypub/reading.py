"""Actors and their posts, as programs read them; people are led to the newsroom's pages.

Which of the two asks, the header ``Accept`` says: https://www.w3.org/TR/activitypub/#retrieving-objects
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from syndicator.fediverse import activities, documents
from syndicator.fediverse.actor import Actor
from syndicator.fediverse.notes import with_context
from syndicator.fediverse.received import Deed
from syndicator.fediverse.record import ActorPost
from syndicator.fediverse.vocabulary import ACTIVITY_STREAMS, MEDIA_TYPE, Document
from syndicator.web.activitypub.fediverse import Fediverse
from syndicator.web.activitypub.json_response import JsonResponse
from syndicator.web.context import Context

#: What programs accept that want the document, and not its page.
FOR_PROGRAMS = re.compile(r"application/(?:activity\+json|ld\+json|json)", re.IGNORECASE)

#: Posts on a page of an outbox, and pages that are to be had: what is older is on the newsroom's site.
PAGE_SIZE, MAX_PAGES = 20, 50

#: The relation of WebFinger's answer, which anybody's script may read (RFC 7033 section 5).
JRD = "application/jrd+json"


@dataclass(frozen=True)
class ActorPages:
    """Endpoints that are read."""

    context: Context
    fediverse: Fediverse

    async def webfinger(self, request: Request) -> Response:
        """RFC 7033: which actor an account's name is."""
        resource = request.query_params.get("resource", "")
        if not resource:
            raise HTTPException(400, "resource is missing: the account that is asked for")
        for actor in self.fediverse.actors.values():
            if documents.is_about(actor, resource):
                return JsonResponse(documents.webfinger(actor), JRD)
        for actor in self.fediverse.actors.values() if resource.startswith("acct:") else ():
            for name in await self.context.ask(self.fediverse.store.actor_names, actor.name):
                handle, _, domain = name.partition("@")
                if documents.is_about(replace(actor, handle=handle, domain=domain), resource):
                    return JsonResponse(documents.webfinger(actor), JRD)  # its subject is today's name
        raise HTTPException(404)

    async def nodeinfo_links(self, request: Request) -> Response:  # noqa: ARG002 - an endpoint's
        return JsonResponse(documents.nodeinfo_links(self.fediverse.base), "application/json")

    async def nodeinfo(self, request: Request) -> Response:
        version = request.path_params["version"]
        if version not in documents.NODEINFO_VERSIONS:
            raise HTTPException(404)
        store, names = self.fediverse.store, list(self.fediverse.actors)
        posts = sum([await self.context.ask(store.count_actor_posts, name) for name in names])
        kind = f'application/json; profile="http://nodeinfo.diaspora.software/ns/schema/{version}#"'
        return JsonResponse(documents.nodeinfo(version, len(names), posts), kind)

    async def profile(self, request: Request) -> Response:
        actor = self._actor(request)
        if not _is_program(request):
            return _page(actor.url)
        key = await self.context.ask(self.fediverse.store.actor_key, actor.name, self.context.clock())
        public_key = await self.context.ask(key.public_key)
        return JsonResponse(documents.profile(actor, public_key, key.since), MEDIA_TYPE)

    async def post(self, request: Request) -> Response:
        """A note; where it was deleted, its tombstone, with status 410, so that nobody revives it."""
        actor = self._actor(request)
        post_id = request.path_params["post"]
        post = await self.context.ask(self.fediverse.store.actor_post, actor.name, post_id)
        if post is None:
            raise HTTPException(404)
        if post.deleted is not None:
            if not _is_program(request):
                raise HTTPException(410, "this post was deleted")
            tombstone = activities.tombstone(actor.post(post_id), post.deleted)
            return JsonResponse({"@context": ACTIVITY_STREAMS, **tombstone}, MEDIA_TYPE, 410)
        if not _is_program(request):
            return _page(post.url)
        return JsonResponse(await self._counted(actor, post), MEDIA_TYPE)

    async def outbox(self, request: Request) -> Response:
        """What was published: that which stands, newest first, in pages."""
        actor, store = self._actor(request), self.fediverse.store
        page = request.query_params.get("page")
        if page is None:
            total = await self.context.ask(store.count_actor_posts, actor.name)
            return JsonResponse(documents.paged_collection(actor.outbox, total), MEDIA_TYPE)
        number = int(page) if page.isascii() and page.isdecimal() and len(page) < 6 else 0
        if not 0 < number <= MAX_PAGES:
            raise HTTPException(404)
        skip = (number - 1) * PAGE_SIZE
        posts = await self.context.ask(store.newest_actor_posts, actor.name, skip, PAGE_SIZE)
        items = [activities.create(actor, each.note) for each in posts]
        is_last = len(posts) < PAGE_SIZE or number == MAX_PAGES
        return JsonResponse(documents.page_of(actor.outbox, number, items, is_last=is_last), MEDIA_TYPE)

    async def followers(self, request: Request) -> Response:
        """How many there are; who they are is nobody's business."""
        actor = self._actor(request)
        people, _ = await self.context.ask(self.fediverse.store.count_followers, actor.name)
        return JsonResponse(documents.collection(actor.followers, people), MEDIA_TYPE)

    async def following(self, request: Request) -> Response:
        return JsonResponse(documents.collection(self._actor(request).following, 0), MEDIA_TYPE)

    async def tag(self, request: Request) -> Response:
        """There is no page of a hashtag here: the newsroom's is shown."""
        return _page(self._actor(request).url)

    def _actor(self, request: Request) -> Actor:
        actor = self.fediverse.actors.get(request.path_params["name"])
        if actor is None:
            raise HTTPException(404)
        return actor

    async def _counted(self, actor: Actor, post: ActorPost) -> Document:
        """The note, with how many like and share it (https://www.w3.org/TR/activitypub/#likes)."""
        note = with_context(post.note)
        if actor.name not in self.fediverse.counting:
            return note
        counts = await self.context.ask(self.fediverse.store.reactions, post.id)
        return {
            **note,
            **{
                name: {"type": "Collection", "totalItems": counts[deed]}
                for name, deed in (("likes", Deed.LIKE), ("shares", Deed.SHARE))
            },
        }


def _is_program(request: Request) -> bool:
    return FOR_PROGRAMS.search(request.headers.get("accept", "")) is not None


def _page(url: str) -> Response:
    return RedirectResponse(url, 303, {"Vary": "Accept", "Cache-Control": "max-age=60"})
