from __future__ import annotations

import pytest

from syndicator.store import Store
from tests.jobs.newsroom import Story


@pytest.fixture
def story(store: Store) -> Story:
    return Story(store)
