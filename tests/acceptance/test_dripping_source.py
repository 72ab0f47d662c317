"""Sources whose servers drip the head of an answer for ever occupy most of a small worker's threads: the
others are looked at, and posts go on, and who drips is told with an error."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest

from tests.acceptance.world import Desk, NewsSite, desk, until
from tests.channels.servers import FakeMastodon
from tests.hub.raw import Raw, dripping

pytestmark = pytest.mark.slow  # databases or processes throughout

#: Two bytes a second, for hours.
ENDLESS = b"HTTP/1.1 200 OK\r\n" + b"X-More: x\r\n" * 1000

SOURCE = """
[sources.drip{n}]
kind = "feed"
url = "{server}/{n}.rss"
every = "1s"
language = "en"
"""


def error(running: Desk, name: str) -> str:
    file = running.folder / "var" / "syndicator.db"
    with closing(sqlite3.connect(file, timeout=30)) as connection:
        [row] = connection.execute("SELECT error FROM source WHERE name = ?", (name,))
        return str(row[0])


def test_who_drips_holds_up_nobody_and_is_told(
    tmp_path: Path, site: NewsSite, mastodon: FakeMastodon
) -> None:
    with (
        Raw(dripping(ENDLESS, 0.5)) as drips,
        desk(
            tmp_path, site, {"social": mastodon.address}, token=mastodon.token, also=[drips.address]
        ) as running,
    ):
        declared = tmp_path / "syndicator.toml"
        sources = "".join(SOURCE.format(n=n, server=drips.address) for n in range(2))
        declared.write_text(declared.read_text() + sources)
        assert running.run("build").returncode == 0
        for command in ["worker", "--concurrency", "3"], ["beat"], ["web"]:
            running.begin(*command)
        until(running.ready, "everything is ready", running)
        until(lambda: drips.now == 2, "two threads hear nothing but drops", running)
        until(lambda: "It was always so" in running.titles(), "the site is looked at", running)

        site.publish(2, "Bridge opens")
        until(lambda: mastodon.published, "it is posted", running)
        until(lambda: "Bridge opens" in running.titles(), "it is in the feed", running)
        for name in "drip0", "drip1":
            until(partial(error, running, name), "who drips is told", running, patience=90)
        assert drips.address in error(running, "drip0")

        site.publish(3, "Bridge closes")
        until(lambda: len(mastodon.published) == 2, "all goes on", running)
        assert error(running, "site") == ""
        assert "Traceback" not in running.log.read_text()
