"""Pictures made upright, opaque and sRGB, in 8 bits, whatever they were stored as."""

from __future__ import annotations

import io
from functools import lru_cache

from PIL import Image, ImageCms

from syndicator.photos.picture import orientation
from syndicator.photos.resizing import resized

SRGB = ImageCms.createProfile("sRGB")

#: How a picture is turned upright that is stored with such an orientation.
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}

#: Bytes of a profile that may be one of sRGB; larger ones hold tables, and are converted.
MAX_SRGB_BYTES = 8_000

#: Steps of 255 by which a profile may differ from sRGB and be taken for it: all of them round a little
#: otherwise.
MAX_DIFFERENCE = 3


def upright_srgb(image: Image.Image, scale: float) -> Image.Image:
    """The picture at this scale of its size, upright, in sRGB. It is made small first: whatever comes after
    has fewer pixels to do."""
    size = max(1, round(image.width * scale)), max(1, round(image.height * scale))
    if scale < 1:
        image.draft("RGB", size)  # JPEG: decoded at a fraction of the size
    profile, stored = image.info.get("icc_profile"), orientation(image)
    picture = _resizable(image)
    if picture.size != size:
        picture = resized(picture, size)
    made = _srgb(_flat(picture.transpose(TURNS[stored]) if stored in TURNS else picture), profile)
    return made.copy() if made is image else made  # its file is closed soon


def upright_srgba(image: Image.Image, scale: float) -> Image.Image:
    """The same with what is transparent of it, as RGBA."""
    size = max(1, round(image.width * scale)), max(1, round(image.height * scale))
    whole = _resizable(image)
    is_clear = whole.mode in ("RGBA", "LA")
    alpha = whole.getchannel("A") if is_clear else Image.new("L", whole.size, 255)
    colours = whole.convert(whole.mode.removesuffix("A")) if is_clear else whole
    picture = _srgb(colours, image.info.get("icc_profile"))
    picture = picture.copy() if picture is image else picture
    picture.putalpha(alpha)
    stored = orientation(image)
    turned = picture.transpose(TURNS[stored]) if stored in TURNS else picture
    return resized(turned, size if stored < 5 else (size[1], size[0]))


def is_srgb(profile: bytes) -> bool:
    """Whether a profile does nothing to sRGB's colours, whatever it is called: judged by a few of them."""
    return len(profile) <= MAX_SRGB_BYTES and _does_nothing(profile)


@lru_cache(maxsize=32)
def _does_nothing(profile: bytes) -> bool:
    steps = (0, 64, 128, 192, 255)
    colours = Image.new("RGB", (len(steps) ** 3, 1))
    colours.putdata([(r, g, b) for r in steps for g in steps for b in steps])
    try:
        converted = ImageCms.profileToProfile(
            colours, ImageCms.ImageCmsProfile(io.BytesIO(profile)), SRGB, outputMode="RGB"
        )
    except (ImageCms.PyCMSError, OSError):
        return False
    if converted is None:
        return False
    pairs = zip(colours.tobytes(), converted.tobytes(), strict=True)
    return all(abs(before - after) <= MAX_DIFFERENCE for before, after in pairs)


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
    if profile and not (image.mode == "RGB" and is_srgb(profile)):
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            converted = ImageCms.profileToProfile(image, source, SRGB, outputMode="RGB")
            if converted is not None:
                return converted
        except (ImageCms.PyCMSError, OSError):
            pass  # broken, or of other colours than the picture's: viewers ignore it, and so do we
    return image if image.mode == "RGB" else image.convert("RGB")
