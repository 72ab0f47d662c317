"""Somebody else holds the database for longer than we wait: we say so, and go on where we were."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from syndicator.documents.directory_shelf import DirectoryShelf
from syndicator.store import Store, StoreError, engine, open_store
from tests.channels.local_server import Handler, Request
from tests.faults.room import Room, Site
from tests.faults.test_full_disk import Interrupting, interrupting

__all__ = ["interrupting"]  # a fixture

Holding = Callable[[], AbstractContextManager[None]]


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ours is short."""
    monkeypatch.setattr(engine, "BUSY_TIMEOUT_S", 1)


@pytest.fixture
def database(patience: None, store: Store) -> str:
    return store.engine.url.render_as_string(hide_password=False)


@pytest.fixture
def holding(database: str) -> Holding:
    """Takes the whole database, and lets go of it in the end."""

    @contextmanager
    def sqlite() -> Iterator[None]:
        connection = sqlite3.connect(
            database.removeprefix("sqlite:///"), isolation_level=None, check_same_thread=False
        )
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        finally:
            connection.close()

    @contextmanager
    def server() -> Iterator[None]:
        other = create_engine(database)
        with other.connect() as connection:
            tables = "source, feed, channel, article, delivery, membership, alias, event, process"
            connection.execute(text(f"LOCK TABLE {tables} IN EXCLUSIVE MODE"))
            try:
                yield
            finally:
                connection.rollback()
        other.dispose()

    return sqlite if database.startswith("sqlite") else server


def test_jobs_say_so_and_go_on_where_they_were(room: Room, holding: Holding) -> None:
    assert room.row("source", "site").failures == 0
    room.site.publish(2, "In hard times")
    with holding():
        complaints = room.works()
        assert complaints
        assert all("database" in said and "lock" in said for said in complaints), complaints
        assert DirectoryShelf(room.folder / "var" / "documents").load("all.rss") is not None

    for _ in range(3):
        assert room.works(minutes=2) == []
    assert room.posted() == ["In hard times"]
    assert "In hard times" in room.titles()
    assert (room.row("source", "site").error, room.row("source", "site").failures) == ("", 0)


def test_a_look_in_whose_middle_the_database_is_taken_is_made_again(room: Room, holding: Holding) -> None:
    room.site.publish(2, "In hard times")
    held = holding()
    page = room.site.answer(Request(method="GET", path="/news/2", query={}, headers={}, body=b""))

    def answer(handler: Handler) -> None:
        held.__enter__()
        handler.reply(page)

    with room.site.in_trouble(answer, "/news/2"):
        complaints = room.works()
    held.__exit__(None, None, None)

    assert any(said.startswith("watch site: database") for said in complaints), complaints
    for _ in range(3):
        assert room.works(minutes=2) == []
    assert room.posted() == ["In hard times"]
    assert "In hard times" in room.titles()


def test_a_database_that_is_taken_in_mid_post_leaves_one_post(
    tmp_path: Path, site: Site, interrupting: Interrupting, database: str, holding: Holding
) -> None:
    room = Room(tmp_path, site, interrupting, database)
    room.begins()
    site.publish(2, "In hard times")
    held = holding()
    interrupting.meanwhile = held.__enter__

    complaints = room.works()
    held.__exit__(None, None, None)

    assert any(said.startswith("deliver social: database") for said in complaints), complaints
    assert room.posted() == ["In hard times"]
    for _ in range(4):
        assert room.works(minutes=2) == []
    assert room.posted() == ["In hard times"]
    assert room.store.standings()["social"] == {"sent": 1}
    room.store.engine.dispose()


@pytest.mark.slow
def test_more_questions_than_connections_wait_and_then_say_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = open_store(f"sqlite:///{tmp_path}/news.db")
    monkeypatch.setattr(store.engine.pool, "_timeout", 0.1)
    taken = [store.engine.connect() for _ in range(40)]
    with pytest.raises(StoreError, match="all connections are in use"), store.reading():
        pytest.fail("there was one more")
    for connection in taken:
        connection.close()
    store.engine.dispose()


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    (tmp_path / "news.db").write_bytes(b"This is a letter to the editor. " * 100)

    with pytest.raises(StoreError, match=r"news\.db: file is not a database: restore it from a backup"):
        open_store(f"sqlite:///{tmp_path}/news.db")


def test_a_server_that_is_away_is_named_without_its_password() -> None:
    with pytest.raises(StoreError, match=r"127\.0\.0\.1") as caught:
        open_store("postgresql://news:s3cret@127.0.0.1:1/news")
    assert "s3cret" not in str(caught.value)
