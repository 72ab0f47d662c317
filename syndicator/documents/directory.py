"""Documents as files in a directory, ready for any web server.

``NAME.EXT`` beside ``NAME.EXT.gz`` and ``NAME.EXT.br``, compressed once when they are built, and
``NAME.EXT.entries`` (see ``versions``); a feed's archives likewise, as ``NAME/PAGE.EXT``. A file's time is
when its content last changed, so that a static
server's ``Last-Modified`` is right.
"""

from __future__ import annotations

import gzip
import logging
import os
import shutil
import tempfile
import threading
import time
import zlib
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import NamedTuple

import brotli

from syndicator.documents.versions import ENDING, Versions, digest
from syndicator.domain.errors import SyndicatorError
from syndicator.files import sync_folder
from syndicator.jobs.ports import Document

log = logging.getLogger(__name__)

#: Content codings by the ending of their files, best first.
ENCODINGS = {"br": "br", "gz": "gzip"}


class Codec(NamedTuple):
    """How a content coding is made and undone. The same bytes give the same bytes."""

    compress: Callable[[bytes], bytes]
    expand: Callable[[bytes], bytes]


#: By content coding. Feeds are made anew within seconds of news: br 5 is as small as gzip 6 in less time,
#: and the highest levels would save a fifth at a hundred times the cost.
CODECS = {
    "br": Codec(partial(brotli.compress, quality=5), brotli.decompress),
    "gzip": Codec(partial(gzip.compress, compresslevel=6, mtime=0), gzip.decompress),
}

#: How the folders begin in which documents are made ready.
BEGUN = ".building."

#: Seconds after which nobody is still at work on what was begun: more than any build takes.
ABANDONED = 3600

#: Bytes of documents that a web process keeps in memory.
MEMORY = 64_000_000


#: Bytes that a web process holds beside each document: what it is ready to say of it.
PREPARED = 8_000

#: The folder of private feeds: a web server that is given the documents serves nothing that begins with a
#: dot.
PRIVATE = ".private"


class DocumentError(SyndicatorError):
    """A document could not be written (a full disk, missing rights). What was served before still is."""


@dataclass(frozen=True)
class Directory:
    """See ``jobs.ports.Documents``."""

    folder: Path
    _tidied: list[float] = field(default_factory=list, init=False, repr=False, compare=False)

    def replace(self, feed: str, documents: Sequence[Document]) -> None:
        """Serve these from now on. Raises ``DocumentError``; then all of them are as they were, or, where
        the disk failed in the last step, each of them is whole all the same."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            self._tidy()
            with tempfile.TemporaryDirectory(prefix=f"{BEGUN}{feed}.", dir=self.folder) as made:
                staging = Path(made)
                staged = [each for d in documents for each in self._stage(staging, d.path(feed), d)]
                places = [self.folder / path.relative_to(staging) for path in staged]
                for folder in {place.parent for place in places}:
                    if not folder.exists():
                        folder.mkdir(exist_ok=True)
                        sync_folder(self.folder)
                for path, place in zip(staged, places, strict=True):
                    path.replace(place)
                for folder in {place.parent for place in places}:
                    sync_folder(folder)  # what is on record as built must survive a power cut
        except OSError as e:
            where = e.filename or self.folder
            raise DocumentError(f"{where}: {e.strerror or e}; the feed stays as it was") from e

    def read(self, path: str) -> bytes | None:
        """The document at a path; ``None``: there is none. Raises ``DocumentError``."""
        try:
            return (self.folder / path).read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as e:
            raise DocumentError(f"{self.folder / path}: {e.strerror or e}") from e

    def remove(self, feed: str) -> None:
        """Serve nothing of a feed any more, archives included. Raises ``DocumentError``."""
        try:
            for path in self.folder.glob(f"{feed}.*"):
                path.unlink()
            if (self.folder / feed).exists():
                shutil.rmtree(self.folder / feed)
        except OSError as e:
            raise DocumentError(f"{e.filename or self.folder}: {e.strerror or e}; remove it by hand") from e

    def check(self) -> str:
        """Write and remove a small file. Raises ``DocumentError``."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=self.folder) as trial:
                trial.write(b"a trial")
        except OSError as e:
            raise DocumentError(f"{self.folder} cannot be written: {e.strerror or e}") from e
        return f"are kept in {self.folder}"

    def _tidy(self) -> None:
        """Remove what processes left that were killed in the middle of this. Looking through a folder of many
        feeds takes time: once is enough for as long as nothing counts as left."""
        now = time.time()
        if self._tidied and self._tidied[-1] > now - ABANDONED:
            return
        self._tidied[:] = [now]
        for left in self.folder.glob(f"{BEGUN}*"):
            with suppress(FileNotFoundError):  # another hand was at work, and is done
                if left.stat().st_ctime < now - ABANDONED:
                    shutil.rmtree(left)

    def _stage(self, staging: Path, name: str, document: Document) -> list[Path]:
        """The files of a document, ready to be moved; none if it is there already."""
        if _holds(self.folder / name, document.content):
            return []
        files = {f"{name}.{e}": made for e, made in beside(document, lambda: self._versions(name)).items()}
        files[name] = document.content  # last: a file that is there means that those beside it are, too
        (staging / name).parent.mkdir(exist_ok=True)
        for each, content in files.items():
            _write(staging / each, content, document.modified)
        return [staging / each for each in files]

    def _versions(self, name: str) -> bytes:
        return _versions(self.folder / name)


