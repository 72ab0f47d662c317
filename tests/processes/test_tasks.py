"""The names on the wire: tasks and queues, as workers of other versions know them."""

from __future__ import annotations

import subprocess
import sys

import pytest

from syndicator.jobs.job import Job
from syndicator.processes import celery_settings

pytestmark = pytest.mark.slow  # databases or processes throughout

NAMES = ["broadcast", "build", "deliver", "distribute", "sweep", "watch"]


def test_every_job_has_a_task_and_a_queue_of_its_name() -> None:
    assert sorted(Job) == NAMES
    assert sorted(queue.name for queue in celery_settings.task_queues) == NAMES
    assert {name: route["queue"] for name, route in celery_settings.task_routes.items()} == {
        name: name for name in NAMES
    }
    # asked of a process of its own: Celery gives every application the shared tasks of whatever its
    # process has imported, and a peer of the hub's tests has some
    tasks = "from syndicator.processes.worker import app; print(*sorted(app.tasks))"
    told = subprocess.run([sys.executable, "-c", tasks], capture_output=True, text=True, check=True)
    assert [name for name in told.stdout.split() if not name.startswith("celery.")] == NAMES
