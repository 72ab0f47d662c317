"""Addresses that count as articles, as ``check`` shows them."""

from __future__ import annotations

import pytest

from syndicator.cli.address_report import address_lines

SITE = "https://herald.example"
STORIES = [f"{SITE}/2026/11/{slug}/" for slug in ("bridge-opens", "ferry-returns", "rain", "market-day")]


def test_the_first_and_the_last_are_shown_and_nothing_else_of_a_site_in_order() -> None:
    assert address_lines(STORIES) == [f"its addresses: from {STORIES[0]} to {STORIES[-1]}"]


@pytest.mark.parametrize("listing", [f"{SITE}/", f"{SITE}/2026/11/", f"{SITE}/2026"])
def test_an_address_that_others_stand_below_is_named(listing: str) -> None:
    _, line = address_lines([*STORIES, listing], "/$")

    assert listing in line
    assert "article = '/$'" in line
    assert "a listing, no article?" in line


@pytest.mark.parametrize(
    "odd", [f"{SITE}/about/", f"{SITE}/category/city/news/archive/", f"{SITE}/?cat=7", f"{SITE}/2026/?page=2"]
)
def test_the_one_that_is_like_no_other_is_named(odd: str) -> None:
    _, line = address_lines([STORIES[0], odd, *STORIES[1:]])

    assert f"the oddest, {odd}," in line


@pytest.mark.parametrize("urls", [[], [STORIES[0]], [STORIES[0]] * 3])
def test_of_one_there_is_nothing_to_say(urls: list[str]) -> None:
    assert address_lines(urls) == []


def test_sites_with_many_kinds_of_addresses_have_no_odd_one() -> None:
    mixed = [f"{SITE}/a", f"{SITE}/b/c", f"{SITE}/7/d/e", f"{SITE}/?p=3"]
    assert len(address_lines(mixed)) == 1
