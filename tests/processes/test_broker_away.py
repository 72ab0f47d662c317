"""A broker that dies, hangs or forgets everything under busy workers: they are back when it is."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import psutil
import pytest
import redis

from tests.acceptance.world import PATIENCE, NewsSite, free_port, until
from tests.processes.page_sources import declare_page_sources
from tests.rabbitmq import RabbitMQ

pytestmark = pytest.mark.slow  # databases or processes throughout

SOURCES = 8


class Redis:
    """A server that can be killed and started again at its address."""

    def __init__(self, folder: Path) -> None:
        program = shutil.which("redis-server")
        if program is None:
            pytest.skip("redis-server is not installed")
        self.port = free_port()
        self.command = [program, "--port", str(self.port), "--bind", "127.0.0.1", "--save", ""]
        self.command += ["--dir", str(folder)]
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> psutil.Process:
        self.process = subprocess.Popen(self.command, stdout=subprocess.DEVNULL)
        until(self.answers, "Redis answers")
        return psutil.Process(self.process.pid)

    def answers(self) -> bool:
        try:
            with self.client() as client:
                return bool(client.ping())
        except redis.ConnectionError:
            return False

    def client(self) -> redis.Redis:
        return redis.Redis(port=self.port)

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def kill(self) -> None:
        if self.process:
            self.process.kill()
            self.process.wait(PATIENCE)

    stop = kill


@pytest.fixture(params=[Redis, RabbitMQ])
def server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Redis | RabbitMQ]:
    made = request.param(tmp_path)
    yield made
    made.stop()


@contextmanager
def at_work(folder: Path, *names: str) -> Iterator[list[subprocess.Popen[bytes]]]:
    processes = []
    with (folder / "log.txt").open("w") as said:
        for name in names:
            command = [sys.executable, "-m", "syndicator", "-C", str(folder), name]
            processes.append(subprocess.Popen(command, stdout=said, stderr=said))
    try:
        yield processes
    finally:
        for process in processes:
            process.kill()
            process.wait(PATIENCE)


def all_looked_at(folder: Path, since: datetime) -> bool:
    with closing(sqlite3.connect(folder / "var" / "syndicator.db", timeout=PATIENCE)) as connection:
        query = "SELECT count(*) FROM source WHERE looked_at > ?"
        moment = since.strftime("%Y-%m-%d %H:%M:%S.%f")
        return bool(connection.execute(query, (moment,)).fetchone()[0] == SOURCES)


def test_workers_are_back_when_the_broker_is(
    tmp_path: Path, server: Redis | RabbitMQ, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BROKER", server.url)
    with NewsSite() as site:
        site.publish(1, "Bridge opens")
        declare_page_sources(tmp_path, site, SOURCES, also='[keep]\nbroker = "env:BROKER"\n')
        subprocess.run([sys.executable, "-m", "syndicator", "-C", str(tmp_path), "build"], check=True)
        running = server.start()
        with at_work(tmp_path, "worker", "worker", "beat") as processes:

            def goes_on() -> None:
                since = datetime.now(UTC)
                until(lambda: all_looked_at(tmp_path, since), "all are looked at again", patience=180)
                assert [process.poll() for process in processes] == [None] * 3

            goes_on()
            for _ in range(4):
                server.kill()
                until(lambda: not server.answers(), "it is dead")
                running = server.start()
                goes_on()
            if isinstance(server, Redis):
                with server.client() as client:
                    client.flushall()
                goes_on()
            running.suspend()
            since = datetime.now(UTC)
            until(lambda: (datetime.now(UTC) - since).total_seconds() > 4, "it hangs for a while")
            running.resume()
            goes_on()
            for process in processes:
                process.terminate()
            assert [process.wait(PATIENCE) for process in processes] == [0] * 3

    said = (tmp_path / "log.txt").read_text()
    assert "Traceback" not in said
    assert "consumer: Connection to broker lost" in said, "but it is said"
