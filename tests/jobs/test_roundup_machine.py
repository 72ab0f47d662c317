"""Round-ups, driven at random: several workers, lost answers, corrections, retractions, and a backlog of two.

Whatever happens, no article is ever named in two posts; and in the end every live one is told of, once, under
its newest headline, and no withdrawn one is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from syndicator.domain.capabilities import NEVER, Capabilities
from syndicator.domain.delivery import Receipt, Standing
from syndicator.domain.post import Post
from syndicator.jobs.courier import Deliverer
from syndicator.jobs.deliver import deliver
from syndicator.store import Store
from tests.jobs.newsroom import Story
from tests.jobs.test_delivery_machine import FATES, Channel, Stopping, Worker

KEYS = "abcdef"


class Network(Channel):
    """Finds posts by the addresses in them; edits them, or not."""

    edits: bool = True

    @property
    def capabilities(self) -> Capabilities:
        able = super().capabilities
        return able if self.edits else replace(able, edit_within=NEVER)

    def find(self, post: Post, *, key: str) -> Receipt | None:
        self.pause()
        for name, each in self.shown.items():
            if any(address in each.text.split() for address in post.addresses):
                return Receipt(remote_id=name)
        return None


def machine(fresh: Callable[[], Store]) -> type[RuleBasedStateMachine]:  # noqa: C901 - one rule after another
    """The machine over a store that is empty at each of its beginnings."""

    class Roundups(RuleBasedStateMachine):
        def __init__(self) -> None:
            super().__init__()
            self.story = Story(fresh())
            self.story.max_age = timedelta(days=365)
            self.story.baseline()
            self.workers: list[Worker] = []
            self.now: Worker | None = None
            self.channel = Network(
                clock=self.story.clock, keys=True, finds=True, pause=lambda: self._current().pause()
            )
            self.alive: dict[str, int] = {}
            self.versions: dict[str, int] = {}

        def _current(self) -> Worker:
            assert self.now
            return self.now

        def _hire(self) -> Worker:
            worker = Worker(work=lambda: deliver(self._deliverer(worker), "wire", max_deliveries=6))
            worker.begin()
            return worker

        def _deliverer(self, worker: Worker) -> Deliverer:
            store: Any = Stopping(self.story.store, lambda: worker)
            courier = replace(self.story.courier(), channel=self.channel, backlog=2, roundup=True)
            return replace(self.story.deliverer(courier), store=store)

        def _steps(self, worker: Worker) -> None:
            self.now = worker
            worker.step()
            if worker.is_over:
                self.workers.remove(worker)

        @rule(keys=st.booleans(), edits=st.booleans())
        @precondition(lambda self: not self.versions)
        def choose(self, keys: bool, edits: bool) -> None:
            self.channel.keys, self.channel.edits = keys, edits

        @rule(keys=st.sets(st.sampled_from(KEYS), min_size=1))
        def publish(self, keys: set[str]) -> None:
            for key in sorted(keys):
                self.versions[key] = self.alive[key] = self.versions.get(key, 0) + 1
                self.story.publishes(key, title=f"Version {self.versions[key]}")

        @rule()
        @precondition(lambda self: not self.versions)
        def publish_many(self) -> None:
            self.publish(set(KEYS))

        @rule(fate=FATES, seconds=st.sampled_from([1, 100]))
        @precondition(lambda self: not self.versions)
        def one_meets_its_fate_and_more_follow(
            self, fate: tuple[float | None, Exception | None], seconds: int
        ) -> None:
            """What chance alone would seldom put in a row: it would be left over, and may be out there."""
            self.publish({KEYS[0]})
            self.channel.fates.append(fate)
            self.somebody_works_through()
            self._passes(seconds)
            self.publish(set(KEYS[1:]))
            self.somebody_works_through()

        @rule(key=st.sampled_from(KEYS))
        def retract(self, key: str) -> None:
            if self.alive.pop(key, None):
                self.story.retracts(key)

        @rule(fate=FATES, first=st.integers(0, 2))
        def foretell(self, fate: tuple[float | None, Exception | None], first: int) -> None:
            self.channel.fates += [(0.0, None)] * first + [fate]

        @rule()
        @precondition(lambda self: len(self.workers) < 3)
        def hire(self) -> None:
            self.workers.append(self._hire())

        @rule()
        def somebody_works_through(self) -> None:
            worker = self._hire()
            self.workers.append(worker)
            while worker in self.workers:
                self._steps(worker)

        @rule(which=st.integers(0, 2), times=st.integers(1, 12))
        @precondition(lambda self: self.workers)
        def go_on(self, which: int, times: int) -> None:
            worker = self.workers[which % len(self.workers)]
            for _ in range(times):
                if worker in self.workers:
                    self._steps(worker)

        @rule(which=st.integers(0, 2))
        @precondition(lambda self: self.workers)
        def die(self, which: int) -> None:
            worker = self.workers[which % len(self.workers)]
            worker.dies = True
            self._steps(worker)

        @rule(seconds=st.sampled_from([6, 61, 4000]))
        def time_passes(self, seconds: int) -> None:
            for worker in list(self.workers):
                while worker in self.workers:
                    self._steps(worker)
            self._passes(seconds)

        @rule(which=st.integers(0, 2))
        @precondition(lambda self: self.workers)
        def one_is_stopped_for_long(self, which: int) -> None:
            """SIGSTOP beyond the lease, while the others go on."""
            stopped = self.workers[which % len(self.workers)]
            for worker in [w for w in self.workers if w is not stopped]:
                while worker in self.workers:
                    self._steps(worker)
            self._passes(200)

        def _passes(self, seconds: float) -> None:
            for due in sorted({e.due for e in self.channel.late}):
                if due <= self.story.clock() + timedelta(seconds=seconds):
                    seconds -= max(0.0, (due - self.story.clock()).total_seconds())
                    self.story.clock.now = max(due, self.story.clock())
                    self.channel.settle()
            self.story.clock.tick(seconds=seconds)

        def _named(self) -> Counter[str]:
            words = Counter(word for post in self.channel.shown.values() for word in post.text.split())
            return Counter({key: words[f"https://ledger.example/{key}"] for key in KEYS})

        @invariant()
        def nobody_is_told_of_twice(self) -> None:
            assert max(self._named().values()) <= 1, self._named()

        def teardown(self) -> None:
            """In the end the newest headline of each stands once, or nothing."""
            self.channel.fates.clear()
            for worker in list(self.workers):
                while worker in self.workers:
                    self._steps(worker)
            for _ in range(60):
                self.somebody_works_through()
                self._passes(31 * 60)
                self.nobody_is_told_of_twice()
                is_done = all(d.standing in (Standing.SENT, Standing.GATHERED) for d in self.story.deliveries)
                if is_done and not self.channel.late:
                    break
            assert self._named() == Counter({key: int(key in self.alive) for key in KEYS})
            if self.channel.edits:
                texts = " ".join(post.text for post in self.channel.shown.values()).split()
                for key, version in self.alive.items():
                    at = texts.index(f"https://ledger.example/{key}")
                    assert str(version) in texts[max(0, at - 11) : at]

    return Roundups


@pytest.mark.parametrize("examples", [15])
def test_never_twice_never_lost(empty_store: Callable[[], Store], examples: int) -> None:
    run_state_machine_as_test(
        machine(empty_store),
        settings=settings(
            max_examples=examples,
            stateful_step_count=20,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
