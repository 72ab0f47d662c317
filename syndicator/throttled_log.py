"""Lines in the log about what anybody may do as often as they like: nobody fills the log by doing it."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

log = logging.getLogger(__name__)

#: Seconds between two lines about the same.
EVERY = 60.0


class Seldom:
    """Tells the first of many, and then at most one a minute, with how many were not told."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.clock = clock
        self._told, self._untold = float("-inf"), 0

    def tell(self, message: str, *values: object) -> None:
        now = self.clock()
        if now - self._told < EVERY:
            self._untold += 1
            return
        more = f" ({self._untold} more like it since the last such line)" if self._untold else ""
        log.warning(message + more, *values)  # noqa: G003 - what is added holds no value of anybody's
        self._told, self._untold = now, 0
