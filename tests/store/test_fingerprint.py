"""What tells that a feed is declared otherwise than before: what is declared, not how we write it down."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, make_dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicator.domain.feed import Feed, Filter
from syndicator.domain.partner import Age, Formats, Markup, Partner, Range
from syndicator.store import Store
from syndicator.store.fingerprint import fingerprint
from syndicator.wiring import declarations
from tests.fakes import ALL, NOON

ROOT = Path(__file__).parents[2]


def later(value: Any, **more: Any) -> Any:
    """The same value, of a later version of its class, which has more fields: each with an empty default, and
    as told."""
    kind = type(value)
    known = [
        (f.name, Any, field(default=f.default, default_factory=f.default_factory, metadata=f.metadata))
        for f in fields(kind)
    ]
    new = make_dataclass(
        kind.__name__,
        [*known, *((name, Any, field(default="")) for name in more)],
        frozen=True,
        kw_only=True,
    )
    return new(**{f.name: getattr(value, f.name) for f in fields(kind)}, **more)


PARTNER = Partner(
    name="wire",
    partner="The Wire",
    formats=Formats(source="https://wire.example/", accepts=("rss",)),
    title=Range(source="https://wire.example/", most=90),
    age=Age(source="https://wire.example/", most=timedelta(days=2)),
    markup=Markup(source="https://wire.example/", tags=("p",), attributes={"a": ("href",)}),
)
CITY = replace(ALL, only=Filter(sections=("City",), exclude=Filter(tags=("ad",))), partner=PARTNER)


@pytest.mark.parametrize("feed", [ALL, CITY])
def test_a_new_field_changes_nothing_while_it_has_its_default(feed: Feed) -> None:
    assert fingerprint(later(feed, colour="", limits="")) == fingerprint(feed)
    assert fingerprint(later(feed, colour="red")) != fingerprint(feed)


def test_the_same_holds_of_filters_and_partners_within() -> None:
    only = later(replace(CITY.only, exclude=later(CITY.only.exclude, mood="")), mood="")
    partner = later(replace(PARTNER, title=later(PARTNER.title, unit="")), colour="")

    assert fingerprint(replace(CITY, only=only, partner=partner)) == fingerprint(CITY)


def test_a_feed_for_a_partner_has_the_one_that_it_has_on_record() -> None:
    """By the keys of its declaration, whatever we call them: another one would fill and build it anew."""
    assert fingerprint(CITY) == "a0f3e2a741405d1b38176836f6f2139d803b58e2e2cd89143f128adb34d015aa"


def test_every_feed_of_the_example_has_its_own() -> None:
    feeds = list(declarations(ROOT).feeds.values())

    assert len({fingerprint(feed) for feed in feeds}) == len(feeds) > 3


texts = st.text(max_size=8)
lists = st.lists(texts, max_size=3).map(tuple)
filters = st.builds(Filter, sections=lists, tags=lists, exclude=st.none() | st.builds(Filter, tags=lists))
declared = st.builds(
    Feed, name=texts, title=texts, only=filters, length=st.integers(1, 99), formats=lists, channels=lists
)


@pytest.mark.slow
@given(declared, declared)
def test_it_is_equal_exactly_where_declarations_are(one: Feed, other: Feed) -> None:
    assert (fingerprint(one) == fingerprint(other)) == (one == other)


def test_what_cannot_be_told_apart_is_refused() -> None:
    """An object's default repr holds its address: another one at each start."""

    @dataclass(frozen=True)
    class Odd:
        thing: object

    with pytest.raises(TypeError, match="object"):
        fingerprint(Odd(object()))


@pytest.mark.slow
def test_an_old_way_of_writing_it_down_rebuilds_once(store: Store) -> None:
    store.declare([], [ALL], [], NOON)
    with store.writing() as connection:
        connection.exec_driver_sql(
            "UPDATE feed SET declaration = 'as an older version wrote it', has = wants"
        )

    store.declare([], [ALL], [], NOON)
    first = [(row.wants, row.has) for row in store.feeds()]
    store.declare([], [ALL], [], NOON)

    assert first == [(row.wants, row.has) for row in store.feeds()]
    assert first[0][0] == first[0][1] + 1
