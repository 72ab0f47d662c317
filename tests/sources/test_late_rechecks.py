"""Articles that are taken back long after they were published."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from syndicator.sources.sites.crawl import RECHECKS
from syndicator.sources.sites.page_times import next_reading
from tests.sources.newsroom import Desk, Newsroom

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def newsroom() -> Iterator[Newsroom]:
    with Newsroom(length=3) as running:
        running.has_photos = True
        for number in range(5):
            running.publish(f"s{number}", age=(5 - number) * HOUR)
        yield running


@pytest.mark.slow
@pytest.mark.parametrize("days", [4, 9, 20])
def test_what_left_the_feed_long_ago_is_retracted_when_its_page_goes(newsroom: Newsroom, days: int) -> None:
    desk = Desk(newsroom, every=HOUR, complete=False)
    desk.look()
    newsroom.now += HOUR
    for number in range(4):
        newsroom.publish(f"n{number}")
    desk.look(HOUR)
    for _ in range(days):
        desk.look(DAY)
    newsroom.stories[4].is_public = False  # the last one of the first edition

    withdrawn = [key for _ in range(12 * 4) for key in desk.look(DAY / 4).withdrawn]
    withdrawn += [key for _ in range(20) for key in desk.look(DAY).withdrawn]

    assert withdrawn == ["id-s4"]


@pytest.mark.slow
def test_an_article_that_left_is_asked_for_seldom(newsroom: Newsroom) -> None:
    desk = Desk(newsroom, every=HOUR, complete=False)
    desk.look()
    for number in range(4):
        newsroom.publish(f"n{number}", modified=newsroom.now + HOUR)
    for _ in range(80):
        desk.look(DAY / 2)

    assert 2 <= newsroom.asked("/s4/") <= len(RECHECKS) + 1
    pages = desk.memory["pages"]
    assert isinstance(pages, dict)
    assert "id-s4" not in pages


@pytest.mark.parametrize(
    ("spans", "expected"),
    [
        (RECHECKS, (3, 6, 9, 10, 13)),
        ((HOUR, DAY), (1, 2, 3, 4, 5)),
        ((HOUR,), (1, 2, 3, 4, 5)),
        ((HOUR, 7 * DAY), (7, 14, 21, 28, 35)),
    ],
)
def test_what_is_listed_for_long_is_read_no_seldomer_than_before(
    spans: tuple[timedelta, ...], expected: tuple[int, ...]
) -> None:
    day = DAY.total_seconds()
    seen, read = day, day + spans[0].total_seconds()
    days: list[int] = []
    while len(days) < len(expected):
        page = {"url": "https://harbour.example/1", "seen": seen, "read": read}
        read = next_reading(page, spans, is_shown=True)
        days += [round((read - seen) / day)] * (read - seen >= day * expected[0] * 0.99)

    assert days == list(expected)
