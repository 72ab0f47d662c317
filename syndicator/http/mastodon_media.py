"""Photos on servers that speak Mastodon's API: uploaded before their status.

https://docs.joinmastodon.org/methods/media/
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote

from syndicator.domain.errors import photo_later
from syndicator.domain.photo import PhotoFile
from syndicator.http.exchange import Exchange

#: Seconds between two requests for a photo that the server is still processing: the first wait, the longest.
FIRST_WAIT_S, MAX_WAIT_S = 0.1, 2.0


@dataclass(frozen=True, slots=True)
class MastodonMedia:
    """The photos of an account. ``url``: the address of a path on its server."""

    exchange: Exchange
    url: Callable[[str], str]

    def upload(self, photo: PhotoFile, description: str) -> str:
        """The photo's id, once it can be attached. A photo without a status is invisible, so that an upload
        may be repeated. Raises ``Refused`` where the server does not take it, and ``TryLater``."""
        reply = self.exchange.ask(
            "POST",
            self.url("/api/v2/media"),
            files={"file": (photo.filename, photo.content, photo.media_type)},
            data={"description": description},
            unknown=photo_later,
        )
        media_id = reply.read(lambda media: str(media["id"]))
        if reply.status == 202:
            self._wait_until_processed(media_id)
        return media_id

    def is_there(self, media_id: str) -> bool:
        """Whether the photo is ready to be attached, or attached (its ``GET`` answers 200)."""
        reply = self.exchange.ask("GET", self._address(media_id), unknown=photo_later, accept=(404, 410, 422))
        return reply.status == 200

    def _wait_until_processed(self, media_id: str) -> None:
        pause_s = FIRST_WAIT_S
        while self.exchange.ask("GET", self._address(media_id), unknown=photo_later).status == 206:
            time.sleep(pause_s)
            pause_s = min(pause_s * 2, MAX_WAIT_S)

    def _address(self, media_id: str) -> str:
        return self.url(f"/api/v1/media/{quote(media_id, safe='')}")
