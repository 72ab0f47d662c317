"""What is dated from before its source was first read: in feeds, on no channel, and told with why."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.fakes import sighting
from tests.jobs.newsroom import Story

pytestmark = pytest.mark.slow  # databases or processes throughout

DAY = timedelta(days=1)


def told(story: Story) -> list[str]:
    return [problem for problem in story.source_row.problems if "in feeds, not posted" in problem]


def test_one_that_is_backdated_by_days_is_told(story: Story) -> None:
    story.baseline()

    story.shows(sighting("7", published=story.clock() - 3 * DAY))

    assert [article.key for article in story.articles][-1] == "7"
    assert story.deliveries == []
    [problem] = told(story)
    assert problem.startswith("https://ledger.example/7: is dated 2026-")
    assert "before the source was first read" in problem


def test_one_without_a_date_is_told_likewise(story: Story) -> None:
    story.baseline()
    story.publishes("1")

    story.shows(replace(sighting("7", published=None), is_undated=True), *story.source.shows)

    assert told(story) == [
        "https://ledger.example/7: has no date, as others of its source do: in feeds, not posted"
    ]


def test_of_many_some_are_named(story: Story) -> None:
    """An archive that a site puts on line."""
    story.baseline()

    story.shows(*(sighting(str(n), published=story.clock() - n * 10 * DAY) for n in range(3, 12)))

    *named, others = told(story)
    assert len(named) == 5
    assert others.startswith("4 more new articles ")


def test_what_is_a_little_older_or_appears_at_the_first_look_is_not_told(story: Story) -> None:
    story.shows(sighting("1", published=story.clock() - 30 * DAY))
    assert told(story) == []

    story.shows(sighting("2", published=story.clock() - timedelta(hours=2)))

    assert told(story) == []
    assert len(story.deliveries) == 1


def test_it_is_told_for_a_day_whatever_else_is_seen(story: Story) -> None:
    story.baseline()
    story.shows(sighting("7", published=story.clock() - 3 * DAY))

    for _ in range(23):
        story.clock.tick(hours=1)
        story.publishes("7", title=f"What is new at {story.clock().hour}")
        assert len(told(story)) == 1
    story.clock.tick(hours=2)
    story.look()

    assert told(story) == []
