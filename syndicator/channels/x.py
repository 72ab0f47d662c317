"""X: one post per article, with its photos, by API v2.

Reference: https://docs.x.com/x-api/posts/create-post, and X's OpenAPI document (2.167, 22 August 2026).
Requests are signed with keys that do not end (OAuth 1.0a): for an account of one's own there is no session to
renew, and none to lose.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, ClassVar
from urllib.parse import quote, unquote

import requests

from syndicator.domain.article import CLOCK_SKEW
from syndicator.domain.capabilities import NEVER, Budget, Capabilities, LinkCard, Price, Spent
from syndicator.domain.delivery import Receipt
from syndicator.domain.errors import Misconfigured, OutcomeUnknown, PostGone, Refused, SyndicatorError
from syndicator.domain.photo import PhotoLimits
from syndicator.domain.post import Post
from syndicator.http.exchange import Exchange, RemoteReply
from syndicator.http.oauth import CALLBACK, SignIn
from syndicator.http.oauth1 import OAuth1Keys
from syndicator.http.oauth1_sign_in import OAuth1App, granted_token
from syndicator.http.x_api import XApi, is_duplicate, post_path, refusal
from syndicator.http.x_media import XMedia
from syndicator.secret import Secret
from syndicator.text.addresses import check_server
from syndicator.text.rulers import CHARACTERS
from syndicator.text.x_calls import plain
from syndicator.text.x_length import ADDRESS_LENGTH, X_WEIGHTED, whole_address

#: 5 MB: https://docs.x.com/x-api/media/quickstart/best-practices
PHOTO = PhotoLimits(side=2048, length=4_900_000, media_types=("image/jpeg", "image/png", "image/webp"))

#: Photos of a post, and characters of an alternative text: ``TweetCreateRequest`` and
#: ``MetadataCreateRequest`` of the OpenAPI document.
MAX_PHOTOS, MAX_ALT_CHARS = 4, 1000

#: In US dollars, on 22 August 2026: https://docs.x.com/x-api/getting-started/pricing. An edit is a post; a
#: look for one reads who we are, and some ten posts of our own.
PRICE = Price(post=0.015, post_with_link=0.2, edit=0.2, deletion=0.01, alternative_text=0.005, look_up=0.02)

#: https://docs.x.com/x-api/fundamentals/edit-posts; the changelog of 3 October 2025 says an hour.
EDITABLE = timedelta(minutes=30)


@dataclass(frozen=True, kw_only=True)
class X:
    """An account on X. The fields are the channel's settings.

    ``premium``: the account has X Premium, so that posts can be edited. ``replies``: the application may post
    replies, which only those with an Enterprise contract may do.
    """

    name: str
    api_key: Secret
    api_key_secret: Secret
    access_token: Secret
    access_token_secret: Secret
    premium: bool = False
    replies: bool = False
    server: str = "https://api.x.com"
    session: requests.Session = field(repr=False, compare=False)
    api: XApi = field(init=False, repr=False, compare=False)

    #: How to come by the secrets, for ``syndicator connect``.
    access: ClassVar[str] = (
        "Log in at https://console.x.com, make an app, and buy credits. In its user authentication settings\n"
        "choose Read and write, and as callback URL, as it is:\n\n"
        f"  {CALLBACK}\n\n"
        "After that make the API key and secret under Keys and tokens: they are asked for now. Then log in\n"
        "to X in your browser as the account that is to post, and allow it. Or, for the account that the\n"
        "app is of, make the access token and secret there, too, and paste all four (--paste). They do not\n"
        "end."
    )

    def __post_init__(self) -> None:
        check_server(self.server, "https://api.x.com")
        keys = OAuth1Keys(
            key=self.api_key,
            key_secret=self.api_key_secret,
            token=self.access_token,
            token_secret=self.access_token_secret,
        )
        object.__setattr__(self, "api", XApi(self.server.rstrip("/"), keys))

    @property
    def capabilities(self) -> Capabilities:
        """Budgets: https://docs.x.com/x-api/fundamentals/rate-limits, and for three hours
        https://docs.x.com/x-api/posts/manage-tweets/integrate#rate-limits"""
        quarter = timedelta(minutes=15)
        return Capabilities(
            ruler=X_WEIGHTED,
            unit="weighted characters",
            text=280,
            link=ADDRESS_LENGTH,
            plain=plain,
            address=whole_address,
            has_mentions=True,
            photo=PHOTO,
            photos=MAX_PHOTOS,
            alt=MAX_ALT_CHARS,
            alt_ruler=CHARACTERS,
            card=LinkCard.FETCHED,
            edit_within=EDITABLE if self.premium else NEVER,
            edit_renews_id=self.premium,
            replies=self.replies,
            budgets=(
                Budget(of=Spent.POSTS, most=100, per=quarter),
                Budget(of=Spent.POSTS, most=300, per=timedelta(hours=3)),
                Budget(of=Spent.PHOTOS, most=500, per=quarter),
                Budget(of=Spent.DELETIONS, most=50, per=quarter),
            ),
            # Listings lag behind, and a text that was corrected meanwhile is no duplicate there.
            settles_within=timedelta(minutes=5),
            price=PRICE,
            verified="contract of X's OpenAPI document 2.167, 22 August 2026",
        )

    def send(self, post: Post, *, key: str) -> Receipt:  # noqa: ARG002 - the port's
        """Posts it. X knows no keys, and refuses the text of a post that is out: that one is ours, then."""
        exchange = self._exchange()
        answers = {"reply": {"in_reply_to_tweet_id": post.reply_to.remote_id}} if post.reply_to else {}
        body = self._body(exchange, post)
        reply = self._write(exchange, {**body, **answers})
        if reply.status < 400:
            return reply.read(_receipt)
        if is_duplicate(reply):
            return self._found_duplicate(exchange, reply, post)
        if post.reply_to and not self.api.versions(exchange, post.reply_to.remote_id):
            raise PostGone(f"{reply.message}; the post that it is to answer is gone")
        raise refusal(reply, is_about_one=post.reply_to is not None)

    def edit(self, receipt: Receipt, post: Post) -> Receipt:
        """Edits the post, which gets another id. Where an edit is out whose answer was lost, the newest
        version is the one to edit: https://docs.x.com/x-api/fundamentals/edit-posts"""
        exchange = self._exchange()
        body = self._body(exchange, post)
        reply = self._write(exchange, {**body, **_edits(receipt.remote_id)})
        if reply.status >= 400:
            found = self.api.versions(exchange, receipt.remote_id)
            if not found:
                raise PostGone(f"{reply.message}; the post was deleted on X")
            if is_duplicate(reply):
                return _receipt({"data": {"id": found[-1]}})
            if found[-1] != receipt.remote_id:
                reply = self._write(exchange, {**body, **_edits(found[-1])})
            if is_duplicate(reply):
                return _receipt({"data": {"id": found[-1]}})
        if reply.status >= 400:
            raise self._refusal(exchange, reply, receipt, is_about_one=True)
        return reply.read(_receipt)

    def delete(self, receipt: Receipt, post: Post) -> None:  # noqa: ARG002 - the port's
        """Deletes the post in all its versions: https://docs.x.com/x-api/posts/delete-post"""
        exchange, path = self._exchange(), post_path(receipt.remote_id)
        reply = self.api.ask(exchange, "DELETE", path, accept=(403, 404))
        if reply.status == 403:
            raise self._refusal(exchange, reply, receipt, is_about_one=False)
        if reply.status != 404 and not reply.read(lambda told: bool(told["data"]["deleted"])):
            raise Refused(f"{reply.host} did not delete {receipt.url or receipt.remote_id}")

    def find(self, post: Post, *, key: str) -> Receipt | None:  # noqa: ARG002 - the port's
        """Looks through the account's own posts since the earliest attempt for the article's link."""
        return self._found(self._exchange(), post, post.since or post.article.first_seen)

    def check(self) -> str:
        """Who we are, and what the token may do, which answers to keys of OAuth 1.0a say."""
        reply = self.api.who(self._exchange())
        name, subscription = reply.read(
            lambda me: (str(me["data"]["username"]), str(me["data"].get("subscription_type") or "None"))
        )
        if reply.headers.get("x-access-level") == "read":
            raise Misconfigured(
                f"@{name}: the access token may only read: choose Read and write, then make it anew"
            )
        words = f"@{name} on X; may post, with photos, for ${PRICE.post_with_link:g} a post with its link"
        if self.premium and subscription == "None":
            words += "; it has no X Premium, so that no post can be edited: declare premium = false"
        return words

    def sign_in(self, person: SignIn) -> Mapping[str, str]:
        """A token and its secret, which the account's owner grants the app."""
        key, key_secret = person.ask("api_key"), person.ask("api_key_secret")
        app = OAuth1App(key=key, key_secret=key_secret, server=self.server)
        token, token_secret = granted_token(app, person, lambda: Exchange(self.session))
        return {"access_token": token, "access_token_secret": token_secret}

    def _found_duplicate(self, exchange: Exchange, reply: RemoteReply, post: Post) -> Receipt:
        since = min(post.since or post.article.first_seen, post.article.first_seen)
        if found := self._found(exchange, post, since):
            return found
        error = OutcomeUnknown(f"{reply.message}; but no post since {since:%Y-%m-%d %H:%M} UTC has its link")
        error.is_over = True
        raise error

    def _found(self, exchange: Exchange, post: Post, since: datetime) -> Receipt | None:
        """The account's latest post with the article's link."""
        wanted = {unquote(address) for address in post.addresses}
        for each, targets in self.api.own_posts(exchange, since - CLOCK_SKEW):
            if targets & wanted:
                return _receipt({"data": each})
        return None

    def _refusal(
        self, exchange: Exchange, reply: RemoteReply, receipt: Receipt, *, is_about_one: bool
    ) -> SyndicatorError:
        """The error of a change that was refused: of another account's post, a person sees to it there."""
        author = self.api.author(exchange, post_path(receipt.remote_id)) if reply.status == 403 else ""
        if author and author != self.api.own_id(exchange):
            where = receipt.url or receipt.remote_id
            return Refused(f"{reply.message}; it was posted by account {author}: see to {where} there")
        return refusal(reply, is_about_one=is_about_one)

    def _body(self, exchange: Exchange, post: Post) -> dict[str, Any]:
        photos = XMedia(self.api, exchange).taken(post)
        return {"text": post.text, **({"media": {"media_ids": photos}} if photos else {})}

    def _write(self, exchange: Exchange, body: dict[str, Any]) -> RemoteReply:
        """A post, or an edit of one. A refusal is the caller's to judge."""
        return self.api.ask(exchange, "POST", "/2/tweets", json=body, accept=(400, 403, 404))

    def _exchange(self) -> Exchange:
        return Exchange(self.session, secrets=self.api.keys.secrets)


def _edits(previous: str) -> dict[str, Any]:
    """What makes a post the next version of another one."""
    return {"edit_options": {"previous_post_id": previous}}


def _receipt(document: Any) -> Receipt:
    name = str(document["data"]["id"])
    return Receipt(remote_id=name, url=f"https://x.com/i/web/status/{quote(name, safe='')}")
