"""Nobody takes more than their share of whole feeds, and nobody else pays for it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicator.web.limits import MAX_ADDRESSES, Allowance
from tests.web.browser import Browser, browsing
from tests.web.house import House

RSS = "/feeds/all.rss"


@pytest.fixture
def crowded(house: House) -> Iterator[Browser]:
    with browsing(house.app(most_per_minute=5, proxies=("10.0.0.1/32",)), address="8.8.8.8") as opened:
        yield opened


def test_who_asks_for_everything_all_the_time_has_to_wait(crowded: Browser) -> None:
    assert [crowded.get(RSS).status for _ in range(6)] == [200] * 5 + [429]

    late = crowded.get(RSS)
    assert 1 <= int(late.headers["retry-after"]) <= 13
    assert late.headers["cache-control"] == "no-store"
    assert late.headers["access-control-allow-origin"] == "*"
    crowded.address = "1.1.1.1"
    assert crowded.get(RSS).status == 200


def test_asking_for_what_is_new_costs_nothing(crowded: Browser) -> None:
    tag = crowded.get(RSS).headers["etag"]

    assert {crowded.get(RSS, if_none_match=tag).status for _ in range(20)} == {304}
    assert {crowded.ask("HEAD", RSS, {}).status for _ in range(20)} == {200}
    assert crowded.get(RSS).status == 200


@pytest.mark.parametrize("address", ["127.0.0.1", "10.0.0.1", "::1", "fd00::1", ""])
def test_our_own_network_does_not_wait(crowded: Browser, address: str) -> None:
    """A proxy that names nobody stands for all readers."""
    crowded.address = address

    assert {crowded.get(RSS).status for _ in range(20)} == {200}


def test_our_own_proxy_says_who_asks(crowded: Browser) -> None:
    crowded.address = "10.0.0.1"
    asked = [crowded.get(RSS, x_forwarded_for="9.9.9.9, 8.8.4.4").status for _ in range(6)]

    assert asked == [200] * 5 + [429]
    assert crowded.get(RSS, x_forwarded_for="8.8.4.4, 9.9.9.9").status == 200


def test_nobody_on_the_internet_speaks_for_another(crowded: Browser) -> None:
    asked = [crowded.get(RSS, x_forwarded_for=f"9.9.9.{n}").status for n in range(6)]

    assert asked == [200] * 5 + [429]


@given(st.lists(st.floats(0, 30), max_size=60), st.integers(1, 10))
def test_in_no_minute_is_more_given_than_twice_the_share(pauses: list[float], most: int) -> None:
    now = 0.0
    allowance = Allowance(most, clock=lambda: now)
    given_at: list[float] = []
    for pause in pauses:
        now += pause
        wait = allowance.wait("somebody")
        if wait:
            assert 0 < wait <= 60 / most
        else:
            given_at.append(now)

    for at in given_at:
        assert sum(at <= other <= at + 60 for other in given_at) <= 2 * most


def test_waiting_as_long_as_told_is_enough() -> None:
    now = 0.0
    allowance = Allowance(3, clock=lambda: now)
    for _ in range(3):
        assert not allowance.wait("somebody")
    now += allowance.wait("somebody") + 1e-6

    assert not allowance.wait("somebody")


def test_memory_is_bounded() -> None:
    allowance = Allowance(3)
    for number in range(MAX_ADDRESSES + 100):
        allowance.wait(str(number))

    assert len(allowance._buckets) == MAX_ADDRESSES
