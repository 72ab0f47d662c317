"""LinkedIn's API for one author: its calls, its pages of posts, and images, which are uploaded before the
post that shows them.

Images: https://learn.microsoft.com/en-us/linkedin/marketing/community-management/shares/images-api
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.parse import quote, urlsplit

import requests

from syndicator.domain.capabilities import Spent
from syndicator.domain.errors import Misconfigured, OutcomeUnknown, Refused, TryLater
from syndicator.domain.photo import PhotoFile
from syndicator.http.exchange import Exchange, MakeError, RemoteReply
from syndicator.secret import Secret

T = TypeVar("T")

#: Seconds between looks at an image that is not ready yet, and the states in which it will not be.
POLL_S = 1.0
READY, FAILED = "AVAILABLE", ("PROCESSING_FAILED", "WAITING_UPLOAD")

#: The name of a post.
POST_URN = re.compile(r"urn:li:(?:share|ugcPost):[0-9]+")

#: Posts on a page of the author's, and pages that are read.
PAGE_POSTS, MAX_PAGES = 100, 5

#: Why posts cannot be looked up.
UNREADABLE = "without r_organization_social nobody but you can look"


@dataclass(frozen=True, kw_only=True)
class LinkedInApi:
    """The API in one version (YYYYMM). ``author``: the URN of whose posts they are. ``is_own``: whether
    an address is LinkedIn's own, so that the token, and photos, may go there."""

    server: str
    version: str
    author: str
    token: Secret
    is_own: Callable[[str], bool]
    session: requests.Session = field(repr=False, compare=False)

    def exchange(self) -> Exchange:
        """For the requests of one step."""
        versions = {"Linkedin-Version": self.version, "X-Restli-Protocol-Version": "2.0.0"}
        return Exchange.with_token(self.session, self.token, versions)

    def ask(
        self,
        exchange: Exchange,
        method: str,
        path: str,
        *,
        accept: tuple[int, ...] = (),
        unknown: MakeError = OutcomeUnknown,
        **request: Any,
    ) -> RemoteReply:
        """One call below ``/rest/``. Raises ``Misconfigured`` for a version that is no more (426)."""
        url = f"{self.server.rstrip('/')}/rest/{path}"
        reply = exchange.ask(method, url, accept=(*accept, 426), unknown=unknown, **request)
        if reply.status == 426:
            raise Misconfigured(f"{reply.message}: declare a later version than {self.version}")
        return reply

    def own_posts(self, exchange: Exchange, read: Callable[[Any], T]) -> Iterator[list[T]]:
        """The author's posts, the newest first, page by page, each post as it is ``read``. Raises
        ``OutcomeUnknown`` where the token may not read them, ``TryLater`` where there are more than are
        read."""
        for number in range(MAX_PAGES):
            reply = self.posts(exchange, number * PAGE_POSTS, PAGE_POSTS)
            if reply.status == 403:
                raise OutcomeUnknown(f"{reply.message}: {UNREADABLE}")
            posts = reply.read(lambda told: [read(each) for each in told["elements"]])
            yield posts
            if len(posts) < PAGE_POSTS:
                return
        raise TryLater(f"{reply.host} has more than {MAX_PAGES * PAGE_POSTS} posts since then: look there")

    def post(self, exchange: Exchange, urn: str, refusal: RemoteReply, read: Callable[[Any], T]) -> T:
        """A post, as it is ``read``, as whose duplicate another one was refused. Raises ``TryLater`` for one
        that was deleted, which LinkedIn remembers for a day or two, ``OutcomeUnknown`` where the token may
        not look."""
        path = f"posts/{quote(urn, safe='')}"
        reply = self.ask(exchange, "GET", path, accept=(403, 404), unknown=TryLater)
        if reply.status == 404:
            raise TryLater(f"{refusal.message}; which was deleted", whole_channel=False)
        if reply.status == 403:
            error = OutcomeUnknown(f"{refusal.message}; {reply.message}: {UNREADABLE}")
            error.is_over = True
            raise error
        return reply.read(read)

    def posts(self, exchange: Exchange, start: int, count: int) -> RemoteReply:
        """A page of the author's posts, the newest first (.../posts-api#find-posts-by-authors); or a 403."""
        query = (
            f"posts?q=author&author={quote(self.author, safe='')}&sortBy=CREATED&start={start}&count={count}"
        )
        headers = {"X-RestLi-Method": "FINDER"}
        return self.ask(exchange, "GET", query, headers=headers, accept=(403,), unknown=TryLater)

    def upload(self, exchange: Exchange, photo: PhotoFile) -> str:
        """The URN of an image that is ready to be shown; nobody sees it before, so that it may be repeated.
        Raises ``Refused`` for one that is not taken, and ``TryLater`` for one that is not ready in time: what
        was posted before would not be shown."""
        begin = {"initializeUploadRequest": {"owner": self.author}}
        reply = self.ask(
            exchange, "POST", "images?action=initializeUpload", json=begin, unknown=TryLater,
            counts_as=Spent.PHOTOS,
        )  # fmt: skip
        url, urn = reply.read(lambda told: (str(told["value"]["uploadUrl"]), str(told["value"]["image"])))
        if not self.is_own(url):
            raise Misconfigured(f"{reply.host} wants photos uploaded to {urlsplit(url).hostname}")
        headers = {"Content-Type": photo.media_type}
        exchange.ask(
            "PUT", url, data=photo.content, headers=headers, unknown=TryLater, counts_as=Spent.PHOTOS
        )
        while (state := self._state(exchange, urn)) != READY:
            if state in FAILED:
                raise Refused(f"{reply.host} has made nothing of it: {state}")
            if exchange.seconds_left < POLL_S:
                raise TryLater(f"{reply.host} has not got the photo ready: {state}", whole_channel=False)
            time.sleep(POLL_S)
        return urn

    def _state(self, exchange: Exchange, urn: str) -> str:
        reply = self.ask(exchange, "GET", f"images/{quote(urn, safe='')}", unknown=TryLater)
        return reply.read(lambda told: str(told["status"]))


def duplicate_of(reply: RemoteReply) -> str:
    """The post that the one sent is a duplicate of. Raises ``Refused`` for any other error."""
    try:
        document = json.loads(reply.body)
        codes = {each["code"] for each in document["errorDetails"]["inputErrors"]}
    except (ValueError, LookupError, TypeError, RecursionError):
        codes = set()
    found = POST_URN.search(reply.body.decode("utf-8", "replace"))
    if "DUPLICATE_POST" in codes and found:
        return found[0]
    raise Refused(reply.message)
