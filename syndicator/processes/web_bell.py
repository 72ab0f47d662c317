"""The web server's bell: what an operator decides, or a subscriber asks for, is in hand at once.

Nobody waits for it. A request only leaves a note; one thread sends them, and if the broker is away or hangs,
it is that thread which hangs, for a bounded time where the broker's client can be told so. What is lost is
found by the next sweep.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from queue import Full, Queue
from typing import Any

from kombu.connection import Connection
from kombu.exceptions import KombuError

from syndicator.brokers import error_line
from syndicator.domain.errors import SyndicatorError
from syndicator.jobs.job import Job
from syndicator.jobs.ports import MESSAGE_LIFE
from syndicator.processes.celery_settings import broker
from syndicator.processes.task_message import publish
from syndicator.throttled_log import ThrottledLog

log = logging.getLogger(__name__)

#: Seconds for a connection to the broker, and for each of its answers.
CONNECT_TIMEOUT_S, ANSWER_TIMEOUT_S = 2, 5

#: Notes that may wait to be sent; any more are left to the next sweep.
MAX_NOTES = 1000

#: The brokers' options that limit a wait, by the beginning of their addresses.
TIMEOUT_OPTIONS: Mapping[str, Mapping[str, Any]] = {
    "redis": {"socket_connect_timeout": CONNECT_TIMEOUT_S, "socket_timeout": ANSWER_TIMEOUT_S},
    "sentinel": {"socket_connect_timeout": CONNECT_TIMEOUT_S, "socket_timeout": ANSWER_TIMEOUT_S},
    "amqp": {"read_timeout": ANSWER_TIMEOUT_S, "write_timeout": ANSWER_TIMEOUT_S},
}


def connection(url: str) -> Connection:
    """A connection to the broker, not made yet, on which nothing waits for ever."""
    options = broker(url)
    timeouts = next((timeouts for scheme, timeouts in TIMEOUT_OPTIONS.items() if url.startswith(scheme)), {})
    return Connection(
        options["broker_url"],
        transport_options={**options["broker_transport_options"], **timeouts},
        connect_timeout=CONNECT_TIMEOUT_S,
    )


class WebBell:
    """See ``jobs.ports.Bell``. ``url``: the broker as it is declared; the first ring connects to it."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._notes: Queue[tuple[float, Job, str]] = Queue(MAX_NOTES)
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._away, self._full = ThrottledLog(), ThrottledLog()

    def ring(self, job: Job, name: str) -> None:
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._send_all, name="bell", daemon=True)
                self._thread.start()
        try:
            self._notes.put_nowait((time.monotonic(), job, name))
        except Full:
            self._full.warn("broker: hangs (%s %s waits for the next sweep)", job, name)

    def _send_all(self) -> None:
        line: Connection | None = None
        while True:
            noted_at, job, name = self._notes.get()
            # a broker that hung is not told old news
            if time.monotonic() - noted_at < MESSAGE_LIFE.total_seconds():
                line = self._send_note(line, job, name)
            self._notes.task_done()

    def _send_note(self, line: Connection | None, job: Job, name: str) -> Connection | None:
        """Send one note. Returns the connection for the next one. A reused one may have been idle for too
        long: then the note is tried once more on a new one."""
        for reused in (line, None) if line else (None,):
            try:
                current = reused or connection(self.url)
            except SyndicatorError as e:
                error = str(e)
                break
            try:
                publish(current.Producer(), job, name)
            except (KombuError, OSError) as e:
                _close(current)
                error = error_line(e)
            except Exception:  # no note may end the thread
                log.exception("%s %s could not be rung", job, name)
                _close(current)
                return None
            else:
                return current
        self._away.warn("broker: %s (%s %s waits for the next sweep)", error, job, name)
        return None


def _close(line: Connection) -> None:
    """Take a connection down, however it is; nothing is waited for."""
    with suppress(Exception):
        line.collect()
