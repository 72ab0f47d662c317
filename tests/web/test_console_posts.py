"""What the console shows of a post: the very text that channels get, and nothing fetched for it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

import pytest
from selectolax.lexbor import LexborHTMLParser

from syndicator.domain.article import Article, Photo
from syndicator.domain.errors import PhotoError
from syndicator.domain.photo import may_leave
from syndicator.domain.post import Style
from syndicator.jobs.courier import Courier
from syndicator.posts.compose import compose
from syndicator.posts.drawing import DrawnPost
from syndicator.posts.unfetched import unfetched_scenes
from syndicator.store import Store
from tests.jobs.newsroom import Story
from tests.web.browser import Browser, browsing
from tests.web.house import House

pytestmark = pytest.mark.slow  # databases or processes throughout

HERON = Photo(url="https://ledger.example/h.jpg", alt="A heron <on> a pole", credit="Dao", rights="web only")


@dataclass
class Desk:
    """Draws as the web process does, with what is declared meanwhile."""

    story: Story
    changes: dict[str, object] = field(default_factory=dict)

    def courier(self) -> Courier:
        return replace(self.story.courier(), **self.changes)  # type: ignore[arg-type]  # of tests

    def draw(self, channel: str, article: Article) -> Sequence[DrawnPost]:
        return unfetched_scenes(self.courier(), compose, channel, article)


@pytest.fixture
def desk(store: Store) -> Desk:
    story = Story(store)
    story.baseline()
    return Desk(story)


@pytest.fixture
def console(house: House, desk: Desk) -> Iterator[Browser]:
    house.clock = desk.story.clock
    with browsing(house.app(draw=desk.draw)) as opened:
        yield opened


def page_of(console: Browser, desk: Desk) -> LexborHTMLParser:
    return LexborHTMLParser(console.get(f"/console/deliveries/{desk.story.delivery.id}").text)


@pytest.mark.parametrize(
    ("title", "language"),
    [("Rain <b>& hail</b>", "en"), ("ຝົນຕົກໜັກ", "lo"), ("أمطار غزيرة", "ar"), ("ฝนตกหนัก", "th")],
)
def test_a_deliverys_page_shows_the_text_that_was_posted(
    console: Browser, desk: Desk, title: str, language: str
) -> None:
    desk.story.publishes(title=title, language=language, photo=HERON)
    desk.story.delivers()

    page = page_of(console, desk).css(".scene")[0]
    assert [each.text() for each in page.css(".scene .text")] == desk.story.texts
    assert [each.text() for each in page.css(".scene .alt")] == ["ALT: A heron <on> a pole"]
    assert [each.text() for each in page.css(".scene .unseen")] == ["the photo, 800 x 600"]
    assert not page.css(".scene img")
    assert page.css(".scene .text a")[0].attributes["href"] == "https://ledger.example/1"
    assert page.css(".scene .length")[0].text().endswith(f"characters, in {language}")
    assert console.get("/static/post.css").status == 200


def test_a_deliverys_page_shows_what_becomes_of_the_post(console: Browser, desk: Desk) -> None:
    desk.story.publishes(title="Rain", photo=HERON, note="It was hail.")
    desk.story.delivers()

    page = page_of(console, desk)
    titles = [each.text() for each in page.css("h3")]
    assert titles == ["As it would be sent now", "When it is corrected", "When it is retracted"]
    _, corrected, retracted = page.css(".scene")
    assert "Correction: It was hail." in corrected.text()
    assert "The post is edited." in corrected.text()
    assert "Nothing is shown." in retracted.text()
    assert "The post is deleted." in retracted.text()

    desk.story.retracts()
    [title] = page_of(console, desk).css("h3")
    assert title.text() == "As it would be sent, were it not withdrawn"


def test_what_is_left_out_and_why_is_told(console: Browser, desk: Desk) -> None:
    desk.changes["kept_back"] = partial(may_leave, channel="wire", rules={"web only": ()})
    desk.story.publishes(photo=HERON, summary="A sentence that is long. " * 40)

    page = page_of(console, desk)
    left_out = page.css(".scene .left-out")[0].text()
    assert "summary cut: no room" in left_out
    assert "without its photo: its rights, 'web only'" in left_out
    assert not page.css(".scene .unseen")


def test_a_template_that_fails_leaves_the_rest_of_the_page(console: Browser, desk: Desk) -> None:
    desk.changes["style"] = Style(templates={"*": "{{ sumary }}"})
    desk.story.publishes()

    page = page_of(console, desk)
    assert "composed without its template" in page.text()
    assert "'sumary' is undefined" in page.text()
    assert page.css(".scene")
    assert page.css(".events")


def test_a_template_that_is_none_leaves_the_rest_of_the_page(console: Browser, desk: Desk) -> None:
    desk.changes["style"] = Style(templates={"*": "{{ summary"})
    desk.story.publishes()

    page = page_of(console, desk)
    assert "line 1 of the template" in page.css(".reason")[0].text()
    assert page.css(".events")


def test_a_channel_that_is_gone_has_no_post(house: House, desk: Desk) -> None:
    desk.story.publishes()
    with browsing(house.app()) as console:
        assert not page_of(console, desk).css(".scene")


def test_a_photo_that_is_still_asked_for_is_told(console: Browser, desk: Desk) -> None:
    desk.story.publishes(photo=replace(HERON, rights=""))
    desk.story.photos.trouble[HERON.url] = PhotoError("404 Not Found", lasting=True, may_come=True)
    desk.story.delivers()
    text = page_of(console, desk).text()

    assert "missing; asked for 6 more times" in text
    assert f"without its photo {HERON.url}: 404 Not Found; it is added once it can be had" in text
    assert desk.story.channel.requests == ["send"]
