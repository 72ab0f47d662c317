"""Cards, by what a person who looks at them would notice. (How handsome they are takes eyes.)"""

from __future__ import annotations

import io
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops, ImageDraw, features

from syndicator.domain.article import Article, Photo
from syndicator.domain.errors import Misconfigured
from syndicator.domain.photo import PhotoFile
from syndicator.domain.post import Post
from syndicator.photos.card import (
    MARGIN_PX,
    MAX_PHOTO_WIDTH_PX,
    MIN_PHOTO_WIDTH_PX,
    PAPER,
    SIZE_PX,
    STRIPE_PX,
    draw_card,
)
from syndicator.photos.lettering import TextStyle, drawable, lines, write
from syndicator.text.cutting import ELLIPSIS
from syndicator.text.words import CLINGING
from tests.photos.pictures import BLUE, YELLOW, quarters, saved

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
LAO = "ຕະຫຼາດກາງຄືນຂອງເມືອງເປີດຄືນໃໝ່ຫຼັງຈາກສ້ອມແປງມາເປັນເວລາສອງປີ ແລະ ອື່ນໆ"
STYLE = TextStyle(30, 400, "black")


def card(photo: tuple[int, int] | None = None, credit: str = "", **changes: Any) -> Image.Image:
    fields: dict[str, Any] = {
        "guid": "g",
        "source": "page",
        "key": "1",
        "url": "https://ledger.example/bridge",
        "title": "Bridge reopens",
        "published": NOON,
        "updated": NOON,
        "first_seen": NOON,
        "photo": Photo(url="https://ledger.example/a.jpg", credit=credit),
    }
    file = photo and PhotoFile(
        content=saved(quarters(*photo)), media_type="image/jpeg", width=photo[0], height=photo[1]
    )
    made = draw_card(Post(article=Article(**fields | changes), text="", photo=file or None))
    image = Image.open(io.BytesIO(made), formats=["PNG"]).convert("RGB")
    assert image.size == SIZE_PX
    return image


def is_paper(image: Image.Image, box: tuple[int, int, int, int]) -> bool:
    part = image.crop(box)
    return ImageChops.difference(part, Image.new("RGB", part.size, PAPER)).getbbox() is None


def margins_are_clean(image: Image.Image, left: int) -> bool:
    right, bottom, edge = SIZE_PX[0], SIZE_PX[1], MARGIN_PX // 2
    return (
        is_paper(image, (right - edge, 0, right, bottom))
        and is_paper(image, (left + 10, 0, right, edge))
        and is_paper(image, (left + 10, bottom - edge, right, bottom))
    )


@pytest.mark.slow
@settings(max_examples=25)
@given(
    texts=st.tuples(
        *[st.one_of(st.text(max_size=80), st.text(alphabet=LAO, max_size=300), st.just("W" * 400))] * 4
    )
)
def test_no_text_leaves_the_page(texts: tuple[str, str, str, str]) -> None:
    title, summary, note, section = texts
    image = card(title=title, summary=summary, note=note, section=section, url=f"https://{'w' * 90}.example/")
    assert margins_are_clean(image, 0)


@pytest.mark.slow
@pytest.mark.parametrize("field", ["title", "summary", "note", "section", "url"])
def test_every_part_is_drawn(field: str) -> None:
    said: dict[str, Any] = {field: "https://other.example/"}
    plain, changed = card(), card(**said)
    assert ImageChops.difference(plain, changed).getbbox() is not None


@pytest.mark.slow
def test_the_photo_fills_the_left_with_its_middle() -> None:
    image = card((900, 600))
    middle = image.crop((0, 500, 550, 600)).resize((2, 1), Image.Resampling.BOX).tobytes()
    for found, wanted in zip((middle[:3], middle[3:]), (BLUE, YELLOW), strict=True):
        assert all(abs(a - b) < 25 for a, b in zip(found, wanted, strict=True))
    assert margins_are_clean(image, 560)


@pytest.mark.slow
def test_a_portrait_is_not_cut_more_than_it_must_be() -> None:
    assert not is_paper(card((400, 630)), (0, 0, MIN_PHOTO_WIDTH_PX, 630))
    assert margins_are_clean(card((400, 630)), MIN_PHOTO_WIDTH_PX)


