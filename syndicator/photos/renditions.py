"""All that is made of one photo: decoded once, made to fit each channel's limits."""

from __future__ import annotations

import io
import math
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

from PIL import Image

from syndicator.domain.errors import PhotoError
from syndicator.domain.photo import PhotoFile, PhotoLimits
from syndicator.photos.colours import is_srgb, upright_srgb
from syndicator.photos.crop import crop_box, cropped_size, detail_of
from syndicator.photos.encoding import Size, within
from syndicator.photos.lossless import bare_jpeg, with_xmp
from syndicator.photos.picture import HEAVY_BYTES, HEIF, opened, orientation, weight
from syndicator.photos.provenance import Provenance, provenance_of
from syndicator.photos.regions import focus_of
from syndicator.photos.resizing import Box, resized

#: The longer side in pixels of the picture that renditions are made of, and the pixels of one that a crop
#: needs larger.
PICTURE_SIDE_PX, MAX_PICTURE_PIXELS = 2048, 8_000_000

#: Files of one photo that are kept for the next channel.
MAX_FILES = 8

#: Pixels of a picture whose file is made with code tables of its own: of a small file, the usual ones are
#: half; a large one takes twice as long for a fiftieth.
MAX_OPTIMISED_PIXELS = 250_000

MOVING = "it moves: its first picture is shown"

#: Formats in which several pictures are no film.
COLLECTIONS = ("MPO", HEIF)

_one_at_a_time = ThreadPoolExecutor(1, "heavy photos")


def fitted(
    content: bytes, limits: PhotoLimits, credit: str = "", focus: tuple[float, float] | None = None
) -> PhotoFile:
    """See ``Renditions.fit``, for a photo that is needed once."""
    return Renditions(lambda: content).fit(limits, credit, focus)


@dataclass(frozen=True, kw_only=True, slots=True)
class _FileFacts:
    """What a photo's file is. ``size``: upright. ``is_heavy``: it takes much memory. ``is_plain``: an upright
    JPEG in sRGB, whose pixels may stay as they are. ``focus``: what the file marks, where it does.
    ``remark``: see ``PhotoFile``."""

    size: Size
    is_heavy: bool
    is_plain: bool
    provenance: Provenance
    focus: tuple[float, float] | None
    remark: str


class Renditions:
    """The renditions of one photo. ``read``: its original's bytes; raises ``PhotoError``. Threads that want
    the same photo wait for each other, and find it decoded."""

    def __init__(self, read: Callable[[], bytes]) -> None:
        self._read = read
        self._lock = threading.Lock()
        self._facts: _FileFacts | None = None
        self._picture: Image.Image | None = None
        self._detail: Image.Image | None = None
        self._files: dict[tuple[Box, Size, int, bytes], bytes] = {}
        self._bare: bytes | None = None

    @property
    def weight(self) -> int:
        """Bytes of memory that it holds, about. (Pillow takes four for a pixel.)"""
        picture = self._picture
        pixels = picture.width * picture.height * 4 if picture else 0
        return pixels + len(self._bare or b"") + sum(map(len, list(self._files.values())))

    def fit(
        self, limits: PhotoLimits, credit: str = "", focus: tuple[float, float] | None = None
    ) -> PhotoFile:
        """A JPEG within the limits: upright, in sRGB, cropped only where their ratio demands it (around
        ``focus``, else what its file marks, else where its detail is), without what cameras and phones add
        (place, serial numbers); whose it is stays, with ``credit`` in the first place. A file that is all
        this already keeps its pixels as they are. Raises ``PhotoError``."""
        with self._lock:
            facts = self._facts = self._facts or _facts(self._read())
            provenance = facts.provenance
            packet = (replace(provenance, credit=credit) if credit else provenance).packet()
            part = cropped_size(facts.size, limits)
            fits = part == facts.size and _scale(part, limits) == 1 and min(facts.size) >= limits.min_side
            if fits and facts.is_plain and (bare := self._as_it_is(limits, packet)):
                width, height = facts.size
                return _file(bare, width, height, facts.remark)
            return self._made(facts, part, limits, packet, focus or facts.focus)

    def _as_it_is(self, limits: PhotoLimits, packet: bytes) -> bytes | None:
        """The file without private metadata, its pixels as they are, if it is short enough so."""
        if self._bare is None:
            self._bare = bare_jpeg(self._read()) or b""
            if self._bare:
                _verify(self._bare)
        content = with_xmp(self._bare, packet) if self._bare else b""
        return content if content and len(content) <= limits.length else None

    def _made(
        self,
        facts: _FileFacts,
        part: tuple[float, float],
        limits: PhotoLimits,
        packet: bytes,
        focus: tuple[float, float] | None,
    ) -> PhotoFile:
        scale = _scale(part, limits)
        target = max(1, round(part[0] * scale)), max(1, round(part[1] * scale))
        if min(target) < limits.min_side:
            what = f"{target[0]} x {target[1]} pixels are left of it"
            raise PhotoError(f"{what}; the channel takes none below {limits.min_side}", lasting=True)
        picture = self._decoded(facts, scale)
        zoom = picture.width / facts.size[0], picture.height / facts.size[1]
        shown = min(picture.width, part[0] * zoom[0]), min(picture.height, part[1] * zoom[1])
        remark, box = facts.remark, (0.0, 0.0, float(picture.width), float(picture.height))
        if part != facts.size:
            detail = self._detail = self._detail or detail_of(picture)
            box = crop_box(picture.size, shown, detail, focus)
            why = "around its focal point" if focus else "where its detail is"
            lost = 1 - part[0] * part[1] / (facts.size[0] * facts.size[1])
            remark = "; ".join(filter(None, (remark, f"{lost:.0%} of it cropped away, {why}")))
        if max(target) > max(shown) + 1:  # of a picture with very many pixels
            target = max(1, round(shown[0])), max(1, round(shown[1]))
        content, (width, height) = within(
            target, limits.length, lambda size, quality: self._encoded(picture, box, size, quality, packet)
        )
        return _file(content, width, height, remark)

    def _decoded(self, facts: _FileFacts, scale: float) -> Image.Image:
        """The picture at this scale at least, decoded anew where the one that is kept is too small."""
        width, height = facts.size
        scale = max(scale, PICTURE_SIDE_PX / max(width, height))
        scale = min(1.0, scale, math.sqrt(MAX_PICTURE_PIXELS / (width * height)))
        if self._picture is None or self._picture.width < round(width * scale) - 1:
            self._picture = self._detail = None
            self._files.clear()
            self._picture = _picture(self._read(), scale, is_heavy=facts.is_heavy)
        return self._picture

    def _encoded(self, picture: Image.Image, box: Box, size: Size, quality: int, packet: bytes) -> bytes:
        key = box, size, quality, packet
        if key not in self._files:
            if len(self._files) >= MAX_FILES:
                self._files.clear()
            whole = box == (0, 0, *picture.size) and size == picture.size
            made = picture if whole else resized(picture, size, box)
            self._files[key] = _jpeg(made, quality, packet)
        return self._files[key]


