"""The newsroom's logo on its share cards."""

from __future__ import annotations

import io
import os
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageDraw

from syndicator.domain.errors import Misconfigured
from syndicator.domain.feed import Site
from syndicator.domain.photo import PhotoLimits
from syndicator.photos.logo import logo
from syndicator.photos.share_card import share_card
from tests.fakes import SITE
from tests.photos.test_share_card import TITLES, article

Colour = tuple[int, int, int]
GREEN: Colour = (0, 160, 60)


def file(
    folder: Path, size: tuple[int, int] = (600, 120), name: str = "logo.png", colour: Colour = GREEN
) -> Path:
    """A logo within an empty margin."""
    picture = Image.new("RGBA", (size[0] + 80, size[1] + 80))
    ImageDraw.Draw(picture).rectangle((40, 40, size[0] + 39, size[1] + 39), fill=colour)
    picture.putpixel((42, 42), (0, 0, 0, 0))  # nothing is around it
    path = folder / name
    (picture if name.endswith(("png", "webp")) else picture.convert("RGB")).save(path)
    return path


def card(
    path: Path, language: str = "en", site: Site = SITE, ratio: tuple[float, float] | None = None
) -> Image.Image:
    made = share_card(
        article(language=language, title=TITLES[language]),
        replace(site, logo=path),
        PhotoLimits(side=1200, ratio=ratio),
    )
    assert made.remark == ""
    return Image.open(io.BytesIO(made.content)).convert("RGB")


def box_of(image: Image.Image, colour: Colour) -> tuple[int, int, int, int]:
    """What has about this colour."""
    difference = ImageChops.difference(image, Image.new("RGB", image.size, colour))
    farthest = ImageChops.lighter(ImageChops.lighter(*difference.split()[:2]), difference.getchannel(2))
    box = farthest.point(lambda value: 255 * (value < 40)).getbbox()
    assert box is not None
    return box


@pytest.mark.parametrize("name", ["logo.png", "logo.webp"])
def test_it_stands_at_the_foot_within_the_margins(tmp_path: Path, name: str) -> None:
    left, top, right, bottom = box_of(card(file(tmp_path, name=name)), GREEN)

    assert left == pytest.approx(63, abs=3)
    assert bottom == pytest.approx(567, abs=3)
    assert bottom - top == pytest.approx(63, abs=3)
    assert (right - left) / (bottom - top) == pytest.approx(5, abs=0.2)


def test_it_stands_where_reading_begins(tmp_path: Path) -> None:
    path = file(tmp_path, (120, 120))
    _, _, right, _ = box_of(card(path, "ar"), GREEN)

    assert right == pytest.approx(1137, abs=3)


@pytest.mark.parametrize(("size", "is_named"), [((600, 120), False), ((120, 120), True), ((60, 240), True)])
def test_a_sign_has_the_name_beside_it(tmp_path: Path, size: tuple[int, int], is_named: bool) -> None:
    image = card(file(tmp_path, size))
    _, top, right, bottom = box_of(image, GREEN)
    beside = image.convert("L").crop((right + 4, top, 1137, bottom)).point(lambda value: 255 * (value < 100))

    assert (beside.getbbox() is not None) == is_named


def test_a_long_one_is_as_wide_as_there_is_room(tmp_path: Path) -> None:
    left, _, right, _ = box_of(card(file(tmp_path, (1000, 40))), GREEN)

    assert right - left == pytest.approx(0.55 * 1074, abs=4)


def test_a_small_one_is_not_blown_up(tmp_path: Path) -> None:
    left, _, right, _ = box_of(card(file(tmp_path, (50, 20))), GREEN)

    assert right - left == pytest.approx(50, abs=3)


def test_a_white_one_gets_a_ground(tmp_path: Path) -> None:
    image = card(file(tmp_path, colour=(255, 255, 255)), site=replace(SITE, accent="#204080"))
    box = box_of(image.crop((0, 400, 1200, 630)), (32, 64, 128))

    assert box[2] - box[0] > 280
    assert image.getpixel((200, 400 + (box[1] + box[3]) // 2)) == (255, 255, 255)


def test_a_photo_s_orientation_counts(tmp_path: Path) -> None:
    path, exif = tmp_path / "logo.jpg", Image.Exif()
    exif[0x0112] = 6  # lies on its side
    Image.new("RGB", (100, 500), GREEN).save(path, exif=exif, quality=95)
    left, top, right, bottom = box_of(card(path), GREEN)

    assert right - left > 4 * (bottom - top)


@pytest.mark.parametrize("ratio", [(1.0, 1.0), (0.5, 0.5), (3.0, 3.0)])
def test_every_shape_of_card_has_it(tmp_path: Path, ratio: tuple[float, float]) -> None:
    image = card(file(tmp_path), ratio=ratio)
    left, _, right, bottom = box_of(image, GREEN)

    assert left > 0
    assert right < image.width
    assert bottom < image.height


def bad(folder: Path, what: str) -> Path:
    path = folder / "logo.svg"
    match what:
        case "cannot be read":
            return path
        case "not a picture":
            path.write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
        case "damaged":
            path.write_bytes(file(folder).read_bytes()[:200])
        case "all of it is transparent":
            Image.new("RGBA", (9, 9)).save(path, "PNG")
        case "more than 16,000,000 pixels":
            Image.new("1", (5000, 5000)).save(path, "PNG")
        case "more than 5,000,000 bytes":
            path.touch()
            os.truncate(path, 5_000_001)
    return path


@pytest.mark.parametrize(
    "what",
    [
        "cannot be read",
        "not a picture",
        "damaged",
        "all of it is transparent",
        "more than 16,000,000 pixels",
        "more than 5,000,000 bytes",
    ],
)
def test_a_card_does_without_one_that_is_none(tmp_path: Path, what: str) -> None:
    path = bad(tmp_path, what)
    with pytest.raises(Misconfigured, match=what) as told:
        logo(path)
    assert str(path) in str(told.value)

    made = share_card(article(), replace(SITE, logo=path), PhotoLimits())
    assert what in made.remark
    assert made.content == share_card(article(), SITE, PhotoLimits()).content


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "CMYK", "I;16"])
def test_pictures_of_every_mode_are_taken(tmp_path: Path, mode: str) -> None:
    path = tmp_path / "logo"
    out = io.BytesIO()
    Image.new("L", (300, 60), 40).convert(mode if mode != "I;16" else "I").convert(mode).save(
        out, "JPEG" if mode == "CMYK" else "PNG"
    )
    path.write_bytes(out.getvalue())

    assert logo(path).mode == "RGBA"
    assert logo(path).size == (300, 60)


def test_another_file_at_its_place_is_another_logo(tmp_path: Path) -> None:
    assert logo(file(tmp_path)).size == (600, 120)
    assert logo(file(tmp_path, (90, 90))).size == (90, 90)
