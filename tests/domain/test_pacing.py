"""The pace of accounts, whatever is asked of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicator.domain.capabilities import Budget, Price, Spent
from syndicator.domain.ledger import MAX_FAILING, Ledger, StatedLimit, account_plan
from syndicator.domain.pacing import MONEY, Cap, Pace, QuietHours, span_text

NOW = datetime(2026, 11, 26, 10, 0, tzinfo=UTC)
POST: Mapping[str, float] = {Spent.POSTS: 1.0}
DELETION: Mapping[str, float] = {Spent.DELETIONS: 1.0}
JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=5) | st.integers(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(
    most=st.integers(1, 5),
    per_s=st.sampled_from([2, 300, 86_400]),
    waits_s=st.lists(st.floats(0, 4000), max_size=30),
)
def test_a_quota_holds_for_any_span_of_its_length(most: int, per_s: int, waits_s: list[float]) -> None:
    pace = Pace(quotas=[Budget(of=Spent.POSTS, most=most, per=timedelta(seconds=per_s))])
    ledger, now, times = Ledger(), NOW, []
    for wait_s in waits_s:
        now += timedelta(seconds=wait_s)
        if wait := ledger.wait(pace, POST, now):
            assert now < wait.until <= now + timedelta(seconds=per_s * 1.04)
            now = wait.until
        assert ledger.wait(pace, POST, now) is None
        ledger = Ledger.from_json(ledger.with_spent(pace, POST, now).as_json())
        times.append(now)

    for start in times:
        assert sum(start <= at < start + timedelta(seconds=per_s) for at in times) <= most
    assert len(str(ledger.as_json())) < 4000


@given(JSON, st.sampled_from(["", "spent", "stated", "posted", "failing", "waits"]))
def test_a_damaged_ledger_begins_anew(value: Any, name: str) -> None:
    ledger = Ledger.from_json({name: value} if name else value)

    assert ledger.wait(Pace(), POST, NOW) is None or ledger.stated
    assert Ledger.from_json(ledger.as_json()) == ledger
    assert isinstance(ledger.plan(NOW), list)


@pytest.mark.parametrize(
    ("hours", "zone", "now", "end"),
    [
        (
            "22:00-06:00",
            "UTC",
            datetime(2026, 11, 26, 23, 0, tzinfo=UTC),
            datetime(2026, 11, 27, 6, 0, tzinfo=UTC),
        ),
        (
            "22:00-06:00",
            "UTC",
            datetime(2026, 11, 26, 5, 59, tzinfo=UTC),
            datetime(2026, 11, 26, 6, 0, tzinfo=UTC),
        ),
        ("22:00-06:00", "UTC", datetime(2026, 11, 26, 6, 0, tzinfo=UTC), None),
        (
            "12:00-13:30",
            "UTC",
            datetime(2026, 11, 26, 12, 0, tzinfo=UTC),
            datetime(2026, 11, 26, 13, 30, tzinfo=UTC),
        ),
        # Vientiane is seven hours ahead
        (
            "22:00-06:00",
            "Asia/Vientiane",
            datetime(2026, 11, 26, 15, 30, tzinfo=UTC),
            datetime(2026, 11, 26, 23, 0, tzinfo=UTC),
        ),
        # the night in which Berlin's clocks go back is an hour longer
        (
            "22:00-06:00",
            "Europe/Berlin",
            datetime(2026, 10, 24, 21, 0, tzinfo=UTC),
            datetime(2026, 10, 25, 5, 0, tzinfo=UTC),
        ),
        # ... and an hour is passed twice: half past two comes at 0:30, and again at 1:30 UTC
        *(
            (
                hours,
                "Europe/Berlin",
                datetime(2026, 10, 25, *now, tzinfo=UTC),
                datetime(2026, 10, 25, *end, tzinfo=UTC) if end else None,
            )
            for hours, now, end in [
                ("22:00-02:30", (0, 10), (0, 30)),
                ("22:00-02:30", (0, 40), None),
                ("22:00-02:30", (1, 0), (1, 30)),
                ("22:00-02:30", (1, 29), (1, 30)),
                ("22:00-02:30", (1, 30), None),
                ("02:10-02:20", (1, 15), (1, 20)),
                ("02:00-03:00", (0, 10), (2, 0)),
            ]
        ),
        # half past two is left out: the clock goes from two to three, which is past it
        *(
            (
                hours,
                "Europe/Berlin",
                datetime(2026, 3, 29, *now, tzinfo=UTC),
                datetime(2026, 3, 29, *end, tzinfo=UTC) if end else None,
            )
            for hours, now, end in [
                ("22:00-02:30", (0, 10), (1, 0)),
                ("22:00-02:30", (1, 0), None),
                ("22:00-03:30", (0, 59), (1, 30)),
            ]
        ),
        (
            "22:00-01:45",
            "Australia/Lord_Howe",  # half an hour, back from two to half past one
            datetime(2026, 4, 4, 15, 5, tzinfo=UTC),
            datetime(2026, 4, 4, 15, 15, tzinfo=UTC),
        ),
    ],
)
def test_quiet_hours_end(hours: str, zone: str, now: datetime, end: datetime | None) -> None:
    assert QuietHours.from_text(hours, ZoneInfo(zone)).end(now) == end


@pytest.mark.parametrize("text", ["22-06", "22:00", "25:00-06:00", "06:00-06:00", "night"])
def test_other_hours_are_none(text: str) -> None:
    with pytest.raises(ValueError, match="day"):
        QuietHours.from_text(text)


def test_posts_edits_and_deletions_share_a_budget_of_points() -> None:
    per = timedelta(hours=1)
    points = {Spent.POSTS: 3, Spent.EDITS: 2, Spent.DELETIONS: 1}
    pace = Pace(quotas=[Budget(of=Spent.POINTS, most=9, per=per)], points=points)
    ledger = Ledger()
    for cost in (pace.cost_of_post, pace.cost_of_edit, pace.cost_of_deletion):
        assert ledger.wait(pace, cost, NOW) is None
        ledger = ledger.with_spent(pace, cost, NOW)

    # six of nine are spent: a post, or an edit and a deletion
    assert ledger.wait(pace, pace.cost_of_post, NOW) is None
    edited = ledger.with_spent(pace, pace.cost_of_edit, NOW)
    assert edited.wait(pace, pace.cost_of_post, NOW)
    assert edited.wait(pace, pace.cost_of_edit, NOW)
    assert edited.wait(pace, pace.cost_of_deletion, NOW) is None
    assert edited.wait(pace, pace.cost_of_deletion, NOW + per) is None
    assert pace.posts_in(per) == 3
    assert Pace().cost_of_post == {"posts": 1.0, "requests": 1.0}


def test_quiet_hours_are_read() -> None:
    assert QuietHours.from_text("22:00 - 06:30") == QuietHours(begins=time(22), ends=time(6, 30))


def test_what_the_service_says_is_obeyed_by_kind_and_for_a_day_at_most() -> None:
    ledger = Ledger().with_stated(Spent.DELETIONS, StatedLimit(left=0, until=NOW + timedelta(days=9)), NOW)

    wait = ledger.wait(Pace(), DELETION, NOW)

    assert wait
    assert NOW < wait.until <= NOW + timedelta(days=1)
    assert ledger.wait(Pace(), POST, NOW) is None


@pytest.mark.parametrize(
    ("left", "seconds", "waits"), [(40, 60, False), (0, 60, True), (40, 1, False), (0, 1, False)]
)
def test_what_the_service_says_now_counts_more_than_what_is_written_of_such_services(
    left: int, seconds: int, waits: bool
) -> None:
    documented = Budget(of=Spent.POSTS, most=1, per=timedelta(hours=1))
    pace = Pace(quotas=[documented])
    ledger = Ledger().with_spent(pace, POST, NOW - timedelta(minutes=1))
    stated = StatedLimit(left=left, until=NOW + timedelta(seconds=seconds))

    told = ledger.with_stated(Spent.POSTS, stated, NOW - timedelta(minutes=1))

    assert (told.wait(pace, POST, NOW + timedelta(seconds=5)) is not None) == waits


def test_a_resumed_account_does_not_fall_back_on_documents() -> None:
    pace = Pace(quotas=[Budget(of=Spent.POSTS, most=1, per=timedelta(hours=1))])
    stated = StatedLimit(left=0, until=NOW + timedelta(minutes=5))
    ledger = Ledger().with_spent(pace, POST, NOW).with_stated(Spent.POSTS, stated, NOW)

    assert ledger.wait(pace, POST, NOW) is not None
    assert ledger.without_waits().wait(pace, POST, NOW) is None
    assert ledger.without_waits().wait(pace, POST, NOW + timedelta(minutes=10)) is None


def test_a_clock_that_was_ahead_still_hears_that_a_service_counts() -> None:
    pace = Pace(quotas=[Budget(of=Spent.POSTS, most=1, per=timedelta(hours=1))])
    ledger = Ledger().with_spent(pace, POST, NOW)

    told = ledger.with_stated(Spent.POSTS, StatedLimit(left=9, until=NOW - timedelta(minutes=15)), NOW)

    assert told.wait(pace, POST, NOW) is None


def test_what_the_newsroom_allows_counts_whatever_the_service_says() -> None:
    pace = Pace(quotas=[Cap(of=Spent.POSTS, most=1, per=timedelta(hours=1))])
    ledger = Ledger().with_spent(pace, POST, NOW)
    stated = StatedLimit(left=40, until=NOW + timedelta(hours=1))

    assert ledger.with_stated(Spent.POSTS, stated, NOW).wait(pace, POST, NOW) is not None


def test_a_clock_that_was_ahead_blocks_nothing() -> None:
    pace = Pace(quotas=[Cap(of=Spent.POSTS, most=1, per=timedelta(hours=1))], min_gap=timedelta(minutes=1))
    ledger = Ledger().with_spent(pace, POST, NOW + timedelta(days=300))

    assert ledger.wait(pace, POST, NOW) is None


def test_money_is_counted_to_the_cent_and_never_overspent() -> None:
    pace = Pace(
        quotas=[Cap(of=MONEY, most=1.0, per=timedelta(days=31))], price=Price(post=0.1, post_with_link=0.1)
    )
    ledger = Ledger()
    for number in range(10):
        assert ledger.wait(pace, pace.cost_of_post, NOW) is None, number
        ledger = ledger.with_spent(pace, pace.cost_of_post, NOW)

    assert ledger.wait(pace, pace.cost_of_post, NOW)
    assert account_plan(ledger.as_json(), None, "", NOW)[0].startswith(
        "0 of 1 money in 31 d left until 2026-12-2"
    )


def test_different_posts_make_an_account_fail() -> None:
    ledger = Ledger()
    for _ in range(9):
        ledger = ledger.with_failure(1)
    assert not ledger.gets_nothing_through
    for number in range(MAX_FAILING):
        ledger = ledger.with_failure(number)
    assert ledger.gets_nothing_through
    assert not ledger.with_success().gets_nothing_through


def test_an_account_says_why_it_rests() -> None:
    lines = account_plan({}, NOW + timedelta(minutes=3), "429: slow down", NOW)

    assert lines == ["rests until 10:03:00 UTC because 429: slow down"]


@pytest.mark.parametrize(
    ("seconds", "text"), [(2, "2 s"), (300, "5 min"), (3600, "1 h"), (86_400, "24 h"), (31 * 86_400, "31 d")]
)
def test_spans_are_in_words(seconds: int, text: str) -> None:
    assert span_text(timedelta(seconds=seconds)) == text
