"""The fast half of the suite, by three rules: a test that starts a process is skipped at the moment when it
would, whoever starts it; a test that has a database (but for some on SQLite), or is marked ``slow``, is left
out; and a property has few examples."""

from __future__ import annotations

import sys
from collections.abc import Generator
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

#: Examples of each property that does not itself say how many.
MAX_EXAMPLES = 10

#: Events of ``sys.audit`` by which a process begins:
#: https://docs.python.org/3/library/audit_events.html
BEGINNINGS = frozenset({"subprocess.Popen", "os.posix_spawn", "os.fork", "os.forkpty"})

#: The fixtures that every database comes from.
DATABASES = frozenset({"store", "sqlite_store", "postgres_url"})

#: Folders and files whose tests on SQLite are kept: the store itself, and what is done with an article.
KEPT_ON_SQLITE = (
    "tests/store/",
    "tests/jobs/test_building_pages.py",
    "tests/jobs/test_delivering.py",
    "tests/jobs/test_editor.py",
    "tests/jobs/test_quarantine.py",
)

settings.register_profile(
    "syndicator", deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
settings.register_profile("quick", parent=settings.get_profile("syndicator"), max_examples=MAX_EXAMPLES)


class Quick:
    """The plugin of such a run."""

    def __init__(self) -> None:
        self.is_in_test = False
        settings.load_profile("quick")
        sys.addaudithook(self.skip_what_starts_a_process)

    def skip_what_starts_a_process(self, event: str, _arguments: tuple[Any, ...]) -> None:
        """Raises ``pytest.skip.Exception`` in a test that is about to start a process."""
        if self.is_in_test and event in BEGINNINGS:
            pytest.skip("starts a process")

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self) -> Generator[None, object, object]:
        self.is_in_test = True
        try:
            return (yield)
        finally:
            self.is_in_test = False

    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        slow = {item for item in items if is_slow(item)}
        config.hook.pytest_deselected(items=list(slow))
        items[:] = [item for item in items if item not in slow]


def is_slow(item: pytest.Item) -> bool:
    """Whether the test is marked so, or has one of the databases of ``conftest.py`` and is not among those
    that are kept on SQLite."""
    fixtures = getattr(item, "fixturenames", ())
    if item.get_closest_marker("slow"):
        return True
    if not DATABASES.intersection(fixtures):
        return False
    parameters = item.callspec.params.values() if hasattr(item, "callspec") else ()
    has_postgresql = "postgres_url" in fixtures or "postgres" in parameters
    return has_postgresql or not item.nodeid.startswith(KEPT_ON_SQLITE)
