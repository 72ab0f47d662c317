"""Markers of JPEG files (ITU-T T.81 table B.1): the byte behind ``FF`` that tells what begins there."""

from __future__ import annotations

#: Start and end of the image, start of a scan, application data, comment.
START, END, SCAN, APP0, APP1, APP14, APP15, COMMENT = 0xD8, 0xD9, 0xDA, 0xE0, 0xE1, 0xEE, 0xEF, 0xFE

#: Frames of all kinds: the other markers among them (DHT, JPG, DAC) are none.
FRAMES = set(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}

#: Frames that browsers decode: baseline, extended, progressive; all by Huffman.
SHOWN_FRAMES = {0xC0, 0xC1, 0xC2}

#: Frames in several scans, each of which may add next to nothing.
PROGRESSIVE_FRAMES = {0xC2, 0xC6, 0xCA, 0xCE}


def marker(code: int) -> bytes:
    """A marker as it stands in a file."""
    return bytes((0xFF, code))
