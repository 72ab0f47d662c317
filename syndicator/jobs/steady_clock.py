"""The clock behind ``SteadyTime``, as this machine has it."""

from __future__ import annotations

import time
from functools import lru_cache
from pathlib import Path

from syndicator.domain.steady import SteadyTime

#: Linux's name for one start of the machine, the same in all its containers (random(4)).
BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


def steady_time() -> SteadyTime | None:
    """Now, in the seconds that go on through sleep (clock_gettime(2), ``CLOCK_BOOTTIME``); ``None`` where
    the system has no such clock."""
    boot = _boot()
    return SteadyTime(boot, time.clock_gettime(time.CLOCK_BOOTTIME)) if boot else None


@lru_cache(maxsize=1)
def _boot() -> str:
    if not hasattr(time, "CLOCK_BOOTTIME"):
        return ""
    try:
        return BOOT_ID.read_text(encoding="ascii").strip()
    except OSError:
        return ""
