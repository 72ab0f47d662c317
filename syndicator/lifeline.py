"""No process outlives the one that started it, even if that one is killed without a chance to say so; and
what a process leaves in hand when it dies, the next one may take, if it is told by who saw the death."""

from __future__ import annotations

import logging
import os
import signal
import socket
import threading
import time

log = logging.getLogger(__name__)

#: Set for processes that ``syndicator up`` starts: the process id of their parent.
VARIABLE = "SYNDICATOR_PARENT"

#: Set likewise: the mark of the process in the tokens of the rows that it has in hand (16 characters), and
#: those of processes in its place that are dead for certain (separated by blanks).
MARK, DEAD = "SYNDICATOR_MARK", "SYNDICATOR_DEAD"

#: Seconds between looks at the parent, and between asking to stop and stopping hard.
EVERY = 0.5
GRACE = 10.0


def process_name(kind: str) -> str:
    """A name for this process that no other one has: ids are alike in all containers, hosts are not."""
    return f"{kind}-{os.getpid()}@{socket.gethostname()}"


def watch_parent(parent: int | None = None) -> None:
    """Stop this process when its parent is gone: first as ``SIGTERM`` does, then hard.

    ``parent`` is a process id; without it, the one that the environment names, if any. A process whose
    parent ends is handed to another one, so that its parent's id changes (POSIX, getppid).
    """
    expected = parent or int(os.environ.get(VARIABLE, "0"))
    if expected:
        threading.Thread(target=_watch, args=(expected,), name="lifeline", daemon=True).start()


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(EVERY)
    log.warning("the process that started this one is gone: stopping")
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(GRACE)
    os._exit(1)
