"""Processes look for garbage seldom while they start, and as ever once they are ready."""

from __future__ import annotations

import gc
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from syndicator.processes import supervisor, web_server, worker
from syndicator.processes.garbage import START_OBJECTS, USUAL_OBJECTS, collect_as_usual, collect_seldom

#: Runs the program as ``python -m syndicator`` does, and says what is set while its first module of ours is
#: imported, and in the end.
PROGRAM = """
import gc, runpy, sys
from importlib.abc import MetaPathFinder

class Looks(MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name == "syndicator.cli.app":
            print("objects", gc.get_threshold()[0])

sys.meta_path.insert(0, Looks())
sys.argv = ["syndicator", "version"]
runpy.run_module("syndicator", run_name="__main__")
"""


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    before = gc.get_threshold()
    yield
    gc.set_threshold(*before)


def test_it_is_seldom_before_anything_large_is_imported() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=False)

    assert f"objects {START_OBJECTS}" in done.stdout.splitlines(), done.stderr


def test_as_usual_is_as_the_interpreter_begins() -> None:
    begins = subprocess.run(
        [sys.executable, "-c", "import gc; print(gc.get_threshold()[0])"],
        capture_output=True,
        text=True,
        check=True,
    )
    collect_seldom()
    assert gc.get_threshold()[0] == START_OBJECTS

    collect_as_usual()

    assert gc.get_threshold()[0] == USUAL_OBJECTS == int(begins.stdout)


def test_what_a_ready_process_has_made_is_not_looked_through_again() -> None:
    program = (
        "import gc; from syndicator.processes.garbage import collect_as_usual; made = [[]]; "
        "collect_as_usual(); later = [[]]; kept = gc.get_objects(); "
        "print(any(o is made for o in kept), any(o is later for o in kept))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert done.stdout.split() == ["False", "True"]


class Ready(Exception):
    """Raised where a process would run for months."""


def ready(*_: Any, **__: Any) -> None:
    assert gc.get_threshold()[0] == USUAL_OBJECTS
    raise Ready


def test_a_web_server_is_ready_when_it_serves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "syndicator.toml").write_text(
        f'[site]\ntitle = "A"\nurl = "https://a.example/"\nauthority = "a.example"\n'
        f'[keep]\ndatabase = "sqlite:///{tmp_path}/syndicator.db"\ndocuments = "{tmp_path}/documents"\n'
        '[sources.a]\nkind = "feed"\nurl = "https://a.example/feed"\n'
    )
    (tmp_path / "feeds").mkdir()
    (tmp_path / "feeds" / "all.toml").write_text('title = "All"\n')
    monkeypatch.setattr(web_server, "serve", ready)
    monkeypatch.setattr("syndicator.processes.web_server.Pulse.start", lambda *_: None)
    collect_seldom()

    with pytest.raises(Ready):
        web_server.serve_site(tmp_path)


def test_a_beat_is_ready_when_it_rings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "_shorten_broker_errors", lambda: None)
    monkeypatch.setattr("syndicator.processes.worker.signal.signal", lambda *_: None)
    monkeypatch.setattr(worker.CeleryBell, "ring", ready)
    collect_seldom()

    with pytest.raises(Ready):
        worker.run_beat()


def test_a_supervisor_is_ready_when_it_starts_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("syndicator.processes.supervisor.signal.signal", lambda *_: None)
    child = supervisor.Child("web", ["web"])
    monkeypatch.setattr(child, "start", ready)
    collect_seldom()

    with pytest.raises(Ready):
        supervisor.Supervisor([child], say=print).run()


def test_a_worker_is_ready_when_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "open_once", ready)
    collect_seldom()

    with pytest.raises(Ready):
        worker._report_alive()
