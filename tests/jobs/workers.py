"""Workers and a channel that a state machine drives at random.

Each worker is a thread that stops at every call of the store and of the channel; the machine decides who goes
on, who dies, and when the channel applies what it was sent. Time is a parameter: nobody sleeps.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test

from syndicator.domain.capabilities import ALWAYS, NEVER, Capabilities
from syndicator.domain.delivery import Receipt
from syndicator.domain.errors import OutcomeUnknown, TryLater
from syndicator.domain.post import Post
from syndicator.jobs.courier import Courier, Deliverer
from syndicator.jobs.deliver import deliver
from syndicator.store import Store
from tests.fakes import Clock, Words
from tests.jobs.newsroom import Story

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


class Workers(RuleBasedStateMachine):
    """Workers over one store and one channel: hired, told to go on, stopped for long, killed. ``fresh`` gives
    an empty store (see ``drive``); ``at_once``: deliveries that a worker does before it ends."""

    fresh: Callable[[], Store]
    channel_class: type[Channel] = Channel
    at_once = 3

    def __init__(self) -> None:
        super().__init__()
        self.story = Story(self.fresh())
        self.story.max_age = timedelta(days=365)
        self.story.baseline()
        self.workers: list[Worker] = []
        self.now: Worker | None = None
        self.channel = self.channel_class(
            clock=self.story.clock, keys=True, finds=True, pause=lambda: self._current().pause()
        )
        #: By key: the newest version of what is not withdrawn, and of all.
        self.alive: dict[str, int] = {}
        self.versions: dict[str, int] = {}

    def courier(self) -> Courier:
        """How the channel is delivered to."""
        return replace(self.story.courier(), channel=self.channel)

    def publish_one(self, key: str, **fields: Any) -> None:
        self.versions[key] = self.alive[key] = self.versions.get(key, 0) + 1
        self.story.publishes(key, title=f"Version {self.versions[key]}", **fields)

    def retract_one(self, key: str) -> None:
        if self.alive.pop(key, None):
            self.story.retracts(key)

    @rule()
    @precondition(lambda self: len(self.workers) < 3)
    def hire(self) -> None:
        self.workers.append(self._hire())

    @rule()
    def somebody_works_through(self) -> None:
        worker = self._hire()
        self.workers.append(worker)
        self._finish(worker)

    @rule(which=st.integers(0, 2), times=st.integers(1, 12))
    @precondition(lambda self: self.workers)
    def go_on(self, which: int, times: int) -> None:
        worker = self.workers[which % len(self.workers)]
        for _ in range(times):
            if worker in self.workers:
                self._step(worker)

    @rule(which=st.integers(0, 2))
    @precondition(lambda self: self.workers)
    def die(self, which: int) -> None:
        worker = self.workers[which % len(self.workers)]
        worker.dies = True
        self._step(worker)

    @rule(which=st.integers(0, 2))
    @precondition(lambda self: self.workers)
    def one_is_stopped_for_long(self, which: int) -> None:
        """SIGSTOP beyond the lease, while the others go on."""
        stopped = self.workers[which % len(self.workers)]
        for worker in [w for w in self.workers if w is not stopped]:
            self._finish(worker)
        self.passes(200)

    def all_finish(self) -> None:
        for worker in list(self.workers):
            self._finish(worker)

    def passes(self, seconds: float) -> None:
        """Time goes by, and what the channel has still to do is done in its time."""
        for due in sorted({e.due for e in self.channel.late}):
            if due <= self.story.clock() + timedelta(seconds=seconds):
                seconds -= max(0.0, (due - self.story.clock()).total_seconds())
                self.story.clock.now = max(due, self.story.clock())
                self.channel.settle()
        self.story.clock.tick(seconds=seconds)

    def comes_to_rest(self, check: Callable[[], None], is_done: Callable[[], bool]) -> None:
        """Nothing fails any more: workers come until all is done. ``check`` holds all along."""
        self.channel.fates.clear()
        self.all_finish()
        for _ in range(60):
            self.somebody_works_through()
            self.passes(31 * 60)
            check()
            if is_done() and not self.channel.late:
                return

    def _current(self) -> Worker:
        assert self.now
        return self.now

    def _hire(self) -> Worker:
        worker = Worker(work=lambda: deliver(self._deliverer(worker), "wire", max_deliveries=self.at_once))
        worker.begin()
        return worker

    def _deliverer(self, worker: Worker) -> Deliverer:
        store: Any = Stopping(self.story.store, lambda: worker)
        return replace(self.story.deliverer(self.courier()), store=store)

    def _step(self, worker: Worker) -> None:
        self.now = worker
        worker.step()
        if worker.is_over:
            self.workers.remove(worker)

    def _finish(self, worker: Worker) -> None:
        while worker in self.workers:
            self._step(worker)


def drive(
    machine: type[RuleBasedStateMachine], fresh: Callable[[], Store], examples: int, steps: int
) -> None:
    """Run a machine so many times, over a store that is empty at each of its beginnings."""
    over_stores = type(machine.__name__, (machine,), {"fresh": staticmethod(fresh)})
    run_state_machine_as_test(
        over_stores,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
