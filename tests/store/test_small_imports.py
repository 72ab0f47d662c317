"""What migrating loads: it happens in processes that run all the time."""

from __future__ import annotations

import subprocess
import sys

import pytest

pytestmark = pytest.mark.slow  # databases or processes throughout

LOADED = """
import sys
import {module}
assert not {names} & sys.modules.keys(), {names} & sys.modules.keys()
"""


@pytest.mark.parametrize(
    ("module", "names"),
    [("syndicator.store.migrate", {"pygments"}), ("syndicator.cli.check", {"alembic", "kombu"})],
)
def test_nothing_heavy_is_loaded_that_is_not_used(module: str, names: set[str]) -> None:
    subprocess.run([sys.executable, "-c", LOADED.format(module=module, names=names)], check=True)
