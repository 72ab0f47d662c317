"""Sending to many callbacks at once, behind the same guard that everything is fetched through.

Callbacks are addresses that strangers have named: they are slow, dead, or meant to reach inside or to hold
us up. Each request has one deadline for everything, from the name's resolution to the reply's last byte;
connections are kept open between requests; nobody waits for anybody else.

Two threads: an event loop in one of its own sends and does nothing else (``Loop``); requests are taken and
results handed over in the thread that calls (``Sending``). However long a database keeps that waiting,
replies are read when they come, and no deadline runs out over it.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from itertools import chain
from queue import Empty, SimpleQueue
from urllib.parse import urlsplit

import uvloop

from syndicator.domain.errors import FetchError
from syndicator.domain.subscription import CallbackReply
from syndicator.http.client import USER_AGENT, AddressGuard, check_address
from syndicator.jobs.ports import CallbackRequest

#: Requests in hand at once, and of them under way to one host: others to it wait for their turn, and leave
#: most hands to everybody else.
MAX_REQUESTS, MAX_HOST_REQUESTS = 512, 32

#: Seconds that a request may wait for its turn: then its host is too slow for so many.
TURN_TIMEOUT_S = 30.0

#: Seconds for one request in all, once its turn has come.
DEADLINE_S = 10.0

#: Results are handed over in groups of so many, or after so many seconds.
GROUP_SIZE, GROUP_WAIT_S = 200, 0.5

#: Seconds that a reply may wait for others on its way to the caller's thread: each time that is woken, it and
#: the loop contend for the interpreter's lock.
HAND_OVER_WAIT_S = 0.02

#: A host that has given no reply so many times in a row is not waited for again by the same ``send``.
MAX_SILENCES = 8

#: Seconds between the first and the last request that are given to a host at once, at most: so long a turn
#: that ended in silence is kept, or its next one would begin before the others' silence is known.
SILENCES_SPREAD_S = 0.5

Result = tuple[CallbackRequest, CallbackReply]
Ended = tuple[CallbackRequest, asyncio.Task[CallbackReply]]


@dataclass(frozen=True)
class GuardedCallbacks:
    """See ``jobs.ports.Callbacks``. ``deadline`` in seconds for one request."""

    guard: AddressGuard
    at_once: int = MAX_REQUESTS
    deadline: float = DEADLINE_S
    user_agent: str = USER_AGENT

    def send(self, requests: Iterable[CallbackRequest]) -> Iterator[Sequence[Result]]:
        requests = iter(requests)
        first = next(requests, None)
        if first is None:  # most often: no loop is needed
            return
        with _running(self) as loop:
            yield from Sending(loop, chain([first], requests)).groups()


@contextmanager
def _running(options: GuardedCallbacks) -> Iterator[Loop]:
    """An event loop that turns in a thread of its own."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        loop = Loop(options, runner.get_loop())
        runner.run(loop.open())
        thread = threading.Thread(target=loop.events.run_forever, name="callbacks", daemon=True)
        thread.start()
        try:
            yield loop
        finally:
            loop.events.call_soon_threadsafe(loop.events.stop)
            thread.join()
            runner.run(loop.close())


@dataclass(eq=False)
class Sending:
    """The caller's side: requests are taken as soon as they may be under way, and results handed over in
    groups."""

    loop: Loop
    requests: Iterator[CallbackRequest]
    has_more: bool = True
    under_way: int = 0
    errors: list[BaseException] = field(default_factory=list)

    def groups(self) -> Iterator[Sequence[Result]]:
        """The results, in groups as they come. Raises what taking a request raised, or a defect in sending
        one, after all results."""
        while group := self._group():
            yield group
        for error in self.errors:
            raise error

    def _group(self) -> Sequence[Result]:
        """The next results; none once all requests have theirs."""
        group: list[Result] = []
        end = 0.0
        while len(group) < GROUP_SIZE:
            self._fill()
            if not self.under_way:
                break
            try:
                ended = self.loop.ended.get(timeout=max(0.0, end - time.monotonic()) if group else None)
            except Empty:
                break
            self.under_way -= len(ended)
            end = end or time.monotonic() + GROUP_WAIT_S
            for request, task in ended:
                if error := task.exception():
                    self._stop(error)
                else:
                    group.append((request, task.result()))
        return group

    def _fill(self) -> None:
        while self.has_more and self.under_way < self.loop.options.at_once:
            try:
                request = next(self.requests, None)
            except Exception as e:  # noqa: BLE001 - it is raised once all results are in
                self._stop(e)
                return
            if request is None:
                self.has_more = False
                return
            self.loop.start(request)
            self.under_way += 1

    def _stop(self, error: BaseException) -> None:
        self.errors.append(error)
        self.has_more = False


