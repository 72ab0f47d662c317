"""A month's money, spread over its days."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicator.domain.capabilities import Price
from syndicator.domain.ledger import Ledger
from syndicator.domain.money import DAYS_AHEAD, MoneyBudget, Purse, money_text
from syndicator.domain.pacing import MONEY, Pace

ZONES = [UTC, ZoneInfo("Asia/Vientiane"), ZoneInfo("America/Santiago")]


def purse(most: float, now: datetime, **days: float) -> Purse:
    """One that was there before the month began; ``d3``: what was spent on its third."""
    spent = {now.date().replace(day=int(name[1:])): amount for name, amount in days.items()}
    return Purse(budget=MoneyBudget(most=most), since=date(2026, 1, 1), days=spent)


def at(day: int, hour: int = 12) -> datetime:
    return datetime(2026, 11, day, hour, tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "spent", "today", "urgent"),
    [
        (at(1), {}, 1.0, 4.0),
        (at(10), {}, 10.0, 10 + DAYS_AHEAD * 30 / 21),  # quiet days are carried over
        (at(2), {"d1": 1.0}, 1.0, 4.0),
        (at(2), {"d1": 4.0}, 26 / 29, 26 / 29 * 4),  # what breaking news took is spread over all that is left
        (at(30), {"d1": 29.5}, 0.5, 0.5),
        (at(15), {"d15": 20.0}, -5.0, 15 + DAYS_AHEAD * 30 / 16 - 20),
        (at(30), {"d2": 31.0}, 0.0, 0.0),
    ],
)
def test_a_day_has_its_share_and_what_was_not_spent(
    now: datetime, spent: dict[str, float], today: float, urgent: float
) -> None:
    held = purse(30.0, now, **spent)

    assert held.left_today(now) == pytest.approx(today)
    assert held.left_today(now, urgent=True) == pytest.approx(urgent)


def test_a_budget_that_begins_late_is_spread_over_the_days_that_are_left() -> None:
    held = Purse.new(MoneyBudget(most=50.0), at(26))

    assert held.left_today(at(26)) == pytest.approx(10.0)
    assert held.left_today(at(28)) == pytest.approx(30.0)
    assert held.left_today(datetime(2026, 12, 1, tzinfo=UTC)) == pytest.approx(50 / 31)


def test_a_day_begins_in_the_newsrooms_zone() -> None:
    late = datetime(2026, 11, 30, 17, 30, tzinfo=UTC)  # half past midnight in Vientiane
    held = Purse.new(MoneyBudget(most=31.0, zone=ZoneInfo("Asia/Vientiane")), at(1)).with_spent(30.0, at(2))

    assert held.left_today(late - timedelta(hours=1)) == pytest.approx(1.0)
    assert held.with_spent(0.5, late).left_this_month(late) == pytest.approx(30.5)


@pytest.mark.parametrize(
    ("most", "spent", "amount", "until", "why"),
    [
        (
            30.0,
            {"d10": 10.0},
            0.2,
            datetime(2026, 11, 11, tzinfo=UTC),
            "today's share of $30.00 a month is spent",
        ),
        (30.0, {"d9": 30.0}, 0.2, datetime(2026, 12, 1, tzinfo=UTC), "the month's $30.00 are spent"),
        (
            3.0,
            {"d10": 1.0},
            0.2,
            datetime(2026, 11, 12, tzinfo=UTC),
            "today's share of $3.00 a month is spent",
        ),
        (1.0, {"d1": 1.0}, 0.2, datetime(2026, 12, 7, tzinfo=UTC), "the month's $1.00 are spent"),
        (0.1, {}, 0.2, datetime(2026, 12, 1, tzinfo=UTC), "a post costs $0.20, and $0.10 a month is all"),
    ],
)
def test_a_post_waits_for_the_day_that_can_pay_for_it(
    most: float, spent: dict[str, float], amount: float, until: datetime, why: str
) -> None:
    held = purse(most, at(10), **spent)

    assert not held.is_enough(amount, at(10))
    assert held.next_time(amount, at(10)) == until
    assert held.why(amount, at(10)).startswith(why)


@given(
    most=st.floats(0.3, 200),
    zone=st.sampled_from(ZONES),
    price=st.sampled_from([0.015, 0.2, 0.205]),
    gaps_h=st.lists(st.tuples(st.floats(0, 60), st.booleans()), max_size=60),
)
def test_no_month_costs_more_than_is_declared_and_each_wait_ends(
    most: float, zone: ZoneInfo, price: float, gaps_h: list[tuple[float, bool]]
) -> None:
    now, spent = at(13), dict[tuple[int, int], float]()
    pace = Pace(price=Price(post=price, post_with_link=price), money=MoneyBudget(most=most, zone=zone))
    ledger = Ledger()
    for hours, urgent in gaps_h:
        now += timedelta(hours=hours)
        ledger = ledger.with_money(pace, now)
        if wait := ledger.unpaid(pace, {MONEY: price}, now, urgent=urgent):
            assert now < wait.until < now + timedelta(days=63)
            now = wait.until
        assert ledger.unpaid(pace, {MONEY: price}, now, urgent=urgent) is None
        ledger = Ledger.from_json(ledger.with_spent(pace, {MONEY: price}, now).as_json())
        day = now.astimezone(zone)
        spent[day.year, day.month] = spent.get((day.year, day.month), 0.0) + price

    assert all(amount <= most + 1e-6 for amount in spent.values())


def test_what_was_not_done_comes_back() -> None:
    held = purse(30.0, at(3)).with_spent(0.2, at(3)).with_spent(-0.2, at(3))

    assert held.left_today(at(3)) == pytest.approx(3.0)


def test_another_budget_counts_from_what_was_spent() -> None:
    less = Pace(money=MoneyBudget(most=9.0))
    ledger = Ledger(purse=purse(30.0, at(10), d2=8.0)).with_money(less, at(10))

    assert ledger.purse
    assert ledger.purse.left_this_month(at(10)) == pytest.approx(1.0)
    assert ledger.with_money(Pace(), at(10)).purse is None


def test_the_plan_is_told() -> None:
    assert purse(30.0, at(10), d4=12.0, d10=0.8).plan(at(10)) == (
        "$17.20 of $30.00 left this month: $0.05 today ($2.62 for breaking news), "
        "then $0.85 a day for 20 days"
    )
    assert purse(30.0, at(11), d4=12.0, d10=0.8).plan(at(11)) == (
        "$17.20 of $30.00 left this month: $0.86 today ($3.44 for breaking news), "
        "then $0.86 a day for 19 days"
    )
    assert purse(30.0, at(29)).plan(at(29)).endswith("then $1.00 on the last day")
    assert purse(30.0, at(30)).plan(at(30)).endswith("for breaking news)")
    assert money_text(0.005) == "$0.005"


@pytest.mark.parametrize(
    "value",
    [{}, {"most": "x"}, {"most": -1}, {"most": 3, "zone": "Nowhere/At", "since": "2026-11-01", "days": {}}],
)
def test_a_purse_that_cannot_be_read_is_none(value: dict[str, object]) -> None:
    with pytest.raises((LookupError, ValueError, TypeError)):
        Purse.from_json(value)
