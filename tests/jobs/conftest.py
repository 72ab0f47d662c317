from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from syndicator.channels.mastodon import Mastodon
from syndicator.secret import Secret
from syndicator.store import Store
from tests.channels.contract import impatient_session
from tests.channels.servers import FakeMastodon
from tests.jobs.newsroom import Story


@pytest.fixture
def story(store: Store) -> Story:
    return Story(store)


@pytest.fixture
def server(story: Story) -> Iterator[FakeMastodon]:
    with FakeMastodon() as fake:
        fake.now = story.clock
        yield fake


@pytest.fixture
def mastodon(server: FakeMastodon, tmp_path: Path) -> Iterator[Mastodon]:
    (tmp_path / "token").write_text(server.token)
    with impatient_session() as session:
        yield Mastodon(
            name="wire", server=server.address, token=Secret(f"file:{tmp_path}/token"), session=session
        )
