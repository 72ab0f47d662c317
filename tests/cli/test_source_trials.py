"""Trial looks of ``check``, in this process and in others."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock
from typing import Any

import pytest

from syndicator.cli.source_trials import SOURCES_PER_PROCESS, Trial, source_trials
from syndicator.domain.article import Sighting
from syndicator.domain.errors import SourceError
from syndicator.jobs.ports import Look, Source

pytestmark = pytest.mark.slow  # hundreds of sources


@dataclass(frozen=True)
class Telling:
    """A source that fails with its number, and the process that looked at it."""

    name: str
    every: timedelta = timedelta(minutes=5)

    def look(self, _memory: Any, _now: datetime) -> Look:
        raise SourceError(f"{self.name} {os.getpid()}")

    def reads(self, _url: str) -> bool:
        return False

    def read(self, url: str, _now: datetime, _page: bytes | None = None) -> Sighting:
        raise SourceError(url)


@dataclass(frozen=True)
class Unpicklable(Telling):
    lock: Any = field(default_factory=Lock)


@dataclass(frozen=True)
class Deadly(Telling):
    """Ends every process but the one that made it."""

    home: int = field(default_factory=os.getpid)

    def look(self, memory: Any, now: datetime) -> Look:
        if os.getpid() != self.home:
            os._exit(1)
        return super().look(memory, now)


def try_sources(sources: Sequence[Source]) -> list[Trial]:
    with source_trials(sources) as trials:
        return trials()


def processes(trials: list[Trial]) -> set[str]:
    return {trial.report.rpartition(" ")[2] for trial in trials}


def test_many_sources_are_shared_among_processes_and_told_in_their_order() -> None:
    names = [f"s{n}" for n in range(2 * SOURCES_PER_PROCESS)]

    trials = try_sources([Telling(name) for name in names])

    assert [trial.report.partition(" ")[0] for trial in trials] == names
    assert not any(trial.is_ok for trial in trials)
    assert len(processes(trials)) == min(2, os.cpu_count() or 1)


def test_a_few_are_looked_at_here() -> None:
    assert processes(try_sources([Telling("one"), Telling("two")])) == {str(os.getpid())}
    assert try_sources([]) == []


def test_what_no_other_process_can_do_is_done_here() -> None:
    for kind in (Unpicklable, Deadly):
        trials = try_sources([kind(f"s{n}") for n in range(2 * SOURCES_PER_PROCESS)])

        assert len(trials) == 2 * SOURCES_PER_PROCESS
        assert processes(trials) == {str(os.getpid())}


def test_other_processes_are_copies_of_this_one_unless_it_has_threads() -> None:
    script = """
import threading
from syndicator.cli.source_trials import _context
print(_context().get_start_method())
threading.Thread(target=threading.Event().wait, daemon=True).start()
print(_context().get_start_method())
"""
    found = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

    assert found.stdout.split() == ["fork" if sys.platform == "linux" else "spawn", "spawn"]
