"""Homeservers of Matrix: rooms, events and files, by the client-server API.

https://spec.matrix.org/latest/client-server-api/, whose sections the docstrings name.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from syndicator.domain.capabilities import Spent
from syndicator.domain.errors import (
    Misconfigured,
    OutcomeUnknown,
    Refused,
    SyndicatorError,
    TryLater,
    photo_later,
)
from syndicator.domain.photo import PhotoFile
from syndicator.http.exchange import Exchange, MakeError, RemoteReply

#: The content of an event.
Content = dict[str, Any]

#: Pages of a room, or of what relates to an event, that are looked through, and events on each.
MAX_PAGES, PAGE_EVENTS = 10, 100

MESSAGE = "m.room.message"


class Homeserver:
    """The homeserver at an address, within one exchange. What raises does so as channels do."""

    def __init__(self, address: str, exchange: Exchange) -> None:
        self._address, self._exchange = address, exchange

    def whoami(self) -> tuple[str, str]:
        """The ids of the account and of its device ("get_matrixclientv3accountwhoami")."""
        reply = self._ask("GET", "account", "whoami", unknown=TryLater)
        return reply.read(lambda it: (str(it["user_id"]), str(it.get("device_id", ""))))

    def room_id(self, room: str) -> str:
        """The id of a room that is named by its id or an alias ("room-aliases")."""
        if room.startswith("!"):
            return room
        reply = self._ask("GET", "directory", "room", room, unknown=TryLater)
        return reply.read(lambda it: str(it["room_id"]))

    def state(self, room: str, *kind: str) -> Content:
        """A state of the room; nothing where it has none of that kind."""
        reply = self._ask("GET", "rooms", room, "state", *kind, accept=(404,), unknown=TryLater)
        return {} if reply.status == 404 else reply.read(dict)

    def send(self, room: str, content: Content, key: str, counts_as: Spent) -> str:
        """The id of the message that was made under this key, now or before ("transaction-identifiers")."""
        path = ("rooms", room, "send", MESSAGE, _transaction(key))
        reply = self._ask("PUT", *path, json=content, counts_as=counts_as)
        return reply.read(lambda it: str(it["event_id"]))

    def redact(self, room: str, event_id: str) -> None:
        """Deletes an event's content; of one that is gone, too, it is no error ("redactions")."""
        path = ("rooms", room, "redact", event_id, _transaction(event_id))
        self._ask("PUT", *path, accept=(404,), json={}, counts_as=Spent.DELETIONS)

    def shown(self, room: str, event_id: str) -> tuple[str, Content] | None:
        """Whose message it is, and what it says, corrected; ``None`` where it was deleted."""
        path = ("rooms", room, "event", event_id)
        reply = self._ask("GET", *path, accept=(404,), unknown=TryLater)
        if reply.status == 404:
            return None
        sender, content = reply.read(lambda it: (str(it["sender"]), _content_shown(it)))
        return None if content is None else (sender, content)

    def replacements(self, room: str, event_id: str) -> list[str]:
        """The events that replace a message ("event-replacements")."""
        path = ("rooms", room, "relations", event_id, "m.replace")
        found: list[str] = []
        params = {"limit": str(PAGE_EVENTS)}
        for _ in range(MAX_PAGES):
            reply = self._ask("GET", *path, api="client/v1", accept=(404,), params=params, unknown=TryLater)
            if reply.status == 404:
                break
            page, params["from"] = reply.read(
                lambda it: ([str(each["event_id"]) for each in it["chunk"]], it.get("next_batch") or "")
            )
            found += page
            if not params["from"]:
                break
        return found

    def messages(self, room: str, sender: str) -> Iterator[tuple[str, datetime, Content]]:
        """The id, time (UTC) and content of an account's messages in a room, the latest first
        ("get_matrixclientv3roomsroomidmessages"). Raises ``OutcomeUnknown`` after so many that there may be
        more for ever."""
        params = {"dir": "b", "limit": str(PAGE_EVENTS)}
        params["filter"] = json.dumps({"types": [MESSAGE], "senders": [sender]})
        for _ in range(MAX_PAGES):
            reply = self._ask("GET", "rooms", room, "messages", params=params, unknown=TryLater)
            events, params["from"] = reply.read(_events)
            yield from events
            if not params["from"]:
                return
        raise OutcomeUnknown(f"not among the latest {MAX_PAGES * PAGE_EVENTS} messages; there are more")

    def upload(self, photo: PhotoFile) -> str:
        """The address of a file, which nobody sees before a message refers to it ("uploading-files"). Raises
        ``Refused`` where the server does not take it; far beyond its limit it hangs up without a word."""
        try:
            reply = self._exchange.ask(
                "POST",
                self._url("media/v3", "upload"),
                params={"filename": photo.filename},
                data=photo.content,
                headers={"Content-Type": photo.media_type},
                accept=(403,),
                unknown=photo_later,
                counts_as=Spent.PHOTOS,
            )
        except TryLater as e:
            if not e.whole_channel and self._is_too_large(len(photo.content)):
                raise Refused(f"{e}; the server takes no file as large as this") from e
            raise
        if reply.status == 403:
            raise Refused(reply.message)
        return reply.read(lambda it: str(it["content_uri"]))

    def _is_too_large(self, length: int) -> bool:
        """Whether the server says so ("get_matrixclientv1mediaconfig")."""
        try:
            reply = self._ask("GET", "media", "config", api="client/v1", unknown=TryLater)
            return bool(reply.read(lambda it: length > it.get("m.upload.size", length)))
        except SyndicatorError:
            return False

    def _ask(
        self,
        method: str,
        *path: str,
        api: str = "client/v3",
        accept: tuple[int, ...] = (),
        unknown: MakeError = OutcomeUnknown,
        **request: Any,
    ) -> RemoteReply:
        """One request. Raises what standard errors mean ("standard-error-response")."""
        url = self._url(api, *path)
        reply = self._exchange.ask(method, url, accept=(401, 404, *accept), unknown=unknown, **request)
        match reply.status:
            case 401 if _field(reply, "soft_logout"):
                raise Misconfigured(
                    f"{reply.message}; the login has run out: log in again with the same device_id"
                )
            case 401:
                raise Misconfigured(f"{reply.message}; the token was revoked: make a new one")
            case 404 if 404 not in accept or _field(reply, "errcode") != "M_NOT_FOUND":
                raise Misconfigured(
                    f"{reply.message}; is the room there, and a homeserver at {self._address}?"
                )
        return reply

    def _url(self, api: str, *path: str) -> str:
        names = "/".join(quote(each, safe="") for each in path)
        return f"{self._address.rstrip('/')}/_matrix/{api}/{names}"


def _transaction(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()[:32]


def _field(reply: RemoteReply, name: str) -> Any:
    """A field of an error's JSON; ``None`` where it is something else."""
    try:
        return json.loads(reply.body).get(name)
    except (ValueError, AttributeError, RecursionError):
        return None


def _content_shown(event: Content) -> Content | None:
    """The content of an event, or of its latest replacement; ``None`` where it was redacted, which leaves
    nothing ("server-side-aggregation-of-mreplace-relationships")."""
    unsigned = event.get("unsigned", {})
    if "redacted_because" in unsigned or not event["content"]:
        return None
    latest = unsigned.get("m.relations", {}).get("m.replace", {}).get("content", {})
    return dict(latest.get("m.new_content") or event["content"])


def _events(page: Content) -> tuple[list[tuple[str, datetime, Content]], str]:
    """The events of a page of a room, and where the next one begins."""
    events = [
        (str(e["event_id"]), datetime.fromtimestamp(e["origin_server_ts"] / 1000, UTC), dict(e["content"]))
        for e in page["chunk"]
    ]
    return events, str(page.get("end") or "")
