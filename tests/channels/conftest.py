"""Servers of others, one for the run."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.channels.pds import missing, running


@pytest.fixture(scope="session")
def pds(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a real server of the AT Protocol."""
    if why := missing():
        pytest.skip(why)
    with running(tmp_path_factory.mktemp("pds")) as address:
        yield address
