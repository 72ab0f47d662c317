"""Entries that are kept are those that would be made."""

from __future__ import annotations

import tracemalloc
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicator import formats
from syndicator.domain.article import Article
from syndicator.formats._entry_cache import EntryCache, weight
from syndicator.formats._text import Extent
from tests.formats.newsroom import FEED, SHORT, SITE, article, articles, tidy

pytestmark = pytest.mark.slow  # every format builds, again and again


class Desk:
    """Renders, and remembers what it was asked for."""

    def __init__(self, length: int = 10) -> None:
        self.length, self.asked = length, list[tuple[Extent, str]]()

    def render(self, extent: Extent, article: Article) -> bytes:
        self.asked.append((extent, article.key))
        if not article.title:
            raise ValueError("no title")
        return f"{extent}{article.key}".encode().ljust(self.length)


def room_for(entries: int) -> int:
    """Room for so many entries, and half of one."""
    return weight(article("1"), b" " * 10) * (2 * entries + 1) // 2


def test_what_is_held_is_what_is_counted() -> None:
    """The article is kept with its entry, and takes the most of the room."""
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        kept = EntryCache(Desk().render, max_bytes=300_000)
        for number in range(600):
            kept.entry("full", article(str(number), content_html="<p>" + f"{number} " * 200))
        held = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
    assert held < 600_000


def test_an_entry_is_rendered_once() -> None:
    desk = Desk()
    kept = EntryCache(desk.render)

    entries = {kept.entry("full", article("1")) for _ in range(3)}

    assert desk.asked == [("full", "1")]
    assert entries == {b"full1     "}


@pytest.mark.parametrize(
    "change", [{"title": "Other"}, {"note": "Corrected."}, {"photo": None}, {"revision": 2}]
)
def test_whatever_changes_in_an_article_makes_a_new_entry(change: dict[str, object]) -> None:
    desk = Desk()
    kept = EntryCache(desk.render)

    kept.entry("full", article("1"))
    kept.entry("full", article("1", **change))

    assert desk.asked == [("full", "1")] * 2


def test_the_least_recently_used_entries_go_when_there_is_no_room() -> None:
    desk = Desk(length=10)
    kept = EntryCache(desk.render, max_bytes=room_for(2))

    for key in ("1", "2", "1", "3", "1", "2"):
        kept.entry("full", article(key))

    assert [key for _, key in desk.asked] == ["1", "2", "3", "2"]


def test_an_entry_larger_than_the_room_is_rendered_and_not_kept() -> None:
    desk = Desk(length=100)
    kept = EntryCache(desk.render, max_bytes=100)

    assert len(kept.entry("full", article("1"))) == 100
    assert len(kept.entry("full", article("1"))) == 100
    assert len(desk.asked) == 2


def test_what_could_not_be_rendered_is_tried_again() -> None:
    desk = Desk()
    kept = EntryCache(desk.render)

    for _ in range(2):
        with pytest.raises(ValueError, match="no title"):
            kept.entry("full", article("1", title=""))
    assert len(desk.asked) == 2


def test_many_threads_get_the_entries_they_ask_for() -> None:
    kept = EntryCache(Desk().render, max_bytes=room_for(4))
    keys = [str(n % 7) for n in range(700)]

    with ThreadPoolExecutor(8) as pool:
        entries = list(pool.map(lambda key: kept.entry("summary", article(key)), keys))

    assert [entry.strip().decode() for entry in entries] == [f"summary{key}" for key in keys]


@pytest.mark.parametrize("name", sorted(formats.kind.built_in))
@given(carried=st.lists(articles(tidy), min_size=1, max_size=3))
def test_feeds_share_entries_and_each_gets_its_own(name: str, carried: list[Article]) -> None:
    used, fresh = formats.kind(name)(), formats.kind(name)
    feeds = [FEED, SHORT, replace(FEED, name="other", title="Other", language="lo")]

    for feed in feeds * 2:
        for each in carried:
            assert used.entry(SITE, feed, each) == fresh().entry(SITE, feed, each)
