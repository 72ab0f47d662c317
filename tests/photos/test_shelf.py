"""The shelf, over real HTTP and a real disk."""

from __future__ import annotations

import resource
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from syndicator.article import Photo
from syndicator.errors import PhotoError
from syndicator.http import Http
from syndicator.photos import PhotoShelf
from syndicator.ports import Photos
from syndicator.post import PhotoLimits
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

    def answer(self, request: Request) -> Reply:
        if request.path not in self.files:
            return Reply(status=404)
        return Reply(body=self.files[request.path], media_type="image/jpeg")

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
    return [path.read_bytes() for path in folder.glob("*")]


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


def test_a_full_disk_is_told_and_leaves_no_half_photo(
    shelf: PhotoShelf, server: PhotoServer, folder: Path
) -> None:
    photo = server.offer(saved(noise(300, 300)))
    with largest_file(20_000), pytest.raises(PhotoError, match=str(folder)) as caught:
        shelf.fit(photo, LIMITS)
    assert not caught.value.lasting
    assert kept(folder) == []
    assert shelf.fit(photo, LIMITS).width == 300


def test_a_folder_that_is_none_is_told(shelf: PhotoShelf, server: PhotoServer, folder: Path) -> None:
    folder.parent.mkdir()
    folder.write_text("in the way")
    with pytest.raises(PhotoError, match=str(folder)) as caught:
        shelf.measure(server.offer(saved(quarters())))
    assert not caught.value.lasting
