"""A folder of limited size: the files used longest ago go first."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from syndicator.files import PART

#: A folder that is over its limit is brought down to this part of it, so that it is seldom looked through.
TARGET_PART = 0.9

#: New bytes after which the folder is looked through, as a part of its limit.
TIDY_EVERY_PART = 0.05

#: Seconds after which nobody is still writing a file that was begun.
ABANDONED_AFTER_S = 3600


class Space:
    """The files of a folder, ``limit`` bytes of them at most, and a twentieth more for a while. Several
    processes may keep one folder; a file that another one has removed is gone, and no error."""

    def __init__(self, folder: Path, limit: int) -> None:
        self.folder, self.limit = folder, limit
        self._new_bytes = float("inf")  # nobody knows what is there: the first file has it looked through
        self._lock = threading.Lock()

    def used(self, path: Path) -> None:
        """Note that a file is still wanted. Raises ``OSError``."""
        os.utime(path, (time.time(), path.stat().st_mtime))

    def grew(self, length: int) -> None:
        """There are so many more bytes: make room if it is time. Raises ``OSError``."""
        with self._lock:
            self._new_bytes += length
            if self._new_bytes < self.limit * TIDY_EVERY_PART:
                return
            self._new_bytes = 0
        self._tidy()

    def _tidy(self) -> None:
        files = sorted(self._files())
        total = sum(length for _, length, _ in files)
        target = self.limit * TARGET_PART if total > self.limit else total
        for _, length, path in files:
            if total <= target:
                return
            with suppress(FileNotFoundError):
                path.unlink()
            total -= length

    def _files(self) -> Iterator[tuple[float, int, Path]]:
        """Each file by when it was last used, with its length. Removes unfinished ones that nobody is at
        work on."""
        for entry in os.scandir(self.folder):
            with suppress(FileNotFoundError):
                stat = entry.stat()
                if entry.name.endswith(PART):
                    if stat.st_mtime < time.time() - ABANDONED_AFTER_S:
                        Path(entry).unlink()
                elif entry.is_file():
                    yield stat.st_atime, stat.st_size, Path(entry)
