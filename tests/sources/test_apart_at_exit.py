"""What becomes of the processes that read apart when ours ends."""

from __future__ import annotations

import os
import subprocess
import sys
import time

import pytest

pytestmark = pytest.mark.slow  # databases or processes throughout

SCRIPT = """
import os, sys
from syndicator.sources import apart
print(apart.apart(os.getpid))
{end}
"""


@pytest.mark.parametrize("end", ["", "sys.exit(3)", "raise SystemExit('for a reason')"])
def test_a_process_that_waits_for_work_is_ended_before_ours_and_without_a_word(end: str) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "always::ResourceWarning", "-c", SCRIPT.format(end=end)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    assert done.stderr.strip() in ("", "for a reason")
    assert is_gone(int(done.stdout))


def is_gone(pid: int) -> bool:
    for _ in range(100):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.05)
    return False
