"""Photos of a Facebook Page: one that is a post, or several, uploaded before the post that shows them.

https://developers.facebook.com/docs/graph-api/reference/page/photos
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from syndicator.domain.capabilities import Spent
from syndicator.domain.errors import PhotoRefused, photo_later
from syndicator.domain.photo import PhotoFile
from syndicator.http.exchange import Exchange, RemoteReply
from syndicator.http.graph import GraphApi, GraphRefused

#: Codes of a photo that is not taken: "missing or invalid image file", and the subcode of one that is too
#: large, or of another format.
BAD_IMAGE, BAD_PHOTO = 324, 1366046


@dataclass(frozen=True, slots=True)
class PagePhotos:
    """The photos of a Page, by its number, which one exchange uploads. All that it does raises
    ``PhotoRefused`` where a photo is not taken."""

    api: GraphApi
    exchange: Exchange
    page: str

    def publish(self, photo: PhotoFile, text: str) -> RemoteReply:
        """The reply to a post of this photo. A repeat would be a second post."""
        fields = {"message": text, "published": "true"}
        return self._send(photo, fields, counts_as=Spent.POSTS)

    def upload(self, photo: PhotoFile) -> str:
        """The id of a photo that nobody sees before a post shows it, so that it may be repeated."""
        reply = self._send(
            photo,
            {"published": "false"},
            unknown=partial(photo_later, whole_channel=True),
            counts_as=Spent.PHOTOS,
        )
        return reply.read(lambda told: str(int(told["id"])))

    def _send(self, photo: PhotoFile, fields: Mapping[str, str], **request: Any) -> RemoteReply:
        described = {"alt_text_custom": photo.alt} if photo.alt else {}
        files = {"source": (photo.filename, photo.content, photo.media_type)}
        path = f"{self.page}/photos"
        try:
            return self.api.call(self.exchange, "POST", path, {**fields, **described}, files=files, **request)
        except GraphRefused as e:
            if e.code != BAD_IMAGE and e.subcode != BAD_PHOTO:
                raise
            raise PhotoRefused(str(e)) from e


def attached(photo_ids: Iterable[str]) -> dict[str, str]:
    """The fields of a post that shows uploaded photos (``attached_media`` of Meta's specification of
    ``/PAGE/feed``)."""
    return {
        f"attached_media[{number}]": json.dumps({"media_fbid": photo_id})
        for number, photo_id in enumerate(photo_ids)
    }
