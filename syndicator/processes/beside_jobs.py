"""What a worker does again and again beside its jobs, and no job waits for."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from syndicator.jobs.stopping import STOPPING

log = logging.getLogger(__name__)


def repeat(name: str, work: Callable[[], object], every_s: float) -> threading.Thread:
    """Do it at once and every so many seconds, in a thread of its own, until the process ends: others may
    take long over it."""

    def work_again() -> None:
        while not STOPPING.is_set():
            try:
                work()
            except Exception:  # a defect costs one round, and not all that would follow
                log.exception("%s: a defect", name)
            STOPPING.wait(every_s)

    thread = threading.Thread(target=work_again, name=name, daemon=True)
    thread.start()
    return thread
