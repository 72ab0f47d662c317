"""Several workers in processes of their own, and what is left when one is killed."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.acceptance.world import until
from tests.channels.local_server import Handler, Trouble
from tests.hub.story import HubStory, Subscriber

pytestmark = pytest.mark.slow  # databases or processes throughout

AUDIENCE = 60

Work = Callable[[], "subprocess.Popen[bytes]"]


@pytest.fixture
def crowd(story: HubStory, subscriber: Subscriber) -> list[str]:
    paths = [f"/{number}" for number in range(AUDIENCE)]
    story.terms = type(story.terms)(pending_per_host=AUDIENCE)
    for path in paths:
        story.asks(subscriber.address + path)
    story.distributes()
    assert len(story.subscriptions) == AUDIENCE
    return paths


@pytest.fixture
def work(story: HubStory, tmp_path: Path) -> Iterator[Work]:
    """Begins a worker; whatever is left of it in the end is killed."""
    begun: list[subprocess.Popen[bytes]] = []
    url = story.store.engine.url.render_as_string(hide_password=False)

    def begin() -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "tests.hub.worker", url, str(tmp_path), story.clock().isoformat()]
        begun.append(subprocess.Popen(command))
        return begun[-1]

    yield begin
    for worker in begun:
        worker.kill()
        worker.wait(60)


def slowly(handler: Handler) -> None:
    """Takes it, and answers a moment later."""
    time.sleep(0.1)
    body = b"{}"
    handler.send_response(200)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


def test_two_workers_share_one_audience_and_send_to_nobody_twice(
    story: HubStory, subscriber: Subscriber, crowd: list[str], work: Work
) -> None:
    served = story.has_news()
    subscriber.trouble = Trouble(slowly, method="POST", after=True)

    workers = [work() for _ in range(2)]
    assert [worker.wait(60) for worker in workers] == [0, 0]

    assert [subscriber.bodies(path) for path in crowd] == [[served]] * AUDIENCE


def test_nobody_is_left_without_the_newest_content_when_a_worker_is_killed(
    story: HubStory, subscriber: Subscriber, crowd: list[str], work: Work
) -> None:
    served = story.has_news()
    subscriber.trouble = Trouble(slowly, method="POST", after=True)

    worker = work()
    until(lambda: sum(len(subscriber.bodies(path)) for path in crowd) > 5, "it is at work", patience=60)
    worker.kill()
    assert worker.wait(60) < 0, "it was done before it could be killed"
    subscriber.trouble = None
    story.clock.tick(seconds=91)
    story.distributes()

    assert {row.has for row in story.subscriptions} == {row.wants for row in story.subscriptions}
    assert all(served in subscriber.bodies(path) for path in crowd)
