"""What parts of the store load: they are in processes that run all the time."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow  # databases or processes throughout

LOADED = """
import sys
import {module}
assert not {names} & sys.modules.keys(), {names} & sys.modules.keys()
"""


@pytest.mark.parametrize(
    ("module", "names"),
    [
        ("syndicator.store.migrate", {"pygments"}),
        ("syndicator.cli.check", {"alembic", "kombu"}),
        ("syndicator.store", {"alembic", "sqlalchemy.dialects.postgresql"}),
    ],
)
def test_nothing_heavy_is_loaded_that_is_not_used(module: str, names: set[str]) -> None:
    subprocess.run([sys.executable, "-c", LOADED.format(module=module, names=names)], check=True)


def test_a_database_that_is_up_to_date_is_opened_without_alembic(tmp_path: Path) -> None:
    program = (
        "import sys; from syndicator.store import open_store; open_store(sys.argv[1]).engine.dispose(); "
        "print('alembic' in sys.modules)"
    )
    command = [sys.executable, "-c", program, f"sqlite:///{tmp_path}/syndicator.db"]

    first, second = (
        subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip() for _ in range(2)
    )

    assert (first, second) == ("True", "False")
