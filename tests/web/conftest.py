from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from syndicator.store import Store
from tests.web.browser import Browser, browsing
from tests.web.house import House


@pytest.fixture
def store(sqlite_store: Store) -> Store:
    """SQLite alone: what the store answers on both databases is held in tests/store."""
    return sqlite_store


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
