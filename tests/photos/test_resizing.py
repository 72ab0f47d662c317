"""Pictures made smaller: by the fast library as by Pillow, whatever part of them is taken."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops, ImageFilter

from syndicator.photos import resizing
from syndicator.photos.resizing import FILTER, OPAQUE_MODES, Box, resized
from tests.photos.pictures import GREEN, RED, noise, quarters


@pytest.fixture
def _without_the_library(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    resizing._fast_resize.cache_clear()
    monkeypatch.setitem(sys.modules, "cykooz_resizer", None)  # importing it fails
    yield
    resizing._fast_resize.cache_clear()


def landscape(mode: str) -> Image.Image:
    """Soft shapes and one hard edge."""
    soft = noise(211, 140).filter(ImageFilter.GaussianBlur(3))
    soft.paste(quarters(60, 40), (70, 50))
    return soft.convert(mode)


def distance(one: Image.Image, other: Image.Image) -> int:
    """The largest difference of two pictures' bands, of 255."""
    assert (one.mode, one.size) == (other.mode, other.size)
    bands = zip(one.split(), other.split(), strict=True)
    return max(int(ImageChops.difference(a, b).getextrema()[1]) for a, b in bands)  # type: ignore[arg-type]


class TestTheFastLibrary:
    @pytest.mark.parametrize("mode", OPAQUE_MODES)
    @pytest.mark.parametrize("size", [(150, 100), (53, 35), (7, 5), (1, 1)])
    def test_makes_of_a_picture_what_pillow_makes(self, mode: str, size: tuple[int, int]) -> None:
        image = landscape(mode)
        assert distance(resized(image, size), image.resize(size, FILTER)) <= 2

    @given(data=st.data())
    @settings(max_examples=60, deadline=None)
    def test_takes_any_part(self, data: st.DataObject) -> None:
        image = landscape("RGB")
        within = st.floats(0, 1)

        def stretch(length: int) -> tuple[float, float]:
            part = max(1.0, data.draw(within) * length)
            start = min(data.draw(within) * (length - part), length - part)
            return start, min(start + part, float(length))

        (left, right), (top, bottom) = stretch(image.width), stretch(image.height)
        size = max(1, round((right - left) * 0.7)), max(1, round((bottom - top) * 0.7))
        made = resized(image, size, (left, top, right, bottom))
        assert (made.mode, made.size) == ("RGB", size)

    @pytest.mark.parametrize("box", [(0, 0, 70.3, 139.9), (140.7, 0.25, 211, 140), (70, 50, 130, 90)])
    def test_takes_the_part_that_pillow_takes(self, box: Box) -> None:
        image = landscape("RGB")
        size = 40, 30
        inner = 3, 3, 37, 27  # at a part's own border the one looks beyond it, and the other does not
        ours, pillows = resized(image, size, box).crop(inner), image.resize(size, FILTER, box).crop(inner)
        assert distance(ours, pillows) <= 2

    def test_many_threads_get_what_one_gets(self) -> None:
        images = [landscape("RGB") for _ in range(8)]
        alone = [resized(image, (80, 50)).tobytes() for image in images]
        with ThreadPoolExecutor(8) as threads:
            assert [*threads.map(lambda image: resized(image, (80, 50)).tobytes(), images)] == alone

    def test_the_picture_stays_as_it_was(self) -> None:
        image = landscape("RGB")
        before = image.tobytes()
        resized(image, (50, 30), (10, 10, 100, 64))
        assert image.tobytes() == before


@pytest.mark.usefixtures("_without_the_library")
@pytest.mark.parametrize("mode", OPAQUE_MODES)
def test_where_the_library_is_missing_pillow_does_it(mode: str) -> None:
    image = landscape(mode)
    box = 10.5, 0, 200, 139
    assert resized(image, (80, 60), box).tobytes() == image.resize((80, 60), FILTER, box).tobytes()


@pytest.mark.parametrize("mode", ["RGBA", "LA"])
def test_what_is_transparent_lends_no_colour(mode: str) -> None:
    """Green that nobody sees stands beside red that all see: no edge between them turns brown."""
    shown, hidden = Image.new("RGBA", (64, 64), (*RED, 255)), Image.new("RGBA", (32, 64), (*GREEN, 0))
    shown.paste(hidden, (0, 0))
    made = resized(shown.convert(mode), (20, 20))
    assert (made.mode, made.size) == (mode, (20, 20))
    if mode == "RGBA":
        seen = [pixel for pixel in made.get_flattened_data() if isinstance(pixel, tuple) and pixel[3] > 128]
        assert seen
        assert all(max(abs(a - b) for a, b in zip(pixel, RED, strict=False)) < 12 for pixel in seen)
