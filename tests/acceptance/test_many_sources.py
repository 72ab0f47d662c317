"""Hundreds of sources that are due at once, with real processes: every one is looked at."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.acceptance.world import Desk, NewsSite, desk, until

pytestmark = pytest.mark.slow  # databases or processes throughout

#: Sources beside the site's own: more than the sweeps of old could bear.
MANY = 500

#: Seconds: fifty looks a second would do it in ten.
PATIENCE_S = 300.0

SOURCE = """
[sources.wire{n}]
kind = "feed"
url = "{site}/wire-{n}.rss"
every = "1h"
language = "en"
"""

#: One feed and one channel for each of so many, all of them with something to do.
CROWD = 100


def looked_at(running: Desk) -> int:
    with closing(sqlite3.connect(running.folder / "var" / "syndicator.db", timeout=30)) as connection:
        return int(connection.execute("SELECT count(looked_at) FROM source").fetchone()[0])


def test_hundreds_of_sources_due_at_once_are_all_looked_at(tmp_path: Path, site: NewsSite) -> None:
    with desk(tmp_path, site, {}) as running:
        declared = tmp_path / "syndicator.toml"
        crowd = "".join(SOURCE.format(n=n, site=site.address) for n in range(MANY))
        declared.write_text(declared.read_text() + crowd)
        for n in range(CROWD):
            (tmp_path / "feeds" / f"f{n}.toml").write_text(f'title = "Feed {n}"\n')
        running.start()
        waiting = []

        def are_all_looked_at() -> bool:
            waiting.append(len(list((tmp_path / "var" / "broker" / "messages").iterdir())))
            return looked_at(running) > MANY

        until(are_all_looked_at, "every source is looked at", running, patience=PATIENCE_S)
        until(lambda: "It was always so" in running.titles(), "the site is among them", running)
        # as many as sweeps may send within a message's life, and those of commits
        assert max(waiting) < 2 * MANY + 5 * CROWD
