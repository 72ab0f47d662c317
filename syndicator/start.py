"""``syndicator up``: everything on one machine."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path

import typer

from syndicator.supervise import MISCONFIGURED, Child, Supervisor


def up(folder: Path) -> int:
    """Start all parts, say where to look, and keep them up. Returns an exit status."""
    # Declarations are read by a process of its own, which ends: its memory is not kept as long as we run.
    checked = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-m", "syndicator.begin", str(folder)], capture_output=True, text=True, check=False
    )
    if checked.returncode:
        typer.echo(checked.stderr.strip(), err=True)
        return checked.returncode if checked.returncode == MISCONFIGURED else 1
    typer.echo(checked.stdout)
    children = [Child("web", ["web"]), Child("worker", ["worker"]), Child("beat", ["beat"])]
    example = tomllib.loads((folder / "syndicator.toml").read_text("utf-8")).get("newsroom")
    if example:
        children.insert(0, Child("newsroom", ["newsroom", "serve", *_arguments(folder, example)]))
    status = Supervisor(children, say=lambda line: typer.echo(line, err=True)).run()
    typer.echo("Stopped. Start again to continue where it was.")
    return status


def _arguments(folder: Path, example: Mapping[str, str]) -> list[str]:
    host, _, port = example.get("listen", "127.0.0.1:8001").rpartition(":")
    state = folder / example.get("state", "var/newsroom")
    return [
        "--host",
        host,
        "--port",
        port,
        "--folder",
        str(folder / example["folder"]),
        "--state",
        str(state),
    ]
