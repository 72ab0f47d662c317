"""Documents as files in a directory, ready for any web server.

``NAME.EXT`` beside ``NAME.EXT.gz`` and ``NAME.EXT.br``, compressed once when they are built. A file's time
is when its content last changed, so that a static server's ``Last-Modified`` is right.
"""

from __future__ import annotations

import gzip
import hashlib
import os
import tempfile
import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import brotli

from syndicator.errors import SyndicatorError
from syndicator.ports import Document

#: Content codings by the ending of their files, best first: br 5 is as small as gzip 6 in less time.
ENCODINGS = {"br": "br", "gz": "gzip"}

#: Bytes of documents that a web process keeps in memory.
MEMORY = 64_000_000


class DocumentError(SyndicatorError):
    """A document could not be written (a full disk, missing rights). What was served before still is."""


@dataclass(frozen=True)
class Directory:
    """See ``ports.Documents``."""

    folder: Path

    def replace(self, feed: str, documents: Sequence[Document]) -> None:
        """Serve these from now on. Raises ``DocumentError``; then all of them are as they were, or, where
        the disk failed in the last step, each of them is whole all the same."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            staged = [pair for d in documents for pair in self._stage(feed, d)]
            for temporary, final in staged:
                temporary.replace(final)
        except OSError as e:
            raise DocumentError(
                f"{e.filename or self.folder}: {e.strerror or e}; the feed stays as it was"
            ) from e
        finally:
            for leftover in self.folder.glob(f".{feed}.*.tmp"):
                leftover.unlink(missing_ok=True)

    def _stage(self, feed: str, document: Document) -> list[tuple[Path, Path]]:
        final = self.folder / f"{feed}.{document.extension}"
        if _holds(final, document.content):
            return []
        compressed = {
            "gz": gzip.compress(document.content, 6, mtime=0),
            "br": brotli.compress(document.content, quality=5),
            "": document.content,  # last: a server that prefers .gz never sees it older than the plain file
        }
        return [
            (
                self._write(feed, content, document.modified),
                final.with_name(f"{final.name}.{ending}") if ending else final,
            )
            for ending, content in compressed.items()
        ]

    def _write(self, feed: str, content: bytes, modified: datetime) -> Path:
        handle, name = tempfile.mkstemp(prefix=f".{feed}.", suffix=".tmp", dir=self.folder)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        path = Path(name)
        path.chmod(0o644)  # a web server of another user reads it
        os.utime(path, (modified.timestamp(), modified.timestamp()))
        return path


def _holds(path: Path, content: bytes) -> bool:
    try:
        return path.stat().st_size == len(content) and path.read_bytes() == content
    except FileNotFoundError:
        return False


@dataclass(frozen=True)
class Served:
    """A document as it is served: bytes and strong ETag (RFC 9110 section 8.8.3) by content coding, where
    ``""`` stands for none."""

    modified: datetime
    variants: Mapping[str, bytes]
    etags: Mapping[str, str]


class Shelf:
    """Documents of a directory, kept in memory; each is read again when its file has been replaced."""

    def __init__(self, folder: Path, memory: int = MEMORY) -> None:
        self.folder, self.memory = folder, memory
        self._kept: OrderedDict[str, tuple[tuple[int, int, int], Served]] = OrderedDict()
        self._size = 0
        self._lock = threading.Lock()

    def load(self, name: str) -> Served | None:
        """The document in the file ``name``; ``None`` if there is none."""
        path = os.path.join(self.folder, name)  # noqa: PTH118 - pathlib takes longer than all the rest
        try:
            stat = os.stat(path)  # noqa: PTH116 - likewise
        except (FileNotFoundError, NotADirectoryError):
            return None
        identity = (stat.st_mtime_ns, stat.st_size, stat.st_ino)
        kept = self._kept.get(name)
        if kept and kept[0] == identity:
            return kept[1]
        served = _read(Path(path), stat.st_mtime)
        self._keep(name, identity, served)
        return served

    def _keep(self, name: str, identity: tuple[int, int, int], served: Served) -> None:
        with self._lock:
            _, old = self._kept.pop(name, (None, None))
            self._size += _weight(served) - (_weight(old) if old else 0)
            self._kept[name] = (identity, served)
            while self._size > self.memory and len(self._kept) > 1:
                _, (_, dropped) = self._kept.popitem(last=False)
                self._size -= _weight(dropped)


def _read(path: Path, modified: float) -> Served:
    content = path.read_bytes()
    digest = hashlib.sha256(content).hexdigest()[:24]
    variants, etags = {"": content}, {"": f'"{digest}"'}
    for ending, coding in ENCODINGS.items():
        # Made from the bytes in hand, if the file beside them is of another build (or gone).
        compressed = _compressed(path.with_name(f"{path.name}.{ending}"), coding, content)
        variants[coding], etags[coding] = compressed, f'"{digest}-{ending}"'
    return Served(datetime.fromtimestamp(modified, UTC), variants, etags)


def _compressed(path: Path, coding: str, content: bytes) -> bytes:
    expand, compress = (
        (gzip.decompress, lambda c: gzip.compress(c, 6, mtime=0))
        if coding == "gzip"
        else (brotli.decompress, lambda c: brotli.compress(c, quality=5))
    )
    try:
        beside = path.read_bytes()
        if expand(beside) == content:
            return beside
    except (OSError, EOFError, brotli.error):
        pass  # missing or torn: made afresh below
    made: bytes = compress(content)
    return made


def _weight(served: Served) -> int:
    return sum(map(len, served.variants.values()))
