"""Headlines without the site's name around them, and never without a part of themselves."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicator.sources.pages.headline import Surroundings, headline

AROUND = Surroundings(sites=("The River Gazette",), host="www.rivergazette.example", sections=("City",))
TITLE = "Ferry runs again on Monday"


def around(*shown: str) -> Surroundings:
    return dataclasses.replace(AROUND, shown=shown)


@pytest.mark.parametrize(
    "title",
    [
        *(f"{TITLE} {mark} The River Gazette" for mark in ("|", "-", "–", "—", "·", "•", "»", "::", "/")),
        *(f"The River Gazette {mark} {TITLE}" for mark in ("|", "-", "·")),
        *(f"{TITLE}|The River Gazette", f"{TITLE}: The River Gazette", f"{TITLE} - RIVER GAZETTE"),
        *(f"{TITLE} | City | The River Gazette", f"{TITLE} - City - The River Gazette", f"{TITLE} | City"),
        *(f"{TITLE} | 25 November 2026 | River Gazette", f"{TITLE} - 25.11.2026 - The River Gazette"),
        *(f"{TITLE} | rivergazette.example", f"{TITLE} | River Gazette Online", f"{TITLE} | Rivergazette"),
        *(f"{TITLE} (The River Gazette)", f"{TITLE} | News | The River Gazette", TITLE),
    ],
)
def test_the_sites_name_is_cut_wherever_it_stands(title: str) -> None:
    assert headline(title, AROUND) == TITLE


@pytest.mark.parametrize(
    "title", [f"{TITLE} | Region Watch", f"Region – {TITLE}", f"The River Gazette: {TITLE}"]
)
def test_the_pages_own_heading_says_where_the_headline_ends(title: str) -> None:
    assert headline(title, around("Menu", TITLE)) == TITLE


def test_where_words_are_not_told_apart_too() -> None:
    site = Surroundings(sites=("河流时报",), host="river.example", sections=("新闻",))

    assert headline("渡轮下周一恢复运行_新闻_河流时报", site) == "渡轮下周一恢复运行"


@pytest.mark.parametrize(
    "title",
    [
        *(
            "Ferry – what changes on Monday",
            "City - a love letter",
            "The River Gazette: editors honoured",
            "2026 - 2027",
        ),
        *(
            "The River Gazette – a history",
            "Ferry back - The River Gazette says no",
            "News | Analysis: the ferry",
        ),
        *(
            "Pier 4: River and Gazette",
            "River Gazette wins a prize",
            "Budget 2026 – 25 things to know",
            "Saint-Malo",
        ),
    ],
)
def test_no_part_of_a_headline_is_cut(title: str) -> None:
    assert headline(title, AROUND) == title


def test_what_the_page_shows_whole_is_left_whole() -> None:
    title = "How we began – The River Gazette"

    assert headline(title, around(title)) == title


def test_a_short_heading_says_nothing() -> None:
    assert headline("Ferry – what changes on Monday", around("Ferry")) == "Ferry – what changes on Monday"
    assert (
        headline("Analysis | The ferry and the bridge", around("Analysis"))
        == "Analysis | The ferry and the bridge"
    )


def test_a_headline_that_was_cut_short_is_taken_whole() -> None:
    assert headline("Ferry runs again on Mon…", around(TITLE)) == TITLE


def test_where_the_sites_name_alone_stands_the_heading_is_the_headline() -> None:
    assert headline("The River Gazette", around("The River Gazette", TITLE)) == TITLE


@given(st.text(max_size=200), st.text(max_size=30), st.text(max_size=200))
def test_no_title_is_too_odd(title: str, site: str, shown: str) -> None:
    cut = headline(title, Surroundings(sites=(site,), host="river.example", shown=(shown,)))

    assert cut in (*title.split("\x00"), title) or cut in title or cut == shown
