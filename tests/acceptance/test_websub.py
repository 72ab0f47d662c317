"""WebSub with real processes: somebody else's subscriber finds our hub in a feed, and is sent what is new."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.acceptance.world import Desk, NewsSite, desk, until
from tests.hub.peers import OtherHub, Reader

# the peers leave their own connections open
pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"),
]


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
def other_hub(tmp_path: Path) -> Iterator[OtherHub]:
    with OtherHub(tmp_path) as server:
        yield server


@contextmanager
def started(folder: Path, site: NewsSite, also: Sequence[str], hubs: Sequence[str] = ()) -> Iterator[Desk]:
    (folder / "desk").mkdir()
    with desk(folder / "desk", site, {}, also=also, hubs=hubs) as made:
        made.start()
        until(lambda: "It was always so" in made.titles(), "the first look fills the feed", made)
        yield made


@pytest.fixture
def running(tmp_path: Path, site: NewsSite, reader: Reader) -> Iterator[Desk]:
    with started(tmp_path, site, [reader.address]) as made:
        yield made


@pytest.fixture
def with_other_hub(tmp_path: Path, site: NewsSite, other_hub: OtherHub) -> Iterator[Desk]:
    with started(tmp_path, site, [other_hub.address], [other_hub.url]) as made:
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


def test_a_hub_of_somebody_else_is_told_of_news_and_sends_it_on(
    with_other_hub: Desk, site: NewsSite, reader: Reader, other_hub: OtherHub
) -> None:
    topic = f"{with_other_hub.base}/feeds/all.rss"
    reader.subscribes({"hub_url": other_hub.url, "topic_url": topic})
    assert reader.heard.confirmed == ["subscribe"]

    site.publish(2, "News of today")

    # It may only now hear of the first article, and send that before.
    until(lambda: any(b"News of today" in b for b in reader.heard.bodies), "it is sent on", with_other_hub)
    topics = {each["topic"]: each for each in with_other_hub.status()["topics"]}
    assert topics["all.rss"]["hubs"] == []
