"""Renditions: shapes, what is kept of a photo's file, limits in bytes, and one decoding for all."""

from __future__ import annotations

import base64
import io
import json
import struct
from typing import Any
from unittest.mock import Mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops, ImageCms, ImageDraw

from syndicator.domain.errors import PhotoError
from syndicator.domain.photo import PhotoFile, PhotoLimits
from syndicator.photos import renditions as module
from syndicator.photos.kept import KeptRenditions
from syndicator.photos.lossless import bare_jpeg
from syndicator.photos.picture import size_and_type
from syndicator.photos.provenance import provenance_of
from syndicator.photos.renditions import MOVING, Renditions, fitted
from tests.photos.pictures import (
    GREEN,
    RED,
    held,
    noise,
    png_claiming,
    quarters,
    red_for_green,
    saved,
    with_private_metadata,
    with_segment,
)

pytestmark = pytest.mark.filterwarnings(r"ignore::UserWarning:PIL\.")

WIDE, SQUARE, TALL = (16 / 9, 16 / 9), (1.0, 1.0), (0.8, 0.8)

#: ``quarters`` as a phone stores it (HEIC), 541 bytes.
HEIC = base64.b85decode(
    "0000SW^{RQXk}?*00000ZE0pPXk}?*ZE0a<00042ZDn*}000000000XXk=`10000000000aA{+7000000000000000"
    "00000B57=IV*mgE07O6l0RRC200001dH?|c00000005%^001LtX>Mi!000000RR916=`l}WdZ;I000310BCk&F#rGn"
    "01j|zbZr0t000010002iX>f9I0002DX>en20001ZXm(>m0RwOV0058x000009`FGC{rLC*01pFT0096PKmiN^|NjGU"
    "00093kN^M!000939=ZZRVE_RDD?$MQ18@KU0|1Z!00RI30{|YNFo6Y@>PacCZUPz%2mk;B0LTCU0{{p>VgLaE2SfqE"
    "a<C#m0000JV{dG7ZewhC0096E00w{n000zeb8uw<00000003YB002M$000nhX?SS>000032nYxO000+haBX1#00000"
    "000310R({p0|Wp70IO|eVRQfh0G}uUuM>cI!jn`-|Nb%|zxNJ#|HEq~f~YUw-+#hx|KB!qfgwvL1e-j6ACUp`JqCth"
    "<o4gu@n>Mi!}CdjE(uy5Pi_4l7G*j1Y0DA+=C5G=6(axX4=U*XIykunaKeahqO-X@YdrUrs)K^_N*1NRtdZdFNkmhV"
    "$!_je|L5wD@k*cD{HCKlV?0G0q&*qg)Z=fVsPd>)Q8FXdKm"
)


def image_of(file: PhotoFile) -> Image.Image:
    image = Image.open(io.BytesIO(file.content), formats=["JPEG"])
    assert image.size == (file.width, file.height)
    return image.convert("RGB")


def with_detail_at(x: float, y: float, width: int = 900, height: int = 600) -> Image.Image:
    """An even sky with a house at a place told in parts of width and height."""
    image = Image.new("RGB", (width, height), (120, 160, 210))
    pen = ImageDraw.Draw(image)
    for step in range(0, 60, 6):
        left, top = x * width - 30 + step, y * height - 30
        pen.rectangle([left, top, left + 2, top + 60], fill=(60, 20, 20))
    return image


