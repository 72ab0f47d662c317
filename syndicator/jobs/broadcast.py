"""**broadcast**: bring the recipients of a channel up to its last announcement.

::

    claim a batch → send, many at once → settle → next batch ...
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from syndicator.domain.errors import SyndicatorError
from syndicator.domain.recipient import Letter, Reception, RecipientState, after_letter
from syndicator.jobs.broadcast_ports import Broadcaster, BroadcastStore, LetterGroup
from syndicator.jobs.job import Job
from syndicator.jobs.ports import Bell
from syndicator.jobs.stopping import STOPPING

log = logging.getLogger(__name__)

#: Letters claimed at once: few enough to be sent well within a lease, and for other workers to share.
BATCH_SIZE = 200

#: Letters in one task: other channels' tasks get their turn.
MAX_LETTERS = 20_000

#: How long a batch stays in one hand, unless that renews it, and when it does: each letter ends within a
#: minute, and those under way at once share it.
BATCH_LEASE, RENEW_AFTER = timedelta(minutes=2), timedelta(seconds=30)

#: The pause of recipients while their channel can send nothing at all.
TROUBLE_PAUSE = timedelta(minutes=1)

#: Recipients of one task that the log names, of those given up and those that refused; others are counted.
MAX_NAMED = 5


@dataclass(frozen=True, kw_only=True)
class Announcer:
    """What **broadcast** works with: ``channels`` that have recipients, by name. ``is_stopping``: whether no
    more letters are to be begun, since the process ends."""

    channels: Mapping[str, Broadcaster]
    store: BroadcastStore
    bell: Bell
    clock: Callable[[], datetime]
    is_stopping: Callable[[], bool] = STOPPING.is_set


def broadcast(announcer: Announcer, name: str) -> int:
    """Send what is owed to recipients of a channel. Returns how many letters have ended, well or not."""
    channel = announcer.channels.get(name)
    if channel is None:
        return 0
    batches, counts = _Batches(announcer, name, joins=channel.joins), Counter[str]()
    try:
        before = -1
        while before < batches.claimed < MAX_LETTERS:  # who was sent one may be owed the next
            before = batches.claimed
            for group in channel.broadcast(batches.letters()):
                _settle(announcer, name, group, counts)
                batches.end(letter for letter, _ in group)
                batches.renew()
    except SyndicatorError as e:
        log.warning("channel %s: nobody can be told at the moment: %s", name, e)
        announcer.store.put_off_letters(batches.under_way, announcer.clock() + TROUBLE_PAUSE, str(e))
    else:
        if batches.under_way:  # they were not begun
            announcer.store.put_off_letters(batches.under_way, announcer.clock())
    if counts:
        log.info("channel %s: letters: %s", name, ", ".join(f"{n} {what}" for what, n in counts.items()))
    if batches.claimed >= MAX_LETTERS:
        announcer.bell.ring(Job.BROADCAST, name)
    return counts.total()


def _settle(announcer: Announcer, name: str, group: LetterGroup, counts: Counter[str]) -> None:
    now = announcer.clock()
    settled = [(after_letter(letter, outcome, now), letter, outcome) for letter, outcome in group]
    announcer.store.settle_letters(settled, now)
    for recipient, _, outcome in settled:
        is_dead = recipient.state is RecipientState.DEAD
        result = "given up" if is_dead else str(outcome.reception)
        counts[result] += 1
        if (is_dead or outcome.reception is Reception.REFUSED) and counts[result] <= MAX_NAMED:
            log.warning("channel %s: %s at %s: %s", name, result, recipient.host, recipient.reason)


class _Batches:
    """The letters of a task, claimed by the batch: ``claimed`` in all. ``under_way``: those that have not
    ended."""

    def __init__(self, announcer: Announcer, name: str, *, joins: bool) -> None:
        self._announcer, self._name, self._joins = announcer, name, joins
        self._under_way: dict[int, Letter] = {}
        self._held_since = announcer.clock()
        self.claimed = 0

    @property
    def under_way(self) -> list[Letter]:
        return list(self._under_way.values())

    def letters(self) -> Iterator[Letter]:
        store, clock = self._announcer.store, self._announcer.clock
        while self.claimed < MAX_LETTERS and not self._announcer.is_stopping():
            batch = store.claim_letters(self._name, clock(), BATCH_LEASE, BATCH_SIZE, joins=self._joins)
            if not batch:
                return
            self.claimed += len(batch)
            self._held_since = clock() if not self._under_way else self._held_since
            self._under_way |= {letter.recipient.id: letter for letter in batch}
            for letter in batch:
                if self._announcer.is_stopping():
                    return
                yield letter

    def end(self, letters: Iterator[Letter]) -> None:
        for letter in letters:
            self._under_way.pop(letter.recipient.id, None)

    def renew(self) -> None:
        """Keep what is still under way in hand: a relay may be slow."""
        now = self._announcer.clock()
        if self._under_way and now - self._held_since > RENEW_AFTER:
            self._announcer.store.renew_letters(self.under_way, now + BATCH_LEASE)
            self._held_since = now
