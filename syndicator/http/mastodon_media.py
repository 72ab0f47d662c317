"""Photos on servers that speak Mastodon's API: uploaded before their status.

https://docs.joinmastodon.org/methods/media/
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from urllib.parse import quote

from syndicator.domain.errors import Refused, photo_later
from syndicator.domain.photo import PhotoFile
from syndicator.http.exchange import RemoteReply
from syndicator.http.mastodon_api import MastodonApi

#: Seconds between two requests for a photo that the server is still processing: the first wait, the longest.
FIRST_WAIT_S, MAX_WAIT_S = 0.1, 2.0


@dataclass(frozen=True, slots=True)
class MastodonMedia:
    """The photos of an account."""

    api: MastodonApi

    def upload(self, photo: PhotoFile, description: str) -> str:
        """The photo's id, once it can be attached. A photo without a status is invisible, so that an upload
        may be repeated. Raises ``Refused`` where the server does not take it, and ``TryLater``."""
        reply = self.api.ask(
            "POST",
            "/api/v2/media",
            files={"file": (photo.filename, photo.content, photo.media_type)},
            data={"description": description},
            unknown=photo_later,
        )
        media_id = reply.read(lambda media: str(media["id"]))
        if reply.status == 202:
            self._wait_until_processed(media_id)
        return media_id

    def check_accepted(self, reply: RemoteReply, media_ids: list[str]) -> None:
        """Raises for a status with these photos that the server did not accept (422): ``TryLater`` if only a
        photo is not ready to be attached, or no longer there, else ``Refused``. The reply's text is in the
        language of the account, so that the photo is asked for instead
        (https://docs.joinmastodon.org/methods/media/#get)."""
        if reply.status != 422:
            return
        # Some servers answer that a photo is there while it is still being processed.
        is_unready = "finished processing" in reply.message or not all(map(self._is_there, media_ids))
        if media_ids and is_unready:
            raise photo_later(reply.message)
        raise Refused(reply.message)

    def _is_there(self, media_id: str) -> bool:
        """Whether the photo is ready to be attached, or attached (its ``GET`` answers 200)."""
        reply = self.api.ask("GET", _path(media_id), unknown=photo_later, accept=(404, 410, 422))
        return reply.status == 200

    def _wait_until_processed(self, media_id: str) -> None:
        pause_s = FIRST_WAIT_S
        while self.api.ask("GET", _path(media_id), unknown=photo_later).status == 206:
            time.sleep(pause_s)
            pause_s = min(pause_s * 2, MAX_WAIT_S)


def _path(media_id: str) -> str:
    return f"/api/v1/media/{quote(media_id, safe='')}"
