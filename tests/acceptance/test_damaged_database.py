"""A database that is damaged or away when everything begins: feeds are served, and the rest follows once it
is mended. Real processes, real damage."""

from __future__ import annotations

import shutil
import signal
import sqlite3
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests

from tests.acceptance.world import PATIENCE, Desk, NewsSite, desk, until
from tests.channels.servers import FakeMastodon

pytestmark = pytest.mark.slow  # databases or processes throughout


def header(file: Path) -> None:
    with file.open("r+b") as there:
        there.write(b"This is a letter to the editor. " * 4)


def truncated(file: Path) -> None:
    with file.open("r+b") as there:
        there.truncate(file.stat().st_size // 2)


def pages(file: Path) -> None:
    """Some in the middle are another file's."""
    with file.open("r+b") as there:
        for page in range(4, file.stat().st_size // 4096, 3):
            there.seek(page * 4096)
            there.write(b"\xa5" * 4096)


def table(file: Path) -> None:
    with sqlite3.connect(file) as connection:
        connection.execute("DROP TABLE event")
    connection.close()


def folder(file: Path) -> None:
    file.unlink()
    file.mkdir()


@dataclass(frozen=True)
class Stopped:
    """A desk that has published an article and was stopped. ``kept``: a copy of its folder."""

    desk: Desk
    site: NewsSite
    mastodon: FakeMastodon
    kept: Path

    def restore(self) -> None:
        """As it was, whatever was done to it since."""
        self.desk.kill()
        shutil.rmtree(self.desk.folder)
        shutil.copytree(self.kept, self.desk.folder)


@pytest.fixture(scope="module")
def stopped_once(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stopped]:
    folder, kept = tmp_path_factory.mktemp("desk"), tmp_path_factory.mktemp("kept") / "desk"
    with NewsSite() as site, FakeMastodon() as mastodon:
        site.publish(1, "It was always so")
        with desk(folder, site, {"social": mastodon.address}, token=mastodon.token) as running:
            running.start()
            until(lambda: "It was always so" in running.titles(), "the first look fills the feed", running)
            site.publish(2, "Bridge opens")
            until(lambda: len(mastodon.published) == 1, "it is posted", running)
            until(lambda: "Bridge opens" in running.titles(), "it is in the feed", running)
            assert running.stop() == 0
            shutil.copytree(folder, kept)
            yield Stopped(running, site, mastodon, kept)


@pytest.fixture
def stopped(stopped_once: Stopped) -> Iterator[Stopped]:
    """That others find as it was."""
    site, mastodon = stopped_once.site, stopped_once.mastodon
    pages, shelf = dict(site.pages), deepcopy(mastodon.shelf)
    yield stopped_once
    stopped_once.restore()
    site.pages, mastodon.shelf = pages, shelf


@pytest.mark.parametrize("damage", [header, truncated, pages, table, folder])
def test_feeds_are_served_and_all_goes_on_once_the_database_is_mended(
    stopped: Stopped, damage: Callable[[Path], None]
) -> None:
    running, site, mastodon = stopped.desk, stopped.site, stopped.mastodon
    file = running.folder / "var" / "syndicator.db"
    backup = running.folder / "backup.db"
    with sqlite3.connect(file) as connection:
        connection.execute("VACUUM INTO ?", (str(backup),))
    connection.close()
    running.log.write_text("")
    damage(file)

    running.begin_up()

    until(running.is_served, "the feed is served", running)
    assert "Bridge opens" in running.titles()
    until(
        lambda: "restore it from a backup" in running.log.read_text() or damage is folder,
        "it is told",
        running,
    )
    assert "syndicator.db" in running.log.read_text()
    assert "feeds that stand are served" in running.log.read_text()
    console = requests.get(f"{running.base}/console", timeout=20)
    assert console.status_code == 503 or damage in (pages, table)
    assert running.workers() == []

    for left in file.parent.glob("syndicator.db*"):
        shutil.rmtree(left) if left.is_dir() else left.unlink()
    shutil.copy(backup, file)
    until(running.ready, "everything is ready", running)
    until(lambda: len(running.workers()) == 1, "the rest is started", running)
    site.publish(3, "Bridge closes")
    until(lambda: len(mastodon.published) == 2, "it is posted", running, patience=90)
    until(lambda: "Bridge closes" in running.titles(), "it is in the feed", running)
    assert running.stop(signal.SIGTERM) == 0
    assert sorted(p.text.splitlines()[0] for p in mastodon.published) == ["Bridge closes", "Bridge opens"]
    assert "Traceback" not in running.log.read_text()


def test_feeds_are_served_while_a_server_is_away_from_the_beginning(
    tmp_path: Path, site: NewsSite, mastodon: FakeMastodon
) -> None:
    documents = tmp_path / "var" / "documents"
    documents.mkdir(parents=True)
    (documents / "all.rss").write_bytes(b"<rss>as it stands</rss>")
    keep = 'database = "postgresql://news@127.0.0.1:1/news"'
    with desk(tmp_path, site, {"social": mastodon.address}, token=mastodon.token, keep=keep) as running:
        running.begin_up()
        until(running.is_served, "the feed is served", running)
        until(lambda: "feeds that stand are served" in running.log.read_text(), "it is told", running)
        assert "127.0.0.1" in running.log.read_text()
        assert running.workers() == []
        assert running.stop() == 0
    assert "Traceback" not in running.log.read_text()


def test_what_is_declared_wrongly_still_ends_with_its_own_status(tmp_path: Path, site: NewsSite) -> None:
    with desk(tmp_path, site, {}, keep='databse = "sqlite:///x.db"') as running:
        running.begin_up()
        assert running.process is not None
        assert running.process.wait(PATIENCE) == 78
