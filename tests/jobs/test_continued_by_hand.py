"""Running stories by an operator's word: the post answers the one that it continues."""

from __future__ import annotations

from dataclasses import replace

import pytest

from syndicator.domain.decisions import Impossible
from syndicator.domain.errors import OutcomeUnknown
from syndicator.store import Store
from tests.jobs.newsroom import Story
from tests.jobs.test_stories import Answering, answered

pytestmark = pytest.mark.slow  # databases or processes throughout


@pytest.fixture
def story(store: Store) -> Story:
    story = Story(store)
    story.channel = Answering()
    story.site = replace(story.site, story_tags="story:")
    story.baseline()
    for key in "1", "2":
        story.publishes(key)
        story.delivers()
        story.clock.tick(minutes=1)
    return story


def guid(story: Story, key: str) -> str:
    return story.store.known([f"{story.source.name}:{key}"])[f"{story.source.name}:{key}"].guid


def says(story: Story, key: str, former: str | None) -> dict[str, bool]:
    named = guid(story, former) if former else None
    return dict(story.store.continue_story(guid(story, key), named, story.clock()))


def test_its_post_answers_the_one_that_it_continues(story: Story) -> None:
    story.publishes("3")

    assert says(story, "3", "1") == {"wire": True}
    assert says(story, "3", "1") == {}  # once more changes nothing
    story.delivers()

    assert answered(story) == {"1": "", "2": "", "3": "p1"}
    assert sum("an operator says: it continues" in line for line in story.events) == 1


def test_it_goes_before_the_story_that_its_tags_name(story: Story) -> None:
    story.publishes("3", tags=("story:weir",))
    story.delivers()
    story.publishes("4", tags=("story:weir",))
    says(story, "4", "2")
    story.delivers()
    assert answered(story)["4"] == "p2"


def test_it_is_undone_while_nothing_is_posted(story: Story) -> None:
    story.publishes("3")
    says(story, "3", "1")
    assert says(story, "3", None) == {"wire": True}
    story.delivers()
    assert answered(story)["3"] == ""


def test_a_correction_of_the_article_keeps_what_was_said(story: Story) -> None:
    story.publishes("3")
    says(story, "3", "1")
    story.publishes("3", title="Another headline for the weir")
    story.delivers()
    assert answered(story)["3"] == "p1"


def test_the_one_before_answers_for_one_that_has_no_post(story: Story) -> None:
    story.publishes("3")
    says(story, "3", "1")
    story.publishes("4")
    says(story, "4", "3")
    story.retracts("3")
    story.delivers_until_done()
    assert answered(story)["4"] == "p1"


def test_what_is_posted_already_becomes_no_reply(story: Story) -> None:
    with pytest.raises(Impossible, match="posted already: wire"):
        says(story, "2", "1")
    assert answered(story)["2"] == ""


def test_what_may_be_out_there_becomes_none_either(story: Story) -> None:
    story.channel.key_memory = None
    story.channel.can_find = False
    story.channel.after = [OutcomeUnknown("no answer")]
    story.publishes("3")
    story.delivers()
    with pytest.raises(Impossible, match="posted already"):
        says(story, "3", "1")


def test_no_ring_is_made(story: Story) -> None:
    for key in "3", "4", "5":
        story.publishes(key)
    says(story, "3", "4")
    says(story, "4", "5")
    for key, former in ("5", "3"), ("3", "3"), ("4", "3"):
        with pytest.raises(Impossible, match="continue itself"):
            says(story, key, former)
    story.delivers_until_done()


def test_nothing_continues_what_is_withdrawn_or_unknown(story: Story) -> None:
    story.retracts("1")
    story.publishes("3")
    with pytest.raises(Impossible, match="withdrawn"):
        says(story, "3", "1")
    with pytest.raises(Impossible, match="no article"):
        story.store.continue_story("tag:nowhere", None, story.clock())
