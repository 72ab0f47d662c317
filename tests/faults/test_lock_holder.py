"""A process that hangs and holds SQLite's write lock: nobody can break it, everybody can name it."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from syndicator.store import Store, StoreError, engine, lock_holder, open_store
from tests.acceptance.world import until
from tests.fakes import NOON

HOLD = """
import sqlite3, sys, time
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN IMMEDIATE")
print("held", flush=True)
time.sleep(600)
"""

needs_proc = pytest.mark.skipif(not lock_holder.LOCKS_FILE.exists(), reason="the system lists no locks")


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "news.db"


@pytest.fixture
def store(database: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    monkeypatch.setattr(engine, "BUSY_TIMEOUT_S", 1)
    opened = open_store(f"sqlite:///{database}")
    yield opened
    opened.engine.dispose()


@pytest.fixture
def culprit(store: Store, database: Path) -> Iterator[subprocess.Popen[str]]:
    """A process that holds the lock."""
    command = [sys.executable, "-c", HOLD, str(database)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


@needs_proc
def test_who_hangs_is_named_with_what_to_do_and_readers_go_on(
    store: Store, culprit: subprocess.Popen[str]
) -> None:
    culprit.send_signal(signal.SIGSTOP)
    until(lambda: psutil.Process(culprit.pid).status() == psutil.STATUS_STOPPED, "it is stopped")

    with pytest.raises(StoreError) as caught:
        store.beat("worker-1", "worker", NOON)

    said = str(caught.value)
    assert "database is locked: process" in said
    assert f"process {culprit.pid} ({Path(sys.executable).name} -c" in said
    assert "is stopped, holds its write lock" in said
    assert f"kill -CONT {culprit.pid}" in said
    assert store.processes(NOON) == []

    culprit.kill()
    culprit.wait()
    store.beat("worker-1", "worker", NOON)
    assert [row.name for row in store.processes(NOON)] == ["worker-1"]


@needs_proc
def test_one_that_is_merely_busy_is_not_called_stopped(store: Store, culprit: subprocess.Popen[str]) -> None:
    with pytest.raises(
        StoreError, match=rf"process {culprit.pid} \(.*holds its write lock: end it if it hangs"
    ):
        store.beat("worker-1", "worker", NOON)


@needs_proc
def test_this_process_knows_itself(store: Store, database: Path) -> None:
    assert lock_holder.holder(database) is None
    other = sqlite3.connect(database, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    assert lock_holder.holder(database) == os.getpid()
    with pytest.raises(StoreError, match="this process itself"):
        store.beat("worker-1", "worker", NOON)
    other.close()
    assert lock_holder.holder(database) is None


def test_where_the_system_does_not_tell_another_process_is_blamed(
    store: Store, culprit: subprocess.Popen[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(lock_holder, "LOCKS_FILE", tmp_path / "nothing")
    with pytest.raises(StoreError, match="another process holds its write lock"):
        store.beat("worker-1", "worker", NOON)


@pytest.mark.parametrize("name", engine.LOCKED_ERRORS)
def test_the_errors_that_it_is_told_by_are_sqlites(name: str) -> None:
    assert hasattr(sqlite3, name)
