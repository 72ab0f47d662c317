"""A process that was stopped and holds SQLite's write lock: machines and people are told who it is."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from syndicator.store import lock_holder
from tests.acceptance.world import Desk, NewsSite, desk, until
from tests.faults.test_lock_holder import HOLD

pytestmark = pytest.mark.slow  # databases or processes throughout

needs_proc = pytest.mark.skipif(not lock_holder.LOCKS_FILE.exists(), reason="the system lists no locks")


@pytest.fixture
def serving(tmp_path: Path, site: NewsSite) -> Iterator[Desk]:
    with desk(tmp_path, site, {}) as made:
        assert made.run("build").returncode == 0
        made.begin("web")
        yield made


def database(running: Desk) -> Any:
    try:
        return requests.get(f"{running.base}/readyz", timeout=10).json()["checks"]["database"]
    except requests.ConnectionError:
        return {}


@needs_proc
def test_readiness_and_the_console_name_who_holds_the_database(serving: Desk) -> None:
    until(lambda: database(serving).get("ok"), "the database answers", serving)
    file = serving.folder / "var" / "syndicator.db"
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(file)], stdout=subprocess.PIPE, text=True
    ) as culprit:
        assert culprit.stdout
        assert culprit.stdout.readline() == "held\n"
        culprit.send_signal(signal.SIGSTOP)

        until(lambda: not database(serving)["ok"], "it is noticed", serving)
        console = requests.get(f"{serving.base}/console", timeout=10).text
        found = database(serving)["found"]
        feed = requests.get(f"{serving.base}/feeds/all.rss", timeout=10)
        culprit.kill()

    assert found == (f"cannot be written: process {culprit.pid} holds its lock; the console says what to do")
    assert f"process {culprit.pid} (" in console
    assert f"kill -CONT {culprit.pid}" in console
    assert feed.status_code == 200
    until(lambda: database(serving).get("ok"), "it can be written again", serving)
