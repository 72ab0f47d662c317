"""An actor that is followed from an independent server, which reads and verifies what it gets by itself."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
from sqlalchemy import delete

from syndicator.documents.directory_shelf import DirectoryShelf
from syndicator.domain.post import Style
from syndicator.fediverse import activities
from syndicator.fediverse.keys import signer
from syndicator.fediverse.received import Deed
from syndicator.fediverse.signatures import Scheme, signed_headers
from syndicator.fediverse.signed import SignedRequest
from syndicator.fediverse.signed_fetch import SignedFetch
from syndicator.fediverse.strangers import Strangers
from syndicator.http.client import Http
from syndicator.posts.compose import compose
from syndicator.store import Store
from syndicator.store.actor_tables import actor_key
from syndicator.web import create_app
from syndicator.web.activitypub.fediverse import Fediverse
from syndicator.web.activitypub.routes import actor_routes
from tests.channels import fedify
from tests.channels.actors import NAME, Newsroom, newsroom, utc_now
from tests.channels.contract import ARTICLE, CORRECTED, KEY, OTHER, OTHER_KEY
from tests.channels.fediverse_server import ACTIVITY_JSON, text_of
from tests.channels.local_server import LocalServer, Reply, Request
from tests.fakes import SITE
from tests.web.browser import Browser, browsing

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(bool(fedify.missing()), reason=fedify.missing() or "it is there"),
]


class OurServer(LocalServer):
    """Our web application, at a real address. ``signed``: of what was sent here, the scheme of its signature
    and what we answered."""

    browser: Browser

    def __init__(self) -> None:
        super().__init__()
        self.signed: list[tuple[Scheme, int]] = []

    def answer(self, request: Request) -> Reply:
        path = (
            requests.Request("GET", f"http://x{request.path}", params=dict(request.query)).prepare().path_url
        )
        headers = {name.lower(): value for name, value in request.headers.items()}
        answer = self.browser.ask(request.method, path, headers, request.body)
        if request.method == "POST":
            scheme = Scheme.STANDARD if "signature-input" in headers else Scheme.DRAFT
            self.signed.append((scheme, answer.status))
        kept = {name: value for name, value in answer.headers.items() if name == "location"}
        kind = answer.headers.get("content-type", "text/plain")
        return Reply(status=answer.status, body=answer.body, media_type=kind, headers=kept)


class Peers:
    """``room`` has the actor, ``ours`` its pages, ``peer`` the account that follows it."""

    def __init__(self, room: Newsroom, ours: OurServer, peer: fedify.Fedify) -> None:
        self.room, self.ours, self.peer = room, ours, peer

    @property
    def kinds(self) -> list[str]:
        return [each["kind"] for each in self.peer.seen]

    def follows(self) -> dict[str, Any]:
        found = self.peer.acts("follow", self.room.channel.actor.id)
        self.room.broadcasts()
        return found


@pytest.fixture
def first_scheme() -> str:
    """How the server signs what it sends first."""
    return "rfc9421"


@pytest.fixture
def moves() -> dict[str, Any]:
    """What is declared of other accounts of the newsroom's."""
    return {}


@pytest.fixture
def peers(tmp_path: Path, sqlite_store: Store, first_scheme: str, moves: dict[str, Any]) -> Iterator[Peers]:
    with (
        fedify.running(first_scheme) as peer,
        OurServer() as ours,
        newsroom(sqlite_store, ours.address, (peer.host,), domain="", **moves) as room,
    ):
        actor = room.channel.actor
        fediverse = Fediverse(
            actors={NAME: actor},
            store=sqlite_store,
            strangers=Strangers(SignedFetch(Http((peer.host,)), actor, sqlite_store)),
            counting={NAME},
        )
        app = create_app(
            site=SITE,
            feeds={},
            formats={},
            shelf=DirectoryShelf(tmp_path),
            store=sqlite_store,
            bell=room.bell,
            host="127.0.0.1",
            clock=utc_now,
            more_routes=lambda context: actor_routes(context, fediverse),
        )
        with browsing(app) as browser:
            ours.browser = browser
            yield Peers(room, ours, peer)


def test_the_life_of_a_post(peers: Peers) -> None:
    channel = peers.room.channel
    assert peers.follows()["name"] == "Example News"
    assert peers.kinds == ["Accept"]
    assert peers.room.store.count_followers(NAME) == (1, 1)

    style = Style(hashtags={"city": "Vientiane"}, warnings={"city": "traffic"})
    receipt = channel.send(compose(ARTICLE, channel.capabilities, style), key=KEY)
    peers.room.broadcasts()
    seen = peers.peer.seen[-1]
    assert (seen["kind"], seen["about"], seen["aboutId"]) == ("Create", "Note", receipt.url)
    assert ARTICLE.title in text_of(seen["content"])
    assert seen["summary"] == "traffic"
    [photo] = seen["photos"]
    assert (photo["url"], photo["alt"]) == ("https://news.example/tram.jpg", "A tram on the bridge at dawn")
    assert photo["type"] == "image/jpeg"

    channel.edit(receipt, compose(CORRECTED, channel.capabilities, style))
    peers.room.broadcasts()
    seen = peers.peer.seen[-1]
    assert (seen["kind"], seen["aboutId"]) == ("Update", receipt.url)
    assert CORRECTED.title in text_of(seen["content"])
    assert seen["updated"]

    peers.peer.acts("like", receipt.url)
    assert peers.room.store.reactions(receipt.remote_id)[Deed.LIKE] == 1

    channel.delete(receipt, compose(CORRECTED, channel.capabilities))
    peers.room.broadcasts()
    seen = peers.peer.seen[-1]
    assert (seen["kind"], seen["about"], seen["aboutId"]) == ("Delete", "Tombstone", receipt.url)

    peers.peer.acts("unfollow", channel.actor.id)
    assert peers.room.store.count_followers(NAME) == (0, 0)


