"""What the web server rings arrives, at real brokers and at a real Celery worker; a broker that is away or
hangs holds up no request."""

from __future__ import annotations

import logging
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import pytest

from syndicator.jobs.job import Job
from syndicator.processes.web_bell import MAX_NOTES, WebBell
from syndicator.processes.web_server import queue_depths
from tests.processes.heard import heard, until_sent
from tests.web.test_web_process import answers, free_port, until


@contextmanager
def redis(folder: Path, port: int) -> Iterator[str]:
    program = shutil.which("redis-server")
    if not program:
        pytest.skip("redis-server is not installed")
    command = [program, "--port", str(port), "--save", "", "--dir", str(folder), "--bind", "127.0.0.1"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        until(lambda: answers(port), "Redis")
        yield f"redis://127.0.0.1:{port}/0"
        process.kill()


@pytest.fixture(params=["filesystem", "redis"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "filesystem":
        yield f"filesystem:{tmp_path}/broker"
        return
    with redis(tmp_path, free_port()) as address:
        yield address


def test_what_is_rung_arrives(url: str) -> None:
    bell = WebBell(url)
    for job in Job:
        bell.ring(job, f"{job}-1")
    bell.ring(Job.DELIVER, "wire")
    until_sent(bell)

    assert sorted(heard(url)) == sorted([*((job, f"{job}-1") for job in Job), ("deliver", "wire")])


#: A worker as Celery itself runs one, in a process of its own: it keeps much for its whole process.
WORKER = """
import sys
from pathlib import Path
from celery import Celery
from syndicator.processes.celery_settings import broker
app = Celery("trial")
app.conf.update(broker(sys.argv[1]), task_default_queue="deliver", accept_content=["json"])
@app.task(name="deliver")
def deliver(name):
    Path(sys.argv[2]).write_text(name)
app.worker_main(["worker", "--pool=solo", "--queues=deliver", "--loglevel=ERROR"])
"""


def test_celery_s_worker_does_it(url: str, tmp_path: Path) -> None:
    done = tmp_path / "done"
    with subprocess.Popen(
        [sys.executable, "-c", WORKER, url, str(done)], stderr=subprocess.DEVNULL
    ) as worker:
        bell = WebBell(url)

        def is_done() -> bool:
            bell.ring(Job.DELIVER, "wire")  # what is sent before the worker listens is read when it does
            time.sleep(0.5)
            return done.exists() and done.read_text() == "wire"

        try:
            until(is_done, "the task")
        finally:
            worker.kill()


@pytest.mark.slow
def test_a_broker_that_is_away_is_told_once_and_rung_again_when_it_is_back(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING, "syndicator")
    port = free_port()
    bell = WebBell(f"redis://127.0.0.1:{port}/0")
    for _ in range(3):
        bell.ring(Job.WATCH, "page")
    until_sent(bell)
    # The port tells its lines from those of another test's bell that is still trying.
    assert len([line for line in caplog.messages if f"127.0.0.1:{port}." in line]) == 1
    assert "watch page waits for the next sweep" in caplog.text

    with redis(tmp_path, port) as url:
        bell.ring(Job.WATCH, "page")
        until_sent(bell)
        assert heard(url) == [("watch", "page")]
    with redis(tmp_path, port) as url:  # which has forgotten the connection
        bell.ring(Job.WATCH, "again")
        until_sent(bell)
        assert heard(url) == [("watch", "again")]


@pytest.fixture
def hanging() -> Iterator[str]:
    """A broker that takes connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as server, ExitStack() as kept:

        def accept() -> None:
            with suppress(OSError):
                while True:
                    kept.enter_context(server.accept()[0])

        accepting = threading.Thread(target=accept, daemon=True)
        accepting.start()
        yield f"redis://127.0.0.1:{server.getsockname()[1]}/0"
        server.shutdown(socket.SHUT_RDWR)
        accepting.join(20)


def test_a_broker_that_hangs_holds_up_nobody(hanging: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING, "syndicator")
    bell = WebBell(hanging)
    began = time.monotonic()
    for number in range(MAX_NOTES + 50):
        bell.ring(Job.WATCH, str(number))

    assert time.monotonic() - began < 20  # a liveness bound: one ring after the other would take hours
    assert "hangs" in caplog.text


@pytest.mark.slow
def test_nor_does_it_hold_up_whoever_asks_how_much_waits(hanging: str) -> None:
    assert queue_depths(hanging) is None
