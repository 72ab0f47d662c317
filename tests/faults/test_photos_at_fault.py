"""Photos that are none: the article goes out all the same, and the photo is named."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from tests.channels.local_server import Act, Reply, body, half, reset, status
from tests.faults.room import Room, announcing, endless, leading_to, old
from tests.photos.pictures import png_claiming

pytestmark = pytest.mark.slow  # databases or processes throughout

HTML = b"<!DOCTYPE html><title>Sign in</title><p>Please sign in to see this."

#: What a photo's server does, and words of what the operator reads about it: for good.
NO_PHOTO: dict[str, tuple[Act, str]] = {
    "404": (status(404), "404 Not Found"),
    "410": (status(410), "410 Gone"),
    "HTML": (body(HTML, "image/jpeg"), "it is not a picture (it starts with"),
    "a bomb of pixels": (body(png_claiming(40_000, 40_000), "image/png"), "pixels"),
    "5 GB": (announcing(5_000_000_000), "5,000,000,000 bytes"),
    "no end": (endless, "more than 15,000,000 bytes"),
    "a circle": (leading_to("?again"), "redirects in a circle"),
    "a private address": (leading_to("http://10.0.0.1/p.jpg"), "private network"),
}

#: The same for what may pass.
NOT_NOW: dict[str, tuple[Act, str]] = {
    "503": (status(503), "503 Service Unavailable"),
    "half": (half, ""),
    "a torn line": (reset, ""),
    "half a photo": (body(b"\xff\xd8\xff\xe0\x00\x10JFIF", "image/jpeg"), "damaged"),
    "nothing yet": (body(b"", "image/jpeg"), "not a picture"),
}


def params(table: dict[str, tuple[Act, str]]) -> list[object]:
    return [pytest.param(act, said, id=name.replace(" ", "-")) for name, (act, said) in table.items()]


@pytest.mark.parametrize(("act", "said"), params(NO_PHOTO))
def test_an_article_goes_out_without_a_photo_that_is_none(room: Room, act: Act, said: str) -> None:
    room.site.publish(2, "With a bad photo")
    with room.site.in_trouble(act, "/photo.jpg"):
        assert room.works() == []

        problem = room.problem("/photo.jpg")
        assert problem.startswith(f"{room.site.address}/news/2: photo {room.site.address}/photo.jpg?2: ")
        assert said in problem
        assert room.row("source", "site").error == ""
        [post] = room.channel.published
        assert post.text.startswith("With a bad photo")
        assert post.photo is None
        assert "With a bad photo" in room.titles()


@pytest.mark.parametrize(("act", "said"), params(NOT_NOW))
def test_a_photo_that_may_come_is_waited_for(room: Room, act: Act, said: str) -> None:
    room.site.publish(2, "With a slow photo")
    with room.site.in_trouble(act, "/photo.jpg"):
        assert room.works() == []
        assert said in room.problem("/photo.jpg")
        assert room.posted() == []
        assert "With a slow photo" in room.titles()

    assert room.works(minutes=6) == []
    [post] = room.channel.published
    assert post.photo is not None
    [entry] = [e for e in room.entries() if e["title"] == "With a slow photo"]
    assert entry["attachments"][0]["size_in_bytes"] == len(room.site.picture)


def test_news_does_not_wait_for_ever_for_a_photo(room: Room) -> None:
    room.site.publish(2, "With a photo that never comes")
    with room.site.in_trouble(status(503), "/photo.jpg"):
        for _ in range(6):
            assert room.works(minutes=3) == []

    [post] = room.channel.published
    assert post.photo is None
    assert any("without its photo" in event for event in room.events())


def test_an_article_without_a_photo_is_no_trouble(room: Room) -> None:
    room.site.tells("Without a photo")

    assert room.works() == []

    assert room.row("source", "wire").problems == []
    [post] = room.channel.published
    assert post.photo is None


def hours_pass(room: Room, hours: float = 1) -> None:
    """For photos, which are as old as their files; half an hour of readings for everything else."""
    for kept in (room.folder / "var" / "photos").iterdir():
        old(kept, hours * 3600)
    for _ in range(3):
        assert room.works(minutes=10) == []


def test_a_photo_that_is_replaced_under_its_address_is_a_correction(room: Room) -> None:
    """No word of the page changes."""
    room.site.publish(2, "With the wrong photo")
    assert room.works() == []
    [before] = room.channel.published
    assert before.photo is not None

    picture = io.BytesIO()
    Image.new("RGB", (800, 500), "maroon").save(picture, "JPEG")
    room.site.replies["/photo.jpg"] = Reply(body=picture.getvalue(), media_type="image/jpeg")
    hours_pass(room)

    [after] = room.channel.published
    assert after.photo is not None
    assert Image.open(io.BytesIO(after.photo)).size == (800, 500)
    [entry] = [e for e in room.entries() if e["title"] == "With the wrong photo"]
    assert entry["attachments"][0]["size_in_bytes"] == len(picture.getvalue())
    assert room.article("With the wrong photo").revision == 2


@pytest.mark.parametrize(("act", "said"), params(NO_PHOTO | NOT_NOW))
def test_a_photo_that_was_had_stays_when_it_is_there_no_more(room: Room, act: Act, said: str) -> None:
    room.site.publish(2, "With a photo")
    assert room.works() == []
    with room.site.in_trouble(act, "/photo.jpg"):
        hours_pass(room)

    [post] = room.channel.published
    assert post.photo is not None
    assert room.article("With a photo").revision == 1
    assert "attachments" in room.entries()[0]
