from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from syndicator.store import Store
from tests.hub.story import HubStory, Subscriber


@pytest.fixture
def story(store: Store, tmp_path: Path) -> HubStory:
    return HubStory(store, tmp_path)


@pytest.fixture
def subscriber() -> Iterator[Subscriber]:
    with Subscriber() as server:
        yield server
