"""Deliveries whose photo is shown from its address, and is of a kind that is not shown there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import requests

from syndicator.channels.ntfy import Ntfy
from syndicator.channels.slack import Slack
from syndicator.channels.slackhook import SlackHook
from syndicator.documents.public_photos import SHOWN, PhotoFolder, PublishedPhotos
from syndicator.domain.article import Photo
from syndicator.domain.delivery import Standing
from syndicator.domain.errors import PhotoError
from syndicator.jobs.courier import Courier, Deliverer
from syndicator.jobs.deliver import deliver
from syndicator.jobs.ports import Channel, PublicPhotos
from syndicator.secret import Secret
from syndicator.store import Store
from tests.channels.contract import impatient_session, picture
from tests.channels.local_server import LocalServer
from tests.channels.ntfy_server import FakeNtfy
from tests.channels.photo_host import PhotoHost
from tests.channels.slack_server import FakeSlack
from tests.channels.slackhook_server import FakeSlackHook
from tests.channels.test_fetched_photo_deliveries import Full, SizedPhotos
from tests.fakes import SITE
from tests.jobs.newsroom import Story

WEIR = "https://ledger.example/weir"


class Room(Story):
    """A newsroom whose photos are shown from ``public`` where the site's own would not be."""

    def __init__(self, store: Store, public: PublicPhotos | None) -> None:
        super().__init__(store)
        self.public = public
        self.photos = self.sized = SizedPhotos()  # type: ignore[assignment]  # in their stead

    def deliverer(self, courier: Courier | None = None) -> Deliverer:
        return replace(super().deliverer(courier), shown_photos=self.public)

    def publishes_photo(self, media_type: str, ending: str = "jpg", **changes: Any) -> None:
        self.photos = replace(self.sized, media_type=media_type)  # type: ignore[assignment]
        self.publishes(photo=Photo(url=f"{WEIR}.{ending}", alt="A weir", credit="Mali P."), **changes)


@pytest.fixture
def host() -> Iterator[PhotoHost]:
    with PhotoHost() as host:
        yield host


@pytest.fixture
def room(sqlite_store: Store, host: PhotoHost) -> Room:
    room = Room(sqlite_store, host)
    room.baseline()
    return room


Build = Callable[[LocalServer, Path, requests.Session], Channel]


def slack(server: FakeSlack, folder: Path, session: requests.Session) -> Slack:
    (folder / "token").write_text(server.token)
    token = Secret(f"file:{folder}/token")
    return Slack(name="wire", channel=server.bot_channel, token=token, server=server.address, session=session)


def slackhook(server: FakeSlackHook, folder: Path, session: requests.Session) -> SlackHook:
    (folder / "webhook").write_text(f"{server.address}{server.path}")
    return SlackHook(name="wire", webhook=Secret(f"file:{folder}/webhook"), session=session)


def ntfy(server: FakeNtfy, folder: Path, session: requests.Session) -> Ntfy:
    (folder / "token").write_text(server.token)
    token = Secret(f"file:{folder}/token")
    return Ntfy(name="wire", topic=server.topic, token=token, server=server.address, session=session)


KINDS = {"slack": (FakeSlack, slack), "slackhook": (FakeSlackHook, slackhook), "ntfy": (FakeNtfy, ntfy)}


@pytest.fixture(params=KINDS)
def server(
    request: pytest.FixtureRequest, room: Room, tmp_path: Path
) -> Iterator[FakeSlack | FakeSlackHook | FakeNtfy]:
    fake, build = KINDS[request.param]
    with fake() as server, impatient_session() as session:
        room.real = build(server, tmp_path, session)  # type: ignore[operator]  # each its own
        yield server  # type: ignore[misc]  # of its own kind


def addresses(server: LocalServer) -> list[str]:
    """The photos that readers were shown by messages, by their addresses; ``""`` for none."""
    found = [request.fields() for request in server.requests if request.method == "POST"]
    return [_address(each) for each in found if "blocks" in each or "topic" in each]


def _address(message: dict[str, Any]) -> str:
    blocks = message.get("blocks", ())
    shown = [block["image_url"] for block in blocks if block["type"] == "image"]
    return str(shown[0] if shown else message.get("attach", ""))


