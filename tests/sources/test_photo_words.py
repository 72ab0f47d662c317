"""Photos that a feed shows without a word: their words stand on the pages of its entries."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from syndicator.domain.article import Photo
from tests.channels.local_server import Reply
from tests.sources.newsroom import Desk, Newsroom, Story, html_reply

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def newsroom() -> Iterator[Newsroom]:
    with Newsroom() as running:
        running.has_photos = running.has_texts = True
        for number in range(3):
            running.publish(f"s{number}", age=(3 - number) * HOUR)
        yield running


@pytest.fixture
def desk(newsroom: Newsroom) -> Desk:
    return Desk(newsroom, every=MINUTE)


def pages_asked(newsroom: Newsroom) -> list[str]:
    return [request.path for request in newsroom.requests if request.path not in ("/feed/", "/")]


def photo_of(desk: Desk, name: str) -> Photo:
    photo = desk.on_file[f"id-{name}"].photo
    assert photo
    return photo


def words_of(desk: Desk, name: str) -> tuple[str, str, str]:
    photo = photo_of(desk, name)
    return photo.alt, photo.caption, photo.credit


BRIDGE = ("A bridge over a river", "The old bridge", "Ana Li")


def test_the_words_are_read_and_nothing_else(desk: Desk, newsroom: Newsroom) -> None:
    shown = desk.look()

    one = desk.on_file["id-s1"]
    assert shown.look.is_complete
    assert words_of(desk, "s1") == BRIDGE
    assert "two years" not in one.content_html
    assert one.section == ""
    assert [line for line in shown.look.problems if "no caption, credit or alternative text" in line]
    assert len(shown.look.problems) == 1
    sighting = next(s for s in shown.look.sightings if s.key == "id-s1")
    assert sighting.origins["photo"] == "feed, with words of its page"
    assert desk.source.read(desk.source.url, newsroom.now) == shown.look.sightings[0]


@pytest.mark.slow
def test_they_are_told_of_for_a_day(desk: Desk) -> None:
    desk.look()

    assert desk.look(HOUR).look.problems != []
    assert desk.look(DAY).look.problems == []


@pytest.mark.parametrize("about", ["media:description", "media:credit", "alt"])
def test_a_feed_with_words_for_one_of_its_photos_has_no_page_read(newsroom: Newsroom, about: str) -> None:
    item = newsroom._item
    words = "An old quay" if about != "alt" else ""
    markup = f"<{about}>{words}</{about}></media:content>" if words else "</media:content>"

    def with_words(story: object) -> str:
        written = item(story)  # type: ignore[arg-type]  # a story, as it was
        if ">id-s1<" not in written:
            return written
        if about == "alt":
            return written.replace(
                "&lt;p&gt;", f'&lt;img src="{newsroom.address}/bridge.jpg" alt="A quay"&gt;&lt;p&gt;'
            )
        return written.replace('medium="image"/>', f'medium="image">{markup}')

    newsroom._item = with_words  # type: ignore[method-assign]  # for this feed alone

    Desk(newsroom, every=MINUTE).look()

    assert pages_asked(newsroom) == []


def test_words_of_pictures_in_texts_tell_nothing_of_photos_beside_them(newsroom: Newsroom) -> None:
    """Ghost's articles have pictures of their own, with alternative texts; and some no other photo."""
    item = newsroom._item

    def as_written(story: Story) -> str:
        if story.name != "s1":
            return item(story)
        newsroom.has_photos = False
        written = item(story)
        newsroom.has_photos = True
        picture = f'&lt;img src="{newsroom.address}/inline.jpg" alt="A quay"&gt;'
        return written.replace("&lt;p&gt;", f"{picture}&lt;p&gt;")

    newsroom._item = as_written  # type: ignore[method-assign]  # for this feed alone
    desk = Desk(newsroom, every=MINUTE)

    desk.look()

    assert photo_of(desk, "s1").alt == "A quay"
    assert words_of(desk, "s2") == BRIDGE
    assert newsroom.asked("/s1/") == 0


def test_it_is_turned_off(newsroom: Newsroom) -> None:
    desk = Desk(newsroom, every=MINUTE, complete=False)

    assert desk.look().look.problems == []
    assert pages_asked(newsroom) == []
    assert words_of(desk, "s1") == ("", "", "")


@pytest.mark.slow
def test_a_corrected_alternative_text_is_noticed(desk: Desk, newsroom: Newsroom) -> None:
    desk.look()
    newsroom.stories[1].alt = "A stone bridge"

    corrected = [key for _ in range(6) for key in desk.look(10 * MINUTE).corrected]

    assert corrected == ["id-s1"]
    assert words_of(desk, "s1") == ("A stone bridge", *BRIDGE[1:])


