"""The point that a crop is laid around, as a photo's file states it."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from syndicator.domain.photo import PhotoLimits
from syndicator.photos.regions import focus_of
from syndicator.photos.renditions import fitted

SIZE = (400, 200)
ROLE = "http://cv.iptc.org/newscodes/imageregionrole/"


def packet(inside: str) -> bytes:
    return (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        '<rdf:Description rdf:about="" xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/" '
        'xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:stArea="http://ns.adobe.com/xmp/sType/Area#" '
        'xmlns:stDim="http://ns.adobe.com/xap/1.0/sType/Dimensions#" '
        'xmlns:mwg-rs="http://www.metadataworkinggroup.com/schemas/regions/">'
        f"{inside}</rdf:Description></rdf:RDF></x:xmpmeta>"
    ).encode()


def region(role: str, **boundary: object) -> str:
    """One of IPTC's regions."""
    stated = "".join(f"<Iptc4xmpExt:{name}>{value}</Iptc4xmpExt:{name}>" for name, value in boundary.items())
    return (
        '<rdf:li rdf:parseType="Resource">'
        f'<Iptc4xmpExt:RegionBoundary rdf:parseType="Resource">{stated}</Iptc4xmpExt:RegionBoundary>'
        '<Iptc4xmpExt:rRole><rdf:Bag><rdf:li rdf:parseType="Resource"><xmp:Identifier><rdf:Bag>'
        f"<rdf:li>{ROLE}{role}</rdf:li></rdf:Bag></xmp:Identifier></rdf:li></rdf:Bag></Iptc4xmpExt:rRole></rdf:li>"
    )


def regions(*items: str) -> bytes:
    return packet(f"<Iptc4xmpExt:ImageRegion><rdf:Bag>{''.join(items)}</rdf:Bag></Iptc4xmpExt:ImageRegion>")


def rectangle(role: str, x: float, y: float, w: float = 0.2, h: float = 0.2, unit: str = "relative") -> str:
    return region(role, rbShape="rectangle", rbUnit=unit, rbX=x, rbY=y, rbW=w, rbH=h)


def faces(*areas: str, dimensions: str = "") -> bytes:
    items = "".join(f"<rdf:li>{area}</rdf:li>" for area in areas)
    return packet(
        f'<mwg-rs:Regions rdf:parseType="Resource">{dimensions}'
        f"<mwg-rs:RegionList><rdf:Bag>{items}</rdf:Bag></mwg-rs:RegionList></mwg-rs:Regions>"
    )


def face(x: float, y: float, kind: str = "Face") -> str:
    return (
        f'<rdf:Description mwg-rs:Name="Somebody" mwg-rs:Type="{kind}"><mwg-rs:Area stArea:x="{x}" '
        f'stArea:y="{y}" stArea:w="0.1" stArea:h="0.2" stArea:unit="normalized"/></rdf:Description>'
    )


def dimensions(width: int, height: int) -> str:
    return f'<mwg-rs:AppliedToDimensions stDim:w="{width}" stDim:h="{height}" stDim:unit="pixel"/>'


@pytest.mark.parametrize(
    ("marked", "focus"),
    [
        (regions(rectangle("cropping", 0.7, 0.1)), (0.8, 0.2)),
        (regions(rectangle("recomCropping", 40, 20, 80, 40, "pixel")), (0.2, 0.2)),
        (
            regions(
                region("areaOfInterest", rbShape="circle", rbUnit="relative", rbX=0.9, rbY=0.5, rbRx=0.05)
            ),
            (0.9, 0.5),
        ),
        (regions(rectangle("cropping", 0, 0), rectangle("mainSubjectArea", 0.6, 0.6)), (0.7, 0.7)),
        (regions(rectangle("areaOfInterest", 0, 0), rectangle("areaOfInterest", 0.8, 0.8)), (0.5, 0.5)),
        (faces(face(0.2, 0.3)), (0.2, 0.3)),
        (faces(face(0.2, 0.3), face(0.4, 0.5), dimensions=dimensions(4000, 2000)), (0.3, 0.4)),
        (faces(face(0.9, 0.9, "BarCode"), face(0.3, 0.3)), (0.3, 0.3)),
        (
            regions(
                region(
                    "cropping",
                    rbShape="polygon",
                    rbUnit="relative",
                    rbVertices="<rdf:Seq>"
                    + "".join(
                        f'<rdf:li Iptc4xmpExt:rbX="{x}" Iptc4xmpExt:rbY="{y}"/>'
                        for x, y in ((0, 0), (0.4, 0), (0, 0.6))
                    )
                    + "</rdf:Seq>",
                )
            ),
            (0.2, 0.3),
        ),
    ],
)
def test_what_is_marked_is_the_middle(marked: bytes, focus: tuple[float, float]) -> None:
    assert focus_of(marked, SIZE) == pytest.approx(focus)


