"""The point of a picture that a page keeps in sight, whatever shape it is shown in."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from selectolax.lexbor import LexborNode

#: A position of a picture in its box, in percent of both, in a style of its own: WordPress's cover and
#: featured image write the editor's focal point so
#: (https://developer.wordpress.org/block-editor/reference-guides/components/focal-point-picker/). Words
#: ("top") are a theme's.
OBJECT_POSITION = re.compile(
    r"(?:^|;)\s*object-position\s*:\s*([0-9.]{1,20})%\s+([0-9.]{1,20})%\s*(?:!important\s*)?(?:;|$)",
    re.IGNORECASE,
)

#: The class of a box, or a picture, whose ``data-focus-x`` and ``data-focus-y`` count from the middle (0) to
#: the edges (-1 to 1), y upwards (https://github.com/jonom/jquery-focuspoint).
FOCUS_CLASS = "focuspoint"

#: Characters of a style that are looked at.
MAX_STYLE_CHARS = 500

#: Pictures with one and the same point that are a theme's doing.
MIN_ALIKE = 3

Point = tuple[float, float]


def focal_points(images: Sequence[LexborNode]) -> list[Point | None]:
    """The point that each picture is to show, from the top left corner in parts of width and height; ``None``
    where nothing tells, or all that is told is the middle. What several pictures share is no editor's."""
    points = [_position(image) or _focus(image) for image in images]
    counts = Counter(filter(None, points))
    return [point if point and counts[point] < MIN_ALIKE else None for point in points]


def _position(image: LexborNode) -> Point | None:
    found = OBJECT_POSITION.search((image.attributes.get("style") or "")[:MAX_STYLE_CHARS])
    return _point(found[1], found[2], 0, 100) if found else None


def _focus(image: LexborNode) -> Point | None:
    box = image.parent
    for node in filter(None, (image, box)):
        attributes = node.attributes
        if FOCUS_CLASS not in (attributes.get("class") or "").split():
            continue
        point = _point(attributes.get("data-focus-x") or "", attributes.get("data-focus-y") or "", -1, 1)
        return (point[0], 1 - point[1]) if point else None
    return None


def _point(x: str, y: str, first: float, last: float) -> Point | None:
    """A point told in numbers between ``first`` and ``last``."""
    try:
        parts = [(float(text[:20]) - first) / (last - first) for text in (x, y)]
    except ValueError:
        return None
    is_within = all(0 <= part <= 1 for part in parts)
    return (round(parts[0], 4), round(parts[1], 4)) if is_within and parts != [0.5, 0.5] else None