def test_a_repeat_is_known_to_be_one(peers: Peers) -> None:
    peers.follows()
    receipt = peers.room.channel.send(compose(ARTICLE, peers.room.channel.capabilities), key=KEY)
    peers.room.broadcasts()
    post = peers.room.store.actor_post(NAME, receipt.remote_id)
    assert post

    reply = sends(peers, activities.create(peers.room.channel.actor, post.note))

    assert reply.status_code == 202
    assert peers.kinds == ["Accept", "Create"]


def test_a_post_without_a_photo_and_the_longest_lao_text(peers: Peers) -> None:
    peers.follows()
    channel = peers.room.channel
    long = replace(OTHER, summary="ສະພາແຫ່ງຊາດ ຮັບຮອງ ຂົວໃໝ່. " * 400, photo=None)
    for article, key in ((replace(ARTICLE, photo=None), KEY), (long, OTHER_KEY)):
        post = compose(article, channel.capabilities)
        channel.send(post, key=key)
        peers.room.broadcasts()

        seen = peers.peer.seen[-1]
        assert (seen["kind"], seen["photos"]) == ("Create", [])
        assert text_of(seen["content"]) == post.text
    assert post.room - 100 < post.length <= post.room


def test_a_key_that_was_lost_is_another_one_which_it_fetches(peers: Peers) -> None:
    """As after an import, or where a newsroom has to fear that it is in other hands."""
    peers.follows()
    key_id = peers.room.channel.actor.key_id
    before = peers.room.public_key(key_id)
    with peers.room.store.writing() as connection:
        connection.execute(delete(actor_key))

    peers.room.channel.send(compose(ARTICLE, peers.room.channel.capabilities), key=KEY)
    peers.room.broadcasts()

    assert peers.kinds == ["Accept", "Create"]
    assert peers.room.public_key(key_id) != before


@pytest.mark.parametrize(
    "moves", [{"also_known_as": ("https://old.example/users/news", "https://older.example/ap/news")}]
)
def test_it_reads_which_accounts_may_move_in(peers: Peers) -> None:
    assert peers.follows()["aliases"] == ["https://old.example/users/news", "https://older.example/ap/news"]


@pytest.mark.parametrize("moves", [{"moved_to": "https://new.example/users/news"}])
def test_it_reads_where_the_account_has_moved_to(peers: Peers) -> None:
    assert peers.follows()["successor"] == "https://new.example/users/news"

    peers.room.channel.tell_declared()
    peers.room.broadcasts()

    assert peers.kinds == ["Accept", "Move"]
    assert peers.peer.seen[-1]["aboutId"] == peers.room.channel.actor.id


@pytest.mark.parametrize("scheme", list(Scheme))
def test_what_it_verifies(peers: Peers, scheme: Scheme) -> None:
    """Our signatures, in both schemes, and none of what was changed or is old."""
    peers.follows()
    activity = activities.delete(peers.room.channel.actor, peers.room.channel.actor.post("a1"), utc_now())

    assert sends(peers, activity, scheme, changed=True).status_code == 401
    assert sends(peers, activity, scheme, age=timedelta(hours=3)).status_code == 401
    assert peers.kinds == ["Accept"]
    assert sends(peers, activity, scheme).status_code == 202
    assert peers.kinds == ["Accept", "Delete"]


@pytest.mark.parametrize(
    ("first_scheme", "scheme"),
    [("rfc9421", Scheme.STANDARD), ("draft-cavage-http-signatures-12", Scheme.DRAFT)],
)
def test_what_we_verify(peers: Peers, scheme: Scheme) -> None:
    """Its signatures, in both schemes, at the first attempt: it never has to try the other one."""
    peers.follows()
    peers.peer.acts("unfollow", peers.room.channel.actor.id)

    assert peers.ours.signed == [(scheme, 202), (scheme, 202)]
    assert peers.room.store.count_followers(NAME) == (0, 0)


def sends(
    peers: Peers,
    activity: dict[str, Any],
    scheme: Scheme = Scheme.DRAFT,
    *,
    changed: bool = False,
    age: timedelta = timedelta(),
) -> requests.Response:
    """Send an activity by hand: as it is, late, or changed on the way."""
    inbox, actor = f"{peers.peer.address}/people/reader/inbox", peers.room.channel.actor
    body = json.dumps(activity).encode()
    request = SignedRequest(method="POST", url=inbox, headers={"content-type": ACTIVITY_JSON}, body=body)
    sign = signer(peers.room.store.actor_key(NAME, utc_now()).private_key)
    headers = signed_headers(request, scheme, actor.key_id, sign, datetime.now(UTC) - age)
    sent = body.replace(b"Tombstone", b"Note") if changed else body
    return requests.post(inbox, data=sent, headers=headers, timeout=30)
