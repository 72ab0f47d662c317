from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.acceptance.world import Desk, NewsSite, desk, until
from tests.channels.servers import FakeMastodon


@pytest.fixture
def site() -> Iterator[NewsSite]:
    with NewsSite() as server:
        server.publish(1, "It was always so")
        yield server


@pytest.fixture
def mastodon() -> Iterator[FakeMastodon]:
    with FakeMastodon() as server:
        yield server


@pytest.fixture
def running(tmp_path: Path, site: NewsSite, mastodon: FakeMastodon) -> Iterator[Desk]:
    with desk(tmp_path, site, {"social": mastodon.address}, token=mastodon.token) as made:
        made.start()
        until(lambda: "It was always so" in made.titles(), "the first look fills the feed", made)
        yield made
