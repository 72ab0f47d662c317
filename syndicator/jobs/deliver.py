"""**deliver**: bring every post of a channel to the revision of its article, once, never twice.

::

    claim the channel → next delivery that its pace allows → take its step → settle, with the next one
        → ... → let go (paused where the service says so, or nothing gets through)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from syndicator.domain import backoff
from syndicator.domain.capabilities import Spent
from syndicator.domain.errors import Misconfigured, OutcomeUnknown, SyndicatorError, TryLater
from syndicator.domain.ledger import Ledger, Wait
from syndicator.domain.pacing import NO_PACE
from syndicator.domain.policy import OnCorrection
from syndicator.jobs.account import Account
from syndicator.jobs.courier import Courier, Deliverer
from syndicator.jobs.delivery_step import take_step
from syndicator.jobs.job import Job
from syndicator.jobs.ports import LEASE
from syndicator.jobs.step_cost import COST_OF_PHOTO
from syndicator.jobs.step_request import StepOutcome
from syndicator.jobs.store_ports import Choice, ClaimedDelivery

#: Deliveries in one task: other channels' tasks get their turn on a small pool.
MAX_DELIVERIES = 50

#: Answers of an account that are lost one after the other, before any comes, after which it rests: each may
#: have been waited for as long as there is time.
MAX_LOST = 2

#: A wait of the account that is no longer than this is waited for with the channel in hand: letting go, and
#: being rung for again, takes a sweep.
MAX_NAP = timedelta(seconds=2)

#: An account whose posts have to wait rests as a whole for no longer than this: a deletion, or breaking news,
#: may come at any time.
MAX_PAUSE = timedelta(seconds=10)

#: Posts that wait are counted no further than this.
MAX_BACKLOG = 500


def deliver(deliverer: Deliverer, name: str, *, max_deliveries: int = MAX_DELIVERIES) -> int:
    """Close the gaps of one channel's deliveries, as many as are due. Returns how many were settled."""
    account = deliverer.store.claim_channel(name, deliverer.clock(), LEASE)
    if account is None:
        return 0
    shift = Shift(deliverer=deliverer, account=account)
    try:
        done = shift.work(max_deliveries)
    finally:
        shift.end()
    if done == max_deliveries and shift.trouble is None:
        deliverer.bell.ring(Job.DELIVER, name)
    return done


