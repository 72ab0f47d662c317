"""Bylines of every make: the names in them are told apart, and what is none is left out."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicator.sources.pages.names import names, told_apart


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Vila Deng, Tom Rowe", ("Vila Deng", "Tom Rowe")),
        ("Vila Deng, Tom Rowe and Ines Malm", ("Vila Deng", "Tom Rowe", "Ines Malm")),
        ("Vila Deng, Tom Rowe, and Ines Malm", ("Vila Deng", "Tom Rowe", "Ines Malm")),
        ("Vila Deng und Tom Rowe, dpa", ("Vila Deng", "Tom Rowe", "dpa")),
        *(
            (f"Vila Deng {word} Tom Rowe", ("Vila Deng", "Tom Rowe"))
            for word in (
                "and",
                "und",
                "og",
                "och",
                "y",
                "et",
                "e",
                "en",
                "i",
                "ja",
                "ve",
                "và",
                "&",
                "+",
                "/",
                "|",
            )
        ),
        ("ວິລາ ແລະ ບຸນມີ", ("ວິລາ", "ບຸນມີ")),
        ("สมชาย และ สมหญิง", ("สมชาย", "สมหญิง")),
        ("周小川和李白鹭", ("周小川", "李白鹭")),
        ("山田太郎、佐藤花子", ("山田太郎", "佐藤花子")),
        ("Vila Deng/Reuters", ("Vila Deng", "Reuters")),
        ("By\nVila Deng\nand\nTom Rowe\nPolitical correspondent", ("Vila Deng", "Tom Rowe")),
    ],
)
def test_several_names_in_one_string_are_told_apart(text: str, found: tuple[str, ...]) -> None:
    assert names(text) == found


@pytest.mark.parametrize(
    "name",
    [
        *(
            "Van der Berg and Sons",
            "Miguel Ortega y Gasset",
            "Santos e Silva",
            "Anna und Peter Malm",
            "Rowe & Deng",
        ),
        *(
            "Ministry of Health and Social Care",
            "李和平",
            "和田太郎",
            "Von Trapp",
            "von der Leyen",
            "Di Stefano",
        ),
        *(
            "France 24",
            "Robert (Bob) Rowe",
            "A. Writer",
            "O’Malm-Rowe",
            "K",
            "Staff Reporter",
            "The River Times",
        ),
    ],
)
def test_one_name_stays_one(name: str) -> None:
    assert names(name) == (name,)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "By Vila Deng",
            "by: Vila Deng",
            "Written by Vila Deng",
            "Von Vila Deng",
            "Par Vila Deng",
            "Por Vila Deng",
        ),
        *("Vila Deng, Political correspondent", "Vila Deng | Staff Writer", "Vila Deng – The River Times"),
        *(
            "Vila Deng (vde)",
            "Vila Deng (Image: Getty)",
            "Vila Deng, Ph.D.",
            "Vila Deng, MS, RD",
            "Vila Deng, river.example",
        ),
        *(
            "Vila Deng <vila@river.media>",
            "vila@river.media (Vila Deng)",
            "Vila Deng, vila@river.press",
            "Vila Deng @vila",
        ),
        *(
            "Vila Deng 25.11.2026 10:00",
            "Vila Deng | November 25, 2026",
            "Vila Deng in Port Lowe",
            "Text: Vila Deng",
        ),
        *(
            "Vila Deng, Redakteurin",
            "Vila Deng, journaliste",
            "Vila Deng, Foto: Tom Rowe",
            "Vila Deng Senior Reporter",
        ),
    ],
)
def test_what_stands_around_a_name_goes(text: str) -> None:
    assert names(text) == ("Vila Deng",)


def test_what_stands_around_a_name_in_other_scripts_goes() -> None:
    assert [
        names(text) for text in ("김하늘 기자", "记者周小川", "記者 佐藤花子", "ໂດຍ ວິລາ", "โดย สมชาย")
    ] == [
        ("김하늘",),
        ("周小川",),
        ("佐藤花子",),
        ("ວິລາ",),
        ("สมชาย",),
    ]


@pytest.mark.parametrize(
    "text",
    [
        *(
            "v.deng@river.example",
            "mailto:desk@river.media",
            "105092",
            "(Image: Getty Images)",
            "Foto: Tom Rowe",
            "admin",
        ),
        *("https://social.example/vila", "www.facebook.com/vila", "@vila", "", " – ", "x" * 600, "N/A"),
    ],
)
def test_what_is_no_name_is_none(text: str) -> None:
    assert names(text) == ()


def test_a_family_name_in_front_goes_behind_where_libraries_write_so() -> None:
    assert names("Deng, Vila", is_inverted=True) == ("Vila Deng",)
    assert names("Vila Deng, Tom Rowe", is_inverted=True) == ("Vila Deng", "Tom Rowe")


def test_each_name_is_there_once() -> None:
    assert told_apart(["Vila Deng", "VILA DENG and Tom Rowe"]) == ("Vila Deng", "Tom Rowe")


@given(st.text(max_size=600))
def test_no_byline_is_too_odd(text: str) -> None:
    assert all(name == name.strip() and name for name in names(text))


WORDS = st.sampled_from(["Vila", "Tom", "Ines", "Rowe", "Malm", "Deng"])
NAMES = st.builds("{} {}".format, WORDS, WORDS)


@given(
    st.lists(NAMES, min_size=1, max_size=5, unique=True), st.sampled_from(["and", "und", "et", "og", "và"])
)
def test_whatever_is_joined_is_told_apart(people: list[str], word: str) -> None:
    *first, last = people
    joined = f"{', '.join(first)} {word} {last}" if first else last

    assert names(joined) == tuple(people)
