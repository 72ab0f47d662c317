"""What a feed no longer has, and what becomes of its articles."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.channels.local_server import Reply
from tests.sources.newsroom import Desk, Newsroom, html_reply, redirect

pytestmark = pytest.mark.slow  # days of a site

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def newsroom() -> Iterator[Newsroom]:
    with Newsroom(length=5) as running:
        for number in range(8):
            running.publish(f"s{number}", age=(8 - number) * HOUR)
        yield running


@pytest.fixture
def desk(newsroom: Newsroom) -> Desk:
    desk = Desk(newsroom, every=MINUTE, complete=False)
    desk.look()
    return desk


def spend(desk: Desk, span: timedelta, step: timedelta = 10 * MINUTE) -> list[str]:
    """Keys that are withdrawn in that time."""
    withdrawn = []
    for _ in range(round(span / step)):
        withdrawn += desk.look(step).withdrawn
    return withdrawn


def test_a_feed_that_stays_as_it_is_has_no_page_asked_for(desk: Desk, newsroom: Newsroom) -> None:
    spend(desk, DAY)

    assert {request.path for request in newsroom.requests} == {"/feed/"}


@pytest.mark.parametrize("name", ["s7", "s5", "s3"], ids=["first", "in the middle", "last"])
def test_an_article_that_is_trashed_is_withdrawn(desk: Desk, newsroom: Newsroom, name: str) -> None:
    newsroom.stories[int(name[1:])].is_public = False

    withdrawn = spend(desk, 3 * HOUR)

    assert withdrawn == [f"id-{name}"]
    assert newsroom.asked(f"/{name}/") >= 3


def test_410_is_believed_at_once(desk: Desk, newsroom: Newsroom) -> None:
    story = newsroom.stories[5]
    story.is_public = False
    newsroom.is_away = lambda request: Reply(status=410) if request.path == "/s5/" else None

    assert spend(desk, HOUR, 30 * MINUTE) == ["id-s5"]


@pytest.mark.parametrize(
    "reply",
    [
        redirect("/"),
        redirect("/en/"),
        redirect("/category/city/"),
        redirect("/city/"),
        redirect("/wp-login.php?redirect_to=%2Fs5%2F"),
        Reply(status=403),
        Reply(status=401),
        html_reply(
            "<title>Protected: The ferry</title><article><form class='post-password-form'>"
            "<input name=post_password type=password></form></article>"
        ),
        html_reply("<title>Members</title><form><input type=password name=pw>Log in to read on</form>"),
    ],
    ids=["home", "home of a language", "category", "own words", "login", "403", "401", "password", "form"],
)
def test_what_leads_elsewhere_or_is_locked_is_withdrawn(desk: Desk, newsroom: Newsroom, reply: Reply) -> None:
    newsroom.stories[5].is_public = False
    elsewhere = ("/en/", "/category/city/", "/wp-login.php")
    newsroom.is_away = lambda request: (
        reply
        if request.path == "/s5/"
        else html_reply("<h1>News</h1>")
        if request.path in elsewhere
        else html_reply("<body class='tag-template tag-city'><h1>City</h1>")
        if request.path == "/city/"
        else None
    )

    assert spend(desk, 3 * HOUR) == ["id-s5"]


@pytest.mark.parametrize(
    "reply",
    [
        html_reply("<title>The ferry</title><p>It is all still there.</p>"),
        Reply(status=500),
        Reply(status=429, headers={"Retry-After": "60"}),
        redirect("/2026/03/a-better-slug/"),
        redirect("/s5"),
        redirect("/mud/"),
    ],
    ids=["200", "500", "429", "another slug", "without slash", "short slug"],
)
def test_what_is_there_or_in_trouble_stays(desk: Desk, newsroom: Newsroom, reply: Reply) -> None:
    newsroom.stories[5].is_public = False
    newsroom.is_away = lambda request: (
        reply
        if request.path == "/s5/"
        else html_reply("<title>The ferry</title>")
        if request.path in ("/2026/03/a-better-slug/", "/s5")
        else html_reply("<meta property=og:type content=article><title>The ferry</title>")
        if request.path == "/mud/"
        else None
    )

    assert spend(desk, 2 * DAY, HOUR) == []
    assert desk.is_live("s5")


def test_what_has_aged_out_is_there_and_is_asked_for_on_schedule_alone(
    desk: Desk, newsroom: Newsroom
) -> None:
    newsroom.publish("s8")
    newsroom.publish("s9")

    assert spend(desk, 4 * DAY, HOUR) == []

    assert 2 <= newsroom.asked("/s3/") <= 6
    assert newsroom.asked("/s6/") == 0
    asked = len(newsroom.requests)
    spend(desk, DAY, HOUR)
    assert {request.path for request in newsroom.requests[asked:]} == {"/feed/"}


def test_what_is_deleted_after_it_has_aged_out_is_withdrawn(desk: Desk, newsroom: Newsroom) -> None:
    for number in (8, 9, 10):
        newsroom.publish(f"s{number}")
    desk.look(MINUTE)
    newsroom.stories[3].is_public = False

    assert spend(desk, DAY) == ["id-s3"]


def test_in_an_outage_nothing_is_withdrawn(desk: Desk, newsroom: Newsroom) -> None:
    newsroom.stories[5].is_public = False
    newsroom.is_away = lambda request: None if request.path == "/feed/" else Reply(status=404)

    assert spend(desk, DAY) == []

    newsroom.is_away = lambda _request: None
    assert spend(desk, DAY) == ["id-s5"]


def test_a_site_that_leads_everything_to_its_home_page_has_an_outage(desk: Desk, newsroom: Newsroom) -> None:
    newsroom.stories[5].is_public = False
    newsroom.is_away = lambda request: None if request.path in ("/feed/", "/") else redirect("/")

    assert spend(desk, DAY) == []


def test_a_restored_article_is_back(desk: Desk, newsroom: Newsroom) -> None:
    newsroom.stories[5].is_public = False
    spend(desk, 3 * HOUR)

    newsroom.stories[5].is_public = True
    desk.look(HOUR)

    assert desk.is_live("s5")


def test_an_article_under_another_guid_is_not_missing(desk: Desk, newsroom: Newsroom) -> None:
    newsroom.stories[5].name = "s5"
    original = newsroom._item
    newsroom._item = lambda story: original(story).replace("id-s5", "https://harbour.example/?p=5")  # type: ignore[method-assign]  # for this feed alone

    spend(desk, DAY, HOUR)

    assert newsroom.asked("/s5/") == 0


def test_a_feed_that_is_cut_off_misses_nothing(desk: Desk, newsroom: Newsroom) -> None:
    original = newsroom._feed
    newsroom.is_away = lambda request: (
        Reply(body=original(request).body.rpartition(b"<item>")[0]) if request.path == "/feed/" else None
    )

    spend(desk, 2 * HOUR)

    assert {request.path for request in newsroom.requests} == {"/feed/"}


def test_entries_that_share_an_address_are_never_asked_for(newsroom: Newsroom) -> None:
    original = newsroom._item
    newsroom._item = lambda story: original(story).replace(f"/{story.name}/<", "/live/<")  # type: ignore[method-assign]  # for this feed alone
    desk = Desk(newsroom, every=MINUTE)
    desk.look()
    newsroom.stories[6].is_public = False

    spend(desk, 2 * HOUR)

    assert {request.path for request in newsroom.requests} == {"/feed/"}


def test_no_recheck_asks_for_nothing(newsroom: Newsroom) -> None:
    desk = Desk(newsroom, every=MINUTE, complete=False, recheck=())
    desk.look()
    newsroom.stories[5].is_public = False

    assert spend(desk, 2 * HOUR) == []
    assert {request.path for request in newsroom.requests} == {"/feed/"}


def test_the_memory_of_a_busy_feed_stays_small(newsroom: Newsroom) -> None:
    desk = Desk(newsroom, every=MINUTE, complete=False, recheck=(HOUR, timedelta(days=3)))
    desk.look()
    for number in range(200):
        newsroom.publish(f"n{number}")
        desk.look(HOUR)

    pages = desk.memory["pages"]
    assert isinstance(pages, dict)
    assert len(pages) < 120


@given(
    acts=st.lists(
        st.tuples(st.sampled_from(["publish", "trash", "restore", "look", "look"]), st.integers(0, 11)),
        max_size=25,
    )
)
@settings(max_examples=12, deadline=None)
def test_in_the_end_what_is_live_is_what_the_site_has(acts: list[tuple[str, int]]) -> None:
    with Newsroom(length=4) as newsroom:
        for number in range(3):
            newsroom.publish(f"s{number}", age=(9 - number) * HOUR)
        desk = Desk(newsroom, every=MINUTE, complete=False)
        desk.look()
        for act, number in acts:
            story = newsroom.stories[number % len(newsroom.stories)]
            match act:
                case "publish":
                    newsroom.publish(f"s{len(newsroom.stories)}", age=number * MINUTE)
                case "trash":
                    # a site of which nothing is left is no different from one in an outage
                    story.is_public = sum(s.is_public for s in newsroom.stories) < 3 and story.is_public
                case "restore":
                    story.is_public = True
                case "look":
                    desk.look((number + 1) * MINUTE)

        spend(desk, 4 * DAY, 2 * HOUR)

        on_file = {story.name for story in newsroom.stories if f"id-{story.name}" in desk.on_file}
        feed = sorted((s for s in newsroom.stories if s.is_public), key=lambda s: s.published)[-4:]
        assert {story.name for story in feed} <= on_file
        assert {s.name for s in newsroom.stories if s.name in on_file and not s.is_public} == {
            name for name in on_file if not desk.is_live(name)
        }


@pytest.mark.parametrize("age", [timedelta(), 2 * HOUR], ids=["first", "in the middle"])
def test_an_article_whose_address_another_one_has_by_now_is_withdrawn(
    desk: Desk, newsroom: Newsroom, age: timedelta
) -> None:
    """It was deleted, and its slug was free again."""
    newsroom.stories[5].is_public = False
    newsroom.publish(
        "s9", age=age, slug="s5", title="A brewery is sold", text="Nobody knows to whom, or why."
    )

    shown = desk.look(10 * MINUTE)

    assert (shown.new, shown.withdrawn) == (["id-s9"], [])
    assert spend(desk, 3 * HOUR) == ["id-s5"]
    assert desk.is_live("s9")


def test_it_may_come_back_before_it_is_missed(desk: Desk, newsroom: Newsroom) -> None:
    newsroom.stories[5].is_public = False
    other = newsroom.publish("s9", slug="s5", title="A brewery is sold", text="Nobody knows to whom, or why.")
    desk.look(10 * MINUTE)
    other.is_public, newsroom.stories[5].is_public = False, True

    assert "id-s5" not in spend(desk, 3 * HOUR)
    assert desk.is_live("s5")


def test_the_next_item_of_a_ticker_takes_nothing_back() -> None:
    """Of a feed that has its latest item alone, which all link to one page."""
    with Newsroom(length=1) as ticker:
        desk = Desk(ticker, every=MINUTE, complete=False)
        for number in range(4):
            ticker.publish(f"n{number}", slug="live", title=f"Item {number}", text=f"All of item {number}.")
            desk.look(HOUR)

        assert spend(desk, DAY, HOUR) == []
        assert len(desk.on_file) == 4


def test_an_article_under_another_id_is_the_same(desk: Desk, newsroom: Newsroom) -> None:
    """A site was moved to another system, which gives ids of its own."""
    for number, story in enumerate(newsroom.stories):
        story.slug, story.name = story.name, f"moved-{number}"

    assert spend(desk, DAY, HOUR) == []


def test_two_that_have_always_had_one_address_are_no_successors(newsroom: Newsroom) -> None:
    for name in ("a", "b"):
        newsroom.publish(name, slug="live", title=f"Live {name}", text=f"What {name} says goes on for long.")
    desk = Desk(newsroom, every=MINUTE, complete=False)
    desk.look()
    next(story for story in newsroom.stories if story.name == "a").is_public = False

    assert spend(desk, DAY, HOUR) == []


def test_what_leads_to_another_article_is_withdrawn_and_that_one_stays(
    desk: Desk, newsroom: Newsroom
) -> None:
    newsroom.stories[5].is_public = False
    newsroom.is_away = lambda request: redirect("/s6/") if request.path == "/s5/" else None

    assert spend(desk, 3 * HOUR) == ["id-s5"]
    assert desk.is_live("s6")


def test_what_leads_to_its_own_new_address_stays(newsroom: Newsroom) -> None:
    """Of a feed whose ids are its addresses: the new one comes as the old one goes."""
    for story in newsroom.stories:
        story.slug = story.name
    desk = Desk(newsroom, every=MINUTE, complete=False)
    desk.look()
    story = newsroom.stories[5]
    story.name = story.slug = "s5-with-another-slug"
    newsroom.is_away = lambda request: redirect(story.path) if request.path == "/s5/" else None

    assert spend(desk, 3 * HOUR) == []
