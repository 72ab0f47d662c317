"""Pictures, hostile until shown otherwise: opened within limits, and made to fit those of channels."""

from __future__ import annotations

import html
import io
import re
import warnings
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial

from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

from syndicator.domain.errors import PhotoError
from syndicator.domain.photo import PhotoFile, PhotoLimits
from syndicator.text.clean import legal

#: Formats that we open. Everything else, whatever it claims to be, is no photo.
FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "AVIF")

#: Pixels of one photo: more than any camera of a newsroom has, less than hurts.
MAX_PIXELS = 80_000_000

#: Bytes of memory for one photo while it is made to fit.
MAX_MEMORY_BYTES = 250_000_000

#: Bytes of memory that a pixel takes meanwhile, as measured (Pillow 13). A JPEG is decoded at a fraction of
#: its size, but for a progressive one, whose coefficients are all kept until its end.
JPEG_BYTES, PROGRESSIVE_BYTES, BYTES_BY_FORMAT = 0.6, 7, {"PNG": 10, "GIF": 10, "AVIF": 10, "WEBP": 16}

#: Photos that take more than this are decoded by one thread, so that many at once need no more than one:
#: the C library keeps for each thread what it has once needed.
HEAVY_BYTES = MAX_MEMORY_BYTES // 5

_one_at_a_time = ThreadPoolExecutor(1, "heavy photos")

#: Beginnings of files of these formats: a file that begins so and cannot be read is damaged.
SIGNATURES = re.compile(rb"\xff\xd8\xff|\x89PNG|GIF8|RIFF....WEBP|....ftypavi[fs]", re.DOTALL)

# Set once, and for Pillow's own warnings alone: ``catch_warnings`` around each photo would not be safe
# between threads. Beyond 89 million pixels Pillow warns, and only beyond twice as many it refuses: both
# are errors here. Its remarks on oddities that it has coped with tell an operator nothing.
warnings.filterwarnings("ignore", category=UserWarning, module=r"PIL\.")
warnings.filterwarnings("error", category=Image.DecompressionBombWarning)

#: JPEG qualities, tried in this order until the file is small enough; after the last one the picture shrinks.
QUALITIES = (85, 80, 75, 70)
SHRINK_FACTOR = 0.85

#: Pixels of the longer side below which a picture is no use any more.
MIN_SIDE_PX = 64

#: Segments that say how to decode a JPEG, and their greatest length: JFIF without a thumbnail (ITU-T T.871
#: section 10.1), Adobe's colour transform. All other segments are somebody's remarks.
DECODING_SEGMENTS = ("APP0", "APP14")
MAX_DECODING_BYTES = 14

END_OF_IMAGE = b"\xff\xd9"

SRGB = ImageCms.createProfile("sRGB")


@contextmanager
def opened(content: bytes) -> Iterator[Image.Image]:
    """The picture in these bytes, its pixels not decoded yet. Raises ``PhotoError``, also for what goes
    wrong while the picture is used: what is no picture stays none (``lasting``), but a damaged one may
    have been fetched while it was still being written."""
    try:
        with Image.open(io.BytesIO(content), formats=FORMATS) as image:
            if image.width * image.height > MAX_PIXELS:
                raise PhotoError(
                    f"{image.width} x {image.height} pixels; at most {MAX_PIXELS:,} are opened", lasting=True
                )
            if _weight(image) > MAX_MEMORY_BYTES:
                what = f"{image.width} x {image.height} pixels of {image.format}"
                needed = f"would take {_weight(image) / 1e6:,.0f} MB of memory"
                raise PhotoError(
                    f"{what} {needed}; at most {MAX_MEMORY_BYTES / 1e6:,.0f} MB are given", lasting=True
                )
            try:
                yield image
            finally:
                image.close()  # or its pixels stay until somebody collects garbage
    except PhotoError:
        raise
    except UnidentifiedImageError as e:
        if SIGNATURES.match(content):
            raise PhotoError("it is a damaged picture: it cannot be identified", lasting=False) from e
        starts = f"it starts with {content[:24]!r}"
        raise PhotoError(f"it is not a picture ({starts})", lasting=content != b"") from e
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as e:
        raise PhotoError(
            f"it has more than the {MAX_PIXELS:,} pixels that are opened: {e}", lasting=True
        ) from e
    except Exception as e:  # Pillow raises nearly anything when bytes are made to hurt it
        raise PhotoError(f"it is a damaged picture: {e}", lasting=False) from e


def size_and_type(content: bytes) -> tuple[int, int, str]:
    """Width and height in pixels as a viewer shows it, and the media type. Raises ``PhotoError``."""
    with opened(content) as image:
        width, height = image.size
        if _orientation(image) >= 5:  # lies on its side
            width, height = height, width
        # a phone's JPEG with more pictures behind the first one is a JPEG to everybody else
        media_type = Image.MIME["JPEG" if image.format == "MPO" else image.format or ""]
    return width, height, media_type


