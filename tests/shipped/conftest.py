from __future__ import annotations

import pytest

from tests.shipped.environments import Environment, installed, locked, made_once

MADE = {"requirements.lock": locked, "pip install .": installed}


@pytest.fixture(params=MADE)
def environment(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Environment:
    """Each of the two environments that users have."""
    make = MADE[request.param]
    return made_once(tmp_path_factory, make.__name__, make)
