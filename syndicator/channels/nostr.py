"""Nostr: a note per article, signed with the newsroom's key, at the relays that it names.

Notes: https://github.com/nostr-protocol/nips/blob/master/01.md; deletions: NIP-09; replies: NIP-10; photos:
NIP-92; warnings: NIP-36; languages: NIP-32.
"""

from __future__ import annotations

import json
import logging
import re
import time
from collections.abc import Collection, Iterable, Mapping, Sequence
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
from syndicator.remarks import goes_without, remark
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

#: How far back a relay that was away is handed what it lacks, and for how many seconds at one note.
CAUGHT_UP, CATCH_UP_S = timedelta(days=1), 10.0

#: What refusals begin with that concern all our notes, and those that are over soon (NIP-01, NIP-13, NIP-42).
OF_ACCOUNT = ("auth-required", "restricted", "pow")
PASSING = ("rate-limited", "error")

#: Between a note's id and its author in receipts.
SEPARATOR = ":"


@dataclass(frozen=True, kw_only=True)
class Nostr:
    """The newsroom's notes. The fields are the channel's settings. ``key``: its private key. ``relays``: the
    servers that have its notes, each of them on its own."""

    name: str
    key: Secret
    relays: tuple[str, ...]
    session: requests.Session = field(repr=False, compare=False)
    guard: AddressGuard = field(repr=False, compare=False)

    #: Relays that may lack notes: after a start, all of several.
    _behind: set[str] = field(default_factory=set, init=False, repr=False, compare=False)

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
        self._behind.update(self.relays if len(self.relays) > 1 else ())

    def send(self, post: Post, *, key: str) -> Receipt:  # noqa: ARG002 - the id is made of the note itself
        """Hands the same note to all relays: one that has it already says so. Those that were away are handed
        what they lack, once they are back."""
        if post.language and not language_of(post):
            goes_without("its language", f"{post.language} has no name of two letters (ISO 639-1)")
        event = self._signed(NOTE, content_of(post), tags_of(post), created_at(post))
        replies = publish(self.guard, self.relays, event)
        missing = self._judged(replies)
        if missing:
            remark(f"not at every relay: {'; '.join(missing)}")
        self._behind.update(reply.relay for reply in replies if _may_take_it_later(reply))
        if back := self._behind.intersection(reply.relay for reply in replies if reply.taken):
            self._catch_up(back)
        return receipt_of(event)

    def edit(self, receipt: Receipt, post: Post) -> Receipt:  # noqa: ARG002 - the port's
        raise Refused("a note on Nostr cannot be changed: its id is made of all of it")

    def delete(self, receipt: Receipt, post: Post) -> None:  # noqa: ARG002 - the port's
        """Asks all relays to delete the note, until each has been told: NIP-09. Raises ``Refused`` for one
        that another key has signed: relays pass such a request over, and say that they have taken it."""
        event_id, _, author = receipt.remote_id.partition(SEPARATOR)
        if author not in ("", self._keys.public_key().to_hex()):
            signer = nostr_sdk.PublicKey.parse(author).to_bech32()
            raise Refused(
                f"the note was signed by {signer}, whose key alone deletes it: see to {receipt.url}"
            )
        tags = [["e", event_id], ["k", str(NOTE)]]
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
            return receipt_of(max(events, key=lambda event: int(event["created_at"])))
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

    def _catch_up(self, back: Collection[str]) -> None:
        """Hands relays that were away what others have of the last day: deletions, and notes that were not
        deleted. What goes wrong is made up for at the next note."""
        since = int((datetime.now(UTC) - CAUGHT_UP).timestamp())
        wanted: dict[str, Any] = {
            "authors": [self._keys.public_key().to_hex()],
            "kinds": [NOTE, DELETION],
            "since": since,
            "limit": MAX_NOTES,
        }
        replies = [reply for reply in query(self.guard, self.relays, wanted) if reply.taken]
        known = {
            each["id"]: each
            for reply in replies
            for each in reply.events
            if self._signed_tags(each) is not None
            and each["kind"] in wanted["kinds"]
            and each["created_at"] >= since
        }
        deletions = [each for each in known.values() if each["kind"] == DELETION]
        deleted = {tag[1] for each in deletions for tag in each["tags"] if tag[:1] == ["e"] and tag[1:]}
        end = time.monotonic() + CATCH_UP_S
        for reply in (reply for reply in replies if reply.relay in back):
            has = {each.get("id") for each in reply.events} | deleted
            lacks = sorted(known.keys() - has, key=lambda id_: (known[id_]["created_at"], id_))
            for number, id_ in enumerate(lacks):
                why = "its notes take too long" if time.monotonic() > end else ""
                if not why:
                    [answer] = publish(self.guard, [reply.relay], known[id_])
                    why = answer.words if _may_take_it_later(answer) else ""
                if why:
                    left = len(lacks) - number
                    log.warning("channel %s: %s still lacks %d notes: %s", self.name, reply.relay, left, why)
                    break
            else:
                self._behind.discard(reply.relay)
                if lacks:
                    log.info(
                        "channel %s: %s was away, and was handed %d notes", self.name, reply.relay, len(lacks)
                    )

    def _is_ours(self, event: Any, addresses: Sequence[str]) -> bool:
        """Whether what a relay shows is what was asked for, signed by us."""
        tags = self._signed_tags(event) or ()
        return any(tag[:1] == ["r"] and tag[1:2] and tag[1] in addresses for tag in tags)

    def _signed_tags(self, event: Any) -> list[list[str]] | None:
        """The tags of an event that we have signed; ``None``: we have not. A relay may say anything."""
        try:
            found = nostr_sdk.Event.from_json(json.dumps(event))
            is_ours = found.verify() and found.author().to_hex() == self._keys.public_key().to_hex()
            return [tag.to_vec() for tag in found.tags()] if is_ours else None
        except (nostr_sdk.NostrSdkError, ValueError):
            return None

    def _judged(self, replies: Sequence[RelayReply]) -> list[str]:
        """The relays that have not taken an event, where others have. Raises what it means where none has."""
        missing = [reply.message for reply in replies if not reply.taken]
        if len(missing) < len(replies):
            return missing
        raise _error(replies)(f"no relay took it: {'; '.join(missing)}")


