"""Photo files: what channels take, what is made for them, and which photos may leave the newsroom's site."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from syndicator.domain.article import Photo

#: Rights that keep a photo at home although no rule names them; a declared rule for the same words wins.
STAYS_AT_HOME: Mapping[str, Sequence[str]] = {"web only": (), "website only": (), "web use only": ()}

#: Characters of a photo's rights that a reason quotes.
MAX_QUOTED_CHARS = 80

#: Kinds of pictures that not every program shows, by the endings of their names.
RARER_KINDS = {"avif": "avif", "heic": "heic", "jxl": "jxl", "svg": "svg+xml", "tif": "tiff", "webp": "webp"}


@dataclass(frozen=True, kw_only=True, slots=True)
class PhotoLimits:
    """The limits of a channel's photo files.

    ``side``: pixels of the longer side. ``length``: bytes. ``ratio``: the narrowest and the widest shape,
    as width / height (Instagram's is ``(0.8, 1.91)``, a square's ``(1.0, 1.0)``); what is beyond is cropped,
    and ``None`` takes any. ``max_pixels``: of the whole picture. ``min_side``: pixels of the shorter side; a
    smaller photo is refused, as none is blown up (by default what is an icon or a counter).
    """

    side: int = 1600
    length: int = 8_000_000
    media_types: tuple[str, ...] = ("image/jpeg",)
    ratio: tuple[float, float] | None = None
    max_pixels: int | None = None
    min_side: int = 32

    def __post_init__(self) -> None:
        if self.ratio and not 0 < self.ratio[0] <= self.ratio[1]:
            raise ValueError(f"ratio {self.ratio}: the narrowest shape comes first, and none is 0")

    def take(self, photo: Photo) -> bool:
        """Whether a photo's own file is within them, as it is; not of one that is not measured."""
        if not photo.is_measured or not photo.width or not photo.height:
            return False
        narrowest, widest = self.ratio or (0.0, float("inf"))
        return (
            photo.media_type in self.media_types
            and photo.length is not None
            and photo.length <= self.length
            and max(photo.width, photo.height) <= self.side
            and min(photo.width, photo.height) >= self.min_side
            and photo.width * photo.height <= (self.max_pixels or float("inf"))
            and narrowest <= photo.width / photo.height <= widest
        )

    def may_show(self, photo: Photo) -> bool:
        """Whether a photo's own file is of a kind that is within them, as far as anybody knows."""
        return told_type(photo) in ("", *self.media_types)


@dataclass(frozen=True, kw_only=True, slots=True)
class PhotoFile:
    """A photo ready to be uploaded: the bytes, their type and their size in pixels. ``remark``: what an
    operator should know of how it was made, in one line (``""``: nothing out of the ordinary). ``alt``: what
    it shows, where it is no photo, or none but the first (``""``: what the newsroom says of its photo).
    ``addresses``: where a service can fetch it, the best first (none but for channels that have it fetched).
    """

    content: bytes
    media_type: str
    width: int
    height: int
    filename: str = "photo.jpg"
    remark: str = ""
    alt: str = ""
    addresses: tuple[str, ...] = ()


def told_type(photo: Photo) -> str:
    """The type of a photo's file: as it was measured, else as the name of a rarer one tells; else ``""``."""
    ending = urlsplit(photo.url).path.rpartition(".")[2].lower()
    named = f"image/{RARER_KINDS[ending]}" if ending in RARER_KINDS else ""
    return photo.media_type or named


def may_leave(photo: Photo, channel: str, rules: Mapping[str, Sequence[str]]) -> str:
    """The reason why a photo may not go to a channel; ``""`` where it may.

    ``rules`` (``[site.rights]``, beside ``STAYS_AT_HOME``): words that a photo's rights may have, and the
    channels that it may go to all the same. Words are compared blind to case and white space, and stand
    anywhere in the rights as whole words. Where several are found, each has to name the channel. A photo
    without rights goes everywhere.
    """
    rights = _folded(photo.rights)
    either = (*STAYS_AT_HOME.items(), *rules.items())
    for wanted, (words, channels) in {_folded(rule[0]): rule for rule in either}.items():
        if wanted and channel not in channels and re.search(rf"(?<!\w){re.escape(wanted)}(?!\w)", rights):
            quoted = " ".join(photo.rights.split())[:MAX_QUOTED_CHARS]
            return f"its rights, {quoted!r}, keep it from this channel ([site.rights] {words!r})"
    return ""


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())
