"""The Dockerfile's own steps, carried out without Docker: in a folder that stands for the image."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.shipped.environments import INSTALL_TIMEOUT_S, ROOT, Environment

#: Programs that would change this machine, or that are the image's own: what stands in for them.
STAND_INS = {
    "useradd": "exit 0",
    "chown": "exit 0",
    # uv takes what these steps ask of pip, and keeps what it has downloaded, but for the option against that
    "pip": """
args=(); for arg in "$@"; do [[ $arg == --no-cache-dir ]] || args+=("$arg"); done
if command -v uv >/dev/null; then exec uv pip "${args[@]}" --quiet --python "$IMAGE_PYTHON"; fi
exec "$IMAGE_PYTHON" -m pip --quiet "${args[@]}"
""",
}


@dataclass
class Image:
    """``root``: what is ``/`` in the image. Its Python is a new environment's."""

    root: Path
    python: Environment
    workdir: str = "/"

    def build(self) -> None:
        """All steps of the Dockerfile, in order, over what .dockerignore lets into its context."""
        self._put_stand_ins()
        for line in (ROOT / "Dockerfile").read_text().splitlines():
            step, _, told = line.partition(" ")
            if step == "WORKDIR":
                self.workdir = told
                self._place(told).mkdir(parents=True, exist_ok=True)
            elif step == "COPY":
                self._copy(told.split())
            elif step == "RUN":
                self._run(told)
            else:
                assert step in ("FROM", "USER", "CMD", ""), line

    def _place(self, path: str) -> Path:
        return self.root / str(Path(self.workdir, path)).lstrip("/")

    def _copy(self, told: list[str]) -> None:
        *sources, target = told
        for source in sources:
            assert is_in_context(source), f"{source}: .dockerignore keeps it out of the image"
            place = self._place(target)
            if (ROOT / source).is_dir():
                shutil.copytree(ROOT / source, place, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(ROOT / source, place / source if target.endswith("/") else place)

    def _run(self, command: str) -> None:
        # absolute paths are the image's
        inside = re.sub(r"(?<=\s)/(?=[a-z])", f"{shlex.quote(str(self.root))}/", command)
        done = subprocess.run(
            ["bash", "-c", inside],
            cwd=self._place("."),
            env={
                **self.python.variables,
                "PATH": f"{self.root}/stand-ins{os.pathsep}{self.python.variables['PATH']}",
                "IMAGE_PYTHON": str(self.python.bin / "python"),
            },
            capture_output=True,
            text=True,
            timeout=INSTALL_TIMEOUT_S,
            check=False,
        )
        assert done.returncode == 0, f"RUN {command}: {done.stdout}{done.stderr}"

    def _put_stand_ins(self) -> None:
        folder = self.root / "stand-ins"
        folder.mkdir(parents=True)
        for name, does in STAND_INS.items():
            (folder / name).write_text(f"#!/usr/bin/env bash\n{does}\n")
            (folder / name).chmod(0o755)


def is_in_context(name: str) -> bool:
    """Whether Docker is sent a file: .dockerignore leaves out everything but what it names after ``!``."""
    lines = (ROOT / ".dockerignore").read_text().split()
    assert lines[0] == "*"
    return f"!{name}" in lines
