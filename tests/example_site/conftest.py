from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.example_site.served import ServedExample, serving


@pytest.fixture
def example(tmp_path: Path) -> Iterator[ServedExample]:
    with serving(tmp_path) as served:
        yield served
