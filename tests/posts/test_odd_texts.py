"""Texts that are hardly texts: letters under thousands of marks, characters that nobody sees."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from syndicator.domain.article import Photo
from syndicator.domain.capabilities import Capabilities, LinkPlace
from syndicator.domain.post import Occasion, Style
from syndicator.posts.compose import compose
from syndicator.posts.layout import GAP
from syndicator.posts.words import one_line
from syndicator.text.rulers import GRAPHEMES, UTF8_BYTES, Both
from tests.posts.test_compose import PHOTO, SUMMARY, article

NARROW = Capabilities(
    ruler=Both((GRAPHEMES, 300), (UTF8_BYTES, 3000)),
    unit="graphemes",
    text=300,
    alt=1000,
    link_place=LinkPlace.BESIDE,
)
INVISIBLE = ["\u2060", "\u200b\u200b", "\u00ad \u200d\ufe0f", "\u3164", "\u2800\u00a0", "\u180e\u034f\u061c"]


@pytest.mark.parametrize("mark", ["\u0301", "\u0ec9", "\u0e49", "\u20dd", "\U000e0100"])
@pytest.mark.parametrize("field", ["title", "summary", "note", "social"])
def test_a_letter_has_thirty_marks_at_the_most_and_it_is_told(field: str, mark: str) -> None:
    post = compose(article(**{field: f"The ga{mark * 3000}te is open now"}), NARROW)
    assert f"The ga{mark * 30}te is open now" in post.text
    assert post.headline
    assert "more than 30 marks on a letter" in post.remark
    assert post.remark in post.omitted


@pytest.mark.parametrize(
    "text",
    ["ກໍ້ໍ່ຳ ນ້ຳ ປູ່", "ที่นี่ ญี่ปุ่น", "e\u0301\u0323\u0302", "बिंदुओं", "👨‍👩‍👧‍👦 🏴\U000e0067\U000e0062\U000e007f", "שָׁלוֹם"],
)
def test_marks_that_languages_have_stay(text: str) -> None:
    post = compose(article(title=text), NARROW)
    assert post.text.startswith(f"{text}{GAP}")
    assert not post.remark


@pytest.mark.parametrize("text", INVISIBLE)
def test_a_text_that_nobody_sees_is_none(text: str) -> None:
    assert one_line(text) == ""
    told = article(title=text, photo=Photo(url="https://ledger.example/a.jpg", credit=text, alt=text))
    post = compose(replace(told, authors=(text,)), NARROW, Style(byline=True), PHOTO)
    assert post.text == SUMMARY
    assert post.alt == ""
    assert post.remark == "headline of invisible characters alone: left out"
    without = compose(article(summary=text, note=text), NARROW)
    assert without.text == "Bridge reopens"
    assert without.omitted == (
        "summary of invisible characters alone: left out",
        "correction of invisible characters alone: left out",
    )


@pytest.mark.parametrize("changes", [{"social": "\u200b"}, {"operator_words": "\u2060 \u200b"}])
def test_words_for_posts_that_nobody_sees_are_left_out_and_told(changes: dict[str, Any]) -> None:
    post = compose(article(**changes), NARROW)
    assert post.text.startswith("Bridge reopens")
    assert "the words written for its posts" in post.remark


def test_a_correction_that_nobody_sees_is_named_by_its_headline() -> None:
    post = compose(article(note="\u200b"), NARROW, occasion=Occasion.CORRECTION)
    assert post.text.startswith("Correction: Bridge reopens")
