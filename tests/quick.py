"""The fast half of the suite, by five rules:

- a test that takes a tenth of a second or more (``SLOW_S``) is marked ``slow``, or its module is, and left
  out, unless hardly anything of its folder would be left; one that takes much longer and is not marked is
  named at the end of the run;
- a test that has a database is left out, but for some on SQLite;
- a test that starts a process is left out where a fixture says so, and is else skipped at the moment when it
  would, whoever starts it;
- a module that has such tests alone is marked, too, so that it is not even imported;
- a property has few examples.
"""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from tests.order import SERVERS

#: Processor time of a test, without its processes, from which on it is ``slow``.
SLOW_S = 0.1

#: Processor time from which on a test that is not marked is named: the first that needs a library loads it,
#: and machines differ.
NAMED_S = 10 * SLOW_S

#: The name of that time among a report's properties.
PROCESSOR_TIME = "processor time"

#: How the line of a module begins that is marked as a whole, by this mark alone or first.
SLOW_MODULE = re.compile(r"^pytestmark = (\[\s*)?pytest\.mark\.slow\b", re.MULTILINE)

#: Examples of each property that does not itself say how many.
MAX_EXAMPLES = 5

#: Events of ``sys.audit`` by which a process begins:
#: https://docs.python.org/3/library/audit_events.html
BEGINNINGS = frozenset({"subprocess.Popen", "os.posix_spawn", "os.fork", "os.forkpty"})

#: The fixtures that every database comes from.
DATABASES = frozenset({"store", "sqlite_store", "postgres_url"})

#: Folders and files whose tests on SQLite are kept: the store itself, and what is done with an article.
KEPT_ON_SQLITE = ("tests/store/", "tests/jobs/test_delivering.py", "tests/jobs/test_editor.py")

settings.register_profile(
    "syndicator", deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
settings.register_profile("quick", parent=settings.get_profile("syndicator"), max_examples=MAX_EXAMPLES)


class Quick:
    """The plugin of such a run."""

    def __init__(self) -> None:
        self.is_in_test = False
        #: Tests that are named in the end, by their processor time in seconds.
        self.named: dict[str, float] = {}
        settings.load_profile("quick")
        sys.addaudithook(self.skip_what_starts_a_process)

    def skip_what_starts_a_process(self, event: str, _arguments: tuple[Any, ...]) -> None:
        """Raises ``pytest.skip.Exception`` in a test that is about to start a process."""
        if self.is_in_test and event in BEGINNINGS:
            pytest.skip("starts a process")

    def pytest_ignore_collect(self, collection_path: Path) -> bool | None:
        """Modules that are marked as a whole are not even imported."""
        is_module = collection_path.suffix == ".py"
        return True if is_module and SLOW_MODULE.search(collection_path.read_text("utf-8")) else None

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self) -> Generator[None, object, object]:
        self.is_in_test = True
        try:
            return (yield)
        finally:
            self.is_in_test = False

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Generator[None, object, object]:
        began = time.process_time()
        try:
            return (yield)
        finally:
            item.user_properties.append((PROCESSOR_TIME, time.process_time() - began))

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Called where the run is told of, too, when processes of their own run the tests."""
        if report.when != "call":
            return
        for name, value in report.user_properties:
            if name == PROCESSOR_TIME and isinstance(value, float) and value >= NAMED_S:
                self.named[report.nodeid] = value

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        for name, taken in sorted(self.named.items(), key=lambda pair: -pair[1]):
            terminalreporter.write_line(f"{taken:.1f} s of processor time, and not marked slow: {name}")

    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        """Called once the tests are shuffled, and keeps their order within a folder: each of the processes
        that share them begins with other folders, and loads what those need alone."""
        left_out = {item for item in items if is_left_out(item)}
        config.hook.pytest_deselected(items=list(left_out))
        items[:] = sorted((item for item in items if item not in left_out), key=folder)


def folder(item: pytest.Item) -> str:
    """Where the test is, as ``tests/jobs``."""
    return "/".join(item.nodeid.partition("::")[0].split("/")[:2])


def is_left_out(item: pytest.Item) -> bool:
    """Whether the test is marked slow, has a server of others, or has one of the databases of
    ``databases.py`` and is not among those that are kept on SQLite."""
    fixtures = getattr(item, "fixturenames", ())
    if item.get_closest_marker("slow") or SERVERS.intersection(fixtures):
        return True
    if not DATABASES.intersection(fixtures):
        return False
    parameters = item.callspec.params.values() if hasattr(item, "callspec") else ()
    has_postgresql = "postgres_url" in fixtures or "postgres" in parameters
    return has_postgresql or not item.nodeid.startswith(KEPT_ON_SQLITE)
