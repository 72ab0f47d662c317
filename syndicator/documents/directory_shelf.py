"""Documents of a directory, as web servers read them."""

from __future__ import annotations

import logging
import os
import zlib
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import brotli

from syndicator.documents.codings import CODECS, ENCODINGS
from syndicator.documents.shelf import MAX_MEMORY_BYTES, DocumentCache, Served, numbered
from syndicator.documents.versions import ENDING

log = logging.getLogger(__name__)

#: What tells a file from every other that has had its name: times may be set and numbers used again, but
#: the time of its last change of status is the system's own.
Identity = tuple[int, int, int, int]


class DirectoryShelf:
    """See ``shelf.Shelf``. Documents are kept in memory; each is read again when its file has been
    replaced."""

    def __init__(self, folder: Path, memory: int = MAX_MEMORY_BYTES) -> None:
        self.folder = folder
        self.cache: DocumentCache[Identity] = DocumentCache(memory)

    def has(self, name: str) -> bool:
        try:
            (self.folder / name).stat()
        except (FileNotFoundError, NotADirectoryError):
            return False
        except OSError as e:
            log.warning("%s", e)
        return True

    def load(self, name: str) -> Served | None:
        path = os.path.join(self.folder, name)  # noqa: PTH118 - pathlib takes longer than all the rest
        try:
            identity = _identity(os.stat(path))  # noqa: PTH116 - likewise
            cached = self.cache.get(name)
            if cached and cached[0] == identity:
                return cached[1]
            identity, served = _read(Path(path))
        except (FileNotFoundError, NotADirectoryError):
            self.cache.drop(name)
            return None
        self.cache.put(name, identity, served)
        return served

    def archives(self, feed: str, extension: str) -> Mapping[int, datetime]:
        paths = (self.folder / feed).glob(f"*.{extension}")
        files = {path.name: datetime.fromtimestamp(path.stat().st_mtime, UTC) for path in paths}
        return numbered(files, extension)


def versions_beside(path: Path) -> bytes:
    """The file of a document's versions (see ``versions``); nothing where it cannot be read: to lose it costs
    readers a whole document each."""
    try:
        return path.with_name(f"{path.name}.{ENDING}").read_bytes()
    except OSError:
        return b""


def _identity(stat: os.stat_result) -> Identity:
    return stat.st_ino, stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns


def _read(path: Path) -> tuple[Identity, Served]:
    with path.open("rb") as file:  # what was opened stays itself, even when the name is given to another
        stat = os.fstat(file.fileno())
        content = file.read()
    variants = {"": content}
    for ending, coding in ENCODINGS.items():
        # Made from the bytes in hand, if the file beside them is of another build (or gone).
        variants[coding] = _compressed(path.with_name(f"{path.name}.{ending}"), coding, content)
    modified = datetime.fromtimestamp(stat.st_mtime, UTC)
    return _identity(stat), Served.of(variants, modified, versions_beside(path))


def _compressed(path: Path, coding: str, content: bytes) -> bytes:
    codec = CODECS[coding]
    try:
        compressed = path.read_bytes()
        if codec.expand(compressed) == content:
            return compressed
    except (OSError, EOFError, zlib.error, brotli.error):
        pass  # missing or torn: made afresh below
    return codec.compress(content)
