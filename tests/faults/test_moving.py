"""A newsroom moves to another database, by the commands that a person types, and goes on where it was."""

from __future__ import annotations

import json
import stat
from datetime import timedelta
from pathlib import Path

import pytest

from syndicator.store import Store
from tests.channels.servers import FakeMastodon
from tests.faults.room import Room, Site, run

pytestmark = pytest.mark.slow  # databases or processes throughout


def test_a_newsroom_goes_on_in_another_database_and_posts_nothing_twice(
    room: Room, store: Store, site: Site, channel: FakeMastodon, tmp_path: Path
) -> None:
    site.publish(2, "Bridge opens")
    assert room.works() == []
    assert room.posted() == ["Bridge opens"]
    later = site.publish(3, "Bridge closes")
    later.published = site.pages[2].published + timedelta(seconds=1)  # a quick machine is within the second
    room.newsroom.watch("wire")
    room.clock.tick(minutes=2)
    room.newsroom.watch("site")  # recorded, and not posted yet

    file = tmp_path / "record.jsonl.gz"
    exported = run(tmp_path, "export", str(file), "--json")
    assert exported.returncode == 0, exported.stderr
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    again = run(tmp_path, "export", str(file))
    assert (again.returncode, b"exists already" in again.stderr) == (1, True)
    refused = run(tmp_path, "import", str(file))
    assert refused.returncode == 1
    assert b"is not empty" in refused.stderr
    assert b"Nothing was imported" in refused.stderr

    moved_to = f"sqlite:///{tmp_path}/moved.db"
    declared = (tmp_path / "syndicator.toml").read_text().splitlines()
    lines = [f'database = "{moved_to}"' if line.startswith("database") else line for line in declared]
    (tmp_path / "syndicator.toml").write_text("\n".join(lines))
    imported = run(tmp_path, "import", str(file), "--json")
    assert imported.returncode == 0, imported.stderr
    assert json.loads(imported.stdout)["imported"] == json.loads(exported.stdout)["exported"]
    piped = run(tmp_path, "export", "-")
    assert piped.stdout[:2] == b"\x1f\x8b"
    before = (tmp_path / "var" / "documents" / "all.rss").read_bytes()
    (tmp_path / "var" / "documents" / "all.rss").unlink()  # another machine has none

    there = Room(tmp_path, site, channel, moved_to)
    there.clock.now = room.clock.now
    assert there.works(minutes=1) == []
    assert there.posted() == ["Bridge opens", "Bridge closes"]
    bridges = [title for title in there.titles() if title.startswith("Bridge")]
    assert bridges == ["Bridge closes", "Bridge opens"]
    assert (tmp_path / "var" / "documents" / "all.rss").read_bytes() != before  # there is news in it

    site.pages[2].title = "Bridge opens again"
    site.pages[2].note = "corrected"
    for _ in range(3):
        assert there.works(minutes=2) == []
    assert sorted(there.posted()) == ["Bridge closes", "Bridge opens again"]
    there.store.engine.dispose()
