"""The delivery state machine, driven at random: several workers, and a channel that answers late or never.

Each worker is a thread that stops at every call of the store and of the channel; the machine decides who goes
on, who dies, and when the channel applies what it was sent. Time is a parameter: nobody sleeps.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
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

from syndicator.domain.capabilities import ALWAYS, NEVER, Capabilities
from syndicator.domain.decisions import retry
from syndicator.domain.delivery import Receipt, Standing
from syndicator.domain.errors import OutcomeUnknown, TryLater
from syndicator.domain.policy import OnCorrection, Policy
from syndicator.domain.post import Occasion, Post
from syndicator.jobs.courier import Deliverer
from syndicator.jobs.deliver import deliver
from syndicator.store import Store
from tests.fakes import Clock, Words
from tests.jobs.newsroom import Story

pytestmark = pytest.mark.slow  # databases or processes throughout

#: How long the channel may work on a request after that has ended for us.
SETTLES = timedelta(seconds=90)

#: How long it remembers a key from when the post is there: longer than we believe (``key_memory``).
KEPT = timedelta(hours=1)


class Died(BaseException):
    """A worker that is no more: no handler of ours sees it."""


@dataclass
class Effect:
    """Something that a channel was asked for, and may do later than it answers."""

    due: datetime
    apply: Callable[[], None]


@dataclass
class Channel:
    """Keeps the truth: what it shows, and when it came to be. ``fate`` says what becomes of the next request:
    how many seconds later it is applied (``None``: never), and what is answered."""

    clock: Clock
    keys: bool
    finds: bool
    pause: Callable[[], None]
    shown: dict[str, Post] = field(default_factory=dict)
    by_key: dict[str, tuple[str, datetime]] = field(default_factory=dict)
    late: list[Effect] = field(default_factory=list)
    fates: list[tuple[float | None, Exception | None]] = field(default_factory=list)
    made: list[str] = field(default_factory=list)
    settles_within: timedelta = SETTLES
    deletes: bool = True

    @property
    def capabilities(self) -> Capabilities:
        return Capabilities(
            ruler=Words(),
            unit="characters",
            text=500,
            alt=100,
            key_memory=timedelta(minutes=50) if self.keys else None,
            settles_within=self.settles_within,
            delete_within=ALWAYS if self.deletes else NEVER,
        )

    def send(self, post: Post, *, key: str) -> Receipt:
        known = self._known(key)
        if known:
            self.pause()
            return Receipt(remote_id=known)
        name = f"p{len(self.made)}-{key}"

        def apply() -> None:
            self.made.append(post.article.guid)
            self.shown[name] = post
            self.by_key[key] = (name, self.clock())

        self._do(apply)
        return Receipt(remote_id=name)

    def _known(self, key: str) -> str | None:
        """Like Mastodon's, the key is known once the post is there; one whose post was deleted is spent, and
        stands for another."""
        name, since = self.by_key.get(key, ("", self.clock()))
        return name if self.keys and name in self.shown and self.clock() - since < KEPT else None

    def edit(self, receipt: Receipt, post: Post) -> Receipt:
        def apply() -> None:
            if receipt.remote_id in self.shown:
                self.shown[receipt.remote_id] = post

        self._do(apply)
        return receipt

    def delete(self, receipt: Receipt, post: Post) -> None:
        def apply() -> None:
            self.shown.pop(receipt.remote_id, None)

        self._do(apply)

    def check(self) -> str:
        return "me"

    def find(self, post: Post, *, key: str) -> Receipt | None:
        self.pause()
        if not self.finds:
            raise TryLater("not now")
        hits = [name for name, each in self.shown.items() if each.article.guid == post.article.guid]
        return Receipt(remote_id=hits[0]) if hits else None

    def _do(self, apply: Callable[[], None]) -> None:
        after, error = self.fates.pop(0) if self.fates else (0.0, None)
        if after == 0:
            apply()
        elif after is not None:
            self.late.append(Effect(self.clock() + timedelta(seconds=after), apply))
        self.pause()  # the answer is on its way: whoever waits for it may die
        if error:
            raise error

    def settle(self) -> None:
        """What is due by now happens, in its order."""
        for effect in sorted(self.late, key=lambda effect: effect.due):
            if effect.due <= self.clock():
                self.late.remove(effect)
                effect.apply()


@dataclass
class Worker:
    """A thread that goes on when it is told to, to its next call of an edge."""

    work: Callable[[], Any]
    go: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    rests: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    is_over: bool = False
    dies: bool = False
    defect: BaseException | None = None

    def begin(self) -> None:
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def _run(self) -> None:
        self.go.acquire()
        try:
            self.work()
        except Died:
            pass
        except BaseException as e:  # noqa: BLE001 - told by the machine
            self.defect = e
        self.is_over = True
        self.rests.release()

    def pause(self) -> None:
        self.rests.release()
        self.go.acquire()
        if self.dies:
            raise Died

    def step(self) -> None:
        self.go.release()
        assert self.rests.acquire(timeout=60), "a worker hangs"
        if self.defect:
            raise self.defect


class Stopping:
    """A store that has its caller pause before each of the calls that deliver makes; the dead make none."""

    def __init__(self, store: Store, worker: Callable[[], Worker]) -> None:
        self._store, self._worker = store, worker

    def __getattr__(self, name: str) -> Any:
        call = getattr(self._store, name)

        def paused(*args: Any, **options: Any) -> Any:
            worker = self._worker()
            if worker.dies:
                raise Died
            worker.pause()
            return call(*args, **options)

        return paused


#: When a request is applied (seconds later, at most until it has settled; ``None``: never), and what is said.
FATES = st.one_of(
    st.just((0.0, None)),
    st.tuples(st.sampled_from([None, 0.0, 12.0, 25.0, 89.0]), st.just(OutcomeUnknown("no answer"))),
    st.tuples(st.just(None), st.sampled_from([TryLater("503"), TryLater("photo", whole_channel=False)])),
)


def machine(fresh: Callable[[], Store]) -> type[RuleBasedStateMachine]:  # noqa: C901 - one rule after another
    """The machine over a store that is empty at each of its beginnings."""

    class Deliveries(RuleBasedStateMachine):
        def __init__(self) -> None:
            super().__init__()
            self.story = Story(fresh())
            self.story.max_age = timedelta(days=365)
            self.story.baseline()
            self.workers: list[Worker] = []
            self.now: Worker | None = None
            self.channel = Channel(
                clock=self.story.clock, keys=True, finds=True, pause=lambda: self._current().pause()
            )
            self.policy = Policy()
            self.alive: dict[str, int] = {}
            self.versions: dict[str, int] = {}

        def _current(self) -> Worker:
            assert self.now
            return self.now

        def _hire(self) -> Worker:
            worker = Worker(work=lambda: deliver(self._deliverer(worker), "wire", max_deliveries=3))
            worker.begin()
            return worker

        def _deliverer(self, worker: Worker) -> Deliverer:
            store: Any = Stopping(self.story.store, lambda: worker)
            courier = replace(self.story.courier(), channel=self.channel, policy=self.policy)
            return replace(self.story.deliverer(courier), store=store)

        def _steps(self, worker: Worker) -> None:
            self.now = worker
            worker.step()
            if worker.is_over:
                self.workers.remove(worker)

        @rule(keys=st.booleans(), way=st.sampled_from(["edit", "repost", "notice"]))
        @precondition(lambda self: not self.versions)
        def choose(self, keys: bool, way: str) -> None:
            self.channel.keys = keys
            self.channel.deletes = way != "notice"
            if way == "repost":
                self.policy = Policy(on_correction=OnCorrection.REPOST, repost_within=timedelta(days=365))

        @rule(key=st.sampled_from("ab"))
        def publish(self, key: str) -> None:
            self.versions[key] = self.alive[key] = self.versions.get(key, 0) + 1
            self.story.publishes(key, title=f"Version {self.versions[key]}")

        @rule(key=st.sampled_from("ab"))
        def retract(self, key: str) -> None:
            if self.alive.pop(key, None):
                self.story.retracts(key)

        @rule(fate=FATES)
        def foretell(self, fate: tuple[float | None, Exception | None]) -> None:
            self.channel.fates.append(fate)

        @rule()
        @precondition(lambda self: len(self.workers) < 3)
        def hire(self) -> None:
            self.workers.append(self._hire())

        @rule(fate=FATES, key=st.sampled_from("ab"), seconds=st.sampled_from([0, 6, 30]))
        def news_meets_its_fate(
            self, fate: tuple[float | None, Exception | None], key: str, seconds: int
        ) -> None:
            """What chance alone would seldom put in a row: news, a worker from beginning to end, a while."""
            self.publish(key)
            self.channel.fates.append(fate)
            self._works_through()
            self._passes(seconds)

        @rule()
        def somebody_works_through(self) -> None:
            self._works_through()

        def _works_through(self) -> None:
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

        @rule(seconds=st.sampled_from([1, 6, 30, 61]))
        def time_passes(self, seconds: int) -> None:
            """Workers go on within their request's time; who is stopped for longer has a rule of its own."""
            for worker in list(self.workers):
                while worker in self.workers and seconds > 1:
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

        @rule(key=st.integers(1, 2))
        def an_operator_is_impatient(self, key: int) -> None:
            for delivery in self.story.deliveries:
                if delivery.id == key and delivery.standing in (Standing.PENDING, Standing.REFUSED):
                    self.story.store.rule(key, retry, self.story.clock(), event="retried")

        def _passes(self, seconds: float) -> None:
            for due in sorted({e.due for e in self.channel.late}):
                if due <= self.story.clock() + timedelta(seconds=seconds):
                    seconds -= max(0.0, (due - self.story.clock()).total_seconds())
                    self.story.clock.now = max(due, self.story.clock())
                    self.channel.settle()
            self.story.clock.tick(seconds=seconds)

        @invariant()
        def never_two_posts_for_one_article(self) -> None:
            guids = [post.article.guid for post in self.channel.shown.values()]
            assert len(guids) == len(set(guids)), guids

        def teardown(self) -> None:
            """In the end the newest revision stands, or nothing."""
            self.channel.fates.clear()
            for worker in list(self.workers):
                while worker in self.workers:
                    self._steps(worker)
            for _ in range(60):
                self._works_through()
                self._passes(31 * 60)
                self.never_two_posts_for_one_article()
                if all(d.standing is Standing.SENT for d in self.story.deliveries) and not self.channel.late:
                    break
            news = [p for p in self.channel.shown.values() if p.occasion is Occasion.NEWS]
            shown = {p.article.key: p.text.splitlines()[0] for p in news}
            assert shown == {key: f"Version {version}" for key, version in self.alive.items()}

    return Deliveries


@pytest.mark.parametrize("examples", [20])
def test_never_twice_never_stale_never_lost(empty_store: Callable[[], Store], examples: int) -> None:
    run_state_machine_as_test(
        machine(empty_store),
        settings=settings(
            max_examples=examples,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
