"""Articles without a date: in feeds they are, and news only where their source never dates any."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.fakes import sighting
from tests.jobs.newsroom import Story

pytestmark = pytest.mark.slow  # databases or processes throughout

UNDATED = replace(sighting("7", published=None), is_undated=True)


def test_one_without_a_date_is_no_news_where_others_have_dates(story: Story) -> None:
    story.baseline()
    story.publishes("1")

    story.shows(UNDATED, *story.source.shows)

    assert [article.key for article in story.articles] == ["1", "7"]
    assert len(story.deliveries) == 1


def test_others_may_have_been_dated_at_an_earlier_look(story: Story) -> None:
    story.shows(sighting("1", published=story.clock().replace(year=2020)))
    story.clock.tick(minutes=1)

    story.shows(UNDATED)

    assert story.deliveries == []


def test_what_appears_in_a_source_that_never_dates_is_news(story: Story) -> None:
    story.shows(replace(UNDATED, key="6", url="https://ledger.example/6"))
    story.clock.tick(minutes=1)
    assert story.deliveries == []

    story.shows(UNDATED)

    assert len(story.deliveries) == 1


def test_one_that_is_declared_to_be_news_or_dated_ahead_is_news(story: Story) -> None:
    story.baseline()
    story.publishes("1")

    story.shows(replace(UNDATED, is_undated=False), *story.source.shows)

    assert len(story.deliveries) == 2
