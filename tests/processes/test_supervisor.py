"""Processes that hang are killed and started again, whatever they hold."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psutil
import pytest

from tests.acceptance.world import PATIENCE, NewsSite, free_port, until
from tests.processes.page_sources import declare_page_sources

pytestmark = pytest.mark.slow  # databases or processes throughout

#: What `syndicator up` runs, but less patient.
SUPERVISED = """
import sys
from syndicator.processes.supervisor import Child, Supervisor
children = [Child(name, ["-C", sys.argv[1], name]) for name in sys.argv[3:]]
say = lambda line: print(line, flush=True)
sys.exit(Supervisor(children, say=say, silence_s=float(sys.argv[2])).run())
"""

SILENCE_S = 4.0

#: The address of a web server that cannot be reached: nobody asks it anything.
WEB = """
[web]
listen = "127.0.0.1:1"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    with NewsSite() as site:
        site.publish(1, "Bridge opens")
        declare_page_sources(tmp_path, site, 12, also=WEB)
        yield tmp_path


@contextmanager
def supervised(folder: Path, *names: str) -> Iterator[psutil.Process]:
    log = folder / "log.txt"
    with log.open("w") as said:
        command = [sys.executable, "-c", SUPERVISED, str(folder), str(SILENCE_S), *names]
        process = subprocess.Popen(command, stdout=said, stderr=said)
        seen = psutil.Process(process.pid)
        try:
            yield seen
        finally:
            for child in seen.children(recursive=True):
                child.kill()
            process.kill()
            process.wait(PATIENCE)


def child(supervisor: psutil.Process, name: str, *, but: int = 0) -> psutil.Process | None:
    """The process of this name that runs, and is not the one of this id."""
    for process in supervisor.children():
        if process.pid != but and process.cmdline()[-1:] == [name]:
            return process
    return None


def looked_at(folder: Path) -> str:
    """When a source was last looked at; empty if none was."""
    with closing(sqlite3.connect(folder / "var" / "syndicator.db", timeout=PATIENCE)) as connection:
        return connection.execute("SELECT max(coalesce(looked_at, '')) FROM source").fetchone()[0] or ""


def is_locked(folder: Path) -> bool:
    with closing(sqlite3.connect(folder / "var" / "syndicator.db", timeout=0)) as connection:
        connection.isolation_level = None
        try:
            connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            return True
        connection.execute("ROLLBACK")
        return False


def stopped_with_the_lock(worker: psutil.Process, folder: Path) -> bool:
    worker.suspend()
    if is_locked(folder):
        return True
    worker.resume()
    return False


def test_a_stopped_worker_that_holds_the_databases_lock_is_replaced(folder: Path) -> None:
    with supervised(folder, "worker", "beat") as supervisor:
        until((folder / "var" / "syndicator.db").exists, "the tables are made")
        until(lambda: "worker ready" in (folder / "log.txt").read_text(), "the worker works")
        until(lambda: looked_at(folder), "it looks")
        worker = child(supervisor, "worker")
        assert worker is not None
        until(lambda: stopped_with_the_lock(worker, folder), "it is stopped in a transaction")

        until(lambda: child(supervisor, "worker", but=worker.pid), "another one is started")
        last = looked_at(folder)
        until(lambda: looked_at(folder) > last, "everything goes on")

        said = (folder / "log.txt").read_text()
        assert "worker has given no sign of life for 4 s: killed" in said
        assert "beat has given" not in said


@pytest.mark.parametrize("name", ["beat", "web"])
def test_whatever_is_stopped_is_replaced(folder: Path, name: str) -> None:
    subprocess.run([sys.executable, "-m", "syndicator", "-C", str(folder), "build"], check=True)
    if name == "web":
        text = (folder / "syndicator.toml").read_text().replace("127.0.0.1:1", f"127.0.0.1:{free_port()}")
        (folder / "syndicator.toml").write_text(text)
    with supervised(folder, name) as supervisor:
        stopped = until(lambda: child(supervisor, name), "it runs")
        assert stopped is not None
        time.sleep(1)  # it has begun to give signs of life, or not yet: no matter
        stopped.suspend()

        until(lambda: child(supervisor, name, but=stopped.pid), "another one is started")

    assert f"{name} has given no sign of life" in (folder / "log.txt").read_text()


def test_a_supervisor_that_was_stopped_itself_kills_nobody(folder: Path) -> None:
    with supervised(folder, "beat") as supervisor:
        beat = until(lambda: child(supervisor, "beat"), "it runs")
        assert beat is not None
        for process in (supervisor, beat):
            process.suspend()
        time.sleep(SILENCE_S + 4)
        for process in (supervisor, beat):
            process.resume()
        time.sleep(SILENCE_S + 2)

        assert child(supervisor, "beat") == beat
        assert "killed" not in (folder / "log.txt").read_text()


def test_nothing_a_process_starts_itself_inherits_its_pulse() -> None:
    read, write = os.pipe()
    script = (
        "import os, subprocess, sys, time\n"
        "from syndicator.processes.parent_watch import watch_parent\n"
        "watch_parent()\n"
        "time.sleep(1)\n"
        "print(os.environ.get('SYNDICATOR_PULSE'))\n"
        f"print(os.get_inheritable({write}))\n"
    )
    told = {**os.environ, "SYNDICATOR_PARENT": str(os.getpid()), "SYNDICATOR_PULSE": str(write)}
    done = subprocess.run(
        [sys.executable, "-c", script], env=told, pass_fds=[write], capture_output=True, text=True, check=True
    )
    os.close(write)
    assert done.stdout.split() == ["None", "False"]
    assert os.read(read, 100).startswith(b"..")
    os.close(read)
