"""Originals on disk, fetched once."""

from __future__ import annotations

import hashlib
import os
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

from PIL import Image

from syndicator.article import Photo
from syndicator.errors import FetchError, Forbidden, PhotoError, TooLarge
from syndicator.http import Http
from syndicator.photos.picture import fitted, opened
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
        with opened(content) as image:
            media_type = Image.MIME.get(image.format or "", "image/jpeg")
            width, height = image.size
            if image.getexif().get(0x0112, 1) >= 5:  # orientation: lies on its side (EXIF 2.32, 4.6.4)
                width, height = height, width
        return replace(photo, width=width, height=height, length=len(content), media_type=media_type)

    def fit(self, photo: Photo, limits: PhotoLimits) -> PhotoFile:
        return fitted(self._original(photo.url), limits, photo.credit)

    def _original(self, url: str) -> bytes:
        path = self.folder / hashlib.sha256(url.encode("utf-8", "replace")).hexdigest()[:32]
        try:
            return path.read_bytes()
        except FileNotFoundError:
            content = self._fetch(url)
        with opened(content):  # only pictures are kept
            pass
        self._keep(path, content)
        return content

    def _fetch(self, url: str) -> bytes:
        try:
            return self.http.get(url, headers={"Accept": "image/*"}).content
        except (Forbidden, TooLarge) as e:
            raise PhotoError(e.why, lasting=True) from e
        except FetchError as e:
            lasting = e.status is not None and e.status not in PASSING
            raise PhotoError(e.why, lasting=lasting) from e

    def _keep(self, path: Path, content: bytes) -> None:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(suffix=".tmp", dir=self.folder)
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(content)
                Path(name).replace(path)
            finally:
                Path(name).unlink(missing_ok=True)
        except OSError as e:
            raise PhotoError(f"{path}: {e.strerror}: the photo cannot be kept", lasting=False) from e
