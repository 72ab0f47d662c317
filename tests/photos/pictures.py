"""Pictures of every kind that a newsroom's photo can be, and of some that it must not be."""

from __future__ import annotations

import io
import struct
import zlib
from typing import Any

from PIL import Image, ImageCms

RED, GREEN, BLUE, YELLOW = (230, 30, 30), (30, 200, 60), (30, 60, 220), (240, 220, 40)

#: What each EXIF orientation says has to be done to a picture to see it upright (EXIF 2.32 section 4.6.4),
#: and so its inverse is how a camera held like that has stored it.
STORED = {
    1: None,
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


def quarters(width: int = 96, height: int = 64) -> Image.Image:
    """Red and green above, blue and yellow below."""
    image = Image.new("RGB", (2, 2))
    image.putdata([RED, GREEN, BLUE, YELLOW])
    return image.resize((width, height), Image.Resampling.NEAREST)


def noise(width: int, height: int) -> Image.Image:
    """A picture that hardly compresses."""
    return Image.merge("RGB", [Image.effect_noise((width, height), 90) for _ in range(3)])


def saved(image: Image.Image, kind: str = "JPEG", **options: Any) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **({"quality": 95} if kind in ("JPEG", "WEBP", "AVIF") else {}) | options)
    return file.getvalue()


def held(orientation: int, kind: str = "JPEG") -> bytes:
    """``quarters``, as a camera that is held like this stores it."""
    stored, how = quarters(), STORED[orientation]
    exif = Image.Exif()
    exif[0x0112] = orientation
    return saved(stored.transpose(how) if how is not None else stored, kind, exif=exif)


def with_private_metadata(kind: str = "JPEG") -> bytes:
    """Where it was taken, by which camera and whom, in every place that files have for that."""
    exif = Image.Exif()
    exif[0x010F], exif[0x9C9D] = "SECRET camera", b"SECRET author"
    exif[0x8825] = {1: "N", 2: (17.0, 57.0, 48.0), 3: "E", 4: (102.0, 36.0, 0.0)}
    xmp = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><GPSLatitude>SECRET 17.57</GPSLatitude></x:xmpmeta>'
    image = quarters()
    if kind == "JPEG":
        iptc = b"\x1c\x02\x78\x00\x0eSECRET caption"
        resources = b"8BIM\x04\x04\x00\x00" + struct.pack(">I", len(iptc)) + iptc + b"\0" * (len(iptc) % 2)
        content = saved(image, kind, exif=exif, xmp=xmp, comment=b"SECRET comment")
        return with_segment(content, 0xED, b"Photoshop 3.0\0" + resources) + b"SECRET film behind the end"
    return saved(image, kind, exif=exif, xmp=xmp)


def with_segment(jpeg: bytes, marker: int, payload: bytes) -> bytes:
    """A JPEG with one more segment at its beginning."""
    return jpeg[:2] + struct.pack(">BBH", 0xFF, marker, len(payload) + 2) + payload + jpeg[2:]


def red_for_green() -> bytes:
    """An ICC profile in which red is what sRGB calls green, and the other way round."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return profile.replace(b"rXYZ", b"\0tmp").replace(b"gXYZ", b"rXYZ").replace(b"\0tmp", b"gXYZ")


def png_claiming(width: int, height: int) -> bytes:
    """A few bytes that announce very many pixels."""

    def chunk(name: bytes, said: bytes) -> bytes:
        return struct.pack(">I", len(said)) + name + said + struct.pack(">I", zlib.crc32(name + said))

    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    rows = zlib.compress(b"\0" * 4096)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
