"""A run of the suite that is stopped leaves no process behind, whatever its tests have started."""

from __future__ import annotations

import os
import signal
import subprocess
from pathlib import Path

import psutil
import pytest

from tests import small_suite
from tests.acceptance.world import until
from tests.small_suite import ROOT, command

pytestmark = pytest.mark.slow  # databases or processes throughout

#: Seconds within which a small run has started all its processes, and within which it has ended again.
START_TIMEOUT_S, END_TIMEOUT_S = 240.0, 120.0

#: What is in the way of a good end: a daemon in a session of its own, deaf to all signals but one.
DAEMON = """
import os, signal, sys, time
if os.fork():
    os._exit(0)
os.setsid()
for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
    signal.signal(number, signal.SIG_IGN)
open(sys.argv[1], "w").write(str(os.getpid()))
time.sleep(600)
"""

#: The small run: its two tests start servers, say so, and wait. One of them has a PostgreSQL, too.
TESTS = """
import subprocess, sys, time
from pathlib import Path
import pytest
from tests.servers import redis_server

@pytest.mark.parametrize("number", [1, 2])
def test_that_waits(number, request, tmp_path):
    if number == 1:
        request.getfixturevalue("postgres_url")
    folder = Path(__file__).parent
    daemon = folder / f"daemon-{number}"
    subprocess.run([sys.executable, "-c", DAEMON, str(daemon)], check=True)
    with redis_server(tmp_path), subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"]):
        while not (daemon.exists() and daemon.read_text()):
            time.sleep(0.01)
        (folder / f"ready-{number}").touch()
        time.sleep(600)
"""


#: A small run whose test leaves a semaphore to the end: multiprocessing has a process that knows of it.
WITH_A_SEMAPHORE = """
import multiprocessing

SEMAPHORE = multiprocessing.get_context("spawn").Semaphore()

def test_it():
    assert SEMAPHORE.acquire()
"""


def is_alive(process: psutil.Process) -> bool:
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def start(folder: Path, *options: str) -> subprocess.Popen[bytes]:
    """A run of the small suite, with what every run of ours has, in a process group of its own."""
    tests = f"DAEMON = {DAEMON!r}\n{TESTS}"
    with (folder / "log.txt").open("wb") as log:
        return subprocess.Popen(
            command(folder, tests, *options), cwd=ROOT, stdout=log, stderr=log, start_new_session=True
        )


def descendants(run: subprocess.Popen[bytes], folder: Path) -> list[psutil.Process]:
    """All of the run's processes, once its servers run."""
    found = psutil.Process(run.pid).children(recursive=True)
    daemons = [psutil.Process(int(file.read_text())) for file in folder.glob("daemon-*")]
    names = {process.name() for process in found}
    assert {"postgres", "redis-server"} <= names, names
    return list({*found, *daemons})


@pytest.mark.parametrize(
    ("number", "to_all", "options"),
    [
        pytest.param(signal.SIGTERM, False, ["-pno:randomly"], id="SIGTERM"),
        pytest.param(signal.SIGTERM, False, ["-n2", "-pno:randomly"], id="SIGTERM, two workers"),
        pytest.param(signal.SIGINT, True, ["-n2", "-pno:randomly"], id="Ctrl-C, two workers"),
    ],
)
def test_no_process_is_left(tmp_path: Path, number: signal.Signals, to_all: bool, options: list[str]) -> None:
    log, run = tmp_path / "log.txt", start(tmp_path, *options)
    try:
        ready = 2 if "-n2" in options else 1  # as many as run at a time

        def is_ready() -> bool:
            assert run.poll() is None, log.read_text()
            return len(list(tmp_path.glob("ready-*"))) == ready

        until(is_ready, "the servers run", patience=START_TIMEOUT_S)
        running = descendants(run, tmp_path)

        (os.killpg if to_all else os.kill)(run.pid, number)

        assert run.wait(END_TIMEOUT_S) == pytest.ExitCode.INTERRUPTED, log.read_text()
        until(lambda: not any(map(is_alive, running)), "all have ended", patience=END_TIMEOUT_S)
    finally:
        run.kill()


@pytest.mark.parametrize("options", [["-n0"], ["-n1"]], ids=["one process", "a worker"])
def test_what_multiprocessing_keeps_count_with_ends_by_itself(tmp_path: Path, options: list[str]) -> None:
    """Killed, it is missed, started again, and complains of what it has not been told."""
    ended = small_suite.run(tmp_path, WITH_A_SEMAPHORE, *options)
    assert ended.returncode == pytest.ExitCode.OK, ended.stdout
    assert ended.stderr == ""
