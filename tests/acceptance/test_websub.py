"""WebSub with real processes: somebody else's subscriber finds our hub in a feed, and is sent what is new."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.acceptance.world import Desk, NewsSite, desk, until
from tests.hub.peers import Reader

# the peers leave their own connections open
pytestmark = pytest.mark.filterwarnings(
    "ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"
)


@pytest.fixture
def site() -> Iterator[NewsSite]:
    with NewsSite() as server:
        server.publish(1, "It was always so")
        yield server


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[Reader]:
    with Reader(tmp_path) as server:
        yield server


@pytest.fixture
def running(tmp_path: Path, site: NewsSite, reader: Reader) -> Iterator[Desk]:
    folder = tmp_path / "desk"
    folder.mkdir()
    with desk(folder, site, {}, also=[reader.address]) as made:
        made.start()
        until(lambda: "It was always so" in made.titles(), "the first look fills the feed", made)
        yield made


def test_a_reader_that_discovers_our_hub_is_sent_every_article(
    running: Desk, site: NewsSite, reader: Reader
) -> None:
    found = reader.discovers(f"{running.base}/feeds/all.atom")
    assert found == {"hub_url": f"{running.base}/hub", "topic_url": f"{running.base}/feeds/all.atom"}

    name = reader.subscribes(found, secret="between us")
    until(lambda: reader.heard.confirmed == ["subscribe"], "the reader confirms", running)

    site.publish(2, "News of today")
    [body] = until(lambda: reader.heard.bodies, "it is sent the feed", running)
    assert b"News of today" in body
    assert body.decode() == running.feed("atom")

    reader.unsubscribes(name)
    until(lambda: reader.heard.confirmed == ["subscribe", "unsubscribe"], "it unsubscribes", running)
    site.publish(3, "News of tomorrow")
    until(lambda: "News of tomorrow" in running.titles(), "the feed goes on", running)
    assert len(reader.heard.bodies) == 1
