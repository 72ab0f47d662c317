"""Nostr: a note per article, signed with the newsroom's key, at the relays that it names.

Notes: https://github.com/nostr-protocol/nips/blob/master/01.md; deletions: NIP-09; replies: NIP-10; photos:
NIP-92; warnings: NIP-36; languages: NIP-32.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, ClassVar
from urllib.parse import urlsplit

import nostr_sdk
import requests

from syndicator.domain.capabilities import NEVER, Capabilities, LinkCard
from syndicator.domain.delivery import Receipt
from syndicator.domain.errors import Misconfigured, OutcomeUnknown, Refused, SyndicatorError, TryLater
from syndicator.domain.post import Occasion, Post, SpanKind
from syndicator.http.client import AddressGuard
from syndicator.http.nostr_relays import RelayReply, publish, query
from syndicator.secret import Secret
from syndicator.text.addresses import is_web_address
from syndicator.text.mentions import without_mentions
from syndicator.text.rulers import CHARACTERS

log = logging.getLogger(__name__)

#: Kinds of events: a note, and a request that notes be deleted.
NOTE, DELETION = 1, 5

#: Characters of a note: relays take some kilobytes (``max_content_length`` of NIP-11), apps show a page.
MAX_TEXT, MAX_ALT = 2000, 1000

#: What apps take for a mention of somebody, or of a note, up to its first character (NIP-21, NIP-27).
MENTION = re.compile(r"nostr:(?=n[a-z]+1)|@(?=npub1)", re.IGNORECASE)

#: Notes that are looked through for one of ours.
MAX_NOTES = 100

#: What refusals begin with that concern all our notes, and those that are over soon (NIP-01, NIP-13, NIP-42).
OF_ACCOUNT = ("auth-required", "restricted", "pow")
PASSING = ("rate-limited", "error")


@dataclass(frozen=True, kw_only=True)
class Nostr:
    """The newsroom's notes. The fields are the channel's settings. ``key``: its private key. ``relays``: the
    servers that have its notes, each of them on its own."""

    name: str
    key: Secret
    relays: tuple[str, ...]
    session: requests.Session = field(repr=False, compare=False)
    guard: AddressGuard = field(repr=False, compare=False)

    #: How to come by the secret, for ``syndicator connect``.
    access: ClassVar[str] = (
        "A key is made here, once, unless there is one. To take that of an account which the newsroom has\n"
        "(nsec1..., which its Nostr app shows under Keys), add --paste. Nobody can replace it: keep a copy."
    )

    #: A note cannot be changed (NIP-01: an id is a hash of all of it).
    capabilities: ClassVar[Capabilities] = Capabilities(
        ruler=CHARACTERS,
        unit="characters",
        text=MAX_TEXT,
        plain=partial(without_mentions, mention=MENTION),
        has_language=True,
        has_warning=True,
        photo_by_address=True,
        alt=MAX_ALT,
        card=LinkCard.FETCHED,
        edit_within=NEVER,
        replies=True,
        verified="a real relay: that of nostr-sdk 0.45.1",
    )

    def __post_init__(self) -> None:
        if not self.relays:
            raise ValueError('relays: name at least one, "wss://relay.example"')
        for relay in self.relays:
            if not is_relay(relay):
                raise ValueError(f'relays: {relay!r} is no relay: write "wss://relay.example"')

    def send(self, post: Post, *, key: str) -> Receipt:  # noqa: ARG002 - the id is made of the note itself
        """Hands the same note to all relays: one that has it already says so."""
        event = self._signed(NOTE, content_of(post), tags_of(post), created_at(post))
        replies = publish(self.guard, self.relays, event)
        missing = self._judged(replies)
        if missing:
            log.warning("channel %s: %s is not at every relay: %s", self.name, post.url, "; ".join(missing))
        return receipt_of(event["id"])

    def edit(self, receipt: Receipt, post: Post) -> Receipt:  # noqa: ARG002 - the port's
        raise Refused("a note on Nostr cannot be changed: its id is made of all of it")

    def delete(self, receipt: Receipt, post: Post) -> None:  # noqa: ARG002 - the port's
        """Asks all relays to delete the note, until each has been told: NIP-09."""
        tags = [["e", receipt.remote_id], ["k", str(NOTE)]]
        event = self._signed(DELETION, "", tags, datetime.now(UTC))
        if missing := self._judged(publish(self.guard, self.relays, event)):
            raise TryLater(f"not every relay was told: {'; '.join(missing)}", whole_channel=False)

    def find(self, post: Post, *, key: str) -> Receipt | None:  # noqa: ARG002 - the port's
        """The latest of our notes that names the article's address (``r``)."""
        wanted = {
            "authors": [self._keys.public_key().to_hex()],
            "kinds": [NOTE],
            "#r": list(post.addresses),
            "limit": MAX_NOTES,
        }
        replies = query(self.guard, self.relays, wanted)
        events = [
            event for reply in replies for event in reply.events if self._is_ours(event, post.addresses)
        ]
        if events:
            return receipt_of(max(events, key=lambda event: int(event["created_at"]))["id"])
        if silent := [reply.message for reply in replies if not reply.taken]:
            raise OutcomeUnknown(f"no relay has it, but not all have answered: {'; '.join(silent)}")
        return None

    def check(self) -> str:
        """Who we are, and whether the relays answer: whether they take notes of ours is seen at the first."""
        public = self._keys.public_key()
        wanted = {"authors": [public.to_hex()], "kinds": [0], "limit": 1}
        replies = query(self.guard, self.relays, wanted)
        silent = [reply.message for reply in replies if not reply.taken]
        if len(silent) == len(replies):
            raise TryLater(f"no relay answers: {'; '.join(silent)}")
        name = next(
            (name for reply in replies for event in reply.events if (name := _name(event))), "no profile"
        )
        trouble = f"; not there: {'; '.join(silent)}" if silent else ""
        return f"{public.to_bech32()} ({name}); relays: {len(replies) - len(silent)}{trouble}"

    def new_secret(self) -> str:
        """A private key, where there is none yet."""
        return str(nostr_sdk.Keys.generate().secret_key().to_bech32())

    @property
    def _keys(self) -> nostr_sdk.Keys:
        try:
            return nostr_sdk.Keys.parse(self.key.reveal())
        except nostr_sdk.NostrSdkError as e:
            raise Misconfigured(f"key: {self.key} holds no private key of Nostr (nsec1...)") from e

    def _signed(self, kind: int, content: str, tags: Iterable[Sequence[str]], at: datetime) -> dict[str, Any]:
        """An event, whose id depends on nothing else than this."""
        keys = self._keys
        builder = nostr_sdk.EventBuilder(nostr_sdk.Kind(kind), content)
        builder = builder.tags([nostr_sdk.Tag.parse(list(tag)) for tag in tags])
        builder = builder.custom_created_at(nostr_sdk.Timestamp.from_secs(int(at.timestamp())))
        found: dict[str, Any] = json.loads(
            keys.sign_event(builder.finalize_unsigned(keys.public_key())).as_json()
        )
        return found

    def _is_ours(self, event: Any, addresses: Sequence[str]) -> bool:
        """Whether what a relay shows is what was asked for, signed by us: it may say anything."""
        try:
            found = nostr_sdk.Event.from_json(json.dumps(event))
            tags = [tag.to_vec() for tag in found.tags()]
            return (
                found.verify()
                and found.author().to_hex() == self._keys.public_key().to_hex()
                and any(tag[:1] == ["r"] and tag[1:2] and tag[1] in addresses for tag in tags)
            )
        except (nostr_sdk.NostrSdkError, ValueError):
            return False

    def _judged(self, replies: Sequence[RelayReply]) -> list[str]:
        """The relays that have not taken an event, where others have. Raises what it means where none has."""
        missing = [reply.message for reply in replies if not reply.taken]
        if len(missing) < len(replies):
            return missing
        raise _error(replies)(f"no relay took it: {'; '.join(missing)}")


