"""Sending to many callbacks at once, behind the same guard that everything is fetched through.

Callbacks are addresses that strangers have named: they are slow, dead, or meant to reach inside or to hold
us up. Each letter has one deadline for everything, from the name's resolution to the answer's last byte;
connections are kept open between letters; nobody waits for anybody else.
"""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from itertools import chain
from urllib.parse import urlsplit

import uvloop

from syndicator.errors import FetchError
from syndicator.http import USER_AGENT, Guard, check_address
from syndicator.ports import Letter
from syndicator.subscription import Answer

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

Answered = tuple[Letter, Answer]


@dataclass(frozen=True)
class GuardedCallbacks:
    """See ``ports.Callbacks``. ``deadline`` in seconds for one letter."""

    guard: Guard
    at_once: int = AT_ONCE
    deadline: float = DEADLINE
    user_agent: str = USER_AGENT

    def send(self, letters: Iterable[Letter]) -> Iterator[Sequence[Answered]]:
        letters = iter(letters)
        first = next(letters, None)
        if first is None:  # most often: no loop is needed
            return
        run = Run(self, chain([first], letters))
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            try:
                while group := runner.run(run.group()):
                    yield group
            finally:
                runner.run(run.end())


def _turns() -> dict[str, asyncio.Semaphore]:
    return defaultdict(lambda: asyncio.Semaphore(AT_HOST))


@dataclass(eq=False)
class Run:
    """One run of many letters, on one event loop."""

    how: GuardedCallbacks
    letters: Iterator[Letter]
    answers: asyncio.Queue[Answered | None] = field(default_factory=asyncio.Queue)
    turns: dict[str, asyncio.Semaphore] = field(default_factory=_turns)
    silences: Counter[str] = field(default_factory=Counter)
    work: asyncio.Task[None] | None = None

    async def group(self) -> Sequence[Answered]:
        """The next answers; none once there is no letter left. Raises what taking a letter raised, after
        all answers that had come."""
        if self.work is None:
            self.work = asyncio.create_task(self._work())
            self.work.add_done_callback(lambda _: self.answers.put_nowait(None))
        found: list[Answered] = []
        with suppress(TimeoutError):
            async with asyncio.timeout(None) as patience:
                while len(found) < GROUP and not (self.work.done() and self.answers.empty()):
                    answered = await self.answers.get()
                    if answered is None:
                        break
                    if not found:
                        patience.reschedule(asyncio.get_running_loop().time() + GROUP_WAIT)
                    found.append(answered)
        if not found:
            await self.work
        return found

    async def end(self) -> None:
        if self.work:
            self.work.cancel()
            await asyncio.wait([self.work])

    async def _work(self) -> None:
        from syndicator.callbacks.exchange import (  # noqa: PLC0415 - 5 MB that only those who send need
            exchange,
            open_session,
        )

        # As many threads as hands: names that are slow to be found hold up nobody else's.
        resolving = ThreadPoolExecutor(self.how.at_once, "resolving")
        try:
            async with open_session(self.how.guard, self.how.user_agent, resolving) as session:
                hands = [self._hand(partial(exchange, session)) for _ in range(self.how.at_once)]
                ended = await asyncio.gather(*hands, return_exceptions=True)  # what is under way is answered
        finally:
            resolving.shutdown(wait=False, cancel_futures=True)
        for error in ended:
            if error:
                raise error

    async def _hand(self, ask: Callable[[Letter], Awaitable[Answer]]) -> None:
        for letter in self.letters:
            try:
                answer = await self._in_turn(letter, ask)
            except FetchError as e:
                answer = Answer(error=e.why)
            self.answers.put_nowait((letter, answer))

    async def _in_turn(self, letter: Letter, ask: Callable[[Letter], Awaitable[Answer]]) -> Answer:
        check_address(letter.url, self.how.guard)
        host = urlsplit(letter.url).hostname or ""
        turn = self.turns[host]
        try:
            async with asyncio.timeout(LONGEST):
                await turn.acquire()
        except TimeoutError:
            return Answer(error="its host is too slow")
        try:
            if self.silences[host] >= SILENCES:
                return Answer(error="its host gives no answer")
            async with asyncio.timeout(self.how.deadline):
                answer = await ask(letter)
        except TimeoutError:
            self.silences[host] += 1
            return Answer(error=f"no answer in {self.how.deadline:g} s")
        finally:
            turn.release()
        self.silences[host] = 0
        return answer
