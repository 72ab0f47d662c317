"""What ringing through Celery costs, against calling the same function directly.

    ./run bench ringing

A task that asks the database one question and ends, on the embedded broker, one worker in threads.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent
CALLS = 300

DECLARATIONS = """
[site]
title = "Bench"
url = "https://bench.example/"
[channels.outbox]
kind = "outbox"
folder = "var/outbox"
"""

RING = """
import json, time
from syndicator.jobs.job import Job
from syndicator.processes.worker import CeleryBell, open_once
opened = open_once()
started = time.perf_counter()
for _ in range({times}):
    opened.deliver("outbox")
direct = time.perf_counter() - started
bell = CeleryBell()
started = time.perf_counter()
for _ in range({times}):
    bell.ring(Job.DELIVER, "outbox")
print(json.dumps([direct, time.perf_counter() - started]))
"""


def main() -> None:
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        (folder / "syndicator.toml").write_text(DECLARATIONS)
        (folder / "feeds").mkdir()
        (folder / "feeds" / "all.toml").write_text('title = "All"\nchannels = ["outbox"]\n')
        environment = {**os.environ, "SYNDICATOR_FOLDER": place, "PYTHONPATH": str(ROOT)}
        python = [sys.executable]
        process = subprocess.run(  # noqa: S603 - our own program
            [*python, "-c", RING.format(times=CALLS)],
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        )
        direct, rung = json.loads(process.stdout.splitlines()[-1])
        messages = folder / "var" / "broker" / "messages"
        worker = subprocess.Popen([*python, "-m", "syndicator", "worker"], env=environment)  # noqa: S603
        started: float | None = None
        try:
            while left := len(list(messages.iterdir())):
                if started is None and left < CALLS:  # the worker has begun
                    started, first = time.perf_counter(), left
                time.sleep(0.01)
            worked_s = (time.perf_counter() - (started or 0)) / first
        finally:
            worker.terminate()
            worker.wait()
    print(f"directly: {direct / CALLS * 1e3:.2f} ms a call")
    print(
        f"ringing: {rung / CALLS * 1e3:.2f} ms; from the broker through a worker: "
        f"{worked_s * 1e3:.2f} ms each"
    )
    print(f"the Celery path costs {(rung / CALLS + worked_s) / (direct / CALLS):.1f} times the call alone")


if __name__ == "__main__":
    main()
