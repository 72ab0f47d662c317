"""What keeps the processes of ``syndicator up`` small."""

from __future__ import annotations

import subprocess
import sys

import pytest

from syndicator.processes.supervisor import ARENAS_VARIABLE, children_environment


def test_children_share_few_heaps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(ARENAS_VARIABLE, raising=False)

    assert children_environment()[ARENAS_VARIABLE] == "2"


def test_an_operators_own_number_of_heaps_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ARENAS_VARIABLE, "16")

    assert children_environment()[ARENAS_VARIABLE] == "16"


def test_the_supervisor_knows_nothing_of_articles() -> None:
    program = "import sys, syndicator.cli.app; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    ).stdout

    assert not [
        name for name in loaded.split() if name.startswith(("syndicator.domain.article", "sqlalchemy"))
    ]