def _turns() -> dict[str, asyncio.Semaphore]:
    return defaultdict(lambda: asyncio.Semaphore(MAX_HOST_REQUESTS))


@dataclass(eq=False)
class Loop:
    """Requests under way on the event loop. ``start`` and ``ended`` are for the caller's thread, all else is
    the loop's own."""

    options: GuardedCallbacks
    events: asyncio.AbstractEventLoop
    ended: SimpleQueue[Sequence[Ended]] = field(default_factory=SimpleQueue)
    ending: list[Ended] = field(default_factory=list)
    turns: dict[str, asyncio.Semaphore] = field(default_factory=_turns)
    silences: Counter[str] = field(default_factory=Counter)
    tasks: set[asyncio.Task[CallbackReply]] = field(default_factory=set)

    async def open(self) -> None:
        from syndicator.callbacks.exchange import (  # noqa: PLC0415 - 5 MB that only those who send need
            exchange,
            open_session,
        )

        # As many threads as requests: names that are slow to be found hold up nobody else's.
        self.resolving = ThreadPoolExecutor(self.options.at_once, "resolving")
        self.session = open_session(self.options.guard, self.options.user_agent, self.resolving)
        self.exchange = partial(exchange, self.session)

    async def close(self) -> None:
        """End what is under way."""
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)
        await self.session.close()
        self.resolving.shutdown(wait=False, cancel_futures=True)

    def start(self, request: CallbackRequest) -> None:
        """Send a request. Its task is in ``ended`` once it has its reply, or has failed."""
        self.events.call_soon_threadsafe(self._start, request)

    def _start(self, request: CallbackRequest) -> None:
        task = self.events.create_task(self._reply(request))
        self.tasks.add(task)
        task.add_done_callback(partial(self._end, request))

    def _end(self, request: CallbackRequest, task: asyncio.Task[CallbackReply]) -> None:
        self.tasks.discard(task)
        self.ending.append((request, task))
        if not self.tasks:
            self._hand_over()
        elif len(self.ending) == 1:
            self.events.call_later(HAND_OVER_WAIT_S, self._hand_over)

    def _hand_over(self) -> None:
        if self.ending:
            self.ended.put(self.ending)
            self.ending = []

    async def _reply(self, request: CallbackRequest) -> CallbackReply:
        try:
            return await self._in_turn(request)
        except FetchError as e:
            return CallbackReply(error=e.why)

    async def _in_turn(self, request: CallbackRequest) -> CallbackReply:
        check_address(request.url, self.options.guard)
        host = urlsplit(request.url).hostname or ""
        turn = self.turns[host]
        try:
            async with asyncio.timeout(TURN_TIMEOUT_S):
                await turn.acquire()
        except TimeoutError:
            return CallbackReply(error="its host is too slow")
        try:
            if self.silences[host] >= MAX_SILENCES:
                return CallbackReply(error="its host gives no answer")
            async with asyncio.timeout(self.options.deadline):
                reply = await self.exchange(request)
        except TimeoutError:
            self.silences[host] += 1
            await asyncio.sleep(SILENCES_SPREAD_S)
            return CallbackReply(error=f"no answer in {self.options.deadline:g} s")
        finally:
            turn.release()
        self.silences[host] = 0
        return reply
