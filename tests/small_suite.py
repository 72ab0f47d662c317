"""Small suites, with what every run of ours has: to see what a run does."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]

#: Seconds that a run has.
RUN_TIMEOUT_S = 300.0


def command(folder: Path, tests: str, *options: str) -> list[str]:
    """What runs one module of tests, to be called in ``ROOT``; it is put into the folder."""
    (folder / "test_small.py").write_text(tests)
    (folder / "pytest.ini").write_text("[pytest]\n")
    ours = ["-p", "tests.conftest", "-c", str(folder / "pytest.ini")]
    return [sys.executable, "-m", "pytest", *ours, *options, str(folder)]


def run(folder: Path, tests: str, *options: str) -> subprocess.CompletedProcess[str]:
    """The run, when it has ended."""
    return subprocess.run(
        command(folder, tests, *options),
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=RUN_TIMEOUT_S,
        check=False,
    )