@pytest.mark.slow
def test_the_credit_stands_on_the_photo() -> None:
    foot = (0, SIZE_PX[1] - 40, 400, SIZE_PX[1])
    difference = ImageChops.difference(card((900, 600)), card((900, 600), credit="Noy S."))
    assert difference.crop(foot).getbbox() is not None
    assert difference.crop((560, 0, *SIZE_PX)).getbbox() is None


@pytest.mark.slow
def test_same_post_same_picture() -> None:
    assert card((900, 600), title=LAO).tobytes() == card((900, 600), title=LAO).tobytes()


def test_a_pillow_that_cannot_shape_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(features, "check", lambda _: False)
    with pytest.raises(Misconfigured, match="Raqm"):
        card()


def drawn(text: str) -> bytes:
    image = Image.new("L", (200, 60), "white")
    write(ImageDraw.Draw(image), 4, 4, [text], TextStyle(36, 400, "black"))
    return image.tobytes()


@pytest.mark.parametrize(
    "text",
    ["ọễựậđ", "ກຂຄງຈ", "ກິກີກຶກ່ກ້ກຳ", "ກขคฆ", "កខគឃ", "ကခဂဃ", "ညဈ", "αβγ", "ждл", "“”–…«»", "1€₭฿"],
)
def test_every_letter_has_a_shape_of_its_own(text: str) -> None:
    """A letter that no font has is a box like any other."""
    shapes = {drawn(letter) for letter in text} | {drawn("\U0001f9ff"), drawn("\U00012000")}
    assert drawn("\U0001f9ff") == drawn("\U00012000")
    assert len(shapes) == len(set(text)) + 1


@pytest.mark.parametrize("word", ["ဈေး", "Ngọc", "ກ້ຳ", "ក្រុម", "น้ำ"])
def test_marks_are_shaped_with_their_letters(word: str) -> None:
    """No grapheme is sent to a font that lacks a part of it: nothing of the word looks like a missing one."""
    [(run, font)] = TextStyle(36, 400, "black").runs(word)
    assert run == word
    assert all(drawn(part) != drawn("\U00012000") for part in word)
    assert font.getlength(word) < 36 * len(word)


def test_pictographs_that_no_font_has_are_left_out_and_letters_are_not() -> None:
    assert drawable("Boats 🎉🇱🇦 race 👩\u200d🌾 © 2026 文") == "Boats race © 2026 文"


@given(
    text=st.one_of(st.text(alphabet=LAO + "abc W.,“", max_size=60), st.text(max_size=40)).map(drawable),
    width=st.integers(60, 400),
    most=st.integers(0, 5),
)
def test_lines_are_no_wider_and_no_more_than_they_may_be(text: str, width: int, most: int) -> None:
    found = lines(text, STYLE, width, most)
    assert len(found) <= most
    assert all(STYLE.width(line) <= width for line in found)


@pytest.mark.slow
@given(width=st.integers(120, 900))
def test_no_line_begins_with_a_mark_of_repetition(width: int) -> None:
    assert not any(line.startswith(CLINGING) for line in lines(LAO, STYLE, width, 20))


@given(width=st.integers(120, 900))
def test_lines_lose_nothing_where_there_is_room(width: int) -> None:
    assert "".join("".join(lines(LAO, STYLE, width, 50)).split()) == "".join(LAO.split())


def test_what_is_cut_off_is_told_by_an_ellipsis() -> None:
    assert lines(LAO, STYLE, 300, 2)[-1].endswith(ELLIPSIS)


@pytest.mark.parametrize("photo", [None, (160, 80)])
@pytest.mark.parametrize(
    ("title", "is_mirrored"), [("الجسر", True), ("הגשר", True), ("ຂົວເປີດ", False), ("Bridge", False)]
)
def test_words_stand_on_the_side_where_reading_begins(
    title: str, photo: tuple[int, int] | None, is_mirrored: bool
) -> None:
    image = card(photo, title=title, section=title, summary=title)
    left = (MAX_PHOTO_WIDTH_PX if photo else 0) + STRIPE_PX + MARGIN_PX
    right = SIZE_PX[0] - MARGIN_PX
    boxes = (left, 0, left + 60, 400), (right - 60, 0, right, 400)
    assert [not is_paper(image, box) for box in boxes] == [not is_mirrored, is_mirrored]
