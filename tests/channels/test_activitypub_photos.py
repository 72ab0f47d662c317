"""An actor's notes with several photos, which servers fetch from the newsroom's site."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from syndicator.domain.article import Photo
from syndicator.domain.post import Style
from syndicator.store import Store
from tests.channels.actors import Newsroom, followed_newsroom
from tests.channels.fediverse_server import FollowersServer
from tests.channels.test_several_photos import LEAD, TEXT, Room

SERVER = FollowersServer

PHOTOS = "https://ledger.example/photos"


@pytest.fixture
def actor(server: FollowersServer, sqlite_store: Store) -> Iterator[Newsroom]:
    with followed_newsroom(sqlite_store, server) as opened:
        yield opened


@pytest.fixture
def room(actor: Newsroom) -> Room:
    room = Room(actor.store)
    room.real = actor.channel
    room.baseline()
    return room


def attachments(actor: Newsroom, server: FollowersServer) -> list[dict[str, Any]]:
    actor.broadcasts()
    [note] = server.timeline.notes.values()
    found: list[dict[str, Any]] = note.get("attachment", [])
    return found


def shown(actor: Newsroom, server: FollowersServer) -> list[tuple[str, str]]:
    return [(each["url"], each.get("name", "")) for each in attachments(actor, server)]


def walls(*names: str) -> list[tuple[str, str]]:
    return [(LEAD.url, LEAD.alt), *((f"{PHOTOS}/{name}.jpg", f"A {name} wall") for name in names)]


def test_four_each_with_its_words_and_the_makers_of_all(
    room: Room, actor: Newsroom, server: FollowersServer
) -> None:
    room.publishes_gallery()

    assert shown(actor, server) == walls("crimson", "gold", "seagreen")
    assert {each["mediaType"] for each in attachments(actor, server)} == {"image/jpeg"}
    assert "Noy S.; Crimson Press; Gold Press; Seagreen Press" in server.published[0].text


@pytest.mark.parametrize(("wanted", "count"), [(Style().photos, 1), (2, 2), (9, 4)])
def test_as_many_as_the_newsroom_wants_and_servers_show(
    room: Room, actor: Newsroom, server: FollowersServer, wanted: int, count: int
) -> None:
    room.photos_wanted = wanted
    room.publishes_gallery()

    assert len(attachments(actor, server)) == count


def test_what_may_not_leave_makes_room_and_is_named(
    room: Room, actor: Newsroom, server: FollowersServer
) -> None:
    room.rules = {"Gold Press": ()}
    room.publishes_gallery()

    assert shown(actor, server) == walls("crimson", "seagreen", "orchid")
    assert f"without photo {PHOTOS}/gold.jpg" in room.events[-1]


def test_a_correction_exchanges_them_and_the_same_ones_are_no_correction(
    room: Room, actor: Newsroom, server: FollowersServer
) -> None:
    room.publishes_gallery()
    room.publishes(photo=LEAD, content_html=TEXT.partition("</figure>")[2])
    room.delivers()
    assert shown(actor, server) == walls("gold", "seagreen", "orchid")

    room.publishes(photo=LEAD, content_html=TEXT.partition("</figure>")[2])
    room.delivers()
    actor.broadcasts()
    assert [each["type"] for each in server.timeline.activities] == ["Accept", "Create", "Update"]


def test_a_lead_photo_that_stays_at_home_takes_all_along(
    room: Room, actor: Newsroom, server: FollowersServer
) -> None:
    room.rules = {"web only": ()}
    room.publishes(photo=replace(LEAD, rights="web only"), content_html=TEXT)
    room.delivers()

    assert attachments(actor, server) == []


def test_one_without_words_has_none(room: Room, actor: Newsroom, server: FollowersServer) -> None:
    bare = f'<figure><img src="{PHOTOS}/bare.png"></figure>'
    room.publishes(photo=Photo(url=f"{PHOTOS}/lead.webp"), content_html=bare)
    room.delivers()

    found = attachments(actor, server)
    assert [each["url"] for each in found] == [f"{PHOTOS}/lead.webp", f"{PHOTOS}/bare.png"]
    assert not any("name" in each for each in found)
