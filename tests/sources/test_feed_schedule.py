"""When a feed is asked for, whether it has changed or not, and what lies between two editions."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.channels.local_server import Reply, Request
from tests.sources.newsroom import NOW, Desk, Newsroom

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def newsroom() -> Iterator[Newsroom]:
    with Newsroom(length=5) as running:
        for number in range(5):
            running.publish(f"s{number}", age=(8 - number) * HOUR)
        yield running


# what the feed advises, and what is declared


@pytest.mark.parametrize("advice", ["<ttl>60</ttl>", "Cache-Control"])
def test_a_declared_pause_counts_for_more_than_the_feeds_advice(newsroom: Newsroom, advice: str) -> None:
    _advise(newsroom, advice)

    for every in (timedelta(seconds=5), 5 * MINUTE):
        look = Desk(newsroom, every=every, complete=False).look().look
        assert look.next_look == NOW
        assert look.problems == []


@pytest.mark.parametrize("advice", ["<ttl>60</ttl>", "Cache-Control"])
def test_what_is_not_declared_is_as_the_feed_advises_and_is_told(newsroom: Newsroom, advice: str) -> None:
    _advise(newsroom, advice)
    desk = Desk(newsroom, complete=False)

    look = desk.look().look
    assert look.next_look == NOW + HOUR
    assert look.problems == [
        f"{desk.source.url}: the feed asks for 60 min between two looks: declare every to look more often"
    ]

    unchanged = desk.look(HOUR).look  # nor is it otherwise where nothing has changed
    assert unchanged.next_look == NOW + 2 * HOUR
    assert unchanged.problems == look.problems


def test_advice_that_is_met_anyway_is_not_told(newsroom: Newsroom) -> None:
    newsroom.head = "<ttl>5</ttl>"

    assert Desk(newsroom, complete=False).look().look.problems == []


def test_a_pause_that_nobody_declared_is_known_as_such_in_other_processes(newsroom: Newsroom) -> None:
    newsroom.head = "<ttl>60</ttl>"
    desk = Desk(newsroom, complete=False)
    desk.source = copy.copy(desk.source)  # by the same means as pickle
    desk.source = replace(desk.source, every=copy.deepcopy(desk.source.every))

    assert desk.look().look.next_look == NOW + HOUR


def _advise(newsroom: Newsroom, advice: str) -> None:
    if advice.startswith("<"):
        newsroom.head = advice
        return

    def answer(request: Request) -> Reply | None:
        if request.path != "/feed/":
            return None
        reply = newsroom._feed(request)
        headers = {**reply.headers, "Cache-Control": "max-age=3600"}
        return Reply(status=reply.status, body=reply.body, headers=headers)

    newsroom.is_away = answer


# whether it has changed


@pytest.mark.parametrize("every", [timedelta(seconds=5), MINUTE, 5 * MINUTE, HOUR])
def test_what_is_backdated_is_noticed_although_no_validator_changes(
    newsroom: Newsroom, every: timedelta
) -> None:
    desk = Desk(newsroom, every=every, complete=False)
    desk.look()
    newsroom.publish("backdated", age=7 * HOUR + 30 * MINUTE)

    looks = next(number for number in range(1, 12) if "id-backdated" in desk.look(every).new)

    assert looks <= 10
    assert looks * every <= max(30 * MINUTE, 2 * every)


@pytest.mark.slow
def test_most_looks_ask_whether_anything_has_changed(newsroom: Newsroom) -> None:
    desk = Desk(newsroom, every=MINUTE, complete=False)
    for _ in range(50):
        desk.look(MINUTE)

    whole = sum("If-Modified-Since" not in request.headers for request in newsroom.requests)
    assert 4 <= whole <= 7


def test_other_settings_read_the_same_edition_again(newsroom: Newsroom) -> None:
    desk = Desk(newsroom, every=MINUTE, complete=False)
    desk.look()
    other = Desk(newsroom, every=MINUTE, complete=False, section="Ferries")
    other.memory, other.on_file = desk.memory, desk.on_file

    assert len(other.look(MINUTE).corrected) == 5


# bursts


@pytest.mark.slow
def test_a_burst_is_followed_to_what_is_known(newsroom: Newsroom) -> None:
    desk = Desk(newsroom, every=MINUTE)
    desk.look()
    for number in range(17):
        newsroom.publish(f"n{number}", age=-number * timedelta(seconds=1))

    shown = desk.look(MINUTE)

    assert sorted(shown.new) == sorted(f"id-n{number}" for number in range(17))
    assert shown.look.problems == []
    assert shown.look.is_complete
    assert all(desk.on_file[key].photo for key in shown.new)
    again = desk.look(MINUTE)
    assert (again.new, again.corrected) == ([], [])
    for _ in range(48):
        assert desk.look(HOUR).withdrawn == []


def test_a_burst_without_further_pages_is_told(newsroom: Newsroom) -> None:
    newsroom.generator = "a careful editor"
    desk = Desk(newsroom, every=MINUTE, complete=False)
    desk.look()
    for number in range(7):
        newsroom.publish(f"n{number}", age=-number * timedelta(seconds=1))

    [problem] = desk.look(MINUTE).look.problems

    assert "all 5 entries were new" in problem
    assert "some between may be missing" in problem


@pytest.mark.parametrize("relation", ["next", "prev-archive"])
def test_a_burst_is_followed_where_the_feed_links_to(newsroom: Newsroom, relation: str) -> None:
    newsroom.generator = ""
    newsroom.head = f'<atom:link rel="{relation}" href="/feed/?paged=2"/>'
    desk = Desk(newsroom, every=MINUTE, complete=False)
    desk.look()
    for number in range(7):
        newsroom.publish(f"n{number}", age=-number * timedelta(seconds=1))

    shown = desk.look(MINUTE)

    assert len(shown.new) == 7
    assert shown.look.problems == []


def test_a_burst_is_followed_in_json(newsroom: Newsroom) -> None:
    def item(number: int) -> dict[str, str]:
        return {"id": str(number), "url": f"{newsroom.address}/{number}/", "title": f"Number {number}"}

    newest = [3]

    def answer(request: Request) -> Reply | None:
        if request.path != "/feed/":
            return Reply(body=b"<h1>It is all there</h1>", media_type="text/html")
        first = newest[0] - 3 * int(request.query.get("page", "0"))
        feed = {
            "version": "https://jsonfeed.org/version/1.1",
            "title": "t",
            "next_url": f"/feed/?page={int(request.query.get('page', '0')) + 1}",
            "items": [{**item(n), "content_text": "x"} for n in range(first, max(first - 3, 0), -1)],
        }
        return Reply(body=json.dumps(feed).encode())

    newsroom.is_away = answer
    desk = Desk(newsroom, every=MINUTE, complete=False)
    desk.look()
    newest[0] = 11

    shown = desk.look(MINUTE)

    assert sorted(map(int, shown.new)) == [4, 5, 6, 7, 8, 9, 10, 11]
    assert shown.look.problems == []


@pytest.mark.slow
def test_a_feed_that_pages_without_end_is_left_in_time_and_told(newsroom: Newsroom) -> None:
    desk = Desk(newsroom, every=MINUTE, complete=False)
    desk.look()
    for number in range(80):
        newsroom.publish(f"n{number}", age=-number * timedelta(seconds=1))
    asked = newsroom.asked("/feed/")

    shown = desk.look(MINUTE)

    assert newsroom.asked("/feed/") - asked <= 11
    assert len(shown.new) == 55
    assert any("some between may be missing" in problem for problem in shown.look.problems)


def test_a_next_page_that_fails_is_told(newsroom: Newsroom) -> None:
    desk = Desk(newsroom, every=MINUTE, complete=False)
    desk.look()
    for number in range(7):
        newsroom.publish(f"n{number}", age=-number * timedelta(seconds=1))
    newsroom.is_away = lambda request: Reply(status=502) if "paged" in request.query else None

    shown = desk.look(MINUTE)

    assert len(shown.new) == 5
    assert any("502" in problem for problem in shown.look.problems)
    assert any("some between may be missing" in problem for problem in shown.look.problems)


def test_a_next_page_elsewhere_is_not_asked_for(newsroom: Newsroom) -> None:
    with Newsroom() as other:
        newsroom.generator = ""
        newsroom.head = (
            f'<atom:link rel="next" href="{other.address.replace("127.0.0.1", "localhost")}/feed/"/>'
        )
        desk = Desk(newsroom, every=MINUTE, complete=False)
        desk.look()
        for number in range(7):
            newsroom.publish(f"n{number}", age=-number * timedelta(seconds=1))
        desk.look(MINUTE)

        assert other.requests == []


def test_new_guids_for_the_same_addresses_are_no_burst(newsroom: Newsroom) -> None:
    original = newsroom._item
    edition = [0]
    newsroom._item = lambda story: original(story).replace("id-", f"{edition[0]}-")  # type: ignore[method-assign]  # for this feed alone
    desk = Desk(newsroom, every=MINUTE, complete=False)
    desk.look()
    for number in range(1, 4):
        edition[0] = number
        newsroom.stories[0].modified = newsroom.now + number * MINUTE
        desk.look(MINUTE)

    assert newsroom.asked("/feed/") == 4
