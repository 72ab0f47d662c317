"""The message that rings for a job: Celery's, of the second version, written by kombu alone
(https://docs.celeryq.dev/en/stable/internals/protocol.html).

Whoever rings writes it here. Celery's own road to the same message costs twice the time, and 10 MB in a
process that does nothing else with Celery.
"""

from __future__ import annotations

import os
import socket
import uuid
from datetime import UTC, datetime

from kombu.exceptions import OperationalError
from kombu.messaging import Producer

from syndicator.brokers import error_line
from syndicator.jobs.job import Job
from syndicator.jobs.ports import MESSAGE_LIFE


def publish(producer: Producer, job: Job, name: str) -> None:
    """Ring for a job on the row ``name``. Raises ``KombuError`` or ``OSError`` where the broker is away."""
    task = str(uuid.uuid4())
    headers = {
        "lang": "py",
        "task": job.value,
        "id": task,
        "root_id": task,
        "parent_id": None,
        "group": None,
        "eta": None,
        "expires": (datetime.now(UTC) + MESSAGE_LIFE).isoformat(),
        "retries": 0,
        "timelimit": [None, None],
        "argsrepr": repr((name,)),
        "kwargsrepr": "{}",
        "origin": f"{os.getpid()}@{socket.gethostname()}",
        "ignore_result": True,
    }
    embedded = {"callbacks": None, "errbacks": None, "chain": None, "chord": None}
    away = producer.connection.recoverable_connection_errors
    try:
        producer.publish(
            [[name], {}, embedded],
            exchange="",  # the default one, which leads to the queue of that name
            routing_key=job.value,
            headers=headers,
            correlation_id=task,
            serializer="json",
        )
    except away as e:  # each broker's client has its own
        raise OperationalError(error_line(e)) from e
