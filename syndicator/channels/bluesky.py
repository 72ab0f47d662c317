"""Bluesky, and every server of the AT Protocol: one post per article, with its lead photo or a card.

Records: https://github.com/bluesky-social/atproto/blob/main/lexicons/app/bsky/feed/post.json
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, Literal

import requests

from syndicator.domain.capabilities import Budget, Capabilities, LinkCard, LinkPlace, Spent
from syndicator.domain.delivery import Receipt
from syndicator.domain.errors import (
    Misconfigured,
    OutcomeUnknown,
    PhotoRefused,
    Refused,
    SyndicatorError,
    TryLater,
)
from syndicator.domain.listed_post import horizon_of
from syndicator.domain.photo import PhotoFile, PhotoLimits
from syndicator.domain.post import Post, Span, SpanKind
from syndicator.http.exchange import Exchange
from syndicator.http.repository import (
    PAGE_RECORDS,
    OtherVersion,
    Record,
    Repository,
    created_at,
    differences,
    record_key,
)
from syndicator.http.xrpc import XrpcAccount
from syndicator.remarks import goes_without, photos_taken, remark, with_photo_if_taken
from syndicator.secret import Secret
from syndicator.text.addresses import check_server
from syndicator.text.rulers import GRAPHEMES, UTF8_BYTES, Both

POSTS = "app.bsky.feed.post"

#: A post has 300 graphemes and 3,000 bytes at most, a hashtag 64 and 640: the lexicon.
LENGTH, TAG_LENGTH = Both((GRAPHEMES, 300), (UTF8_BYTES, 3000)), Both((GRAPHEMES, 64), (UTF8_BYTES, 640))

#: 2,000,000 bytes in today's lexicon; 1,000,000 in cards, and on servers that have an older one.
PHOTO = PhotoLimits(side=2000, length=950_000, media_types=("image/jpeg", "image/png", "image/webp"))

#: Images in one post (the lexicon app.bsky.embed.images).
MAX_IMAGES = 4

#: A photo, and what the server calls its bytes.
Uploaded = tuple[PhotoFile, Record]

#: Pages of records that we read to find one.
MAX_PAGES = 10

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
        horizon, cursor = horizon_of(post), ""
        for _ in range(MAX_PAGES):
            records, cursor = repository.page(cursor)
            found = [each for each in records if _links(each["value"]).intersection(post.addresses)]
            if found:
                best = min(found, key=lambda each: "reply" in each["value"])
                return self._receipt(best["uri"].rpartition("/")[2])
            if not cursor or all(created_at(each["value"]) < horizon for each in records):
                return None
        raise OutcomeUnknown(
            f"not among the account's latest {MAX_PAGES * PAGE_RECORDS} posts; there are more"
        )

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
            if _has_photo(record.get("embed", {})):
                raise PhotoRefused(str(e)) from e
            raise
        try:
            existing = repository.get(rkey)
        except SyndicatorError as e:
            remark(f"it cannot be read back: {e}")
            return self._receipt(rkey)
        shown = differences(existing["value"], record) if existing else ["everything"]
        differs = ", ".join(map(_words_for(record), shown))
        return self._receipt(rkey, is_current=not shown, differs=differs)

    def _record(self, repository: Repository, post: Post) -> Record:
        photos = self._upload(repository, post)
        embed = _card(post, photos[0][1] if photos else None) if post.link else None
        if photos and self.show == "photo":
            embed = {"$type": "app.bsky.embed.images", "images": [_image(*photo) for photo in photos]}
        return {
            "$type": POSTS,
            "text": post.text,
            "createdAt": _first_tried(post).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "facets": [*self._facets(repository, post)],
            **({"embed": embed} if embed else {}),
            **({"langs": [post.language]} if post.language else {}),
        }

    def _facets(self, repository: Repository, post: Post) -> Iterator[Record]:
        """What is behind words: by bytes of the text, the end not included
        (https://docs.bsky.app/docs/advanced-guides/post-richtext)."""
        for span in post.spans:
            if feature := self._feature(repository, span):
                start = UTF8_BYTES.measure(post.text[: span.start])
                end = start + UTF8_BYTES.measure(post.text[span.start : span.end])
                yield {"index": {"byteStart": start, "byteEnd": end}, "features": [feature]}

    def _feature(self, repository: Repository, span: Span) -> Record | None:
        """What a span is there; ``None``, which is remarked, where it can only be text."""
        kind = f"app.bsky.richtext.facet#{span.kind}"
        match span.kind:
            case SpanKind.LINK:
                return {"$type": kind, "uri": span.target}
            case SpanKind.HASHTAG:
                if TAG_LENGTH.measure(span.target) <= 64:
                    return {"$type": kind, "tag": span.target}
                goes_without("a hashtag", f"{span.target[:100]} is too long for one")
            case SpanKind.MENTION:
                try:
                    return {"$type": kind, "did": repository.did_of(span.target)}
                except (Refused, TryLater) as e:
                    goes_without(f"the mention of {span.target}", e)
        return None

    def _upload(self, repository: Repository, post: Post) -> list[Uploaded]:
        """The post's photos that the server takes, as records refer to them. Nobody sees them before a record
        does."""
        return photos_taken(post, lambda photo: repository.upload(photo.content, photo.media_type))

    def _reply(self, repository: Repository, to: Receipt) -> Record:
        """https://docs.bsky.app/docs/tutorials/creating-a-post#replies"""
        parent = repository.get(to.remote_id)
        if parent is None:
            remark(f"no reply, since {to.url or to.remote_id} was deleted")
            return {}
        reference = {"uri": parent["uri"], "cid": parent["cid"]}
        return {
            "reply": {"root": parent["value"].get("reply", {}).get("root", reference), "parent": reference}
        }

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


def _first_tried(post: Post) -> datetime:
    """The time of a record, the same at every attempt: where nobody knows any more when the first one was, it
    is when its article was first seen, rather than a day before."""
    return max(post.since or datetime.now(UTC), post.article.first_seen).astimezone(UTC)


def _words_for(record: Record) -> Callable[[str], str]:
    """What the fields of a record are to those who read of them."""
    picture = "photo" if "images" in record.get("embed", {}) else "card"
    words = {"facets": "link", "embed": picture, "langs": "language", "createdAt": "time"}
    return lambda name: words.get(name, name)


def _image(photo: PhotoFile, blob: Record) -> Record:
    """One of a post's images (the lexicon app.bsky.embed.images)."""
    return {
        "alt": photo.alt,
        "image": blob,
        "aspectRatio": {"width": photo.width, "height": photo.height},
    }


def _has_photo(embed: Record) -> bool:
    return "images" in embed or "thumb" in embed.get("external", {})


def _card(post: Post, photo: Record | None = None) -> Record:
    card: dict[str, Any] = {"uri": post.url, "title": post.headline, "description": post.summary}
    return {"$type": "app.bsky.embed.external", "external": card | ({"thumb": photo} if photo else {})}


def _links(value: Record) -> set[str]:
    """The addresses that a record links to, behind words or by its card."""
    features = [each for facet in value.get("facets") or () for each in facet.get("features") or ()]
    card = (value.get("embed") or {}).get("external") or {}
    return {str(each.get("uri")) for each in [*features, card]}
