"""A channel that is to hear of an article now and then only."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from syndicator.channels.indexnow import IndexNow
from syndicator.domain.capabilities import Capabilities
from syndicator.domain.delivery import Standing
from syndicator.domain.errors import OutcomeUnknown
from syndicator.store import Store
from tests.fakes import FakeChannel
from tests.jobs.newsroom import Story

pytestmark = pytest.mark.slow  # databases throughout

GAP = timedelta(minutes=10)


class Engine(FakeChannel):
    @property
    def capabilities(self) -> Capabilities:
        return replace(super().capabilities, gap_per_article=GAP, carries_article=True)


@pytest.fixture
def story(store: Store) -> Story:
    story = Story(store)
    story.channel = Engine()
    story.baseline()
    return story


def minutes_until(story: Story, count: int) -> int:
    """After how many minutes the channel has been asked so often."""
    for minute in range(60):
        story.delivers()
        if len(story.channel.requests) >= count:
            return minute
        story.clock.tick(minutes=1)
    raise AssertionError("it was never asked again")


def test_corrections_wait_and_are_told_in_one(story: Story) -> None:
    story.publishes()
    story.delivers()
    for minute in range(3):
        story.clock.tick(minutes=1)
        story.publishes(title=f"Correction {minute}")
        story.delivers()
    assert len(story.channel.requests) == 1

    assert minutes_until(story, 2) == 7
    assert story.delivery.standing is Standing.SENT
    assert "Correction 2" in story.channel.shown["p1"].article.title


def test_a_retraction_and_what_comes_back_wait(story: Story) -> None:
    story.publishes()
    story.delivers()
    story.retracts()
    assert minutes_until(story, 2) == 10
    assert story.texts == []

    story.publishes()

    assert minutes_until(story, 3) == 10


def test_a_lost_answer_may_have_been_heard(story: Story) -> None:
    story.channel.after = [OutcomeUnknown("reset")]
    story.publishes()
    story.delivers()

    assert minutes_until(story, 2) == 10


def test_other_articles_do_not_wait(story: Story) -> None:
    story.publishes("1")
    story.delivers()
    story.publishes("2")

    assert minutes_until(story, 2) == 0


def test_search_engines_are_one() -> None:
    assert IndexNow.capabilities.gap_per_article == GAP
