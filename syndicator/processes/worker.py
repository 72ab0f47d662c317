"""Celery: the tasks (shells around the jobs), and the processes that run them.

Messages are doorbells: they carry a name, rows carry the truth. A message that is lost, late or
delivered twice changes nothing.
"""

from __future__ import annotations

import logging
import os
import signal
import threading
import warnings
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from celery import Celery, Task
from celery.platforms import SecurityWarning
from celery.signals import worker_ready, worker_shutting_down
from kombu.exceptions import KombuError, OperationalError

from syndicator.brokers import error_line
from syndicator.domain.errors import SyndicatorError
from syndicator.jobs.job import Job, LaneThreads
from syndicator.jobs.process_marks import DEAD_VARIABLE
from syndicator.jobs.stopping import STOPPING
from syndicator.processes import celery_settings, parent_watch
from syndicator.processes.garbage import collect_as_usual
from syndicator.processes.lanes import lanes
from syndicator.processes.reconnecting import Consumer, OneLineErrors
from syndicator.processes.task_message import publish
from syndicator.throttled_log import ThrottledLog

if TYPE_CHECKING:
    from syndicator.wiring import App

log = logging.getLogger(__name__)

app = Celery("syndicator", set_as_current=False)
app.config_from_object("syndicator.processes.celery_settings")
# called when a broker is needed, not when this is imported
app.add_defaults(celery_settings.declared_broker)

#: Seconds between signs of life.
BEAT_S = 10.0


class CeleryBell:
    """Rings by sending a task. A broker that is away is no error: the next sweep rings again."""

    def __init__(self) -> None:
        self._away = ThrottledLog()

    def ring(self, job: Job, name: str) -> None:
        try:
            with app.producer_or_acquire() as producer:
                publish(producer, job, name)
        except (KombuError, OSError) as e:
            self._away.warn("broker: %s (%s waits for the next sweep)", error_line(e), f"{job} {name}")


@cache
def open_once() -> App:
    """This process's application, opened once. Imported here: a beat never needs it."""
    from syndicator.wiring import open_app  # noqa: PLC0415

    return open_app(celery_settings.folder(), bell=CeleryBell())


def _register(job: Job) -> None:
    """Make the Celery task of a job."""

    @app.task(name=job.value, bind=True)
    def task(request: Task, name: str = "beat") -> None:  # a beat of an older version gives none
        _run(request, job, name)


for _job in Job:
    _register(_job)


def _run(task: Task, job: Job, name: str) -> None:
    """Do a job. What goes wrong outside of us is logged in one line, and done by a later sweep. A message
    that has waited in its lane beyond its life is dropped: a later sweep has rung again."""
    expires = task.request.expires
    if expires and datetime.fromisoformat(expires) < datetime.now(UTC):
        return
    try:
        open_once().work(job)(name)
    except SyndicatorError as e:
        task_name = job if job is Job.SWEEP else f"{job} {name}"
        log.warning("%s: %s (a later sweep tries again)", task_name, e)


def run_worker(jobs: Sequence[str], concurrency: int | None) -> None:
    """Work until told to stop. ``concurrency``: threads for each kind of job, at the most."""
    dead_marks = os.environ.get(DEAD_VARIABLE, "").split()
    if dead_marks and (row_count := open_once().store.free_rows(dead_marks)):
        log.info("rows taken from a worker that has died: %d", row_count)
    if Job.DELIVER in jobs:
        _stop_what_lacks_a_secret(open_once())
        _tell_of_ending_tokens(open_once())
        _renew_tokens(open_once())
    if Job.BROADCAST in jobs:
        _read_returned_mail(open_once())
    threads = {job.value: open_once().threads(job) for job in Job}
    if concurrency:
        threads = {job: LaneThreads(min(each.width, concurrency)) for job, each in threads.items()}
    worker_ready.connect(_report_alive, weak=False)
    worker_shutting_down.connect(_begin_nothing_more, weak=False)
    _shorten_broker_errors()
    # Celery warns root about pickled messages; we take nothing but JSON.
    warnings.filterwarnings("ignore", category=SecurityWarning)
    worker = app.Worker(
        pool=lanes(threads),
        concurrency=sum(each.width for each in threads.values()),
        consumer_cls=Consumer,
        queues=list(jobs),
        hostname=process_name(),
        loglevel="WARNING",
        quiet=True,
        without_gossip=True,
        without_mingle=True,
    )
    worker.start()
    if worker.exitcode:  # else a supervisor would take it for an orderly end
        raise SyndicatorError("the worker has ended by an error: start it again")


def _stop_what_lacks_a_secret(application: App) -> None:
    """Operators are told of a channel that cannot post before there is something to post."""
    for name, reason in application.declared.missing_secrets.items():
        log.warning("channel %s: stopped: %s", name, reason)
        application.store.stop_channel(name, reason)


def _tell_of_ending_tokens(application: App) -> None:
    """Operators are told of a channel that will stop by itself while there is time."""
    for name, remark in application.declared.ending_tokens(datetime.now(UTC)).items():
        log.warning("channel %s: %s", name, remark)


def _renew_tokens(application: App) -> None:
    from syndicator.processes.renewed_tokens import renew_tokens  # noqa: PLC0415 - likewise

    renew_tokens(application)


def _read_returned_mail(application: App) -> None:
    from syndicator.processes.returned_mail import read_returned_mail  # noqa: PLC0415 - likewise

    read_returned_mail(application)


def _begin_nothing_more(**_: object) -> None:
    STOPPING.set()


def _shorten_broker_errors() -> None:
    with app.connection_for_read() as connection:
        errors = (*connection.connection_errors, *connection.channel_errors, OperationalError, OSError)
    for handler in logging.getLogger().handlers:
        handler.addFilter(OneLineErrors(errors))


def run_beat() -> None:
    """Ring for a sweep every few seconds, until told to stop. Any number of beats may run: sweeping twice is
    harmless. Celery's own beat counts by the clock on the wall: set back by a day, it rings for none."""
    _shorten_broker_errors()
    is_over = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: is_over.set())
    bell, name = CeleryBell(), parent_watch.process_name("beat")
    collect_as_usual()
    while not is_over.is_set():
        bell.ring(Job.SWEEP, name)
        is_over.wait(celery_settings.SWEEP_EVERY_S)


def process_name() -> str:
    """This worker's name, to Celery and on record."""
    return parent_watch.process_name("worker")


def _report_alive(**_: Any) -> None:
    from syndicator.store.pulse import Pulse  # noqa: PLC0415 - likewise
    from syndicator.wiring import notice_older_record  # noqa: PLC0415 - likewise

    log.info("worker ready")
    collect_as_usual()
    application = open_once()
    Pulse(process_name(), "worker").start(
        application.store,
        BEAT_S,
        lambda: notice_older_record(application),  # it may be put back under our hands
        lambda: application.store.forget_events(datetime.now(UTC)),
        lambda: application.store.forget_recipients(datetime.now(UTC)),
        lambda: application.store.forget_payloads(datetime.now(UTC)),
    )