@pytest.mark.parametrize(
    "marked",
    [
        b"",
        None,
        b"<no xml",
        packet(""),
        regions(rectangle("copyrightRegion", 0.7, 0.1)),
        regions(rectangle("cropping", 0.7, 0.1, unit="furlong")),
        regions(region("cropping", rbShape="rectangle", rbUnit="relative", rbX="left", rbY=0)),
        regions(rectangle("cropping", 3, 3)),
        regions(rectangle("cropping", "nan", "inf")),  # type: ignore[arg-type] # as files may have it
        faces(face(0.5, 0.5, "BarCode")),
        faces(face(0.2, 0.3), dimensions=dimensions(1000, 1000)),  # it was cropped since
        faces(face(0.2, 0.3), dimensions=dimensions(0, 0)),
    ],
)
def test_what_marks_nothing_says_nothing(marked: object) -> None:
    assert focus_of(marked, SIZE) is None


@given(st.binary(max_size=400), st.floats(), st.floats())
def test_whatever_stands_there_is_a_point_of_the_picture_or_none(noise: bytes, x: float, y: float) -> None:
    for marked in (noise, regions(rectangle("cropping", x, y)), faces(face(x, y))):
        focus = focus_of(marked, SIZE)
        assert focus is None or all(0 <= part <= 1 for part in focus)


def two_halves(marked: bytes, orientation: int = 1) -> bytes:
    """A picture that is red on the left and blue on the right, with detail on the left."""
    picture = Image.new("RGB", SIZE, "red")
    picture.paste("blue", (200, 0, 400, 200))
    for x in range(0, 180, 6):
        picture.paste("white", (x, 0, x + 2, 200))
    exif = Image.Exif()
    exif[0x0112] = orientation
    out = io.BytesIO()
    picture.save(out, "JPEG", xmp=marked, exif=exif)
    return out.getvalue()


def middle(content: bytes) -> str:
    pixel = (
        Image.open(io.BytesIO(content)).convert("RGB").resize((1, 1), Image.Resampling.BOX).getpixel((0, 0))
    )
    assert isinstance(pixel, tuple)
    return "blue" if pixel[2] > 200 else "other"


SQUARE = PhotoLimits(side=200, ratio=(1.0, 1.0))


@pytest.mark.parametrize(
    "marked", [regions(rectangle("cropping", 0.8, 0.4)), faces(face(0.85, 0.5)), faces(face(0.8, 0.1))]
)
def test_a_crop_is_laid_around_it(marked: bytes) -> None:
    file = fitted(two_halves(marked), SQUARE)

    assert middle(file.content) == "blue"
    assert "around its focal point" in file.remark
    assert middle(fitted(two_halves(b"<x/>"), SQUARE).content) == "other"


def test_what_the_newsroom_says_comes_first() -> None:
    marked = two_halves(regions(rectangle("cropping", 0.8, 0.4)))

    assert middle(fitted(marked, SQUARE, focus=(0.1, 0.5)).content) == "other"


def test_a_file_that_lies_on_its_side_marks_nothing_for_certain() -> None:
    marked = two_halves(regions(rectangle("cropping", 0.8, 0.4)), orientation=3)

    assert "where its detail is" in fitted(marked, SQUARE).remark


def test_no_region_is_left_in_what_is_sent() -> None:
    file = fitted(two_halves(faces(face(0.85, 0.5))), SQUARE)

    assert b"Somebody" not in file.content
