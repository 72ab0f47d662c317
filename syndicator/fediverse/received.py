"""What strangers send to an inbox: read, with what matters to us picked out. All of it is hostile."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

import orjson

from syndicator.domain.errors import SyndicatorError
from syndicator.fediverse.actor import Actor
from syndicator.fediverse.vocabulary import Document

#: Levels of lists and objects within each other.
MAX_DEPTH = 32

#: Characters of an address.
MAX_ADDRESS_CHARS = 2000

#: An address as it goes over the wire (RFC 3986): no spaces, no control characters.
ADDRESS = re.compile(r"https?://[!-~]+")


class Unreadable(SyndicatorError):
    """A body is no activity: the reason, for its sender."""


class Deed(StrEnum):
    """What an activity is to us."""

    FOLLOW = "follow"  # somebody wants to follow
    UNFOLLOW = "unfollow"  # somebody does not any more, or blocks us
    LEAVE = "leave"  # an account is no more
    RENEW = "renew"  # an account has changed: its key, perhaps
    LIKE = "like"
    SHARE = "share"
    REPLY = "reply"
    TAKE_BACK = "take back"  # a like, a share or a reply
    REPORT = "report"  # somebody complains about a post
    OTHER = "other"


#: What is counted of a post.
REACTIONS = (Deed.LIKE, Deed.SHARE, Deed.REPLY)


@dataclass(frozen=True, kw_only=True, slots=True)
class Received:
    """An activity. ``actor``: who is said to have sent it. ``id``: of what it is about: of the request to
    follow, or the like, share or reply. ``to``: the actor or the post of ours that it is about, by address;
    empty where there is none."""

    deed: Deed
    actor: str
    id: str = ""
    to: str = ""


def parsed(body: bytes) -> Document:
    """A body as JSON. Raises ``Unreadable`` where it is none, no object, or too deep."""
    try:
        document = orjson.loads(body)
    except ValueError as e:
        raise Unreadable("the body is no JSON") from e
    if not isinstance(document, dict):
        raise Unreadable("the body is no object")
    level: list[Any] = [document]
    for _ in range(MAX_DEPTH):
        level = [item for each in level for item in _children(each)]
        if not level:
            return document
    raise Unreadable(f"the body is more than {MAX_DEPTH} levels deep")


def received(document: Document) -> Received:
    """The activity in a document. Raises ``Unreadable``."""
    actor = address_of(document.get("actor"))
    if not actor:
        raise Unreadable("the activity has no actor")
    activity_id, about = address_of(document), document.get("object")
    about_id = address_of(about)
    match document.get("type"):
        case "Follow":
            return Received(deed=Deed.FOLLOW, actor=actor, id=activity_id, to=about_id)
        case "Block":
            return Received(deed=Deed.UNFOLLOW, actor=actor, to=about_id)
        case "Undo":
            return _undone(actor, about)
        case "Delete":
            deed = Deed.LEAVE if about_id == actor else Deed.TAKE_BACK
            return Received(deed=deed, actor=actor, id=about_id)
        case "Update" if about_id == actor:
            return Received(deed=Deed.RENEW, actor=actor)
        case "Like" | "Announce" as kind:
            deed = Deed.LIKE if kind == "Like" else Deed.SHARE
            return Received(deed=deed, actor=actor, id=activity_id, to=about_id)
        case "Create" if isinstance(about, dict):
            return Received(deed=Deed.REPLY, actor=actor, id=about_id, to=address_of(about.get("inReplyTo")))
        case "Flag":
            first = about[0] if isinstance(about, list) and about else about
            return Received(deed=Deed.REPORT, actor=actor, to=address_of(first))
    return Received(deed=Deed.OTHER, actor=actor)


def address_of(value: object) -> str:
    """The address that a value is, or an object's that has it as its id; ``""`` where there is none."""
    found = value.get("id") if isinstance(value, dict) else value
    if not isinstance(found, str) or len(found) > MAX_ADDRESS_CHARS or not ADDRESS.fullmatch(found):
        return ""
    return found


def host_of(address: str) -> str:
    """The host and port of an address, in lower case; ``""`` where there is none."""
    try:
        return urlsplit(address).netloc.lower()
    except ValueError:
        return ""


def is_for(actor: Actor, activity: Received) -> bool:
    """Whether an activity is about an actor of ours, or one of its posts."""
    return activity.to == actor.id or bool(actor.post_id(activity.to))


def _undone(actor: str, about: object) -> Received:
    """What is undone is told whole, by its id alone, or by what it was about."""
    about_id = address_of(about)
    kind = about.get("type") if isinstance(about, dict) else None
    to = address_of(about.get("object")) if isinstance(about, dict) else ""
    if kind in ("Follow", None):
        return Received(deed=Deed.UNFOLLOW, actor=actor, id=about_id, to=to)
    if kind in ("Like", "Announce"):
        return Received(deed=Deed.TAKE_BACK, actor=actor, id=about_id, to=to)
    return Received(deed=Deed.OTHER, actor=actor)


def _children(value: object) -> Iterator[Any]:
    inside: Any = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return (each for each in inside if isinstance(each, (dict, list)))