def has_house(image: Image.Image) -> bool:
    return min(image.convert("L").resize((image.width // 2, image.height // 2)).tobytes()) < 100


class TestShapes:
    @pytest.mark.parametrize("ratio", [WIDE, SQUARE, TALL, (0.8, 1.91), None])
    @pytest.mark.parametrize("size", [(900, 600), (600, 900), (640, 640), (1200, 200), (3000, 100)])
    def test_every_photo_is_of_a_shape_that_is_taken(
        self, size: tuple[int, int], ratio: tuple[float, float] | None
    ) -> None:
        made = fitted(saved(Image.new("RGB", size, RED)), PhotoLimits(side=500, ratio=ratio, min_side=1))
        if ratio:
            slack = 1.6 / min(made.width, made.height) + 0.011
            assert ratio[0] * (1 - slack) <= made.width / made.height <= ratio[1] * (1 + slack)
        assert max(made.width, made.height) <= 500
        assert made.width <= size[0]
        assert made.height <= size[1]

    @pytest.mark.parametrize("x", [0.06, 0.3, 0.5, 0.94])
    def test_a_crop_keeps_the_detail_of_its_width(self, x: float) -> None:
        made = fitted(saved(with_detail_at(x, 0.5)), PhotoLimits(ratio=TALL, side=600))
        assert has_house(image_of(made))
        assert "cropped away, where its detail is" in made.remark

    @pytest.mark.parametrize("y", [0.08, 0.5, 0.9])
    def test_a_crop_keeps_the_detail_of_its_height(self, y: float) -> None:
        made = fitted(saved(with_detail_at(0.5, y, 600, 900)), PhotoLimits(ratio=WIDE, side=600))
        assert has_house(image_of(made))

    def test_a_focal_point_is_stronger_than_detail(self) -> None:
        limits = PhotoLimits(ratio=SQUARE, side=600)
        content = saved(with_detail_at(0.06, 0.5))
        assert not has_house(image_of(fitted(content, limits, focus=(0.95, 0.5))))
        assert "around its focal point" in fitted(content, limits, focus=(0.95, 0.5)).remark
        assert has_house(image_of(fitted(content, limits, focus=(0.0, 0.0))))

    @pytest.mark.slow
    @given(
        size=st.tuples(st.integers(1, 300), st.integers(1, 300)),
        ratio=st.sampled_from([WIDE, SQUARE, TALL]),
        focus=st.one_of(st.none(), st.tuples(st.floats(0, 1), st.floats(0, 1))),
    )
    @settings(max_examples=60, deadline=None)
    def test_no_crop_leaves_the_picture(
        self, size: tuple[int, int], ratio: tuple[float, float], focus: tuple[float, float] | None
    ) -> None:
        made = fitted(
            saved(Image.new("RGB", size, GREEN), "PNG"), PhotoLimits(ratio=ratio, min_side=1), focus=focus
        )
        low, high = zip(*image_of(made).getextrema(), strict=True)
        assert all(abs(a - b) < 8 for a, b in zip((*low, *high), (*GREEN, *GREEN), strict=True))

    def test_an_even_photo_is_cropped_around_its_middle(self) -> None:
        image = Image.new("RGB", (900, 300), RED)
        image.paste(GREEN, (300, 0, 600, 300))
        colours = (
            image_of(fitted(saved(image, "PNG"), PhotoLimits(ratio=SQUARE))).resize((3, 1)).getpixel((1, 0))
        )
        assert isinstance(colours, tuple)
        assert colours[1] > 150

    def test_what_fits_in_shape_is_not_cropped(self) -> None:
        made = fitted(saved(quarters(300, 200), "PNG"), PhotoLimits(ratio=(0.8, 1.91)))
        assert (made.width, made.height, made.remark) == (300, 200, "")

    def test_a_photo_on_its_side_is_cropped_as_it_is_seen(self) -> None:
        made = fitted(held(6), PhotoLimits(ratio=SQUARE), focus=(0.0, 0.0))
        assert (made.width, made.height) == (64, 64)
        colour = image_of(made).getpixel((20, 20))
        assert isinstance(colour, tuple)
        assert all(abs(a - b) < 12 for a, b in zip(colour, RED, strict=True))

    @pytest.mark.slow
    def test_a_crop_of_a_panorama_has_the_pixels_of_the_original(self) -> None:
        made = fitted(saved(noise(4000, 600), "PNG"), PhotoLimits(ratio=SQUARE, side=1080))
        assert (made.width, made.height) == (600, 600)

    def test_few_pixels_are_not_blown_up_but_refused(self) -> None:
        with pytest.raises(PhotoError, match="200 x 200 pixels are left") as caught:
            fitted(saved(quarters(300, 200)), PhotoLimits(ratio=SQUARE, min_side=320))
        assert caught.value.lasting
        assert fitted(saved(quarters(320, 320)), PhotoLimits(ratio=SQUARE, min_side=320)).width == 320

    def test_pixels_in_all_are_limited(self) -> None:
        made = fitted(saved(quarters(400, 200)), PhotoLimits(max_pixels=20_000))
        assert 19_000 < made.width * made.height <= 20_200

    @pytest.mark.parametrize("ratio", [(1.91, 0.8), (0.0, 1.0)])
    def test_shapes_that_are_none_are_told(self, ratio: tuple[float, float]) -> None:
        with pytest.raises(ValueError, match="narrowest"):
            PhotoLimits(ratio=ratio)


class TestPixelsAsTheyAre:
    @pytest.mark.parametrize(
        "options", [{}, {"progressive": True}, {"subsampling": 0}, {"restart_marker_rows": 1}]
    )
    def test_a_fitting_jpeg_loses_its_remarks_and_no_pixel(self, options: dict[str, Any]) -> None:
        exif = Image.Exif()
        exif[0x010F] = "SECRET camera"
        image = noise(160, 120)
        content = saved(image, exif=exif, comment=b"SECRET", **options) + b"SECRET"
        made = fitted(content, PhotoLimits())
        assert b"SECRET" not in made.content
        before = Image.open(io.BytesIO(content)).convert("RGB")
        assert ImageChops.difference(before, image_of(made)).getbbox() is None

    def test_srgb_by_any_name_is_srgb(self) -> None:
        profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
        made = fitted(saved(quarters(), icc_profile=profile.replace(b"sRGB", b"Foo1")), PhotoLimits())
        assert made.content == bare_jpeg(saved(quarters()))
        assert fitted(saved(quarters(), icc_profile=red_for_green()), PhotoLimits()).content != made.content

    def test_a_thumbnail_in_the_header_goes(self) -> None:
        thumbnail = b"JFIF\0\1\2\0\0\1\0\1\1\1SECRET"
        content = saved(quarters())
        with_it = content[:2] + struct.pack(">BBH", 0xFF, 0xE0, len(thumbnail) + 2) + thumbnail + content[20:]
        made = fitted(with_it, PhotoLimits())
        assert b"SECRET" not in made.content
        assert image_of(made).size == (96, 64)

    @pytest.mark.slow
    @given(cut=st.integers(0, 2000), hit=st.integers(0, 2000), value=st.integers(0, 255))
    @settings(max_examples=100, deadline=None)
    def test_damage_is_none_or_a_jpeg(self, cut: int, hit: int, value: int) -> None:
        content = bytearray(with_private_metadata())
        content[hit % len(content)] = value
        made = bare_jpeg(bytes(content[: max(1, len(content) - cut)]))
        assert made is None or (made.startswith(b"\xff\xd8") and made.endswith(b"\xff\xd9"))


def with_iptc(**lines: bytes) -> bytes:
    numbers = {"byline": 80, "credit": 110, "notice": 116}
    records = b"".join(
        b"\x1c\x02" + bytes([numbers[name]]) + struct.pack(">H", len(text)) + text
        for name, text in lines.items()
    )
    resource = (
        b"8BIM\x04\x04\x00\x00" + struct.pack(">I", len(records)) + records + b"\0" * (len(records) % 2)
    )
    return with_segment(saved(quarters()), 0xED, b"Photoshop 3.0\0" + resource)


class TestWhoseItIs:
    @pytest.mark.parametrize("side", [1600, 50], ids=["as it is", "made small"])
    def test_byline_credit_and_notice_stay(self, side: int) -> None:
        content = with_iptc(byline=b"Noy Sisouk", credit=b"Ledger Photos", notice="© 2026 Ledger".encode())
        with Image.open(io.BytesIO(fitted(content, PhotoLimits(side=side)).content)) as image:
            found = provenance_of(image)
        assert (found.credit, found.creators, found.notice) == (
            "Ledger Photos",
            ("Noy Sisouk",),
            "© 2026 Ledger",
        )

    def test_the_articles_credit_goes_first(self) -> None:
        content = with_iptc(byline=b"N. S.", credit=b"Wire")
        with Image.open(io.BytesIO(fitted(content, PhotoLimits(), "Noy S. / Wire").content)) as image:
            found = provenance_of(image)
        assert (found.credit, found.creators) == ("Noy S. / Wire", ("N. S.",))

    def test_of_what_hurts_nothing_is_taken(self) -> None:
        packet = (
            b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]>'
            b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:p='
            b'"http://ns.adobe.com/photoshop/1.0/"><rdf:Description><p:Credit>&b;</p:Credit></rdf:Description></rdf:RDF>'
        )
        made = fitted(saved(quarters(), xmp=packet), PhotoLimits())
        assert b"aaaa" not in made.content
        long_made = fitted(with_iptc(credit=b"W" * 5000, byline=b"\0\x1b[2J<b>&"), PhotoLimits())
        assert long_made.content.count(b"W") < 400
        assert image_of(long_made)


class TestBytes:
    @pytest.mark.slow
    @pytest.mark.parametrize("share", [0.95, 0.75, 0.5, 0.2, 0.05])
    def test_a_limit_is_met_in_few_encodings_and_not_by_far(
        self, share: float, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        content = saved(noise(1200, 800).resize((1500, 1000)), "PNG")
        full = len(fitted(content, PhotoLimits(side=1200)).content)
        encode = Mock(wraps=module._jpeg)
        monkeypatch.setattr(module, "_jpeg", encode)
        made = fitted(content, PhotoLimits(side=1200, length=round(full * share)))
        assert full * share * 0.3 < len(made.content) <= full * share  # noise shrinks better than photos do
        assert encode.call_count <= 4


class TestOneDecoding:
    def test_channels_share_one(self, monkeypatch: pytest.MonkeyPatch) -> None:
        decode = Mock(wraps=module._picture)
        monkeypatch.setattr(module, "_picture", decode)
        content = saved(noise(300, 200), "PNG")
        renditions = Renditions(lambda: content)
        wanted = [PhotoLimits(side=s, ratio=r) for s in (300, 200, 100) for r in (None, WIDE, SQUARE)]
        several = [renditions.fit(limits) for limits in wanted]
        assert decode.call_count == 1
        assert several == [fitted(content, limits) for limits in wanted]

    def test_what_is_kept_is_bounded_and_the_newest(self) -> None:
        kept = KeptRenditions(max_bytes=300_000)
        contents = [saved(noise(200, 200), "PNG") for _ in range(4)]
        for n, content in enumerate(contents):
            kept.of(str(n), lambda content=content: content).fit(PhotoLimits())  # type: ignore[misc]
        newest = kept.of("3", lambda: b"")
        assert newest.fit(PhotoLimits()).width == 200
        with pytest.raises(PhotoError):
            kept.of("0", lambda: b"").fit(PhotoLimits())


class TestKinds:
    def test_phones_photos_are_read(self) -> None:
        assert size_and_type(HEIC) == (96, 64, "image/heif")
        made = fitted(HEIC, PhotoLimits())
        colour = image_of(made).getpixel((20, 15))
        assert isinstance(colour, tuple)
        assert all(abs(a - b) < 25 for a, b in zip(colour, RED, strict=True))

    def test_a_phones_photo_that_breaks_off_is_told(self) -> None:
        with pytest.raises(PhotoError, match="damaged") as caught:
            fitted(HEIC[:300], PhotoLimits())
        assert not caught.value.lasting

    @pytest.mark.parametrize("start", [b"\xff\x0a\xfa\x1f", b"\0\0\0\x0cJXL \r\n\x87\n"])
    def test_jpeg_xl_is_named(self, start: bytes) -> None:
        with pytest.raises(PhotoError, match="JPEG XL") as caught:
            fitted(start + b"\0" * 50, PhotoLimits())
        assert caught.value.lasting

    @pytest.mark.parametrize("kind", ["GIF", "PNG", "WEBP"])
    def test_of_what_moves_the_first_picture_is_shown_with_a_remark(self, kind: str) -> None:
        frames = [Image.new("RGB", (64, 64), c) for c in (RED, GREEN)]
        made = fitted(saved(frames[0], kind, save_all=True, append_images=frames[1:]), PhotoLimits())
        assert made.remark == MOVING
        colour = image_of(made).getpixel((30, 30))
        assert isinstance(colour, tuple)
        assert colour[0] > 200

    @pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF"])
    def test_one_pixel_is_a_photo_where_one_is_taken(self, kind: str) -> None:
        content = saved(Image.new("RGB", (1, 1), RED), kind)
        assert fitted(content, PhotoLimits(min_side=1)).width == 1
        with pytest.raises(PhotoError, match="1 x 1 pixels"):
            fitted(content, PhotoLimits())

    def test_two_hundred_megapixels_are_refused_by_the_header(self) -> None:
        with pytest.raises(PhotoError, match="pixels") as caught:
            fitted(png_claiming(20_000, 10_000), PhotoLimits())
        assert caught.value.lasting

    def test_a_page_named_as_a_photo_is_told(self) -> None:
        with pytest.raises(PhotoError, match="not a picture") as caught:
            fitted(b"<html><head><title>Not found</title>", PhotoLimits())
        assert json.dumps(str(caught.value))
        assert caught.value.lasting
