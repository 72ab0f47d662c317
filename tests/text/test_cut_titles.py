"""What leads to the name or number behind it is not where a cut ends: titles, initials, "No."."""

from __future__ import annotations

import pytest

from syndicator.text.rulers import GRAPHEMES
from syndicator.text.sentences import sentence_ends

LED = [
    ("en", "The weir was opened on Friday by Dr. Anders Holm of the river board", "Dr. ", "Anders"),
    ("en", "The weir was opened on Friday by Dr Anders Holm of the river board", "Dr ", "Anders"),
    ("en", "The order came on Friday from Lt. Gen. Holm of the river guard", "Lt. Gen. ", "Holm"),
    ("en", "The bell has hung for a hundred years in St. Olave by the river", "St. ", "Olave"),
    ("en", "The weir will be closed again by order No. 17 of the river board", "No. ", "17"),
    ("en", "The weir will be closed again by order No 17 of the river board", "No ", "17"),
    ("en", "The weir was painted in oil and sold by J. R. Holm of the river board", "J. R. ", "Holm"),
    ("de", "Das Wehr wurde am Freitag eröffnet von Prof. Dr. Holm vom Flussamt", "Prof. Dr. ", "Holm"),
    ("fr", "Le barrage a été ouvert vendredi matin par Mme Vong de la province", "Mme ", "Vong"),
    ("fr", "Le barrage a été ouvert vendredi matin par M. Vong de la province", "M. ", "Vong"),
    ("es", "La presa fue abierta el viernes pasado por la Sra. Morales del río", "Sra. ", "Morales"),
    ("ru", "Плотину открыл в пятницу на реке проф. Холмов из речного совета", "проф. ", "Холмов"),
    ("da", "Dæmningen blev åbnet i fredags af den nye formand hr. Holm fra åen", "hr. ", "Holm"),
    ("hi", "बाँध का उद्घाटन शुक्रवार को नदी के किनारे प्रो. शर्मा ने किया था", "प्रो. ", "शर्मा"),
    ("ar", "افتتح السد على النهر يوم الجمعة الماضي د. سالم من مجلس النهر", "د. ", "سالم"),
    ("lo", "ພິທີເປີດເຂື່ອນໃນວັນສຸກ ໂດຍແມ່ນ ດຣ. ສົມສັກ ຈາກຄະນະກຳມະການແມ່ນ້ຳ", "ດຣ. ", "ສົມສັກ"),
    ("lo", "ພິທີເປີດເຂື່ອນໃນວັນສຸກ ໂດຍແມ່ນ ທ່ານ ສົມສັກ ຈາກຄະນະກຳມະການແມ່ນ້ຳ", "ທ່ານ ", "ສົມສັກ"),
    ("th", "พิธีเปิดเขื่อนในวันศุกร์ โดย ผศ.ดร.สมชาย จากคณะกรรมการแม่น้ำ", "ผศ.ดร.", "สมชาย"),
    ("th", "พิธีเปิดเขื่อนในวันศุกร์ โดย นางสาว สมใจ จากคณะกรรมการแม่น้ำ", "นางสาว ", "สมใจ"),
    ("km", "ពិធីបើកទំនប់នៅថ្ងៃសុក្រ ដោយ លោក សុខា មកពីគណៈកម្មការទន្លេ", "លោក ", "សុខា"),
]


@pytest.mark.parametrize(("language", "text", "title", "name"), LED)
def test_no_cut_leaves_a_title_without_its_name(language: str, text: str, title: str, name: str) -> None:
    start = text.index(title + name)
    behind = start + len(title)
    for room in range(GRAPHEMES.measure(text[:start]), GRAPHEMES.measure(text)):
        kept = GRAPHEMES.cut(text, room, language)
        kept = kept if text.startswith(kept) else kept.removesuffix("…")
        assert text.startswith(kept)
        assert kept, room
        assert not start < len(kept) <= behind, (room, kept)


@pytest.mark.parametrize(("language", "text", "title", "name"), LED)
def test_no_sentence_ends_behind_a_title(language: str, text: str, title: str, name: str) -> None:
    behind = text.index(title + name) + len(title)
    assert not [end for end in sentence_ends(text, language) if end <= behind]


@pytest.mark.parametrize(
    ("language", "text", "room", "expected"),
    [
        (
            "en",
            "The buyer is Mekong Timber Co. Of its mills two stand still",
            33,
            "The buyer is Mekong Timber Co…",
        ),
        ("en", "They wanted a gov Anders could not give them at all", 20, "They wanted a gov…"),
        ("en", "It was said of Holm, a dr of the old kind and no more", 30, "It was said of Holm, a dr of…"),
        (
            "en",
            "We asked whether he would come. No. He stayed at home",
            35,
            "We asked whether he would come. No.",
        ),
    ],
)
def test_other_words_are_cut_as_ever(language: str, text: str, room: int, expected: str) -> None:
    assert GRAPHEMES.cut(text, room, language) == expected
