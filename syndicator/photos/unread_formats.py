"""Formats of pictures, and of what takes their place, that are not read: told by how a file begins."""

from __future__ import annotations

import re

#: Names by the first bytes of files of that format.
BEGINNINGS = (
    # The library there is for it decodes all of it to tell its size. (ISO/IEC 18181-2: bare, and in its box.)
    ("JPEG XL", re.compile(rb"\xff\x0a|\0\0\0\x0cJXL ")),
    ("JPEG 2000", re.compile(rb"\0\0\0\x0cjP  |\xff\x4f\xff\x51")),
    ("TIFF, or a camera's raw file", re.compile(rb"II[*+]\0|MM\0[*+]|IIRO|IIU\0|FUJIFILMCCD-RAW|FOVb")),
    ("a Photoshop file", re.compile(rb"8BPS")),
    ("a bitmap (BMP)", re.compile(rb"BM....\0\0\0\0", re.DOTALL)),
    ("an icon (ICO)", re.compile(rb"\0\0[\x01\x02]\0[^\0]")),
    ("PDF", re.compile(rb"%PDF-")),
    ("PostScript", re.compile(rb"%!PS|\xc5\xd0\xd3\xc6")),
    (
        "a film",
        re.compile(rb"....ftyp(?:isom|iso[2-9]|mp4[12]|avc1|qt  |M4V|3gp|dash)|\x1a\x45\xdf\xa3", re.DOTALL),
    ),
)

#: Characters in which the drawing's own element begins, behind comments and declarations.
SVG_BYTES = 2_000


def unread_format(content: bytes) -> str:
    """The name of a file's format, where it is one that is known and not read, else ``""``."""
    for name, beginning in BEGINNINGS:
        if beginning.match(content):
            return name
    head = content[:SVG_BYTES].removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    before, found, _ = head.partition(b"<svg")
    return "a drawing (SVG)" if found and head.startswith(b"<") and b"<html" not in before else ""
