"""A server of the fediverse whose people follow an actor, and that shows them what it is sent."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from selectolax.lexbor import LexborHTMLParser

from syndicator.fediverse.keys import check_signature, new_private_key, public_key_of, signer
from syndicator.fediverse.signatures import Scheme, claim, signed_headers
from syndicator.fediverse.signed import SignedRequest, Unverified
from tests.channels.local_server import LocalServer, Reply, Request, said
from tests.channels.servers import Published

ACTIVITY_JSON = "application/activity+json"


@dataclass
class Timeline:
    """What people there see: notes by their ids, and all activities in the order in which they came."""

    notes: dict[str, dict[str, Any]] = field(default_factory=dict)
    deleted: set[str] = field(default_factory=set)
    activities: list[dict[str, Any]] = field(default_factory=list)

    def take(self, activity: dict[str, Any]) -> None:
        """As Mastodon does: a repeat creates nothing, an update is newer, and what was deleted stays so."""
        self.activities.append(activity)
        about = activity["object"]
        note_id = about["id"] if isinstance(about, dict) else about
        kept = self.notes.get(note_id)
        match activity["type"]:
            case "Create" if kept is None and note_id not in self.deleted:
                self.notes[note_id] = about
            case "Update" if kept and about["updated"] > kept.get("updated", kept["published"]):
                self.notes[note_id] = about
            case "Delete":
                self.notes.pop(note_id, None)
                self.deleted.add(note_id)


class FollowersServer(LocalServer):
    """``key_of`` tells the public key of whoever signs. ``schemes``: which signatures it verifies. ``settle``
    has what is on its way arrive. ``key_part``: the end of keys' ids; one that is an address of its own has
    the beginning of the account alone, as on GoToSocial."""

    def __init__(self, port: int = 0) -> None:
        super().__init__(port)
        self.timeline = Timeline()
        self.key_of: Callable[[str], str] = lambda _key_id: ""
        self.schemes = {Scheme.DRAFT, Scheme.STANDARD}
        self.settle: Callable[[], object] = lambda: None
        self.private_key, self.key_part = new_private_key(), "#main-key"
        self.gone: set[str] = set()
        self.webfinger: dict[str, Any] | None = None
        self.refused: list[str] = []
        self.asked_for: list[str] = []

    @property
    def shared_inbox(self) -> str:
        return f"{self.address}/inbox"

    def account(self, name: str) -> str:
        return f"{self.address}/users/{name}"

    def profile(self, name: str) -> dict[str, Any]:
        account = self.account(name)
        key = {
            "id": f"{account}{self.key_part}",
            "owner": account,
            "publicKeyPem": public_key_of(self.private_key),
        }
        return {
            "@context": "https://www.w3.org/ns/activitystreams",
            "id": account,
            "type": "Person",
            "preferredUsername": name,
            "inbox": f"{account}/inbox",
            "endpoints": {"sharedInbox": self.shared_inbox},
            "publicKey": key,
        }

    def signed(
        self, url: str, activity: dict[str, Any], scheme: Scheme = Scheme.DRAFT, name: str = "ann"
    ) -> tuple[dict[str, str], bytes]:
        """Headers and body of an activity that one of its people sends."""
        body = json.dumps(activity).encode()
        request = SignedRequest(method="POST", url=url, headers={"content-type": ACTIVITY_JSON}, body=body)
        sign, now = signer(self.private_key), datetime.now(UTC)
        return signed_headers(request, scheme, f"{self.account(name)}{self.key_part}", sign, now), body

    def answer(self, request: Request) -> Reply:
        if request.path == "/.well-known/webfinger":
            self.asked_for.append(request.query.get("resource", ""))
            return said(200, self.webfinger) if self.webfinger else said(404, {})
        if request.method == "GET":
            name, _, part = request.path.removeprefix("/users/").partition("/")
            if name in self.gone:
                return Reply(status=410)
            shown = {"id", "type", "preferredUsername", "publicKey"} if part else self.profile(name).keys()
            profile = {key: value for key, value in self.profile(name).items() if key in shown}
            return Reply(body=json.dumps(profile).encode(), media_type=ACTIVITY_JSON)
        headers = {name.lower(): value for name, value in request.headers.items()}
        scheme = Scheme.STANDARD if "signature-input" in headers else Scheme.DRAFT
        if scheme not in self.schemes:
            return said(401, {"error": "cannot be verified here"})
        url = f"{self.address}{request.path}"
        signed = SignedRequest(method=request.method, url=url, headers=headers, body=request.body)
        try:
            found = claim(signed, datetime.now(UTC))
            check_signature(self.key_of(found.key_id), found.base, found.signature)
        except Unverified as e:
            self.refused.append(str(e))
            return said(401, {"error": str(e)})
        self.take(request.path, json.loads(request.body))
        return Reply(status=202)

    def take(self, inbox: str, activity: dict[str, Any]) -> None:
        """Do what an activity says that was verified. ``inbox``: the path that it came to."""
        self.timeline.take(activity)

    @property
    def published(self) -> list[Published]:
        self.settle()
        return [_published(note) for note in self.timeline.notes.values()]


def _published(note: dict[str, Any]) -> Published:
    photo: dict[str, Any] = next(iter(note.get("attachment", [])), {})
    return Published(
        remote_id=note["id"].rpartition("/")[2],
        text=text_of(note["content"]),
        alt=photo.get("name", ""),
        photo_address=photo.get("url", ""),
        links=tuple(link.attributes.get("href") or "" for link in LexborHTMLParser(note["content"]).css("a")),
    )


def text_of(html: str) -> str:
    """The text of a note, with its breaks."""
    with_breaks = html.replace("</p><p>", "\n\n").replace("<br>", "\n")
    return LexborHTMLParser(with_breaks).text()
