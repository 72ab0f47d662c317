"""Opening pictures that are hostile until shown otherwise, and making files that channels take."""

from __future__ import annotations

import html
import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

from syndicator.errors import PhotoError
from syndicator.post import PhotoFile, PhotoLimits

#: What we open. Everything else, whatever it claims to be, is no photo.
FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "AVIF")

#: Pixels of one photo: more than any camera of a newsroom has, less than hurts.
PIXELS = 80_000_000

#: Tried in this order until the file is small enough; after the last one the picture shrinks.
QUALITIES = (85, 80, 75, 70)
SHRINK = 0.85

SRGB = ImageCms.createProfile("sRGB")


@contextmanager
def opened(content: bytes) -> Iterator[Image.Image]:
    """The picture in these bytes, its pixels not decoded yet. Raises ``PhotoError``, also for what goes
    wrong while the picture is used."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # our own limit on pixels is below the one warned about
            with Image.open(io.BytesIO(content), formats=FORMATS) as image:
                if image.width * image.height > PIXELS:
                    raise PhotoError(
                        f"{image.width} x {image.height} pixels; at most {PIXELS:,} are opened", lasting=True
                    )
                yield image
    except UnidentifiedImageError as e:
        raise PhotoError(f"not a picture (it starts with {content[:16]!r})", lasting=True) from e
    except Image.DecompressionBombError as e:
        raise PhotoError(f"a decompression bomb: {e}", lasting=True) from e
    except (OSError, SyntaxError, ValueError, EOFError, MemoryError) as e:
        raise PhotoError(f"a damaged picture: {e}", lasting=True) from e


def fitted(content: bytes, limits: PhotoLimits, credit: str = "") -> PhotoFile:
    """A JPEG within the limits: upright, in sRGB, without what cameras and phones add (place, serial
    numbers); only the credit stays. Raises ``PhotoError``."""
    with opened(content) as image:
        side = limits.side
        image.draft("RGB", (side, side))  # JPEG: decode at a fraction of the size
        upright = _srgb(ImageOps.exif_transpose(image))
        while True:
            small = upright.copy()
            small.thumbnail((side, side), Image.Resampling.LANCZOS)
            for quality in QUALITIES:
                made = _jpeg(small, quality, credit)
                if len(made) <= limits.length:
                    return PhotoFile(
                        content=made, media_type="image/jpeg", width=small.width, height=small.height
                    )
            side = int(side * SHRINK)
            if side < 64:
                raise PhotoError(f"it does not fit into {limits.length:,} bytes", lasting=True)


def _srgb(image: Image.Image) -> Image.Image:
    profile = image.info.get("icc_profile")
    if profile and image.mode in ("RGB", "CMYK", "L"):
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            converted = ImageCms.profileToProfile(image, source, SRGB, outputMode="RGB")
            if converted is not None:
                return converted
        except (ImageCms.PyCMSError, OSError):
            pass  # a broken profile: the plain conversion below is what every viewer does
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        layered = image.convert("RGBA")
        ground = Image.new("RGBA", layered.size, "white")
        return Image.alpha_composite(ground, layered).convert("RGB")
    return image.convert("RGB")


def _jpeg(image: Image.Image, quality: int, credit: str) -> bytes:
    out = io.BytesIO()
    packet = {"xmp": _xmp(credit)} if credit else {}
    plain = image.copy()
    plain.info = {}
    plain.save(out, "JPEG", quality=quality, optimize=True, progressive=True, **packet)
    return out.getvalue()


def _xmp(credit: str) -> bytes:
    """A fresh packet with nothing but the credit (XMP Specification Part 2, photoshop:Credit)."""
    said = html.escape(credit)
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" '
        'xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/" '
        f'photoshop:Credit="{said}"/></rdf:RDF></x:xmpmeta><?xpacket end="w"?>'
    ).encode()