@dataclass(kw_only=True)
class Shift:
    """The time for which an account is in one hand. ``trouble``: why it has to rest. ``last_error``: what
    went wrong last, if nothing went through since: its operator is told, although the account goes on."""

    deliverer: Deliverer
    account: Account
    ledger: Ledger = field(init=False)
    courier: Courier = field(init=False)
    trouble: SyndicatorError | None = None
    last_error: SyndicatorError | None = None
    pause: datetime | None = None

    def __post_init__(self) -> None:
        self.ledger = self.account.ledger
        self.courier = self.deliverer.couriers[self.account.name]
        self._bound = self._backlog_bound()
        self._is_newest_first = self._has_backlog()
        self._is_to_gather = self.courier.rounds_up and self._is_newest_first
        self._lost, self._gets_through = 0, False

    def work(self, max_deliveries: int) -> int:
        """Take the steps that are due, as many as ``max_deliveries``; returns how many were settled."""
        done, claimed = 0, self._next()
        while claimed is not None:
            outcome = take_step(self.deliverer, self.account, claimed, self.ledger)
            done += 1
            if outcome is not None:
                self._note(outcome)
            if self.trouble is not None or done == max_deliveries:
                if outcome is not None:
                    self._settle(outcome)
                return done
            claimed = self._next(outcome)
        return done

    def end(self) -> None:
        """Let go of the account; paused, if it has to rest."""
        store, now = self.deliverer.store, self.deliverer.clock()
        self.ledger = self.ledger.with_money(self.courier.pace, now).with_waits(self._waits(now), now)
        ledger = None if self.ledger == self.account.ledger else self.ledger
        quiet_until = self._quiet_end(now)
        if self.trouble is None:
            error = self.courier.redact(str(self.last_error)) if self.last_error else ""
            store.let_go(
                self.account,
                paused_until=self.pause,
                quiet_until=quiet_until,
                error=error,
                rests=False,
                ledger=ledger,
            )
            return
        store.let_go(
            self.account,
            paused_until=rest_until(self.trouble, self.account.failures, now),
            quiet_until=quiet_until,
            error=self.courier.redact(str(self.trouble)),
            is_stopped=isinstance(self.trouble, Misconfigured),
            ledger=ledger,
        )

    def _next(self, settles: StepOutcome | None = None) -> ClaimedDelivery | None:
        """The next delivery, once the step before it is settled. Short waits are waited for."""
        now = self.deliverer.clock()
        choice = self._choice(now)
        claimed = self._take(choice, now, settles)
        while claimed is None and not choice.posts:
            wait = self._wait_of_posts(now)
            if wait is None or wait.until - now > MAX_NAP:
                break
            self.deliverer.sleep((wait.until - now).total_seconds())
            now = self.deliverer.clock()
            if now < wait.until:  # it was set back meanwhile
                break
            choice = self._choice(now)
            claimed = self._take(choice, now)
        if claimed is None and (wait := self._wait_of_posts(now)):
            self.pause = min(wait.until, now + MAX_PAUSE)
        return claimed

    def _take(
        self, choice: Choice, now: datetime, settles: StepOutcome | None = None
    ) -> ClaimedDelivery | None:
        store = self.deliverer.store
        if self._is_to_gather and self._bound and choice.posts and not choice.urgent_alone:
            self._is_to_gather = False
            store.round_up(self.account, now, self._bound, self.courier.max_age)
        if settles is None:
            return store.next_delivery(self.account, now, LEASE, choice)
        return self._settle(settles, takes=choice)

    def _settle(self, outcome: StepOutcome, takes: Choice | None = None) -> ClaimedDelivery | None:
        return self.deliverer.store.settle(
            self.account,
            outcome.delivery,
            self.deliverer.clock(),
            event=outcome.event,
            stirs_until=outcome.stirs_until,
            ledger=self._ledger_after(outcome),
            takes=takes,
        )

    def _ledger_after(self, outcome: StepOutcome) -> Ledger | None:
        """The ledger, if the step's end has changed it: its cost is on record already."""
        return None if self.ledger == outcome.ledger else self.ledger

    def _note(self, outcome: StepOutcome) -> None:
        """What a step's end says of the account."""
        now, error = self.deliverer.clock(), outcome.error
        self.ledger = outcome.ledger.with_paid(-outcome.uncharged, now)
        for kind, stated in outcome.limits.items():
            self.ledger = self.ledger.with_stated(kind, stated, now)
        if outcome.is_through:
            self.ledger, self._gets_through = self.ledger.with_success(), True
            self.last_error = None
        if error is None:
            return
        self.last_error = error
        if isinstance(error, Misconfigured):
            self.trouble = error
        elif isinstance(error, TryLater) and error.rests_account:
            if not any(each.left <= 0 for each in outcome.limits.values()):  # else that kind rests alone
                self.trouble = error
        else:
            self.ledger = self.ledger.with_failure(outcome.delivery.id)
            self._lost += isinstance(error, OutcomeUnknown) and not error.is_over
            is_silent = self._lost >= (1 if self.account.failures else MAX_LOST)
            if self.ledger.gets_nothing_through or (is_silent and not self._gets_through):
                self.trouble = error

    def _choice(self, now: datetime) -> Choice:
        pace = self.courier.pace
        return Choice(
            posts=self._wait_of_posts(now, urgent=True) is None,
            edits=self._wait(pace.cost_of_edit, now, urgent=True) is None
            and self.ledger.wait(NO_PACE, pace.cost_of_post, now) is None
            and self._can_pay_for_reposts(now),
            deletions=self._wait(self.courier.pace.cost_of_deletion, now) is None,
            urgent_alone=self._wait_of_posts(now) is not None or self._quiet_end(now) is not None,
            is_newest_first=self._is_newest_first,
            last=self.ledger.failing,
        )

    def _can_pay_for_reposts(self, now: datetime) -> bool:
        """Whether a post that is deleted for its correction can be posted again at once."""
        is_reposted = self.courier.policy.on_correction is OnCorrection.REPOST
        pace = self.courier.pace
        return not is_reposted or self.ledger.unpaid(pace, pace.cost_of_post, now) is None

    def _quiet_end(self, now: datetime) -> datetime | None:
        quiet = self.courier.pace.quiet
        return quiet.end(now) if quiet else None

    def _wait_of_posts(self, now: datetime, *, urgent: bool = False) -> Wait | None:
        """Until when posts wait: not for money where they are rather skipped."""
        pace = self.courier.pace
        pace = replace(pace, money=None) if pace.skips_unpaid else pace
        return self.ledger.wait(pace, pace.cost_of_post, now, urgent=urgent)

    def _wait(self, cost: Mapping[str, float], now: datetime, *, urgent: bool = False) -> Wait | None:
        return self.ledger.wait(self.courier.pace, cost, now, urgent=urgent)

    def _waits(self, now: datetime) -> dict[str, Wait]:
        """What the account waits for, for its operator."""
        waits = {
            Spent.POSTS: self._wait_of_posts(now),
            Spent.PHOTOS: self._wait(COST_OF_PHOTO, now),
            Spent.DELETIONS: self._wait(self.courier.pace.cost_of_deletion, now),
        }
        if quiet_end := self._quiet_end(now):
            waits[Spent.POSTS] = waits[Spent.POSTS] or Wait(
                until=quiet_end, why="of quiet hours; breaking news goes out"
            )
        return {str(kind): wait for kind, wait in waits.items() if wait and wait.until - now > MAX_NAP}

    def _has_backlog(self) -> bool:
        """Whether more posts are due than the account's pace lets out within an hour, or than is declared:
        then what is worth most goes first, and what is old by its turn is no news any more. It stays so until
        the round-up is out that tells of what was left."""
        if self._bound is None:
            return False
        store, name, now = self.deliverer.store, self.account.name, self.deliverer.clock()
        is_left = self.courier.rounds_up and store.has_roundup(name)
        return is_left or store.due_posts(name, now, self._bound + 1) > self._bound

    def _backlog_bound(self) -> int | None:
        """How many posts may be due before there is a backlog; ``None``: any number."""
        now, pace = self.deliverer.clock(), self.courier.pace
        numbers = (
            pace.posts_in(timedelta(hours=1)),
            self.ledger.posts_paid(pace, now),
            self.courier.backlog,
            MAX_BACKLOG if self.courier.rounds_up else None,
        )
        bounds = [number for number in numbers if number is not None]
        return min(*bounds, MAX_BACKLOG) if bounds else None


def rest_until(trouble: SyndicatorError, failures: int, now: datetime) -> datetime:
    """Until when an account rests that had to so many times in a row before: at first just as long as its
    service says, then at least as long as ``backoff.ACCOUNT``."""
    not_before = trouble.not_before if isinstance(trouble, TryLater) else None
    if not_before is None:
        return now + backoff.ACCOUNT.wait(failures + 1)
    return max(not_before, now + backoff.ACCOUNT.wait(failures)) if failures else max(not_before, now)
