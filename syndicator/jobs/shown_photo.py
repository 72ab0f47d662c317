"""Photos that readers are shown from their address: from ours, where the site's file would not be shown."""

from __future__ import annotations

from dataclasses import replace

from syndicator.domain.errors import PhotoError, TryLater
from syndicator.domain.photo import PhotoLimits
from syndicator.jobs.ports import Photos, PublicPhotos
from syndicator.jobs.post_photo import PostPhoto
from syndicator.text.addresses import is_web_address


def showable(
    public: PublicPhotos, photos: Photos, shown: PostPhoto, limits: PhotoLimits, *, is_last_try: bool
) -> PostPhoto:
    """The same, its photo at an address of ours where the site's own is of a kind that is not shown, or at no
    address. Where none can be made it stays as it is: its channel then does what it can. Raises ``TryLater``
    while another try may help, unless ``is_last_try``."""
    photo = shown.article.photo
    if photo is None or (limits.may_show(photo) and is_web_address(photo.url)):
        return shown
    try:
        file = photos.fit(photo, limits)
        address = public.put(file)
    except PhotoError as e:
        if not e.lasting and not is_last_try:
            raise TryLater(f"photo {photo.url}: {e}", whole_channel=False) from e
        remark = f"its photo {photo.url} is not shown from us: {e}"
        return replace(shown, remark="; ".join(filter(None, (shown.remark, remark))))
    ours = replace(
        photo,
        url=address,
        width=file.width,
        height=file.height,
        length=len(file.content),
        media_type=file.media_type,
    )
    remark = "; ".join(filter(None, (shown.remark, file.remark)))
    return replace(shown, article=replace(shown.article, photo=ours), remark=remark)
