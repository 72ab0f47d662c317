"""Servers of others, one for the run; and what tests of channels begin with.

A module names the server that it tries a channel against, ``SERVER``, and makes the channel for an address,
``channel_at(address, secret, session)``; whatever is otherwise with it is a fixture of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from syndicator.jobs.ports import Channel
from syndicator.remarks import gathering
from syndicator.secret import Secret
from tests.channels import pds as at_protocol
from tests.channels import synapse as matrix
from tests.channels.contract import impatient_session
from tests.channels.local_server import LocalServer


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


@pytest.fixture
def server(request: pytest.FixtureRequest) -> Iterator[LocalServer]:
    """The module's server."""
    with request.module.SERVER() as fake:
        yield fake


@pytest.fixture
def secret(server: Any) -> str:
    """What its server asks for: a token, in most cases."""
    return str(server.token)


@pytest.fixture
def remarks() -> Iterator[list[str]]:
    """What channels have to tell their operator."""
    with gathering() as remarks:
        yield remarks


@pytest.fixture
def session() -> Iterator[requests.Session]:
    """That waits a moment where we wait seconds otherwise."""
    with impatient_session() as session:
        yield session


@pytest.fixture
def build(
    request: pytest.FixtureRequest, secret: str, session: requests.Session, tmp_path: Path
) -> Callable[[str], Channel]:
    """Makes the module's channel for a server's address."""
    (tmp_path / "token").write_text(secret)
    return lambda address: request.module.channel_at(address, Secret(f"file:{tmp_path}/token"), session)


@pytest.fixture
def channel(build: Callable[[str], Channel], server: LocalServer) -> Channel:
    """The module's channel, for its server."""
    return build(server.address)
