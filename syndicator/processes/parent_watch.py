"""The tie between a process and its parent, ``syndicator up``: a child stops when its parent is gone, even if
that was killed without a chance to say so; and it gives its parent signs of life, so that one that hangs is
noticed.

It is one of two signs of life: ``store/pulse.py`` says who listens to which.
"""

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
PARENT_VARIABLE = "SYNDICATOR_PARENT"

#: Set likewise: the end of a pipe to write to, again and again, as a sign of life. It needs neither disk nor
#: database: whoever hangs may hold their locks.
PIPE_VARIABLE = "SYNDICATOR_PULSE"

#: Seconds between looks at the parent and signs of life, and between asking to stop and stopping hard.
LOOK_EVERY_S = 0.5
GRACE_S = 10.0


def process_name(kind: str) -> str:
    """A name for this process that no other one has: ids are alike in all containers, hosts are not."""
    return f"{kind}-{os.getpid()}@{socket.gethostname()}"


def watch_parent(parent: int | None = None) -> None:
    """Stop this process when its parent is gone: first as ``SIGTERM`` does, then hard. Until then, give it
    signs of life if it wants them.

    ``parent`` is a process id; without it, the one that the environment names, if any. A process whose
    parent ends is handed to another one, so that its parent's id changes (POSIX, getppid).
    """
    expected = parent or int(os.environ.get(PARENT_VARIABLE, "0"))
    pipe = os.environ.pop(PIPE_VARIABLE, None)  # it is ours, and no child's of ours
    if expected:
        arguments = (expected, int(pipe) if pipe else None)
        threading.Thread(target=_watch, args=arguments, name="parent watch", daemon=True).start()


def _watch(parent: int, pipe: int | None) -> None:
    if pipe is not None:
        os.set_inheritable(pipe, False)
    while os.getppid() == parent:
        if pipe is not None:
            with suppress(OSError):  # the pipe is full: the parent is stopped; or it has just ended
                os.write(pipe, b".")
        time.sleep(LOOK_EVERY_S)
    log.warning("the process that started this one is gone: stopping")
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(GRACE_S)
    os._exit(1)
