"""No process outlives the one that started it, even if that one is killed without a chance to say so; one
that hangs is noticed by who started it."""

from __future__ import annotations

import logging
import os
import signal
import socket
import threading
import time
from contextlib import suppress

log = logging.getLogger(__name__)

#: Set for processes that ``syndicator up`` starts: the process id of their parent.
VARIABLE = "SYNDICATOR_PARENT"

#: Set likewise: the end of a pipe to write to, again and again, as a sign of life. It needs neither disk nor
#: database: whoever hangs may hold their locks.
PULSE = "SYNDICATOR_PULSE"

#: Seconds between looks at the parent and signs of life, and between asking to stop and stopping hard.
EVERY = 0.5
GRACE = 10.0


def process_name(kind: str) -> str:
    """A name for this process that no other one has: ids are alike in all containers, hosts are not."""
    return f"{kind}-{os.getpid()}@{socket.gethostname()}"


def watch_parent(parent: int | None = None) -> None:
    """Stop this process when its parent is gone: first as ``SIGTERM`` does, then hard. Until then, give it
    signs of life if it wants them.

    ``parent`` is a process id; without it, the one that the environment names, if any. A process whose
    parent ends is handed to another one, so that its parent's id changes (POSIX, getppid).
    """
    expected = parent or int(os.environ.get(VARIABLE, "0"))
    pulse = os.environ.pop(PULSE, None)  # it is ours, and no child's of ours
    if expected:
        arguments = (expected, int(pulse) if pulse else None)
        threading.Thread(target=_watch, args=arguments, name="lifeline", daemon=True).start()


def _watch(parent: int, pulse: int | None) -> None:
    if pulse is not None:
        os.set_inheritable(pulse, False)
    while os.getppid() == parent:
        if pulse is not None:
            with suppress(OSError):  # the pipe is full: the parent is stopped; or it has just ended
                os.write(pulse, b".")
        time.sleep(EVERY)
    log.warning("the process that started this one is gone: stopping")
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(GRACE)
    os._exit(1)
