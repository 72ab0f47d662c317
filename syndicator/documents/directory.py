"""Documents as files in a directory, ready for any web server.

``NAME.EXT`` beside ``NAME.EXT.gz`` and ``NAME.EXT.br``, compressed once when they are built, and
``NAME.EXT.entries`` (see ``versions``); a feed's archives likewise, as ``NAME/PAGE.EXT``. A file's time is
when its content last changed, so that a static server's ``Last-Modified`` is right.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path

from syndicator.documents import DocumentError
from syndicator.documents.codings import beside
from syndicator.documents.directory_shelf import versions_beside
from syndicator.files import sync_folder
from syndicator.jobs.ports import Document

#: How the names of folders begin in which documents are made ready.
STAGING_PREFIX = ".building."

#: Seconds after which nobody is still at work on what was made ready: more than any build takes.
ABANDONED_AFTER_S = 3600

#: The folder of private feeds: a web server that is given the documents serves nothing that begins with a
#: dot.
PRIVATE = ".private"


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
            with tempfile.TemporaryDirectory(prefix=f"{STAGING_PREFIX}{feed}.", dir=self.folder) as created:
                staging = Path(created)
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
        if self._tidied and self._tidied[-1] > now - ABANDONED_AFTER_S:
            return
        self._tidied[:] = [now]
        for left in self.folder.glob(f"{STAGING_PREFIX}*"):
            with suppress(FileNotFoundError):  # another hand was at work, and is done
                if left.stat().st_ctime < now - ABANDONED_AFTER_S:
                    shutil.rmtree(left)

    def _stage(self, staging: Path, name: str, document: Document) -> list[Path]:
        """The files of a document, ready to be moved; none if it is there already."""
        if _holds(self.folder / name, document.content):
            return []
        others = beside(document, partial(versions_beside, self.folder / name))
        files = {f"{name}.{ending}": content for ending, content in others.items()}
        files[name] = document.content  # last: a file that is there means that those beside it are, too
        (staging / name).parent.mkdir(exist_ok=True)
        for each, content in files.items():
            _write(staging / each, content, document.modified)
        return [staging / each for each in files]


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
