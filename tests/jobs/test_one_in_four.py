"""A real server that fails one request in four, in every way, still gets everything, once, and in time."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest

from syndicator.channels.webhook import USUAL_TIMEOUT, Webhook
from syndicator.domain.delivery import Standing
from syndicator.secret import Secret
from tests.channels.contract import impatient_session
from tests.channels.local_server import Handler as LocalHandler
from tests.channels.local_server import Request, Trouble, reset, status
from tests.channels.servers import FakeReceiver
from tests.jobs.newsroom import Story

pytestmark = pytest.mark.slow  # databases or processes throughout

ARTICLES = 24

#: Seconds of a slow answer.
SLOW_S = 0.05


def slow(handler: LocalHandler) -> None:
    time.sleep(SLOW_S)
    handler.reply(handler.server.locked_answer(handler.server.requests[-1]))


WAYS = [
    Trouble(status(500)),
    Trouble(status(500), after=True),
    Trouble(status(503)),
    Trouble(reset),
    Trouble(reset, after=True),
    Trouble(slow),
]


class Moody(LocalHandler):
    """Fails one request in four."""

    server: MoodyReceiver

    def take(self, request: Request) -> None:
        chance = self.server.chance
        self.server.trouble = chance.choice(WAYS) if chance.random() < self.server.share else None
        super().take(request)


class MoodyReceiver(FakeReceiver):
    handler = Moody
    chance = Random(4)  # noqa: S311 - the same each time
    share = 0.25


@pytest.fixture
def receiver() -> Iterator[MoodyReceiver]:
    with MoodyReceiver() as server:
        server.chance = Random(4)  # noqa: S311 - the same each time
        yield server


@pytest.mark.parametrize(
    ("timeout", "within"),
    [
        pytest.param(USUAL_TIMEOUT, timedelta(minutes=2), id="as usual"),
        pytest.param(timedelta(seconds=2), timedelta(seconds=45), id="declared to be quick"),
    ],
)
def test_everything_arrives_once(
    story: Story, receiver: MoodyReceiver, tmp_path: Path, timeout: timedelta, within: timedelta
) -> None:
    """``within``: by the clock of the story, in which a lost answer's rest is the longest wait."""
    (tmp_path / "secret").write_text(receiver.secret)
    secret = Secret(f"file:{tmp_path}/secret")
    with impatient_session() as session:
        story.real = Webhook(
            name="wire", url=receiver.address, secret=secret, timeout=timeout, session=session
        )
        story.baseline()
        for number in range(ARTICLES):
            story.publishes(str(number), title=f"Report {number}")
        story.publishes("3", title="Report 3, corrected")
        passed = timedelta()
        while any(d.standing is not Standing.SENT for d in story.deliveries):
            story.delivers()
            story.clock.tick(seconds=2)
            passed += timedelta(seconds=2)
            assert passed < within, "a post that fails waits by itself, and not for an account that rests"

    events = [(m["type"], m["data"]["guid"]) for m in receiver.messages]
    assert len(events) == len(set(events)) == ARTICLES
    titles = {m["data"]["title"] for m in receiver.messages}
    assert "Report 3, corrected" in titles
    assert len(receiver.requests) > ARTICLES
