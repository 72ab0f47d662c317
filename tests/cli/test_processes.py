"""Commands around processes: migrating before they start, and asking whether one of them is alive."""

from __future__ import annotations

import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine, inspect

from syndicator.processes.parent_watch import process_name
from syndicator.store import open_store

pytestmark = pytest.mark.slow  # databases or processes throughout

MAIN = """
[site]
title = "The River Times"
url = "https://river.example/"

[keep]
database = "env:DATABASE"
"""


@pytest.fixture
def database(empty_postgres: str, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("DATABASE", empty_postgres)
    return empty_postgres


@pytest.fixture
def folder(tmp_path: Path, database: str) -> Path:
    (tmp_path / "feeds").mkdir()
    (tmp_path / "feeds" / "all.toml").write_text('title = "All"\n')
    (tmp_path / "syndicator.toml").write_text(MAIN)
    return tmp_path


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "syndicator", "-C", str(folder), *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


def tables(database: str) -> set[str]:
    engine = create_engine(database)
    found = set(inspect(engine).get_table_names())
    engine.dispose()
    return found


def test_migrating_makes_the_tables_once_and_says_so(folder: Path, database: str) -> None:
    first, second = run(folder, "migrate"), run(folder, "migrate")

    assert (first.returncode, second.returncode) == (0, 0), first.stderr + second.stderr
    assert first.stdout.startswith("The tables are made (")
    assert second.stdout.startswith("The tables are up to date (")
    assert {"process", "article", "alembic_version"} <= tables(database)


def test_several_that_migrate_at_once_do_not_disturb_each_other(folder: Path) -> None:
    with ThreadPoolExecutor(3) as pool:
        done = list(pool.map(lambda _: run(folder, "migrate"), range(3)))

    assert [each.returncode for each in done] == [0, 0, 0], [each.stderr for each in done]


def test_asking_who_is_alive_makes_no_tables(folder: Path, database: str) -> None:
    done = run(folder, "status", "--alive", "worker")

    assert done.returncode == 1
    assert "not made" in done.stderr
    assert "Traceback" not in done.stderr
    assert tables(database) == set()


def test_another_machines_worker_says_nothing_of_ours(folder: Path, database: str) -> None:
    store = open_store(database)
    store.beat("worker-1@elsewhere", "worker", datetime.now(UTC))

    assert run(folder, "status", "--alive", "worker").returncode == 0
    here = run(folder, "status", "--alive", "worker", "--here")
    assert here.returncode == 1
    assert socket.gethostname() in here.stderr

    store.beat(process_name("worker"), "worker", datetime.now(UTC))
    assert run(folder, "status", "--alive", "worker", "--here").returncode == 0
    store.engine.dispose()


def test_a_host_whose_name_ends_like_ours_is_another_one(folder: Path, database: str) -> None:
    store = open_store(database)
    store.beat(f"worker-1@not-{socket.gethostname()}", "worker", datetime.now(UTC))
    store.beat(process_name("web"), "web", datetime.now(UTC))
    store.beat(process_name("worker"), "worker", datetime.now(UTC) - timedelta(minutes=1))

    assert run(folder, "status", "--alive", "worker", "--here").returncode == 1
    store.engine.dispose()
