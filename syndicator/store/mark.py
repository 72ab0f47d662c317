"""A mark outside the database, that tells a worker when the database has been replaced by an older one."""

from __future__ import annotations

import logging
import os
from pathlib import Path

log = logging.getLogger(__name__)

#: Beside the photos: a folder of this machine's own, that no backup of the database brings back.
NAME = "newest-event"


def read_mark(folder: Path) -> int:
    """The number of the newest event that this machine has seen; 0: none, or it cannot tell."""
    try:
        return int((folder / NAME).read_text("ascii"))
    except (OSError, ValueError):
        return 0


def write_mark(folder: Path, number: int) -> None:
    """Keep the number, whole or not at all. Written anew at every sign of life, so that it is never what was
    used longest ago. A folder that cannot be written costs the notice, nothing else."""
    part = folder / f".{NAME}-{os.getpid()}.part"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        part.write_text(str(number), "ascii")
        part.replace(folder / NAME)
    except OSError as e:
        log.debug("%s: %s", folder / NAME, e)
