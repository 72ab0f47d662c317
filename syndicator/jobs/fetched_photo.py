"""Photos that a service fetches: where it can."""

from __future__ import annotations

import logging
from dataclasses import replace

from syndicator.domain.article import Photo
from syndicator.domain.errors import PhotoError, TryLater
from syndicator.domain.photo import PhotoFile, PhotoLimits
from syndicator.jobs.ports import PublicPhotos
from syndicator.jobs.post_photo import PostPhoto
from syndicator.text.addresses import is_web_address

log = logging.getLogger(__name__)


def fetchable(
    public: PublicPhotos | None, shown: PostPhoto, limits: PhotoLimits, *, is_last_try: bool
) -> PostPhoto:
    """The same, each picture with the addresses that it can be fetched from: an article's photo where the
    newsroom has it, and all of them where we serve them. What can be had at neither is not shown. Raises
    ``TryLater`` for the first picture while another try may help, unless ``is_last_try``."""
    if shown.file is None:
        return shown
    photo = shown.article.photo if shown.has_photo else None
    try:
        file = _addressed(public, shown.file, limits, photo)
    except PhotoError as e:
        if not e.lasting and not is_last_try:
            raise TryLater(f"its photo: {e}", whole_channel=False) from e
        remark = "; ".join(filter(None, (shown.remark, f"without its photo: {e}")))
        return replace(shown, file=None, further=(), remark=remark, may_come=e.may_come and shown.has_photo)
    further, remarks = [], [shown.remark]
    for each in shown.further:
        try:
            further.append(_addressed(public, each, limits))
        except PhotoError as e:
            remarks.append(f"without a further photo: {e}")
    return replace(shown, file=file, further=tuple(further), remark="; ".join(filter(None, remarks)))


def _addressed(
    public: PublicPhotos | None, file: PhotoFile, limits: PhotoLimits, photo: Photo | None = None
) -> PhotoFile:
    """A picture with its addresses. The newsroom's own comes first where its file will do as it is: nobody
    but the newsroom has to serve it then. Raises ``PhotoError`` where there is none."""
    own = _own_address(photo, limits) if photo else ""
    ours = ""
    try:
        if public:
            ours = public.put(file)
    except PhotoError as e:
        if not own:
            raise
        log.warning("photo %s: only its own address is named to those who fetch it: %s", own, e)
    will_do = photo is not None and limits.take(photo)
    addresses = tuple(filter(None, (own, ours) if will_do else (ours, own)))
    if not addresses:
        raise PhotoError("it cannot be fetched from anywhere", lasting=True)
    return replace(file, addresses=addresses)


def _own_address(photo: Photo, limits: PhotoLimits) -> str:
    """A photo's address on the newsroom's site; ``""`` where no service would take what is there."""
    is_taken = photo.media_type in ("", *limits.media_types)
    return photo.url if is_taken and is_web_address(photo.url) else ""
