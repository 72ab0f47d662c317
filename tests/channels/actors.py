"""An actor over a store, its followers, and the broadcast that tells them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import requests
from sqlalchemy import insert

from syndicator.callbacks import GuardedCallbacks
from syndicator.channels.activitypub import ActivityPub
from syndicator.domain.feed import Site
from syndicator.fediverse.strangers import Stranger
from syndicator.http.client import AddressGuard
from syndicator.jobs.announcements import RecordedAnnouncements
from syndicator.jobs.broadcast import Announcer, broadcast
from syndicator.jobs.double_knock import SCHEMES
from syndicator.store import Store, schema
from tests.channels.fediverse_server import FollowersServer
from tests.fakes import FakeBell

NAME = "wire"


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass
class Newsroom:
    """``channel``, with its ``bell``, over a ``store``."""

    store: Store
    channel: ActivityPub
    bell: FakeBell

    def broadcasts(self) -> int:
        announcer = Announcer(channels={NAME: self.channel}, store=self.store, bell=self.bell, clock=utc_now)
        return broadcast(announcer, NAME)

    def is_followed(self, server: FollowersServer, name: str = "ann") -> str:
        """Somebody there follows the actor; the answer is yet to be given. Returns the request's id."""
        profile = server.profile(name)
        stranger = Stranger(
            id=profile["id"],
            key_id=profile["publicKey"]["id"],
            public_key=profile["publicKey"]["publicKeyPem"],
            inbox=profile["inbox"],
            shared_inbox=server.shared_inbox,
        )
        request = f"{profile['id']}#follow"
        self.store.follow(NAME, stranger, request, utc_now())
        return request

    def public_key(self, key_id: str) -> str:
        assert key_id == self.channel.actor.key_id
        return self.store.actor_key(NAME, utc_now()).public_key()


@contextmanager
def newsroom(
    store: Store, base: str = "https://feeds.news.example", allow: tuple[str, ...] = (), **settings: Any
) -> Iterator[Newsroom]:
    """An actor whose public address is ``base``; ``allow``: where its followers are, on this machine."""
    with store.writing() as connection:
        connection.execute(insert(schema.channel).values(name=NAME))
    bell = FakeBell()
    site = Site(
        title="Example News",
        url="https://news.example/",
        feeds_url=f"{base}/feeds",
        authority="news.example",
        language="lo",
    )
    with requests.Session() as session:
        channel = ActivityPub(
            name=NAME,
            session=session,
            site=site,
            actors=store,
            announcements=RecordedAnnouncements(channel=NAME, store=store, bell=bell, clock=utc_now),
            guard=AddressGuard(allow),
            callbacks=GuardedCallbacks(AddressGuard(allow, "[hub] allow"), deadline=3.0),
            **{"handle": "news", "domain": "news.example", **settings},
        )
        yield Newsroom(store, channel, bell)


@contextmanager
def followed_newsroom(store: Store, server: FollowersServer) -> Iterator[Newsroom]:
    """An actor that somebody on a server of this machine follows, and whose notes it can verify."""
    host = server.address.removeprefix("http://")
    with newsroom(store, allow=(host,)) as opened:
        server.key_of = opened.public_key
        opened.is_followed(server)
        yield opened
    SCHEMES.forget(host)
