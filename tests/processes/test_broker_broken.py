"""A broker that is broken or away when everything begins, or that somebody breaks: it is said in a line,
feeds are served on, and all goes on once it is mended."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path

import pytest
import requests

from tests.acceptance.conftest import site
from tests.acceptance.world import Desk, NewsSite, desk, until
from tests.processes.test_broker_away import Redis, server

pytestmark = pytest.mark.slow  # databases or processes throughout

__all__ = ["server", "site"]  # fixtures

#: Seconds until a supervisor has tried again, on a busy machine.
PATIENCE_S = 120.0


def said(running: Desk) -> str:
    return running.log.read_text()


def has_ended(running: Desk, name: str) -> bool:
    return f"{name} ended (exit status 1)" in said(running)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    documents = tmp_path / "var" / "documents"
    documents.mkdir(parents=True)
    (documents / "all.rss").write_bytes(b"<rss>as it stands</rss>")
    return tmp_path


def goes_on(running: Desk, site: NewsSite, number: int) -> None:
    site.publish(number, f"News {number}")
    until(lambda: f"News {number}" in running.titles(), "news is published", running, patience=PATIENCE_S)


def test_what_stands_where_the_broker_should_be_is_said_and_all_begins_without_it(
    folder: Path, site: NewsSite
) -> None:
    broker = folder / "var" / "broker"
    broker.write_text("a letter to the editor")
    with desk(folder, site, {}) as running:
        running.begin_up()
        until(running.is_served, "the feed is served", running)
        for name in "worker", "beat":
            until(partial(has_ended, running, name), "it is tried", running)
        assert requests.get(f"{running.base}/console", timeout=20).status_code == 200
        assert f"syndicator.toml: [keep] broker: {broker} cannot be written: Not a directory" in said(running)
        checked = running.run("check")
        assert checked.returncode == 1
        [line] = [line for line in checked.stdout.splitlines() if "broker" in line]
        assert line.startswith(f"FAIL  broker: syndicator.toml: [keep] broker: {broker} cannot be written")

        broker.unlink()
        goes_on(running, site, 2)
        assert running.stop() == 0
        assert "Traceback" not in said(running)
        assert len(said(running).splitlines()) < 100


@pytest.mark.parametrize("server", [Redis], indirect=True)
def test_redis_may_come_later(folder: Path, site: NewsSite, server: Redis) -> None:
    keep = f'broker = "redis://127.0.0.1:{server.port}/0"'
    with desk(folder, site, {}, keep=keep) as running:
        running.begin_up()
        until(running.is_served, "the feed is served", running)
        until(lambda: "consumer: Cannot connect to redis" in said(running), "the worker says so", running)
        until(lambda: "broker: Error 111 connecting to" in said(running), "the beat says so", running)
        assert requests.get(f"{running.base}/console", timeout=20).status_code == 200
        assert "does not answer" in running.run("check").stdout

        server.start()
        goes_on(running, site, 2)
        assert running.stop() == 0
        assert "Traceback" not in said(running)


def removed(broker: Path) -> None:
    aside = broker.rename(broker.with_name("removed"))  # all at once: others put messages there meanwhile
    shutil.rmtree(aside)


def replaced(broker: Path) -> None:
    letter = broker.with_name("letter")
    letter.write_text("a letter to the editor")

    def is_in_its_place() -> bool:
        removed(broker)
        with suppress(IsADirectoryError):  # somebody was quicker and made the folder again
            letter.rename(broker)
        return not letter.exists()

    until(is_in_its_place, "the folder is a file")


@pytest.mark.parametrize("damage", [removed, replaced])
def test_a_folder_that_is_broken_while_all_works_is_made_again(
    folder: Path, site: NewsSite, damage: Callable[[Path], None]
) -> None:
    with desk(folder, site, {}) as running:
        running.start()
        goes_on(running, site, 2)
        damage(folder / "var" / "broker")
        if damage is replaced:
            until(lambda: "Not a directory" in said(running), "it is said", running)
            (folder / "var" / "broker").unlink()
        goes_on(running, site, 3)
        assert running.stop() == 0
        assert "Traceback" not in said(running)


@pytest.mark.parametrize(
    ("broker", "why"),
    [
        ("htp://broker.test", 'must be "filesystem:PATH", or begin with redis://'),
        ("redis://broker.test:port/0", "its port is no number"),
        ("filesystem:", 'must be "filesystem:PATH"'),
        ("env:SYNDICATOR_NO_SUCH", "the environment variable SYNDICATOR_NO_SUCH is not set"),
    ],
)
def test_what_cannot_be_a_broker_ends_every_process_with_one_line(
    folder: Path, site: NewsSite, broker: str, why: str
) -> None:
    with desk(folder, site, {}, keep=f'broker = "{broker}"'):
        for command in "check", "worker", "beat", "web", "up":
            done = subprocess.run(
                [sys.executable, "-m", "syndicator", "-C", str(folder), command],
                capture_output=True,
                text=True,
                timeout=PATIENCE_S,
                check=False,
            )
            [line] = (done.stdout + done.stderr).strip().splitlines()
            assert done.returncode == 78, command
            assert "syndicator.toml" in line
            assert f"[keep] broker: {why}" in line
