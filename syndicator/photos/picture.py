"""Pictures, hostile until shown otherwise: opened within limits of pixels and memory, and measured."""

from __future__ import annotations

import io
import re
import struct
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from PIL import Image, ImageFile, PngImagePlugin, UnidentifiedImageError

from syndicator.domain.errors import PhotoError
from syndicator.photos.burdens import burden_of
from syndicator.photos.unread_formats import unread_format

#: Formats that we open. Everything else, whatever it claims to be, is no photo.
FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "AVIF")

#: Phones' format (ISO/IEC 23008-12), by the brands that such files begin with: its library is loaded with
#: the first of them. Files of the brand ``mif1`` may hold either kind; AVIF is tried first.
HEIF, HEIF_BRANDS = "HEIF", re.compile(rb"....ftyp(?:hei[cxms]|hev[cxms]|mif1|msf1)", re.DOTALL)

#: Pixels of one photo: more than any camera of a newsroom has, less than hurts.
MAX_PIXELS = 80_000_000

#: Bytes of memory for one photo while it is made to fit.
MAX_MEMORY_BYTES = 250_000_000

#: Bytes of memory that a pixel takes meanwhile, as measured (Pillow 13). A JPEG is decoded at a fraction of
#: its size, but for a progressive one, whose coefficients are all kept until its end.
JPEG_BYTES, PROGRESSIVE_BYTES, BYTES_BY_FORMAT = (
    0.6,
    7,
    {
        "PNG": 10,
        "GIF": 10,
        "AVIF": 10,
        "WEBP": 16,
        HEIF: 10,
    },
)

#: Photos that take more than this are decoded by one thread, so that many at once need no more than one:
#: the C library keeps for each thread what it has once needed.
HEAVY_BYTES = MAX_MEMORY_BYTES // 5

#: Bytes of one remark or profile of a PNG, unpacked, and of all remarks of it: more than programs write that
#: leave their whole work there, less than hurts.
PngImagePlugin.MAX_TEXT_CHUNK, PngImagePlugin.MAX_TEXT_MEMORY = 4_000_000, 16_000_000

#: Beginnings of files of these formats: a file that begins so and cannot be read is damaged.
SIGNATURES = re.compile(
    rb"\xff\xd8\xff|\x89PNG|GIF8|RIFF....WEBP|....ftyp(?:avi[fs]|hei[cxms]|hev[cxms]|mif1|msf1)", re.DOTALL
)

#: EXIF's tag, and its word for a picture that needs no turning.
ORIENTATION, UPRIGHT = 0x0112, 1

#: What Pillow calls XMP packets, and raises where EXIF is damaged.
XMP_NAMES = ("xmp", "XML:com.adobe.xmp")
DAMAGED_EXIF_ERRORS = (ValueError, TypeError, KeyError, SyntaxError, struct.error)

# Set once, and for Pillow's own warnings alone: ``catch_warnings`` around each photo would not be safe
# between threads. Beyond 89 million pixels Pillow warns, and only beyond twice as many it refuses: both
# are errors here. Its remarks on oddities that it has coped with tell an operator nothing.
warnings.filterwarnings("ignore", category=UserWarning, module=r"PIL\.")
warnings.filterwarnings("error", category=Image.DecompressionBombWarning)


@contextmanager
def opened(content: bytes, *, is_known: bool = False) -> Iterator[ImageFile.ImageFile]:
    """The picture in these bytes, its pixels not decoded yet. Raises ``PhotoError``, also for what goes
    wrong while the picture is used: what is no picture stays none (``lasting``), but a damaged one may
    have been fetched while it was still being written. ``is_known``: these very bytes were opened before,
    and are not searched again for what would take too long."""
    formats = _formats(content, is_known=is_known)
    try:
        with Image.open(io.BytesIO(content), formats=formats) as image:
            _refuse_what_is_too_large(image)
            try:
                yield image
            finally:
                image.close()  # or its pixels stay until somebody collects garbage
    except PhotoError:
        raise
    except UnidentifiedImageError as e:
        if SIGNATURES.match(content):
            raise PhotoError("it is a damaged picture: it cannot be identified", lasting=False) from e
        raise PhotoError(f"it is not a picture ({_beginning(content)})", lasting=content != b"") from e
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as e:
        pixels = re.search(r"\d+(?= pixels)", str(e))
        number = f"{int(pixels[0]):,}" if pixels else "very many"
        raise PhotoError(f"{number} pixels; at most {MAX_PIXELS:,} are opened", lasting=True) from e
    except Exception as e:  # Pillow raises nearly anything when bytes are made to hurt it
        raise PhotoError(f"it is a damaged picture: {e}", lasting=False) from e


def _formats(content: bytes, *, is_known: bool) -> tuple[str, ...]:
    """The formats that a file may be of. Raises ``PhotoError`` for one that is not to be opened at all."""
    if unread := unread_format(content):
        why = f"it is not a picture that is read, but {unread} ({_beginning(content)})"
        raise PhotoError(f"{why}: publish it as JPEG", lasting=True)
    if not is_known and (burden := burden_of(content)):
        raise PhotoError(f"it has {burden}, and would take too long to read", lasting=True)
    if HEIF_BRANDS.match(content):
        _load_heif()
        return (*FORMATS, HEIF)
    return FORMATS


def _beginning(content: bytes) -> str:
    return f"it starts with {content[:24]!r}"


def _refuse_what_is_too_large(image: Image.Image) -> None:
    size = f"{image.width} x {image.height} pixels"
    if image.width * image.height > MAX_PIXELS:
        raise PhotoError(f"{size}; at most {MAX_PIXELS:,} are opened", lasting=True)
    if weight(image) > MAX_MEMORY_BYTES:
        needed = f"would take {weight(image) / 1e6:,.0f} MB of memory"
        given = f"at most {MAX_MEMORY_BYTES / 1e6:,.0f} MB are given"
        raise PhotoError(f"{size} of {image.format} {needed}; {given}", lasting=True)


def size_and_type(content: bytes) -> tuple[int, int, str]:
    """Width and height in pixels as a viewer shows it, and the media type. Raises ``PhotoError``."""
    with opened(content) as image:
        width, height = image.size
        if orientation(image) >= 5:  # lies on its side
            width, height = height, width
        # a phone's JPEG with more pictures behind the first one is a JPEG to everybody else
        media_type = Image.MIME["JPEG" if image.format == "MPO" else image.format or ""]
    return width, height, media_type


@cache
def _load_heif() -> None:
    import pi_heif  # noqa: PLC0415 - a library of its own, for photos that few newsrooms publish

    pi_heif.register_heif_opener(thumbnails=False)


def weight(image: Image.Image) -> float:
    """Bytes of memory that it takes to make a photo fit."""
    jpeg = PROGRESSIVE_BYTES if image.info.get("progressive") else JPEG_BYTES
    return image.width * image.height * BYTES_BY_FORMAT.get(image.format or "", jpeg)


def orientation(image: Image.Image) -> int:
    """How a picture is stored, 1 to 8 (EXIF 2.32 section 4.6.4); upright (1) where EXIF says nothing, or
    nothing that can be. XMP's word does not count: it stays behind where programs turn pictures, and browsers
    do not read it; Pillow would."""
    names = [name for name in XMP_NAMES if name in image.info]
    packets = {name: image.info.pop(name) for name in names}
    try:
        found = image.getexif().get(ORIENTATION)
    except DAMAGED_EXIF_ERRORS:
        return UPRIGHT
    finally:
        image.info.update(packets)
    return found if isinstance(found, int) and UPRIGHT < found <= 8 else UPRIGHT
