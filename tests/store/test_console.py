"""What operators see and decide, on both databases."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from syndicator.domain.decisions import Impossible, retry, skip, was_not_posted, was_posted
from syndicator.domain.delivery import Receipt, Standing
from syndicator.domain.errors import Misconfigured, OutcomeUnknown, Refused, TryLater
from syndicator.store import Store
from tests.jobs.newsroom import Story


@pytest.fixture
def story(store: Store) -> Story:
    told = Story(store)
    told.baseline()
    return told


def rule(story: Story, ruling: Any, event: str = "decided") -> None:
    story.store.rule(story.delivery.id, ruling, story.clock(), event=event)


def lose_the_outcome(story: Story) -> None:
    """A post whose answer is lost, on a channel that cannot tell: a person has to decide."""
    story.channel.key_memory = None
    story.channel.can_find = False
    story.channel.after = [OutcomeUnknown("no answer")]
    story.publishes()
    story.delivers_until_done()
    assert story.delivery.standing is Standing.UNKNOWN


@pytest.mark.slow
def test_a_refused_delivery_goes_out_when_it_is_tried_again(story: Story) -> None:
    story.channel.before = [Refused("too long")]
    story.publishes()
    story.delivers()

    rule(story, retry, "tried again")
    story.delivers()

    assert story.delivery.standing is Standing.SENT
    assert len(story.texts) == 1
    assert "tried again" in story.events


@pytest.mark.slow
def test_what_was_too_late_is_news_again_when_an_operator_asks_for_it(story: Story) -> None:
    story.store.pause_channel("wire")
    story.publishes()
    story.clock.tick(days=3)
    story.store.resume_channel("wire")
    story.delivers()
    assert story.delivery.standing is Standing.SKIPPED

    rule(story, retry)
    story.delivers()

    assert len(story.texts) == 1


def test_a_waiting_delivery_is_tried_at_once(story: Story) -> None:
    story.channel.before = [TryLater("busy", whole_channel=False)]
    story.publishes()
    story.delivers()
    assert not story.texts

    rule(story, retry)
    story.delivers()

    assert len(story.texts) == 1


@pytest.mark.slow
def test_a_skipped_delivery_stays_so_through_corrections(story: Story) -> None:
    story.publishes()
    rule(story, skip)

    story.publishes(title="Corrected")
    story.delivers_until_done()

    assert story.delivery.standing is Standing.SKIPPED
    assert story.channel.requests == []


def test_a_skipped_embargoed_article_waits_for_its_time_when_it_is_tried_again(story: Story) -> None:
    story.publishes(embargo=story.clock() + timedelta(hours=2))
    rule(story, skip)
    rule(story, retry)

    assert story.delivery.standing is Standing.HELD
    story.delivers()
    assert story.channel.requests == []


@pytest.mark.parametrize("ruling", [retry, skip])
def test_what_is_sent_can_be_neither_tried_again_nor_skipped(story: Story, ruling: Any) -> None:
    story.publishes()
    story.delivers()

    with pytest.raises(Impossible):
        rule(story, ruling)

    assert story.delivery.standing is Standing.SENT
    assert "decided" not in story.events


@pytest.mark.slow
@pytest.mark.parametrize("ruling", [retry, skip])
def test_an_unknown_outcome_is_never_repeated_or_forgotten_without_an_answer(
    story: Story, ruling: Any
) -> None:
    lose_the_outcome(story)

    with pytest.raises(Impossible):
        rule(story, ruling)


@pytest.mark.parametrize("ruling", [was_not_posted, was_posted(None)])
def test_only_an_unknown_outcome_can_be_told(story: Story, ruling: Any) -> None:
    story.publishes()

    with pytest.raises(Impossible):
        rule(story, ruling)


@pytest.mark.slow
def test_a_post_that_an_operator_found_is_corrected_and_never_sent_again(story: Story) -> None:
    lose_the_outcome(story)

    rule(story, was_posted(Receipt(remote_id="p1", url="https://wire.example/p1")))
    assert story.delivery.standing is Standing.SENT
    story.publishes(title="Corrected")
    story.delivers()

    assert story.channel.requests.count("send") == 1
    [text] = story.texts
    assert text.startswith("Corrected")


@pytest.mark.slow
def test_a_post_without_an_id_is_left_alone(story: Story) -> None:
    lose_the_outcome(story)

    rule(story, was_posted(None))
    story.publishes(title="Corrected")
    story.delivers_until_done()

    assert story.delivery.standing is Standing.SKIPPED
    assert len(story.texts) == 1


@pytest.mark.slow
def test_what_was_not_posted_is_sent_however_long_the_operator_took(story: Story) -> None:
    lose_the_outcome(story)
    story.channel.shown.clear()
    story.clock.tick(days=5)

    rule(story, was_not_posted)
    story.store.resume_channel("wire")
    story.delivers()

    assert story.delivery.standing is Standing.SENT
    assert len(story.texts) == 1


def test_a_withdrawn_article_that_was_never_posted_cannot_be_tried_again(story: Story) -> None:
    story.publishes()
    rule(story, skip)
    story.retracts()

    with pytest.raises(Impossible, match="withdrawn"):
        rule(story, retry)


def test_a_paused_channel_keeps_its_queue_until_it_is_resumed(story: Story) -> None:
    story.store.pause_channel("wire")
    story.publishes()
    story.delivers()
    assert not story.texts

    story.store.resume_channel("wire")
    story.delivers()
    assert len(story.texts) == 1


@pytest.mark.slow
def test_resuming_wakes_a_channel_that_was_stopped_or_rests(story: Story) -> None:
    story.channel.before = [Misconfigured("401"), TryLater("429")]
    story.publishes()
    story.delivers()
    assert story.channel_row.is_stopped

    story.store.resume_channel("wire")
    rule(story, retry)
    story.delivers()
    assert story.channel_row.paused_until > story.clock()

    story.store.resume_channel("wire")
    rule(story, retry)
    story.delivers()

    assert len(story.texts) == 1
    assert story.channel_row.error == ""


def test_a_paused_source_is_not_looked_at_until_it_is_resumed(story: Story) -> None:
    looks = story.source.looks
    story.store.pause_source("page")
    story.look()
    with pytest.raises(Impossible, match="paused"):
        story.store.look_now("page", story.clock())
    assert story.source.looks == looks

    story.store.resume_source("page", story.clock())
    assert "page" in story.store.due(story.clock()).sources


def test_a_look_at_once_is_due_at_once(story: Story) -> None:
    story.look()
    assert story.store.due(story.clock()).sources == []

    story.store.look_now("page", story.clock())

    assert story.store.due(story.clock()).sources == ["page"]


@pytest.mark.parametrize("act", ["pause_channel", "resume_channel", "pause_source"])
def test_what_is_not_there_cannot_be_changed(store: Store, act: str) -> None:
    with pytest.raises(Impossible, match="nowhere"):
        getattr(store, act)("nowhere")


def test_a_delivery_that_is_not_there_cannot_be_decided(story: Story) -> None:
    with pytest.raises(Impossible):
        story.store.rule(99, retry, story.clock(), event="x")


@pytest.mark.slow
def test_deliveries_are_listed_newest_first_page_by_page(story: Story) -> None:
    for key in "abcde":
        story.publishes(key)
    story.delivers()

    first = story.store.deliveries(count=2)
    second = story.store.deliveries(count=2, before=first[-1].delivery.id)

    assert [line.article.key for line in first + second] == ["e", "d", "c", "b"]


@pytest.mark.slow
def test_deliveries_are_listed_by_state_and_channel(story: Story) -> None:
    story.publishes("a")
    story.delivers()
    story.publishes("b")

    assert [line.article.key for line in story.store.deliveries(standing="sent")] == ["a"]
    assert [line.article.key for line in story.store.deliveries(standing="pending", channel="wire")] == ["b"]
    assert story.store.deliveries(channel="elsewhere") == []


@pytest.mark.slow
def test_counts_tell_how_everything_stands(story: Story) -> None:
    story.publishes("a")
    story.delivers()
    story.publishes("b")
    owed = story.clock()
    story.publishes("c", embargo=story.clock() + timedelta(hours=1))

    assert story.store.standings() == {"wire": {"sent": 1, "pending": 1, "held": 1}}
    assert story.store.oldest_pending() == {"wire": owed}
    assert story.store.articles() == {"live": 2, "embargoed": 1}


def test_events_are_listed_latest_first(story: Story) -> None:
    story.publishes()
    rule(story, skip, "first")
    rule(story, retry, "second")

    assert [event.text for event in story.store.events(story.delivery.id)] == ["second", "first"]


def test_only_processes_heard_of_lately_count(story: Story) -> None:
    story.store.beat("old", "worker", story.clock())
    story.clock.tick(minutes=1)
    story.store.beat("new", "worker", story.clock())

    assert [process.name for process in story.store.processes(story.clock())] == ["new"]


def test_what_is_no_longer_declared_is_left_out(story: Story) -> None:
    story.store.declare([], [], [], story.clock())

    assert (story.store.sources(), story.store.feeds(), story.store.channels()) == ([], [], [])
