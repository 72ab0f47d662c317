"""Environments with what users get, and nothing that only development needs."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

#: What a checkout is made of, as far as it is needed to install and to run it.
CHECKOUT = (
    "run",
    "pyproject.toml",
    "README.md",
    "LICENSE",
    "requirements.lock",
    "requirements-dev.lock",
    "syndicator",
)

#: Seconds for downloading and installing everything.
INSTALL_TIMEOUT_S = 600


@dataclass(frozen=True)
class Environment:
    """``bin``: the folder of its programs. ``lines``: what else is in the environment of its processes."""

    bin: Path
    lines: Mapping[str, str] = field(default_factory=dict)

    @property
    def variables(self) -> dict[str, str]:
        """As a shell has them in which nobody has activated or set anything of ours."""
        foreign = ("PYTHON", "VIRTUAL_ENV", "SYNDICATOR", "CELERY", "PG")
        own = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
        return {**own, "PATH": f"{self.bin}{os.pathsep}{own['PATH']}", **self.lines}

    def run(self, folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
        """A program of this environment, until it ends."""
        return subprocess.run(
            [str(self.bin / command[0]), *command[1:]],
            cwd=folder,
            env=self.variables,
            capture_output=True,
            text=True,
            timeout=INSTALL_TIMEOUT_S,
            check=False,
        )


def made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], Environment]) -> Environment:
    """What ``make`` makes in a folder, once for all processes of this run of the suite."""
    base = factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    folder, done = shared / f"shipped-{name}", shared / f"shipped-{name}.bin"
    with (shared / f"shipped-{name}.lock").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        if not done.exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            done.write_text(str(make(folder).bin))
    return Environment(Path(done.read_text()))


def checkout(folder: Path, names: Sequence[str] = CHECKOUT) -> Path:
    """A copy of the files, and of nothing that lies about beside them."""
    for name in names:
        source, target = ROOT / name, folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, target)
    return folder


def locked(folder: Path) -> Environment:
    """From ``requirements.lock`` alone, as ``./run`` makes it at its first call."""
    checkout(folder)
    _succeed([str(folder / "run"), "syndicator", "version"], folder)
    return Environment(folder / ".venv/bin")


def installed(folder: Path) -> Environment:
    """By ``pip install .``, in an environment of its own; the checkout is gone afterwards."""
    source, made = checkout(folder / "source"), empty(folder / "environment")
    install(made, source, ".")
    shutil.rmtree(source)
    return made


def empty(folder: Path) -> Environment:
    """A new environment, by uv where it is there: that is quicker."""
    if shutil.which("uv"):
        _succeed(["uv", "venv", "--quiet", "--python", sys.executable, str(folder)], folder.parent)
    else:
        _succeed([sys.executable, "-m", "venv", str(folder)], folder.parent)
    return Environment(folder / "bin")


def install(environment: Environment, folder: Path, *arguments: str) -> None:
    """``pip install``, by uv where it is there."""
    python = str(environment.bin / "python")
    if shutil.which("uv"):
        _succeed(["uv", "pip", "install", "--quiet", "--python", python, *arguments], folder)
    else:
        _succeed([python, "-m", "pip", "install", "--quiet", *arguments], folder)


def _succeed(command: Sequence[str], folder: Path) -> None:
    done = subprocess.run(
        command,
        cwd=folder,
        env=Environment(Path(sys.executable).parent).variables,
        capture_output=True,
        text=True,
        timeout=INSTALL_TIMEOUT_S,
        check=False,
    )
    assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
