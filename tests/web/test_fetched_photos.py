"""Photos that services fetch from us, over HTTP: those that were put there, and no other file."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import pytest

from syndicator.documents import DocumentError
from syndicator.documents.directory_shelf import DirectoryShelf
from syndicator.documents.public_photos import FETCHED, KEPT_FOR, PhotoFolder, PublishedPhotos
from syndicator.store import Store
from syndicator.store.engine import connect
from syndicator.web import create_app
from tests.channels.contract import picture
from tests.fakes import SITE, FakeBell
from tests.web.browser import Browser, browsing

SECRET = "nobody is to read this"


@contextmanager
def opened(folder: Path, **changes: object) -> Iterator[Browser]:
    arguments = {"read_photos": {each: PhotoFolder(folder, each).read for each in KEPT_FOR}, **changes}
    app = create_app(
        site=SITE,
        feeds={},
        formats={},
        shelf=DirectoryShelf(folder),
        store=Store(connect("sqlite:////nowhere/at/all.db")),
        bell=FakeBell(),
        host="127.0.0.1",
        password="pw",
        **arguments,  # type: ignore[arg-type]  # as they are declared
    )
    with browsing(app) as browser:
        yield browser


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[Browser]:
    with opened(tmp_path) as browser:
        yield browser


@pytest.fixture(params=KEPT_FOR)
def path(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The path of a photo that was put there."""
    address = PublishedPhotos(PhotoFolder(tmp_path, request.param), SITE.feeds_url).put(picture())
    return "/feeds" + address.removeprefix(SITE.feeds_url)


def test_a_photo_is_served_for_ever_as_it_is(browser: Browser, path: str) -> None:
    answer = browser.get(path)

    assert (answer.status, answer.body) == (200, picture().content)
    assert answer.headers["content-type"] == "image/jpeg"
    assert answer.headers["content-length"] == str(len(picture().content))
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert browser.ask("HEAD", path, {}).status == 200


def test_who_has_it_is_not_sent_it_again(browser: Browser, path: str) -> None:
    etag = browser.get(path).headers["etag"]

    answer = browser.get(path, if_none_match=f'"another", W/{etag}')

    assert (answer.status, answer.body) == (304, b"")
    assert answer.headers["etag"] == etag
    assert browser.get(path, if_none_match='"another"').status == 200


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_nobody_changes_one(browser: Browser, path: str, method: str) -> None:
    assert browser.ask(method, path, {}).status == 405
    assert browser.get(path).body == picture().content


@pytest.mark.parametrize(
    "name",
    [
        "",
        "secret.jpg",
        "../secret.jpg",
        "..%2fsecret.jpg",
        "..\\secret.jpg",
        "%2e%2e/secret.jpg",
        "/etc/passwd",
        "../../../../etc/passwd",
        "HASH.jpg/",
        "HASH.jpg\0",
        "HASH.jpg%00",
        "HASH.JPG",
        "HASH.png",
        "HASH.jpg.gz",
        "HASH",
        "./HASH.jpg",
        "HASH/../HASH.jpg",
        "x/HASH.jpg",
        "ＨＡＳＨ.jpg",
        "٠" * 64 + ".jpg",
        "a" * 100_000,
        "." * 64 + ".jpg",
    ],
)
def test_nothing_else_is_served(tmp_path: Path, browser: Browser, path: str, name: str) -> None:
    *_, folder, known = path.removesuffix(".jpg").split("/")
    for place in (tmp_path, tmp_path / folder):
        (place / "secret.jpg").write_text(SECRET)
    asked = name.replace("HASH", known)

    for written in (asked, quote(asked, safe="%")):
        answer = browser.get(f"/feeds/{folder}/{written}")

        assert answer.status in (307, 404)
        assert SECRET not in answer.text
        assert picture().content != answer.body


def test_a_feed_is_no_photo(browser: Browser, tmp_path: Path) -> None:
    (tmp_path / "all.rss").write_text(SECRET)

    assert browser.get(f"/feeds/{FETCHED}/all.rss").status == 404


def test_a_place_that_does_not_answer_is_told_apart_from_one_without(tmp_path: Path) -> None:
    def fails(name: str) -> bytes | None:
        raise DocumentError("the bucket does not answer")

    with opened(tmp_path, read_photos={FETCHED: fails}) as browser:
        assert browser.get(f"/feeds/{FETCHED}/{'a' * 64}.jpg").status == 503


def test_who_serves_none_has_none(tmp_path: Path, path: str) -> None:
    with opened(tmp_path, read_photos={FETCHED: lambda _name: None}) as browser:
        assert browser.get(path).status == 404
