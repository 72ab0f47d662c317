"""The time of day as processes under trial see it, stepped while they run."""

from __future__ import annotations

import shutil
import struct
import subprocess
from pathlib import Path

SOURCE = Path(__file__).parent / "stepped_clock.c"


class SteppedClock:
    """Needs a C compiler and Linux. ``why_not``: why there is none; then every clock is as it is."""

    def __init__(self, folder: Path) -> None:
        self._library, self._file = folder / "stepped_clock.so", folder / "step"
        self._file.write_bytes(struct.pack("=q", 0))
        self.why_not = self._build()

    @property
    def environment(self) -> dict[str, str]:
        if self.why_not:
            return {}
        return {"LD_PRELOAD": str(self._library), "STEPPED_CLOCK": str(self._file)}

    def step(self, seconds: float) -> None:
        """The time of day is so much ahead of the true one from now on, everywhere at once."""
        with self._file.open("r+b") as file:
            file.write(struct.pack("=q", int(seconds * 1e9)))

    def _build(self) -> str:
        compiler = shutil.which("cc")
        if compiler is None:
            return "no C compiler"
        command = [compiler, "-shared", "-fPIC", "-O1", "-o", str(self._library), str(SOURCE)]
        made = subprocess.run(command, capture_output=True, text=True, check=False)
        return made.stderr.strip().partition("\n")[0]
