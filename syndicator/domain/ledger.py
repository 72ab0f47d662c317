"""What an account has done, and what its service says of it: counted in the account's row, and asked before a
request leaves. All pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from syndicator.domain.capabilities import Budget, Spent
from syndicator.domain.money import Purse
from syndicator.domain.pacing import MONEY, Pace, amount_text, quota_name, span_text

#: Parts in which a quota's period is counted: what was done is forgotten a part of the period later than it
#: might be, and never earlier.
PARTS = 30

#: Different posts that fail one after the other, none of them getting through, before the account rests: of a
#: service that fails one request in four, it happens once in a thousand posts.
MAX_FAILING = 5

#: However far away a service says that its limit ends, it is asked again after a day.
MAX_STATED = timedelta(days=1)

#: Numbers in a row that are believed: it may have been written by anybody.
MAX_NUMBER = 1e15


@dataclass(frozen=True, kw_only=True, slots=True)
class StatedLimit:
    """What a service says is ``left`` of a kind ``until`` then, of how many in all (``most``), if it says
    so."""

    left: int
    until: datetime
    most: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Wait:
    """Why, and until when, something of a kind does not begin."""

    until: datetime
    why: str


#: What was done, by the beginning of the part of a period, in seconds since 1970.
Parts = tuple[tuple[float, float], ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Ledger:
    """What an account has done, by ``quota_name``, and what its service says of it, by kind. ``failing``: the
    ids of different deliveries that failed since one last got through. ``waits``: what it is waiting for, for
    its operator. ``purse``: what it may spend, and has spent, of money."""

    spent: Mapping[str, tuple[float, Parts]] = field(default_factory=dict)
    stated: Mapping[str, StatedLimit] = field(default_factory=dict)
    posted: datetime | None = None
    failing: tuple[int, ...] = ()
    waits: Mapping[str, Wait] = field(default_factory=dict)
    purse: Purse | None = None

    @property
    def gets_nothing_through(self) -> bool:
        return len(self.failing) >= MAX_FAILING

    def with_failure(self, delivery_id: int) -> Ledger:
        others = tuple(each for each in self.failing if each != delivery_id)
        return replace(self, failing=(*others, delivery_id)[-MAX_FAILING:])

    def with_success(self) -> Ledger:
        return replace(self, failing=()) if self.failing else self

    def with_waits(self, waits: Mapping[str, Wait], now: datetime) -> Ledger:
        """With what the account waits for now."""
        if waits or any(wait.until > now for wait in self.waits.values()):
            return replace(self, waits=waits)
        return self

    def with_spent(self, pace: Pace, cost: Mapping[str, float], now: datetime) -> Ledger:
        """Once a request of this cost leaves."""
        if not pace.quotas and not pace.min_gap and not pace.money:
            return self
        spent = dict(self.spent)
        for quota in pace.quotas:
            if amount := cost.get(quota.of):
                name = quota_name(quota)
                parts = dict(_parts_in(self._parts(name), quota.per, now))
                width_s = quota.per.total_seconds() / PARTS
                begin_s = now.timestamp() // width_s * width_s
                parts[begin_s] = parts.get(begin_s, 0.0) + amount
                spent[name] = quota.most, tuple(sorted(parts.items()))
        is_post = bool(cost.get(Spent.POSTS)) and bool(pace.min_gap)
        paid = self.with_money(pace, now).with_paid(cost.get(MONEY, 0.0), now)
        return replace(paid, spent=spent, posted=now if is_post else self.posted)

    def with_money(self, pace: Pace, now: datetime) -> Ledger:
        """With the purse of what is declared now."""
        if pace.money is None:
            return replace(self, purse=None) if self.purse else self
        purse = replace(self.purse or Purse.new(pace.money, now), budget=pace.money)
        return self if purse == self.purse else replace(self, purse=purse)

    def with_paid(self, amount: float, now: datetime) -> Ledger:
        """Once so much is spent; a negative amount comes back."""
        if not self.purse or not amount:
            return self
        return replace(self, purse=self.purse.with_spent(amount, now))

    def with_stated(self, kind: str, stated: StatedLimit, now: datetime) -> Ledger:
        """Once the service has said so. What it said for a time that is over is kept for a day: it shows that
        the service counts by itself."""
        kept = {name: each for name, each in self.stated.items() if each.until > now - MAX_STATED}
        # Its second is passed in full: services count in whole ones.
        until = stated.until.replace(microsecond=0) + timedelta(seconds=1)
        kept[kind] = replace(stated, until=min(until, now + MAX_STATED))
        return replace(self, stated=kept)

    def wait(
        self, pace: Pace, cost: Mapping[str, float], now: datetime, *, urgent: bool = False
    ) -> Wait | None:
        """Until when, and why, a request of this cost has to wait; ``None``: not at all. ``urgent``: it may
        take the money of days to come."""
        waits = [*self._waits_for_service(cost, now), *self._waits_for_quotas(pace, cost, now)]
        if cost.get(Spent.POSTS) and self.posted and self.posted <= now < self.posted + pace.min_gap:
            gap_s = pace.min_gap.total_seconds()
            waits.append(Wait(until=self.posted + pace.min_gap, why=f"posts are {gap_s:g} s apart"))
        if unpaid := self.unpaid(pace, cost, now, urgent=urgent):
            waits.append(unpaid)
        return max(waits, key=lambda wait: wait.until, default=None)

    def unpaid(
        self, pace: Pace, cost: Mapping[str, float], now: datetime, *, urgent: bool = False
    ) -> Wait | None:
        """Until when, and why, there is no money for a request of this cost; ``None``: there is."""
        amount, purse = cost.get(MONEY, 0.0), self.with_money(pace, now).purse
        if not amount or purse is None or purse.is_enough(amount, now, urgent=urgent):
            return None
        return Wait(until=purse.next_time(amount, now), why=purse.why(amount, now))

    def posts_paid(self, pace: Pace, now: datetime) -> int | None:
        """How many posts there is money for today; ``None``: any number."""
        amount, purse = pace.cost_of_post.get(MONEY, 0.0), self.with_money(pace, now).purse
        return max(0, int(purse.left_today(now) / amount + 1e-9)) if purse and amount else None

    def _waits_for_service(self, cost: Mapping[str, float], now: datetime) -> Iterator[Wait]:
        for kind, stated in self.stated.items():
            if cost.get(kind) and stated.left <= 0 and now < stated.until <= now + MAX_STATED:
                yield Wait(until=stated.until, why=f"the service takes no more {kind} until then")

    def _waits_for_quotas(self, pace: Pace, cost: Mapping[str, float], now: datetime) -> Iterator[Wait]:
        for quota in pace.quotas:
            amount = cost.get(quota.of)
            if not amount or (isinstance(quota, Budget) and self._is_told_better(quota.of, now)):
                continue
            parts = _parts_in(self._parts(quota_name(quota)), quota.per, now)
            too_much = sum(each for _, each in parts) + amount - quota.most
            until = None
            for begin_s, each in parts:
                if too_much <= 1e-9:
                    break
                until, too_much = _forgotten(begin_s, quota.per), too_much - each
            if too_much > 1e-9:
                until = now + quota.per  # one alone is more than there ever is
            if until is not None:
                why = f"{amount_text(quota.most)} {quota.of} in {span_text(quota.per)} are used up"
                yield Wait(until=until, why=why)

    def _is_told_better(self, kind: str, now: datetime) -> bool:
        """Whether the service itself says that there is more of a kind, or said so lately, for a time that is
        over: its documented budgets are those of servers that nobody has set up otherwise."""
        stated = self.stated.get(kind)
        if stated is None or abs(stated.until - now) > MAX_STATED:
            return False
        return stated.left > 0 or stated.until <= now

    def _parts(self, name: str) -> Parts:
        return self.spent.get(name, (0.0, ()))[1]

    def as_json(self) -> dict[str, Any]:
        found: dict[str, Any] = {
            "spent": {
                name: [most, [list(part) for part in parts]] for name, (most, parts) in self.spent.items()
            },
            "stated": {
                kind: [each.left, each.until.timestamp(), each.most] for kind, each in self.stated.items()
            },
            "posted": self.posted.timestamp() if self.posted else None,
            "failing": list(self.failing),
            "waits": {kind: [wait.until.timestamp(), wait.why] for kind, wait in self.waits.items()},
            "purse": self.purse.as_json() if self.purse else None,
        }
        return {name: value for name, value in found.items() if value not in (None, {}, [])}

    @classmethod
    def from_json(cls, value: object) -> Ledger:
        """What of it can be read: an account whose ledger is damaged begins a new one."""
        try:
            return cls._read(value if isinstance(value, dict) else {})
        except (ValueError, TypeError, LookupError, AttributeError, OverflowError, OSError):
            return cls()

    @classmethod
    def _read(cls, value: Mapping[str, Any]) -> Ledger:
        posted = value.get("posted")
        return cls(
            spent={
                str(name): (_number(most), tuple((_number(at), _number(each)) for at, each in parts))
                for name, (most, parts) in value.get("spent", {}).items()
            },
            stated={
                str(kind): StatedLimit(
                    left=int(left), until=_moment(until), most=None if most is None else int(most)
                )
                for kind, (left, until, most) in value.get("stated", {}).items()
            },
            posted=_moment(posted) if posted is not None else None,
            failing=tuple(int(each) for each in value.get("failing", ()))[-MAX_FAILING:],
            waits={
                str(kind): Wait(until=_moment(until), why=str(why))
                for kind, (until, why) in value.get("waits", {}).items()
            },
            purse=Purse.from_json(value["purse"]) if value.get("purse") else None,
        )

    def without_waits(self) -> Ledger:
        """Once an operator wants the account to go on at once: what was done still counts, and that the
        service counts by itself; one more of each kind is tried."""
        stated = {kind: replace(each, left=max(each.left, 1)) for kind, each in self.stated.items()}
        return replace(self, stated=stated, failing=(), waits={})

    def plan(self, now: datetime) -> list[str]:
        """How the account stands, for its operator: one line for each thing that it waits for, or has a
        limited number of."""
        lines = [
            f"{kind} rest until {_time_text(wait.until, now)} because {wait.why}"
            for kind, wait in self.waits.items()
            if wait.until > now
        ]
        for kind, stated in self.stated.items():
            if stated.until > now:
                of = f" of {stated.most}" if stated.most is not None else ""
                at = _time_text(stated.until, now)
                lines.append(f"{stated.left}{of} {kind} left until {at}, says the service")
        for name, (most, parts) in self.spent.items():
            kind, _, per_s = name.partition("/")
            per = timedelta(seconds=float(per_s or 0))
            used = [part for part in parts if _forgotten(part[0], per) > now]
            if used:
                left, until = most - sum(each for _, each in used), _forgotten(used[0][0], per)
                amounts = f"{amount_text(max(0.0, left))} of {amount_text(most)} {kind} in {span_text(per)}"
                lines.append(f"{amounts} left until {_time_text(until, now)}")
        return [*lines, self.purse.plan(now)] if self.purse else lines


def account_plan(ledger: object, paused_until: datetime | None, error: str, now: datetime) -> list[str]:
    """How an account stands by its row: what it rests for, what it waits for, and what is left."""
    rests = []
    if paused_until and paused_until > now and error:
        rests = [f"rests until {_time_text(paused_until, now)} because {error}"]
    return [*rests, *Ledger.from_json(ledger).plan(now)]


def _parts_in(parts: Parts, per: timedelta, now: datetime) -> Parts:
    """Those that still count. One that a clock has written which was ahead does not."""
    now_s = now.timestamp()
    return tuple(part for part in parts if part[0] <= now_s and _forgotten(part[0], per) > now)


def _forgotten(begin_s: float, per: timedelta) -> datetime:
    """When what was done in a part no longer counts."""
    return datetime.fromtimestamp(begin_s, UTC) + per + per / PARTS


def _number(value: object) -> float:
    number = float(value)  # type: ignore[arg-type]  # raises for what is none
    if not abs(number) < MAX_NUMBER:
        raise ValueError(f"{number} is no number of ours")
    return number


def _moment(value: object) -> datetime:
    return datetime.fromtimestamp(_number(value), UTC)


def _time_text(moment: datetime, now: datetime) -> str:
    return f"{moment:%H:%M:%S} UTC" if moment - now < timedelta(hours=12) else f"{moment:%Y-%m-%d %H:%M} UTC"
