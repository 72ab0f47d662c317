"""The shelf, over real HTTP and a real disk."""

from __future__ import annotations

import os
import resource
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from syndicator.domain.article import Photo
from syndicator.domain.errors import PhotoError
from syndicator.domain.photo import PhotoLimits
from syndicator.http.client import Http
from syndicator.jobs.ports import Photos
from syndicator.photos import PhotoShelf
from syndicator.photos.shelf import FRESH_FOR_S
from tests.channels.local_server import (
    Act,
    Handler,
    LocalServer,
    Reply,
    Request,
    Trouble,
    body,
    closed_port,
    half,
    reset,
    status,
)
from tests.photos.pictures import held, noise, png_claiming, quarters, saved

LIMITS = PhotoLimits()


class PhotoServer(LocalServer):
    """Serves what is in ``files``, always as a JPEG, whatever it is."""

    def __init__(self) -> None:
        super().__init__()
        self.files: dict[str, bytes] = {}
        self.etag = ""

    def answer(self, request: Request) -> Reply:
        if request.path not in self.files:
            return Reply(status=404)
        if self.etag and request.headers.get("If-None-Match") == self.etag:
            return Reply(status=304)
        headers = {"ETag": self.etag} if self.etag else {}
        return Reply(body=self.files[request.path], media_type="image/jpeg", headers=headers)

    def offer(self, content: bytes, name: str = "lead.jpg") -> Photo:
        self.files[f"/{name}"] = content
        return Photo(url=f"{self.address}/{name}", caption="Dawn", credit="Noy S.")


@pytest.fixture
def server() -> Iterator[PhotoServer]:
    with PhotoServer() as running:
        yield running


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "kept" / "photos"


@pytest.fixture
def shelf(folder: Path, server: PhotoServer) -> PhotoShelf:
    return PhotoShelf(folder, Http(allow=[server.address.removeprefix("http://")]))


def kept(folder: Path) -> list[bytes]:
    return [path.read_bytes() for path in folder.glob("*") if path.suffix != ".seen"]


def test_a_shelf_is_what_the_port_asks_for(shelf: PhotoShelf) -> None:
    photos: Photos = shelf
    assert photos is shelf


def test_measuring_adds_what_the_file_is_and_keeps_the_rest(shelf: PhotoShelf, server: PhotoServer) -> None:
    content = held(6)
    found = shelf.measure(server.offer(content))
    assert (found.width, found.height, found.length) == (96, 64, len(content))
    assert (found.media_type, found.caption, found.credit) == ("image/jpeg", "Dawn", "Noy S.")


def test_the_type_is_the_files_not_the_servers_word(shelf: PhotoShelf, server: PhotoServer) -> None:
    assert shelf.measure(server.offer(saved(quarters(), "PNG"))).media_type == "image/png"


def test_a_fitted_photo_carries_its_credit(shelf: PhotoShelf, server: PhotoServer) -> None:
    assert b'photoshop:Credit="Noy S."' in shelf.fit(server.offer(saved(quarters())), LIMITS).content


def test_a_photo_is_fetched_once_even_across_restarts(shelf: PhotoShelf, server: PhotoServer) -> None:
    photo = server.offer(saved(quarters()))
    shelf.measure(photo)
    shelf.fit(photo, LIMITS)
    PhotoShelf(shelf.folder, shelf.http).fit(photo, PhotoLimits(side=48))
    assert len(server.requests) == 1


def test_photos_are_told_apart_by_their_whole_address(shelf: PhotoShelf, server: PhotoServer) -> None:
    small, large = (
        server.offer(saved(quarters(40, 20)), "a.jpg"),
        server.offer(saved(quarters(80, 40)), "b.jpg"),
    )
    assert [shelf.measure(photo).width for photo in (small, large)] == [40, 80]


def test_many_hands_at_once_leave_one_whole_file(
    shelf: PhotoShelf, server: PhotoServer, folder: Path
) -> None:
    content = saved(noise(300, 200))
    photo, start = server.offer(content), threading.Barrier(6)

    def fit(_: int) -> bytes:
        start.wait()
        return shelf.fit(photo, LIMITS).content

    with ThreadPoolExecutor(6) as pool:
        assert len(set(pool.map(fit, range(6)))) == 1
    assert kept(folder) == [content]


@pytest.mark.parametrize(
    ("act", "is_lasting", "why"),
    [
        (status(404), True, "404"),
        (status(410), True, "410"),
        (status(403), True, "403"),
        (status(429), False, "429"),
        (status(500), False, "500"),
        (status(503), False, "503"),
        (half, False, ""),
        (reset, False, ""),
        (
            body(b"<!DOCTYPE html><p>Please sign in", "image/jpeg"),
            True,
            "it is not a picture (it starts with",
        ),
        (body(b"", "image/jpeg"), False, "not a picture"),
        (body(png_claiming(30_000, 30_000), "image/png"), True, "pixels"),
    ],
)
def test_trouble_is_sorted_by_whether_another_try_may_help(
    shelf: PhotoShelf, server: PhotoServer, folder: Path, act: Act, is_lasting: bool, why: str
) -> None:
    photo = server.offer(saved(quarters()))
    server.trouble = Trouble(act)
    for use in (shelf.measure, lambda p: shelf.fit(p, LIMITS)):
        with pytest.raises(PhotoError) as caught:
            use(photo)
        assert caught.value.lasting is is_lasting
        assert why in str(caught.value)
    assert not folder.exists() or not kept(folder)
    server.trouble = None
    assert shelf.measure(photo).is_measured


