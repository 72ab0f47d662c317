"""Content codings, by RFC 9110 section 12.5.3, and conditions, by section 13."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicator.web.conditional import is_unmodified, names_tag
from syndicator.web.feeds.deltas import named_digests
from syndicator.web.feeds.negotiation import CODINGS, accepts_delta, coding
from tests.fakes import NOON


@pytest.mark.parametrize(
    ("accept", "chosen"),
    [
        (None, ""),
        ("", ""),
        ("gzip", "gzip"),
        ("GZIP", "gzip"),
        ("x-gzip", "gzip"),
        ("gzip, deflate, br, zstd", "br"),
        ("br;q=0.5, gzip;q=0.8", "gzip"),
        ("gzip;q=1.000,br;q=1", "br"),
        ("gzip ; q=0.2 , br ; q=0.1", "gzip"),
        ("gzip;Q=0.5, br;Q=0", "gzip"),
        ("*", "br"),
        ("*;q=0.1, gzip", "gzip"),
        ("gzip;q=0", ""),
        ("zstd", ""),
        ("identity", ""),
        ("identity;q=0.5, gzip;q=0.2", ""),
        ("identity;q=0", None),
        ("identity;q=0, gzip", "gzip"),
        ("*;q=0", None),
        ("*;q=0, identity", ""),
        ("*;q=0, zstd", None),
        ("gzip;q=2, br;q=x, ;;;, \x00", ""),
    ],
)
def test_the_best_coding_is_chosen(accept: str | None, chosen: str | None) -> None:
    assert coding(accept.encode() if accept is not None else None) == chosen


weights = st.integers(0, 1000).map(lambda n: n / 1000)


@given(st.dictionaries(st.sampled_from(["br", "gzip", "identity", "*", "zstd"]), weights))
def test_nothing_refused_is_chosen_and_nothing_better_passed_over(asked: dict[str, float]) -> None:
    def weight(name: str) -> float:
        """As the standard has it, but for identity, which is accepted at least where nothing is said."""
        return asked.get(name or "identity", asked.get("*", 0.0))

    chosen = coding(", ".join(f"{name};q={q:.3f}" for name, q in asked.items()).encode())

    if chosen is None:
        assert all(weight(name) == 0 for name in CODINGS)
        assert "identity" in asked or "*" in asked
    elif chosen or "identity" in asked or "*" in asked:
        assert weight(chosen) > 0
        assert weight(chosen) == max(map(weight, CODINGS))
    else:
        assert weight("br") == weight("gzip") == 0


@given(st.binary(max_size=60))
def test_any_header_gets_an_answer(accept: bytes) -> None:
    assert coding(accept) in (*CODINGS, None)


@pytest.mark.parametrize(
    ("asked", "answer"),
    [
        (b"feed", True),
        (b"vcdiff, FEED;q=0.5", True),
        (b"feed;q=0", False),
        (b"vcdiff", False),
        (b"feeds", False),
        (b"", False),
    ],
)
def test_news_are_sent_to_those_who_take_them(asked: bytes, answer: bool) -> None:
    assert accepts_delta(asked) is answer


def test_a_tag_names_its_document_in_any_coding() -> None:
    one, two = "0123456789abcdef01234567", "f" * 24

    assert named_digests(f'W/"{one}-gz", "other", "{two}"'.encode()) == (one, two)


@pytest.mark.parametrize(
    ("asked", "answer"),
    [
        (b'"a"', True),
        (b'W/"a"', True),
        (b'"x", W/"a" ,"y"', True),
        (b"*", True),
        (b" * ", True),
        (b'"b"', False),
        (b'"ab"', False),
        (b"a", False),
        (b"", False),
        (b'"a', False),
        (b'"x,a", "y"', False),
    ],
)
def test_entity_tags_are_compared_weakly(asked: bytes, answer: bool) -> None:
    assert names_tag(asked, b'"a"') is answer


@pytest.mark.parametrize(
    ("asked", "answer"),
    [
        (b"Sun, 01 Mar 2026 12:00:00 GMT", True),
        (b"Sunday, 01-Mar-26 12:00:00 GMT", True),
        (b"Sun Mar  1 12:00:00 2026", True),
        (b"Sun, 01 Mar 2026 12:00:01 GMT", True),
        (b"Sun, 01 Mar 2026 11:59:59 GMT", False),
        (b"yesterday", False),
        (b"", False),
        (b"Sun, 01 Mar 99999 12:00:00 GMT", False),
        (b"\xff", False),
    ],
)
def test_dates_of_all_three_forms_are_compared(asked: bytes, answer: bool) -> None:
    assert is_unmodified(asked, NOON) is answer


def test_parts_of_a_second_do_not_count() -> None:
    assert is_unmodified(b"Sun, 01 Mar 2026 12:00:00 GMT", datetime(2026, 3, 1, 12, 0, 0, 900_000, UTC))
