"""Photo files: what channels take, and what is made for them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class PhotoLimits:
    """The limits of a channel's photo files: pixels of the longer side, bytes, and media types."""

    side: int = 1600
    length: int = 8_000_000
    media_types: tuple[str, ...] = ("image/jpeg",)


@dataclass(frozen=True, kw_only=True, slots=True)
class PhotoFile:
    """A photo ready to be uploaded: the bytes, their type and their size in pixels."""

    content: bytes
    media_type: str
    width: int
    height: int
    filename: str = "photo.jpg"
