"""How the suite runs: what each run of it has, whichever tests it is of."""

from __future__ import annotations

import gc
import logging
import os
import threading
from collections.abc import Generator, Iterator

import pytest
from hypothesis import settings

from tests.order import Order
from tests.quick import Quick
from tests.stopping import adopt_orphans, end_descendants, end_in_order_when_told
from tests.worker_reports import WorkerReports, are_results_enough, is_worker

settings.load_profile("syndicator")

for name in [n for n in os.environ if n.startswith("SYNDICATOR_")]:
    del os.environ[name]  # nobody's own settings decide what the suite finds


#: The threads that ran when a test began: others' that have not ended yet, and those of the whole run.
EARLIER = pytest.StashKey[list[threading.Thread]]()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    item.stash[EARLIER] = [t for t in threading.enumerate() if t is not threading.current_thread()]


@pytest.fixture
def caplog(
    caplog: pytest.LogCaptureFixture, request: pytest.FixtureRequest
) -> Iterator[pytest.LogCaptureFixture]:
    """Pytest's own, without what threads log that another test has left: a bell that is still trying."""
    earlier = request.node.stash[EARLIER]

    def is_this_test_s(record: logging.LogRecord) -> bool:
        return not any(thread.ident == record.thread and thread.is_alive() for thread in earlier)

    caplog.handler.addFilter(is_this_test_s)
    yield caplog
    caplog.handler.removeFilter(is_this_test_s)


@pytest.fixture(scope="session", autouse=True)
def disk_that_is_not_waited_for() -> Iterator[None]:
    """A power cut may destroy what tests write: they write thousands of files, and a disk that others use
    takes milliseconds for each of them (fsync(2))."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda _handle: None)
        yield


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--quick",
        action="store_true",
        help="the fast half: nothing slow, no process, hardly a database, few examples of each property",
    )


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Without looking for garbage among what is imported and collected, now or later: it stays to the end,
    and is most of what there is. What is garbage already is found first, for what it complains of."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()
        gc.collect()
        gc.freeze()


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    """Called when pytest-xdist has set itself up."""

    def is_controller() -> bool:
        return config.pluginmanager.has_plugin("dsession")

    config.addinivalue_line("markers", "slow: left out by --quick (tests/quick.py says from which time on)")
    if config.getoption("quick"):
        config.pluginmanager.register(Quick())
    if is_worker(config):
        config.pluginmanager.register(Order())
        if are_results_enough(config):
            config.pluginmanager.register(WorkerReports())
    if not is_controller():  # it runs no test, and starts the others once it has loaded everything
        config.pluginmanager.import_plugin("tests.databases")
    adopt_orphans()
    end_in_order_when_told(is_controller)


@pytest.hookimpl(trylast=True)
def pytest_unconfigure() -> None:
    end_descendants()