def test_more_bytes_than_we_read_are_refused_unread(shelf: PhotoShelf, server: PhotoServer) -> None:
    def announce(handler: Handler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", "20000000")
        handler.end_headers()
        handler.close_connection = True

    server.trouble = Trouble(announce)
    with pytest.raises(PhotoError, match="20,000,000 bytes") as caught:
        shelf.measure(server.offer(b""))
    assert caught.value.lasting


def test_a_server_that_is_down_may_be_up_again(shelf: PhotoShelf) -> None:
    port = closed_port()
    shelf = PhotoShelf(shelf.folder, Http(allow=[f"127.0.0.1:{port}"]))
    with pytest.raises(PhotoError, match="connection refused") as caught:
        shelf.measure(Photo(url=f"http://127.0.0.1:{port}/a.jpg"))
    assert not caught.value.lasting


def test_private_addresses_are_not_asked(folder: Path, server: PhotoServer) -> None:
    with pytest.raises(PhotoError) as caught:
        PhotoShelf(folder, Http()).measure(server.offer(saved(quarters())))
    assert caught.value.lasting
    assert not server.requests


def test_a_photo_that_was_fetched_while_it_was_written_is_fetched_again(
    shelf: PhotoShelf, server: PhotoServer
) -> None:
    content = saved(noise(200, 100))
    photo = server.offer(content[: len(content) // 2])
    assert shelf.measure(photo).width == 200  # its head is whole
    with pytest.raises(PhotoError, match="damaged") as caught:
        shelf.fit(photo, LIMITS)
    assert not caught.value.lasting
    server.offer(content)
    assert shelf.fit(photo, LIMITS).width == 200


@contextmanager
def largest_file(size: int) -> Iterator[None]:
    """What a full disk or a quota does: a write stops in the middle of a file."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_full_disk_is_told_leaves_no_half_photo_and_costs_no_photo(
    shelf: PhotoShelf, server: PhotoServer, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    photo = server.offer(saved(noise(300, 300)))
    with largest_file(20_000):
        assert shelf.fit(photo, LIMITS).width == 300
    assert f"the folder of photos, {folder}: File too large" in caplog.text
    assert kept(folder) == []

    assert shelf.fit(photo, LIMITS).width == 300
    assert len(kept(folder)) == 1


def test_a_folder_that_is_none_is_told_and_costs_no_photo(
    shelf: PhotoShelf, server: PhotoServer, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder.parent.mkdir()
    folder.write_text("in the way")

    assert shelf.measure(server.offer(saved(quarters()))).width == 96

    assert f"the folder of photos, {folder}: " in caplog.text


# As time goes by


def age(folder: Path, seconds: float) -> None:
    """All that is kept is so much older."""
    for path in folder.iterdir():
        stat = path.stat()
        os.utime(path, (stat.st_atime - seconds, stat.st_mtime - seconds))


def test_a_photo_that_is_known_is_asked_for_less_and_less_often(
    shelf: PhotoShelf, server: PhotoServer, folder: Path
) -> None:
    server.etag = '"1"'
    photo = shelf.measure(server.offer(saved(quarters())))
    minutes = []
    for minute in range(200):
        before = len(server.requests)
        age(folder, 60)
        assert shelf.measure(photo) == photo
        minutes += [minute] * (len(server.requests) - before)

    assert minutes == [pytest.approx(n, rel=0.1) for n in (10, 20, 40, 80, 160)]
    assert all(r.headers["If-None-Match"] == '"1"' for r in server.requests[1:])


def test_a_replaced_photo_is_measured_and_fitted_as_it_is_now(
    shelf: PhotoShelf, server: PhotoServer, folder: Path
) -> None:
    photo = shelf.measure(server.offer(saved(quarters())))
    server.offer(saved(quarters(200, 100)))
    assert shelf.measure(photo) == photo

    age(folder, FRESH_FOR_S + 1)

    assert shelf.measure(photo).width == 200
    assert shelf.fit(photo, LIMITS).width == 200


def test_what_takes_a_photos_address_and_is_none_does_not_take_its_place(
    shelf: PhotoShelf, server: PhotoServer, folder: Path
) -> None:
    photo = shelf.measure(server.offer(saved(quarters())))
    server.offer(b"<p>Please sign in")
    age(folder, FRESH_FOR_S + 1)

    assert shelf.measure(photo) == photo
    assert shelf.measure(photo) == photo  # and it is not asked at every look
    assert len(server.requests) == 2


def test_what_nobody_has_used_for_longest_makes_room(server: PhotoServer, folder: Path) -> None:
    pictures = {f"{n}.jpg": saved(noise(100, 100)) for n in range(8)}
    limit = sum(map(len, pictures.values())) // 2
    shelf = PhotoShelf(folder, Http(allow=[server.address.removeprefix("http://")]), limit=limit)
    first, *others = [server.offer(content, name) for name, content in pictures.items()]
    for photo in [first, *others]:
        shelf.fit(first, LIMITS)
        age(folder, 10)
        shelf.fit(photo, LIMITS)

    total = sum(path.stat().st_size for path in folder.iterdir())
    assert total <= limit
    asked = len(server.requests)
    shelf.fit(first, LIMITS)
    shelf.fit(others[-1], LIMITS)
    assert len(server.requests) == asked, "what is used stays"
    assert shelf.fit(others[0], LIMITS).width == 100
    assert len(server.requests) == asked + 1, "and what is gone is fetched again"


def test_what_a_killed_process_left_makes_room_too(server: PhotoServer, folder: Path) -> None:
    folder.mkdir(parents=True)
    (folder / "left.part").write_bytes(b"half of i")
    age(folder, 7200)
    shelf = PhotoShelf(folder, Http(allow=[server.address.removeprefix("http://")]))

    shelf.fit(server.offer(saved(quarters())), LIMITS)

    assert not (folder / "left.part").exists()