def beside(document: Document, versions: Callable[[], bytes]) -> dict[str, bytes]:
    """What stands beside a document, by how its name ends. ``versions``: what stands there of earlier ones;
    to lose it costs readers a whole document each."""
    made = {ending: CODECS[coding].compress(document.content) for ending, coding in ENCODINGS.items()}
    if document.entries and document.page is None:  # nobody asks what is new in the past
        found = Versions.of(document.content, document.entries, Versions.read(versions()))
        made[ENDING] = found.written() if found else b""
    return made


def _write(path: Path, content: bytes, modified: datetime) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.utime(file.fileno(), (modified.timestamp(), modified.timestamp()))
        os.fsync(file.fileno())


def _holds(path: Path, content: bytes) -> bool:
    try:
        return path.stat().st_size == len(content) and path.read_bytes() == content
    except FileNotFoundError:
        return False


@dataclass(frozen=True)
class Served:
    """A document as it is served: bytes and strong ETag (RFC 9110 section 8.8.3) by content coding, where
    ``""`` stands for none. Every ETag begins with the ``digest`` of the document."""

    modified: datetime
    variants: Mapping[str, bytes]
    etags: Mapping[str, str]
    digest: str
    versions: bytes = field(default=b"", repr=False)

    @classmethod
    def of(cls, variants: Mapping[str, bytes], modified: datetime, versions: bytes) -> Served:
        """A document with its variants: the same tags for the same bytes, wherever they are kept."""
        known = digest(variants[""])
        etags = {coding: f'"{known}-{ending}"' for ending, coding in ENCODINGS.items()}
        return cls(modified, variants, {"": f'"{known}"', **etags}, known, versions)

    def since(self, digests: Sequence[str]) -> tuple[str, bytes] | None:
        """The latest of these earlier versions and, for readers who have it, the document without the
        entries that it carried; ``None`` if the whole document serves them better."""
        if not any(each.encode() in self.versions for each in digests):
            return None
        versions = Versions.read(self.versions)
        if versions is None or versions.now.digest != self.digest:  # not on file yet, or no longer
            return None
        base = versions.base(digests)
        news = versions.since(base, self.variants[""]) if base else None
        return (base, news) if base and news is not None else None


#: What tells a file from every other that has had its name: times may be set and numbers used again, but
#: the time of its last change of status is the system's own.
Identity = tuple[int, int, int, int]


class Shelf:
    """Documents of a directory, kept in memory; each is read again when its file has been replaced. The
    least recently used go when there are more than ``memory`` bytes. May be used by many threads."""

    def __init__(self, folder: Path, memory: int = MEMORY) -> None:
        self.folder, self.memory = folder, memory
        self._kept: OrderedDict[str, tuple[Identity, Served]] = OrderedDict()
        self._size = 0
        self._lock = threading.Lock()

    def has(self, name: str) -> bool:
        """Whether there is such a file. That it cannot be looked at is no reason to say no."""
        try:
            (self.folder / name).stat()
        except (FileNotFoundError, NotADirectoryError):
            return False
        except OSError as e:
            log.warning("%s", e)
        return True

    def load(self, name: str) -> Served | None:
        """The document in the file ``name``; ``None`` if there is none."""
        path = os.path.join(self.folder, name)  # noqa: PTH118 - pathlib takes longer than all the rest
        try:
            identity = _identity(os.stat(path))  # noqa: PTH116 - likewise
            with self._lock:
                kept = self._kept.get(name)
                if kept and kept[0] == identity:
                    self._kept.move_to_end(name)
                    return kept[1]
            identity, served = _read(Path(path))
        except (FileNotFoundError, NotADirectoryError):
            self._drop(name)
            return None
        self._keep(name, identity, served)
        return served

    def archives(self, feed: str, extension: str) -> Mapping[int, datetime]:
        """When each archive of a feed in one format changed, by its number. Raises ``OSError``."""
        paths = (self.folder / feed).glob(f"*.{extension}")
        files = {path.name: datetime.fromtimestamp(path.stat().st_mtime, UTC) for path in paths}
        return numbered(files, extension)

    def _keep(self, name: str, identity: Identity, served: Served) -> None:
        with self._lock:
            self._forget(name)
            self._kept[name] = (identity, served)
            self._size += _weight(served)
            while self._size > self.memory and len(self._kept) > 1:
                self._forget(next(iter(self._kept)))

    def _drop(self, name: str) -> None:
        with self._lock:
            self._forget(name)

    def _forget(self, name: str) -> None:
        if name in self._kept:
            self._size -= _weight(self._kept.pop(name)[1])


def numbered(files: Mapping[str, datetime], extension: str) -> dict[int, datetime]:
    """Those of a feed's files that are archives in one format, by their numbers."""
    found = ((name.removesuffix(f".{extension}"), moment) for name, moment in files.items())
    return {int(stem): moment for stem, moment in found if stem.isdecimal()}


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
    return _identity(stat), Served.of(variants, modified, _versions(path))


def _versions(path: Path) -> bytes:
    try:
        return path.with_name(f"{path.name}.{ENDING}").read_bytes()
    except OSError:
        return b""


def _compressed(path: Path, coding: str, content: bytes) -> bytes:
    codec = CODECS[coding]
    try:
        beside = path.read_bytes()
        if codec.expand(beside) == content:
            return beside
    except (OSError, EOFError, zlib.error, brotli.error):
        pass  # missing or torn: made afresh below
    return codec.compress(content)


def _weight(served: Served) -> int:
    return PREPARED + len(served.versions) + sum(map(len, served.variants.values()))
