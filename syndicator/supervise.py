"""Running several processes as one: started together, restarted when they fall, stopped together."""

from __future__ import annotations

import os
import secrets
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import FrameType

from syndicator import lifeline

#: Seconds that processes have to finish what they have in hand before they are killed.
PATIENCE = 15.0

#: A process that ends within this many seconds of its start is restarted later and later.
STEADY = 10.0
LONGEST_WAIT = 30.0

#: How many of a child's dead predecessors it is told of: one may have died before it could take their rows.
DEAD_TOLD = 20

#: Exit status of a process that no restart can help: a declaration is wrong (sysexits.h, EX_CONFIG).
MISCONFIGURED = 78

#: That of a beginning where declarations are right, but the database is away or damaged: what needs none may
#: begin (sysexits.h, EX_TEMPFAIL); and the argument with which only the database is tried once more.
WITHOUT_RECORD, AGAIN = 75, "again"


@dataclass
class Child:
    """One supervised process: its name and its arguments to ``python -m syndicator``."""

    name: str
    arguments: Sequence[str]
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    falls: int = 0
    restart_at: float = 0.0
    mark: str = ""
    dead: list[str] = field(default_factory=list)

    def start(self, environment: Mapping[str, str]) -> None:
        self.started = time.monotonic()
        if self.mark:  # we have seen the end of it: what it had in hand is free
            self.dead = [*self.dead, self.mark][-DEAD_TOLD:]
        self.mark = secrets.token_hex(8)
        # In a session of its own: a Ctrl-C at the terminal reaches only the supervisor, which then
        # stops its children in order, and a fallen child's own children can be found by its group.
        self.process = subprocess.Popen(  # noqa: S603 - our own program
            [sys.executable, "-m", "syndicator", *self.arguments],
            env={**environment, lifeline.MARK: self.mark, lifeline.DEAD: " ".join(self.dead)},
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )

    def signal(self, number: int) -> None:
        if self.process is None:
            return
        try:
            os.killpg(self.process.pid, number)
        except ProcessLookupError:
            self.process.poll()


@dataclass
class Supervisor:
    """Keeps children running until it is told to stop. ``say`` tells the person at the terminal."""

    children: Sequence[Child]
    say: Callable[[str], None]
    stopping: threading.Event = field(default_factory=threading.Event)

    def run(self) -> int:
        """Start all, keep them up, stop all. Returns an exit status."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._stop)
        environment = {**os.environ, lifeline.VARIABLE: str(os.getpid())}
        status = 0
        try:
            for child in self.children:
                child.start(environment)
            while not self.stopping.wait(0.2) and not status:
                status = max(self._mind(child, environment) for child in self.children)
        finally:
            self._stop_all()
        return status

    def _stop(self, _number: int, _frame: FrameType | None) -> None:
        self.stopping.set()

    def _mind(self, child: Child, environment: Mapping[str, str]) -> int:
        if child.process is None:
            if time.monotonic() >= child.restart_at:
                child.start(environment)
            return 0
        code = child.process.poll()
        if code is None:
            return 0
        child.signal(signal.SIGKILL)  # whatever it had started itself
        child.process = None
        if code == MISCONFIGURED:
            return code
        is_steady = time.monotonic() - child.started > STEADY
        child.falls = 1 if is_steady else child.falls + 1
        pause = 0.0 if is_steady else min(0.5 * 2 ** (child.falls - 1), LONGEST_WAIT)
        child.restart_at = time.monotonic() + pause
        self.say(
            f"{child.name} ended ({_how(code)}); starting it again" + (f" in {pause:g} s" if pause else "")
        )
        return 0

    def _stop_all(self) -> None:
        running = [child for child in self.children if child.process]
        for child in running:
            child.signal(signal.SIGTERM)
        deadline = time.monotonic() + PATIENCE
        for child in running:
            assert child.process is not None  # noqa: S101 - for the type checker
            try:
                child.process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                self.say(f"{child.name} did not stop in {PATIENCE:g} s: killed")
            child.signal(signal.SIGKILL)
            child.process.wait()


def _how(code: int) -> str:
    return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit status {code}"
