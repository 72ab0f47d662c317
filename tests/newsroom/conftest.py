from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.newsroom.served import Newsroom, serving


@pytest.fixture
def newsroom(tmp_path: Path) -> Iterator[Newsroom]:
    with serving(tmp_path) as served:
        yield served
