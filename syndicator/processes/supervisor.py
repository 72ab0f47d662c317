"""Running several processes as one: started together, restarted when they fall or hang, stopped together."""

from __future__ import annotations

import os
import secrets
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from types import FrameType

from syndicator.domain.backoff import PROCESS
from syndicator.jobs.process_marks import DEAD_VARIABLE, MARK_VARIABLE
from syndicator.processes import parent_watch
from syndicator.processes.garbage import collect_as_usual

#: Seconds that processes have to finish what they have in hand before they are killed.
STOP_TIMEOUT_S = 15.0

#: A process that ends within this many seconds of its start is restarted later and later
#: (``backoff.PROCESS``).
STEADY_S = 10.0

#: A process that gives no sign of life for so many seconds hangs, or was stopped: it is killed, whatever
#: locks it holds. Signs come twice a second from a thread that no job can hold up, only the machine.
MAX_SILENCE_S = 60.0

#: Seconds between looks at the children; where they turn out to be many more, we were stopped ourselves, or
#: the machine was, and nobody's silence means anything.
LOOK_EVERY_S = 0.2
MAX_GAP_S = 5.0

#: How many of a child's dead predecessors it is told of: one may have died before it could take their rows.
MAX_DEAD = 20

#: Heaps of a child, as glibc reads it (mallopt(3), M_ARENA_MAX; others pay no heed): it would make eight for
#: each core, each with room that only some threads can use. Threads that wait for the interpreter's lock
#: seldom wait for a heap's.
ARENAS_VARIABLE, MAX_ARENAS = "MALLOC_ARENA_MAX", "2"

#: Exit status of a process that no restart can help: a declaration is wrong (sysexits.h, EX_CONFIG).
MISCONFIGURED = 78

#: Exit status of the checks at the beginning where declarations are right, but the database is away or
#: damaged: what needs none may begin (sysexits.h, EX_TEMPFAIL); and the argument to check the database alone.
DATABASE_FAILED, DATABASE_ONLY = 75, "again"


@dataclass
class Child:
    """One supervised process: its name and its arguments to ``python -m syndicator``."""

    name: str
    arguments: Sequence[str]
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    failures: int = 0
    restart_at: float = 0.0
    mark: str = ""
    dead: list[str] = field(default_factory=list)
    pipe: int | None = None
    heard_at: float = 0.0

    def start(self, environment: Mapping[str, str]) -> None:
        self.started = time.monotonic()
        if self.mark:  # we have seen the end of it: what it had in hand is free
            self.dead = [*self.dead, self.mark][-MAX_DEAD:]
        self.mark = secrets.token_hex(8)
        if self.pipe is not None:
            os.close(self.pipe)
        self.pipe, child_end = os.pipe()
        for end in (self.pipe, child_end):
            os.set_blocking(end, False)
        variables = {
            MARK_VARIABLE: self.mark,
            DEAD_VARIABLE: " ".join(self.dead),
            parent_watch.PIPE_VARIABLE: str(child_end),
        }
        # In a session of its own: a Ctrl-C at the terminal reaches only the supervisor, which then
        # stops its children in order, and a fallen child's own children can be found by its group.
        self.process = subprocess.Popen(  # noqa: S603 - our own program
            [sys.executable, "-m", "syndicator", *self.arguments],
            env={**environment, **variables},
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            pass_fds=[child_end],
        )
        os.close(child_end)
        self.heard_at = time.monotonic()

    def silence(self) -> float:
        """Seconds since the last sign of life."""
        assert self.pipe is not None  # noqa: S101 - for the type checker
        with suppress(BlockingIOError):
            if os.read(self.pipe, 65_536):
                self.heard_at = time.monotonic()
        return time.monotonic() - self.heard_at

    def signal(self, number: int) -> None:
        if self.process is None:
            return
        try:
            os.killpg(self.process.pid, number)
        except ProcessLookupError:
            self.process.poll()


def children_environment() -> dict[str, str]:
    """The variables that all children have: ours, and what is left out of them."""
    return {ARENAS_VARIABLE: MAX_ARENAS, **os.environ, parent_watch.PARENT_VARIABLE: str(os.getpid())}


@dataclass
class Supervisor:
    """Keeps children running until it is told to stop. ``say`` tells the person at the terminal."""

    children: Sequence[Child]
    say: Callable[[str], None]
    stopping: threading.Event = field(default_factory=threading.Event)
    silence_s: float = MAX_SILENCE_S

    def run(self) -> int:
        """Start all, keep them up, stop all. Returns an exit status."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._stop)
        environment = children_environment()
        collect_as_usual()
        status = 0
        try:
            for child in self.children:
                child.start(environment)
            looked_at = time.monotonic()
            while not self.stopping.wait(LOOK_EVERY_S) and not status:
                if time.monotonic() - looked_at > MAX_GAP_S:
                    for child in self.children:
                        child.heard_at = time.monotonic()
                looked_at = time.monotonic()
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
            if child.silence() > self.silence_s:
                self.say(f"{child.name} has given no sign of life for {self.silence_s:g} s: killed")
                child.signal(signal.SIGKILL)
                child.heard_at = time.monotonic()  # said once; its end is seen in a moment
            return 0
        child.signal(signal.SIGKILL)  # whatever it had started itself
        child.process = None
        if code == MISCONFIGURED:
            return code
        is_steady = time.monotonic() - child.started > STEADY_S
        child.failures = 1 if is_steady else child.failures + 1
        pause = 0.0 if is_steady else PROCESS.wait(child.failures).total_seconds()
        child.restart_at = time.monotonic() + pause
        self.say(
            f"{child.name} ended ({_exit_text(code)}); starting it again"
            + (f" in {pause:g} s" if pause else "")
        )
        return 0

    def _stop_all(self) -> None:
        running = [child for child in self.children if child.process]
        for child in running:
            child.signal(signal.SIGTERM)
        deadline = time.monotonic() + STOP_TIMEOUT_S
        for child in running:
            assert child.process is not None  # noqa: S101 - for the type checker
            try:
                child.process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                self.say(f"{child.name} did not stop in {STOP_TIMEOUT_S:g} s: killed")
            child.signal(signal.SIGKILL)
            child.process.wait()


def _exit_text(code: int) -> str:
    return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit status {code}"