@pytest.mark.slow
def test_a_photo_of_the_feed_is_replaced_and_taken_away(desk: Desk, newsroom: Newsroom) -> None:
    desk.look()
    story = newsroom.stories[1]
    story.photo, story.alt, story.modified = "ferry.jpg", "A ferry", newsroom.now + MINUTE

    assert desk.look(MINUTE).corrected == ["id-s1"]
    assert photo_of(desk, "s1").url.endswith("/ferry.jpg")
    assert words_of(desk, "s1") == ("A ferry", *BRIDGE[1:])

    story.photo, story.modified = "crane.jpg", newsroom.now + MINUTE
    story.answer = Reply(status=500)
    assert desk.look(MINUTE).corrected == ["id-s1"]
    assert photo_of(desk, "s1").url.endswith("/crane.jpg")
    assert words_of(desk, "s1") == ("", "", "")


@pytest.mark.slow
def test_words_stay_while_pages_fail_and_nothing_is_said_of_it(desk: Desk, newsroom: Newsroom) -> None:
    desk.look()
    newsroom.is_away = lambda request: None if request.path == "/feed/" else Reply(status=503)
    newsroom.stories[1].title = "The ferry does not leave after all"
    newsroom.publish("s3")

    shown = [desk.look(10 * MINUTE) for _ in range(12)]

    assert [key for each in shown for key in each.corrected] == ["id-s1"]
    assert [line for each in shown for line in each.look.problems if "503" in line or "/s" in line] == []
    assert words_of(desk, "s1") == BRIDGE


@pytest.mark.slow
@pytest.mark.parametrize(
    "reply",
    [
        Reply(status=500),
        Reply(status=404),
        Reply(status=403),
        html_reply("<title>Cookies</title><main><h1>Cookies</h1><p>We use cookies to make it nice.</main>"),
    ],
    ids=["500", "404", "403", "consent"],
)
def test_a_page_that_fails_holds_nothing_up(desk: Desk, newsroom: Newsroom, reply: Reply) -> None:
    newsroom.stories[1].answer = reply
    shown = desk.look()

    assert shown.new == ["id-s2", "id-s1", "id-s0"]
    assert shown.look.is_complete
    assert [line for line in shown.look.problems if "/s1/" in line] == []
    assert words_of(desk, "s1") == ("", "", "")

    newsroom.stories[1].answer = None
    assert [key for _ in range(6) for key in desk.look(10 * MINUTE).corrected] == ["id-s1"]
    assert words_of(desk, "s1") == BRIDGE


@pytest.mark.slow
def test_a_page_is_not_asked_for_ever(desk: Desk, newsroom: Newsroom) -> None:
    newsroom.stories[1].answer = Reply(status=500)

    for _ in range(40):
        desk.look(HOUR)

    assert newsroom.asked("/s1/") == 3


def test_a_site_that_wants_to_be_left_alone_is_and_its_feed_is_still_looked_at(
    desk: Desk, newsroom: Newsroom
) -> None:
    newsroom.is_away = lambda request: (
        None if request.path == "/feed/" else Reply(status=429, headers={"Retry-After": "7200"})
    )

    shown = desk.look()
    assert shown.new == ["id-s2", "id-s1", "id-s0"]
    assert len(pages_asked(newsroom)) == 1
    assert shown.look.next_look
    assert shown.look.next_look < newsroom.now + HOUR

    desk.look(HOUR)
    assert len(pages_asked(newsroom)) == 1


@pytest.mark.slow
def test_of_a_long_past_ten_pages_are_read(newsroom: Newsroom) -> None:
    newsroom.length = 100
    for number in range(30):
        newsroom.publish(f"n{number}", age=(number + 10) * HOUR)
    desk = Desk(newsroom, every=MINUTE)

    shown = desk.look()

    assert len(shown.new) == 33
    assert len(pages_asked(newsroom)) == 10
    for _ in range(3):
        desk.look(HOUR)
    assert len(set(pages_asked(newsroom))) == 10


@pytest.mark.slow
def test_a_burst_has_ten_pages_read_in_a_look_and_waits_for_none(newsroom: Newsroom) -> None:
    newsroom.length = 100
    desk = Desk(newsroom, every=MINUTE)
    desk.look()
    for number in range(15):
        newsroom.publish(f"n{number}")

    assert len(desk.look(HOUR).new) == 15
    assert sum(words_of(desk, f"n{number}") == BRIDGE for number in range(15)) == 10

    assert len(desk.look(MINUTE).corrected) == 5
    assert all(words_of(desk, f"n{number}") == BRIDGE for number in range(15))


