"""Sending to many callbacks at once, behind the same guard that everything is fetched through.

Callbacks are addresses that strangers have named: they are slow, dead, or meant to reach inside or to hold
us up. Each letter has one deadline for everything, from the name's resolution to the answer's last byte;
connections are kept open between letters; nobody waits for anybody else.

The event loop runs in a thread of its own, and does nothing but send. Whoever sends takes letters and writes
down answers in the thread that calls: however long a database keeps that waiting, answers are read when they
come, and no deadline runs out over it.
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
from syndicator.jobs.ports import Letter

#: Letters in hand at once, and of them under way to one host: others to it wait for their turn, and leave
#: most hands to everybody else.
AT_ONCE, AT_HOST = 512, 32

#: Seconds that a letter may wait for its turn: then its host is too slow for so many.
LONGEST = 30.0

#: Seconds for one letter in all, once its turn has come.
DEADLINE = 10.0

#: Answers are handed over in groups of so many, or after so many seconds.
GROUP, GROUP_WAIT = 200, 0.5

#: A host that has given no answer so many times in a row is not waited for again in this run.
SILENCES = 8

Answered = tuple[Letter, CallbackReply]
Ended = tuple[Letter, asyncio.Task[CallbackReply]]


@dataclass(frozen=True)
class GuardedCallbacks:
    """See ``jobs.ports.Callbacks``. ``deadline`` in seconds for one letter."""

    guard: AddressGuard
    at_once: int = AT_ONCE
    deadline: float = DEADLINE
    user_agent: str = USER_AGENT

    def send(self, letters: Iterable[Letter]) -> Iterator[Sequence[Answered]]:
        letters = iter(letters)
        first = next(letters, None)
        if first is None:  # most often: no loop is needed
            return
        with _running(self) as run:
            yield from Sending(run, chain([first], letters)).groups()


@contextmanager
def _running(how: GuardedCallbacks) -> Iterator[Run]:
    """A run whose event loop turns in a thread of its own."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        run = Run(how, runner.get_loop())
        runner.run(run.open())
        thread = threading.Thread(target=run.loop.run_forever, name="callbacks", daemon=True)
        thread.start()
        try:
            yield run
        finally:
            run.loop.call_soon_threadsafe(run.loop.stop)
            thread.join()
            runner.run(run.close())


@dataclass(eq=False)
class Sending:
    """What is done in the thread that calls: letters are taken as soon as they may be under way, and answers
    handed over in groups."""

    run: Run
    letters: Iterator[Letter]
    has_more: bool = True
    under_way: int = 0
    errors: list[BaseException] = field(default_factory=list)

    def groups(self) -> Iterator[Sequence[Answered]]:
        """Raises what taking a letter raised, or a defect in sending one, after all answers."""
        while group := self._group():
            yield group
        for error in self.errors:
            raise error

    def _group(self) -> Sequence[Answered]:
        """The next answers; none once all letters are answered."""
        group: list[Answered] = []
        end = 0.0
        while len(group) < GROUP:
            self._fill()
            if not self.under_way:
                break
            try:
                letter, task = self.run.ended.get(timeout=max(0.0, end - time.monotonic()) if group else None)
            except Empty:
                break
            self.under_way -= 1
            if error := task.exception():
                self._stop(error)
                continue
            end = end or time.monotonic() + GROUP_WAIT
            group.append((letter, task.result()))
        return group

    def _fill(self) -> None:
        while self.has_more and self.under_way < self.run.how.at_once:
            try:
                letter = next(self.letters, None)
            except Exception as e:  # noqa: BLE001 - it is raised once all answers are in
                self._stop(e)
                return
            if letter is None:
                self.has_more = False
                return
            self.run.start(letter)
            self.under_way += 1

    def _stop(self, error: BaseException) -> None:
        self.errors.append(error)
        self.has_more = False


def _turns() -> dict[str, asyncio.Semaphore]:
    return defaultdict(lambda: asyncio.Semaphore(AT_HOST))


@dataclass(eq=False)
class Run:
    """Letters under way on one event loop. ``start`` and ``ended`` are for another thread, all else is the
    loop's own."""

    how: GuardedCallbacks
    loop: asyncio.AbstractEventLoop
    ended: SimpleQueue[Ended] = field(default_factory=SimpleQueue)
    turns: dict[str, asyncio.Semaphore] = field(default_factory=_turns)
    silences: Counter[str] = field(default_factory=Counter)
    tasks: set[asyncio.Task[CallbackReply]] = field(default_factory=set)

    async def open(self) -> None:
        from syndicator.callbacks.exchange import (  # noqa: PLC0415 - 5 MB that only those who send need
            exchange,
            open_session,
        )

        # As many threads as letters: names that are slow to be found hold up nobody else's.
        self.resolving = ThreadPoolExecutor(self.how.at_once, "resolving")
        self.session = open_session(self.how.guard, self.how.user_agent, self.resolving)
        self.exchange = partial(exchange, self.session)

    async def close(self) -> None:
        """End what is under way."""
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)
        await self.session.close()
        self.resolving.shutdown(wait=False, cancel_futures=True)

    def start(self, letter: Letter) -> None:
        """Send a letter. What becomes of it is in ``ended``."""
        self.loop.call_soon_threadsafe(self._start, letter)

    def _start(self, letter: Letter) -> None:
        task = self.loop.create_task(self._answer(letter))
        self.tasks.add(task)
        task.add_done_callback(partial(self._end, letter))

    def _end(self, letter: Letter, task: asyncio.Task[CallbackReply]) -> None:
        self.tasks.discard(task)
        self.ended.put((letter, task))

    async def _answer(self, letter: Letter) -> CallbackReply:
        try:
            return await self._in_turn(letter)
        except FetchError as e:
            return CallbackReply(error=e.why)

    async def _in_turn(self, letter: Letter) -> CallbackReply:
        check_address(letter.url, self.how.guard)
        host = urlsplit(letter.url).hostname or ""
        turn = self.turns[host]
        try:
            async with asyncio.timeout(LONGEST):
                await turn.acquire()
        except TimeoutError:
            return CallbackReply(error="its host is too slow")
        try:
            if self.silences[host] >= SILENCES:
                return CallbackReply(error="its host gives no answer")
            async with asyncio.timeout(self.how.deadline):
                answer = await self.exchange(letter)
        except TimeoutError:
            self.silences[host] += 1
            return CallbackReply(error=f"no answer in {self.how.deadline:g} s")
        finally:
            turn.release()
        self.silences[host] = 0
        return answer
