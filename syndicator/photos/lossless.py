"""JPEG files freed of remarks (place, camera, thumbnails, comments) without being decoded: no pixel
changes."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator

from syndicator.photos.jpeg_markers import (
    APP0,
    APP1,
    APP14,
    APP15,
    COMMENT,
    END,
    FRAMES,
    SCAN,
    SHOWN_FRAMES,
    START,
    marker,
)

#: What stands within a scan and ends it: any marker but a restart (D0-D7) and a stuffed FF (T.81 B.1.1.5).
SCAN_END = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")

#: JFIF's header without a thumbnail (ITU-T T.871 section 10.1), and Adobe's: they say how to decode colours.
JFIF, JFIF_BYTES, ADOBE, ADOBE_BYTES = b"JFIF\0", 14, b"Adobe", 12

#: The name of XMP's segment (XMP Specification Part 3, 1.1.3), and bytes that a segment holds (T.81 B.1.1.4).
XMP_NAME, MAX_SEGMENT_BYTES = b"http://ns.adobe.com/xap/1.0/\0", 65_533


def bare_jpeg(content: bytes) -> bytes | None:
    """The first picture of a JPEG file with what it takes to decode it and nothing else; ``None`` where the
    file breaks off, is none, or is of a kind that browsers do not show."""
    try:
        return b"".join(_kept(content))
    except (ValueError, IndexError, struct.error):
        return None


def with_xmp(jpeg: bytes, packet: bytes) -> bytes:
    """A bare JPEG with an XMP packet behind its JFIF header. Raises ``ValueError`` for one that is too
    long."""
    if not packet:
        return jpeg
    payload = XMP_NAME + packet
    if len(payload) > MAX_SEGMENT_BYTES:
        raise ValueError(f"an XMP packet of {len(packet)} bytes")
    start = 2
    if jpeg[2:4] == marker(APP0):
        start += 2 + int.from_bytes(jpeg[4:6], "big")
    return jpeg[:start] + _segment(APP1, payload) + jpeg[start:]


def _segment(code: int, payload: bytes) -> bytes:
    return marker(code) + struct.pack(">H", len(payload) + 2) + payload


def _kept(content: bytes) -> Iterator[bytes]:
    if content[:2] != marker(START):
        raise ValueError("it starts as no JPEG does")
    yield content[:2]
    place = 2
    while True:
        while content[place + 1] == 0xFF:  # fill bytes (T.81 B.1.1.2)
            place += 1
        if content[place] != 0xFF:
            raise ValueError("a marker is missing")
        code = content[place + 1]
        if code == END:
            yield content[place : place + 2]
            return
        if code in FRAMES - SHOWN_FRAMES:
            raise ValueError("browsers do not show it")
        (length,) = struct.unpack_from(">H", content, place + 2)
        end = place + 2 + length
        if length < 2 or end > len(content):
            raise ValueError("a segment breaks off")
        yield _cleaned(code, content[place + 4 : end])
        place = end
        if code == SCAN:
            found = SCAN_END.search(content, place)
            if found is None:
                raise ValueError("a scan breaks off")
            yield content[place : found.start()]
            place = found.start()


def _cleaned(code: int, payload: bytes) -> bytes:
    """A segment without what does not serve decoding."""
    if code == APP0 and payload.startswith(JFIF) and len(payload) >= JFIF_BYTES:
        return _segment(code, payload[: JFIF_BYTES - 2] + b"\0\0")
    if code == APP14 and payload.startswith(ADOBE) and len(payload) >= ADOBE_BYTES:
        return _segment(code, payload[:ADOBE_BYTES])
    if APP0 <= code <= APP15 or code == COMMENT:
        return b""
    return _segment(code, payload)
