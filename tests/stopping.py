"""A run of the suite that is stopped ends in order, and takes along every process that its tests started.

SIGTERM is a Ctrl-C: fixtures stop their servers and remove their folders. Whatever is left then is killed.
Where the system can say so (Linux, prctl(2)), a process whose parent has ended is handed to the run, so that
daemons are among its descendants, too: PostgreSQL, a browser, what a killed process had started.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import time
from collections.abc import Callable
from types import FrameType

import psutil

#: ``PR_SET_CHILD_SUBREAPER`` of prctl(2).
ADOPT_ORPHANS = 36

#: Seconds after the first signal from which on another one ends the run at once.
IN_ORDER_S = 5.0

#: Seconds that processes have for ending once they are killed.
KILL_TIMEOUT_S = 10.0

#: What the command has in it of the process that keeps count of what multiprocessing has made (3.11 to 3.13).
TRACKER = "multiprocessing.resource_tracker"


def adopt_orphans() -> None:
    """Let processes whose parents end be children of this one, where the system knows such a thing."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(ADOPT_ORPHANS, 1, 0, 0, 0)


def end_in_order_when_told(is_controller: Callable[[], bool]) -> None:
    """Raise ``KeyboardInterrupt`` at the first SIGINT or SIGTERM. ``is_controller``: whether this process's
    children are pytest-xdist's workers, who are told to end, too."""
    began = 0.0

    def stop(_number: int, _frame: FrameType | None) -> None:
        nonlocal began
        if began:  # one that was sent to the process group comes from the controller once more
            if time.monotonic() - began > IN_ORDER_S:
                end_descendants()
                os._exit(128 + signal.SIGINT)
            return
        began = time.monotonic()
        if is_controller():
            for worker in psutil.Process().children():
                worker.send_signal(signal.SIGINT)
        raise KeyboardInterrupt

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)


def end_descendants() -> None:
    """Kill all processes that this one started, and those that they did, but for the one that keeps count of
    what multiprocessing has made: it ends with this one, and would be missed until then."""
    running = [p for p in psutil.Process().children(recursive=True) if not is_tracker(p)]
    for process in running:
        try:
            process.kill()
        except psutil.NoSuchProcess:
            continue
    psutil.wait_procs(running, timeout=KILL_TIMEOUT_S)


def is_tracker(process: psutil.Process) -> bool:
    """Whether it is multiprocessing's for this process."""
    try:
        return process.ppid() == os.getpid() and TRACKER in " ".join(process.cmdline())
    except psutil.Error:
        return False
