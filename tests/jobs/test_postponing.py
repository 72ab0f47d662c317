"""Articles that change again and again: nothing of them freezes."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syndicator.domain.article import Article, Sighting
from syndicator.domain.changes import Corrected, New, Postponed, decide
from syndicator.jobs.ports import READ_AGAIN, Look
from syndicator.store import Store
from tests.fakes import NOON, FakeSource, sighting
from tests.jobs.newsroom import Story

pytestmark = pytest.mark.slow  # databases or processes throughout

LONG = "<p>After two years of repairs, trams cross the river again.</p><p>Nobody was hurt.</p>"


@dataclass
class QuietSource(FakeSource):
    """Shows an article when it has changed, or when it is asked to show it again."""

    def look(self, memory: Mapping[str, Any], now: datetime) -> Look:
        look = super().look(memory, now)
        shown = {s.key: s.content_html for s in self.shows}
        again = memory.get(READ_AGAIN, ())
        changed = [s for s in self.shows if memory.get("shown", {}).get(s.key) != s.content_html]
        repeated = [s for s in self.shows if s.key in again and s not in changed]
        return replace(look, sightings=[*changed, *repeated], memory={"shown": shown})


@pytest.mark.parametrize("field", ["title", "summary"])
@pytest.mark.parametrize("times", [30, 60])
def test_of_a_live_blog_the_last_headline_stands(story: Story, field: str, times: int) -> None:
    story.baseline()
    for number in range(times + 1):
        story.publishes(**{field: f"Flood: {number} houses under water"})

    [article] = story.articles
    assert getattr(article, field) == f"Flood: {times} houses under water"
    assert article.revision == times + 1


def test_what_the_newsroom_announces_is_taken_at_once(story: Story) -> None:
    story.baseline()
    for number in range(60):
        updated = story.clock.tick(minutes=1)
        story.publishes(content_html=f"<p>The water stands at {number} metres.</p>", updated=updated)

    assert story.articles[0].revision == 60


def test_a_clock_in_a_text_is_taken_now_and_then_and_told_once(
    story: Story, caplog: pytest.LogCaptureFixture
) -> None:
    story.baseline()
    story.publishes()
    caplog.set_level(logging.WARNING)
    for minute in range(200):
        story.clock.tick(minutes=20)
        story.publishes(content_html=f"{LONG}<p>It is now {minute}.</p>")

    assert 48 < story.articles[0].revision <= 52
    [problem] = story.source_row.problems
    assert problem.startswith("https://ledger.example/1: changes again and again")
    assert sum("again and again" in record.getMessage() for record in caplog.records) == 1


def test_a_clock_in_the_summary_that_is_the_texts_beginning_is_one_in_the_text(story: Story) -> None:
    story.baseline()
    for minute in range(60):
        story.clock.tick(seconds=10)
        story.publishes(summary=f"It is {minute}.", content_html=f"<p>It is {minute}.</p>{LONG}")

    assert story.articles[0].revision < 30


def test_a_change_that_was_put_off_is_taken_although_it_is_shown_once(store: Store) -> None:
    story = Story(store)
    story.source = QuietSource()
    story.baseline()
    for number in range(30):
        story.clock.tick(minutes=1)
        story.publishes(content_html=f"{LONG}<p>{number} houses.</p>")
    assert "24 houses" in story.articles[0].content_html
    assert story.source_row.problems

    for _ in range(13):
        story.clock.tick(minutes=5)
        story.look()

    assert "29 houses" in story.articles[0].content_html
    story.clock.tick(days=1)
    story.look()
    assert story.source_row.problems == []
    assert story.source_row.memory == {"shown": {"1": f"{LONG}<p>29 houses.</p>"}}


def test_of_many_that_change_again_and_again_a_few_are_named(story: Story) -> None:
    story.baseline()
    for second in range(40):
        story.clock.tick(seconds=1)
        story.source.shows = [
            sighting(str(n), content_html=f"{LONG}<p>{second}</p>", title=f"Bridge {n}") for n in range(8)
        ]
        story.look()

    assert len(story.source_row.problems) == 6
    assert story.source_row.problems[-1].startswith("3 other articles")


@pytest.mark.slow  # hundreds of changes
@given(
    st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9), st.integers(1, 7200)), min_size=30, max_size=120)
)
@settings(max_examples=50, deadline=None)
def test_in_the_end_the_last_one_stands(changes: list[tuple[int, int, int]]) -> None:
    now, known = NOON, None
    for title, text, seconds in [*changes, (3, 3, 1)]:
        now += timedelta(seconds=seconds)
        shown = sighting(title=f"Title {title}", content_html=f"{LONG}<p>{text}</p>")
        known = _decided(known, shown, now) or known

    known = _decided(known, shown, now + timedelta(days=1)) or known

    assert known
    assert (known.title, known.content_html) == ("Title 3", f"{LONG}<p>3</p>")


def _decided(known: Article | None, shown: Sighting, now: datetime) -> Article | None:
    match decide(known, shown, now, authority="ledger.example"):
        case New(article) | Corrected(article):
            return article
        case Postponed(until):
            assert now < until <= now + timedelta(days=1)
    return None
