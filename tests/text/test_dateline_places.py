"""Datelines without an agency: cut where they are certain, and nowhere else."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicator.text.dateline_places import without_place
from syndicator.text.excerpts import without_leftovers

REST = "The old ferry is back on the river."


@pytest.mark.parametrize(
    ("line", "language"),
    [
        ("VIENTIANE, Nov 25 — ", "en"),
        ("Vientiane, November 25 - ", "en"),
        ("BERLIN – ", "de"),
        ("BERLIN -- ", "en"),
        ("NEW DELHI: ", "en"),
        ("TOLEDO, Ohio – ", "en"),
        ("ASTORIA, Ore. — ", "en"),
        ("KUTAISI, Georgia — ", "en"),
        ("Paris, le 25 novembre - ", "fr"),
        ("Köln, 3. März 2026 – ", "de"),
        ("Madrid, 25 nov (EFE).- ", "es"),
        ("Hà Nội, ngày 25/11 – ", "vi"),
        ("WASHINGTON (March 4, 2026) — ", "en"),
        ("LIMA (Reuters) - ", "en"),
        ("Bad Ems (dpa/lrs) - ", "de"),
        ("(ວຽງຈັນ) ", "lo"),
        ("(ຫຼວງພະບາງ) - ", "lo"),
        ("(Reuters) - ", "en"),
        ("Москва, 5 марта — ", "ru"),
        ("ວຽງຈັນ (ຂປລ) - ", "lo"),
        ("ປາກເຊ (ຊິນຫົວ) – ", "lo"),
        ("(ຂປລ) ", "lo"),
        ("กรุงเทพฯ (รอยเตอร์) - ", "th"),
        ("بيروت (رويترز) - ", "ar"),
        ("الرياض (واس) – ", "ar"),
        ("МОСКВА (ТАСС) — ", "ru"),
        ("ວຽງຈັນ: ", "lo"),
        ("ຫຼວງພະບາງ - ", "lo"),
        ("ຂປລ. ວຽງຈັນ — ", "lo"),
        ("กรุงเทพฯ - ", "th"),
        ("เชียงใหม่ – ", "th"),
        ("ភ្នំពេញ៖ ", "km"),
        ("(ភ្នំពេញ)៖ ", "km"),
        ("សៀមរាប ៖ ", "km"),
        ("ရန်ကုန်၊ နိုဝင်ဘာ ၂၇ - ", "my"),
        ("القاهرة - ", "ar"),
        ("غزة: ", "ar"),
        ("القاهرة، 27 نوفمبر (رويترز) - ", "ar"),
        ("تهران - ", "fa"),
        ("ירושלים (רויטרס) - ", "he"),
        ("תל אביב - ", "he"),
    ],
)
def test_a_dateline_gives_way(line: str, language: str) -> None:
    assert without_place(line + REST, language) == REST
    assert without_leftovers(line + REST, language=language) == REST


@pytest.mark.parametrize(
    "text",
    [
        "NATO – the alliance of thirty – met on the river to talk of ferries.",
        "ສະຫະປະຊາຊາດ (ສປຊ) - ອົງການທີ່ປະຊຸມຢູ່ແຄມຂອງໃນວັນຈັນ.",
        "منظمة الصحة (الأممية) - تجتمع يوم الاثنين على ضفة النهر.",
        "WHO — A body that nobody elects — has a new boat on the river.",
        "Berlin – Paris is the longest line that the night train runs.",
        "Monday, 5 March – Doors open at eight, the ferry leaves at nine.",
        "London, 5 March – 6 June and then again in the autumn of that year.",
        "SAVE 50 – Every ticket for the ferry is sold at half its price.",
        "BREAKING: The ferry has run aground below the old stone bridge.",
        "Truth: The ferry has run aground below the old stone bridge.",
        "Anna Weir, 44 – Mother of two, keeper of the lock for ten years.",
        "Ms. Weir, Ohio – Her second book is about the ferry of her youth.",
        "PORT, Wine – Why nobody drinks it with the fish of the river.",
        "(Old mill) The wheel turns again after forty years of silence.",
        "Well - The ferry is back, and nobody asked what it had cost.",
        "The ferry, 25 March – Nobody knows why it went down that day.",
        "BERLIN – short",
        "BERLIN – ein Dorf an der Elbe, wie es im Atlas steht, nichts weiter.",
    ],
)
def test_what_only_looks_like_one_stays(text: str) -> None:
    assert without_place(text, "en") == text


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("ວຽງຈັນ - ຫຼວງພະບາງ ເປັນເສັ້ນທາງລົດໄຟທີ່ຍາວທີ່ສຸດໃນປະເທດ.", "lo"),
        ("ວຽງຈັນ - ລາວ ຕ້ອນຮັບນັກທ່ອງທ່ຽວຫຼາຍກວ່າສາມລ້ານຄົນໃນປີນີ້.", "lo"),
        ("ວຽງຈັນ-ຫຼວງພະບາງ: ລົດໄຟສາຍໃໝ່ເປີດໃຫ້ບໍລິການໃນວັນຈັນນີ້.", "lo"),
        ("ທ່ານນາຍົກ: ລົດໄຟສາຍໃໝ່ຈະເປີດໃຫ້ບໍລິການໃນວັນຈັນນີ້.", "lo"),
        ("กรุงเทพฯ - เชียงใหม่ เป็นเส้นทางรถไฟที่ยาวที่สุดในประเทศ", "th"),
        ("القاهرة - الإسكندرية: أطول خط للسكك الحديدية في البلاد كلها.", "ar"),
        ("القاهرة - مدينة الألف مئذنة - تستقبل زوارها يوم الاثنين.", "ar"),
        ("الخبر: افتتاح السد الجديد على النهر يوم الاثنين القادم.", "ar"),
        ("ירושלים - תל אביב: הרכבת המהירה תצא לדרך ביום שני הקרוב.", "he"),
        ("ירושלים - עיר הקודש - מקבלת את פני המבקרים ביום שני.", "he"),
        ("东京 - 一座没有人睡觉的城市，它的夜晚比白天更明亮更热闹。", "zh"),
    ],
)
def test_what_only_looks_like_one_stays_where_letters_have_no_case(text: str, language: str) -> None:
    assert without_place(text, language) == text


@pytest.mark.parametrize("bad", ["A" * 100_000, "A (" * 50_000, "A, " * 50_000, "A–" * 50_000, " " * 100_000])
def test_a_long_beginning_costs_nothing(bad: str) -> None:
    began = time.process_time()
    without_place(bad, "en")
    assert time.process_time() - began < 1


@given(
    st.sampled_from(["BERLIN", "Paris", "(ວຽງຈັນ)", "Ohio", "NATO", "5 March", "", "“"]),
    st.text(" ,-–—:()A1e", max_size=8),
    st.text("Ab e.", max_size=40),
)
def test_what_is_cut_is_the_beginning_alone(place: str, between: str, rest: str) -> None:
    text = place + between + rest
    shorter = without_place(text, "en")
    assert text.endswith(shorter)
    assert shorter.strip() or not text.strip()
