"""The order in which processes share the suite."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.order import WAITING, Order

ROOT = Path(__file__).parents[1]


class Item:
    """As much of ``pytest.Item`` as an order needs."""

    def __init__(self, nodeid: str, *fixtures: str) -> None:
        self.nodeid, self.fixturenames = nodeid, fixtures


def test_what_waits_goes_first_and_nothing_else_moves() -> None:
    works, has_a_server, also_works = Item("tests/text/b"), Item("tests/channels/c", "pds"), Item("tests/a")
    waits, waits_longer = Item("tests/hub/d", "store"), Item("tests/acceptance/e", "pds")
    items = [works, has_a_server, waits, also_works, waits_longer]

    Order().pytest_collection_modifyitems(items)  # type: ignore[arg-type]  # as much of them as it needs

    assert items == [waits_longer, waits, has_a_server, works, also_works]


@pytest.mark.parametrize("beginning", WAITING)
def test_what_is_named_is_there(beginning: str) -> None:
    assert (ROOT / beginning).exists()
