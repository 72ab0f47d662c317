"""Pictures from outside: what is refused, and what channels get of the rest."""

from __future__ import annotations

import io
import re
import subprocess
import sys
import warnings
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from PIL import Image, ImageCms

from syndicator.domain.errors import PhotoError
from syndicator.domain.photo import PhotoFile, PhotoLimits
from syndicator.photos.picture import MAX_MEMORY_BYTES, opened, size_and_type
from syndicator.photos.renditions import fitted
from syndicator.text import markup
from tests.photos.pictures import (
    BLUE,
    GREEN,
    RED,
    YELLOW,
    held,
    noise,
    png_claiming,
    quarters,
    red_for_green,
    saved,
    with_private_metadata,
    with_segment,
)

LIMITS = PhotoLimits()

#: As ``picture`` declares for the process; the suite makes an error of every warning.
pytestmark = pytest.mark.filterwarnings(r"ignore::UserWarning:PIL\.")
KINDS = ("JPEG", "PNG", "WEBP", "AVIF")


def shown(file: PhotoFile) -> Image.Image:
    image = Image.open(io.BytesIO(file.content), formats=["JPEG"])
    assert (image.format, image.mode, image.size) == ("JPEG", "RGB", (file.width, file.height))
    return image


def colour_at(image: Image.Image, x: float, y: float) -> tuple[int, ...]:
    """The colour at a place told in parts of width and height."""
    at = int(image.width * x), int(image.height * y)
    return tuple(image.convert("RGB").crop((*at, at[0] + 1, at[1] + 1)).tobytes())


def is_near(found: tuple[int, ...], wanted: tuple[int, ...], within: int = 12) -> bool:
    return all(abs(a - b) <= within for a, b in zip(found, wanted, strict=True))


