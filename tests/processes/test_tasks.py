"""The names on the wire: tasks and queues, as workers of other versions know them."""

from __future__ import annotations

from syndicator.jobs.job import Job
from syndicator.processes import celery_settings
from syndicator.processes.worker import app

NAMES = ["build", "deliver", "distribute", "sweep", "watch"]


def test_every_job_has_a_task_and_a_queue_of_its_name() -> None:
    assert sorted(Job) == NAMES
    assert sorted(name for name in app.tasks if not name.startswith("celery.")) == NAMES
    assert sorted(queue.name for queue in celery_settings.task_queues) == NAMES
    assert {name: route["queue"] for name, route in celery_settings.task_routes.items()} == {
        name: name for name in NAMES
    }
