"""Recipients of channels where something has gone wrong: a worker has died, a clock was ahead."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syndicator.domain.post import Occasion
from syndicator.jobs.broadcast import BATCH_LEASE, broadcast
from syndicator.jobs.job import Job
from syndicator.store import Store, leases, open_store
from tests.jobs.test_broadcast import CHANNEL, Office

pytestmark = pytest.mark.slow

DEAD, LIVING = "0123456789abcdef", "fedcba9876543210"


@pytest.fixture
def office(store: Store) -> Office:
    return Office(store)


def dies_with_letters(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process takes letters in hand and is heard of no more."""
    with monkeypatch.context() as patched:
        patched.setattr(leases, "PROCESS_MARK", DEAD)
        assert office.store.claim_letters(CHANNEL, office.clock(), BATCH_LEASE, 10, joins=False)


def test_letters_in_dead_hands_are_sent_at_once_where_the_death_is_certain(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("ann", "bob"):
        office.joins(name)
    office.announces("one")
    dies_with_letters(office, monkeypatch)
    assert office.broadcasts() == 0

    assert office.store.free_rows([LIVING]) == 0
    assert office.store.free_rows([DEAD]) == 2
    assert office.broadcasts() == 2
    assert sorted(office.post.took) == [("ann", ["one"]), ("bob", ["one"])]


def test_letters_in_other_hands_stay_there(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    office.joins("ann")
    office.announces("one")
    dies_with_letters(office, monkeypatch)

    assert office.store.free_rows([LIVING, "1111111111111111"]) == 0
    assert office.broadcasts() == 0


def sweeps(office: Office) -> None:
    office.store.set_right(office.clock())


def test_what_was_announced_by_a_clock_ahead_is_sent_once_it_is_right(office: Office) -> None:
    office.joins("ann")
    office.clock.tick(minutes=20)
    office.announces("one")
    office.clock.tick(minutes=-20)
    assert office.broadcasts() == 0

    sweeps(office)
    assert office.broadcasts() == 1
    assert office.post.took == [("ann", ["one"])]


def test_what_was_announced_by_a_clock_ahead_is_not_passed_over(office: Office) -> None:
    """No later announcement goes out before it, whoever looks first."""
    office.joins("ann")
    office.clock.tick(days=1)
    office.announces("one")
    office.clock.tick(days=-1)
    office.announces("two")

    office.broadcasts()
    assert office.post.took == [("ann", ["one"]), ("ann", ["two"])]


@pytest.mark.parametrize("back_s", [20, 48, 59, 61, 120])
def test_what_a_clock_set_back_has_not_come_to_is_not_passed_over(office: Office, back_s: int) -> None:
    """One was announced shortly before by a clock that was right, another by one that was ahead by far: it
    is not brought forward alone."""
    office.joins("ann")
    office.announces("one")
    office.clock.tick(minutes=20)
    office.announces("two")
    office.clock.tick(minutes=-20, seconds=-back_s)
    sweeps(office)

    office.broadcasts()
    assert office.post.took == [("ann", ["one"]), ("ann", ["two"])]


def test_a_correction_is_told_to_whom_a_clock_set_back_has_let_have_the_news(office: Office) -> None:
    office.joins("ann")
    office.announces("one")
    office.clock.tick(minutes=20)
    office.announces("two")
    office.clock.tick(minutes=-20, seconds=-48)
    sweeps(office)
    office.broadcasts()
    office.announces("one, better", Occasion.CORRECTION, post="one")

    office.broadcasts()
    assert office.post.took == [("ann", ["one"]), ("ann", ["two"]), ("ann", ["one, better"])]


def test_letters_that_failed_or_were_taken_by_a_clock_ahead_wait_no_longer_for_it(office: Office) -> None:
    for name in ("ann", "bob"):
        office.joins(name)
    office.announces("one")
    office.clock.tick(hours=3)
    office.store.beat("worker-1", "worker", office.clock())
    [letter, _] = office.store.claim_letters(CHANNEL, office.clock(), BATCH_LEASE, 10, joins=False)
    office.store.put_off_letters([letter], office.clock() + timedelta(minutes=1), "the relay is away")
    office.clock.tick(hours=-3)

    sweeps(office)
    office.clock.tick(minutes=1)
    assert office.broadcasts() == 1
    office.clock.tick(seconds=BATCH_LEASE.total_seconds() - 60)
    assert office.broadcasts() == 1
    assert office.due == []


def test_a_digest_waits_for_its_hour_whatever_clock_made_it(office: Office) -> None:
    office.post.joins = True
    office.joins("ann")
    office.clock.tick(minutes=20)
    office.announces("one", due=office.clock() + timedelta(hours=5))
    office.clock.tick(minutes=-20)
    sweeps(office)

    assert office.broadcasts() == 0
    office.clock.tick(hours=5, minutes=20)
    assert office.broadcasts() == 1


def test_a_digest_that_comes_sooner_now_takes_along_what_waited_for_the_later_hour(office: Office) -> None:
    """As when a weekly digest was made a daily one."""
    office.post.joins = True
    office.joins("ann")
    office.announces("one", due=office.clock() + timedelta(days=5))
    office.announces("two", due=office.clock() + timedelta(hours=5))
    office.clock.tick(hours=5)
    office.broadcasts()
    assert office.post.took == [("ann", ["one", "two"])]


def test_a_post_that_was_taken_back_stays_so(office: Office) -> None:
    office.post.joins = True
    office.joins("ann")
    office.announces("one", due=office.clock() + timedelta(days=5))
    office.announces("one, no", Occasion.RETRACTION, post="one", due=office.clock() + timedelta(days=5))
    office.announces("two")
    office.broadcasts()
    assert office.post.took == [("ann", ["two"])]


@settings(max_examples=15, deadline=None)
@given(
    steps=st.lists(
        st.tuples(st.sampled_from([-90, -20, -0.8, 0, 0.5, 1, 20, 90]), st.booleans(), st.booleans()),
        min_size=1,
        max_size=8,
    )
)
def test_whatever_the_clock_does_everybody_is_told_everything_in_order(
    steps: list[tuple[float, bool, bool]],
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(f"sqlite:///{folder}/recipients.db")
        office = Office(store)
        office.joins("ann")
        for number, (minutes, is_worked, is_swept) in enumerate(steps):
            office.clock.tick(minutes=minutes)
            if is_swept:
                sweeps(office)
                office.broadcasts()
            office.announces(str(number))
            if is_worked:
                office.broadcasts()
        office.clock.tick(minutes=-200)
        sweeps(office)
        office.broadcasts()
        store.engine.dispose()

    assert [keys for _, keys in office.post.took] == [[str(number)] for number in range(len(steps))]


def test_a_process_that_is_told_to_stop_begins_no_more_letters_and_holds_nobody_up(office: Office) -> None:
    names = [f"reader-{number}" for number in range(9)]
    for name in names:
        office.joins(name)
    office.announces("one")
    post, announcer = office.post, office.announcer
    stopping = replace(announcer, is_stopping=lambda: len(post.took) >= 4)

    assert broadcast(stopping, CHANNEL) == 4
    assert office.due == [(Job.BROADCAST, CHANNEL)]
    assert office.broadcasts() == 5
    assert sorted(to for to, _ in post.took) == names


@pytest.mark.parametrize("pause_s", [25, 39])
def test_letters_that_take_long_stay_in_one_hand(office: Office, pause_s: int) -> None:
    """As with a relay that is slow: three letters and more are handed over within a lease."""
    names = [f"reader-{number:02}" for number in range(30)]
    for name in names:
        office.joins(name)
    office.announces("one")
    taken: list[int] = []

    def time_passes() -> None:
        office.clock.tick(seconds=pause_s)
        taken.append(len(office.store.claim_letters(CHANNEL, office.clock(), BATCH_LEASE, 50, joins=False)))

    office.post.meanwhile = time_passes
    office.broadcasts()

    assert set(taken) == {0}
    assert sorted(to for to, _ in office.post.took) == names
