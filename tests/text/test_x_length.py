"""X's weighted length, and texts cut to it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicator.text.x_length import X_WEIGHTED


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("The ferry stopped", 17),
        ("ferry ledger.example", 20),  # no known top-level domain
        ("ferry ledger.com", 6 + 23),
        ("ferry https://ledger.com/2026/ferry?from=x&to=y.", 6 + 23 + 1),
        ("(see www.ledger.co.uk/a(b)c)", 5 + 23 + 1),
        ("desk@ledger.com", 15),  # an e-mail address is none
        ("v1.com-pact", 11),
        ("see ledger.com.Then", 4 + 23 + 5),
        ("https://สยาม.com/", 23),
        ("press.みんなで", 23 + 2),
        ("München.de", 23),
        ("https://harbour_news.com", 24),  # an underscore in a domain: no link
        ("ຂົວໃໝ່", 6),
        ("大桥周一", 8),
        ("橋…", 4),
        ("“Never” – he said", 17),
        ("👩\u200d🌾", 2),
        ("👍🏽🇱🇦1\ufe0f⃣", 6),
        ("🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f", 2),
        ("cafe\u0301", 4),  # counted as it is composed
        ("", 0),
    ],
)
def test_length_is_what_x_counts(text: str, length: int) -> None:
    assert X_WEIGHTED.measure(text) == length


PIECES = [
    "Write",
    "ledger.com/a",
    "https://votes.com/places?x=1",
    "大桥周一通车。",
    "👩\u200d🌾",
    "cafe\u0301",
    "(see",
    "it.",
    "ກິ່ນ",
    "…",
]


@given(
    words=st.lists(st.sampled_from(PIECES), max_size=30),
    gap=st.sampled_from([" ", ""]),
    room=st.integers(0, 150),
)
def test_a_cut_fits(words: list[str], gap: str, room: int) -> None:
    text = gap.join(words)
    short = X_WEIGHTED.cut(text, room)
    assert X_WEIGHTED.measure(short) <= room
    assert (short == text) == (X_WEIGHTED.measure(text) <= room)


@pytest.mark.slow
def test_time_grows_with_length_alone() -> None:
    for bad in (
        "a." * 20_000,
        "a.com/(" * 5_000,
        "https://" * 5_000,
        "a.com?" + "a." * 20_000 + " ",
        "1" * 50_000,
        "a.com" * 10_000,
    ):
        X_WEIGHTED.measure(bad)
        X_WEIGHTED.cut(bad + "e\u0301", 280)
