"""Matrix: a message per article in a room, with its lead photo.

Client-server API: https://spec.matrix.org/latest/client-server-api/
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import ClassVar
from urllib.parse import quote, unquote

import requests

from syndicator.domain.capabilities import Capabilities, LinkPlace, Spent
from syndicator.domain.delivery import Receipt
from syndicator.domain.errors import Misconfigured, PostGone, Refused, SyndicatorError
from syndicator.domain.former_place import whosever
from syndicator.domain.listed_post import horizon_of
from syndicator.domain.photo import PhotoLimits
from syndicator.domain.post import Occasion, Post
from syndicator.http.exchange import Exchange
from syndicator.http.homeserver import Content, Homeserver
from syndicator.remarks import photos_taken, remark
from syndicator.secret import Secret
from syndicator.text.addresses import check_server
from syndicator.text.matrix_messages import HTML_BYTES, message, photo_fields, replacing, shown_part
from syndicator.text.posted_html import links_to

#: Bytes of a post's text. Events have 65,536 at most (.../#size-limits), and a correction has the text twice,
#: plain and as HTML, and the link likewise, which has up to 8,000.
MAX_TEXT_BYTES = 12_000

#: Servers take 50 MiB unless they say otherwise (``m.upload.size``), and timelines need less.
PHOTO = PhotoLimits(side=2048, length=8_000_000, media_types=("image/jpeg", "image/png", "image/webp"))

#: Keys that are tried for one post: one whose message was deleted meanwhile posts nothing any more.
MAX_KEYS = 5

#: An event's id, and its room's before it: in receipts, and in links, which name an alias instead
#: (https://spec.matrix.org/latest/appendices/#matrixto-navigation).
PLACE = re.compile(r"(?:(![^\s/?]{1,255})[\s/])?(\$[^\s?]{1,255})")


@dataclass(frozen=True, kw_only=True)
class Matrix:
    """A room on a Matrix homeserver. The fields are the channel's settings.

    ``room``: its id (``!...``) or an alias (``#news:example.org``). ``notice``: as robots write, for which
    many clients make no sound.
    """

    name: str
    server: str
    room: str
    token: Secret
    notice: bool = False
    session: requests.Session = field(repr=False, compare=False)

    #: How to come by the secret, for ``syndicator connect``.
    access: ClassVar[str] = (
        "Make an account for the newsroom's robot, and let it join the room. Its access token is in what\n"
        "POST /_matrix/client/v3/login answers (docs/channels.md has the command). One that a client shows\n"
        "under Settings > Help & About ends when that client logs out."
    )

    #: ``key_memory``: for how long servers know a transaction id again is written nowhere; Synapse does for
    #: 30 minutes at least (``CLEANUP_PERIOD_MS`` in its rest/client/transactions.py), and of the same device
    #: (.../#transaction-identifiers). Photos have captions, and no alternative texts.
    capabilities: ClassVar[Capabilities] = Capabilities(
        ruler=HTML_BYTES,
        unit="bytes",
        text=MAX_TEXT_BYTES,
        link_place=LinkPlace.WORDS,
        has_mentions=True,
        picture_above=True,
        headline_bold=True,
        photo=PHOTO,
        replies=True,
        key_memory=timedelta(minutes=25),
        verified="a real server: Synapse 1.163.2",
    )

    def __post_init__(self) -> None:
        check_server(self.server, "https://matrix.example.org")
        if not re.fullmatch(r"![^\s/?]{1,254}|#[^\s:]{1,200}:\S{1,200}", self.room):
            raise ValueError(f'room: {self.room!r} is none: write "#news:example.org", or an id ("!...")')

    def send(self, post: Post, *, key: str) -> Receipt:
        """Sends a message, which a repeat under the same key finds again, and reads it back."""
        server = self._homeserver()
        room = server.room_id(self.room)
        content = self._content(server, post)
        if post.reply_to:  # .../#rich-replies
            answered = self._answered(server, post.reply_to, post.occasion, room)
            content["m.relates_to"] = {"m.in_reply_to": {"event_id": answered}}
        for attempt in range(MAX_KEYS):
            event_id = server.send(room, content, f"{key}#{attempt}", Spent.POSTS)
            try:
                shown = server.shown(room, event_id)
            except SyndicatorError as e:
                remark(f"it cannot be read back: {e}")
                return self._receipt(room, event_id)
            if shown is not None:
                is_current = shown_part(shown[1]) == shown_part(content)
                return self._receipt(room, event_id, is_current=is_current)
        raise Refused(f"it was posted and deleted {MAX_KEYS} times")

    def edit(self, receipt: Receipt, post: Post) -> Receipt:
        """Replaces the message (.../#event-replacements). Servers would take that where it was deleted, too,
        and of another account's message, where no client shows it."""
        server = self._homeserver()
        with self._wherever(server, receipt) as (room, event_id):
            if (shown := server.shown(room, event_id)) is None:
                raise PostGone(f"the message {event_id} was deleted there")
            if (sender := shown[0]) != (me := server.whoami()[0]):
                raise Refused(f"it was posted by {sender}, not {me}: see to it at {receipt.url or event_id}")
            content = self._content(server, post)
            replacement = replacing(event_id, post, self._text_type, content)
            version = json.dumps(shown_part(content), sort_keys=True)
            server.send(room, replacement, f"{event_id}#{post.article.revision}#{version}", Spent.EDITS)
        return receipt

    def delete(self, receipt: Receipt, post: Post) -> None:  # noqa: ARG002 - the port's
        """Redacts the message's replacements, which would stay in the room's history, and the message."""
        server = self._homeserver()
        with self._wherever(server, receipt) as (room, event_id):
            for each in (*server.replacements(room, event_id), event_id):
                server.redact(room, each)

    def find(self, post: Post, *, key: str) -> Receipt | None:  # noqa: ARG002 - the port's
        """Looks through what the account wrote in the room, the latest first, for the article's link."""
        server = self._homeserver()
        room, (me, _) = server.room_id(self.room), server.whoami()
        horizon = horizon_of(post)
        for event_id, at, content in server.messages(room, me):
            is_replacement = "rel_type" in (content.get("m.relates_to") or {})
            html = str(content.get("formatted_body", ""))
            if not is_replacement and links_to(html, post.addresses):
                return self._receipt(room, event_id)
            if at < horizon:
                break
        return None

    def check(self) -> str:
        """The account, that it is in the room, and that others can read there what it writes."""
        server = self._homeserver()
        me, device = server.whoami()
        room = server.room_id(self.room)
        if server.state(room, "m.room.member", me).get("membership") != "join":
            raise Misconfigured(f"{me} is not in {self.room}: let it join")
        if server.state(room, "m.room.encryption"):
            raise Misconfigured(f"{self.room} is encrypted, and posts are not: name a room that is not")
        return f"{me} in {self.room} (device {device or 'unnamed'})"

    @property
    def _text_type(self) -> str:
        return "m.notice" if self.notice else "m.text"

    def _homeserver(self) -> Homeserver:
        return Homeserver(self.server, Exchange.with_token(self.session, self.token))

    def _content(self, server: Homeserver, post: Post) -> Content:
        """A message. A photo that the server does not take does not keep the news from going out."""
        photo = [photo_fields(file, url) for file, url in photos_taken(post, server.upload)]
        return message(post, self._text_type, *photo)

    def _answered(self, server: Homeserver, receipt: Receipt, occasion: Occasion, room: str) -> str:
        """The id of the message that one in the room answers. Raises ``PostGone`` where it was deleted; where
        it is in another room, news stand by themselves, too, and all else is ``Refused``."""
        place, event_id = self._place(server, receipt)
        if place != room:
            error = PostGone if occasion is Occasion.NEWS else Refused
            raise error(f"it was posted in another room than {self.room}: {receipt.url or place}")
        if server.shown(room, event_id) is None:
            raise PostGone(f"the message {event_id} was deleted there")
        return event_id

    @contextmanager
    def _wherever(self, server: Homeserver, receipt: Receipt) -> Iterator[tuple[str, str]]:
        """The room and the id of a message, for requests about it. What is in a room that was left, or is
        another account's, is refused, and stops nothing that is posted now."""
        room, event_id = self._place(server, receipt)
        where = f"at {receipt.url or event_id}"

        def sender() -> str:
            shown = server.shown(room, event_id)
            return shown[0] if shown else ""

        try:
            with whosever(sender, lambda: server.whoami()[0], where):
                yield room, event_id
        except Misconfigured as e:
            server.whoami()  # unless it is the token
            if room == server.room_id(self.room):
                raise
            raise Refused(f"{e}; it was posted in {room}: see to it {where}") from e

    def _place(self, server: Homeserver, receipt: Receipt) -> tuple[str, str]:
        """The room and the id of a message, of a receipt or the link that an operator has entered. Raises
        ``Refused`` where it is none."""
        found = PLACE.search(unquote(receipt.remote_id))
        if not found:
            raise Refused(f"{receipt.remote_id!r} is no message: enter its link (Share, Copy link)")
        return found[1] or server.room_id(self.room), found[2]

    def _receipt(self, room: str, event_id: str, *, is_current: bool = False) -> Receipt:
        url = f"https://matrix.to/#/{quote(self.room, safe='!#:')}/{quote(event_id, safe='$:')}"
        return Receipt(remote_id=f"{room} {event_id}", url=url, is_current=is_current)
