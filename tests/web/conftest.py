from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from syndicator.store import Store, open_store
from tests.web.browser import Browser, browsing
from tests.web.house import House


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """SQLite alone: what the store answers on both databases is held in tests/store."""
    opened = open_store(f"sqlite:///{tmp_path}/syndicator.db")
    yield opened
    opened.engine.dispose()


@pytest.fixture
def house(tmp_path: Path, store: Store) -> House:
    house = House(tmp_path, store)
    house.builds("all")
    house.builds("city")
    return house


@pytest.fixture
def browser(house: House) -> Iterator[Browser]:
    with browsing(house.app()) as opened:
        yield opened
