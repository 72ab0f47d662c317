"""Deliveries to a channel that posts and can do no more: nothing is pretended."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from syndicator.channels.slackhook import SlackHook
from syndicator.domain.delivery import Standing
from syndicator.secret import Secret
from syndicator.store import Store
from tests.channels.contract import impatient_session
from tests.channels.local_server import Trouble, reset
from tests.channels.slackhook_server import FakeSlackHook
from tests.jobs.newsroom import Story

pytestmark = pytest.mark.slow  # databases or processes throughout


@pytest.fixture
def server() -> Iterator[FakeSlackHook]:
    with FakeSlackHook() as fake:
        yield fake


@pytest.fixture
def story(store: Store, server: FakeSlackHook, tmp_path: Path) -> Iterator[Story]:
    (tmp_path / "webhook").write_text(f"{server.address}{server.path}")
    story = Story(store)
    story.baseline()
    with impatient_session() as session:
        webhook = Secret(f"file:{tmp_path}/webhook")
        story.real = SlackHook(name="wire", webhook=webhook, session=session)
        yield story


def test_a_correction_leaves_the_post_and_says_so(story: Story, server: FakeSlackHook) -> None:
    story.publishes()
    story.delivers()
    story.publishes(title="The bridge reopens on Monday")
    story.delivers_until_done()

    assert len(server.requests) == 1
    assert story.delivery.standing is Standing.SENT
    assert any("corrected, and left as it was" in text for text in story.events)


def test_a_retraction_is_to_be_done_by_hand(story: Story, server: FakeSlackHook) -> None:
    story.publishes()
    story.delivers()
    story.retracts()
    story.delivers_until_done()

    assert len(server.requests) == 1
    assert story.delivery.standing is Standing.REFUSED
    assert "by hand" in story.delivery.reason


def test_a_lost_answer_is_never_repeated(story: Story, server: FakeSlackHook) -> None:
    server.trouble = Trouble(reset, after=True)
    story.publishes()
    story.delivers()
    server.trouble = None
    story.delivers_until_done(hours=4)

    assert len(server.requests) == len(server.messages) == 1
    assert story.delivery.standing is Standing.UNKNOWN
    assert "look there" in story.delivery.reason