def fitted(content: bytes, limits: PhotoLimits, credit: str = "") -> PhotoFile:
    """A JPEG within the limits: upright, in sRGB, without what cameras and phones add (place, serial
    numbers); only the credit stays. A file that is all this already is left as it is. Raises
    ``PhotoError``."""
    with opened(content) as image:
        is_heavy = _weight(image) > HEAVY_BYTES
    work = partial(_bare_or_small, content, limits, credit)
    picture = _one_at_a_time.submit(work).result() if is_heavy else work()
    return picture if isinstance(picture, PhotoFile) else _shrunk(picture, limits, credit)


def _bare_or_small(content: bytes, limits: PhotoLimits, credit: str) -> PhotoFile | Image.Image:
    """The file as it is, if it may stay so; else its picture, no larger than the limits. Whatever was
    decoded on the way is gone when this returns."""
    with opened(content) as image:
        if not credit and _is_bare(image, content) and _fits(image, content, limits):
            image.load()  # to the last row: it may be damaged
            return PhotoFile(content=content, media_type="image/jpeg", width=image.width, height=image.height)
        return _upright_srgb(image, limits.side)


def _weight(image: Image.Image) -> float:
    """Bytes of memory that it takes to make a photo fit."""
    jpeg = PROGRESSIVE_BYTES if image.info.get("progressive") else JPEG_BYTES
    return image.width * image.height * BYTES_BY_FORMAT.get(image.format or "", jpeg)


def _orientation(image: Image.Image) -> int:
    return int(image.getexif().get(0x0112, 1))  # EXIF 2.32 section 4.6.4


def _is_bare(image: Image.Image, content: bytes) -> bool:
    """Whether a file is an upright JPEG in sRGB and nothing else: what has no profile is sRGB to viewers,
    and nothing is hidden behind the end."""
    segments = getattr(image, "applist", [("unknown", b"")])
    return (
        image.format == "JPEG"
        and image.mode in ("RGB", "L")
        and all(name in DECODING_SEGMENTS and len(data) <= MAX_DECODING_BYTES for name, data in segments)
        and content.find(END_OF_IMAGE) == len(content) - len(END_OF_IMAGE)
    )


def _fits(image: Image.Image, content: bytes, limits: PhotoLimits) -> bool:
    return max(image.size) <= limits.side and len(content) <= limits.length


def _upright_srgb(image: Image.Image, side: int) -> Image.Image:
    """The picture upright, in sRGB, with sides of ``side`` pixels at most. It is made small first: whatever
    comes after has fewer pixels to do."""
    image.draft("RGB", (side, side))  # JPEG: decoded at a fraction of the size
    profile = image.info.get("icc_profile")
    picture = _resizable(image)
    picture.thumbnail((side, side), Image.Resampling.LANCZOS)
    return _srgb(_flat(ImageOps.exif_transpose(picture)), profile)


def _resizable(image: Image.Image) -> Image.Image:
    """The picture in a mode that can be made small without loss: no palette, no bits, 8 of 16 bits per
    channel."""
    if image.mode.startswith("I"):
        return image.point(lambda value: value * (1 / 256)).convert("L")
    if image.mode in ("P", "PA", "1") or "transparency" in image.info:
        return image.convert("RGBA")
    return image


def _flat(image: Image.Image) -> Image.Image:
    """The picture without transparency: on white, as on a page."""
    if image.mode not in ("RGBA", "LA"):
        return image
    mode = image.mode.removesuffix("A")
    ground = Image.new(mode, image.size, "white")
    ground.paste(image.convert(mode), mask=image.getchannel("A"))
    return ground


def _srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """The picture in sRGB, converted from the colours of its profile."""
    if profile:
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            converted = ImageCms.profileToProfile(image, source, SRGB, outputMode="RGB")
            if converted is not None:
                return converted
        except (ImageCms.PyCMSError, OSError):
            pass  # broken, or of other colours than the picture's: viewers ignore it, and so do we
    return image.convert("RGB")


def _shrunk(picture: Image.Image, limits: PhotoLimits, credit: str) -> PhotoFile:
    """A JPEG of the picture that is short enough: of lower quality first, then smaller. Raises
    ``PhotoError``."""
    side = max(picture.size)
    while side >= min(MIN_SIDE_PX, *picture.size):
        small = picture.copy()
        small.thumbnail((side, side), Image.Resampling.LANCZOS)
        for quality in QUALITIES:
            content = _jpeg(small, quality, credit)
            if len(content) <= limits.length:
                return PhotoFile(
                    content=content, media_type="image/jpeg", width=small.width, height=small.height
                )
        side = int(side * SHRINK_FACTOR)
    raise PhotoError(f"it does not fit into {limits.length:,} bytes", lasting=True)


def _jpeg(image: Image.Image, quality: int, credit: str) -> bytes:
    image.info = {}  # nothing of the original's goes along by itself
    out = io.BytesIO()
    packet = {"xmp": _xmp(credit)} if credit else {}
    image.save(out, "JPEG", quality=quality, optimize=True, progressive=True, **packet)
    return out.getvalue()


def _xmp(credit: str) -> bytes:
    """A fresh packet with nothing but the credit (XMP Specification Part 2, photoshop:Credit)."""
    escaped = html.escape(legal(credit))
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" '
        'xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/" '
        f'photoshop:Credit="{escaped}"/></rdf:RDF></x:xmpmeta><?xpacket end="w"?>'
    ).encode()
