"""Private feeds: for their readers, and nothing else tells of them."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from syndicator.documents.directory import PRIVATE, Directory
from syndicator.documents.split import SplitDocuments
from syndicator.jobs.ports import Document
from syndicator.secret import Secret
from syndicator.web.feeds import resources
from tests.fakes import NOON
from tests.web.browser import Answer, Browser, browsing
from tests.web.house import House
from tests.web.test_web_process import Served, serving_from

SECRET = "correct-horse-battery"
BOARD = "/feeds/board.rss"
IN_THE_ADDRESS = f"/feeds/-/{SECRET}/board.rss"


@pytest.fixture(autouse=True)
def looking_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resources, "LOOK_EVERY_S", 0)


@pytest.fixture
def key(tmp_path: Path) -> Path:
    path = tmp_path / "key"
    path.write_text(SECRET)
    return path


@pytest.fixture
def closed(house: House, key: Path) -> Iterator[Browser]:
    house.builds_private()
    readers = {"board": {"ann": Secret(f"file:{key}"), "bob": Secret("env:NOT_SET_AT_ALL")}}
    with browsing(house.app(hubs=("https://hub.example/",), access=readers)) as opened:
        yield opened


def basic(name: str, secret: str) -> str:
    return "Basic " + base64.b64encode(f"{name}:{secret}".encode()).decode()


def is_for_readers_alone(answer: Answer) -> bool:
    return answer.headers["cache-control"].startswith(("private", "no-store")) and not any(
        name.startswith("access-control") for name in answer.headers
    )


@pytest.mark.parametrize(
    ("path", "headers"), [(BOARD, {"authorization": basic("ann", SECRET)}), (IN_THE_ADDRESS, {})]
)
def test_a_reader_is_let_in(closed: Browser, path: str, headers: dict[str, str]) -> None:
    answer = closed.ask("GET", path, headers)

    assert (answer.status, answer.body) == (200, b"<private/>")
    assert answer.headers["cache-control"] == "private, max-age=60"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert "hub" not in answer.headers["link"]
    assert SECRET not in str(answer.headers)
    assert is_for_readers_alone(answer)
    known = closed.ask("GET", path, {**headers, "if-none-match": answer.headers["etag"]})
    assert known.status == 304
    assert is_for_readers_alone(known)


@pytest.mark.parametrize(
    "authorization",
    [
        basic("ann", "wrong"),
        basic("bob", SECRET),
        basic("bob", ""),
        basic("", SECRET),
        basic("ann", SECRET).replace("Basic", "Bearer"),
        "Basic %%%",
        "",
    ],
)
def test_nobody_else_is(closed: Browser, authorization: str) -> None:
    answer = closed.get(BOARD, authorization=authorization)

    assert answer.status == 401
    assert answer.headers["www-authenticate"].startswith("Basic ")
    assert is_for_readers_alone(answer)


def test_a_stranger_is_asked_who_they_are(closed: Browser) -> None:
    assert closed.get(BOARD).status == closed.ask("OPTIONS", BOARD, {}).status == 401


@pytest.mark.parametrize(
    "path",
    [
        "/feeds/-/wrong/board.rss",
        f"/feeds/-/{SECRET}/all.rss",
        f"/feeds/-/{SECRET}/none.rss",
        f"/feeds/-/{SECRET}/",
        f"/feeds/-/{SECRET}",
        "/feeds/-//board.rss",
        f"/feeds/-/{SECRET}x/board.rss",
    ],
)
def test_a_wrong_address_leads_nowhere(closed: Browser, path: str) -> None:
    answer = closed.get(path)

    assert answer.status == 404
    assert is_for_readers_alone(answer)
    assert "board" not in answer.text


def test_guessing_is_slowed_down(closed: Browser) -> None:
    for _ in range(10):
        assert closed.get("/feeds/-/guess/board.rss").status == 404

    slowed = closed.get(BOARD, authorization=basic("ann", "guess"))
    assert slowed.status == 429
    assert int(slowed.headers["retry-after"]) <= 60
    closed.address = "192.0.2.9"
    assert closed.get(IN_THE_ADDRESS).status == 200


def test_a_changed_secret_counts_at_once(closed: Browser, key: Path) -> None:
    assert closed.get(IN_THE_ADDRESS).status == 200
    key.write_text("another-secret-altogether")

    assert closed.get(IN_THE_ADDRESS).status == 404
    assert closed.get("/feeds/-/another-secret-altogether/board.rss").status == 200


def test_no_list_names_it(closed: Browser) -> None:
    assert "board" not in closed.get("/").text
    assert "board" not in closed.get("/feeds/boart.rss").text.replace("/feeds/boart.rss", "")


def test_no_log_names_a_secret(closed: Browser, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(0)
    for path in (IN_THE_ADDRESS, f"/feeds/-/{SECRET}/none.rss"):
        closed.get(path)
    closed.get(BOARD, authorization=basic("bob", SECRET))

    assert "NOT_SET_AT_ALL" in caplog.text
    assert SECRET not in caplog.text


def test_a_web_server_that_is_given_the_documents_does_not_get_it(tmp_path: Path) -> None:
    document = Document(extension="rss", content=b"<x/>", modified=NOON)
    Directory(tmp_path).replace("board", [document])
    (tmp_path / "board").mkdir()
    (tmp_path / "board" / "1.rss").write_bytes(b"<x/>")
    Directory(tmp_path).replace("boards", [document])

    apart = SplitDocuments(Directory(tmp_path), Directory(tmp_path / PRIVATE), {"board"})
    apart.replace("board", [document])

    assert {path.name for path in tmp_path.iterdir()} == {
        ".private",
        *(f"boards.rss{ending}" for ending in ("", ".gz", ".br")),
    }
    assert apart.read("board.rss") == b"<x/>"
    assert Directory(tmp_path).read("board.rss") is None


def test_its_archives_are_found_where_they_are(closed: Browser, house: House) -> None:
    archive = Document(extension="rss", content=b"<past/>", modified=NOON, page=1)
    Directory(house.folder / "documents" / PRIVATE).replace("board", [archive])

    assert closed.get(IN_THE_ADDRESS.replace("board.rss", "board/1.rss")).body == b"<past/>"
    assert closed.get(IN_THE_ADDRESS.replace("board.rss", "board/2.rss")).status == 404


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Served]:
    with serving_from(tmp_path) as served:
        yield served


def test_what_has_ended_is_removed(tmp_path: Path) -> None:
    Directory(tmp_path).replace("old", [Document(extension="rss", content=b"<x/>", modified=NOON)])

    Directory(tmp_path).remove("old")
    Directory(tmp_path).remove("never-was")

    assert not list(tmp_path.iterdir())


def test_over_the_wire_too(server: Served) -> None:
    """Both lanes: an escaped address is the application's."""
    for path in (f"/feeds/-/{SECRET}/board.rss", f"/feeds/-/{SECRET}/board%2Erss"):
        assert requests.get(server.url + path, timeout=10).content == b"<private/>"
    assert requests.get(server.url + BOARD, auth=("ann", SECRET), timeout=10).content == b"<private/>"
    assert requests.get(server.url + BOARD, timeout=10).status_code == 401
    assert requests.get(f"{server.url}/feeds/-/wrong/board.rss", timeout=10).status_code == 404
