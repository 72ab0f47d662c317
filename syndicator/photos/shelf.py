"""Original photos on disk: fetched once, asked for again now and then, and removed when long unused.

::

    FOLDER/<hash of the address>        the photo; its time is when these bytes were fetched
    FOLDER/<hash of the address>.seen   its validators; its time is when the server was last asked

The disk is there to spare the network. When it fails, that is logged, and photos are fetched as needed.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

from syndicator.domain.article import Photo
from syndicator.domain.errors import FetchError, Forbidden, PhotoError, TooLarge
from syndicator.domain.photo import PhotoFile, PhotoLimits
from syndicator.files import write_whole
from syndicator.http.client import Http, Response
from syndicator.http.conditional import conditions, validators
from syndicator.photos.kept import KeptRenditions
from syndicator.photos.picture import opened, size_and_type
from syndicator.photos.renditions import Renditions
from syndicator.photos.space import Space

log = logging.getLogger(__name__)

#: Statuses after which another try may help.
TRANSIENT_STATUSES = {408, 425, 429, 500, 502, 503, 504}

#: Seconds until the server is first asked whether a photo has been replaced; each time it has not, twice
#: as long.
FRESH_FOR_S = 600

#: Bytes of photos that the folder holds.
MAX_FOLDER_BYTES = 2_000_000_000

ACCEPT_HEADERS = {"Accept": "image/*"}


@dataclass(frozen=True)
class PhotoShelf:
    """See ``jobs.ports.Photos``. ``limit``: bytes that are kept; what was used longest ago goes first."""

    folder: Path
    http: Http
    limit: int = field(default=MAX_FOLDER_BYTES, kw_only=True)

    def measure(self, photo: Photo) -> Photo:
        if photo.is_measured and not self._is_due(photo.url):
            return photo
        content = self._renewed(photo.url) or self._original(photo.url)
        width, height, media_type = size_and_type(content)
        return replace(photo, width=width, height=height, length=len(content), media_type=media_type)

    def fit(self, photo: Photo, limits: PhotoLimits) -> PhotoFile:
        try:
            return self._renditions(photo.url).fit(limits, photo.credit, photo.focus)
        except PhotoError as e:
            if not e.lasting:  # fetched again the next time: it may be whole by then
                with self._disk():
                    self._path(photo.url).unlink(missing_ok=True)
            raise

    @cached_property
    def _space(self) -> Space:
        return Space(self.folder, self.limit)

    @cached_property
    def _kept(self) -> KeptRenditions:
        return KeptRenditions()

    def _renditions(self, url: str) -> Renditions:
        """What is made of a photo, for all channels. Raises ``PhotoError``."""
        content = b"" if self._stamp(url) else self._original(url)
        if stamp := self._stamp(url):
            return self._kept.of(f"{url} {stamp}", lambda: self._original(url))
        return Renditions(lambda: content)  # the disk keeps nothing

    def _stamp(self, url: str) -> str:
        """What tells a file that is kept from another one of its photo; ``""`` where none is."""
        with self._disk(), suppress(FileNotFoundError):
            stat = self._path(url).stat()
            return f"{stat.st_mtime_ns} {stat.st_size} {stat.st_ino}"
        return ""

    def _original(self, url: str) -> bytes:
        """The photo as it is kept, or fetched where it is not. Raises ``PhotoError``."""
        with self._disk(), suppress(FileNotFoundError):
            content = self._path(url).read_bytes()
            with suppress(OSError):  # a disk that can only be read serves all the same
                self._space.used(self._path(url))
            return content
        return self._keep_photo(url, self._fetch(url, {}))

    def _is_due(self, url: str) -> bool:
        """Whether the server is to be asked if a photo that is kept is still the one. After each answer
        that it is, we wait twice as long."""
        with self._disk(), suppress(FileNotFoundError):
            fetched_at, asked_at = self._path(url).stat().st_mtime, self._validators_path(url).stat().st_mtime
            return time.time() - asked_at > max(FRESH_FOR_S, asked_at - fetched_at)
        return False

    def _renewed(self, url: str) -> bytes | None:
        """The photo as it is now, if it was kept, is due to be asked for and has been replaced. One that
        cannot be had again stays what it was."""
        if not self._is_due(url):
            return None
        with self._disk(), suppress(FileNotFoundError):  # others make room at the same time
            known = json.loads(self._validators_path(url).read_bytes())
            os.utime(self._validators_path(url))  # whatever comes of it, it was asked
            try:
                response = self._fetch(url, conditions(known))
                if response.status != 304 and response.content != self._path(url).read_bytes():
                    return self._keep_photo(url, response)
            except PhotoError as e:
                log.info("photo %s: not fetched again: %s", url, e)
        return None

    def _keep_photo(self, url: str, response: Response) -> bytes:
        """The photo in a response, kept if the disk takes it. Raises ``PhotoError`` if it is none."""
        with opened(response.content):  # only pictures are kept
            pass
        with self._disk():
            self._write(self._path(url), response.content)
            self._write(self._validators_path(url), json.dumps(validators(response.headers)).encode())
            self._space.grew(len(response.content))
        return response.content

    def _path(self, url: str) -> Path:
        return self.folder / hashlib.sha256(url.encode("utf-8", "replace")).hexdigest()

    def _validators_path(self, url: str) -> Path:
        return self._path(url).with_suffix(".seen")

    def _fetch(self, url: str, conditions: Mapping[str, str]) -> Response:
        """The server's response. Raises ``PhotoError``, ``lasting`` where another try would not help at once:
        a site that answers 404 may publish its photo after its article."""
        try:
            return self.http.get(url, headers={**ACCEPT_HEADERS, **conditions})
        except (Forbidden, TooLarge) as e:
            raise PhotoError(e.why, lasting=True) from e
        except FetchError as e:
            lasting = e.status is not None and e.status not in TRANSIENT_STATUSES
            raise PhotoError(e.why, lasting=lasting, may_come=True) from e

    def _write(self, path: Path, content: bytes) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        write_whole(path, content, mode=0o600)

    @contextmanager
    def _disk(self) -> Iterator[None]:
        """Errors of the disk are logged, and stop nothing: no news waits for a store of copies."""
        try:
            yield
        except (OSError, ValueError) as e:
            reason = getattr(e, "strerror", None) or str(e)
            log.warning(
                "the folder of photos, %s: %s: mend it; photos are fetched as needed", self.folder, reason
            )
