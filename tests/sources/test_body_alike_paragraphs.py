"""Paragraphs that are built alike are no lead that was printed twice."""

from __future__ import annotations

import pytest

from syndicator.sources.pages.body import ArticleContext, no_other, tidy

CONTEXT = ArticleContext(url="https://news.example/results")


def texts(*paragraphs: str, summary: str = "") -> str:
    context = ArticleContext(url=CONTEXT.url, summary=summary)
    return tidy("".join(f"<p>{text}</p>" for text in paragraphs), context, no_other).content_html


@pytest.mark.parametrize(
    "paragraphs",
    [
        [f"In ward {n} the polls closed at six, and counting went on until late at night." for n in range(4)],
        [f"Route {n} of the river ferries runs every day, and every hour on market days." for n in (7, 8, 9)],
        [f"ໜ່ວຍທີ {n}: ປະຊາຊົນໄດ້ອອກມາປ່ອນບັດຕັ້ງແຕ່ຕອນເຊົ້າ ແລະ ມີຄົນເປັນຈຳນວນຫຼວງຫຼາຍຕະຫຼອດມື້" for n in (1, 2, 3)],
        [f"ໜ່ວຍທີ {n}: ປະຊາຊົນໄດ້ອອກມາປ່ອນບັດຕັ້ງແຕ່ຕອນເຊົ້າ ແລະ ມີຄົນເປັນຈຳນວນຫຼວງຫຼາຍຕະຫຼອດມື້" for n in "໑໒໓"],
    ],
)
def test_paragraphs_that_differ_in_a_number_all_stay(paragraphs: list[str]) -> None:
    content = texts(*paragraphs)
    assert all(paragraph in content for paragraph in paragraphs)
    with_summary = texts(*paragraphs, summary=paragraphs[0])
    assert all(paragraph in with_summary for paragraph in paragraphs)


def test_a_lead_that_was_edited_a_little_stands_once() -> None:
    lead = "The old bridge over the river opens again on 3 March, after two years of repairs by the city."
    again = "The old bridge over the river opens again on 3 March after two years of repairs by the town."
    content = texts(lead, again, "People had to take the ferry until now.")
    assert lead in content
    assert again not in content
