"""Photos that are pictures, for servers that look at them."""

from __future__ import annotations

from syndicator.domain.article import Photo
from syndicator.domain.photo import PhotoFile, PhotoLimits
from tests.channels.contract import picture
from tests.fakes import FakePhotos


class Pictures(FakePhotos):
    """Every photo is one of a single colour."""

    def fit(self, photo: Photo, limits: PhotoLimits) -> PhotoFile:
        super().fit(photo, limits)
        return picture()
