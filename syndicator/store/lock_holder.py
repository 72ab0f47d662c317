"""Who holds SQLite's write lock, as far as this machine tells.

In WAL mode the one writer has locked byte 120 of the file's ``-shm`` (WAL_WRITE_LOCK,
https://www.sqlite.org/walformat.html#locks). The system lists such locks with the process of each
(``/proc/locks``, https://man7.org/linux/man-pages/man5/proc_locks.5.html). The file itself must not be opened
for it: closing it again would drop our own locks (https://www.sqlite.org/howtocorrupt.html, section 2.2).
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

#: The byte that the writer has locked.
WRITE_LOCK_BYTE = 120

LOCKS_FILE = Path("/proc/locks")
PROCESSES_FOLDER = Path("/proc")

#: States of processes that do nothing (proc_pid_stat(5)), as operators read them.
IDLE_STATES = {"T": "stopped", "t": "stopped by a debugger", "D": "waiting for a disk", "Z": "dead"}

#: Characters of a command that are shown.
MAX_COMMAND_CHARS = 120


def holder(database: Path) -> int | None:
    """The id of the process that writes to a database; ``None``: nobody does, or there is no telling."""
    try:
        file = database.with_name(f"{database.name}-shm").stat()
        lines = LOCKS_FILE.read_text("ascii").splitlines()
    except (OSError, ValueError):
        return None
    return next((pid for pid, inode in _writers(lines) if inode == file.st_ino and pid > 0), None)


def _writers(lines: list[str]) -> Iterator[tuple[int, int]]:
    """Process and inode of each lock for writing that covers the byte. Lines of those that wait (``->``) have
    one field more."""
    for line in lines:
        with suppress(ValueError):
            _, kind, _, mode, pid, file, start, end = line.split()
            covers = int(start) <= WRITE_LOCK_BYTE and (end == "EOF" or int(end) >= WRITE_LOCK_BYTE)
            if covers and (kind, mode) == ("POSIX", "WRITE"):
                yield int(pid), int(file.rpartition(":")[2])


def blame(pid: int | None) -> str:
    """Who holds the lock, and what to do about it, in the words of a line for an operator."""
    if pid is None:
        return "another process holds its write lock (`syndicator status` shows who has fallen silent)"
    if pid == os.getpid():
        return f"this process itself ({pid}) holds its write lock"
    state = _state(pid)
    doing = f", is {IDLE_STATES[state]}," if state in IDLE_STATES else ""
    remedy = (
        f"continue it (kill -CONT {pid}) or end it (kill -KILL {pid})"
        if state in "Tt"
        else "end it if it hangs"
    )
    return f"process {pid} ({_command(pid)}){doing} holds its write lock: {remedy}"


def _command(pid: int) -> str:
    """In one line, its program without the folder."""
    try:
        words = (PROCESSES_FOLDER / str(pid) / "cmdline").read_text("utf-8", "replace").split("\0")
    except OSError:
        return "unknown"
    command = " ".join(" ".join([Path(words[0]).name, *words[1:]]).split())
    return command[:MAX_COMMAND_CHARS] or "unknown"


def _state(pid: int) -> str:
    try:
        return (PROCESSES_FOLDER / str(pid) / "stat").read_text("ascii", "replace").rpartition(") ")[2][:1]
    except OSError:
        return ""
