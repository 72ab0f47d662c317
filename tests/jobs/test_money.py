"""Posts that cost money go out as the month's budget has it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from syndicator.domain.capabilities import Price
from syndicator.domain.delivery import Standing
from syndicator.domain.errors import OutcomeUnknown, Refused, SyndicatorError, TryLater
from syndicator.domain.ledger import Ledger
from syndicator.domain.money import MoneyBudget
from syndicator.domain.pacing import Pace
from syndicator.domain.policy import OnCorrection, Policy
from syndicator.jobs.deliver import deliver
from tests.jobs.newsroom import Story

pytestmark = pytest.mark.slow  # databases or processes throughout

DEFAULT = Policy()
PRICE = Price(post=0.5, post_with_link=0.5, edit=0.5, deletion=0.1, look_up=0.01)


@pytest.fixture(autouse=True)
def baseline(story: Story) -> None:
    story.clock.tick(minutes=0)
    story.max_age = timedelta(hours=20)
    story.baseline()


def pace(most: float, **more: Any) -> Pace:
    return Pace(price=PRICE, money=MoneyBudget(most=most), **more)


def work(story: Story, pace: Pace, hours: float = 0.5, policy: Policy = DEFAULT) -> None:
    courier = replace(story.courier(), pace=pace, policy=policy)

    def sleep(seconds: float) -> None:
        story.clock.tick(seconds=seconds)

    deliverer = replace(story.deliverer(courier), sleep=sleep)
    end = story.clock() + timedelta(hours=hours)
    while story.clock() < end:
        deliver(deliverer, "wire")
        story.clock.tick(minutes=10)


def publish(story: Story, *keys: str, **changes: Any) -> None:
    for key in keys:
        story.publishes(key, **changes)
        story.clock.tick(seconds=1)


def spent(story: Story) -> float:
    purse = Ledger.from_json(story.channel_row.ledger).purse
    return round(sum(purse.days.values()), 3) if purse else 0.0


def month(story: Story, a_day: float) -> float:
    """A budget whose share of today is so much."""
    first = (story.clock().replace(day=28) + timedelta(days=4)).replace(day=1)
    return a_day * ((first.date() - story.clock().date()).days)


def test_a_day_pays_for_its_posts_and_the_best_go_first(story: Story) -> None:
    publish(story, "1", "2", "3", "4")

    work(story, pace(month(story, 1.0)))

    assert [text.splitlines()[0] for text in story.texts] == ["Bridge 4 reopens", "Bridge 3 reopens"]
    wait, why = story.channel_row.ledger["waits"]["posts"]
    assert why.startswith("today's share of $")
    assert wait > story.clock().timestamp()
    assert spent(story) == 1.0


def test_what_waits_goes_out_the_next_day(story: Story) -> None:
    publish(story, "1", "2", "3")
    budget = pace(month(story, 1.0))
    work(story, budget)
    work(story, budget, hours=15)

    assert sorted(d.standing for d in story.deliveries) == [Standing.SENT] * 3


def test_what_is_old_by_its_turn_is_skipped(story: Story) -> None:
    story.max_age = timedelta(hours=2)
    publish(story, "1", "2", "3")

    work(story, pace(month(story, 1.0)), hours=16)

    assert sorted(d.standing for d in story.deliveries) == [Standing.SENT, Standing.SENT, Standing.SKIPPED]


def test_breaking_news_takes_from_days_to_come(story: Story) -> None:
    budget = pace(month(story, 0.5))
    publish(story, "1", "2")
    work(story, budget)
    assert len(story.texts) == 1

    publish(story, "3", "4", "5", "6", "7", urgent=True)
    work(story, budget)

    assert len(story.texts) == 1 + 3
    assert all("Bridge 1" not in text for text in story.texts)


def test_what_cannot_be_paid_for_is_skipped_where_that_is_declared(story: Story) -> None:
    publish(story, "1", "2", "3")

    work(story, pace(month(story, 1.0), skips_unpaid=True))

    standings = sorted(d.standing for d in story.deliveries)
    assert standings == [Standing.SENT, Standing.SENT, Standing.SKIPPED]
    [reason] = [d.reason for d in story.deliveries if d.standing is Standing.SKIPPED]
    assert reason.startswith("skipped, as declared: today's share of $")


def test_a_retraction_never_waits_for_money_and_a_correction_takes_the_urgent_share(story: Story) -> None:
    budget = pace(month(story, 0.5))
    publish(story, "1", "2")
    work(story, budget)
    [out] = [d for d in story.deliveries if d.standing is Standing.SENT]
    key = "2" if "Bridge 2" in story.texts[0] else "1"

    story.publishes(key, title="Corrected")
    work(story, budget)
    assert "Corrected" in story.texts[0]
    story.retracts(key)
    work(story, budget)

    assert story.texts == []
    assert out
    assert spent(story) == 1.1


@pytest.mark.parametrize(
    ("error", "costs"),
    [
        (TryLater("503", rests=False), 0.5),
        (Refused("no"), 0.0),
        (OutcomeUnknown("torn"), 0.5),
    ],
)
def test_what_was_not_posted_is_not_paid_for(story: Story, error: SyndicatorError, costs: float) -> None:
    story.channel.before = [error, None]
    publish(story, "1")

    work(story, pace(100.0), hours=1)

    assert spent(story) >= costs
    assert spent(story) <= costs + 0.5 + 0.02


def test_a_post_that_is_refused_costs_nothing(story: Story) -> None:
    story.channel.before = [Refused("no")] * 3
    publish(story, "1", "2", "3")

    work(story, pace(100.0))

    assert spent(story) == 0.0


def test_nothing_is_deleted_for_a_correction_that_cannot_be_paid_for(story: Story) -> None:
    policy = Policy(on_correction=OnCorrection.REPOST, repost_within=timedelta(days=2))
    budget = pace(month(story, 0.7))
    publish(story, "1")
    work(story, budget, policy=policy)
    story.publishes("1", title="Corrected")
    work(story, budget, policy=policy)
    assert [text.splitlines()[0] for text in story.texts] == ["Bridge 1 reopens"]

    work(story, budget, hours=16, policy=policy)

    assert [text.splitlines()[0] for text in story.texts] == ["Corrected"]


def test_what_was_not_charged_is_off_the_record_at_once(story: Story) -> None:
    budget = pace(100.0)
    publish(story, "1")
    work(story, budget)
    assert spent(story) == 0.5
    for number in range(2, 9):
        story.channel.before = [Refused("no")]
        publish(story, str(number))
        work(story, budget, hours=0.1)

    assert spent(story) == 0.5


def test_the_operator_reads_what_is_left(story: Story) -> None:
    publish(story, "1")
    work(story, pace(month(story, 1.0)))

    [line] = [each for each in Ledger.from_json(story.channel_row.ledger).plan(story.clock()) if "$" in each]

    assert " left this month: $0.50 today ($3.50 for breaking news), then $" in line
