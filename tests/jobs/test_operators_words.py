"""What an operator writes for an article's posts, which say it in place of the newsroom's words."""

from __future__ import annotations

import pytest

from syndicator.domain.decisions import Impossible
from syndicator.store import Store
from tests.jobs.newsroom import Story
from tests.jobs.test_continued_by_hand import guid

pytestmark = pytest.mark.slow  # databases or processes throughout

WORDS = "Cross the river again: the bridge is open."


@pytest.fixture
def story(store: Store) -> Story:
    story = Story(store)
    story.baseline()
    return story


def writes(story: Story, words: str, key: str = "1") -> dict[str, bool]:
    return dict(story.store.write_for_posts(guid(story, key), words, story.clock()))


def posted(story: Story) -> str:
    [post] = story.channel.shown.values()
    return post.article.operator_words


def test_they_reach_the_post_and_stay_when_the_site_changes_the_article(story: Story) -> None:
    story.publishes(social="The newsroom's own words.")

    assert writes(story, WORDS) == {"wire": True}
    assert writes(story, WORDS) == {}  # once more changes nothing
    story.publishes(social="The newsroom's other words.")  # before it is posted
    story.delivers()

    assert posted(story) == WORDS
    assert sum(WORDS in line for line in story.events) == 1


def test_they_are_taken_back_while_nothing_is_posted(story: Story) -> None:
    story.publishes()
    writes(story, WORDS)
    writes(story, "")
    story.delivers()

    assert posted(story) == ""


def test_what_is_posted_already_keeps_its_words(story: Story) -> None:
    story.publishes()
    story.delivers()

    with pytest.raises(Impossible, match="it is posted already: wire"):
        writes(story, WORDS)


def test_an_article_that_is_not_on_record_is_told(story: Story) -> None:
    with pytest.raises(Impossible, match="no article tag:nowhere"):
        story.store.write_for_posts("tag:nowhere", WORDS, story.clock())
