"""People elsewhere who follow the newsroom's actor, each with an inbox of its own: recipients, whom a channel
tells one by one."""

from __future__ import annotations

import json
import time
from collections import defaultdict
from typing import Any
from urllib.parse import urlsplit

import requests

from tests.channels.fediverse_server import FollowersServer, Timeline
from tests.channels.local_server import Reply, Request
from tests.faults.machine.channels import Truth, TruthHandler
from tests.faults.machine.history import LetterTaken, Shown
from tests.faults.machine.newsroom import article_in, version_in

#: How many there are.
PEOPLE = 36

#: What is told of articles; the rest are answers to who wants to follow.
TELLING = ("Create", "Update", "Delete")


class Crowd(Truth, FollowersServer):
    """A server whose people follow an actor. It verifies every signature, and keeps what came to each inbox,
    and when, and what people see there. ``turned_away``: what it refused itself, by inbox and article."""

    handler = TruthHandler

    def __init__(self, name: str) -> None:
        FollowersServer.__init__(self)
        self.prepare(name)
        self.names = [f"{name}-{number:02}" for number in range(1, PEOPLE + 1)]
        self.letters: list[LetterTaken] = []
        self.turned_away: set[tuple[str, str]] = set()
        self.accepted: set[str] = set()
        self._seen: defaultdict[str, Timeline] = defaultdict(Timeline)
        self._articles: dict[str, str] = {}

    def profile(self, name: str) -> dict[str, Any]:
        """An account without a shared inbox."""
        return {key: value for key, value in super().profile(name).items() if key != "endpoints"}

    def follow(self, base: str) -> bool:
        """Whoever has no answer asks to follow, again if need be. Whether all have theirs."""
        actor = requests.get(
            f"{base}/ap/{self.name}", headers={"Accept": "application/json"}, timeout=15
        ).json()
        self.key_of = lambda _key_id: str(actor["publicKey"]["publicKeyPem"])
        for name in self.names:
            if name not in self.accepted:
                account = self.account(name)
                follow = {
                    "@context": "https://www.w3.org/ns/activitystreams",
                    "id": f"{account}#follow",
                    "type": "Follow",
                    "actor": account,
                    "object": actor["id"],
                }
                headers, body = self.signed(actor["inbox"], follow, name=name)
                requests.post(actor["inbox"], data=body, headers=headers, timeout=15).raise_for_status()
        return self.accepted == set(self.names)

    def matters(self, request: Request) -> bool:
        return request.method == "POST" and json.loads(request.body)["type"] in TELLING

    def article_of(self, request: Request) -> str:
        return self._article(json.loads(request.body))

    def apply(self, request: Request, *, late: bool = False) -> Reply:
        return self.locked_answer(request)

    def refuse(self, request: Request) -> None:
        """What it has refused for good, nobody is to send again."""
        self.turned_away.add((_person(request.path), self.article_of(request)))

    def take(self, inbox: str, activity: dict[str, Any]) -> None:
        person = _person(inbox)
        if activity["type"] not in TELLING:
            self.accepted.add(person)
            return
        letter = LetterTaken(
            at=time.time(),
            recipient=person,
            article=self._article(activity),
            verb=activity["type"],
            announcement=activity["id"].rpartition("/")[2],
        )
        self.letters.append(letter)
        self._seen[person].take(activity)

    def shown(self) -> list[Shown]:
        with self.lock:
            return [
                Shown(
                    channel=person,
                    remote_id=note_id.rpartition("/")[2],
                    article=article_in(note["content"]),
                    version=version_in(note["content"]),
                )
                for person, timeline in self._seen.items()
                for note_id, note in timeline.notes.items()
            ]

    def _article(self, activity: dict[str, Any]) -> str:
        """What a note is about; of one that is deleted, only its id is told."""
        about = activity["object"]
        if "content" in about:
            self._articles[about["id"]] = article_in(about["content"])
        return self._articles.get(about["id"], "")


def _person(path: str) -> str:
    """Whose an inbox is: ``/users/NAME/inbox``."""
    return urlsplit(path).path.split("/")[2]
