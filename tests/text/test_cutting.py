"""What a careful editor would not have a cut text say, or end with."""

from __future__ import annotations

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from syndicator.text.cutting import DANGLING
from syndicator.text.rulers import CHARACTERS, GRAPHEMES, UTF8_BYTES, UTF16_UNITS, Both, Counting

BLUESKY = Both((GRAPHEMES, 300), (UTF8_BYTES, 3000))
RULERS: dict[str, Counting | Both] = {
    "graphemes": GRAPHEMES,
    "characters": CHARACTERS,
    "bytes": UTF8_BYTES,
    "units": UTF16_UNITS,
    "both": BLUESKY,
}
all_rulers = pytest.mark.parametrize("ruler", RULERS.values(), ids=RULERS)

PIECES = [
    *(
        "The ferry",
        "stopped.",
        "Write",
        "to",
        "desk@ledger.example",
        "or",
        "@premier@valley.example,",
        "(see",
    ),
    *(
        "https://votes.example/places/2026?x=1&y=2).",
        "#MekongRiver",
        "costs",
        "€3,500",
        "12.5 km",
        "“Never”",
        "e.g.",
    ),
    *(
        "ຊາວບ້ານ",
        "ຫຼາຍພັນຄົນ,",
        "ໄດ້ມາຮ່ວມງານບຸນ",
        "ชาวบ้านหลายพันคน",
        "มาร่วมงานแข่งเรือ",
        "大桥周一通车。",
        "橋は月曜日に開通する。",
        "👩\u200d🌾",
    ),
    *("पुल", "सोमवार", "को", "खुलेगा।", "هل", "يفتح", "الجسر", "غدا؟", "𐀀𐀁", "e\u0301", "\n", "«", "'"),
]
texts = st.one_of(
    st.lists(st.sampled_from(PIECES), max_size=30).map(" ".join),
    st.lists(st.sampled_from(PIECES), max_size=30).map("".join),
    st.text(max_size=60),
)
WHOLE = [
    "desk@ledger.example",
    "@premier@valley.example",
    "#MekongRiver",
    "€3,500",
    "12.5 km",
    "https://votes.example/places/2026?x=1&y=2",
]


def kept_of(text: str, short: str) -> str:
    """The part of the text that was kept, without the ellipsis."""
    return next(
        kept for kept in (short, short.removesuffix("……"), short.removesuffix("…")) if text.startswith(kept)
    )


@all_rulers
@given(text=texts, room=st.integers(0, 120), language=st.sampled_from(["", "en", "zh", "th"]))
def test_a_cut_fits_and_is_a_beginning(ruler: Counting | Both, text: str, room: int, language: str) -> None:
    short = ruler.cut(text, room, language)
    assert ruler.measure(short) <= room
    if ruler.measure(text) <= room:
        assert short == text
        return
    kept = kept_of(text, short)
    ends = {match.end() for match in regex.finditer(r"\X", text)} | {0}
    assert len(kept) in ends
    if short != kept:
        assert kept[-1] not in DANGLING


@all_rulers
@given(words=st.lists(st.sampled_from(PIECES[:15]), min_size=1, max_size=20), room=st.integers(0, 150))
def test_nothing_is_torn(ruler: Counting | Both, words: list[str], room: int) -> None:
    text = " ".join(words)
    kept = kept_of(text, ruler.cut(text, room))
    for whole in WHOLE:
        for found in regex.finditer(regex.escape(whole), text):
            assert not found.start() < len(kept) < found.end()


