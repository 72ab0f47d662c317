"""Work on what others sent, in a process of its own that can be ended: a thread cannot.

Parsers have kinds of input that take them hours; nobody knows them all. What is large or odd is read here,
within a limit of time and one of memory. A process is started when it is first needed (half a second), ends
when it has had nothing to do for a while, and is killed when its work takes too long.

::

    length, pickle of (function, arguments)
        ──▶ python -m syndicator.sources.apart
        ──▶ length, pickle of the result
"""

from __future__ import annotations

import atexit
import math
import os
import pickle
import resource
import select
import signal
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import IO, TypeVar, TypeVarTuple

from syndicator.domain.errors import SourceError

Ts = TypeVarTuple("Ts")
T = TypeVar("T")

#: Seconds of processor time for one piece of work; seconds in all, on a machine that has others to serve;
#: seconds that one waits for its turn. A look's fetch and all of these are shorter than its lease.
WORK_CPU_S, WORK_S, TURN_S = 10, 25.0, 10.0

#: What stands before each request: its bytes, and its seconds of processor time.
REQUEST_HEAD = struct.Struct("!QI")

#: Pieces of work at once in this process: one hostile source leaves a hand for the others.
MAX_HELPERS = 2

#: Seconds without work after which a process ends.
IDLE_S = 20.0

#: Bytes of address space for one process: it has 400 MB before it has read anything.
MAX_MEMORY_BYTES = 1_500_000_000

TOO_LONG_MESSAGE = "it takes too long to read: it was made to, or is broken"

#: Bytes of one result.
MAX_RESULT_BYTES = 100_000_000

_turns = threading.BoundedSemaphore(MAX_HELPERS)
_lock = threading.Lock()
_idle: list[_Helper] = []
_is_reaping = threading.Event()


def apart(work: Callable[[*Ts], T], *args: *Ts) -> T:
    """The result of ``work`` for these arguments, from another process (all of them are pickled). Raises
    ``SourceError``: its own, or one that says what has become of it."""
    if not _turns.acquire(timeout=TURN_S):
        raise SourceError("other documents take long to be read: this one is read at the next look")
    try:
        helper = _take_helper()
        try:
            result_bytes = helper.ask(pickle.dumps((work, args)))
        except BaseException:
            helper.end()
            raise
        with _lock:
            _idle.append(helper)
            if not _is_reaping.is_set():
                _is_reaping.set()
                _reap_later()
    finally:
        _turns.release()
    kind, value = pickle.loads(result_bytes)  # noqa: S301 - from a process of our own
    if kind == "error":
        raise SourceError(value)
    result: T = value
    return result


def _take_helper() -> _Helper:
    with _lock:
        while _idle:
            helper = _idle.pop()
            if helper.is_alive:
                return helper
            helper.end()
    return _Helper()


def _reap_later() -> None:
    timer = threading.Timer(IDLE_S, _end_idle)
    timer.daemon = True
    timer.start()


def _end_idle() -> None:
    with _lock:
        for helper in [h for h in _idle if time.monotonic() - h.last_used >= IDLE_S]:
            _idle.remove(helper)
            helper.end()
        if _idle:
            _reap_later()
        else:
            _is_reaping.clear()


@atexit.register
def _end_all() -> None:
    """Ends the processes that wait for work, before ours ends: none is left behind."""
    with _lock:
        while _idle:
            _idle.pop().end()


class _Helper:
    """A process that does one piece of work after the other."""

    def __init__(self) -> None:
        command = [sys.executable, "-m", "syndicator.sources.apart"]
        # it needs no secret that the environment may hold
        environment = {n: v for n in ("PATH", "PYTHONPATH", "LANG") if (v := os.environ.get(n))}
        try:
            self.process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                start_new_session=True,  # an operator's Ctrl-C is for us; it ends with us
                env={**environment, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            )
        except OSError as e:
            raise SourceError(f"no process to read it in: {e}") from e
        self.last_used = time.monotonic()

    @property
    def is_alive(self) -> bool:
        return self.process.poll() is None

    def ask(self, request: bytes) -> bytes:
        """The result of a request, both pickled. Raises ``SourceError``: the process is to be ended then."""
        stdin, stdout = self.process.stdin, self.process.stdout
        if not stdin or not stdout:  # never: both are pipes
            raise SourceError("no pipe to a process")
        deadline = time.monotonic() + WORK_S
        try:
            _write(stdin.fileno(), REQUEST_HEAD.pack(len(request), WORK_CPU_S) + request, deadline)
            (length,) = struct.unpack("!Q", _read(stdout.fileno(), 8, deadline))
            if length > MAX_RESULT_BYTES:
                raise SourceError(
                    f"what was read of it has {length:,} bytes; at most {MAX_RESULT_BYTES:,} are taken"
                )
            result_bytes = _read(stdout.fileno(), length, deadline)
        except TimeoutError as e:
            raise SourceError(TOO_LONG_MESSAGE) from e
        except (EOFError, OSError) as e:
            with suppress(subprocess.TimeoutExpired):
                if self.process.wait(1) == -signal.SIGXCPU:
                    raise SourceError(TOO_LONG_MESSAGE) from e
            raise SourceError("it takes more memory to read than is given, or breaks what reads it") from e
        self.last_used = time.monotonic()
        return result_bytes

    def end(self) -> None:
        self.process.kill()
        for pipe in (self.process.stdin, self.process.stdout):
            with suppress(OSError):
                if pipe:
                    pipe.close()
        self.process.wait()


def _wait_for(fd: int, event: int, deadline: float) -> None:
    poll = select.poll()
    poll.register(fd, event)
    if not poll.poll(max(0.0, deadline - time.monotonic()) * 1000):
        raise TimeoutError


def _write(fd: int, content: bytes, deadline: float) -> None:
    os.set_blocking(fd, False)
    view = memoryview(content)
    while view:
        _wait_for(fd, select.POLLOUT, deadline)
        view = view[os.write(fd, view) :]


def _read(fd: int, length: int, deadline: float) -> bytes:
    content = bytearray()
    while len(content) < length:
        _wait_for(fd, select.POLLIN, deadline)
        chunk = os.read(fd, min(length - len(content), 1 << 20))
        if not chunk:
            raise EOFError
        content += chunk
    return bytes(content)


def _serve(requests: IO[bytes], results: IO[bytes]) -> None:
    """Answers requests in the other process, until its input ends. It is killed soon after the time for one
    piece of work."""
    resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY_BYTES, MAX_MEMORY_BYTES))
    while head := requests.read(REQUEST_HEAD.size):
        length, cpu_s = REQUEST_HEAD.unpack(head)
        cpu_limit_s = math.ceil(time.process_time()) + cpu_s
        resource.setrlimit(resource.RLIMIT_CPU, (cpu_limit_s, resource.RLIM_INFINITY))
        result_bytes = _result_of(requests.read(length))
        results.write(struct.pack("!Q", len(result_bytes)) + result_bytes)
        results.flush()


def _result_of(request: bytes) -> bytes:
    try:
        work, args = pickle.loads(request)  # noqa: S301 - from the process that started us
        return pickle.dumps(("result", work(*args)))
    except SourceError as e:
        return pickle.dumps(("error", str(e)))
    except MemoryError:
        return pickle.dumps(("error", "it takes more memory to read than is given"))
    except Exception as e:  # noqa: BLE001 - whatever it was, it is raised where it is waited for
        return pickle.dumps(("error", f"it cannot be read: {type(e).__name__}: {e}"[:500]))


if __name__ == "__main__":
    results = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever prints, prints elsewhere
    _serve(sys.stdin.buffer, results)
