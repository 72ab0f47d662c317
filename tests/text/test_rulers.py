"""Cutting text, by what readers must never see."""

from __future__ import annotations

import pytest
import regex
from hypothesis import example, given
from hypothesis import strategies as st

from syndicator.text.cutting import ELLIPSIS
from syndicator.text.graphemes import graphemes
from syndicator.text.rulers import CHARACTERS, GRAPHEMES, Counting
from syndicator.text.words import CLINGING, LEADING_VOWELS

LAO = "ຊາວບ້ານຫຼາຍພັນຄົນໄດ້ມາຮ່ວມງານບຸນແຂ່ງເຮືອ ແລະ ຊື້ເຄື່ອງຫັດຖະກຳອື່ນໆ ທີ່ແຄມແມ່ນ້ຳຂອງໃນແລງວານນີ້"
THAI = "ชาวบ้านหลายพันคนมาร่วมงานแข่งเรือและซื้อของที่ริมแม่น้ำต่าง ๆ เมื่อเย็นวานนี้"
ENGLISH = "Thousands came to the boat race. They bought silk, fish (fresh) and “sticky” rice until midnight."

#: Every kind of character that has its own rule, in any order: far worse than any newsroom writes.
HOSTILE = "ກຂນມຫອວຢ່້ິີຸູໍຳະາເແໂໃໄໆຯกขนเแไ่ำๆฯ abAZ é e\u0301 .,;:!?…“”()-'\"\u200b\u200c\u00a0\n12👍🏽👩\u200d🌾🇱🇦"

#: Syllables that no one spells so: ICU sees words begin in the middle of their graphemes.
MISSPELT = ("ບ້ານ)", "ຳ", "ก)", "ำ", "ក្", "ក", "ວັນ ")

texts = st.one_of(
    st.lists(st.sampled_from(MISSPELT), max_size=8).map("".join),
    st.text(alphabet=HOSTILE, max_size=60),
    st.text(max_size=40),
    st.lists(st.sampled_from([*LAO.split(), *THAI.split(), *ENGLISH.split()])).map(" ".join),
)
rulers = pytest.mark.parametrize("ruler", [GRAPHEMES, CHARACTERS], ids=["graphemes", "characters"])


@st.composite
def texts_with_room(draw: st.DrawFn) -> tuple[str, int]:
    """Room around where the text begins to fit: that is where mistakes are."""
    text = draw(texts)
    return text, draw(st.integers(min_value=0, max_value=len(text) + 2))


def grapheme_ends(text: str) -> set[int]:
    return {match.end() for match in regex.finditer(r"\X", text)} | {0}


@rulers
@given(case=texts_with_room())
@example(case=("\x0c0", 1))  # a form feed is white space, and no mark that a cut text may not end with
@example(case=("0" * 15 + "\x1f0", 16))
def test_a_cut_is_never_longer_than_the_room(ruler: Counting, case: tuple[str, int]) -> None:
    text, room = case
    assert ruler.measure(ruler.cut(text, room)) <= room


@rulers
@given(case=texts_with_room())
def test_what_fits_is_left_alone_and_what_is_cut_is_a_beginning(
    ruler: Counting, case: tuple[str, int]
) -> None:
    text, room = case
    short = ruler.cut(text, room)
    if ruler.measure(text) <= room:
        assert short == text
    else:
        assert text.startswith(short) or (short[-1] == ELLIPSIS and text.startswith(short[:-1]))


@rulers
@given(case=texts_with_room())
def test_no_cut_falls_inside_a_grapheme(ruler: Counting, case: tuple[str, int]) -> None:
    text, room = case
    short = ruler.cut(text, room)
    # a text may have an ellipsis of its own where ours stands
    kept = [said for said in (short, short.removesuffix(ELLIPSIS)) if text.startswith(said)]
    assert any(len(said) in grapheme_ends(text) for said in kept)


@rulers
@given(case=texts_with_room())
def test_no_cut_leaves_a_leading_vowel_or_an_opening_mark_or_a_comma_behind(
    ruler: Counting, case: tuple[str, int]
) -> None:
    text, room = case
    short = ruler.cut(text, room)
    if short != text and short:
        assert short.rstrip(ELLIPSIS)[-1] not in LEADING_VOWELS + " ,;:([“‘"


@given(
    word=st.sampled_from(["ອື່ນ", "ຕ່າງ", "ทุก", "กรุงเทพ"]),
    mark=st.sampled_from(CLINGING),
    room=st.integers(1, 9),
)
def test_a_mark_of_repetition_or_abbreviation_stays_with_its_word(word: str, mark: str, room: int) -> None:
    text = f"ປີ {word}{mark} ແລະ ບ້ານ"
    short = GRAPHEMES.cut(text, room).rstrip(ELLIPSIS)
    assert not short.endswith(word)


@pytest.mark.parametrize("text", [LAO, THAI, ENGLISH])
def test_cuts_use_most_of_the_room(text: str) -> None:
    """An average over all rooms: words are short, so that little is lost by respecting them."""
    whole = GRAPHEMES.measure(text)
    rooms = range(30, whole)
    used = [GRAPHEMES.measure(GRAPHEMES.cut(text, room)) / room for room in rooms]
    assert sum(used) / len(used) > 0.9


@pytest.mark.parametrize(
    ("text", "room", "expected"),
    [
        ("ຂ່າວອື່ນໆ ໃນມື້ນີ້ມີຫຼາຍ", 8, "ຂ່າວອື່ນໆ…"),
        ("ຊາວບ້ານ ໄປ ຕະຫຼາດ", 8, "ຊາວບ້ານ…"),
        ("Budget passed. The council voted late", 20, "Budget passed. The…"),
        ("The budget passed. The council voted", 22, "The budget passed."),
        ("The budget passed. I was against every line", 22, "The budget passed."),
        ("He met Mr. Smith at the market", 11, "He met…"),
        ("ພົບກັບ ດຣ. ສົມພອນ ທີ່ວຽງຈັນ", 10, "ພົບກັບ…"),
        ("Prices rose by 3.5 percent", 18, "Prices rose by…"),
        ("She said “no” twice", 11, "She said…"),
        ("Yes… and then no more", 6, "Yes…"),
        ("Donaudampfschifffahrt", 8, "Donauda…"),
        ("ລາຄາ 3.500 ກີບ", 7, "ລາຄາ…"),
        ("开会了。然后大家都回家去了", 5, "开会了。"),
        ("👩\u200d🌾👩\u200d🌾👩\u200d🌾", 2, "👩\u200d🌾…"),
    ],
)
def test_cuts_as_an_editor_would(text: str, room: int, expected: str) -> None:
    assert GRAPHEMES.cut(text, room) == expected


@pytest.mark.parametrize("room", [-3, 0, 1])
def test_where_nothing_fits_there_is_nothing(room: int) -> None:
    assert GRAPHEMES.cut("word", room) == ""


@pytest.mark.parametrize(
    "text",
    ["a\nb", "\n", "ກິ່ນ\n\n\u0301ກິ່ນ", "a\r\nb", "\r\n\n", "a\n\u200d\nb", "\u0e40\n\u0e33"],
)
def test_lines_that_are_measured_one_by_one_are_as_long_as_together(text: str) -> None:
    assert GRAPHEMES.measure(text) == len(list(graphemes(text)))


def test_a_grapheme_counts_once_however_many_marks_it_carries() -> None:
    assert GRAPHEMES.measure("ກິ່ນ") == 2
    assert CHARACTERS.measure("ກິ່ນ") == 4
