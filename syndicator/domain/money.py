"""Money: what a newsroom pays for posts in a month, spread over its days. All pure.

A day's share is what is left of the month by the days that are left; what earlier days did not spend is
added to it, so that a quiet weekend pays for a loud Monday. Breaking news may take the shares of days to
come, of so many days at the most. No month's posts cost more than is declared.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

#: Days to come whose shares breaking news, and corrections, may take.
DAYS_AHEAD = 3

#: Less than this is nothing: sums of cents are not exact.
NOTHING = 1e-9


@dataclass(frozen=True, kw_only=True, slots=True)
class MoneyBudget:
    """What may be spent in a calendar month, in the currency of the service's price; days begin in the
    newsroom's zone."""

    most: float
    zone: tzinfo = UTC


@dataclass(frozen=True, kw_only=True, slots=True)
class Purse:
    """A budget, and what was spent of it, by day, in this month. ``since``: the day from which it is spread
    over the month."""

    budget: MoneyBudget
    since: date
    days: Mapping[date, float] = field(default_factory=dict)

    @classmethod
    def new(cls, budget: MoneyBudget, now: datetime) -> Purse:
        """A purse from which nothing was spent."""
        return cls(budget=budget, since=_day(now, budget.zone))

    def with_spent(self, amount: float, now: datetime) -> Purse:
        """Once so much is spent; a negative amount comes back."""
        today = _day(now, self.budget.zone)
        days = {day: each for day, each in self.days.items() if day >= today.replace(day=1)}
        return replace(self, days={**days, today: max(0.0, days.get(today, 0.0) + amount)})

    def left_this_month(self, now: datetime) -> float:
        """What is left of the month, today's share included."""
        today = _day(now, self.budget.zone)
        return max(0.0, self.budget.most - self._spent(today) - self.days.get(today, 0.0))

    def left_today(self, now: datetime, *, urgent: bool = False) -> float:
        """What may still be spent today. ``urgent``: by breaking news."""
        today = _day(now, self.budget.zone)
        return self._allowed(today, urgent=urgent) - self.days.get(today, 0.0)

    def is_enough(self, amount: float, now: datetime, *, urgent: bool = False) -> bool:
        """Whether so much may be spent now."""
        return amount <= self.left_today(now, urgent=urgent) + NOTHING

    def next_time(self, amount: float, now: datetime) -> datetime:
        """When so much may be spent again, if nothing else is meanwhile, in UTC; the next month's first day
        where a month has not so much."""
        today = _day(now, self.budget.zone)
        later = (today + timedelta(days=number) for number in range(1, 63))
        day = next((each for each in later if amount <= self._allowed(each) + NOTHING), None)
        return self._begin(day or next(_first_days(today)))

    def why(self, amount: float, now: datetime) -> str:
        """Why so much may not be spent now, for an operator."""
        most = money_text(self.budget.most)
        if amount > self.budget.most + NOTHING:
            return f"a post costs {money_text(amount)}, and {most} a month is all that is declared"
        if amount > self.left_this_month(now) + NOTHING:
            return f"the month's {most} are spent"
        return f"today's share of {most} a month is spent"

    def plan(self, now: datetime) -> str:
        """How the budget stands, for an operator: what the days to come have if today's is spent."""
        today, urgent = max(0.0, self.left_today(now)), self.left_today(now, urgent=True)
        month = self.left_this_month(now)
        day = _day(now, self.budget.zone)
        days = _last_day(day) - day.day
        share = _cents((month - today) / days) if days else ""
        later = f", then {share} a day for {days} days" if days > 1 else f", then {share} on the last day"
        return (
            f"{_cents(month)} of {money_text(self.budget.most)} left this month: {_cents(today)} today "
            f"({_cents(urgent)} for breaking news){later if days else ''}"
        )

    def _spent(self, before: date) -> float:
        """What was spent in a day's month before that day."""
        first = before.replace(day=1)
        return sum(amount for day, amount in self.days.items() if first <= day < before)

    def _share(self, day: date) -> float:
        return max(0.0, self.budget.most - self._spent(day)) / (_last_day(day) - day.day + 1)

    def _allowed(self, day: date, *, urgent: bool = False) -> float:
        """What may be spent on a day in all: its share, or what the plan has for the days up to it, if they
        spent less."""
        spent, share = self._spent(day), self._share(day)
        first = day.replace(day=1)
        begin = max(first, self.since) if self.since <= day else first
        planned = self.budget.most * (day.day - begin.day + 1) / (_last_day(day) - begin.day + 1) - spent
        allowed = max(share, planned) + (DAYS_AHEAD * share if urgent else 0.0)
        return max(0.0, min(self.budget.most - spent, allowed))

    def _begin(self, day: date) -> datetime:
        return datetime.combine(day, time.min, self.budget.zone).astimezone(UTC)

    def as_json(self) -> dict[str, Any]:
        return {
            "most": self.budget.most,
            "zone": str(self.budget.zone),
            "since": self.since.isoformat(),
            "days": {day.isoformat(): amount for day, amount in self.days.items()},
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Purse:
        """Raises ``ValueError``, ``TypeError``, ``LookupError`` or ``AttributeError`` where it is none."""
        most = _amount(value["most"])
        return cls(
            budget=MoneyBudget(most=most, zone=ZoneInfo(str(value["zone"]))),
            since=date.fromisoformat(value["since"]),
            days={date.fromisoformat(day): _amount(each) for day, each in list(value["days"].items())[:31]},
        )


def money_text(amount: float) -> str:
    """An amount as people write it; the services that charge do so in US dollars."""
    return f"${amount:.2f}" if round(amount, 3) == round(amount, 2) else f"${amount:.3f}"


def _cents(amount: float) -> str:
    """What is left of a budget, in whole cents: none that is not there."""
    return f"${max(0.0, int(amount * 100 + NOTHING * 100) / 100):.2f}"


def _amount(value: object) -> float:
    amount = float(value)  # type: ignore[arg-type]  # raises for what is none
    if not 0 <= amount < 1e9:
        raise ValueError(f"{amount} is no amount of ours")
    return amount


def _day(now: datetime, zone: tzinfo) -> date:
    return now.astimezone(zone).date()


def _last_day(day: date) -> int:
    return calendar.monthrange(day.year, day.month)[1]


def _first_days(today: date) -> Iterator[date]:
    """The first days of the months to come."""
    day = today
    while True:
        day = day.replace(day=1) + timedelta(days=_last_day(day))
        yield day
