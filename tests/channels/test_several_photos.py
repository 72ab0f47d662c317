"""Several photos of one article: chosen by the job, and read back from each network that shows them."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
import requests
from PIL import Image

from syndicator.channels.discord import Discord
from syndicator.channels.mastodon import Mastodon
from syndicator.channels.telegram import Telegram
from syndicator.domain.article import Photo
from syndicator.domain.delivery import Standing
from syndicator.domain.errors import PhotoError
from syndicator.domain.photo import PhotoFile, PhotoLimits, may_leave
from syndicator.domain.post import Style
from syndicator.jobs.courier import Courier
from syndicator.secret import Secret
from syndicator.sources.pages.text_photos import text_photos
from syndicator.store import Store
from tests.channels.contract import impatient_session, picture
from tests.channels.discord_server import FakeDiscord
from tests.channels.pds import account_of
from tests.channels.servers import FakeMastodon
from tests.channels.telegram_server import FakeTelegram
from tests.jobs.newsroom import Story

pytestmark = pytest.mark.slow  # databases or processes throughout

LEAD = Photo(url="https://ledger.example/weir.jpg", alt="The weir in flood", credit="Noy S.")
NAMES = ("crimson", "gold", "seagreen", "orchid", "navy")
TEXT = "".join(
    f'<figure><img src="https://ledger.example/photos/{name}.jpg" alt="A {name} wall">'
    f"<figcaption>The wall. Photo: {name.title()} Press</figcaption></figure>"
    for name in NAMES
)


@dataclass
class Gallery:
    """Photos, each of the colour that it is called by."""

    trouble: set[str] = field(default_factory=set)

    def measure(self, photo: Photo) -> Photo:
        return replace(photo, width=64, height=48, length=1000, media_type="image/jpeg")

    def fit(self, photo: Photo, limits: PhotoLimits) -> PhotoFile:
        name = photo.url.rpartition("/")[2].removesuffix(".jpg")
        if name in self.trouble:
            raise PhotoError("404 Not Found", lasting=True)
        return picture(name if name in NAMES else "steelblue")


class Room(Story):
    """A newsroom that wants several photos."""

    photos_wanted = 4
    rules: dict[str, tuple[str, ...]] = {}  # noqa: RUF012 - replaced, never changed

    def __init__(self, store: Store) -> None:
        super().__init__(store)
        self.gallery = Gallery()
        self.photos = self.gallery  # type: ignore[assignment] # in their stead

    def courier(self) -> Courier:
        return replace(
            super().courier(),
            style=Style(photos=self.photos_wanted),
            further_photos=text_photos,
            kept_back=lambda photo: may_leave(photo, "wire", self.rules),
        )

    def publishes_gallery(self) -> None:
        self.publishes(photo=LEAD, content_html=TEXT)
        self.delivers()
        assert self.delivery.standing is Standing.SENT


@pytest.fixture
def session() -> Iterator[requests.Session]:
    with impatient_session() as session:
        yield session


@pytest.fixture
def room(sqlite_store: Store) -> Room:
    room = Room(sqlite_store)
    room.baseline()
    return room


@pytest.fixture
def mastodon(room: Room, session: requests.Session, tmp_path: Path) -> Iterator[FakeMastodon]:
    with FakeMastodon() as server:
        (tmp_path / "token").write_text(server.token)
        room.real = Mastodon(
            name="wire", server=server.address, token=Secret(f"file:{tmp_path}/token"), session=session
        )
        yield server


def shown(server: FakeMastodon) -> list[tuple[bytes, str]]:
    [status] = server.shelf.statuses.values()
    media = [server.shelf.media[each] for each in status.media]
    return [(each.content, each.description) for each in media]


def pictures(*names: str) -> list[tuple[bytes, str]]:
    lead = (picture("steelblue").content, LEAD.alt)
    return [lead, *((picture(name).content, f"A {name} wall") for name in names)]


def test_mastodon_shows_four_each_with_its_words(room: Room, mastodon: FakeMastodon) -> None:
    room.publishes_gallery()

    assert shown(mastodon) == pictures("crimson", "gold", "seagreen")
    [status] = mastodon.shelf.statuses.values()
    assert "Noy S.; Crimson Press; Gold Press; Seagreen Press" in status.text


def test_one_is_shown_where_nothing_is_declared(room: Room, mastodon: FakeMastodon) -> None:
    room.photos_wanted = Style().photos
    room.publishes_gallery()

    assert shown(mastodon) == pictures()


def test_what_cannot_be_had_or_may_not_leave_makes_room(room: Room, mastodon: FakeMastodon) -> None:
    room.gallery.trouble, room.rules = {"crimson"}, {"Gold Press": ()}
    room.publishes_gallery()

    assert shown(mastodon) == pictures("seagreen", "orchid", "navy")
    assert "without photo https://ledger.example/photos/crimson.jpg: 404 Not Found" in room.events[-1]
    assert "Gold Press" in room.events[-1]


def test_a_lead_photo_that_stays_at_home_takes_all_along(room: Room, mastodon: FakeMastodon) -> None:
    room.rules = {"web only": ()}
    room.publishes(photo=replace(LEAD, rights="web only"), content_html=TEXT)
    room.delivers()

    assert shown(mastodon) == []


def test_a_correction_exchanges_them(room: Room, mastodon: FakeMastodon) -> None:
    room.publishes_gallery()
    room.publishes(photo=LEAD, content_html=TEXT.partition("</figure>")[2])
    room.delivers()

    assert shown(mastodon) == pictures("gold", "seagreen", "orchid")
    assert len(mastodon.shelf.statuses) == 1


def test_bluesky(room: Room, pds: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with account_of(pds, monkeypatch) as (server, room.real):
        room.publishes_gallery()

        [record] = server.records
        images = record["value"]["embed"]["images"]
        found = [(server.blob(each["image"]["ref"]["$link"]), each["alt"]) for each in images]
        assert found == pictures("crimson", "gold", "seagreen")
        assert room.delivery.reason == ""


def test_discord(room: Room, session: requests.Session, tmp_path: Path) -> None:
    with FakeDiscord() as server:
        path = f"/api/webhooks/{server.webhook_id}/{server.token}"
        (tmp_path / "webhook").write_text(f"{server.address}{path}\n")
        room.real = Discord(name="wire", webhook=Secret(f"file:{tmp_path}/webhook"), session=session)
        room.publishes_gallery()

        [message] = server.messages.values()
        embeds = message.fields["embeds"]
        assert len({embed["url"] for embed in embeds}) == 1
        images = [embed["image"] for embed in embeds]
        found = [
            (message.files[each["url"].removeprefix("attachment://")], each["description"]) for each in images
        ]
        assert found == pictures("crimson", "gold", "seagreen")


def test_telegram_shows_one(room: Room, session: requests.Session, tmp_path: Path) -> None:
    with FakeTelegram() as server:
        server.now = room.clock
        (tmp_path / "token").write_text(server.token)
        token = Secret(f"file:{tmp_path}/token")
        room.real = Telegram(
            name="wire", chat="@theledger", server=server.address, token=token, session=session
        )
        room.publishes_gallery()

        [post] = server.published
        assert Image.open(io.BytesIO(post.photo or b"")).size == (64, 48)
        assert server.asked("sendPhoto") == 1
