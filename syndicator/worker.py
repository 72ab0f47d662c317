"""Celery: the tasks (shells around the jobs), and the processes that run them.

Messages are doorbells: they carry a name, rows carry the truth. A message that is lost, late or
delivered twice changes nothing.
"""

from __future__ import annotations

import logging
import os
import socket
import threading
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from celery import Celery
from celery.platforms import SecurityWarning
from celery.signals import worker_ready
from kombu.exceptions import ChannelError, OperationalError

from syndicator import lifeline, settings
from syndicator.errors import SyndicatorError

if TYPE_CHECKING:
    from syndicator.wiring import Newsroom

log = logging.getLogger(__name__)

app = Celery("syndicator", set_as_current=False)
app.config_from_object("syndicator.settings")

#: Seconds between signs of life.
BEAT = 10.0


class CeleryBell:
    """Rings by sending a task. A broker that is away is no error: the next sweep rings again."""

    def ring(self, job: str, name: str) -> None:
        try:
            app.send_task(job, args=[name], queue=job, expires=settings.SWEEP_EVERY * 5, ignore_result=True)
        except (ChannelError, OperationalError, OSError) as e:
            log.warning("broker: %s (%s %s waits for the next sweep)", e, job, name)


@cache
def newsroom() -> Newsroom:
    """This process's newsroom, opened once. Imported here: a beat never needs it."""
    from syndicator.wiring import open_newsroom  # noqa: PLC0415

    return open_newsroom(settings.folder(), bell=CeleryBell())


@app.task(name="watch")
def watch(name: str) -> None:
    with _told("watch", name):
        newsroom().watch(name)


@app.task(name="build")
def build(name: str) -> None:
    with _told("build", name):
        newsroom().build(name)


@app.task(name="deliver")
def deliver(name: str) -> None:
    with _told("deliver", name):
        newsroom().deliver(name)


@app.task(name="distribute")
def distribute(name: str) -> None:
    with _told("distribute", name):
        newsroom().distribute(name)


@app.task(name="sweep")
def sweep() -> None:
    with _told("sweep"):
        newsroom().sweep()


@contextmanager
def _told(*job: str) -> Iterator[None]:
    """What goes wrong outside of us is told in one line, and done by a later sweep."""
    try:
        yield
    except SyndicatorError as e:
        log.warning("%s: %s (a later sweep tries again)", " ".join(job), e)


def run_worker(jobs: Sequence[str], concurrency: int | None) -> None:
    """Work until told to stop. ``concurrency`` ``None``: enough for every row that can be in hand."""
    dead = os.environ.get(lifeline.DEAD, "").split()
    if dead and (taken := newsroom().store.bury(dead)):
        log.info("rows taken from a worker that has died: %d", taken)
    threads = concurrency or newsroom().most_at_once
    worker_ready.connect(_report_alive, weak=False)
    # Celery warns root about pickled messages; we take nothing but JSON.
    warnings.filterwarnings("ignore", category=SecurityWarning)
    app.Worker(
        pool="threads",
        concurrency=threads,
        queues=list(jobs),
        hostname=process_name(),
        loglevel="WARNING",
        quiet=True,
        without_gossip=True,
        without_mingle=True,
    ).start()


def run_beat() -> None:
    """Ring for a sweep every few seconds. Any number of beats may run: sweeping twice is harmless."""
    from celery.beat import Scheduler, SchedulingError  # noqa: PLC0415 - a worker never needs it

    class Ringer(Scheduler):  # type: ignore[misc]  # Celery has no types
        """The plain scheduler, which keeps its clock in memory: nothing is lost with it, the schedule is in
        the rows. A bell that does not ring is told in one line."""

        def apply_entry(self, entry: Any, producer: Any = None) -> None:
            try:
                self.apply_async(entry, producer=producer, advance=False)
            except SchedulingError as e:
                log.warning("beat: %s (it is rung again in a moment)", e)

    app.Beat(scheduler_cls=Ringer, loglevel="WARNING", quiet=True).run()


def process_name() -> str:
    """A name for this process that no other one has."""
    return f"worker-{os.getpid()}@{socket.gethostname()}"


def _report_alive(**_: Any) -> None:
    from syndicator.wiring import keep_mark  # noqa: PLC0415 - likewise

    def report() -> None:
        pause = threading.Event()
        while True:
            try:
                newsroom().store.beat(process_name(), "worker", datetime.now(UTC))
                keep_mark(newsroom())
            except SyndicatorError as e:
                log.warning("could not report that this worker is alive: %s", e)
            except Exception:
                log.exception("could not report that this worker is alive")
            pause.wait(BEAT)

    log.info("worker ready")
    threading.Thread(target=report, name="alive", daemon=True).start()
