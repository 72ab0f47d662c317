from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from syndicator.store import Store
from tests.channels.servers import FakeMastodon
from tests.faults.room import Room, Site


@pytest.fixture
def site() -> Iterator[Site]:
    with Site() as running:
        yield running


@pytest.fixture
def channel(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeMastodon]:
    with FakeMastodon() as running:
        monkeypatch.setenv("FAULTS_TOKEN", running.token)
        yield running


@pytest.fixture
def database(store: Store) -> str:
    """The address of an empty database, once of each kind."""
    return store.engine.url.render_as_string(hide_password=False)


@pytest.fixture
def room(tmp_path: Path, site: Site, channel: FakeMastodon, database: str) -> Iterator[Room]:
    room = Room(tmp_path, site, channel, database)
    room.begins()
    yield room
    room.store.engine.dispose()
