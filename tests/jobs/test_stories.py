"""Running stories: a post answers the story's last one; and what the newsroom wrote for social media."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicator.domain.capabilities import Capabilities
from syndicator.domain.changes import MAX_STORY_CHARS, fingerprint, in_story
from syndicator.domain.delivery import Receipt
from syndicator.domain.errors import OutcomeUnknown, PostGone
from syndicator.domain.post import Post
from syndicator.posts.compose import compose
from syndicator.sources.pages.extract import Select, extract
from syndicator.store import Store
from tests.fakes import FakeChannel, sighting
from tests.jobs.newsroom import Story


class Answering(FakeChannel):
    """Has replies, and ends like the channels that refuse one to a post that is gone."""

    @property
    def capabilities(self) -> Capabilities:
        return replace(super().capabilities, replies=True)

    def send(self, post: Post, *, key: str) -> Receipt:
        if post.reply_to and post.reply_to.remote_id not in self.shown:
            self.requests.append("send")
            raise PostGone("404: gone")
        return super().send(post, key=key)


@pytest.fixture
def story(store: Store) -> Story:
    story = Story(store)
    story.channel = Answering()
    story.site = replace(story.site, story_tags="story:")
    story.baseline()
    return story


def answered(story: Story) -> dict[str, str]:
    """By article, the id of the post that its post answers."""
    return {p.article.key: p.reply_to.remote_id if p.reply_to else "" for p in story.channel.shown.values()}


def test_each_post_of_a_story_answers_the_one_before(story: Story) -> None:
    for key, tags in (
        ("1", ("story:fire",)),
        ("2", ("sport",)),
        ("3", ("Story: fire", "harbour")),
        ("4", ("story:fire",)),
    ):
        story.publishes(key, tags=tags)
        story.delivers()
        story.clock.tick(minutes=1)

    assert answered(story) == {"1": "", "2": "", "3": "p1", "4": "p3"}


def test_stories_that_the_source_tells_itself_need_no_tag(story: Story) -> None:
    for key, name in ("1", "flood"), ("2", "fire"), ("3", "flood"):
        story.publishes(key, story=name)
        story.delivers()
        story.clock.tick(minutes=1)

    assert answered(story) == {"1": "", "2": "", "3": "p1"}


def test_a_channel_without_replies_posts_by_itself(story: Story) -> None:
    story.channel = FakeChannel()
    for key in "12":
        story.publishes(key, story="fire")
        story.delivers()

    assert answered(story) == {"1": "", "2": ""}


def test_a_post_that_is_gone_or_taken_back_is_not_answered(story: Story) -> None:
    story.publishes("1", story="fire")
    story.delivers()
    story.channel.shown.clear()  # by hand, on the network
    story.publishes("2", story="fire")
    story.delivers()
    assert answered(story) == {"2": ""}

    story.retracts("2")
    story.publishes("3", story="fire")
    story.delivers()
    assert "2" not in answered(story).values()


def test_a_lost_answer_is_repeated_and_made_once(story: Story) -> None:
    story.publishes("1", story="fire")
    story.delivers()
    story.channel.after = [OutcomeUnknown("no answer")]
    story.publishes("2", story="fire")
    story.delivers()
    story.clock.tick(minutes=5)
    story.delivers()

    assert answered(story) == {"1": "", "2": "p1"}


def test_a_story_that_is_told_later_is_no_correction(story: Story) -> None:
    story.publishes("1", story="fire")
    story.publishes("2")
    story.delivers()
    story.publishes("2", story="fire")
    story.delivers()
    assert [article.revision for article in story.articles] == [1, 1]
    assert story.channel.requests == ["send", "send"]

    story.clock.tick(minutes=1)
    story.publishes("3", story="fire")
    story.delivers()
    assert answered(story)["3"] == "p2"


def test_a_story_changes_no_fingerprint() -> None:
    assert fingerprint(sighting(story="fire")) == fingerprint(sighting())
    assert fingerprint(sighting(social="Hear, hear")) != fingerprint(sighting())


@given(st.text(max_size=300), st.text(max_size=20), st.lists(st.text(max_size=20), max_size=3))
def test_whatever_tags_there_are(name: str, prefix: str, tags: list[str]) -> None:
    told = in_story(sighting(tags=(*tags, prefix + name)), prefix)
    assert len(told.story) <= MAX_STORY_CHARS
    assert told.tags == (*tags, prefix + name)
    assert prefix or not told.story


@pytest.mark.slow
def test_pages_tell_story_and_social_text_where_selectors_say() -> None:
    page = """<html><body><article data-x><h1>Bridge reopens</h1><p class=thread>Fire &amp; flood</p>
        <p class=tweet>You can <b>cross</b> again.</p><p>Trams cross the river again today.</p></article>"""
    extracted = extract(page, "https://ledger.example/1", select=Select(story=".thread", social=".tweet"))

    assert extracted.get("story") == "Fire & flood"
    assert extracted.get("social") == "You can cross again."


def test_what_was_written_for_social_media_wins(story: Story) -> None:
    story.publishes("1", social="You can cross the river again @mayor https://elsewhere.example")
    story.delivers()

    [text] = story.texts
    assert text.startswith("You can cross the river again")
    assert "Bridge 1 reopens" not in text
    assert "two years of repairs" not in text
    assert text.endswith("https://ledger.example/1")
    assert "https://elsewhere" not in text


def test_a_correction_names_itself_behind_what_was_written(story: Story) -> None:
    capabilities = Answering().capabilities
    story.publishes("1", social="Cross again!", note="It is one tram.")
    [article] = story.articles
    assert "It is one tram." in compose(article, capabilities).text
