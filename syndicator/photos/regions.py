"""The point that no crop of a photo may lose, as its file states it: IPTC's image regions, and faces.

IPTC Photo Metadata Standard 2019.1, "Image Region", with its roles
(https://cv.iptc.org/newscodes/imageregionrole/); regions of the Metadata Working Group (Guidelines for
Handling Image Metadata 2.0, section 5.9), as photo managers write them of faces.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from lxml import etree

from syndicator.photos.xmp import RDF, root_of

#: The roles of regions that tell where to crop, what counts most first: by the end of their identifiers.
ROLES = ("mainSubjectArea", "recomCropping", "areaOfInterest", "cropping")

#: Regions and corners that are read of one photo.
MAX_REGIONS, MAX_CORNERS = 50, 100

#: Shapes no further apart than this are of one picture: a file that was cropped since keeps its regions.
MAX_RATIO_DIFFERENCE = 0.02

IPTC_EXT, XMP = "{http://iptc.org/std/Iptc4xmpExt/2008-02-29/}", "{http://ns.adobe.com/xap/1.0/}"
MWG = "{http://www.metadataworkinggroup.com/schemas/regions/}"
AREA, DIMENSIONS = "{http://ns.adobe.com/xmp/sType/Area#}", "{http://ns.adobe.com/xap/1.0/sType/Dimensions#}"

#: Left, top, right, bottom in parts of width and height.
Region = tuple[float, float, float, float]


def focus_of(packet: object, size: tuple[int, int]) -> tuple[float, float] | None:
    """The middle of what an XMP packet marks in a picture of this size (pixels, as stored), from the top left
    corner in parts of width and height; ``None`` where it marks nothing, or nothing that is within it."""
    root = root_of(packet)
    if root is None:
        return None
    by_role = dict(_iptc_regions(root, size))
    found = next((by_role[role] for role in ROLES if role in by_role), None) or [*_faces(root, size)]
    regions = [each for each in found if _is_within(each)]
    if not regions:
        return None
    left, top = min(each[0] for each in regions), min(each[1] for each in regions)
    right, bottom = max(each[2] for each in regions), max(each[3] for each in regions)
    return _part((left + right) / 2), _part((top + bottom) / 2)


def _iptc_regions(root: etree._Element, size: tuple[int, int]) -> Iterator[tuple[str, list[Region]]]:
    """The regions of each role that counts."""
    found: dict[str, list[Region]] = {}
    for item in _items(root, f"{IPTC_EXT}ImageRegion"):
        boundary = item.find(f".//{IPTC_EXT}RegionBoundary")
        if boundary is None or (region := _iptc_region(boundary, size)) is None:
            continue
        identifiers = [
            each.text or "" for each in item.iterfind(f".//{IPTC_EXT}rRole//{XMP}Identifier//{RDF}li")
        ]
        for role in {each.rpartition("/")[2] for each in identifiers}.intersection(ROLES):
            found.setdefault(role, []).append(region)
    yield from found.items()


def _iptc_region(boundary: etree._Element, size: tuple[int, int]) -> Region | None:
    """A boundary: a rectangle by its corner and sides, a circle by its middle and radius (in parts of the
    width), or a polygon by its corners."""
    match _value(boundary, f"{IPTC_EXT}rbUnit"):
        case "relative":
            across, down = 1.0, 1.0
        case "pixel":
            across, down = float(size[0]), float(size[1])
        case _:
            return None

    def numbers(node: etree._Element, *names: str) -> list[float]:
        return [_number(_value(node, f"{IPTC_EXT}{name}")) for name in names]

    match _value(boundary, f"{IPTC_EXT}rbShape"):
        case "rectangle":
            x, y, width, height = numbers(boundary, "rbX", "rbY", "rbW", "rbH")
            return x / across, y / down, (x + width) / across, (y + height) / down
        case "circle":
            x, y, radius = numbers(boundary, "rbX", "rbY", "rbRx")
            x, y, wide = x / across, y / down, radius / across
            high = wide * size[0] / size[1]
            return x - wide, y - high, x + wide, y + high
        case "polygon":
            corners = [
                numbers(each, "rbX", "rbY")
                for each in _items(boundary, f"{IPTC_EXT}rbVertices")[:MAX_CORNERS]
            ]
            if corners:
                xs, ys = [x / across for x, _ in corners], [y / down for _, y in corners]
                return min(xs), min(ys), max(xs), max(ys)
    return None


def _faces(root: etree._Element, size: tuple[int, int]) -> Iterator[Region]:
    """The faces, by their middles and sides. Those of a file that was cropped since are nowhere."""
    stated = root.find(f".//{MWG}AppliedToDimensions")
    if stated is not None:
        width, height = (_number(_value(stated, f"{DIMENSIONS}{name}")) for name in "wh")
        if (
            not width > 0
            or not height > 0
            or abs(width / height / (size[0] / size[1]) - 1) > MAX_RATIO_DIFFERENCE
        ):
            return
    for item in _items(root, f"{MWG}RegionList"):
        area = item.find(f".//{MWG}Area")
        if area is None or _value(item, f"{MWG}Type") != "Face":
            continue
        if _value(area, f"{AREA}unit") not in ("", "normalized"):
            continue
        x, y, width, height = (_number(_value(area, f"{AREA}{name}")) for name in "xywh")
        yield x - width / 2, y - height / 2, x + width / 2, y + height / 2


def _items(root: etree._Element, name: str) -> Sequence[etree._Element]:
    """The members of an array, whatever kind of array it is."""
    found = root.find(f".//{name}")
    return found.findall(f"*/{RDF}li")[:MAX_REGIONS] if found is not None else []


def _value(node: etree._Element, name: str) -> str:
    """A property of a structure: its element, or its attribute, on itself or on the description in it
    (XMP Specification Part 1, 7.9.2)."""
    for each in (node, *node.iterfind(f"{RDF}Description")):
        if value := each.get(name) or each.findtext(name):
            return value.strip()
    return ""


def _number(text: str) -> float:
    """A number; not one where there is none."""
    try:
        return float(text[:20])
    except ValueError:
        return math.nan


def _is_within(region: Region) -> bool:
    """Whether a region is one, and its middle is in the picture."""
    left, top, right, bottom = region
    middle = (left + right) / 2, (top + bottom) / 2
    return (
        all(map(math.isfinite, region))
        and left <= right
        and top <= bottom
        and all(0 <= m <= 1 for m in middle)
    )


def _part(value: float) -> float:
    return min(1.0, max(0.0, value))
