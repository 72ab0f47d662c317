"""A disk of a few megabytes that really fills up."""

from __future__ import annotations

import errno
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest


@dataclass(frozen=True)
class Disk:
    """A file system of its own, mounted at ``place``."""

    place: Path

    def fill(self) -> None:
        """To the last byte."""
        with (self.place / "ballast").open("ab", buffering=0) as file:
            for size in (65_536, 4096, 512, 1):
                try:
                    while True:
                        file.write(b"x" * size)
                except OSError as e:
                    assert e.errno == errno.ENOSPC  # noqa: PT017 - what a full disk says

    def make_room(self) -> None:
        (self.place / "ballast").unlink()


def mount(place: Path, megabytes: int) -> str:
    """Mounts one, where that is possible: as root on Linux, outside of a container that forbids it. Returns
    why it is not."""
    place.mkdir()
    options = ["-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(place)]
    if os.name != "posix" or os.geteuid() != 0:
        return "only root can mount a small disk"
    mounted = subprocess.run(["mount", *options], capture_output=True, text=True, check=False)
    return f"no small disk can be mounted here: {mounted.stderr.strip()}" if mounted.returncode else ""


def unmount(place: Path) -> None:
    """Lazily: what still has a file open there is about to end."""
    subprocess.run(["umount", "--lazy", str(place)], check=True)


@contextmanager
def small_disk(place: Path, megabytes: int = 4) -> Iterator[Disk]:
    """One for a test, which is skipped where there can be none."""
    if why_not := mount(place, megabytes):
        pytest.skip(why_not)
    try:
        yield Disk(place)
    finally:
        unmount(place)
