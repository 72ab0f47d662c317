"""What a feed lacks, read from the pages of its articles."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from syndicator.domain.article import Photo
from tests.channels.local_server import Reply
from tests.sources.newsroom import Desk, Newsroom, html_reply, redirect

pytestmark = pytest.mark.slow  # looks at many pages

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def newsroom() -> Iterator[Newsroom]:
    with Newsroom() as running:
        for number in range(3):
            running.publish(f"s{number}", age=(3 - number) * HOUR)
        yield running


@pytest.fixture
def desk(newsroom: Newsroom) -> Desk:
    return Desk(newsroom, every=MINUTE)


def test_what_the_feed_lacks_is_read_from_the_page(desk: Desk, newsroom: Newsroom) -> None:
    shown = desk.look()

    assert shown.look.is_complete
    assert shown.look.problems == []
    one = desk.on_file["id-s1"]
    assert one.photo == Photo(
        url=f"{newsroom.address}/bridge.jpg",
        caption="The old bridge",
        credit="Ana Li",
        alt="A bridge over a river",
    )
    assert (one.section, one.language) == ("City", "en")
    assert "owner said on Sunday" in one.content_html
    assert "two years" in one.content_html
    assert one.summary == "Ferry s1, in short."  # the feed's own word
    assert one.title == "The ferry number s1 leaves again"


def test_what_the_feed_says_is_not_overwritten(newsroom: Newsroom) -> None:
    newsroom.has_texts = True
    desk = Desk(newsroom, every=MINUTE, section="Harbour")

    desk.look()

    one = desk.on_file["id-s1"]
    assert one.section == "Harbour"
    assert "two years" not in one.content_html
    assert one.photo


def test_a_feed_with_photos_and_no_words_has_these_read(desk: Desk, newsroom: Newsroom) -> None:
    newsroom.has_photos = True

    desk.look()

    one = desk.on_file["id-s1"]
    assert one.photo
    assert (one.photo.alt, one.photo.caption, one.photo.credit) == (
        "A bridge over a river",
        "The old bridge",
        "Ana Li",
    )
    assert "two years" not in one.content_html  # that is what complete = true is for


def test_where_it_is_declared_the_words_of_the_photo_are_read(newsroom: Newsroom) -> None:
    newsroom.has_photos = newsroom.has_texts = True
    desk = Desk(newsroom, every=MINUTE, complete=True)

    desk.look()

    photo = desk.on_file["id-s1"].photo
    assert photo
    assert (photo.alt, photo.credit) == ("A bridge over a river", "Ana Li")


def test_pages_are_read_once_and_again_on_schedule(desk: Desk, newsroom: Newsroom) -> None:
    desk.look()
    for _ in range(48):
        desk.look(30 * MINUTE)
    assert 2 <= newsroom.asked("/s1/") <= 7

    newsroom.publish("s3")
    desk.look(MINUTE)
    assert newsroom.asked("/s1/") <= 7
    assert newsroom.asked("/s3/") == 1


def test_an_article_is_not_corrected_over_and_over(desk: Desk, newsroom: Newsroom) -> None:
    desk.look()
    photo = desk.on_file["id-s1"].photo

    for number in range(40):
        newsroom.publish(f"n{number}")
        shown = desk.look(20 * MINUTE)
        assert shown.corrected == []

    assert desk.on_file["id-s1"].photo == photo
    assert desk.on_file["id-s1"].revision == 1


def test_a_replaced_photo_and_its_words_are_noticed(desk: Desk, newsroom: Newsroom) -> None:
    desk.look()
    newsroom.stories[1].photo, newsroom.stories[1].alt = "ferry.jpg", "A ferry"

    corrected = [key for _ in range(10) for key in desk.look(10 * MINUTE).corrected]

    assert corrected == ["id-s1"]
    photo = desk.on_file["id-s1"].photo
    assert photo
    assert (photo.url, photo.alt) == (f"{newsroom.address}/ferry.jpg", "A ferry")


def test_a_photo_that_is_taken_away_goes(desk: Desk, newsroom: Newsroom) -> None:
    desk.look()
    newsroom.stories[1].photo = ""

    for _ in range(10):
        desk.look(10 * MINUTE)

    assert desk.on_file["id-s1"].photo is None


@pytest.mark.parametrize(
    "reply",
    [
        Reply(status=500),
        Reply(status=404),
        Reply(status=403),
        redirect("/"),
        html_reply("<title>Log in</title><main><h1>Log in</h1><input type=password></main>"),
        html_reply("<title>Cookies</title><main><h1>Cookies</h1><p>We use cookies to make it nice.</main>"),
    ],
    ids=["500", "404", "403", "home", "log in", "consent"],
)
def test_a_page_that_cannot_be_read_costs_a_line_and_nothing_else(
    desk: Desk, newsroom: Newsroom, reply: Reply
) -> None:
    newsroom.stories[1].answer = reply
    shown = desk.look()

    assert shown.new == ["id-s2", "id-s1", "id-s0"]
    assert desk.on_file["id-s1"].photo is None
    assert [problem for problem in shown.look.problems if "/s1/" in problem]

    newsroom.stories[1].answer = None
    corrected = [key for _ in range(6) for key in desk.look(10 * MINUTE).corrected]
    assert corrected == ["id-s1"]
    assert desk.on_file["id-s1"].photo


@pytest.mark.parametrize(
    "reply",
    [
        Reply(status=503),
        Reply(status=404),
        redirect("/"),
        html_reply("<title>Log in</title><main><h1>Log in</h1><input type=password></main>"),
        html_reply("<title>Cookies</title><main><h1>Cookies</h1><p>We use cookies to make it nice.</main>"),
    ],
    ids=["503", "404", "home", "log in", "consent"],
)
def test_what_was_read_once_stays_when_pages_fail(desk: Desk, newsroom: Newsroom, reply: Reply) -> None:
    """A new headline is taken all the same: it is the feed that says it."""
    desk.look()
    before = desk.on_file["id-s1"]
    newsroom.is_away = lambda request: None if request.path == "/feed/" else reply
    newsroom.stories[1].title = "The ferry does not leave after all"
    newsroom.publish("s3")

    corrected = [key for _ in range(12) for key in desk.look(10 * MINUTE).corrected]

    after = desk.on_file["id-s1"]
    assert corrected == ["id-s1"]
    assert after.title == "The ferry does not leave after all"
    assert (after.photo, after.content_html, after.section) == (
        before.photo,
        before.content_html,
        before.section,
    )
    assert desk.is_live("s1")


def test_a_typo_in_the_text_is_corrected_from_the_page(desk: Desk, newsroom: Newsroom) -> None:
    desk.look()
    newsroom.stories[1].text = "The ferry s1 leaves at nine from now on, said its owner on Monday."

    corrected = [key for _ in range(10) for key in desk.look(10 * MINUTE).corrected]

    assert corrected == ["id-s1"]
    assert "Monday" in desk.on_file["id-s1"].content_html


def test_fifty_pages_are_read_in_a_look_and_the_rest_waits(newsroom: Newsroom) -> None:
    newsroom.length = 100
    desk = Desk(newsroom, every=MINUTE, most=5)
    desk.look()
    for number in range(12):
        newsroom.publish(f"n{number}")

    shown = desk.look(HOUR)
    assert len(shown.new) == 5
    assert not shown.look.is_complete

    assert len(desk.look(MINUTE).new) == 5
    last = desk.look(MINUTE)
    assert len(last.new) == 2
    assert last.look.is_complete
    assert all(article.photo for article in desk.on_file.values())


def test_of_a_long_past_the_newest_are_completed(newsroom: Newsroom) -> None:
    newsroom.length = 100
    for number in range(30):
        newsroom.publish(f"n{number}", age=(number + 10) * HOUR)
    desk = Desk(newsroom, every=MINUTE, most=8)

    shown = desk.look()

    assert shown.look.is_complete
    assert len(desk.on_file) == 33
    assert sum(article.photo is not None for article in desk.on_file.values()) == 8
    newsroom.publish("new")
    assert desk.look(HOUR).new == ["id-new"]
    assert desk.on_file["id-new"].photo


def test_pages_of_other_sites_are_read_only_where_that_is_declared(newsroom: Newsroom) -> None:
    with Newsroom() as wire:
        original = wire._item
        wire._item = lambda story: original(story).replace(wire.address, newsroom.address)  # type: ignore[method-assign]  # for this feed alone
        wire.head = f"<link>{wire.address}/</link>"
        wire.stories = newsroom.stories
        port = newsroom.address.rpartition(":")[2]
        wire._item = lambda story: (  # type: ignore[method-assign]  # for this feed alone
            original(story).replace(wire.address, f"http://localhost:{port}")
        )

        Desk(wire, every=MINUTE).look()

        assert newsroom.requests == []


def test_complete_false_reads_nothing(newsroom: Newsroom) -> None:
    desk = Desk(newsroom, every=MINUTE, complete=False)

    desk.look()

    assert {request.path for request in newsroom.requests} == {"/feed/"}
    assert desk.on_file["id-s1"].photo is None


def test_articles_that_are_to_be_shown_again_are_shown_whole(desk: Desk) -> None:
    desk.look()

    shown = desk.look(MINUTE, read_again=("id-s1",))

    assert shown.corrected == []
    one = next(s for s in shown.look.sightings if s.key == "id-s1")
    assert one.photo


def test_one_page_that_answers_every_address_completes_nothing(desk: Desk, newsroom: Newsroom) -> None:
    """It says the headlines of all articles, and the same text everywhere."""
    teasers = "".join(f"<p>{story.title}, and much more besides.</p>" for story in newsroom.stories)
    front = html_reply(f"<title>The ferry number s1 leaves again</title><main><h1>News</h1>{teasers}</main>")
    newsroom.is_away = lambda request: None if request.path == "/feed/" else front

    desk.look()

    assert all("much more" not in article.content_html for article in desk.on_file.values())


def test_a_preview_shows_what_a_look_would(desk: Desk, newsroom: Newsroom) -> None:
    previewed = desk.source.read(desk.source.url, newsroom.now)

    assert previewed == desk.look().look.sightings[0]
    assert previewed.origins["photo"] == "page: og:image"

    newsroom.stories[2].answer = Reply(status=500)
    assert "500" in desk.source.read(desk.source.url, newsroom.now).warnings[0]


def test_a_short_text_of_the_feeds_own_is_no_lack(newsroom: Newsroom) -> None:
    newsroom.has_texts = True
    for story in newsroom.stories:
        story.text = f"Ferry {story.name}, in short."
    desk = Desk(newsroom, every=MINUTE)

    desk.look()

    one = desk.on_file["id-s1"]
    assert one.content_html == "<p>Ferry s1, in short.</p>"
    assert one.photo


def test_what_is_put_under_a_password_is_withdrawn_although_the_feed_shows_it(
    desk: Desk, newsroom: Newsroom
) -> None:
    desk.look()
    story = newsroom.stories[1]
    title = story.title
    story.title = f"Protected: {title}"
    form = "<form class='post-password-form'><input name=post_password type=password></form>"
    story.answer = html_reply(f"<title>{story.title}</title><article><h1>{story.title}</h1>{form}</article>")

    shown = [desk.look(10 * MINUTE) for _ in range(12)]
    assert [key for each in shown for key in each.withdrawn] == ["id-s1"]
    assert [key for each in shown for key in each.corrected] == []

    story.title, story.answer = title, None
    corrected = [key for _ in range(12) for key in desk.look(10 * MINUTE).corrected]
    assert corrected == ["id-s1"]
    assert desk.is_live("s1")


def test_what_is_under_a_password_from_the_start_is_left_out_and_told(desk: Desk, newsroom: Newsroom) -> None:
    form = "<form action='/pass'><p>Password: <input name='post_password' type='password'></p></form>"
    newsroom.stories[1].answer = html_reply(f"<title>Protected</title><main>{form}</main>")

    shown = desk.look()

    assert shown.new == ["id-s2", "id-s0"]
    assert any("under a password" in problem for problem in shown.look.problems)
    assert shown.look.is_complete
