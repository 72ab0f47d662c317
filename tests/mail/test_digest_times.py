"""The hours of a digest, with clocks that are changed."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicator.mail.digest_times import DAYS, DigestTimes

ZONES = ["Asia/Vientiane", "Europe/Berlin", "America/Santiago", "Australia/Lord_Howe", "UTC", "Pacific/Apia"]


@pytest.mark.parametrize(
    ("declared", "zone", "moment", "following"),
    [
        ("daily 07:00", "Asia/Vientiane", "2026-11-26T01:00", "2026-11-27T00:00"),
        ("daily 07:00", "Asia/Vientiane", "2026-11-25T23:59", "2026-11-26T00:00"),
        ("daily 07:00", "Asia/Vientiane", "2026-11-26T00:00", "2026-11-27T00:00"),  # that one went out
        ("weekly monday 07:00", "UTC", "2026-11-26T12:00", "2026-11-30T07:00"),
        ("weekly thursday 07:00", "UTC", "2026-11-26T06:59", "2026-11-26T07:00"),
        ("daily 07:00", "Europe/Berlin", "2026-03-28T12:00", "2026-03-29T05:00"),  # summer has begun
        ("daily 02:30", "Europe/Berlin", "2026-03-28T12:00", "2026-03-29T01:30"),  # there is no 02:30
        ("daily 02:30", "Europe/Berlin", "2026-10-24T12:00", "2026-10-25T00:30"),  # there are two
        ("daily 02:30", "Europe/Berlin", "2026-10-25T00:30", "2026-10-26T01:30"),  # and the first counts
    ],
)
def test_the_next_one(declared: str, zone: str, moment: str, following: str) -> None:
    times = DigestTimes.read(declared, zone)

    at = times.next_after(datetime.fromisoformat(moment).replace(tzinfo=UTC))

    assert at == datetime.fromisoformat(following).replace(tzinfo=UTC)


@given(
    st.integers(0, 15 * 365 * 24 * 60).map(lambda n: datetime(2020, 1, 1, tzinfo=UTC) + timedelta(minutes=n)),
    st.sampled_from(ZONES),
    st.times(),
    st.sampled_from([*DAYS, ""]),
)
def test_it_is_later_and_soon_and_at_the_hour(moment: datetime, zone: str, hour: time, day: str) -> None:
    times = DigestTimes.read(f"{f'weekly {day}' if day else 'daily'} {hour:%H:%M}", zone)
    at = times.next_after(moment)

    local = at.astimezone(times.zone)
    assert moment < at <= moment + timedelta(days=8 if day else 2, hours=2)
    shift = timedelta(hours=1)
    wanted = timedelta(hours=hour.hour, minutes=hour.minute)
    clock = timedelta(hours=local.hour, minutes=local.minute)
    assert abs(clock - wanted) <= shift or abs(clock - wanted) >= timedelta(days=1) - shift
    assert times.next_after(at) > at


@pytest.mark.parametrize(
    ("declared", "zone", "setting"),
    [
        ("07:00", "UTC", "digest"),
        ("daily 7:00", "UTC", "digest"),
        ("daily 24:00", "UTC", "digest"),
        ("weekly 07:00", "UTC", "digest"),
        ("weekly someday 07:00", "UTC", "digest"),
        ("daily 07:00", "Vientiane", "timezone"),
        ("daily 07:00", "../etc/passwd", "timezone"),
        ("daily 07:00", "", "timezone"),
    ],
)
def test_what_is_no_time_is_told(declared: str, zone: str, setting: str) -> None:
    with pytest.raises(ValueError, match=f"^{setting}: "):
        DigestTimes.read(declared, zone)
