"""Photos that services fetch from us, beside the documents.

::

    PLACE/_photos/<hash of the file>.jpg    which a service copies while its post is made
    PLACE/_shown/<hash of the file>.jpg     which readers are shown from there

Whatever serves the documents serves them, too: our own web server, another one that is given the folder, a
CDN before the bucket. Their addresses cannot be guessed, and an address never has another file. They are
removed after a while.
"""

from __future__ import annotations

import hashlib
import os
import re
import time
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from syndicator.documents import DocumentError
from syndicator.domain.errors import PhotoError
from syndicator.domain.photo import PhotoFile
from syndicator.files import write_whole

if TYPE_CHECKING:  # its client takes 11 MB that a folder does not need
    from syndicator.documents.s3 import Bucket

#: The folders among the documents; no feed's name begins like them.
FETCHED, SHOWN = "_photos", "_shown"

#: The name of a photo's file, and nothing else that a path may have.
NAME = re.compile(r"[0-9a-f]{64}\.(?:jpg|png)")

ENDINGS = {"image/jpeg": "jpg", "image/png": "png"}

#: How long caches may keep a photo: for ever, since another one has another address.
CACHE_CONTROL = "public, max-age=31536000, immutable"

#: How long a photo can be fetched: one that is copied, for as long as its post may be tried; one that is
#: shown, for as long as people look back in a chat (Slack's free plan shows them 90 days of it:
#: https://slack.com/help/articles/27204752526611).
KEPT_FOR = {FETCHED: timedelta(days=7), SHOWN: timedelta(days=90)}

#: Seconds between two looks for older ones.
TIDIED_EVERY_S = 3600.0


class PhotoPlace(Protocol):
    """Where the files of one ``folder`` are. All raise ``DocumentError``."""

    @property
    def folder(self) -> str: ...

    def write(self, name: str, content: bytes, media_type: str) -> None:
        """Keep a file, for as long as its folder does from now on."""
        ...

    def read(self, name: str) -> bytes | None:
        """The file of a name that fits ``NAME``; ``None``: there is none."""
        ...

    def tidy(self, age: timedelta) -> None:
        """Remove what was written longer ago."""
        ...


@dataclass(frozen=True)
class PhotoFolder:
    """See ``PhotoPlace``: in the folder of the documents."""

    documents: Path
    folder: str = FETCHED

    def write(self, name: str, content: bytes, media_type: str) -> None:  # noqa: ARG002 - the port's
        try:
            self._path.mkdir(parents=True, exist_ok=True)
            write_whole(self._path / name, content, mode=0o644)
        except OSError as e:
            raise DocumentError(f"{self._path} cannot be written: {e.strerror or e}") from e

    def read(self, name: str) -> bytes | None:
        try:
            return (self._path / name).read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as e:
            raise DocumentError(f"{self._path / name}: {e.strerror or e}") from e

    def tidy(self, age: timedelta) -> None:
        oldest = time.time() - age.total_seconds()
        with suppress(FileNotFoundError), os.scandir(self._path) as entries:
            for entry in entries:
                with suppress(FileNotFoundError):  # another hand was quicker
                    if entry.stat().st_mtime < oldest:
                        Path(entry).unlink()

    @property
    def _path(self) -> Path:
        return self.documents / self.folder


@dataclass(frozen=True)
class PhotoBucket:
    """See ``PhotoPlace``: in the bucket of the documents."""

    bucket: Bucket
    folder: str = FETCHED

    def write(self, name: str, content: bytes, media_type: str) -> None:
        headers = {"Content-Type": media_type, "Cache-Control": CACHE_CONTROL}
        self.bucket.write(f"{self.folder}/{name}", content, headers)

    def read(self, name: str) -> bytes | None:
        return self.bucket.read(f"{self.folder}/{name}")

    def tidy(self, age: timedelta) -> None:
        self.bucket.remove_older(f"{self.folder}/", age)


@dataclass(frozen=True)
class PublishedPhotos:
    """See ``jobs.ports.PublicPhotos``. ``feeds_url``: where the documents are served."""

    place: PhotoPlace
    feeds_url: str
    _tidied: list[float] = field(default_factory=list, init=False, repr=False, compare=False)

    def put(self, photo: PhotoFile) -> str:
        ending = ENDINGS.get(photo.media_type)
        if ending is None:
            raise PhotoError(f"a file of {photo.media_type} is not served", lasting=True)
        name = f"{hashlib.sha256(photo.content).hexdigest()}.{ending}"
        try:
            self.place.write(name, photo.content, photo.media_type)
            self._tidy()
        except (DocumentError, OSError) as e:
            raise PhotoError(f"it cannot be put where services fetch it: {e}", lasting=False) from e
        return f"{self.feeds_url}/{self.place.folder}/{name}"

    def _tidy(self) -> None:
        """Looking through them all takes time: once is enough for a while."""
        now = time.monotonic()
        if self._tidied and now - self._tidied[-1] < TIDIED_EVERY_S:
            return
        self._tidied[:] = [now]
        self.place.tidy(KEPT_FOR[self.place.folder])
