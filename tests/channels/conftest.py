"""Servers of others, one for the run."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.channels import pds as at_protocol
from tests.channels import synapse as matrix


@pytest.fixture(scope="session")
def pds(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a real server of the AT Protocol."""
    if why := at_protocol.missing():
        pytest.skip(why)
    with at_protocol.running(tmp_path_factory.mktemp("pds")) as address:
        yield address


@pytest.fixture(scope="session")
def synapse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a real homeserver of Matrix."""
    if why := matrix.missing():
        pytest.skip(why)
    with matrix.running(tmp_path_factory.mktemp("synapse")) as address:
        yield address
