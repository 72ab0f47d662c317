"""What one address may have of us: wrong guesses, requests, whole feeds, and open connections."""

from __future__ import annotations

import time
from collections import Counter, deque
from collections.abc import Callable

from syndicator.throttled_log import ThrottledLog
from syndicator.web.callers import Callers, network

#: Wrong passwords that one address may send within so many seconds.
MAX_FAILURES, WINDOW_S = 10, 60.0

#: Wrong guesses of all addresses together in ``WINDOW_S``, from which on their answers are held back: for a
#: second where they are twice as many, and so on up to the longest delay.
MAX_PROMPT_FAILURES, MAX_DELAY_S = 100, 5.0

#: Addresses whose failures are remembered.
MAX_ADDRESSES = 4096

#: Connections that one address (or IPv6 network) may have open; idle ones of feed readers count, too.
MAX_CONNECTIONS_PER_ADDRESS = 256


class Throttle:
    """Counts failures (or requests, where all of them count) by address within the last ``WINDOW_S``
    seconds. ``limit``: how many there may be.

    Whoever is right is let in at any time, so that nobody is shut out by another's guesses: only wrong
    answers are counted, refused and held back.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic, limit: int = MAX_FAILURES) -> None:
        self.clock, self.limit = clock, limit
        self._failures: dict[str, deque[float]] = {}
        self._level, self._level_at, self._log = 0.0, clock(), ThrottledLog(clock)

    def wait(self, address: str) -> float:
        """Seconds until the address may fail again; 0 if it may now."""
        failures = self._failures.get(address)
        if failures is None or len(failures) < self.limit:
            return 0.0
        return max(0.0, failures[0] + WINDOW_S - self.clock())

    def record(self, address: str) -> None:
        """Count one failure of the address."""
        failures = self._failures.pop(address, None) or deque(maxlen=self.limit)
        failures.append(self.clock())
        self._failures[address] = failures
        if len(self._failures) > MAX_ADDRESSES:  # forget who has been quiet for longest
            del self._failures[next(iter(self._failures))]

    def record_guess(self, address: str, target: str) -> tuple[float, float]:
        """Count a wrong guess at a ``target`` (as the log names it). Returns the seconds until the address
        may guess again (0: it may now), and the seconds for which the answer is to be held back, which grow
        with the guesses of all addresses together."""
        wait, now = self.wait(address), self.clock()
        self.record(address)
        drained = (now - self._level_at) * MAX_PROMPT_FAILURES / WINDOW_S
        self._level = max(0.0, self._level - drained) + 1
        self._level_at = now
        excess = self._level - MAX_PROMPT_FAILURES
        if excess > 0:
            self._log.warn("many wrong guesses at %s, the latest from %s: answered slowly", target, address)
        return wait, min(max(0.0, excess / MAX_PROMPT_FAILURES), MAX_DELAY_S)


class Allowance:
    """A token bucket for each address: ``limit`` at once, and as many again in each minute."""

    def __init__(self, limit: int, clock: Callable[[], float] = time.monotonic) -> None:
        self.limit, self.clock = limit, clock
        self._buckets: dict[str, tuple[float, float]] = {}  # what is left, and since when

    def wait(self, address: str) -> float:
        """Seconds until the address may have one more; 0: it has just been given it."""
        now = self.clock()
        left, since = self._buckets.pop(address, (self.limit, now))
        left = min(self.limit, left + (now - since) * self.limit / 60)
        is_granted = left >= 1
        self._buckets[address] = (left - 1 if is_granted else left, now)
        if len(self._buckets) > MAX_ADDRESSES:  # forget who has been quiet for longest
            del self._buckets[next(iter(self._buckets))]
        return 0.0 if is_granted else (1 - left) * 60 / self.limit


class ConnectionLimit:
    """Counts open connections by address. ``limit``: how many one may have; declared proxies have any
    number."""

    def __init__(self, callers: Callers, limit: int = MAX_CONNECTIONS_PER_ADDRESS) -> None:
        self.callers, self.limit = callers, limit
        self._open: Counter[str] = Counter()
        self._log = ThrottledLog()

    def opened(self, peer: str) -> bool:
        """Count one more of a peer. Whether it may stay open; ``closed`` is due in any case."""
        client = network(peer)
        self._open[client] += 1
        if self._open[client] <= self.limit or self.callers.trusts(peer):
            return True
        self._log.warn(
            "%s has %d connections open: more are closed ([web] connections; a proxy: [web] proxies)",
            client,
            self.limit,
        )
        return False

    def closed(self, peer: str) -> None:
        """Count one less."""
        client = network(peer)
        self._open[client] -= 1
        if not self._open[client]:
            del self._open[client]
