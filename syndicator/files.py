"""Writing a file whole: whoever reads its name finds what was there before, or all of what is there now.

The content is written under another name in the same folder, which is then renamed: one step for whoever
looks (POSIX, rename). Two writers of one name do not meet; the later one's content stays.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

#: How the names of unfinished files end. A writer that is killed leaves one; it also begins with a dot.
PART = ".part"


def write_whole(path: Path, content: bytes, *, mode: int | None = None, is_durable: bool = False) -> None:
    """Put a file of these bytes in place, as ``whole_file`` does. Raises ``OSError``."""
    with whole_file(path, mode=mode, is_durable=is_durable) as file:
        file.write(content)


@contextmanager
def whole_file(
    path: Path, *, mode: int | None = None, is_durable: bool = False, part: Path | None = None
) -> Iterator[IO[bytes]]:
    """A new file to write to, which is at ``path`` once the block has ended; after an error, nothing is left
    of it, and what was at ``path`` still is.

    ``mode``: its permission bits; ``None``: what the process's umask leaves of 0666. ``is_durable``: once it
    is in place, it survives a power cut, its name included (fsync of file and folder). ``part``: its path
    until then, where one that a killed writer has left shall not stay for ever: it is written anew. Raises
    ``OSError``.
    """
    if part is None:
        part = path.with_name(f".{secrets.token_hex(8)}{PART}")
    else:
        part.unlink(missing_ok=True)
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666 if mode is None else mode)
    try:
        with os.fdopen(handle, "wb") as file:
            if mode is not None:
                os.fchmod(file.fileno(), mode)  # whatever the umask
            yield file
            if is_durable:
                file.flush()
                os.fsync(file.fileno())
        part.replace(path)
    except BaseException:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        raise
    if is_durable:
        sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Have the names in a folder on the disk, too: a power cut does not undo what was renamed in it. Raises
    ``OSError``."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
