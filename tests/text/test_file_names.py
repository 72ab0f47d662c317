"""Names of files are no words about a picture."""

from __future__ import annotations

import pytest

from syndicator.text.file_names import is_file_name


@pytest.mark.parametrize(
    "name",
    [
        "IMG_2231.JPG",
        "dsc-0012",
        "DSC_0042.jpg",
        "Ferry at noon (2).jpeg",
        "ຮູບ ເຮືອ 1.png",
        "WhatsApp Image 2026-03-01 at 10.22.31.jpeg",
        "photo.heic ",
        "1200x675",
    ],
)
def test_a_file_is_known_by_its_name(name: str) -> None:
    assert is_file_name(name)


@pytest.mark.parametrize(
    "words",
    [
        "",
        "A heron on a pole",
        "ນົກຢາງ",
        "Heron",
        "The screen shows what the clerk has sent to all the eleven offices of the province today: plan.png",
        "Ferry no. 2",
    ],
)
def test_words_are_words(words: str) -> None:
    assert not is_file_name(words)
