"""Bluesky, and every server of the AT Protocol: one post per article, with its lead photo or a card.

Records: https://github.com/bluesky-social/atproto/blob/main/lexicons/app/bsky/feed/post.json
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import timedelta
from typing import ClassVar, Literal

import requests

from syndicator.domain.capabilities import Budget, Capabilities, LinkCard, LinkPlace, Spent
from syndicator.domain.delivery import Receipt
from syndicator.domain.errors import Misconfigured, PhotoRefused, Refused, TryLater
from syndicator.domain.listed_post import horizon_of
from syndicator.domain.photo import PhotoLimits
from syndicator.domain.post import Post, SpanKind
from syndicator.http.exchange import Exchange
from syndicator.http.repository import OtherVersion, Record, Repository, created_at, differences, record_key
from syndicator.http.xrpc import XrpcAccount
from syndicator.remarks import photos_taken, remark, with_photo_if_taken
from syndicator.secret import Secret
from syndicator.text.addresses import check_server
from syndicator.text.bluesky_posts import LENGTH, POSTS, answering, has_photo, in_words, links, post_record

#: 2,000,000 bytes in today's lexicon; 1,000,000 in cards, and on servers that have an older one.
PHOTO = PhotoLimits(side=2000, length=950_000, media_types=("image/jpeg", "image/png", "image/webp"))

#: Images in one post (the lexicon app.bsky.embed.images).
MAX_IMAGES = 4

#: Whose a post is, in its address.
PROFILE = re.compile(r"https://bsky\.app/profile/([^/]+)/post/")


@dataclass(frozen=True, kw_only=True)
class Bluesky:
    """An account on Bluesky. The fields are the channel's settings.

    ``password``: an app password. ``show``: what a post with a photo shows, the photo with its alternative
    text and the link behind words, or the card of the link, with the photo on it.
    """

    name: str
    handle: str
    password: Secret
    server: str = "https://bsky.social"
    show: Literal["photo", "card"] = "photo"
    session: requests.Session = field(repr=False, compare=False)
    account: XrpcAccount = field(init=False, repr=False, compare=False)

    #: How to come by the secret, for ``syndicator connect``.
    access: ClassVar[str] = (
        "Log in at https://bsky.app as the account that is to post, and add an app password:\n"
        "Settings > Privacy and security > App passwords. It is shown once; never use the account's own."
    )

    def __post_init__(self) -> None:
        check_server(self.server, "https://bsky.social")
        if "." not in self.handle.strip(".") or "@" in self.handle:
            raise ValueError(f'handle: {self.handle!r} is no handle: write "newsroom.bsky.social"')
        account = XrpcAccount(self.server.rstrip("/"), self.handle, self.password)
        object.__setattr__(self, "account", account)

    @property
    def capabilities(self) -> Capabilities:
        """``key_memory``: a record's key is ours, and there for ever. Alternative texts have no limit in the
        lexicon; the app's is 2,000. Budgets are points, which posts, edits and deletions take from: https://docs.bsky.app/docs/advanced-guides/rate-limits"""
        return Capabilities(
            ruler=LENGTH,
            unit="graphemes and 3,000 bytes",
            text=300,
            link_place=LinkPlace.WORDS,
            has_language=True,
            has_mentions=True,
            photo=PHOTO,
            photos=MAX_IMAGES if self.show == "photo" else 1,
            alt=2000,
            card=LinkCard.SENT,
            card_beside_photo=self.show == "card",
            replies=True,
            key_memory=timedelta(days=3650),
            budgets=(
                Budget(of=Spent.POINTS, most=5_000, per=timedelta(hours=1)),
                Budget(of=Spent.POINTS, most=35_000, per=timedelta(days=1)),
                Budget(of=Spent.PHOTOS, most=1_000, per=timedelta(days=1)),
            ),
            points={Spent.POSTS: 3, Spent.EDITS: 2, Spent.DELETIONS: 1},
            verified="a real server: @atproto/pds 0.4.217",
        )

    def send(self, post: Post, *, key: str) -> Receipt:
        """Writes a record under a key of our own, where there is none: a repeated request finds it there. All
        that a record is made of is on file before it leaves, its time and its key too: a repeat is the same
        to the letter, which the server takes for the one that it has."""
        repository, rkey = self._repository(), record_key(key, post.article.first_seen)
        reply = self._reply(repository, post.reply_to) if post.reply_to else {}

        def write(post: Post) -> Receipt:
            record = self._record(repository, post) | reply
            try:
                return self._write(repository, rkey, record, version=None)
            except OtherVersion:
                existing = repository.get(rkey)
            if existing is None:
                raise Refused(f"{self.account.host}: the post was taken down there")
            is_current = not differences(existing["value"], record, apart_from=("createdAt", "reply"))
            return self._receipt(rkey, is_current=is_current)

        return with_photo_if_taken(post, write)

    def edit(self, receipt: Receipt, post: Post) -> Receipt:
        """Replaces the record, which keeps its time, and what it is a reply to."""
        repository = self._repository()
        existing = repository.get(receipt.remote_id)
        if existing is None:
            self._check_ours(receipt)
            raise Refused(f"{self.account.host}: the post was deleted there")
        rkey, version = receipt.remote_id, existing["cid"]
        kept = {name: existing["value"][name] for name in ("createdAt", "reply") if name in existing["value"]}
        try:
            return with_photo_if_taken(
                post,
                lambda post: self._write(
                    repository, rkey, self._record(repository, post) | kept, version=version
                ),
            )
        except OtherVersion as e:
            raise TryLater(f"{self.account.host}: somebody else edits the post at this moment") from e

    def delete(self, receipt: Receipt, post: Post) -> None:  # noqa: ARG002 - the port's
        """Deletes the record; its photo goes with it. That there is none is no error, unless another account
        has posted it: keys are those of one repository."""
        repository = self._repository()
        if self._poster(receipt) and repository.get(receipt.remote_id) is None:  # else it was renamed
            self._check_ours(receipt)
        repository.delete(receipt.remote_id)

    def find(self, post: Post, *, key: str) -> Receipt | None:
        """The record under the post's key, else the latest that links to the article: keys depend on when it
        was first seen, which may be forgotten. Of records that do, replies (corrections) come last.

        Records are listed by their keys, and a post may wait: only a whole page of older ones is the end.
        """
        repository, rkey = self._repository(), record_key(key, post.article.first_seen)
        if repository.get(rkey):
            return self._receipt(rkey)
        horizon = horizon_of(post)
        for records in repository.pages():
            found = [each for each in records if links(each["value"]).intersection(post.addresses)]
            if found:
                best = min(found, key=lambda each: "reply" in each["value"])
                return self._receipt(best["uri"].rpartition("/")[2])
            if all(created_at(each["value"]) < horizon for each in records):
                break
        return None

    def check(self) -> str:
        try:
            handle = self.account.log_in(self._exchange())
        except Refused as e:
            raise Misconfigured(f"{e}; is there a server of the AT Protocol at {self.server}?") from e
        return f"@{handle} on {self.account.host} ({self.account.did})"

    def _repository(self) -> Repository:
        return Repository(self.account, self._exchange(), POSTS)

    def _exchange(self) -> Exchange:
        return Exchange(self.session, secrets=self.account.secrets)

    def _write(self, repository: Repository, rkey: str, record: Record, *, version: str | None) -> Receipt:
        """Writes the record, reads it back and compares. Servers look at a photo only now. Raises
        ``PhotoRefused`` where they do not take a record that has one."""
        try:
            repository.put(rkey, record, version=version)
        except Refused as e:
            if has_photo(record):
                raise PhotoRefused(str(e)) from e
            raise
        shown_otherwise = repository.read_back(rkey, record)
        if shown_otherwise is None:
            return self._receipt(rkey)
        differs = in_words(record, shown_otherwise)
        return self._receipt(rkey, is_current=not shown_otherwise, differs=differs)

    def _record(self, repository: Repository, post: Post) -> Record:
        """The record of a post. Nobody sees its photos before."""
        photos = photos_taken(post, lambda photo: repository.upload(photo.content, photo.media_type))
        dids = repository.dids_of(span.target for span in post.linked(SpanKind.MENTION))
        return post_record(post, photos, dids, on_card=self.show == "card")

    def _reply(self, repository: Repository, to: Receipt) -> Record:
        """What makes a post an answer; nothing where there is none any more to be answered."""
        parent = repository.get(to.remote_id)
        if parent is None:
            remark(f"no reply, since {to.url or to.remote_id} was deleted")
            return {}
        return answering(parent)

    def _poster(self, receipt: Receipt) -> str:
        """The handle of an account that has posted under another one than is declared; empty: ours has."""
        found = PROFILE.match(receipt.url)
        return found[1] if found and found[1].lower() != self.handle.lower() else ""

    def _check_ours(self, receipt: Receipt) -> None:
        """Raises ``Refused`` for a post of another account."""
        if handle := self._poster(receipt):
            raise Refused(f"{receipt.url} was posted by {handle}, not {self.handle}: see to it there")

    def _receipt(self, rkey: str, *, is_current: bool = False, differs: str = "") -> Receipt:
        url = f"https://bsky.app/profile/{self.handle}/post/{rkey}"
        return Receipt(remote_id=rkey, url=url, is_current=is_current, differs=differs)
