"""A first post waits for the page that it links to, for a while."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from syndicator.domain.article import Article
from syndicator.domain.capabilities import Capabilities
from syndicator.domain.delivery import Standing
from syndicator.jobs.courier import Courier, Deliverer
from syndicator.store import Store
from tests.fakes import FakeChannel
from tests.jobs.newsroom import Story

pytestmark = pytest.mark.slow  # databases or processes throughout


@dataclass
class FakePages:
    lacks: str = ""
    asked: list[str] = field(default_factory=list)
    passed: list[str] = field(default_factory=list)

    def missing(self, article: Article) -> str:
        self.asked.append(article.key)
        return self.lacks

    def passed_over(self, article: Article) -> None:
        self.passed.append(article.key)


class Carrier(FakeChannel):
    @property
    def capabilities(self) -> Capabilities:
        return replace(super().capabilities, carries_article=True)


class Waiting(Story):
    def __init__(self, store: Store) -> None:
        self.pages = FakePages()
        self.longest = timedelta(minutes=2)
        super().__init__(store)

    def courier(self) -> Courier:
        return replace(super().courier(), wait_for_page=self.longest)

    def deliverer(self, courier: Courier | None = None) -> Deliverer:
        return replace(super().deliverer(courier), pages=self.pages)


@pytest.fixture
def story(store: Store) -> Waiting:
    story = Waiting(store)
    story.baseline()
    return story


def test_a_page_that_is_ready_costs_one_question(story: Waiting) -> None:
    story.publishes()
    story.delivers()

    assert (len(story.texts), story.pages.asked) == (1, ["1"])


def test_a_post_goes_out_as_soon_as_its_page_is_ready(story: Waiting) -> None:
    story.pages.lacks = "its page: answered 404"
    story.publishes()
    story.delivers()
    story.clock.tick(seconds=6)
    story.delivers()
    assert (story.texts, story.delivery.standing) == ([], Standing.PENDING)
    assert story.delivery.attempts == 0

    story.pages.lacks = ""
    story.clock.tick(seconds=6)
    story.delivers()
    assert len(story.texts) == 1
    assert [event.startswith("waits until") for event in story.events] == [True, False]


@pytest.mark.parametrize(("urgent", "seconds"), [(False, 120), (True, 20)])
def test_no_page_is_waited_for_for_ever(story: Waiting, *, urgent: bool, seconds: int) -> None:
    story.pages.lacks = "its page has no photo in its metadata yet"
    story.publishes(urgent=urgent)
    waited = 0
    while not story.texts:
        story.delivers()
        waited += 1
        story.clock.tick(seconds=1)

    assert waited - 1 == seconds
    assert story.pages.passed == ["1"]
    assert story.events[-1].endswith("(not waited for any longer: its page has no photo in its metadata yet)")


def test_another_article_does_not_wait_behind_it(story: Waiting) -> None:
    story.publishes("1")
    story.publishes("2")
    asks = story.pages.missing
    story.pages.missing = lambda article: "not there" if article.key == "1" else asks(article)  # type: ignore[method-assign]
    story.delivers()

    assert [post.article.key for post in story.channel.shown.values()] == ["2"]


def test_corrections_and_retractions_ask_for_nothing(story: Waiting) -> None:
    story.publishes()
    story.delivers()
    story.pages.lacks = "its page: answered 404"
    story.publishes(title="Bridge mended")
    story.delivers()
    story.retracts()
    story.delivers()

    assert story.channel.requests == ["send", "edit", "delete"]
    assert story.pages.asked == ["1"]


def test_a_wait_of_nothing_and_channels_without_a_card_ask_for_nothing(story: Waiting) -> None:
    story.longest = timedelta(0)
    story.publishes()
    story.delivers()
    story.longest, story.channel = timedelta(minutes=2), Carrier()
    story.publishes("2")
    story.delivers()

    assert story.pages.asked == []
    assert len(story.texts) == 1
