"""Threads: a post per article, with its lead photo, or with the card that Threads makes of its link.

Threads API: https://developers.facebook.com/docs/threads/posts
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Any, ClassVar

import regex
import requests

from syndicator.domain.capabilities import NEVER, Budget, Capabilities, LinkCard, Spent
from syndicator.domain.delivery import Receipt
from syndicator.domain.errors import PhotoRefused, PostGone, Refused
from syndicator.domain.listed_post import ListedPost, linked, tried_since
from syndicator.domain.photo import PhotoLimits
from syndicator.domain.post import Post
from syndicator.http.exchange import Exchange
from syndicator.http.graph import GraphApi, check_version
from syndicator.http.graph_access import Ask, LastingToken, known_token, profile_token
from syndicator.http.graph_containers import Containers
from syndicator.remarks import with_photo_if_taken
from syndicator.secret import Secret
from syndicator.text.addresses import check_server
from syndicator.text.mentions import without_mentions
from syndicator.text.rulers import Counting

#: The longest text; an emoji counts as its bytes in UTF-8
#: (https://developers.facebook.com/docs/threads/overview#limitations).
MAX_TEXT = 500
EMOJI = regex.compile(
    r"\p{Emoji_Presentation}|\p{Extended_Pictographic}|\p{Emoji_Modifier}|\p{Regional_Indicator}"
    r"|[\u200d\ufe0f\u20e3\U000e0020-\U000e007f]"
)

#: What is taken for a mention, up to the first character of the name.
MENTION = re.compile(r"(?<!\w)@(?=[A-Za-z0-9_.])")

#: Whose a post is, in its address.
PROFILE = re.compile(r"^https://[^/]+/@([\w.]+)/post/")

#: Where it is said how many more posts are published.
QUOTA = "me/threads_publishing_limit"

#: What a token is to permit: reading, posting, deleting.
PERMISSIONS = ("threads_basic", "threads_content_publish", "threads_delete")

#: The photos that are taken: 8 MB, at the most ten times as wide as high; larger ones are scaled down
#: (.../threads/overview#image-specifications).
PHOTOS = PhotoLimits(side=2048, length=8_000_000, media_types=("image/jpeg", "image/png"), ratio=(0.102, 9.9))

#: The code, and the subcode, of something that is not ready yet although it is said to be.
NOT_READY = frozenset({(24, 4279009)})


def length(text: str) -> int:
    """The length of a text as Threads counts it."""
    emoji = "".join(EMOJI.findall(text))
    return len(text) - len(emoji) + len(emoji.encode())


@dataclass(frozen=True, kw_only=True)
class Threads:
    """A profile on Threads. The fields are the channel's settings."""

    name: str
    token: Secret
    server: str = "https://graph.threads.net"
    version: str = "v1.0"
    session: requests.Session = field(repr=False, compare=False)

    #: How long a token is good for.
    token_life: ClassVar[timedelta] = timedelta(days=60)

    #: How to come by the secret, for ``syndicator connect``.
    access: ClassVar[str] = (
        "1. On https://developers.facebook.com/apps make an app for the Threads API with threads_basic,\n"
        "   threads_content_publish and threads_delete, and add the profile as a tester.\n"
        "2. As the profile, accept that: Settings, Account, Website permissions, Invites.\n"
        "3. Generate a token in the app's Threads settings: it is good for 60 days. Paste it here.\n"
        "One of another way that is good for an hour is exchanged, with the app's secret, which is not kept."
    )

    #: The first link of a text becomes a card, where there is no photo (.../threads/create-posts#links).
    #: Nothing is edited. ``settles_within``: publishing has taken 222 seconds. Budgets:
    #: .../threads/overview#rate-limits.
    capabilities: ClassVar[Capabilities] = Capabilities(
        ruler=Counting(length),
        unit="characters",
        text=MAX_TEXT,
        plain=partial(without_mentions, mention=MENTION),
        has_mentions=True,
        photo=PHOTOS,
        photo_fetched=True,
        alt=1000,
        card=LinkCard.FETCHED,
        edit_within=NEVER,
        replies=True,
        settles_within=timedelta(minutes=5),
        budgets=(
            Budget(of=Spent.POSTS, most=250, per=timedelta(days=1)),
            Budget(of=Spent.DELETIONS, most=100, per=timedelta(days=1)),
        ),
        verified="contract of the Threads API 1.0 (January 2026)",
    )

    def __post_init__(self) -> None:
        check_server(self.server, "https://graph.threads.net")
        check_version(self.version, "v1.0")

    def send(self, post: Post, *, key: str) -> Receipt:  # noqa: ARG002 - posts have no keys
        """Makes a container and publishes it. The news goes out without a photo that cannot be fetched."""
        exchange = self._api.exchange()
        container = with_photo_if_taken(post, lambda post: self._container(exchange, post))
        media_id = self._containers.publish(exchange, container)
        url = self._containers.permalink(exchange, media_id)
        return Receipt(remote_id=media_id, url=url, is_current=True)

    def edit(self, receipt: Receipt, post: Post) -> Receipt:  # noqa: ARG002 - the port's
        """Raises ``Refused``: the API edits nothing."""
        raise Refused(f"Threads edits no posts: {receipt.url or receipt.remote_id} stays as it is")

    def delete(self, receipt: Receipt, post: Post) -> None:  # noqa: ARG002 - the port's
        """https://developers.facebook.com/docs/threads/posts/delete-posts; a post of another profile is not
        there for this one's token, and is refused, as far as its address says whose it is."""
        exchange = self._api.exchange()
        try:
            self._api.call(exchange, "DELETE", _media_id(receipt), {})
        except PostGone as e:
            found, username = PROFILE.search(receipt.url), self._api.username(exchange, "me")
            if found and found[1] != username:
                where = f"posted by @{found[1]}, not @{username}: see to {receipt.url} there"
                raise Refused(f"{e}; it was {where}") from e

    def find(self, post: Post, *, key: str) -> Receipt | None:  # noqa: ARG002 - posts have no keys
        """Looks for the article's address in the profile's posts since the first attempt."""
        exchange, since = self._api.exchange(), tried_since(post)
        posts = self._api.listed(exchange, "me/threads", since, "id,text,permalink", _listed)
        found = linked(posts, post)
        if found is None:
            return None
        is_current = found.has_words_of(post.text)
        return Receipt(remote_id=found.remote_id, url=found.url, is_current=is_current)

    def check(self) -> str:
        """Whose token it is, and how many posts are left today."""
        exchange = self._api.exchange()
        username = self._api.username(exchange, "me")
        used, most = self._api.quota(exchange, QUOTA)
        known_token(self._api, PERMISSIONS)
        return f"@{username}; may post, {most - used} of {most} posts left today"

    def renewed_token(self) -> str:
        """Another token, good for ``token_life`` from now on."""
        return self._api.renewed_token("th_refresh_token")

    def lasting_token(self, ask: Ask) -> LastingToken:
        """The token for ``syndicator connect`` to keep, for one that was pasted."""
        return profile_token(self._api, "th_exchange_token", PERMISSIONS, ask)

    @property
    def _api(self) -> GraphApi:
        return GraphApi(server=self.server, version=self.version, token=self.token, session=self.session)

    @property
    def _containers(self) -> Containers:
        return Containers(
            api=self._api,
            edge="me/threads",
            publishing_edge="me/threads_publish",
            quota_edge=QUOTA,
            state_field="status",
            reason_field="error_message",
            not_ready=NOT_READY,
        )

    def _container(self, exchange: Exchange, post: Post) -> str:
        """A container. Raises ``PhotoRefused`` for one with a photo that Threads does not fetch."""
        answers = {"reply_to_id": _media_id(post.reply_to)} if post.reply_to else {}
        if post.photo is None or not post.photo.addresses:
            return self._containers.make(exchange, {"media_type": "TEXT", "text": post.text, **answers})
        described = {"alt_text": post.alt} if post.alt else {}
        fields = {"media_type": "IMAGE", "text": post.text, **described, **answers}
        try:
            return self._containers.make_with_photo(exchange, post.photo.addresses, fields)
        except Refused as e:
            raise PhotoRefused(str(e)) from e


def _media_id(receipt: Receipt) -> str:
    """A post's number. Raises ``Refused`` where an operator has entered something else."""
    if not (receipt.remote_id.isascii() and receipt.remote_id.isdigit()):
        raise Refused(f"{receipt.remote_id!r} is no post: enter its number")
    return receipt.remote_id


def _listed(each: Any) -> ListedPost:
    text, url = str(each.get("text", "")), str(each.get("permalink", ""))
    return ListedPost(remote_id=str(int(each["id"])), text=text, url=url)