class TestWhatIsSent:
    @pytest.mark.parametrize("orientation", range(1, 9))
    @pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
    def test_photos_stand_upright_however_the_camera_was_held(self, orientation: int, kind: str) -> None:
        upright = shown(fitted(held(orientation, kind), LIMITS))
        assert upright.size == (96, 64)
        corners = [colour_at(upright, x, y) for x, y in ((0.2, 0.2), (0.8, 0.2), (0.2, 0.8), (0.8, 0.8))]
        assert all(map(is_near, corners, (RED, GREEN, BLUE, YELLOW))), corners
        assert upright.getexif().get(0x0112, 1) == 1

    @pytest.mark.parametrize("kind", KINDS)
    @pytest.mark.parametrize("credit", ["", "Noy S."])
    def test_nothing_private_is_passed_on(self, kind: str, credit: str) -> None:
        original = with_private_metadata(kind)
        assert b"SECRET" in original
        made = fitted(original, LIMITS, credit)
        assert b"SECRET" not in made.content
        assert not shown(made).getexif()
        assert b"Exif" not in made.content

    @given(credit=st.text(max_size=30).map(str.strip))
    def test_the_credit_goes_along_whatever_is_in_it(self, credit: str) -> None:
        packet = shown(fitted(saved(quarters()), LIMITS, credit)).info.get("xmp")
        if not credit:
            assert packet is None
            return
        assert packet is not None
        said = etree.fromstring(packet)[0][0].get("{http://ns.adobe.com/photoshop/1.0/}Credit", "")
        assert said.split() == re.sub("[\\t\\n\\r]", " ", markup.legal(credit)).split()

    @pytest.mark.parametrize("mode", ["RGB", "RGBA", "P"])
    def test_colours_are_converted_from_the_photos_profile(self, mode: str) -> None:
        content = saved(
            Image.new("RGB", (64, 64), (255, 0, 0)).convert(mode), "PNG", icc_profile=red_for_green()
        )
        made = shown(fitted(content, LIMITS))
        assert is_near(colour_at(made, 0.5, 0.5), (0, 255, 0))
        assert "icc_profile" not in made.info

    def test_a_broken_profile_is_ignored_as_viewers_do(self) -> None:
        content = saved(quarters(), "PNG", icc_profile=b"no profile at all")
        assert is_near(colour_at(shown(fitted(content, LIMITS)), 0.2, 0.2), RED)

    def test_a_profile_of_other_colours_than_the_photos_is_ignored(self) -> None:
        content = saved(quarters().convert("L"), "PNG", icc_profile=red_for_green())
        grey = colour_at(shown(fitted(content, LIMITS)), 0.2, 0.2)
        assert max(grey) - min(grey) <= 2

    def test_printers_colours_become_screen_colours(self) -> None:
        content = saved(Image.new("CMYK", (64, 64), (0, 255, 255, 0)))
        assert is_near(colour_at(shown(fitted(content, LIMITS)), 0.5, 0.5), (255, 0, 0), 20)

    @pytest.mark.parametrize(
        ("mode", "kind"),
        [("RGBA", "PNG"), ("LA", "PNG"), ("P", "PNG"), ("RGBA", "WEBP"), ("RGBA", "AVIF"), ("RGBA", "GIF")],
    )
    def test_what_is_transparent_becomes_white(self, mode: str, kind: str) -> None:
        image = Image.new("RGBA", (80, 40), (0, 0, 0, 0))
        image.paste((10, 10, 10, 255), (40, 0, 80, 40))
        made = shown(fitted(saved(image.convert(mode), kind), LIMITS))
        assert is_near(colour_at(made, 0.2, 0.5), (255, 255, 255))
        assert is_near(colour_at(made, 0.8, 0.5), (10, 10, 10))

    def test_a_transparent_colour_becomes_white(self) -> None:
        made = shown(fitted(saved(quarters(), "PNG", transparency=RED), LIMITS))
        assert is_near(colour_at(made, 0.2, 0.2), (255, 255, 255))
        assert is_near(colour_at(made, 0.8, 0.2), GREEN)

    def test_16_bits_a_pixel_become_8(self) -> None:
        deep = Image.new("I;16", (96, 32))
        deep.putdata([x * 65535 // 95 for x in range(96)] * 32)
        made = shown(fitted(saved(deep, "PNG"), LIMITS))
        assert all(is_near(colour_at(made, x, 0.5), (round(255 * x),) * 3, 8) for x in (0.1, 0.5, 0.9))

    def test_one_bit_a_pixel_becomes_8(self) -> None:
        made = shown(fitted(saved(Image.new("1", (64, 64), 1), "PNG"), LIMITS))
        assert is_near(colour_at(made, 0.5, 0.5), (255, 255, 255))

    def test_moving_pictures_show_their_first_frame(self) -> None:
        frames = [Image.new("RGB", (64, 64), c) for c in (RED, GREEN)]
        content = saved(frames[0], "GIF", save_all=True, append_images=frames[1:])
        assert is_near(colour_at(shown(fitted(content, LIMITS)), 0.5, 0.5), RED)


class TestLimits:
    @pytest.mark.slow
    @settings(max_examples=40)
    @given(
        width=st.integers(1, 400),
        height=st.integers(1, 400),
        side=st.integers(64, 300),
        length=st.integers(3_000, 30_000),
    )
    def test_every_photo_fits_or_is_said_not_to(
        self, width: int, height: int, side: int, length: int
    ) -> None:
        limits = PhotoLimits(side=side, length=length, min_side=1)
        try:
            made = fitted(saved(noise(width, height)), limits)
        except PhotoError:
            assert length < max(width, height) * 100  # too tight even for a thumbnail of noise
            return
        shown(made)
        assert max(made.width, made.height) <= min(side, max(width, height))
        assert len(made.content) <= length

    def test_quality_goes_before_size(self) -> None:
        photo = saved(noise(300, 200), "PNG")  # a JPEG that fits is not encoded again
        full = fitted(photo, PhotoLimits(side=300, length=10**7), "Noy")
        tight = fitted(photo, PhotoLimits(side=300, length=len(full.content) - 1), "Noy")
        assert (tight.width, tight.height) == (300, 200)
        tighter = fitted(photo, PhotoLimits(side=300, length=len(full.content) // 2), "Noy")
        assert tighter.width < 300
        assert abs(tighter.width / tighter.height - 1.5) < 0.02

    def test_small_photos_are_not_blown_up(self) -> None:
        made = fitted(saved(quarters(80, 40), "PNG"), PhotoLimits(side=1600))
        assert (made.width, made.height) == (80, 40)

    def test_a_photo_that_cannot_be_made_to_fit_is_told(self) -> None:
        with pytest.raises(PhotoError, match="does not fit into 100 bytes") as caught:
            fitted(saved(noise(200, 200)), PhotoLimits(length=100))
        assert caught.value.lasting


class TestWhatIsLeftAsItIs:
    def test_an_upright_bare_jpeg_within_the_limits(self) -> None:
        content = saved(quarters())
        made = fitted(content, LIMITS)
        assert made == PhotoFile(content=content, media_type="image/jpeg", width=96, height=64)

    @pytest.mark.parametrize(
        "content",
        [
            saved(quarters(), comment=b"taken at home"),
            saved(quarters(), icc_profile=red_for_green()),
            held(1),
            saved(quarters()) + b"a film",
            saved(quarters()) + saved(quarters()),
            with_segment(saved(quarters()), 0xE2, b"MPF\0and so on"),
            with_segment(saved(quarters()), 0xE0, b"JFXX\0\x10a thumbnail of what was cut away"),
            saved(quarters(), "PNG"),
        ],
        ids=["comment", "profile", "exif", "tail", "second", "mpf", "thumbnail", "png"],
    )
    def test_nothing_that_carries_more_than_the_picture(self, content: bytes) -> None:
        made = fitted(content, LIMITS)
        assert made.content != content
        image = shown(made)
        assert set(image.info) <= {
            "jfif",
            "jfif_version",
            "jfif_unit",
            "jfif_density",
            "progressive",
            "progression",
        }
        assert b"thumbnail" not in made.content

    @pytest.mark.parametrize(
        ("limits", "credit"),
        [(PhotoLimits(side=95), ""), (PhotoLimits(length=700), ""), (LIMITS, "Noy S.")],
        ids=["too wide", "too heavy", "credit to add"],
    )
    def test_nothing_that_has_to_change(self, limits: PhotoLimits, credit: str) -> None:
        content = saved(quarters())
        assert len(content) > 700
        assert fitted(content, limits, credit).content != content

    def test_nothing_that_cannot_be_decoded(self) -> None:
        content = saved(quarters())
        table = content.index(b"\xff\xc4") + 5  # how many codes there are of each length: too many
        damaged = content[:table] + b"\xff" * 16 + content[table + 16 :]
        with pytest.raises(PhotoError, match="damaged"):
            fitted(damaged, LIMITS)


class TestWhatIsRefused:
    @pytest.mark.parametrize(
        "content",
        [
            b"<!DOCTYPE html><title>Sign in</title>",
            b'<svg xmlns="http://www.w3.org/2000/svg"/>',
            b"%PDF-1.7",
            saved(quarters(), "TIFF"),
            saved(quarters(), "BMP"),
        ],
        ids=["html", "svg", "pdf", "tiff", "bmp"],
    )
    def test_what_is_no_photo_is_told_by_how_it_starts(self, content: bytes) -> None:
        with pytest.raises(PhotoError, match="not a picture") as caught:
            fitted(content, LIMITS)
        assert caught.value.lasting
        assert repr(content[:24]) in str(caught.value)

    def test_an_empty_file_may_be_full_the_next_time(self) -> None:
        with pytest.raises(PhotoError, match="not a picture") as caught:
            fitted(b"", LIMITS)
        assert not caught.value.lasting

    @pytest.mark.parametrize("side", [9_000, 12_000, 30_000])
    def test_bombs_do_not_go_off(self, side: int) -> None:
        bomb = png_claiming(side, side)
        assert len(bomb) < 200
        for use in (size_and_type, lambda content: fitted(content, LIMITS)):
            with pytest.raises(PhotoError, match=r"pixels") as caught:
                use(bomb)
            assert caught.value.lasting

    @pytest.mark.slow
    def test_a_photo_that_would_take_too_much_memory_is_told(self) -> None:
        large = saved(Image.new("L", (6000, 5000)), "PNG")
        with pytest.raises(PhotoError, match=r"6000 x 5000 pixels of PNG would take 300 MB") as caught:
            fitted(large, LIMITS)
        assert caught.value.lasting

    def test_large_photos_at_once_take_no_more_memory_than_one(self, tmp_path: Path) -> None:
        """In a process of its own, whose greatest size the system tells."""
        photo = tmp_path / "large.png"
        Image.new("P", (6000, 4000)).save(photo)
        program = (
            "import pathlib, resource, sys\n"
            "from concurrent.futures import ThreadPoolExecutor\n"
            "from syndicator.photos.renditions import fitted\n"
            "from syndicator.domain.photo import PhotoLimits\n"
            "size = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
            "content = pathlib.Path(sys.argv[1]).read_bytes()\n"
            "before = size()\n"
            "with ThreadPoolExecutor(4) as pool:\n"
            "    list(pool.map(lambda _: fitted(content, PhotoLimits()), range(4)))\n"
            "print(size() - before)\n"
        )
        ran = subprocess.run(
            [sys.executable, "-c", program, str(photo)], capture_output=True, text=True, check=True
        )
        taken = int(ran.stdout) * (1 if sys.platform == "darwin" else 1024)
        assert taken < MAX_MEMORY_BYTES * 1.2

    @pytest.mark.parametrize("kind", KINDS)
    def test_a_photo_that_breaks_off_may_be_whole_the_next_time(self, kind: str) -> None:
        content = saved(noise(200, 200), kind)
        with pytest.raises(PhotoError, match="damaged") as caught:
            fitted(content[: len(content) * 2 // 3], LIMITS)
        assert not caught.value.lasting

    @settings(max_examples=300)
    @given(
        kind=st.sampled_from((*KINDS, "GIF")),
        hits=st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), max_size=12),
        reach=st.sampled_from([40, 300, 100_000]),
        kept=st.sampled_from([1.0, 1.0, 0.9, 0.5, 0.1]),
    )
    @pytest.mark.slow
    def test_damage_of_any_kind_is_a_photo_error_or_a_photo(
        self, kind: str, hits: list[tuple[float, int]], reach: int, kept: float
    ) -> None:
        content = bytearray(SAMPLES[kind])
        for place, value in hits:
            content[int(place * (min(reach, len(content)) - 1))] = value
        damaged = bytes(content[: int(len(content) * kept)])
        for use in (size_and_type, lambda c: shown(fitted(c, PhotoLimits(side=64), "Noy"))):
            with suppress(PhotoError):
                use(damaged)


SAMPLES = {kind: with_private_metadata(kind) for kind in KINDS} | {
    "GIF": saved(quarters().convert("P"), "GIF")
}


class TestMeasuring:
    @pytest.mark.parametrize("orientation", range(1, 9))
    def test_the_size_is_what_a_viewer_shows(self, orientation: int) -> None:
        assert size_and_type(held(orientation)) == (96, 64, "image/jpeg")

    @pytest.mark.parametrize("kind", [*KINDS, "GIF"])
    def test_the_type_is_what_the_bytes_are(self, kind: str) -> None:
        assert size_and_type(saved(quarters(), kind)) == (96, 64, f"image/{kind.lower()}")

    def test_a_phones_jpeg_with_several_pictures_is_a_jpeg(self) -> None:
        content = saved(quarters(), "MPO", save_all=True, append_images=[quarters()])
        assert size_and_type(content) == (96, 64, "image/jpeg")
        assert is_near(colour_at(shown(fitted(content, LIMITS)), 0.2, 0.2), RED)


@pytest.mark.slow
def test_many_threads_get_what_one_gets_and_leave_no_trace() -> None:
    filters, most = list(warnings.filters), Image.MAX_IMAGE_PIXELS
    photo, bomb = saved(noise(300, 300), icc_profile=red_for_green()), png_claiming(12_000, 12_000)

    def use(turn: int) -> bytes | str:
        try:
            return fitted(bomb if turn % 2 else photo, PhotoLimits(side=100)).content
        except PhotoError as e:
            return str(e)

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(use, range(64)))
    assert set(found) == {use(0), use(1)}
    assert (list(warnings.filters), Image.MAX_IMAGE_PIXELS) == (filters, most)


def test_errors_of_our_own_pass_through_an_open_picture() -> None:
    with pytest.raises(PhotoError, match="mine"), opened(saved(quarters())):
        raise PhotoError("mine", lasting=True)


def test_the_sample_profile_is_one() -> None:
    """Or the tests of colours would pass for the wrong reason."""
    assert ImageCms.ImageCmsProfile(io.BytesIO(red_for_green())).tobytes()
