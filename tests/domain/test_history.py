"""What feeds gain and lose by what becomes of an article: no database is needed to tell."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicator.domain.article import Article, ArticleState
from syndicator.domain.history import Changes, Membership, changes, closing
from tests.formats.newsroom import NINE, article

LIVE = article()
WITHDRAWN = replace(LIVE, state=ArticleState.WITHDRAWN)
WITHHELD = replace(LIVE, state=ArticleState.EMBARGOED, release=NINE + timedelta(days=1))


def member(feed: str, archive: int | None = None, *, is_gone: bool = False) -> Membership:
    return Membership(feed=feed, published=NINE, archive=archive, is_gone=is_gone)


def feeds(*names: str) -> frozenset[str]:
    return frozenset(names)


def test_news_join_the_feeds_that_carry_them() -> None:
    assert changes([], LIVE, {"all", "city"}) == Changes(
        joined=feeds("all", "city"), feeds=feeds("all", "city")
    )


def test_a_correction_stays_in_its_archive_which_is_built_anew() -> None:
    assert changes([member("all", 3)], LIVE, {"all"}) == Changes(
        archives=frozenset({("all", 3)}), feeds=feeds("all")
    )


def test_what_a_feed_no_longer_carries_leaves_without_a_tombstone() -> None:
    found = changes([member("all"), member("city", 2)], LIVE, {"all", "sport"})

    assert found == Changes(
        left=feeds("city"),
        joined=feeds("sport"),
        archives=frozenset({("city", 2)}),
        feeds=feeds("all", "city", "sport"),
    )


def test_another_day_of_publication_moves_it_in_its_feeds() -> None:
    later = replace(LIVE, published=NINE + timedelta(days=1))

    assert changes([member("all")], later, {"all"}).moved == feeds("all")
    assert not changes([member("all", is_gone=True)], later, {"all"}).moved, "it is revived with it"


def test_a_retraction_leaves_tombstones() -> None:
    found = changes([member("all"), member("city", 2)], WITHDRAWN, {"all"})

    assert found == Changes(
        buried=feeds("all", "city"), archives=frozenset({("city", 2)}), feeds=feeds("all", "city")
    )


def test_a_second_retraction_touches_nothing() -> None:
    assert changes([member("all", is_gone=True)], WITHDRAWN, {"all"}) == Changes()


def test_what_is_withheld_says_so_in_its_tombstones_too() -> None:
    found = changes([member("all"), member("city", is_gone=True)], WITHHELD, {"all"})

    assert found == Changes(buried=feeds("all"), feeds=feeds("all", "city"))


def test_what_comes_back_is_in_no_archive() -> None:
    found = changes([member("all", is_gone=True)], LIVE, {"all"})

    assert found == Changes(revived=feeds("all"), feeds=feeds("all"))


@pytest.mark.parametrize(
    ("waiting", "length", "count"), [(3, 4, 0), (4, 4, 2), (9, 4, 2), (5, 5, 3), (1, 1, 1)]
)
def test_the_older_half_of_a_full_feed_becomes_an_archive(waiting: int, length: int, count: int) -> None:
    assert closing(waiting, length) == count


names = st.sampled_from("abcd")
members = st.builds(
    Membership,
    feed=names,
    published=st.sampled_from([NINE, NINE + timedelta(days=1)]),
    archive=st.none() | st.integers(1, 3),
    is_gone=st.booleans(),
).map(lambda each: replace(each, archive=None) if each.is_gone else each)
on_record = st.lists(members, unique_by=lambda each: each.feed, max_size=4)


@given(on_record, st.sampled_from([LIVE, WITHDRAWN, WITHHELD]), st.frozensets(names))
def test_afterwards_it_stands_where_it_should_and_all_that_changed_is_built(
    before: list[Membership], filed: Article, carriers: frozenset[str]
) -> None:
    found = changes(before, filed, carriers)

    live = {each.feed for each in before if not each.is_gone}
    gone = {each.feed for each in before if each.is_gone}
    parts = [found.buried, found.left, found.revived, found.joined, found.moved]
    assert sum(map(len, parts)) == len(frozenset[str]().union(*parts)), "one thing happens to each"
    assert found.buried | found.moved <= live
    assert found.revived <= gone
    assert not found.joined & (live | gone)
    assert frozenset[str]().union(*parts) <= found.feeds, "whatever changes is built"
    after = (live - found.buried - found.left) | found.revived | found.joined
    assert after == (carriers if filed.state is ArticleState.LIVE else set())
    tombstones = (gone - found.revived - found.left) | found.buried
    assert tombstones == (set() if filed.state is ArticleState.LIVE else live | gone)
    assert found.archives == {(each.feed, each.archive) for each in before if each.archive is not None}
