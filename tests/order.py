"""The order in which processes share the suite: what waits for servers goes first, and together.

Each process begins with an equal part of all tests, in their order, and takes from the end of another's part
when it is done. So one of them begins with all those tests that start servers and wait for them, while the
others work; servers that tests share are started in one of them; and no long test is left for the end, when
the others have nothing more to do.
"""

from __future__ import annotations

import pytest

#: The fixtures of servers of others that many tests have: PDS, Synapse, Swift, nginx, Fedify.
SERVERS = frozenset({"pds", "synapse", "swift", "front", "peers"})

#: Folders and files whose tests start processes and wait for them, the longest first.
WAITING = (
    "tests/acceptance/",
    "tests/faults/test_machine.py",
    "tests/processes/",
    "tests/shipped/",
    "tests/cli/test_job_commands.py",
    "tests/documents/test_s3.py",
    "tests/faults/test_moving.py",
    "tests/faults/test_lock_holder.py",
    "tests/test_stopped_suite.py",
    "tests/hub/",
    "tests/web/test_web_process.py",
    "tests/cli/test_processes.py",
)


class Order:
    """The plugin of such a process."""

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Called once the tests are shuffled, and keeps their order otherwise."""
        items.sort(key=rank)


def rank(item: pytest.Item) -> int:
    """The place in ``WAITING``, those with a shared server behind them, and last whatever only works."""
    for place, beginning in enumerate(WAITING):
        if item.nodeid.startswith(beginning):
            return place
    return len(WAITING) + (not SERVERS.intersection(getattr(item, "fixturenames", ())))
