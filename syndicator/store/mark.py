"""The number of the newest event, kept outside the database: where it is higher than the database knows, that
has been replaced by an older one."""

from __future__ import annotations

import logging
from pathlib import Path

from syndicator.files import write_whole

log = logging.getLogger(__name__)

#: Beside the photos: a folder of this machine's own, that no backup of the database brings back.
MARK_FILE = "newest-event"


def read_mark(folder: Path) -> int:
    """The number of the newest event that this machine has seen; 0: none, or it cannot tell."""
    try:
        return int((folder / MARK_FILE).read_text("ascii"))
    except (OSError, ValueError):
        return 0


def write_mark(folder: Path, number: int) -> None:
    """Keep the number, whole or not at all. Written anew at every sign of life, so that it is never what was
    used longest ago. A folder that cannot be written costs the notice, nothing else."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        write_whole(folder / MARK_FILE, str(number).encode("ascii"))
    except OSError as e:
        log.debug("%s: %s", folder / MARK_FILE, e)