@pytest.mark.parametrize("media_type", ["image/webp", "image/avif"])
def test_a_photo_that_is_not_shown_there_is_shown_from_us(
    room: Room, server: LocalServer, host: PhotoHost, media_type: str
) -> None:
    room.publishes_photo(media_type)
    room.delivers()

    assert addresses(server) == [host.put(picture())]
    assert addresses(server)[0].endswith(".jpeg")
    assert not any("without" in text for text in room.events)


@pytest.mark.parametrize("media_type", ["image/jpeg", "image/png"])
def test_one_that_is_shown_stays_where_it_is(room: Room, server: LocalServer, media_type: str) -> None:
    room.publishes_photo(media_type)
    room.delivers()

    assert addresses(server) == [f"{WEIR}.jpg"]


@pytest.mark.parametrize("ending", ["webp", "AVIF?width=900", "heic"])
def test_one_that_nobody_measured_is_told_by_its_name(
    room: Room, server: LocalServer, host: PhotoHost, ending: str
) -> None:
    room.sized.trouble = PhotoError("503 Service Unavailable", lasting=False)
    room.publishes_photo("", ending)
    room.photos = SizedPhotos()  # type: ignore[assignment]  # it is there by now

    room.delivers()

    assert addresses(server) == [host.put(picture())]


def test_a_photo_within_its_article_is_shown_from_us(
    room: Room, server: LocalServer, host: PhotoHost
) -> None:
    room.publishes(photo=Photo(url="data:image/jpeg;base64,AAAA"))
    room.delivers()

    assert addresses(server) == [host.put(picture())]


def test_who_has_no_public_address_has_the_sites_photos_alone(room: Room, server: LocalServer) -> None:
    room.public = None

    room.publishes_photo("image/webp")
    room.delivers()

    is_told = any("without its photo: Slack shows no image/webp" in text for text in room.events)
    is_slack = not isinstance(server, FakeNtfy)  # whose newer apps show it
    assert (is_told, addresses(server)) == (is_slack, ["" if is_slack else f"{WEIR}.jpg"])
    assert room.delivery.standing is Standing.SENT


def test_one_that_cannot_be_made_yet_is_waited_for(room: Room, server: LocalServer, host: PhotoHost) -> None:
    room.public = Full()
    room.publishes_photo("image/webp")
    room.delivers()
    assert addresses(server) == []
    assert "no space left" in room.delivery.reason

    room.public = host
    room.delivers_until_done(1)

    assert addresses(server) == [host.put(picture())]


def test_news_do_not_wait_for_it_for_ever(room: Room, server: LocalServer) -> None:
    room.public = Full()

    room.publishes_photo("image/webp")
    room.delivers_until_done(1)

    assert room.delivery.standing is Standing.SENT
    assert any("no space left" in text for text in room.events)


def test_a_correction_shows_it_from_us_as_well(room: Room, server: LocalServer, host: PhotoHost) -> None:
    room.publishes_photo("image/webp")
    room.delivers()

    room.publishes_photo("image/webp", title="The weir opens on Monday")
    room.delivers_until_done(1)

    assert set(addresses(server)) == {host.put(picture())}


def test_a_photo_that_may_not_leave_is_not_put_there(
    room: Room, server: LocalServer, host: PhotoHost
) -> None:
    room.photos = replace(room.sized, media_type="image/webp")  # type: ignore[assignment]
    room.publishes(photo=Photo(url=f"{WEIR}.webp", rights="web only"))
    courier = replace(room.courier(), kept_back=lambda photo: f"its rights: {photo.rights}")

    deliver(room.deliverer(courier), "wire")

    assert (addresses(server), host.files) == ([""], {})


def test_it_is_kept_as_long_as_messages_are_looked_at(
    room: Room, server: LocalServer, tmp_path: Path
) -> None:
    place = PhotoFolder(tmp_path / "documents", SHOWN)
    room.public = PublishedPhotos(place, SITE.feeds_url)

    room.publishes_photo("image/webp")
    room.delivers()

    [address] = addresses(server)
    name = address.rpartition("/")[2]
    assert address == f"{SITE.feeds_url}/{SHOWN}/{name}"
    assert place.read(name) == picture().content
    place.tidy(timedelta(days=30))
    assert place.read(name)