def without_words(newsroom: Newsroom, count: int) -> None:
    for number in range(count):
        newsroom.publish(f"w{number}", alt="", caption="")
        newsroom.stories[-1].photo = f"w{number}.jpg"


@pytest.mark.slow
def test_it_is_given_up_where_it_is_in_vain(newsroom: Newsroom) -> None:
    newsroom.length = 100
    newsroom.stories = []
    without_words(newsroom, 12)
    desk = Desk(newsroom, every=MINUTE)

    shown = desk.look()
    assert len(pages_asked(newsroom)) == 10
    assert [line for line in shown.look.problems if "the next are in a week" in line]

    for number in range(4):
        newsroom.publish(f"n{number}")
        desk.look(HOUR)
    assert len(pages_asked(newsroom)) == 10
    assert desk.look(DAY).look.problems == []

    newsroom.publish("late")
    desk.look(7 * DAY)
    assert newsroom.asked("/late/") == 1
    assert words_of(desk, "late") == BRIDGE


@pytest.mark.slow
def test_another_declaration_tries_again(newsroom: Newsroom) -> None:
    newsroom.stories, newsroom.length = [], 100
    without_words(newsroom, 10)
    desk = Desk(newsroom, every=MINUTE)
    desk.look()

    desk.source = Desk(newsroom, every=MINUTE, section="City").source
    newsroom.publish("new", modified=newsroom.now + MINUTE)
    desk.look(HOUR)

    assert words_of(desk, "new") == BRIDGE


@pytest.mark.slow
def test_one_that_has_words_is_not_in_vain(newsroom: Newsroom) -> None:
    newsroom.length = 100
    newsroom.stories = []
    desk = Desk(newsroom, every=MINUTE)
    without_words(newsroom, 8)
    newsroom.publish("s", age=DAY)
    desk.look()

    for number in range(4):
        newsroom.publish(f"n{number}", alt="", caption="")
        desk.look(HOUR)

    assert all(newsroom.asked(f"/n{number}/") == 1 for number in range(4))


@pytest.mark.slow
def test_what_came_from_pages_stays_when_the_feed_has_words_for_another(
    desk: Desk, newsroom: Newsroom
) -> None:
    desk.look()
    item = newsroom._item
    newsroom._item = lambda story: item(story).replace(  # type: ignore[method-assign]  # for this feed alone
        'new.jpg" medium="image"/>',
        'new.jpg" medium="image"><media:description>A quay</media:description></media:content>',
    )
    newsroom.publish("s3", photo="new.jpg")

    shown = [desk.look(20 * MINUTE) for _ in range(6)]

    assert [key for each in shown for key in each.corrected] == []
    assert words_of(desk, "s1") == BRIDGE
    assert photo_of(desk, "s3").caption == "A quay"
    assert newsroom.asked("/s3/") == 0


def test_words_beside_another_picture_of_the_page_are_found(desk: Desk, newsroom: Newsroom) -> None:
    """Its metadata name a card that was drawn for sharing."""
    page = newsroom._page
    newsroom._page = lambda story: page(story).replace(  # type: ignore[method-assign]  # for this site alone
        f'content="{newsroom.address}/bridge.jpg"', f'content="{newsroom.address}/card-of-{story.name}.png"'
    )

    desk.look()

    assert words_of(desk, "s1") == BRIDGE


def test_words_of_another_picture_are_not_its(desk: Desk, newsroom: Newsroom) -> None:
    page = newsroom._page
    newsroom._page = lambda story: page(story).replace("bridge.jpg", "market.jpg")  # type: ignore[method-assign]  # for this site alone

    desk.look()

    assert words_of(desk, "s1") == ("", "", "")
    assert photo_of(desk, "s1").url.endswith("/bridge.jpg")


@pytest.mark.slow
def test_a_text_that_came_from_the_page_stays_when_the_feed_has_a_photo(newsroom: Newsroom) -> None:
    newsroom.has_photos = newsroom.has_texts = False
    desk = Desk(newsroom, every=MINUTE)
    desk.look()
    before = desk.on_file["id-s1"]
    newsroom.has_photos = True

    shown = [desk.look(20 * MINUTE) for _ in range(4)]

    assert [key for each in shown for key in each.corrected] == []
    assert desk.on_file["id-s1"] == before
