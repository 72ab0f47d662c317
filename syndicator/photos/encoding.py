"""JPEG files of pictures, within a number of bytes: dimension first, then quality, in few encodings."""

from __future__ import annotations

import math
from collections.abc import Callable

from syndicator.domain.errors import PhotoError

#: The JPEG quality of photos that fit, and the lowest that one is given; below, the picture shrinks.
QUALITY, MIN_QUALITY = 85, 70

#: Qualities by which a photo's bytes fall to 1/e of what they were, as measured between 85 and 70.
QUALITIES_PER_E = 31

#: The part of the room that an estimate aims at, and that of a photo that shrinks: some quality is left to
#: give.
AIM, AIM_SHRUNK = 0.95, 1.1

#: Pixels of the longer side below which a picture is no use any more.
MIN_SIDE_PX = 64

Size = tuple[int, int]


def within(size: Size, max_bytes: int, encode: Callable[[Size, int], bytes]) -> tuple[bytes, Size]:
    """A picture's file of so many bytes at most, and its size: this one, or what is left of it.

    ``encode`` makes a file of a size and a quality. The first one tells how many bytes a pixel takes, from
    which size and quality are estimated; most photos fit at the second or third encoding. Raises
    ``PhotoError``.
    """
    whole, quality, smallest = size, QUALITY, min(MIN_SIDE_PX, *size)
    while max(size) >= smallest:
        content = encode(size, quality)
        if len(content) <= max_bytes:
            return content, size
        room = max_bytes * AIM / len(content)
        lower = math.floor(quality + QUALITIES_PER_E * math.log(room))
        if lower >= MIN_QUALITY:
            quality = lower
            continue
        at_best = len(content) * math.exp((QUALITY - quality) / QUALITIES_PER_E)
        size = _smaller(whole, size, math.sqrt(max_bytes * AIM_SHRUNK / at_best))
        quality = QUALITY - math.ceil(QUALITIES_PER_E * math.log(AIM_SHRUNK / AIM))
    raise PhotoError(f"it does not fit into {max_bytes:,} bytes", lasting=True)


def _smaller(whole: Size, size: Size, factor: float) -> Size:
    """A smaller size of a shape, by at least a tenth: small files have a part that does not shrink."""
    scale = max(size) / max(whole) * min(factor, 0.9)
    return max(1, round(whole[0] * scale)), max(1, round(whole[1] * scale))
