"""What machines do to us, with real processes: a dead worker, a locked database, a full disk."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path

import pytest
import requests

from syndicator.store.engine import BUSY_TIMEOUT_S
from tests.acceptance.world import Desk, NewsSite, desk, until
from tests.channels.local_server import Trouble, silence
from tests.channels.servers import FakeMastodon
from tests.faults.disk import small_disk

pytestmark = pytest.mark.slow  # databases or processes throughout


def posted(mastodon: FakeMastodon) -> list[str]:
    return sorted(post.text.splitlines()[0] for post in mastodon.published)


def test_a_queue_goes_on_within_seconds_of_its_workers_death(
    running: Desk, site: NewsSite, mastodon: FakeMastodon
) -> None:
    mastodon.trouble = Trouble(act=silence, at="/api/v1/statuses", method="POST", after=True)
    site.publish(2, "Bridge opens")
    until(lambda: mastodon.published, "the server has it, and does not answer", running)
    site.publish(3, "Bridge closes")
    until(lambda: "Bridge closes" in running.titles(), "more news waits", running)

    [worker] = running.workers()
    mastodon.trouble = None
    worker.kill()

    until(lambda: posted(mastodon) == ["Bridge closes", "Bridge opens"], "the queue goes on", running)
    assert running.status()["deliveries"]["social"] == {"sending": 1, "sent": 1}
    of_the_first = [r for r in mastodon.requests if r.method == "POST" and b"opens" in r.body]
    assert len(of_the_first) == 1, "what was under way rests"


def test_a_database_that_somebody_holds_stops_no_reader_and_loses_nothing(
    running: Desk, site: NewsSite, mastodon: FakeMastodon
) -> None:
    other = sqlite3.connect(running.folder / "var" / "syndicator.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    site.publish(2, "Bridge opens")
    end = time.monotonic() + BUSY_TIMEOUT_S + 3
    while time.monotonic() < end:  # worker, web and beat all run into it
        assert requests.get(f"{running.base}/feeds/all.rss", timeout=5).status_code == 200
        assert requests.get(f"{running.base}/console", timeout=5).status_code == 200
        time.sleep(0.2)
    until(lambda: "database is locked" in running.log.read_text(), "the operator is told", running)
    assert mastodon.published == []
    other.execute("ROLLBACK")
    other.close()

    until(lambda: posted(mastodon) == ["Bridge opens"], "it is posted", running, patience=120)
    until(lambda: "Bridge opens" in running.titles(), "it is in the feed", running)
    assert len(running.workers()) == 1
    assert "Traceback" not in running.log.read_text()


def test_a_disk_that_is_full_stops_no_reader_and_loses_nothing(
    tmp_path: Path, site: NewsSite, mastodon: FakeMastodon
) -> None:
    """Database, broker, documents and photos are all on it."""
    with (
        small_disk(tmp_path / "var", megabytes=8) as disk,
        desk(tmp_path, site, {"social": mastodon.address}, token=mastodon.token) as running,
    ):
        running.start()
        until(lambda: "It was always so" in running.titles(), "the first look fills the feed", running)
        disk.fill()
        site.publish(2, "Bridge opens")
        until(
            lambda: "full" in running.log.read_text() or "disk I/O error" in running.log.read_text(),
            "the operator is told",
            running,
        )
        assert requests.get(f"{running.base}/feeds/all.rss", timeout=5).status_code == 200
        assert running.titles() == ["It was always so"]
        disk.make_room()

        until(lambda: posted(mastodon) == ["Bridge opens"], "it is posted", running, patience=150)
        until(lambda: "Bridge opens" in running.titles(), "it is in the feed", running, patience=100)
        assert len(mastodon.published) == 1
        assert "Traceback" not in running.log.read_text()
