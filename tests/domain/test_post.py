"""Composing posts, by what holds for every article and every channel."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from syndicator.domain.article import Article, Photo
from syndicator.domain.post import GAP, MIN_PART_LENGTH, Limits, compose
from syndicator.text.cutting import ELLIPSIS
from syndicator.text.rulers import GRAPHEMES
from tests.fakes import NOON

SUMMARY = "After two years of repairs, trams cross the river again. The first one leaves at dawn."


def article(**changes: Any) -> Article:
    fields: dict[str, Any] = {
        "guid": "tag:ledger.example,2026:1",
        "source": "page",
        "key": "1",
        "url": "https://ledger.example/2026/bridge",
        "title": "Bridge reopens",
        "summary": SUMMARY,
        "published": NOON,
        "updated": NOON,
        "first_seen": NOON,
    }
    return Article(**fields | changes)


def limits(text: int = 500, link: int | None = None, alt: int = 100) -> Limits:
    return Limits(ruler=GRAPHEMES, text=text, alt=alt, link=link)


said = st.one_of(
    st.text(max_size=60),
    st.lists(st.sampled_from(["ສະພາ", "ຜ່ານ", "ງົບປະມານ", "vote.", "late", "\n\n", "👍🏽", "(the"])).map(
        " ".join
    ),
)
articles = st.builds(article, title=said, summary=said, note=st.one_of(st.just(""), said))
links = st.sampled_from([None, 23])


def length_as_counted(text: str, url: str, channel: Limits) -> int:
    """The channel's own count, where a link costs a flat rate."""
    flat = "x" * channel.link if channel.link is not None else url
    return GRAPHEMES.measure(text.removesuffix(url) + flat)


@given(told=articles, text=st.integers(min_value=34, max_value=200), link=links)
def test_every_post_fits_and_ends_with_the_whole_link(told: Article, text: int, link: int | None) -> None:
    channel = limits(text, link)
    post = compose(told, channel)
    assert post.text.endswith(told.url)
    assert length_as_counted(post.text, told.url, channel) <= text


@given(told=articles, text=st.integers(min_value=0, max_value=33))
def test_the_link_survives_even_where_it_does_not_fit(told: Article, text: int) -> None:
    assert compose(told, limits(text)).text == told.url


@given(told=articles, text=st.integers(min_value=0, max_value=200))
def test_parts_stand_one_gap_apart_and_none_is_empty(told: Article, text: int) -> None:
    parts = compose(told, limits(text)).text.split(GAP)
    assert all(part == part.strip() and part for part in parts)
    assert len(parts) <= 4


@given(told=articles)
def test_with_enough_room_everything_is_said_once_in_order(told: Article) -> None:
    wanted = [" ".join(part.split()) for part in (told.title, told.note, told.summary)]
    once = [part for place, part in enumerate(wanted) if part and part not in wanted[:place]]
    assume(len({part.rstrip(".").casefold() for part in once} - {""}) == len(once))
    assert compose(told, limits(10_000)).text.split(GAP) == [*once, told.url]


@pytest.mark.parametrize("summary", ["Bridge reopens", "Bridge reopens.", "  BRIDGE\nreopens "])
def test_a_title_is_never_repeated_as_the_summary(summary: str) -> None:
    told = article(title="Bridge reopens", summary=summary)
    assert compose(told, limits()).text == GAP.join([told.title, told.url])


def test_a_corrected_post_tells_what_was_corrected_before_the_summary() -> None:
    told = article(note="An earlier version named the wrong river.")
    assert compose(told, limits()).text == GAP.join([told.title, told.note, told.summary, told.url])


def test_the_summary_gives_way_first_then_the_note_then_the_title() -> None:
    told = article(title="T" * 10, note="n" * 30, summary="s" * 40)
    whole = 10 + 30 + 40 + len(told.url) + 3 * len(GAP)
    summary_cut = compose(told, limits(whole - 1)).text.split(GAP)
    assert summary_cut[:2] == [told.title, told.note]
    assert summary_cut[2] == "s" * 38 + ELLIPSIS
    note_cut = compose(told, limits(whole - 43)).text.split(GAP)
    assert note_cut == [told.title, "n" * 28 + ELLIPSIS, told.url]
    title_cut = compose(told, limits(len(told.url) + len(GAP) + 9)).text.split(GAP)
    assert title_cut == ["T" * 8 + ELLIPSIS, told.url]


def test_a_summary_that_would_be_a_mere_stump_is_left_out() -> None:
    told = article()
    room = len(told.title) + len(told.url) + 2 * len(GAP)
    assert compose(told, limits(room + MIN_PART_LENGTH - 1)).text == GAP.join([told.title, told.url])
    assert compose(told, limits(room + MIN_PART_LENGTH + 8)).text.count(GAP) == 2


def test_a_short_summary_that_fits_is_no_stump() -> None:
    assert "It rains." in compose(article(summary="It rains."), limits()).text


def test_a_long_link_costs_what_the_channel_says() -> None:
    told = article(url="https://ledger.example/" + "x" * 500)
    assert SUMMARY in compose(told, limits(200, link=23)).text


def test_alt_text_is_the_photos_own_else_its_caption_and_never_the_headline() -> None:
    photo = Photo(url="https://ledger.example/a.jpg", alt="A tram", caption="The first tram")
    for shown, expected in (
        (photo, "A tram"),
        (replace(photo, alt=""), "The first tram"),
        (replace(photo, alt="", caption=""), ""),
        (None, ""),
    ):
        assert compose(article(photo=shown), limits()).alt == expected


@given(alt=said, room=st.integers(min_value=0, max_value=80))
def test_alt_text_fits(alt: str, room: int) -> None:
    shown = Photo(url="https://ledger.example/a.jpg", alt=alt)
    assert GRAPHEMES.measure(compose(article(photo=shown), limits(alt=room)).alt) <= room
