"""Photos on X: uploaded, described, and then attached to a post, before which nobody sees them.

https://docs.x.com/x-api/media/quickstart/best-practices
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import partial
from urllib.parse import urlencode

from syndicator.domain.errors import Refused, photo_later
from syndicator.domain.photo import PhotoFile
from syndicator.domain.post import Post
from syndicator.http.exchange import Exchange, RemoteReply
from syndicator.http.x_api import XApi, processing
from syndicator.remarks import goes_without, photos_taken

#: What an alternative text counts as: its limit is not that of photos.
DESCRIPTIONS = "descriptions"

#: What a photo meets may be the account's trouble, and need not.
PHOTO_LATER = partial(photo_later, whole_channel=True)


@dataclass(frozen=True, slots=True)
class XMedia:
    """The photos of an account, which one exchange uploads."""

    api: XApi
    exchange: Exchange

    def taken(self, post: Post) -> list[str]:
        """The ids of a post's photos that X takes, each with its alternative text, unless that is refused."""
        taken = photos_taken(post, self.upload)
        for photo, media_id in taken:
            try:
                if photo.alt:
                    self.describe(media_id, photo.alt)
            except Refused as e:
                goes_without("an alternative text" if post.further else "its alternative text", e)
        return [media_id for _, media_id in taken]

    def upload(self, photo: PhotoFile) -> str:
        """The photo's id, once it can be attached: https://docs.x.com/x-api/media/upload-media. May be
        repeated. Raises ``Refused`` where X will not have it."""
        reply = self.api.ask(
            self.exchange,
            "POST",
            "/2/media/upload",
            files={"media": (photo.filename, photo.content, photo.media_type)},
            data={"media_category": "tweet_image"},
            unknown=PHOTO_LATER,
        )
        media_id = reply.read(lambda uploaded: str(uploaded["data"]["id"]))
        self._wait_until_processed(media_id, reply)
        return media_id

    def describe(self, media_id: str, words: str) -> None:
        """Gives it an alternative text (https://docs.x.com/x-api/media/create-media-metadata). Raises
        ``Refused`` where X will not have that."""
        self.api.ask(
            self.exchange,
            "POST",
            "/2/media/metadata",
            json={"id": media_id, "metadata": {"alt_text": {"text": words}}},
            counts_as=DESCRIPTIONS,
            unknown=PHOTO_LATER,
        )

    def _wait_until_processed(self, media_id: str, reply: RemoteReply) -> None:
        """https://docs.x.com/x-api/media/get-media-upload-status. Raises ``Refused`` where it failed."""
        while waits := reply.read(processing):
            state, wait_s = waits
            if state == "failed":
                raise Refused(f"{reply.host} cannot process the photo")
            time.sleep(max(0.0, min(wait_s, self.exchange.seconds_left)))
            query = urlencode({"command": "STATUS", "media_id": media_id})
            reply = self.api.ask(self.exchange, "GET", f"/2/media/upload?{query}", unknown=PHOTO_LATER)
