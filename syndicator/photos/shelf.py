"""Originals on disk, fetched once."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from syndicator.article import Photo
from syndicator.errors import FetchError, Forbidden, PhotoError, TooLarge
from syndicator.http import Http
from syndicator.photos.picture import fitted, opened, size_and_type
from syndicator.post import PhotoFile, PhotoLimits

#: Statuses after which another try may help.
PASSING = {408, 425, 429, 500, 502, 503, 504}


@dataclass(frozen=True)
class PhotoShelf:
    """See ``ports.Photos``. Files are named by the hash of their address."""

    folder: Path
    http: Http

    def measure(self, photo: Photo) -> Photo:
        content = self._original(photo.url)
        width, height, media_type = size_and_type(content)
        return replace(photo, width=width, height=height, length=len(content), media_type=media_type)

    def fit(self, photo: Photo, limits: PhotoLimits) -> PhotoFile:
        content = self._original(photo.url)
        try:
            return fitted(content, limits, photo.credit)
        except PhotoError as e:
            if not e.lasting:  # fetched again the next time: it may be whole by then
                with self._disk():
                    self._path(photo.url).unlink(missing_ok=True)
            raise

    def _original(self, url: str) -> bytes:
        with self._disk(), suppress(FileNotFoundError):
            return self._path(url).read_bytes()
        content = self._fetch(url)
        with opened(content):  # only pictures are kept
            pass
        with self._disk():
            self._keep(self._path(url), content)
        return content

    def _path(self, url: str) -> Path:
        return self.folder / hashlib.sha256(url.encode("utf-8", "replace")).hexdigest()

    def _fetch(self, url: str) -> bytes:
        try:
            return self.http.get(url, headers={"Accept": "image/*"}).content
        except (Forbidden, TooLarge) as e:
            raise PhotoError(e.why, lasting=True) from e
        except FetchError as e:
            lasting = e.status is not None and e.status not in PASSING
            raise PhotoError(e.why, lasting=lasting) from e

    def _keep(self, path: Path, content: bytes) -> None:
        """Whole or not at all, whoever else keeps the same photo at the same moment."""
        self.folder.mkdir(parents=True, exist_ok=True)
        handle, part = tempfile.mkstemp(suffix=".part", dir=self.folder)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
            Path(part).replace(path)
        finally:
            Path(part).unlink(missing_ok=True)

    @contextmanager
    def _disk(self) -> Iterator[None]:
        try:
            yield
        except OSError as e:
            raise PhotoError(
                f"the folder of photos, {self.folder}: {e.strerror}: mend it", lasting=False
            ) from e
