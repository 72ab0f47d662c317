"""The pace of an account, as it is declared: its service's limits and its newsroom's wishes. All pure."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Protocol

from syndicator.domain.capabilities import Capabilities, Price, Spent
from syndicator.domain.money import MoneyBudget

#: What is counted beside ``capabilities.Spent``: in the currency of the service's price.
MONEY = "money"

MINUTE = timedelta(minutes=1)


class Quota(Protocol):
    """So much of a kind within any period of this length: ``capabilities.Budget`` is one."""

    @property
    def of(self) -> str: ...

    @property
    def most(self) -> float: ...

    @property
    def per(self) -> timedelta: ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Cap:
    """A ``Quota`` of the newsroom's own."""

    of: str
    most: float
    per: timedelta


@dataclass(frozen=True, kw_only=True, slots=True)
class QuietHours:
    """From ``begins`` to ``ends`` each day, in the newsroom's zone; over midnight, if it ends earlier than it
    begins."""

    begins: time
    ends: time
    zone: tzinfo = UTC

    @classmethod
    def from_text(cls, text: str, zone: tzinfo = UTC) -> QuietHours:
        """The hours in ``22:00-06:00``. Raises ``ValueError``."""
        try:
            begins, ends = (datetime.strptime(each.strip(), "%H:%M").time() for each in text.split("-"))  # noqa: DTZ007 - times of any day
        except ValueError:
            raise ValueError(f'{text!r} is no span of a day: write "22:00-06:00"') from None
        if begins == ends:
            raise ValueError(f"{text!r} begins when it ends: the whole day, or none of it?")
        return cls(begins=begins, ends=ends, zone=zone)

    def end(self, now: datetime) -> datetime | None:
        """When the quiet that is now ends, in UTC; ``None``: it is not quiet. It is whatever clocks there
        show, in an hour that they pass twice, too."""
        if not self._is_quiet(now):
            return None
        local = now.astimezone(self.zone)
        day: date = local.date()
        if self.begins > self.ends and local.time() >= self.begins:
            day += timedelta(days=1)
        end = datetime.combine(day, self.ends, self.zone)
        first, last = sorted(end.replace(fold=fold).astimezone(UTC) for fold in (0, 1))
        if first == last or first.astimezone(self.zone).time() == self.ends:
            return first if now < first else last
        left_out = range(int((last - first) / MINUTE))  # clocks leave that time out
        minutes = bisect_left(left_out, True, key=lambda count: not self._is_quiet(first + count * MINUTE))
        return first + minutes * MINUTE

    def _is_quiet(self, moment: datetime) -> bool:
        at = moment.astimezone(self.zone).time()
        has_begun, has_not_ended = at >= self.begins, at < self.ends
        is_over_midnight = self.begins > self.ends
        return (has_begun or has_not_ended) if is_over_midnight else (has_begun and has_not_ended)


@dataclass(frozen=True, kw_only=True, slots=True)
class Pace:
    """What holds for an account. ``price``: what its service charges; ``money``: what may be spent of that in
    a month (``None``: any sum). ``skips_unpaid``: a post for which there is no money is skipped, and does not
    wait for it. ``quiet``: nothing but urgent news is posted then. ``points``: what a post, an edit and a
    deletion cost where its service counts points."""

    quotas: Sequence[Quota] = ()
    min_gap: timedelta = timedelta()
    quiet: QuietHours | None = None
    price: Price | None = None
    money: MoneyBudget | None = None
    skips_unpaid: bool = False
    points: Mapping[Spent, int] = field(default_factory=dict)

    def of_service(self, capabilities: Capabilities) -> Pace:
        """The same within what a service allows, and at its price."""
        quotas = (*self.quotas, *capabilities.budgets)
        return replace(self, quotas=quotas, price=capabilities.price, points=capabilities.points)

    def posts_in(self, span: timedelta) -> int | None:
        """How many posts go out within a span at the most; ``None``: any number."""
        cost = self._cost(Spent.POSTS)
        of_posts = [quota for quota in self.quotas if quota.of in cost]
        counts = [quota.most / cost[quota.of] * max(1.0, span / quota.per) for quota in of_posts]
        least = min([span / self.min_gap if self.min_gap else math.inf, *counts])
        return None if math.isinf(least) else max(1, int(least))

    @property
    def cost_of_edit(self) -> Mapping[str, float]:
        """By kind, without a photo."""
        cost = self._cost(Spent.EDITS)
        return {**cost, MONEY: self.price.edit} if self.price else cost

    @property
    def cost_of_post(self) -> Mapping[str, float]:
        """By kind, at the most."""
        cost = self._cost(Spent.POSTS)
        if self.price is None:
            return cost
        return {**cost, MONEY: self.price.post_with_link + self.price.alternative_text}

    @property
    def cost_of_deletion(self) -> Mapping[str, float]:
        """By kind, as far as it waits for that: not for money."""
        return self._cost(Spent.DELETIONS)

    def _cost(self, kind: Spent) -> dict[str, float]:
        cost = {str(kind): 1.0, str(Spent.REQUESTS): 1.0}
        return {**cost, str(Spent.POINTS): float(self.points[kind])} if kind in self.points else cost


#: Nothing is declared.
NO_PACE = Pace()


def quota_name(quota: Quota) -> str:
    """What a quota is counted under: those that are alike in kind and period are one."""
    return f"{quota.of}/{quota.per.total_seconds():g}"


def span_text(span: timedelta) -> str:
    """A span in the largest unit that divides it: ``30 min``, ``24 h``."""
    seconds = span.total_seconds()
    for unit, length in (("d", 86_400), ("h", 3600), ("min", 60)):
        if seconds >= length and not seconds % length and (unit != "d" or seconds > length):
            return f"{seconds / length:g} {unit}"
    return f"{seconds:g} s"


def amount_text(number: float) -> str:
    """A number as people write it: ``12``, ``0.05``."""
    return f"{number:.2f}".rstrip("0").rstrip(".")
