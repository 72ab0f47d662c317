"""Articles with an older date than all that a list has room for."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from syndicator.sources.sites.behind import Behind
from tests.sources.newsroom import Desk, Newsroom
from tests.sources.pages_of_a_site import HOUR, MINUTE, Town, watching

pytestmark = pytest.mark.slow  # looks at many pages


@pytest.fixture
def newsroom() -> Iterator[Newsroom]:
    with Newsroom(length=5) as running:
        yield running


@pytest.fixture
def town() -> Iterator[Town]:
    with Town() as server:
        yield server


def fill(newsroom: Newsroom, names: str) -> None:
    for at, name in enumerate(names):
        newsroom.publish(f"story-{name}", age=(len(names) - at) * 10 * MINUTE)


def test_a_backdated_entry_behind_the_feed_s_end_is_found(newsroom: Newsroom) -> None:
    fill(newsroom, "abcdefghij")
    desk = Desk(newsroom, every=MINUTE, complete=False)
    for _ in range(23):
        desk.look(MINUTE)

    newsroom.publish("late", age=95 * MINUTE)
    found = [key for _ in range(12) for key in desk.look(MINUTE).new]

    assert found == ["id-late"]
    assert not any(f"id-story-{name}" in desk.on_file for name in "abcd"), "what was there before is no news"


@pytest.mark.parametrize("recheck", [(), (5 * MINUTE, HOUR)])
def test_what_moves_there_or_up_is_no_news(newsroom: Newsroom, recheck: tuple[timedelta, ...]) -> None:
    fill(newsroom, "abcdefghijklmno")
    desk = Desk(newsroom, every=MINUTE, complete=False, recheck=recheck)
    for _ in range(23):
        desk.look(MINUTE)

    shown = [desk.look(MINUTE)]
    for at in range(40):
        if at % 5 == 0:
            newsroom.publish(f"new-{at}")
        if at in (7, 14, 21):
            newsroom.stories[-3].is_public = False
            newsroom.stories[12 - at // 7].is_public = False
        shown.append(desk.look(MINUTE))

    assert {key for each in shown for key in each.new} == {f"id-new-{at}" for at in range(0, 40, 5)}


def test_a_feed_of_one_document_is_not_asked_for_more(newsroom: Newsroom) -> None:
    newsroom.generator = "by hand"
    fill(newsroom, "abcdefgh")
    desk = Desk(newsroom, every=MINUTE, complete=False)

    problems = [line for _ in range(40) for line in desk.look(MINUTE).look.problems]

    assert not problems
    assert not any(request.query for request in newsroom.requests)


def test_a_backdated_article_behind_a_listing_s_end_is_found(town: Town) -> None:
    for number in range(10):
        town.publish(number)
    pages = {"first": town.listed[:5], "second": town.listed[5:]}

    def show() -> None:
        for path, (name, more) in {
            "/news": ("first", '<a rel="next" href="/news/page/2">Older</a>'),
            "/news/page/2": ("second", ""),
        }.items():
            links = "".join(f'<li><a href="{article}">Read {article}</a></li>' for article in pages[name])
            town.pages[path] = f"<html><title>News</title><ul>{links}</ul>{more}</html>"

    show()
    desk = watching(town, recheck=())
    for _ in range(25):
        desk.look(2 * MINUTE)
    assert len(desk.memory["pages"]) == 5

    late = town.publish(44, title="The late one")
    pages["second"].insert(2, late)
    show()

    assert desk.titles(2 * MINUTE, times=12) == ["The late one"]


def test_pages_further_on_move_up_and_are_no_news() -> None:
    behind = Behind({})
    behind.show("list", ["a", "b"], now=1)
    assert list(behind.read("list", ["c", "d"], now=1000)) == []
    behind.show("list", ["a", "b"], now=1)

    assert list(behind.read("list", ["x", "d", "e", "f"], now=9000)) == ["x"]
    assert list(behind.read("list", ["g", "h"], now=19000)) == []
    assert list(Behind(behind.stored(["list"])).read("list", ["b", "y", "h"], now=29000)) == ["y"]


@pytest.mark.parametrize("ahead", [20 * 60, 24 * 3600])
def test_what_a_clock_ahead_read_behind_a_list_is_read_again_once_it_is_right(ahead: int) -> None:
    behind, now = Behind({}), 100_000
    behind.read("read", ["a"], now + ahead)
    behind.miss("missed", now + ahead)
    assert not any(behind.is_due(url, MINUTE, now + ahead + 60) for url in ("read", "missed"))

    assert all(behind.is_due(url, MINUTE, now) for url in ("read", "missed"))
    behind.miss("missed", now)
    assert not behind.is_due("missed", MINUTE, now + 23 * 3600)
    assert behind.is_due("missed", MINUTE, now + 24 * 3600)
