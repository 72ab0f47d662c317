"""Articles that are listed for longer than their last recheck: their pages are read all the same."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.sources.newsroom import Desk, Newsroom
from tests.sources.pages_of_a_site import DAY, HOUR, MINUTE, Town, story, watching

pytestmark = pytest.mark.slow  # weeks of a site


@pytest.fixture
def town() -> Iterator[Town]:
    with Town() as server:
        yield server


@pytest.fixture
def newsroom() -> Iterator[Newsroom]:
    with Newsroom() as running:
        yield running


def test_a_typo_in_a_listed_page_is_corrected_whenever(town: Town) -> None:
    town.publish(1)
    desk = watching(town, recheck=(HOUR, 3 * DAY))
    for _ in range(8):
        desk.look(DAY)
    town.publish(1, text=story("quay 1") + "<p>Mended.</p>")
    town.listed.pop(0)

    texts = [s.content_html for _ in range(4) for s in desk.look(DAY).sightings]

    assert any("Mended." in text for text in texts)


def test_it_is_not_read_more_often_than_once_a_day(town: Town) -> None:
    path = town.publish(1)
    desk = watching(town, recheck=(5 * MINUTE,))
    for _ in range(12):
        desk.look(5 * MINUTE)
    town.requests.clear()
    for _ in range(60):
        desk.look(HOUR)

    assert sum(request.path == path for request in town.requests) == 2


@pytest.mark.parametrize("recheck", [(), (HOUR,)])
def test_what_is_listed_no_more_or_never_rechecked_is_left_alone(
    town: Town, recheck: tuple[object, ...]
) -> None:
    path = town.publish(1)
    desk = watching(town, recheck=recheck)
    desk.look()
    if recheck:
        town.publish(2)
        town.listed.remove(path)
        for _ in range(3):
            desk.look(DAY)
    town.requests.clear()
    for _ in range(9):
        desk.look(DAY)

    assert not [request for request in town.requests if request.path == path]


def test_a_replaced_photo_of_a_feed_s_entry_is_noticed_whenever(newsroom: Newsroom) -> None:
    entry = newsroom.publish("ferry")
    desk = Desk(newsroom, every=MINUTE, recheck=(HOUR, 3 * DAY))
    for _ in range(8):
        desk.look(DAY)
    entry.alt = "A bridge in fog"

    for _ in range(4):
        desk.look(DAY)

    photo = desk.on_file["id-ferry"].photo
    assert photo
    assert photo.alt == "A bridge in fog"
