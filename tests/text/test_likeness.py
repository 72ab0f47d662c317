"""Texts that are alike, and texts that are not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicator.text.likeness import likeness

WEIR = "The old weir on the Nam Ou is opened again. Boats pass from Monday, says the harbour office."
LAO = "ຝາຍເກົ່າເທິງແມ່ນ້ຳອູເປີດຄືນໃໝ່ ເຮືອຈະຜ່ານໄດ້ຕັ້ງແຕ່ວັນຈັນນີ້"


@pytest.mark.parametrize("text", [WEIR, LAO, "a", "", "船"])
def test_a_text_is_like_itself_however_it_is_set(text: str) -> None:
    assert likeness(text, f"  {text.upper()}\n\n") == 1.0


@pytest.mark.parametrize(
    ("one", "other"), [(WEIR, WEIR.replace("Monday", "Tuesday")), (LAO, LAO.replace("ເຮືອ", "ແພ"))]
)
def test_a_word_that_was_wrong_changes_little(one: str, other: str) -> None:
    assert 0.7 < likeness(one, other) < 1.0


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (WEIR, LAO),
        (WEIR, "Nine villages dance at the harvest festival; drums until midnight."),
        (LAO, "ຂ່າວ"),
        (WEIR, ""),
    ],
)
def test_other_texts_have_little_in_common(one: str, other: str) -> None:
    assert likeness(one, other) < 0.2


@given(st.text(max_size=60), st.text(max_size=60))
def test_it_is_a_part_and_the_same_both_ways(one: str, other: str) -> None:
    assert 0.0 <= likeness(one, other) == likeness(other, one) <= 1.0
