"""Addresses without what only says how a reader came there."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicator.text.tracking import clean_url, full_url


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://A.example/x?utm_source=y&id=7&fbclid=z", "https://a.example/x?id=7"),
        ("https://a.example:443/x?id=7&empty=", "https://a.example/x?id=7&empty="),
        ("http://a.example:8080?q=a+b%20c", "http://a.example:8080/?q=a+b%20c"),
        ("http://[::1]:80/x?utm_id=4", "http://[::1]/x"),
    ],
)
def test_an_address_without_what_tells_how_a_reader_came(url: str, expected: str) -> None:
    assert clean_url(url) == expected


@pytest.mark.parametrize(
    "query",
    [
        "4711",
        "name=%CC%E5",
        "a=1;b=2",
        "path=/city/3",
        "t=two%20words",
        "x",
        "x=",
        "a=1&&b=2",
        "q=%2f",
        "ü=1",
    ],
)
@pytest.mark.parametrize("tracking", ["{}&utm_source=rss", "fbclid=1&{}", "utm_a=1&{}&gclid=2"])
def test_what_is_left_of_a_query_is_left_byte_for_byte(query: str, tracking: str) -> None:
    assert clean_url(f"https://a.example/x?{tracking.format(query)}") == f"https://a.example/x?{query}"


@pytest.mark.parametrize(
    "value", ["12345", "3", "A-1034", "2026/03/7", "9f3b2a11-c0de-4bcd-abcd-abcdefabcdef"]
)
def test_a_parameter_that_holds_an_id_is_no_tracking(value: str) -> None:
    assert clean_url(f"https://a.example/story.php?ref={value}") == f"https://a.example/story.php?ref={value}"
    assert clean_url(f"https://a.example/s?x=1&cmpid={value}") == f"https://a.example/s?x=1&cmpid={value}"


@pytest.mark.parametrize(
    "value", ["homepage", "hp1", "4sysops.com", "https%3A%2F%2Fx.example%2F1234", "", "rss-top"]
)
def test_a_parameter_that_holds_a_place_is_tracking(value: str) -> None:
    assert clean_url(f"https://a.example/story?ref={value}&id=1") == "https://a.example/story?id=1"


def test_semicolons_and_escaped_signs_separate_where_a_name_follows() -> None:
    assert clean_url("https://a.example/x?utm_source=a;id=5") == "https://a.example/x?id=5"
    assert clean_url("https://a.example/x?id=5&amp;utm_source=a&b=1") == "https://a.example/x?id=5&b=1"


def test_fragment_and_tracking_can_be_kept() -> None:
    url = "https://a.example/live?ref=ferry&b=1#e2"
    assert full_url(url, tracking=False) == "https://a.example/live?b=1#e2"
    assert full_url(url, fragment=False) == "https://a.example/live?ref=ferry&b=1"
    assert full_url(url) == url


@given(st.text("abu;&=%/ 1", max_size=20))
def test_a_query_without_tracking_stays(query: str) -> None:
    address = f"https://a.example/x?{query}" if query else "https://a.example/x"
    assert clean_url(address) == address
    assert clean_url(clean_url(address)) == clean_url(address)
