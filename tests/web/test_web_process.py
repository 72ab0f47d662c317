"""The server as a real process: over the wire, told to stop, and orphaned."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest
import requests

from syndicator.domain.errors import Misconfigured
from syndicator.web.serve import serve
from tests.acceptance.world import PATIENCE
from tests.channels.local_server import closed_port
from tests.web.house import House

pytestmark = pytest.mark.slow  # databases or processes throughout

ROOT = Path(__file__).parents[2]


@dataclass
class Served:
    process: subprocess.Popen[bytes]
    port: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


def free_port() -> int:
    return closed_port()


def until(true: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < deadline, f"not in {PATIENCE:g} s: {what}"
        time.sleep(0.05)


def is_alive(process: psutil.Process) -> bool:
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def answers(port: int) -> bool:
    with socket.socket() as trial:
        return trial.connect_ex(("127.0.0.1", port)) == 0


@contextmanager
def serving_from(folder: Path, *more: str) -> Iterator[Served]:
    """A server of its own, once it listens."""
    port = free_port()
    command = [sys.executable, "-m", "tests.web.served", str(folder), str(port), *more]
    with subprocess.Popen(command, cwd=ROOT) as process:
        until(lambda: answers(port) or process.poll() is not None, "listening")
        yield Served(process, port)
        process.kill()


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    with serving_from(tmp_path) as server:
        yield server


def test_feeds_go_over_the_wire_whole_compressed_and_not_at_all(served: Served) -> None:
    url = f"{served.url}/feeds/all.rss"
    with requests.Session() as session:
        plain = session.get(url, headers={"Accept-Encoding": "identity"}, timeout=10)
        packed = session.get(url, headers={"Accept-Encoding": "gzip"}, timeout=10)
        known = {"Accept-Encoding": "gzip", "If-None-Match": packed.headers["ETag"]}
        same = session.get(url, headers=known, timeout=10)
        head = session.head(url, headers={"Accept-Encoding": "identity"}, timeout=10)

    assert plain.content == packed.content == b"<rss>" + b"news " * 5000 + b"</rss>"
    assert packed.headers["Content-Encoding"] == "gzip"
    assert int(packed.headers["Content-Length"]) < len(plain.content)
    assert (same.status_code, same.content) == (304, b"")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["Content-Length"] == str(len(plain.content))


def test_pages_and_forms_go_over_the_wire(served: Served) -> None:
    with requests.Session() as session:
        page = session.get(f"{served.url}/console", timeout=10)
        form = {"token": session.cookies["console"]}
        answer = session.post(f"{served.url}/console/channels/nowhere/pause", data=form, timeout=10)

    assert page.status_code == 200
    assert answer.status_code == 409
    assert "nowhere" in answer.text


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_stops_in_order_under_load(served: Served, number: signal.Signals) -> None:
    """Idle connections are open, and others busy, when the signal comes."""
    idle = socket.create_connection(("127.0.0.1", served.port))
    stopping = threading.Event()

    def ask() -> None:
        with requests.Session() as session:
            while not stopping.is_set():
                try:
                    session.get(f"{served.url}/feeds/all.rss", timeout=10)
                except requests.RequestException:
                    return

    readers = [threading.Thread(target=ask) for _ in range(4)]
    for reader in readers:
        reader.start()
    assert requests.get(f"{served.url}/healthz", timeout=10).status_code == 200

    served.process.send_signal(number)
    code = served.process.wait(20)

    stopping.set()
    for reader in readers:
        reader.join(20)
    idle.close()
    assert code == 0
    assert not answers(served.port)


def test_it_is_one_process(served: Served) -> None:
    assert psutil.Process(served.process.pid).children(recursive=True) == []


def test_it_does_not_outlive_its_supervisor(tmp_path: Path) -> None:
    """The supervisor is killed without a chance to tell anybody."""
    port = free_port()
    parent = (
        "import os, subprocess, sys, time\n"
        "os.environ['SYNDICATOR_PARENT'] = str(os.getpid())\n"
        f"subprocess.Popen([sys.executable, '-m', 'tests.web.served', {str(tmp_path)!r}, '{port}'])\n"
        "time.sleep(60)\n"
    )
    with subprocess.Popen([sys.executable, "-c", parent], cwd=ROOT) as supervisor:
        until(lambda: answers(port), "listening")
        [child] = psutil.Process(supervisor.pid).children()
        supervisor.kill()

    until(
        lambda: not child.is_running() or child.status() == psutil.STATUS_ZOMBIE, "gone with its supervisor"
    )
    assert not answers(port)


def test_an_address_in_use_is_refused_and_not_shared(house: House) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(Misconfigured, match=str(port)):
            serve(house.app(), host="127.0.0.1", port=port)


def test_a_second_server_does_not_share_the_first_ones_address(served: Served, house: House) -> None:
    with pytest.raises(Misconfigured):
        serve(house.app(), host="127.0.0.1", port=served.port)
