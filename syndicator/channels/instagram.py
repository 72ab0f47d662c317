"""Instagram: a photo with its caption per article, of a professional account.

Content publishing: https://developers.facebook.com/docs/instagram-platform/content-publishing
Errors: https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/error-codes
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import takewhile
from typing import Any, ClassVar

import requests

from syndicator.domain.capabilities import NEVER, Budget, Capabilities, LinkPlace, Spent
from syndicator.domain.delivery import Receipt
from syndicator.domain.errors import Misconfigured, OutcomeUnknown, PostGone, Refused, TryLater
from syndicator.domain.listed_post import ListedPost, tried_since
from syndicator.domain.photo import PhotoLimits
from syndicator.domain.post import Post
from syndicator.http.exchange import Exchange
from syndicator.http.graph import GraphApi, GraphRefused, check_version
from syndicator.http.graph_access import Ask, LastingToken, profile_token
from syndicator.http.graph_containers import Containers
from syndicator.secret import Secret
from syndicator.text.addresses import check_server
from syndicator.text.likeness import likeness
from syndicator.text.mentions import without_mentions
from syndicator.text.rulers import UTF16_UNITS

#: What is taken for a mention, up to the first character of the name.
MENTION = re.compile(r"(?<!\w)@(?=[A-Za-z0-9_.])")

#: JPEG, 8 MB, from 4:5 to 1.91:1 (a hundredth less here, by which shapes may differ from what is declared);
#: what is wider than 1,440 pixels is scaled down there
#: (https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-user/media).
PHOTOS = PhotoLimits(side=1440, length=8_000_000, ratio=(0.808, 1.891))

#: Codes and subcodes of a container that is not ready, and of a publication that failed for a moment.
NOT_READY = frozenset({(9007, 2207027), (24, 2207008)})

#: Subcodes of a photo that could not be fetched, or not in time: its address may answer later.
UNFETCHED = frozenset({2207003, 2207052})

#: Subcodes by which another container is asked for: this one has expired, or is not there.
VOID = frozenset({2207006, 2207008, 2207020})

#: How alike two captions are that are of one post, and of posts that only a person can tell apart.
SAME, ALIKE = 0.8, 0.4

#: How far the service's clock may be from ours.
CLOCKS_DIFFER = timedelta(minutes=10)


@dataclass(frozen=True, kw_only=True)
class Instagram:
    """A professional account. The fields are the channel's settings.

    ``account``: its number. ``version``: of the API; each lives for two years or so.
    """

    name: str
    account: str
    token: Secret
    server: str = "https://graph.instagram.com"
    version: str = "v26.0"
    session: requests.Session = field(repr=False, compare=False)

    #: How long a token is good for.
    token_life: ClassVar[timedelta] = timedelta(days=60)

    #: How to come by the secret, for ``syndicator connect``.
    access: ClassVar[str] = (
        "1. On https://developers.facebook.com/apps make an app for the Instagram API with Instagram login.\n"
        "2. Add the professional account with instagram_business_basic and\n"
        "   instagram_business_content_publish. Its number (account) is the user_id of\n"
        "   GET /me?fields=user_id,username.\n"
        "3. Press Generate token: it is good for 60 days. Paste it here.\n"
        "One of another way that is good for an hour is exchanged, with the app's secret, which is not kept."
    )

    #: An address in a caption is no link, nor can it be copied from the app: it is left out. Of a post,
    #: nothing can be edited but whether there are comments; deleting takes another kind of token. The longest
    #: text, hashtags and mentions: .../reference/ig-user/media. Budget: .../content-publishing#rate-limit.
    #: ``settles_within``: as on Threads, where publishing took 222 s.
    capabilities: ClassVar[Capabilities] = Capabilities(
        ruler=UTF16_UNITS,
        unit="UTF-16 units",
        text=2200,
        link_place=LinkPlace.NOWHERE,
        plain=partial(without_mentions, mention=MENTION),
        has_mentions=True,
        most_hashtags=30,
        most_mentions=20,
        photo=PHOTOS,
        photo_fetched=True,
        needs_photo=True,
        alt=1000,
        edit_within=NEVER,
        delete_within=NEVER,
        settles_within=timedelta(minutes=5),
        budgets=(Budget(of=Spent.POSTS, most=100, per=timedelta(days=1)),),
        verified="contract of the Instagram API 26.0 (July 2026)",
    )

    def __post_init__(self) -> None:
        check_server(self.server, "https://graph.instagram.com")
        if not (self.account.isascii() and self.account.isdigit()):
            raise ValueError(f"account: {self.account!r} is no number of an account (docs/channels.md)")
        check_version(self.version, "v26.0")

    def send(self, post: Post, *, key: str) -> Receipt:  # noqa: ARG002 - posts have no keys
        """Makes a container and publishes it. Raises ``Refused`` for a post without a photo."""
        exchange = self._api.exchange()
        container = self._container(exchange, post)
        try:
            post_id = self._containers.publish(exchange, container)
        except GraphRefused as e:
            if e.subcode not in VOID:
                raise
            raise TryLater(str(e), whole_channel=False) from e
        except OutcomeUnknown as e:
            raise OutcomeUnknown(f"{e} (container {container})") from e
        return Receipt(remote_id=post_id, url=self._containers.permalink(exchange, post_id), is_current=True)

    def edit(self, receipt: Receipt, post: Post) -> Receipt:  # noqa: ARG002 - the port's
        """Raises ``Refused``: the API edits no captions."""
        raise Refused(f"Instagram's API edits no posts: {receipt.url or receipt.remote_id} stays as it is")

    def delete(self, receipt: Receipt, post: Post) -> None:  # noqa: ARG002 - the port's
        """Raises ``Refused``: the API deletes nothing with such a token."""
        raise Refused(f"Instagram's API deletes no posts: delete {receipt.url or receipt.remote_id} there")

    def find(self, post: Post, *, key: str) -> Receipt | None:  # noqa: ARG002 - posts have no keys
        """Looks for the caption in the account's posts since the first attempt. Raises ``OutcomeUnknown``
        where one looks like it, and may be of another article, or of this one before its correction."""
        doubtful = ""
        for listed in self._recent(tried_since(post) - CLOCKS_DIFFER):
            alike = likeness(listed.text, post.text)
            if alike >= SAME:
                is_current = listed.has_words_of(post.text)
                return Receipt(remote_id=listed.remote_id, url=listed.url, is_current=is_current)
            headline = listed.text.partition("\n")[0].strip()
            if alike >= ALIKE or (headline and headline == post.headline):
                doubtful = doubtful or listed.url or listed.remote_id
        if doubtful:
            raise OutcomeUnknown(f"{doubtful} looks like this article's post, and not quite: look there")
        return None

    def check(self) -> str:
        """Whose account it is, and how many posts are left today."""
        exchange = self._api.exchange()
        try:
            username = self._api.username(exchange, self.account)
            used, most = self._api.quota(exchange, self._containers.quota_edge)
        except PostGone as e:
            raise self._not_ours(e) from e
        return f"@{username}; may post, {most - used} of {most} posts left today"

    def renewed_token(self) -> str:
        """Another token, good for ``token_life`` from now on."""
        return self._api.renewed_token("ig_refresh_token")

    def lasting_token(self, ask: Ask) -> LastingToken:
        """The token for ``syndicator connect`` to keep, for one that was pasted."""
        return profile_token(self._api, "ig_exchange_token", (), ask)

    @property
    def _api(self) -> GraphApi:
        return GraphApi(server=self.server, version=self.version, token=self.token, session=self.session)

    @property
    def _containers(self) -> Containers:
        return Containers(
            api=self._api,
            edge=f"{self.account}/media",
            publishing_edge=f"{self.account}/media_publish",
            quota_edge=f"{self.account}/content_publishing_limit",
            state_field="status_code",
            reason_field="status",
            not_ready=NOT_READY,
        )

    def _container(self, exchange: Exchange, post: Post) -> str:
        """A container that is ready to be published."""
        if post.photo is None or not post.photo.addresses:
            raise Refused("Instagram shows no post without a photo")
        fields = {"caption": post.text, **({"alt_text": post.alt} if post.alt else {})}
        try:
            return self._containers.make_with_photo(exchange, post.photo.addresses, fields)
        except GraphRefused as e:
            if e.subcode not in UNFETCHED:
                raise
            raise TryLater(f"{e}; it was to be had at {post.photo.addresses}", whole_channel=False) from e
        except PostGone as e:
            raise self._not_ours(e) from e

    def _recent(self, since: datetime) -> Iterator[ListedPost]:
        """The account's posts since then, the newest first."""
        fields = "id,caption,permalink,timestamp"
        posts = self._api.listed(self._api.exchange(), f"{self.account}/media", since, fields, _listed)
        return (post for post, _ in takewhile(lambda each: each[1] >= since, posts))

    def _not_ours(self, error: PostGone) -> Misconfigured:
        return Misconfigured(f"account: the token is for another one than {self.account}: {error}")


def _listed(each: Any) -> tuple[ListedPost, datetime]:
    """A post, and when it was published."""
    caption, url = str(each.get("caption", "")), str(each.get("permalink", ""))
    created = datetime.fromisoformat(str(each["timestamp"])).astimezone(UTC)
    return ListedPost(remote_id=str(int(each["id"])), text=caption, url=url), created
