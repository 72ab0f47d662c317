"""A worker's connection to the broker: its loss is one line in the log, and it is made again later."""

from __future__ import annotations

import logging
import warnings
from typing import Any

from celery.exceptions import CPendingDeprecationWarning
from celery.worker import consumer

from syndicator.brokers import error_line

log = logging.getLogger(__name__)


class Consumer(consumer.Consumer):  # type: ignore[misc]  # Celery has no types
    """Celery's, for queues whose messages nobody acknowledges, and brokers that go away and come back."""

    def call_soon_ack(self, *_: Any, **__: Any) -> None:
        """Celery acknowledges whatever it has taken, and ends the worker where the connection is no more."""

    def on_connection_error_after_connected(self, error: Exception) -> None:
        """Closing what is lost fails in its turn: kombu's channel for Redis asks a connection that is no more
        for its host's name, which would end the worker, too."""
        # Celery warns of what its next version does with tasks under way: ours go on (settings).
        warnings.simplefilter("ignore", CPendingDeprecationWarning)
        try:
            super().on_connection_error_after_connected(error)
        except Exception as e:  # noqa: BLE001 - whatever it is, the connection is no more
            log.debug("broker: closing a connection that is lost: %s: %s", type(e).__name__, e)
            self.connection = None


class OneLineErrors(logging.Filter):
    """A filter that takes the tracebacks from what Celery and kombu log of a broker that is away: they show
    their own inside and, hundreds of lines long, hide what an operator has to know."""

    def __init__(self, errors: tuple[type[BaseException], ...]) -> None:
        super().__init__()
        self._errors = errors

    def filter(self, record: logging.LogRecord) -> bool:
        error: Any = record.exc_info[1] if record.exc_info else None
        if record.name.startswith(("celery", "kombu")) and isinstance(error, self._errors):
            record.exc_info = record.exc_text = None
            record.msg, record.args = f"{record.getMessage().strip()}: {error_line(error)}", None
        return True