def _may_take_it_later(reply: RelayReply) -> bool:
    """Whether a relay has not taken an event, and might at another time."""
    return (reply.taken is None and not reply.is_forbidden) or (not reply.taken and reply.prefix in PASSING)


def _error(replies: Sequence[RelayReply]) -> type[SyndicatorError]:
    """What it means that no relay took an event."""
    if any(reply.taken is None and reply.left for reply in replies):
        return OutcomeUnknown
    if any(_may_take_it_later(reply) for reply in replies):
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
        tags.append(["e", post.reply_to.remote_id.partition(SEPARATOR)[0], "", "root"])
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
    if language := language_of(post):
        tags += [["L", "ISO-639-1"], ["l", language, "ISO-639-1"]]
    return tags


def language_of(post: Post) -> str:
    """A note's language as NIP-32's namespace names it; ``""`` where it does not."""
    language = post.language.partition("-")[0].lower()
    return language if len(language) == 2 else ""


def created_at(post: Post) -> datetime:
    """The time of a note: the same at every attempt, so that its id is; another for each revision, since
    relays take no note again that was deleted."""
    article = post.article
    since = article.published if post.occasion is Occasion.NEWS else article.updated
    return max(article.first_seen, since) + timedelta(seconds=article.revision - 1)


def receipt_of(event: Mapping[str, Any]) -> Receipt:
    note = nostr_sdk.EventId.parse(event["id"]).to_bech32()
    remote_id = f"{event['id']}{SEPARATOR}{event['pubkey']}"
    return Receipt(remote_id=remote_id, url=f"https://njump.me/{note}", is_current=True)


def _photo_address(post: Post) -> str:
    photo = post.named_photo
    return photo.url if photo and is_web_address(photo.url) else ""


def _name(event: Any) -> str:
    """The name in a profile, whoever wrote it."""
    try:
        profile = json.loads(event["content"])
        return " ".join(str(profile.get("display_name") or profile["name"]).split())[:80]
    except (ValueError, TypeError, KeyError, AttributeError):
        return ""