def _error(replies: Sequence[RelayReply]) -> type[SyndicatorError]:
    """What it means that no relay took an event."""
    if any(reply.taken is None and reply.left for reply in replies):
        return OutcomeUnknown
    if any((reply.taken is None and not reply.is_forbidden) or reply.prefix in PASSING for reply in replies):
        return TryLater
    needs_person = any(reply.is_forbidden or reply.prefix in OF_ACCOUNT for reply in replies)
    return Misconfigured if needs_person else Refused


def is_relay(address: str) -> bool:
    """Whether this is a relay's address."""
    try:
        parts = urlsplit(address)
        return parts.scheme in ("wss", "ws") and bool(parts.hostname) and (parts.port or 443) > 0
    except ValueError:
        return False


def content_of(post: Post) -> str:
    """A note's text; apps show the photo where its address stands (NIP-92)."""
    photo = _photo_address(post)
    return f"{post.text}\n\n{photo}" if photo else post.text


def tags_of(post: Post) -> list[list[str]]:
    """The tags of a note. Its article's address (``r``) is a first note's alone: by that it is found."""
    tags = [["t", span.target.lower()] for span in post.linked(SpanKind.HASHTAG)]
    if post.occasion is Occasion.NEWS:
        tags.append(["r", post.url])
    if post.reply_to:
        tags.append(["e", post.reply_to.remote_id, "", "root"])
    if photo := _photo_address(post):
        fields = []
        known = post.article.photo
        if known and known.media_type:
            fields.append(f"m {known.media_type}")
        if known and known.width and known.height:
            fields.append(f"dim {known.width}x{known.height}")
        if post.alt:
            fields.append(f"alt {post.alt}")
        if fields:  # NIP-92: the address, and at least one other field
            tags.append(["imeta", f"url {photo}", *fields])
    if post.warning:
        tags.append(["content-warning", post.warning])
    language = post.language.partition("-")[0].lower()
    if len(language) == 2:
        tags += [["L", "ISO-639-1"], ["l", language, "ISO-639-1"]]
    return tags


def created_at(post: Post) -> datetime:
    """The time of a note: the same at every attempt, so that its id is; another for each revision, since
    relays take no note again that was deleted."""
    article = post.article
    since = article.published if post.occasion is Occasion.NEWS else article.updated
    return max(article.first_seen, since) + timedelta(seconds=article.revision - 1)


def receipt_of(event_id: str) -> Receipt:
    note = nostr_sdk.EventId.parse(event_id).to_bech32()
    return Receipt(remote_id=event_id, url=f"https://njump.me/{note}", is_current=True)


def _photo_address(post: Post) -> str:
    photo = post.article.photo
    has_photo = photo is not None and post.occasion is Occasion.NEWS and is_web_address(photo.url)
    return photo.url if photo and has_photo else ""


def _name(event: Any) -> str:
    """The name in a profile, whoever wrote it."""
    try:
        profile = json.loads(event["content"])
        return " ".join(str(profile.get("display_name") or profile["name"]).split())[:80]
    except (ValueError, TypeError, KeyError, AttributeError):
        return ""
