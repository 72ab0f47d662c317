"""A disk that really is full, under each thing that is kept: what fails says so, the rest goes on, and
everything is made up for once there is room."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from syndicator.documents.directory_shelf import DirectoryShelf
from tests.channels.local_server import Reply, Request
from tests.channels.servers import FakeMastodon
from tests.faults.disk import Disk, small_disk
from tests.faults.room import Room, Site

pytestmark = pytest.mark.slow  # databases or processes throughout


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    with small_disk(tmp_path / "disk") as mounted:
        yield mounted


@contextmanager
def opened(room: Room) -> Iterator[Room]:
    room.begins()
    yield room
    room.store.engine.dispose()


def test_documents_stand_as_they_were_and_follow_later(
    tmp_path: Path, site: Site, channel: FakeMastodon, database: str, disk: Disk
) -> None:
    keep = f'documents = "{disk.place}/documents"'
    with opened(Room(tmp_path, site, channel, database, keep)) as room:
        site.publish(2, "In hard times")
        disk.fill()

        assert room.works() == []

        row = room.row("feed", "all")
        assert f"{disk.place}/documents" in row.error
        assert "No space left on device; the feed stays as it was" in row.error
        assert (row.failures, row.wants) == (1, row.has + 1)
        assert row.next_build > room.clock()
        assert set(room.titles()) == {"It was always so", "The wire was always so"}
        assert DirectoryShelf(disk.place / "documents").load("all.rss") is not None
        assert room.posted() == ["In hard times"]
        assert not list((disk.place / "documents").glob(".*")), "nothing half made is left"

        disk.make_room()
        assert room.works(minutes=5) == []
        assert "In hard times" in room.titles()
        assert (room.row("feed", "all").error, room.row("feed", "all").failures) == ("", 0)


def test_an_outbox_waits_for_room_and_delays_no_other_channel(
    tmp_path: Path, site: Site, channel: FakeMastodon, database: str, disk: Disk
) -> None:
    with opened(Room(tmp_path, site, channel, database, wall=f"{disk.place}/wall")) as room:
        site.publish(2, "In hard times")
        disk.fill()

        assert room.works() == []

        row = room.row("channel", "wall")
        assert f"the outbox {disk.place}/wall" in row.error
        assert "the disk is full; make room" in row.error
        assert row.paused_until > room.clock()
        assert not row.is_stopped
        assert room.posted() == ["In hard times"]

        disk.make_room()
        assert room.works(minutes=5) == []
        assert room.row("channel", "wall").error == ""
        assert len(list((disk.place / "wall" / "wall").glob("*.json"))) == 1
        assert room.posted() == ["In hard times"]


def test_a_full_disk_of_photos_costs_no_photo(
    tmp_path: Path,
    site: Site,
    channel: FakeMastodon,
    database: str,
    disk: Disk,
    caplog: pytest.LogCaptureFixture,
) -> None:
    with opened(Room(tmp_path, site, channel, database, f'photos = "{disk.place}/photos"')) as room:
        site.publish(2, "In hard times")
        disk.fill()

        assert room.works() == []

        assert f"the folder of photos, {disk.place}/photos: No space left on device" in caplog.text
        [post] = room.channel.published
        assert post.photo is not None
        [entry] = [e for e in room.entries() if e["title"] == "In hard times"]
        assert entry["attachments"]
        assert not list((disk.place / "photos").glob("*.part"))


class Interrupting(FakeMastodon):
    """Something happens to us between its taking a post and its answer."""

    meanwhile: Callable[[], None] | None = None

    def answer(self, request: Request) -> Reply:
        reply = super().answer(request)
        if self.meanwhile and (request.method, request.path) == ("POST", "/api/v1/statuses"):
            happens, self.meanwhile = self.meanwhile, None
            happens()
        return reply


@pytest.fixture
def interrupting(monkeypatch: pytest.MonkeyPatch) -> Iterator[Interrupting]:
    with Interrupting() as running:
        monkeypatch.setenv("FAULTS_TOKEN", running.token)
        yield running


def test_a_full_disk_under_sqlite_loses_nothing(
    tmp_path: Path, site: Site, channel: FakeMastodon, disk: Disk
) -> None:
    with opened(Room(tmp_path, site, channel, f"sqlite:///{disk.place}/news.db")) as room:
        site.publish(2, "In hard times")
        disk.fill()

        complaints = room.works()

        assert complaints
        assert all(f"{disk.place}/news.db" in said for said in complaints), complaints
        assert all("full" in said or "disk I/O error" in said for said in complaints), complaints
        assert DirectoryShelf(tmp_path / "var" / "documents").load("all.rss") is not None
        assert room.posted() == []

        disk.make_room()
        assert room.works(minutes=2) == []
        assert room.posted() == ["In hard times"]
        assert "In hard times" in room.titles()
        assert room.row("source", "site").error == ""


def test_a_disk_that_fills_up_in_mid_post_leaves_one_post(
    tmp_path: Path, site: Site, interrupting: Interrupting, disk: Disk
) -> None:
    """The channel has it, and we cannot write that down."""
    with opened(Room(tmp_path, site, interrupting, f"sqlite:///{disk.place}/news.db")) as room:
        site.publish(2, "In hard times")
        interrupting.meanwhile = disk.fill

        complaints = room.works()

        assert any(said.startswith("deliver social: database") for said in complaints), complaints
        assert room.posted() == ["In hard times"]

        disk.make_room()
        for _ in range(4):
            assert room.works(minutes=2) == []
        assert room.posted() == ["In hard times"]
        assert room.store.standings()["social"] == {"sent": 1}
