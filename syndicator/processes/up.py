"""``syndicator up``: everything on one machine."""

from __future__ import annotations

import subprocess
import sys
import threading
import tomllib
from collections.abc import Callable
from pathlib import Path

import typer

from syndicator.processes.supervisor import DATABASE_FAILED, DATABASE_ONLY, MISCONFIGURED, Child, Supervisor

CheckResult = subprocess.CompletedProcess[str]

#: Seconds between two tries of a database that does not answer or is damaged.
RETRY_S = 10.0


def up(folder: Path) -> int:
    """Start all parts, say where to look, and keep them up. Feeds need no database: without one they are
    served, and the rest is started once it is there. Returns an exit status."""
    result = _check(folder)
    if result.returncode not in (0, DATABASE_FAILED):
        typer.echo(result.stderr.strip(), err=True)
        return result.returncode if result.returncode == MISCONFIGURED else 1
    typer.echo(result.stdout)
    if not result.returncode:
        _print_warnings(result)
    children = [Child("web", ["web"])]
    tables = tomllib.loads((folder / "syndicator.toml").read_text("utf-8-sig"))
    if tables.keys() & {"example", "newsroom"}:  # the second is its old name
        children.insert(0, Child("example", ["example", "serve"]))
    supervisor = Supervisor(children, say=lambda line: typer.echo(line, err=True))
    after_database = [Child("worker", ["worker"]), Child("beat", ["beat"])]
    if result.returncode == DATABASE_FAILED:
        _report(result, supervisor)
        arguments = (folder, result, supervisor, lambda: children.extend(after_database))
        threading.Thread(target=_join_later, args=arguments, name="database", daemon=True).start()
    else:
        children.extend(after_database)
    status = supervisor.run()
    typer.echo("Stopped. Start again to continue where it was.")
    return status


def _check(folder: Path, *arguments: str) -> CheckResult:
    """Declarations are read and the database is tried by a process of its own, which ends: its memory is not
    kept as long as we run."""
    program = [sys.executable, "-m", "syndicator.processes.up_checks", str(folder), *arguments]
    return subprocess.run(program, capture_output=True, text=True, check=False)  # noqa: S603 - our own program


def _print_warnings(result: CheckResult) -> None:
    """Print what the checks warn of although all went well: of a backup that was put back, say."""
    if result.stderr.strip():
        typer.echo(result.stderr.strip(), err=True)


def _report(result: CheckResult, supervisor: Supervisor) -> None:
    supervisor.say(
        f"{result.stderr.strip()}\n"
        "Until then the feeds that stand are served, and nothing is noticed or posted. "
        f"The database is tried again every {RETRY_S:g} s."
    )


def _join_later(folder: Path, result: CheckResult, supervisor: Supervisor, join: Callable[[], None]) -> None:
    """Start the rest once the database is there and whole."""
    while not supervisor.stopping.wait(RETRY_S):
        before, result = result, _check(folder, DATABASE_ONLY)
        if supervisor.stopping.is_set():  # a Ctrl-C was its end, too, and is none of the database's doing
            return
        if not result.returncode:
            _print_warnings(result)
            supervisor.say("The database is there again: all parts are started.")
            join()
            return
        if result.stderr != before.stderr:
            _report(result, supervisor)
