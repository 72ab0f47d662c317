from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.documents.swift_server import Swift, swift_server


@pytest.fixture(scope="session")
def swift(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Swift]:
    pytest.importorskip("swift", reason="OpenStack Swift runs on Linux")
    folder: Path = tmp_path_factory.mktemp("swift")
    with swift_server(folder) as server:
        yield server
