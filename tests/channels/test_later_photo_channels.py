"""A photo that comes after its post, on each network that can add one: read back from its server."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
import requests

from syndicator.channels.discord import Discord
from syndicator.channels.mastodon import Mastodon
from syndicator.channels.telegram import Telegram
from syndicator.domain.article import Photo
from syndicator.domain.delivery import Standing
from syndicator.domain.errors import PhotoError
from syndicator.domain.photo import PhotoFile, PhotoLimits
from syndicator.secret import Secret
from syndicator.store import Store
from tests.channels.contract import impatient_session, picture
from tests.channels.discord_server import FakeDiscord
from tests.channels.local_server import Trouble, reset
from tests.channels.pds import account_of
from tests.channels.servers import FakeMastodon
from tests.channels.telegram_server import FakeTelegram
from tests.jobs.newsroom import Story

pytestmark = pytest.mark.slow  # databases or processes throughout

KILN = Photo(url="https://ledger.example/kiln.jpg", alt="A brick kiln at dusk", credit="Mali P.")


@dataclass
class RealPhotos:
    """Photos of one colour, once they come."""

    has_come: bool = False
    file: PhotoFile = field(default_factory=picture)

    def measure(self, photo: Photo) -> Photo:
        return replace(photo, width=64, height=48, length=len(self.file.content), media_type="image/jpeg")

    def fit(self, photo: Photo, limits: PhotoLimits) -> PhotoFile:
        if not self.has_come:
            raise PhotoError("503 Service Unavailable", lasting=False)
        return self.file


class Room(Story):
    """A newsroom whose photos come late."""

    def __init__(self, store: Store) -> None:
        super().__init__(store)
        self.late = RealPhotos()
        self.photos = self.late  # type: ignore[assignment] # in their stead

    def posts_and_adds(self) -> None:
        """The post goes out, and is edited once its photo is there."""
        self.publishes(photo=KILN)
        for _ in range(3):
            self.delivers()
            self.clock.tick(minutes=1)
        assert (self.delivery.standing, self.delivery.has) == (Standing.PENDING, 1)
        assert "without its photo" in self.events[-1]

    def photo_comes(self) -> None:
        self.late.has_come = True
        self.delivers_until_done(hours=2)
        assert (self.delivery.standing, self.delivery.photo_owed) == (Standing.SENT, 0)


@pytest.fixture
def session() -> Iterator[requests.Session]:
    with impatient_session() as session:
        yield session


@pytest.fixture
def room(sqlite_store: Store) -> Room:
    room = Room(sqlite_store)
    room.baseline()
    return room


def test_mastodon(room: Room, session: requests.Session, tmp_path: Path) -> None:
    with FakeMastodon() as server:
        (tmp_path / "token").write_text(server.token)
        token = Secret(f"file:{tmp_path}/token")
        room.real = Mastodon(name="wire", server=server.address, token=token, session=session)
        room.posts_and_adds()
        [bare] = server.published
        assert bare.photo is None
        room.photo_comes()

        [post] = server.published
        assert post.photo == room.late.file.content
        assert post.alt == KILN.alt


def test_mastodon_whose_answer_to_the_edit_is_lost(
    room: Room, session: requests.Session, tmp_path: Path
) -> None:
    with FakeMastodon() as server:
        (tmp_path / "token").write_text(server.token)
        token = Secret(f"file:{tmp_path}/token")
        room.real = Mastodon(name="wire", server=server.address, token=token, session=session)
        room.posts_and_adds()
        server.trouble = Trouble(reset, at="/api/v1/statuses/", after=True)
        room.late.has_come = True
        room.clock.tick(minutes=10)
        room.delivers()
        server.trouble = None
        room.photo_comes()

        [post] = server.published
        assert post.photo == room.late.file.content


def test_telegram(room: Room, session: requests.Session, tmp_path: Path) -> None:
    with FakeTelegram() as server:
        server.now = room.clock
        (tmp_path / "token").write_text(server.token)
        token = Secret(f"file:{tmp_path}/token")
        room.real = Telegram(
            name="wire", chat="@theledger", server=server.address, token=token, session=session
        )
        room.posts_and_adds()
        room.photo_comes()

        [post] = server.published
        assert post.photo == room.late.file.content
        assert (server.asked("sendMessage"), server.asked("editMessageMedia")) == (1, 1)


def test_discord(room: Room, session: requests.Session, tmp_path: Path) -> None:
    with FakeDiscord() as server:
        path = f"/api/webhooks/{server.webhook_id}/{server.token}"
        (tmp_path / "webhook").write_text(f"{server.address}{path}\n")
        room.real = Discord(name="wire", webhook=Secret(f"file:{tmp_path}/webhook"), session=session)
        room.posts_and_adds()
        room.photo_comes()

        [post] = server.published
        assert post.photo == room.late.file.content
        assert post.alt == KILN.alt


def test_bluesky(room: Room, pds: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with account_of(pds, monkeypatch) as (server, room.real):
        room.posts_and_adds()
        [record] = server.records
        assert record["value"]["embed"]["$type"] == "app.bsky.embed.external"
        made_at = record["value"]["createdAt"]
        room.photo_comes()

        [record] = server.records
        [image] = record["value"]["embed"]["images"]
        assert image["alt"] == KILN.alt
        assert server.blob(image["image"]["ref"]["$link"]) == room.late.file.content
        assert record["value"]["createdAt"] == made_at