def _facts(content: bytes) -> _FileFacts:
    with opened(content) as image:
        width, height = image.size
        is_heavy = weight(image) > HEAVY_BYTES
        turned = orientation(image)
        profile = image.info.get("icc_profile")
        is_jpeg = image.format in ("JPEG", "MPO") and image.mode in ("RGB", "L")
        is_plain = is_jpeg and turned == 1 and (not profile or (image.mode == "RGB" and is_srgb(profile)))
        moves = image.format not in COLLECTIONS and getattr(image, "is_animated", False)
        provenance = provenance_of(image)
        focus = focus_of(image.info.get("xmp"), image.size) if turned == 1 else None
    return _FileFacts(
        size=(height, width) if turned >= 5 else (width, height),  # it lies on its side
        is_heavy=is_heavy,
        is_plain=is_plain,
        provenance=provenance,
        focus=focus,
        remark=MOVING if moves else "",
    )


def _verify(bare: bytes) -> None:
    """Decode to the last row, at an eighth of the size: it may be damaged. Raises ``PhotoError``."""
    with opened(bare) as image:
        is_heavy = weight(image) > HEAVY_BYTES

    def load() -> None:
        with opened(bare) as image:
            image.draft(image.mode, (1, 1))
            image.load()

    if is_heavy:
        _one_at_a_time.submit(load).result()
    else:
        load()


def _scale(part: tuple[float, float], limits: PhotoLimits) -> float:
    """The scale at which a part of a picture fits; nothing is blown up."""
    scale = min(1.0, limits.side / max(part))
    if limits.max_pixels:
        scale = min(scale, math.sqrt(limits.max_pixels / (part[0] * part[1])))
    return scale


def _picture(content: bytes, scale: float, *, is_heavy: bool) -> Image.Image:
    """Whatever was decoded on the way is gone when this returns."""

    def decode() -> Image.Image:
        with opened(content, is_known=True) as image:
            return upright_srgb(image, scale)

    return _one_at_a_time.submit(decode).result() if is_heavy else decode()


def _jpeg(image: Image.Image, quality: int, packet: bytes) -> bytes:
    image.info = {}  # nothing of the original's goes along by itself
    out = io.BytesIO()
    is_small = image.width * image.height < MAX_OPTIMISED_PIXELS
    image.save(out, "JPEG", quality=quality, optimize=is_small, **({"xmp": packet} if packet else {}))
    return out.getvalue()


def _file(content: bytes, width: int, height: int, remark: str) -> PhotoFile:
    return PhotoFile(content=content, media_type="image/jpeg", width=width, height=height, remark=remark)