@pytest.mark.parametrize(
    ("language", "text", "room", "expected"),
    [
        # what only looks like a sentence's end is broken off, and says so
        (
            "en",
            "The biggest buyer is Mekong Timber Co. of Pakse, which pays",
            40,
            "The biggest buyer is Mekong Timber Co…",
        ),
        (
            "en",
            "The act was signed by Gov. Anders on the quay of the old town",
            28,
            "The act was signed by…",
        ),
        (
            "en",
            "The minister said: “We shall build it. And we shall pay for it all.” He left.",
            42,
            "The minister said: “We shall build it…",
        ),
        (
            "ja",
            "総裁は記者会見で「物価の動向を慎重に見極める。時期は未定だ」と述べた。",
            24,
            "総裁は記者会見で「物価の動向を慎重に見極める…",
        ),
        # sentences are taken whole, with what closes them
        ("en", "“We shall build it.” He left the room at once and flew home", 24, "“We shall build it.”"),
        ("hi", "पुल सोमवार को खुलेगा। किराया वही रहेगा", 18, "पुल सोमवार को खुलेगा।"),
        ("ur", "پل پیر کو کھلے گا۔ کرایہ وہی رہے گا", 21, "پل پیر کو کھلے گا۔"),
        ("en", "The strike ended in 2019. The owner then left the town", 29, "The strike ended in 2019."),
        # phrases before words
        (
            "en",
            "The province pays for that ferry, of which the town pays half",
            36,
            "The province pays for that ferry…",
        ),
        (
            "ar",
            "قال الوزير إن الجسر سيفتح يوم الاثنين، وإن السعر لن يتغير",
            42,
            "قال الوزير إن الجسر سيفتح يوم الاثنين…",
        ),
        ("th", "ชาวบ้านหลายพันคนมาร่วมงาน และซื้อของที่ริมแม่น้ำ", 26, "ชาวบ้านหลายพันคนมาร่วมงาน…"),
        ("lo", "ຊາວບ້ານຫຼາຍກ່ວາພັນຄົນ", 11, "ຊາວບ້ານຫຼາຍ…"),
        ("lo", "ຜູ້ຂຽນໄດ້ອ່ານບົດລາຍງານ", 12, "ຜູ້ຂຽນໄດ້ອ່ານ…"),
        ("lo", "ຊາວບ້ານຫຼາຍພັນຄົນມາຮ່ວມງານ ແລະຊື້ເຄື່ອງຫັດຖະກຳ", 24, "ຊາວບ້ານຫຼາຍພັນຄົນມາຮ່ວມງານ…"),
        # nothing that says nothing alone
        ("en", "In the end it cost €5 at most", 17, "In the end it…"),
        ("en", "In the end it cost 5 € at most", 22, "In the end it cost…"),
        ("de", "Der Markt öffnet am 3. Oktober", 22, "Der Markt öffnet am…"),
        ("en", "The dam holds 3.5 million litres", 18, "The dam holds…"),
        ("en", "He said “no” and left (at once)", 24, "He said “no” and left…"),
        ("en", 'He said "yes" to the plan for the bridge', 14, 'He said "yes"…'),
        ("en", "A well-known baker", 9, "A…"),
        ("en", "It doesn't matter", 9, "It…"),
        ("en", "See https://votes.example/2026 for more", 25, "See…"),
        ("ja", "政府は国民に節電を呼びかけた", 12, "政府は国民に節電を…"),
        # as the language writes it
        ("zh", "省政府周一宣布新大桥将于明年春天开工建设", 12, "省政府周一宣布新大桥……"),
        ("zh-Hant-TW", "省政府週一宣布新大橋將於明年春天開工建設", 12, "省政府週一宣布新大橋……"),
        ("", "省政府周一宣布新大桥将于明年春天开工建设", 11, "省政府周一宣布新大桥…"),
    ],
)
def test_cuts_as_an_editor_would(language: str, text: str, room: int, expected: str) -> None:
    assert GRAPHEMES.cut(text, room, language) == expected


@pytest.mark.parametrize(
    "text", ["https://votes.example/places/2026", "desk@ledger.example", "@premier", "3,500,000", "#Mekong"]
)
def test_where_only_a_part_of_what_is_whole_would_fit_there_is_nothing(text: str) -> None:
    assert GRAPHEMES.cut(text, 7) == ("" if len(text) > 7 else text)


def test_units_are_those_of_the_service() -> None:
    text = "ກິ່ນ 👩\u200d🌾"
    assert [ruler.measure(text) for ruler in (GRAPHEMES, CHARACTERS, UTF8_BYTES, UTF16_UNITS)] == [
        4,
        8,
        24,
        10,
    ]


def test_two_limits_at_once_are_both_kept() -> None:
    lao, latin = "ກິ່ນ" * 200, "a" * 400
    assert BLUESKY.measure(latin[:300]) == 300
    assert GRAPHEMES.measure(lao) == 400
    assert BLUESKY.measure("👩🏽\u200d🌾" * 250) > 300  # 250 graphemes, and 3,750 bytes
    for text in (lao, latin, "👩🏽\u200d🌾" * 400):
        short = BLUESKY.cut(text, 300)
        assert GRAPHEMES.measure(short) <= 300
        assert UTF8_BYTES.measure(short) <= 3000


@given(one=texts, other=texts)
def test_parts_that_fit_two_limits_fit_them_together(one: str, other: str) -> None:
    assert BLUESKY.measure(one + other) <= BLUESKY.measure(one) + BLUESKY.measure(other)


def test_long_texts_cost_what_fits_and_not_what_there_is() -> None:
    text = "ຊາວບ້ານຫຼາຍພັນຄົນມາຮ່ວມງານ ແລະຊື້ເຄື່ອງຫັດຖະກຳ. " * 20_000
    for ruler in RULERS.values():
        assert 200 < ruler.measure(ruler.cut(text, 300)) <= 300


@pytest.mark.parametrize(
    "text",
    [
        "ទឹកទន្លេឡើងខ្ពស់ការជួសជុលស្ពានចាប់ផ្តើមពីព្រឹកនេះទៅ",
        "មេឃុំនិយាយជាមួយអ្នកនេសាទនៅមាត់ទន្លេកាលពីថ្ងៃចន្ទ",
    ],
)
def test_no_word_of_khmer_is_left_that_leads_to_the_next(text: str) -> None:
    whole = text * 4
    for room in range(40, GRAPHEMES.measure(whole)):
        kept = GRAPHEMES.cut(whole, room, "km").rstrip("…")
        assert not kept.endswith(("ការ", "អ្នក", "នៅ", "ថ្ងៃ")), kept[-20:]
