"""Several lines to a relay at once, and messages handed over on whichever is free."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from queue import Queue
from typing import Any

from syndicator.domain.errors import Misconfigured, OutcomeUnknown, SyndicatorError, TryLater
from syndicator.mail.line import Answer, Line
from syndicator.mail.relay import Relay

#: Lines at once: what relays allow one client, and more would wait for this machine.
LINES = 6

#: Messages under way, and results handed over together: so many that lines go on meanwhile.
MAX_UNDER_WAY, GROUP_SIZE = 120, 50

#: Seconds for which the first result of a group waits for others: what was handed to the relay and is not on
#: record goes out again, should this process die.
GROUP_WAIT_S = 0.5


@dataclass(frozen=True, slots=True)
class OutgoingMail:
    """A message to one recipient. ``content`` makes it, when its turn has come; ``about``: what it is for."""

    sender: str
    recipient: str
    content: Callable[[], bytes] = field(repr=False)
    about: Any = field(default=None, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Handed:
    """A message with the relay's last answer to it; ``None``: there was none, and it may be out."""

    outgoing: OutgoingMail
    answer: Answer | None


#: A message, and how handing it over has ended.
Result = tuple[OutgoingMail, Answer | SyndicatorError]


def hand_over_all(relay: Relay, messages: Iterable[OutgoingMail]) -> Iterator[Sequence[Handed]]:
    """Hand messages over, and tell in groups, in any order, how that has ended. Each is taken from
    ``messages`` in the thread that calls. Raises ``TryLater`` or ``Misconfigured``, where none is to be had
    or the relay takes nothing of us, once all that were under way have been told of."""
    todo: Queue[OutgoingMail | None] = Queue()
    done = _Results()
    threads: list[threading.Thread] = []
    source, under_way, trouble = iter(messages), 0, None
    try:
        is_more = True
        while is_more or under_way:
            while is_more and under_way < MAX_UNDER_WAY:
                message = None if trouble else next(source, None)
                if message is None:
                    is_more = False
                    break
                if len(threads) < LINES:
                    threads.append(threading.Thread(target=_work, args=(relay, todo, done), daemon=True))
                    threads[-1].start()
                todo.put(message)
                under_way += 1
            ended = done.together(min(GROUP_SIZE, under_way))
            under_way -= len(ended)
            group = []
            for message, result in ended:
                if isinstance(result, Answer):
                    group.append(Handed(message, result))
                elif isinstance(result, OutcomeUnknown):
                    group.append(Handed(message, None))
                else:
                    trouble = trouble or result
            yield group
        if trouble:
            raise trouble
    finally:
        for _ in threads:
            todo.put(None)


class _Results:
    """Where lines put how messages have ended. Whoever takes them is woken once for many: a wake-up for each
    keeps lines from their work."""

    def __init__(self) -> None:
        self._ended: list[Result] = []
        self._wanted = 1
        self._change = threading.Condition()

    def put(self, outgoing: OutgoingMail, result: Answer | SyndicatorError) -> None:
        with self._change:
            self._ended.append((outgoing, result))
            if len(self._ended) in (1, self._wanted):
                self._change.notify()

    def together(self, count: int) -> list[Result]:
        """So many results, or those that come together with the next; none where none is to be waited for."""
        with self._change:
            self._wanted = count
            if count and self._change.wait_for(lambda: self._ended):
                self._change.wait_for(lambda: len(self._ended) >= count, timeout=GROUP_WAIT_S)
            ended, self._ended = self._ended, []
        return ended


def _work(
    relay: Relay,
    todo: Queue[OutgoingMail | None],
    done: _Results,
) -> None:
    """One line, and another one when that is lost; a message that loses a new one, too, ends with that."""
    message = todo.get()
    while message is not None:
        carried = 0
        try:
            with relay.line() as line:
                while message is not None:
                    done.put(message, _ended(relay, line, message))
                    carried += 1
                    message = todo.get()
        except TryLater as e:
            if message is not None and not carried:
                done.put(message, e)
                message = todo.get()
        except SyndicatorError as e:
            if message is not None:
                done.put(message, e)
                message = todo.get()


def _ended(relay: Relay, line: Line, message: OutgoingMail) -> Answer | SyndicatorError:
    try:
        answer = line.hand_over(message.content(), message.sender, message.recipient)
    except OutcomeUnknown as e:
        return e
    return relay.error_of(answer, Misconfigured) if answer.is_about_us else answer
