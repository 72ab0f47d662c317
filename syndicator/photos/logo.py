"""The newsroom's logo, read from its file: upright, without empty margins, and small enough to be drawn."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from PIL import Image, ImageStat

from syndicator.domain.errors import Misconfigured, PhotoError
from syndicator.photos.colours import upright_srgba
from syndicator.photos.picture import opened

#: Bytes and pixels of a logo's file, and pixels of its longer side that are kept.
MAX_LOGO_BYTES, MAX_LOGO_PIXELS, MAX_SIDE_PX = 5_000_000, 16_000_000, 1200

#: The share of white in a logo's visible parts from which it is made for a dark ground.
MIN_WHITE = 0.75


def logo(path: Path) -> Image.Image:
    """The logo as RGBA. Raises ``Misconfigured`` with its path."""
    try:
        stat = path.stat()
        if stat.st_size > MAX_LOGO_BYTES:
            raise Misconfigured(f"[site] logo: {path} has more than {MAX_LOGO_BYTES:,} bytes")
        return _read(path, stat.st_mtime_ns, stat.st_size)
    except OSError as e:
        raise Misconfigured(f"[site] logo: {path} cannot be read: {e.strerror}") from e
    except PhotoError as e:
        raise Misconfigured(f"[site] logo: {path}: {e}") from e


def is_for_dark_ground(picture: Image.Image) -> bool:
    """Whether a logo (RGBA) would be lost on white: bright, with nothing around it."""
    alpha = picture.getchannel("A")
    if alpha.getextrema()[0] == 255:  # it brings its own ground
        return False
    mask = alpha.point(lambda value: 255 * (value > 127))
    if mask.getbbox() is None:
        return False
    return ImageStat.Stat(picture.convert("L"), mask).mean[0] > 255 * MIN_WHITE


@lru_cache(maxsize=2)
def _read(path: Path, modified_ns: int, length: int) -> Image.Image:  # noqa: ARG001 - what tells files apart
    with path.open("rb") as file, opened(file.read(MAX_LOGO_BYTES)) as image:
        if image.width * image.height > MAX_LOGO_PIXELS:
            raise PhotoError(f"it has more than {MAX_LOGO_PIXELS:,} pixels", lasting=True)
        scale = min(1.0, MAX_SIDE_PX / max(image.size))
        picture = upright_srgba(image, scale)
    box = picture.getchannel("A").point(lambda value: 255 * (value > 8)).getbbox()
    if box is None:
        raise PhotoError("it shows nothing: all of it is transparent", lasting=True)
    return picture.crop(box)
