"""The documented backup is put back, as an operator does it."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from tests.acceptance.world import Desk, NewsSite, until
from tests.channels.servers import FakeMastodon

pytestmark = pytest.mark.slow  # databases or processes throughout


def copy(source: Path, target: Path) -> None:
    """``sqlite3 SOURCE ".backup TARGET"``."""
    with sqlite3.connect(source) as one, sqlite3.connect(target) as other:
        one.backup(other)
    one.close()
    other.close()


@pytest.mark.parametrize("says_so", [True, False])
def test_nothing_is_posted_twice_after_a_backup_was_put_back(
    running: Desk, site: NewsSite, mastodon: FakeMastodon, says_so: bool
) -> None:
    """With the command, and without it: the worker notices."""
    database, backup = running.folder / "var" / "syndicator.db", running.folder / "backup.db"
    site.publish(2, "Bridge opens")
    until(lambda: len(mastodon.published) == 1, "it is posted", running)
    until(lambda: running.status()["deliveries"]["social"] == {"sent": 1}, "that is on record", running)
    copy(database, backup)
    site.publish(3, "Bridge closes")
    until(lambda: len(mastodon.published) == 2, "it is posted, too", running)
    mark = running.folder / "var" / "photos" / "newest-event"
    until(lambda: mark.exists() and int(mark.read_text()) >= 2, "the mark is kept", running)
    running.stop()
    mastodon.shelf.keys.clear()  # an hour has passed, or a day

    for part in database.parent.glob("syndicator.db*"):
        part.unlink()
    copy(backup, database)
    if says_so:
        told = running.run("restore")
        assert told.returncode == 0, told.stderr
    site.publish(4, "Bridge opens again")
    running.start()

    until(lambda: len(mastodon.published) == 3, "what is new is posted", running)
    until(lambda: running.status()["deliveries"]["social"] == {"sent": 3}, "everything is on record", running)
    texts = sorted(post.text.splitlines()[0] for post in mastodon.published)
    assert texts == ["Bridge closes", "Bridge opens", "Bridge opens again"]
    assert ("older than what was posted" in running.log.read_text()) is not says_so
