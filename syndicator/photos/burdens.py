"""Picture files that take far longer to read than their bytes are worth, told before anything reads them."""

from __future__ import annotations

import re
import struct

from syndicator.photos.jpeg_markers import END, PROGRESSIVE_FRAMES, SCAN, START, marker

PNG = b"\x89PNG\r\n\x1a\n"

#: Parts that a file is made of (segments of a JPEG, chunks of a PNG): a photo of 15 MB has some thousands at
#: most, and each costs some microseconds at every opening.
MAX_PARTS = 20_000

#: Scans of a JPEG: ten of a progressive one, some dozens of an odd one. Each goes over all pixels once more,
#: for as little as twenty bytes.
MAX_SCANS = 100

#: Bytes between two segments before the first scan, of which each is read by itself.
MAX_FILL_BYTES = 10_000

#: The next marker from some place on, whatever stands before it, as decoders look for it.
MARKER = re.compile(rb"\xff[^\x00\x01\xd0-\xd8\xff]")


def burden_of(content: bytes) -> str:
    """What makes a file too slow to read, ``""`` where nothing does. Takes linear time."""
    if content.startswith(marker(START)):
        return _burden_of_jpeg(content)
    if content.startswith(PNG):
        return _burden_of_png(content)
    return ""


def _burden_of_jpeg(content: bytes) -> str:
    place, parts, is_progressive = len(marker(START)), 0, False
    while (found := MARKER.search(content, place)) and content[found.start() + 1] != SCAN:
        parts += 1
        is_progressive |= content[found.start() + 1] in PROGRESSIVE_FRAMES
        if found.start() - place > MAX_FILL_BYTES:
            return f"more than {MAX_FILL_BYTES:,} bytes between its segments"
        if parts > MAX_PARTS:
            return f"more than {MAX_PARTS:,} segments"
        place = _segment_end(content, found.end())
    return f"more than {MAX_SCANS} scans" if is_progressive and _has_many_scans(content, place) else ""


def _has_many_scans(content: bytes, place: int) -> bool:
    """Whether too many scans stand before the end of the image; behind it there may be a film, in which the
    same bytes mean nothing."""
    if content.count(marker(SCAN), place) <= MAX_SCANS:
        return False
    scans = 0
    while scans <= MAX_SCANS and (found := MARKER.search(content, place)):
        code = content[found.start() + 1]
        if code == END:
            return False
        scans += code == SCAN
        place = _segment_end(content, found.end())
    return scans > MAX_SCANS


def _segment_end(content: bytes, start: int) -> int:
    """Where a segment ends that has its length here (T.81 B.1.1.4)."""
    return start + int.from_bytes(content[start : start + 2], "big")


def _burden_of_png(content: bytes) -> str:
    place, parts = len(PNG), 0
    while place + 8 <= len(content):
        parts += 1
        if parts > MAX_PARTS:
            return f"more than {MAX_PARTS:,} chunks"
        place += 12 + int(struct.unpack_from(">I", content, place)[0])
    return ""
