"""Files as they come: of formats that are not read, stored in odd ways, marked wrongly."""

from __future__ import annotations

import io
import struct
import zlib

import pytest
from PIL import Image

from syndicator.domain.errors import PhotoError
from syndicator.domain.photo import PhotoFile, PhotoLimits
from syndicator.photos.lossless import bare_jpeg
from syndicator.photos.picture import size_and_type
from syndicator.photos.renditions import Renditions, fitted
from tests.photos.pictures import BLUE, GREEN, RED, STORED, YELLOW, quarters, saved, with_segment

FILM = b"\0\0\0\x20ftypisom\0\0\2\0isomiso2avc1mp41"
DRAWING = b'\xef\xbb\xbf<?xml version="1.0"?>\n<!-- Drawn by hand -->\n<svg viewBox="0 0 9 9"/>'


def image_of(file: PhotoFile) -> Image.Image:
    with Image.open(io.BytesIO(file.content)) as image:
        return image.convert("RGB")


def oriented_by_xmp(orientation: int, kind: str) -> bytes:
    packet = (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        '<rdf:Description xmlns:tiff="http://ns.adobe.com/tiff/1.0/" '
        f'tiff:Orientation="{orientation}"/></rdf:RDF></x:xmpmeta>'
    )
    return saved(quarters(), kind, xmp=packet.encode())


