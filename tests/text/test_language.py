"""Which language a text is in."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicator.text.language import detect

ENGLISH = (
    "The ferry to the southern islands resumes on Monday, weeks earlier than the harbour office expected."
)
LAO = "ເຮືອຂ້າມຟາກໄປເກາະທາງໃຕ້ຈະກັບມາແລ່ນໃນວັນຈັນ ໄວກວ່າທີ່ທ່າເຮືອຄາດໄວ້ຫຼາຍອາທິດ"
THAI = "เรือข้ามฟากไปยังเกาะทางใต้จะกลับมาให้บริการในวันจันทร์ เร็วกว่าที่สำนักงานท่าเรือคาดไว้"
KHMER = "សាឡាងទៅកាន់កោះភាគខាងត្បូងនឹងដំណើរការឡើងវិញនៅថ្ងៃច័ន្ទ លឿនជាងការរំពឹងទុក"
BURMESE = "တောင်ပိုင်းကျွန်းများသို့ ကူးတို့သင်္ဘောသည် တနင်္လာနေ့တွင် ပြန်လည်ပြေးဆွဲမည်ဖြစ်သည်"
VIETNAMESE = (
    "Chuyến phà ra các đảo phía nam sẽ hoạt động trở lại vào thứ hai, sớm hơn nhiều tuần so với dự kiến."
)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        *((ENGLISH, "en"), (LAO, "lo"), (THAI, "th"), (KHMER, "km"), (BURMESE, "my"), (VIETNAMESE, "vi")),
        (f"{LAO} Mekong Ledger {LAO} ASEAN", "lo"),
        (f"{ENGLISH} (ຂ່າວ)", "en"),
    ],
)
@pytest.mark.parametrize("hint", ["", "en", "lo", "fr-CA"])
def test_a_long_text_tells_its_language_whatever_its_source_says(text: str, language: str, hint: str) -> None:
    assert detect(text, hint).partition("-")[0] == language


def test_a_source_knows_more_of_its_language_than_the_text_tells() -> None:
    assert detect(ENGLISH, "en-GB") == "en-GB"
    assert detect(LAO, "lo-LA") == "lo-LA"
    assert detect(ENGLISH, "lo-LA") == "en"


def test_a_short_text_is_taken_for_what_its_source_declares() -> None:
    assert detect("Ferry resumes", "vi") == "vi"
    assert detect("ຂ່າວ", "en") == "en"


def test_a_short_text_without_a_hint_is_known_by_its_script_alone() -> None:
    assert detect("ຂ່າວ") == "lo"
    assert detect("Ferry") == ""


@given(st.text(st.characters()), st.sampled_from(["", "en", "lo-LA"]))
def test_no_text_is_too_odd(text: str, hint: str) -> None:
    """Surrogates and control characters included."""
    assert isinstance(detect(text + "\ud800\x00", hint), str)
    assert detect("12:30 ", hint) == hint
