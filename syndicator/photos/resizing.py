"""Pictures made smaller: half of what renditions cost, so a library does it that uses the processor's vector
instructions, at a sixth of Pillow's cost; where it has no package (Linux on ARM), Pillow does the same."""

from __future__ import annotations

from functools import cache
from typing import Protocol

from PIL import Image

#: Left, top, right and bottom of a part of a picture, in pixels.
Box = tuple[float, float, float, float]

#: The filter (Catmull and Rom's cubic, as both have it): sharper than a mean of neighbours, with less of an
#: echo at edges than Lanczos's.
FILTER = Image.Resampling.BICUBIC

#: Modes whose bands are made small each for itself; for transparent ones Pillow knows what colours are worth.
OPAQUE_MODES = ("RGB", "L", "CMYK")


class _Resize(Protocol):
    def __call__(self, image: Image.Image, size: tuple[int, int], box: Box) -> Image.Image: ...


def resized(image: Image.Image, size: tuple[int, int], box: Box | None = None) -> Image.Image:
    """A part of a picture (all of it, without one) at a size, in the picture's own mode."""
    resize = _fast_resize() if image.mode in OPAQUE_MODES else _pillows_resize
    return resize(image, size, box or (0, 0, *image.size))


def _pillows_resize(image: Image.Image, size: tuple[int, int], box: Box) -> Image.Image:
    return image.resize(size, FILTER, box)


@cache
def _fast_resize() -> _Resize:
    try:
        import cykooz_resizer as fast  # noqa: PLC0415 - a library of its own, for the processes that make photos
    except ImportError:
        return _pillows_resize

    def resize(image: Image.Image, size: tuple[int, int], box: Box) -> Image.Image:
        left, top, right, bottom = box
        options = fast.ResizeOptions(
            resize_alg=fast.ResizeAlg.convolution(fast.FilterType.catmull_rom),
            crop_box=fast.CropBox(left, top, right - left, bottom - top),
        )
        made = Image.new(image.mode, size, None)  # every pixel of it is written next
        fast.Resizer().resize_pil(image, made, options)
        return made

    return resize
