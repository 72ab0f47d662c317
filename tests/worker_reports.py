"""What the processes that share a run tell its controller of each test: what anybody will see.

That a test begins and ends, and that a phase before or after the test itself has passed, is two thirds of all
messages; each is written, sent, read and passed on, and is shown only where that was asked for.
"""

from __future__ import annotations

import pytest
from _pytest.runner import runtestprotocol


class WorkerReports:
    """The plugin of such a process."""

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item, nextitem: pytest.Item | None) -> bool:
        """Pytest's own, but for the messages."""
        for report in runtestprotocol(item, log=False, nextitem=nextitem):
            if report.when == "call" or not report.passed:
                item.ihook.pytest_runtest_logreport(report=report)
        return True


def is_worker(config: pytest.Config) -> bool:
    """Whether the process is one of those that pytest-xdist has started."""
    return hasattr(config, "workerinput")


def are_results_enough(config: pytest.Config) -> bool:
    """Whether nobody asked for more of a test than its result: a file of results, how long phases took,
    names."""
    options = config.option
    return not options.xmlpath and options.durations is None and options.verbose <= 0
