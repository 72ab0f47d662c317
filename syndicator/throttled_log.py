"""A throttled log, for what anybody may cause as often as they like: nobody fills the log by it."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

log = logging.getLogger(__name__)

#: Seconds between two lines about the same.
PAUSE_S = 60.0


class ThrottledLog:
    """A log that writes the first of many like lines, and then at most one a minute, with the number of those
    left out."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.clock = clock
        self._logged_at, self._left_out = float("-inf"), 0

    def warn(self, message: str, *values: object) -> None:
        """Write a warning, or count it where the last one is too recent."""
        now = self.clock()
        if now - self._logged_at < PAUSE_S:
            self._left_out += 1
            return
        more = f" ({self._left_out} more like it since the last such line)" if self._left_out else ""
        log.warning(message + more, *values)  # noqa: G003 - what is added holds no value of anybody's
        self._logged_at, self._left_out = now, 0
