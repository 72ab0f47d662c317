"""Where a photo is cropped, if a shape demands it: around its focal point, else where its detail is."""

from __future__ import annotations

from itertools import accumulate

from PIL import Image, ImageFilter

from syndicator.domain.photo import PhotoLimits
from syndicator.photos.resizing import Box

#: Pixels of the longer side of the small copy that detail is looked for in.
DETAIL_SIDE_PX = 128

#: The part of its detail that a place at the very edge counts less than the middle: where detail is even, the
#: middle is taken.
EDGE_DISCOUNT = 0.25

#: Shapes no further apart than this are the same: pixels are whole.
MIN_DIFFERENCE = 0.01


def cropped_size(size: tuple[int, int], limits: PhotoLimits) -> tuple[float, float]:
    """Width and height that are left of a picture of this size: all, where its shape is one that fits."""
    width, height = size
    ratio = width / height
    if limits.ratio is None:
        return width, height
    narrowest, widest = limits.ratio
    if ratio < narrowest * (1 - MIN_DIFFERENCE):
        return width, max(1, width / narrowest)
    if ratio > widest * (1 + MIN_DIFFERENCE):
        return max(1, height * widest), height
    return width, height


def crop_box(
    size: tuple[int, int], part: tuple[float, float], detail: Image.Image, focus: tuple[float, float] | None
) -> Box:
    """Left, top, right and bottom of a part of a picture. ``focus``: the point that it is laid around as far
    as the edges let it, in parts of width and height; without one it is where ``detail`` (``detail_of``)
    is."""
    (width, height), (part_width, part_height) = size, part
    if focus is not None:
        left, top = focus[0] * width - part_width / 2, focus[1] * height - part_height / 2
    else:
        left = _best_start(detail, part_width / width, horizontal=True) * width
        top = _best_start(detail, part_height / height, horizontal=False) * height
    left, top = min(max(0.0, left), width - part_width), min(max(0.0, top), height - part_height)
    return left, top, left + part_width, top + part_height


def detail_of(picture: Image.Image) -> Image.Image:
    """A small grey picture of a picture's edges: bright where there is something to see, dark in skies and on
    walls. Its own border is left away, where the filter sees none."""
    factor = max(1, max(picture.size) // DETAIL_SIDE_PX)
    small = picture.convert("L").reduce(factor)
    edges = small.filter(ImageFilter.FIND_EDGES)
    return edges.crop((1, 1, edges.width - 1, edges.height - 1)) if min(edges.size) > 3 else small


def _best_start(detail: Image.Image, share: float, *, horizontal: bool) -> float:
    """Where the stretch with most of the detail starts, in parts of the side; ``share`` is its length,
    likewise."""
    if share >= 1:
        return 0.0
    length = detail.width if horizontal else detail.height
    line = detail.resize((length, 1) if horizontal else (1, length), Image.Resampling.BOX)
    sums = list(accumulate(line.tobytes(), initial=0))
    span = max(1, round(share * length))
    last = length - span
    if last <= 0:
        return (1 - share) / 2

    def worth(start: int) -> float:
        off_middle = abs(2 * start / last - 1)
        return (sums[start + span] - sums[start] + 1) * (1 - EDGE_DISCOUNT * off_middle)

    return max(range(last + 1), key=lambda start: (worth(start), -abs(2 * start - last))) / last * (1 - share)
