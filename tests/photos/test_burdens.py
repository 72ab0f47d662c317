"""Files that are made to take long: refused at a glance, and none that cameras and editors make is."""

from __future__ import annotations

import io
import struct
import time
import zlib
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from syndicator.domain.errors import PhotoError
from syndicator.domain.photo import PhotoLimits
from syndicator.photos.burdens import MAX_FILL_BYTES, MAX_PARTS, MAX_SCANS, burden_of
from syndicator.photos.picture import size_and_type
from syndicator.photos.renditions import MOVING, fitted
from tests.photos.pictures import RED, noise, quarters, saved, with_segment

#: Processor seconds that a refusal, or a look at what moves, takes at most.
MAX_S = 1.0


def last_scan(progressive: bytes) -> bytes:
    return progressive[progressive.rindex(b"\xff\xda") : -2]


def with_scans(count: int) -> bytes:
    """A progressive JPEG with so many scans more, each of which goes over all pixels and adds nothing."""
    content = saved(Image.new("RGB", (2000, 2000), RED), progressive=True)
    return content[:-2] + last_scan(content) * count + content[-2:]


def with_segments(count: int, segment: bytes = b"\xff\xe0\0\2") -> bytes:
    content = saved(quarters())
    return content[:2] + segment * count + content[2:]


def with_chunks(count: int, place: int = 33) -> bytes:
    """A PNG with so many empty chunks of somebody's own, behind its header or before its end."""
    content = saved(quarters(), "PNG")
    chunk = struct.pack(">I", 0) + b"prIv" + struct.pack(">I", zlib.crc32(b"prIv"))
    return content[:place] + chunk * count + content[place:]


@pytest.mark.parametrize(
    ("made", "what"),
    [
        (lambda: with_scans(MAX_SCANS + 1), "scans"),
        (lambda: with_scans(50_000), "scans"),
        (lambda: with_segments(MAX_PARTS + 1), "segments"),
        (lambda: with_segments(300_000, b"\xff\xfe\0\2"), "segments"),
        (lambda: with_segments(1, b"\xff" * 3_000_000), "bytes between its segments"),
        (lambda: with_chunks(MAX_PARTS + 1), "chunks"),
        (lambda: with_chunks(300_000, -12), "chunks"),
    ],
    ids=["scans", "very many scans", "segments", "remarks", "fill", "chunks", "chunks behind the picture"],
)
def test_what_takes_too_long_is_refused_before_anything_reads_it(
    made: Callable[[], bytes], what: str
) -> None:
    content = made()
    began = time.process_time()
    with pytest.raises(PhotoError, match=rf"more than [\d,]+ {what}, and would take too long") as caught:
        fitted(content, PhotoLimits())
    assert caught.value.lasting
    assert time.process_time() - began < MAX_S


@pytest.mark.parametrize(
    "made",
    [
        lambda: saved(noise(300, 200), progressive=True),
        lambda: with_scans(MAX_SCANS - 12),
        lambda: with_segments(2_000),
        lambda: with_segments(1, b"\xff" * (MAX_FILL_BYTES // 2)),
        lambda: with_chunks(2_000),
        lambda: saved(noise(300, 200), progressive=True) + b"\xff\xda\0\x0c" * 5_000,
        lambda: with_segment(saved(noise(60, 40), progressive=True), 0xE1, b"\xff\xda\0\x08" * 5_000),
    ],
    ids=["progressive", "odd scans", "segments", "fill", "chunks", "a film behind it", "scans in a remark"],
)
def test_what_is_only_odd_is_read(made: Callable[[], bytes]) -> None:
    content = made()
    assert burden_of(content) == ""
    assert fitted(content, PhotoLimits(side=50)).width == 50


def test_of_very_many_pictures_the_first_is_looked_at() -> None:
    frame = b"!\xf9\x04\0\0\0\0\0,\0\0\0\0\1\0\1\0\0\2\2D\1\0"
    content = b"GIF89a\x0a\0\x0a\0\x80\0\0\0\0\0\xff\xff\xff" + frame * 400_000 + b";"
    began = time.process_time()
    assert fitted(content, PhotoLimits(min_side=1)).remark == MOVING
    assert time.process_time() - began < MAX_S


@given(content=st.binary(max_size=400), start=st.sampled_from([b"\xff\xd8", b"\x89PNG\r\n\x1a\n", b""]))
@settings(max_examples=200, deadline=None)
def test_of_any_bytes_something_is_told(content: bytes, start: bytes) -> None:
    assert isinstance(burden_of(start + content), str)


def test_pictures_of_every_kind_are_no_burden() -> None:
    for kind in ("JPEG", "PNG", "GIF", "WEBP", "AVIF"):
        file = io.BytesIO()
        noise(200, 150).save(file, kind)
        assert burden_of(file.getvalue()) == ""
        assert size_and_type(file.getvalue())[:2] == (200, 150)
