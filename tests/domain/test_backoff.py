"""Schedules of what is tried again."""

from __future__ import annotations

from datetime import timedelta

import pytest

from syndicator.domain import backoff
from syndicator.domain.backoff import Backoff


def waits(schedule: Backoff, count: int) -> list[float]:
    return [schedule.wait(n).total_seconds() for n in range(1, count + 1)]


def test_waits_grow_from_the_first_to_the_longest() -> None:
    assert waits(backoff.PROCESS, 8) == [0.5, 1, 2, 4, 8, 16, 30, 30]
    assert waits(backoff.PAGE, 9) == [120, 240, 480, 960, 1920, 3840, 7680, 15_360, 21_600]
    assert waits(Backoff(first=timedelta(seconds=1), longest=timedelta(minutes=1), factor=3), 5) == [
        1,
        3,
        9,
        27,
        60,
    ]


def test_any_number_of_failures_is_counted() -> None:
    assert backoff.PAGE.wait(10**6) == backoff.PAGE.longest


@pytest.mark.parametrize(
    ("every", "pauses"),
    [
        (timedelta(minutes=5), [300, 600, 1200, 2400, 3600, 3600]),
        (timedelta(days=1), [86_400] * 6),
    ],
)
def test_a_source_is_never_looked_at_sooner_than_it_is_declared(every: timedelta, pauses: list[int]) -> None:
    assert waits(backoff.of_source(every), 6) == pauses


@pytest.mark.parametrize(
    "schedule", [backoff.DELIVERY, backoff.SUBSCRIBER, backoff.CONFIRMATION, backoff.NAMED_AGAIN]
)
def test_crowds_disperse_within_a_quarter(schedule: Backoff) -> None:
    first, last = {schedule.wait(1) for _ in range(200)}, {schedule.wait(50) for _ in range(200)}

    assert schedule.first * 0.75 <= min(first) < max(first) <= schedule.first * 1.25
    assert schedule.longest * 0.75 <= min(last) < max(last) <= schedule.limit == schedule.longest * 1.25
    assert len(first) > 100
