"""Lists in excerpts: items set apart as their script does it."""

from __future__ import annotations

import html
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicator.text.clean import plain
from syndicator.text.lists import line_of


@pytest.mark.parametrize(
    ("markup", "line"),
    [
        (
            "<ul><li>Ferry back on Monday</li><li>Fares stay</li><li>Dogs travel free</li></ul>",
            "Ferry back on Monday; Fares stay; Dogs travel free",
        ),
        (
            "<p>What changes</p><ol><li>The stop moves</li><li>Buses wait</li></ol><p>It lasts a week.</p>",
            "What changes: The stop moves; Buses wait. It lasts a week.",
        ),
        ("<p>Tonight:</p><ul><li>One.</li><li>Two!</li></ul><p>Later</p>", "Tonight: One. Two! Later"),
        (
            "<ul><li><p>A mill</p></li><li><p>A weir (old)</p></li></ul> Both burnt",
            "A mill; A weir (old). Both burnt",
        ),
        (
            "<ul><li>Fruit<ul><li>figs</li><li>pears</li></ul></li><li>Bread</li></ul>",
            "Fruit; figs; pears; Bread",
        ),
        ("<dl><dt>Open</dt><dd>9 to 5</dd><dt>Shut</dt><dd>Sunday</dd></dl>", "Open: 9 to 5; Shut: Sunday"),
        ("<ul><li>渡口重开</li><li>票价不变</li></ul><p>周一起</p>", "渡口重开；票价不变。周一起"),
        ("<ul><li>ເຮືອກັບມາ</li><li>ຄ່າໂດຍສານຄືເກົ່າ</li></ul>ວັນຈັນ", "ເຮືອກັບມາ ຄ່າໂດຍສານຄືເກົ່າ ວັນຈັນ"),
        ("<ul><li>العبارة تعود</li><li>الأجرة كما هي</li></ul>", "العبارة تعود؛ الأجرة كما هي"),
        ("<ul><li>ကူးတို့ပြန်ဖွင့်</li><li>ခမတူ</li></ul>", "ကူးတို့ပြန်ဖွင့်၊ ခမတူ"),
        ("<ul><li></li><li> </li></ul>", ""),
        ("<p>No list</p> here", "No list here"),
        ("<ul><li>Costs 5 €</li><li>Saves 10 %</li></ul>", "Costs 5 €; Saves 10 %"),
    ],
)
def test_items_are_set_apart(markup: str, line: str) -> None:
    assert line_of(markup) == line


@pytest.mark.slow
@pytest.mark.parametrize("markup", ["<ul><li>" * 3000, "<li>x" * 20000, "<ul>" * 20000])
def test_a_list_without_end_costs_no_more_than_its_length(markup: str) -> None:
    began = time.process_time()
    line_of(markup)
    assert time.process_time() - began < 5


@given(st.lists(st.text("ab 1.;:ກ中\u0301<", max_size=12), max_size=6))
def test_no_letter_is_lost_and_none_is_made(items: list[str]) -> None:
    markup = (
        "<p>Now</p><ul>" + "".join(f"<li>{html.escape(each)}</li>" for each in items) + "</ul><p>Then</p>"
    )
    marks = str.maketrans("", "", " ;:.；：。")
    assert line_of(markup).translate(marks) == plain(markup).translate(marks)