def corners(content: bytes) -> list[tuple[int, ...]]:
    """The colours in the middles of a picture's quarters, from left above to right below."""
    image = image_of(fitted(content, PhotoLimits()))
    places = [(x, y) for y in (1, 3) for x in (1, 3)]
    found = [image.getpixel((image.width * x // 4, image.height * y // 4)) for x, y in places]
    return [tuple(map(int, each)) for each in found if isinstance(each, tuple)]


def are(found: list[tuple[int, ...]], wanted: list[tuple[int, int, int]]) -> bool:
    return len(found) == len(wanted) and all(
        abs(a - b) < 30
        for one, other in zip(found, wanted, strict=True)
        for a, b in zip(one, other, strict=True)
    )


UPRIGHT = [RED, GREEN, BLUE, YELLOW]


class TestFormatsThatAreNotRead:
    @pytest.mark.parametrize(
        ("content", "name"),
        [
            (saved(quarters(), "TIFF"), "TIFF, or a camera's raw file"),
            (b"MM\0*\0\0\0\x08" + b"\0" * 40, "TIFF, or a camera's raw file"),
            (b"II*\0\x10\0\0\0CR\2\0" + b"\0" * 40, "TIFF, or a camera's raw file"),
            (saved(quarters(32, 32), "ICO"), r"an icon \(ICO\)"),
            (saved(quarters(), "BMP"), r"a bitmap \(BMP\)"),
            (saved(quarters(), "JPEG2000"), "JPEG 2000"),
            (b'<svg xmlns="http://www.w3.org/2000/svg"/>', r"a drawing \(SVG\)"),
            (DRAWING, r"a drawing \(SVG\)"),
            (b"8BPS\0\1" + b"\0" * 40, "a Photoshop file"),
            (b"%PDF-1.7\n", "PDF"),
            (b"%!PS-Adobe-3.0 EPSF-3.0\n", "PostScript"),
            (FILM, "a film"),
            (b"\x1a\x45\xdf\xa3" + b"\0" * 40, "a film"),
        ],
    )
    def test_are_named_with_what_to_do(self, content: bytes, name: str) -> None:
        for look in (size_and_type, lambda content: fitted(content, PhotoLimits())):
            with pytest.raises(
                PhotoError, match=rf"but {name} \(it starts with .*publish it as JPEG"
            ) as caught:
                look(content)
            assert caught.value.lasting

    @pytest.mark.parametrize(
        "content",
        [
            b"<!doctype html><html><body><svg></svg>",
            b"\n<html>\n<svg/>",
            b"BM is how this text begins",
            b'{"error": "no such photo"}',
            b"see <svg>",
        ],
    )
    def test_are_not_seen_in_other_files(self, content: bytes) -> None:
        with pytest.raises(PhotoError, match=r"it is not a picture \(it starts with"):
            fitted(content, PhotoLimits())


class TestOrientation:
    @pytest.mark.parametrize("kind", ["JPEG", "WEBP", "AVIF"])
    @pytest.mark.parametrize("orientation", [3, 6])
    def test_what_xmp_says_of_it_does_not_count(self, orientation: int, kind: str) -> None:
        """It stays behind where a program turns a picture, and browsers do not read it."""
        content = oriented_by_xmp(orientation, kind)
        assert size_and_type(content)[:2] == (96, 64)
        assert are(corners(content), UPRIGHT)

    @pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
    @pytest.mark.parametrize("value", [0, 9, 99, 65_535])
    def test_one_that_cannot_be_is_none(self, value: int, kind: str) -> None:
        exif = Image.Exif()
        exif[0x0112] = value
        content = saved(quarters(), kind, exif=exif)
        assert size_and_type(content)[:2] == (96, 64)
        assert are(corners(content), UPRIGHT)

    @pytest.mark.filterwarnings("ignore::UserWarning:PIL")  # as outside of tests
    @pytest.mark.parametrize(
        "entry",
        [
            struct.pack("<HHI4s", 0x0112, 2, 4, b"six\0"),  # words
            struct.pack("<HHIHH", 0x0112, 3, 2, 1, 6),  # two of them
            struct.pack("<HHII", 0x0112, 3, 9999, 9999),  # somewhere else
            struct.pack("<HHII", 0x0112, 77, 1, 6),  # of no type there is
        ],
        ids=["words", "two", "beyond the end", "no type"],
    )
    def test_damaged_exif_costs_no_photo(self, entry: bytes) -> None:
        exif = b"Exif\0\0II*\0" + struct.pack("<IH", 8, 1) + entry + struct.pack("<I", 0)
        content = with_segment(saved(quarters()), 0xE1, exif)
        assert size_and_type(content)[:2] == (96, 64)
        assert are(corners(content), UPRIGHT)

    @pytest.mark.parametrize("orientation", range(2, 9))
    def test_a_large_photo_is_turned_after_it_is_made_small(self, orientation: int) -> None:
        exif, how = Image.Exif(), STORED[orientation]
        exif[0x0112] = orientation
        assert how is not None
        content = saved(quarters(4200, 2800).transpose(how), exif=exif)
        assert Renditions(lambda: content).fit(PhotoLimits(side=600)).height == 400
        assert are(corners(content), UPRIGHT)


class TestPngs:
    @pytest.mark.parametrize("length", [2_000_000, 3_500_000])
    def test_long_remarks_cost_no_photo(self, length: int) -> None:
        """As programs leave them that write their whole workflow into the file."""
        assert are(
            corners(with_text(saved(quarters(), "PNG"), b"workflow\0\0" + zlib.compress(b"x" * length))),
            UPRIGHT,
        )

    @pytest.mark.parametrize("length", [20_000_000, 50_000_000])
    def test_remarks_that_swell_are_not_read(self, length: int) -> None:
        with pytest.raises(PhotoError, match="too large"):
            fitted(
                with_text(saved(quarters(), "PNG"), b"bomb\0\0" + zlib.compress(b"x" * length)), PhotoLimits()
            )


@pytest.mark.parametrize("frame", [0xC3, 0xC9, 0xCA])
def test_jpegs_that_browsers_do_not_show_are_not_passed_on_as_they_are(frame: int) -> None:
    """Lossless ones, and those by arithmetic coding."""
    content = saved(quarters())
    assert bare_jpeg(content) is not None
    assert bare_jpeg(content.replace(b"\xff\xc0\0", bytes((0xFF, frame, 0)))) is None


def chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def with_text(png: bytes, text: bytes) -> bytes:
    return png[:33] + chunk(b"zTXt", text) + png[33:]
