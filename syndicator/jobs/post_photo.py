"""The picture beside a post: the article's photo, a card of its headline, or none, and why."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

from syndicator.domain.article import Article, Photo
from syndicator.domain.capabilities import ALT_CUT
from syndicator.domain.errors import Misconfigured, PhotoError, TryLater
from syndicator.domain.ledger import Wait
from syndicator.domain.photo import PhotoFile, PhotoLimits
from syndicator.jobs.courier import Courier
from syndicator.jobs.ports import Photos

#: Further photos of one article that are looked at beside as many as are shown, and seconds after which none
#: is fetched any more: the channel is in hand meanwhile.
MAX_SPARE_TRIED, MAX_FURTHER_S = 5, 10.0


#: Why an article without a photo is not posted on some channels.
NONE_WITHOUT = "there is no post without a photo there"


@dataclass(frozen=True, kw_only=True, slots=True)
class PostPhoto:
    """What a post shows. ``article``: without the photo that it may not show, or that a card stands for.
    ``file``: the picture, if there is one; ``further``: photos beside it, and ``further_by_address``, beside
    one that is at its address; ``lacks_further``: one of those could not be had. ``remark``: what an operator
    should know of it, in one line (``""``: it is as was to be expected). ``may_come``: its photo is missing,
    and may be had later."""

    article: Article
    file: PhotoFile | None = None
    further: tuple[PhotoFile, ...] = ()
    further_by_address: tuple[Photo, ...] = ()
    lacks_further: bool = False
    remark: str = ""
    may_come: bool = False

    @property
    def has_photo(self) -> bool:
        """Whether the picture is the article's photo, and no card."""
        return self.file is not None and self.article.photo is not None


def shows_picture(courier: Courier, article: Article) -> bool:
    """Whether a post takes a picture along, as far as can be told before it is fetched."""
    if courier.channel.capabilities.photo is None:
        return False
    if courier.draw_card is not None:
        return True
    return article.photo is not None and not courier.kept_back(article.photo)


def without_picture(courier: Courier, article: Article, wait: Wait | None = None) -> PostPhoto:
    """A post of words alone, since it does not ``wait`` for its turn to show pictures, or shows none. A photo
    that may not leave is not so much as named."""
    if article.photo and (why := courier.kept_back(article.photo)):
        return PostPhoto(article=replace(article, photo=None), remark=f"without its photo: {why}")
    missing = "its photo" if article.photo else "a card"
    remark = f"without {missing}: {wait.why}" if wait else ""
    return PostPhoto(article=article, remark=remark, may_come=bool(wait and article.photo))


def post_photo(photos: Photos, courier: Courier, article: Article, *, is_last_try: bool = True) -> PostPhoto:
    """What a channel shows of an article: its photo within the channel's limits; where there is none, a card
    if the newsroom wants one. Raises ``TryLater`` for a photo that may yet come, unless ``is_last_try``."""
    limits = courier.channel.capabilities.photo
    shown = without_picture(courier, article)
    if limits is None:
        return _with_further_by_address(courier, shown)
    photo = shown.article.photo
    if photo:
        try:
            file = photos.fit(photo, limits)
            return _with_further(photos, courier, replace(shown, file=file, remark=file.remark), limits)
        except PhotoError as e:
            if not e.lasting and not is_last_try:
                raise TryLater(f"photo {photo.url}: {e}", whole_channel=False) from e
            shown = replace(shown, remark=f"without its photo {photo.url}: {e}", may_come=e.may_come)
    return _with_card(courier, shown, limits)


def _with_further(photos: Photos, courier: Courier, shown: PostPhoto, limits: PhotoLimits) -> PostPhoto:
    """With the article's further photos, as many as the channel carries and the newsroom wants; the credit
    names the makers of all. One that cannot be had is left out: nothing waits for it."""
    room = _room(courier)
    article, remarks, files = shown.article, [shown.remark], list[PhotoFile]()
    if room < 1 or article.photo is None:
        return shown
    makers, start, lacks = [article.photo.credit], time.monotonic(), False
    for photo in courier.further_photos(article)[: room + MAX_SPARE_TRIED]:
        if len(files) >= room:
            break
        reason = courier.kept_back(photo)
        may_leave = not reason
        if may_leave and time.monotonic() - start > MAX_FURTHER_S:
            reason = "there was no more time to fetch it"
        try:
            file = None if reason else photos.fit(photo, limits)
        except PhotoError as e:
            file, reason = None, str(e)
        if file is None:
            lacks |= may_leave
            remarks.append(f"without photo {photo.url}: {reason}")
            continue
        alt, cut = _alt(courier, photo, article.language)
        files.append(replace(file, alt=alt))
        makers.append(photo.credit)
        remarks += [f"{photo.url}: {each}" for each in (file.remark, cut) if each]
    article = _credited(article, article.photo, makers)
    remark = "; ".join(filter(None, remarks))
    return replace(shown, article=article, further=tuple(files), lacks_further=lacks, remark=remark)


def _with_further_by_address(courier: Courier, shown: PostPhoto) -> PostPhoto:
    """The same where photos are at their addresses, and nobody fetches them here."""
    room, article, remarks, photos = _room(courier), shown.article, [shown.remark], list[Photo]()
    if room < 1 or article.photo is None or not courier.channel.capabilities.photo_by_address:
        return shown
    for photo in courier.further_photos(article)[: room + MAX_SPARE_TRIED]:
        if len(photos) >= room:
            break
        if reason := courier.kept_back(photo):
            remarks.append(f"without photo {photo.url}: {reason}")
        else:
            alt, cut = _alt(courier, photo, article.language)
            photos.append(replace(photo, alt=alt))
            remarks += [f"{photo.url}: {cut}"] if cut else []
    article = _credited(article, article.photo, [article.photo.credit, *(photo.credit for photo in photos)])
    remark = "; ".join(filter(None, remarks))
    return replace(shown, article=article, further_by_address=tuple(photos), remark=remark)


def _room(courier: Courier) -> int:
    """How many photos beside the first the channel carries and the newsroom wants."""
    return min(courier.style.photos, courier.channel.capabilities.photos) - 1


def _alt(courier: Courier, photo: Photo, language: str) -> tuple[str, str]:
    """The alternative text of a further photo, as far as the channel has room, and what is told of it."""
    capabilities, whole = courier.channel.capabilities, photo.alt or photo.caption
    alt = capabilities.fitting_alt(whole, language)
    return alt, ALT_CUT if capabilities.alt and alt != whole else ""


def _credited(article: Article, lead: Photo, makers: Sequence[str]) -> Article:
    """The article with the makers of all photos named."""
    credit = "; ".join(dict.fromkeys(filter(None, makers)))
    return replace(article, photo=replace(lead, credit=credit))


def _with_card(courier: Courier, shown: PostPhoto, limits: PhotoLimits) -> PostPhoto:
    """With a card of the headline, where the newsroom wants one. It is no photo: nobody's credit and
    description go with it, and news go out without it, too."""
    if courier.draw_card is None:
        return shown
    try:
        file = courier.draw_card(shown.article, limits)
    except (PhotoError, Misconfigured) as e:
        return replace(shown, remark="; ".join(filter(None, (shown.remark, f"without a card: {e}"))))
    remark = "; ".join(filter(None, (shown.remark, file.remark)))
    return replace(shown, article=replace(shown.article, photo=None), file=file, remark=remark)
