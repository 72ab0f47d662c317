"""A clock that was ahead costs nothing once it is right, and nothing is posted twice for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, select, update

from syndicator.domain.article import Photo
from syndicator.domain.capabilities import Budget, Spent
from syndicator.domain.errors import OutcomeUnknown, SourceError, SourceGone, TryLater
from syndicator.domain.pacing import Pace
from syndicator.jobs.deliver import deliver
from syndicator.jobs.sweep import Sweeper, sweep
from syndicator.store import Store, schema
from syndicator.store.present import SKEW
from tests.fakes import NOON, FakeBell
from tests.jobs.newsroom import Story
from tests.processes.heard import HeardBell

pytestmark = pytest.mark.slow  # databases or processes throughout

#: The longest that anything waits of itself when nothing is wrong any more.
NORMAL = timedelta(minutes=40)


class Day(Story):
    """A story whose jobs are those that sweeps ring for."""

    def works(self, every: float = 30, **span: float) -> None:
        """Time passes, so many seconds at a time, and whatever is rung for is done."""
        end = self.clock() + timedelta(**span)
        while self.clock() <= end:
            self.bell = FakeBell()
            self.sweeps()
            for job, _ in self.bell.rung[:]:
                if job == "watch":
                    self.look()
                elif job == "deliver":
                    self.delivers()
            self.clock.tick(seconds=every)

    def sweeps(self) -> None:
        sweep(Sweeper(store=self.store, editor=self.editor, bell=self.bell, clock=self.clock), "beat")

    @property
    def titles(self) -> list[str]:
        return sorted(post.article.title for post in self.channel.shown.values())


@pytest.fixture
def day(store: Store) -> Day:
    story = Day(store)
    story.baseline()
    return story


def test_a_source_looked_at_by_a_clock_ahead_is_looked_at_once_it_is_right(day: Day) -> None:
    day.clock.tick(days=1)
    day.look()
    looks = day.source.looks

    day.clock.tick(days=-1)
    day.works(minutes=1)

    assert day.source.looks > looks


def test_a_source_declared_by_a_clock_ahead_is_looked_at_once_it_is_right(store: Store) -> None:
    day = Day(store)
    day.clock.tick(days=-3)
    day.works(minutes=1)

    assert day.source.looks >= 1


def test_what_is_published_after_a_first_look_by_a_clock_ahead_is_news(store: Store) -> None:
    day = Day(store)
    day.clock.tick(days=3)
    day.look()
    day.clock.tick(days=-3)
    day.works(minutes=1)

    day.publishes()
    day.works(minutes=1)

    assert day.titles == ["Bridge 1 reopens"]


@pytest.mark.parametrize(
    "trouble", [TryLater("full"), TryLater("this", whole_channel=False), OutcomeUnknown("?")]
)
def test_a_delivery_tried_by_a_clock_ahead_is_tried_once_it_is_right(day: Day, trouble: Exception) -> None:
    day.clock.tick(days=1)
    day.channel.before = [trouble]
    day.publishes(published=day.clock() - timedelta(days=1))
    day.delivers()
    assert day.titles == []

    day.clock.tick(days=-1)
    day.works(every=120, minutes=NORMAL / timedelta(minutes=1))

    assert day.titles == ["Bridge 1 reopens"]


@pytest.mark.parametrize("ahead", [timedelta(minutes=20), timedelta(days=1)])
def test_what_waited_by_a_clock_ahead_for_what_its_account_may_send_is_reckoned_anew(
    day: Day, ahead: timedelta
) -> None:
    quota = Budget(of=Spent.PHOTOS, most=1, per=timedelta(minutes=30))
    courier = replace(day.courier(), pace=Pace(quotas=[quota]))
    day.clock.tick(seconds=ahead.total_seconds())
    for key in "12":
        day.publishes(key, published=day.clock() - ahead, photo=Photo(url="https://ledger.example/b.jpg"))
    deliver(day.deliverer(courier), "wire")
    assert len(day.titles) == 1

    day.clock.tick(seconds=-ahead.total_seconds())
    day.sweeps()
    deliver(day.deliverer(courier), "wire")

    assert len(day.titles) == 2


def test_an_answer_lost_while_the_clock_was_a_little_ahead_rests_no_longer_than_any(day: Day) -> None:
    """Twenty minutes: less than a pause of its own may be, so that the time alone does not tell."""
    day.clock.tick(minutes=20)
    day.channel.key_memory = None
    day.channel.after = [OutcomeUnknown("torn")]
    day.publishes(published=day.clock() - timedelta(minutes=20))
    day.delivers()
    assert day.channel.requests == ["send"]

    day.clock.tick(minutes=-20)
    day.works(every=10, minutes=3)

    assert day.channel.requests == ["send", "find"]
    assert day.channel.made == 1


def test_a_request_that_was_under_way_rests_and_is_not_repeated_by_a_key_of_unknown_age(day: Day) -> None:
    """The worker dies in the midst of a request, by a clock that is a day ahead, and both come to light
    hours later, when the channel has forgotten the key."""
    day.publishes(published=day.clock())
    day.clock.tick(days=1)
    day.max_age = timedelta(days=3)
    day.channel.after = [KeyboardInterrupt()]  # type: ignore[list-item]  # nothing is written any more
    with pytest.raises(KeyboardInterrupt):
        day.delivers()
    day.channel.by_key.clear()

    day.clock.tick(hours=-21)
    day.works(minutes=1)
    assert day.channel.requests == ["send"]
    day.works(every=120, minutes=NORMAL / timedelta(minutes=1))

    assert day.channel.requests == ["send", "find"]
    assert day.channel.made == 1


def test_a_row_in_a_living_hand_stays_in_it(day: Day) -> None:
    day.clock.tick(days=1)
    watched = day.store.claim_source("page", day.clock(), timedelta(seconds=90))
    assert watched is not None

    day.clock.tick(days=-1)
    day.works(seconds=20)
    assert day.store.claim_source("page", day.clock(), timedelta(seconds=90)) is None
    day.works(seconds=120)

    assert day.source.looks >= 2


def test_what_a_clock_ahead_has_dated_is_of_this_moment(day: Day) -> None:
    """Since when a source is gone, and when a backup was put back."""
    now = day.clock()
    day.clock.tick(days=9)
    day.source.trouble = SourceGone("410")
    day.look()
    day.source.trouble = None
    day.store.restore(day.clock())
    day.clock.now = now

    assert day.store.set_right(now) is not None
    assert day.source_row.gone_since == now
    assert day.channel_row.restored_at == now


def test_a_feed_built_by_a_clock_ahead_is_built_again(day: Day, tmp_path: Path) -> None:
    day.bell = HeardBell(tmp_path / "broker")
    day.clock.tick(days=30)
    with day.store.writing() as connection:
        connection.execute(update(schema.feed).values(has=schema.feed.c.wants, built_at=day.clock()))
    day.clock.tick(days=-30)
    day.sweeps()

    assert ("build", "all") in day.bell.rung


def test_processes_of_the_future_are_not_alive(day: Day) -> None:
    with day.store.writing() as connection:
        then = day.clock() + timedelta(days=1)
        row = {"name": "w", "kind": "worker", "started": then, "seen": then}
        connection.execute(insert(schema.process), row)
    assert day.store.alive(day.clock())

    day.works(seconds=1)

    assert not day.store.alive(day.clock())


def test_an_embargo_far_ahead_and_a_pause_that_was_asked_for_stay(day: Day) -> None:
    day.publishes("2", embargo=day.clock() + timedelta(days=9), published=day.clock() + timedelta(days=9))
    rest = day.clock() + timedelta(hours=5)
    day.channel.before = [TryLater("limit", not_before=rest)]
    day.publishes("1")
    day.delivers()
    day.works(every=300, minutes=30)
    with day.store.reading() as connection:
        assert connection.scalar(select(schema.channel.c.paused_until)) == rest
        assert (
            connection.scalar(select(schema.article.c.state).where(schema.article.c.key == "2"))
            == "embargoed"
        )
    assert day.store.set_right(day.clock()) is None


def test_clocks_that_differ_a_little_are_no_trouble(day: Day) -> None:
    day.clock.tick(seconds=SKEW.total_seconds() - 1)
    day.look()
    day.clock.now = NOON + timedelta(minutes=1)
    assert day.store.set_right(day.clock()) is None


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["publish", "correct", "lose", "refuse", "fail", "none"]),
        st.integers(min_value=-4000, max_value=4000),  # by how many minutes the clock is wrong meanwhile
        st.integers(min_value=1, max_value=30),  # for how many of its minutes
    ),
    max_size=5,
)


@settings(max_examples=6)
@given(steps=STEPS)
def test_whatever_the_clock_does_all_is_posted_once_in_the_end(
    empty_store: Callable[[], Store], steps: list[tuple[str, int, int]]
) -> None:
    day = Day(empty_store())
    day.max_age = timedelta(days=30)
    day.baseline()
    true, published = day.clock(), 0
    for what, wrong, minutes in steps:
        day.clock.now = true + timedelta(minutes=wrong)
        match what:
            case "publish":
                published += 1
                day.publishes(str(published), published=true)
            case "correct" if published:
                day.publishes("1", title=f"Bridge {published}{minutes} after all")
            case "lose":
                day.channel.after.append(OutcomeUnknown("lost"))
            case "refuse":
                day.channel.before.append(TryLater("busy"))
            case "fail":
                day.source.trouble = SourceError("away")
                day.look()
                day.source.trouble = None
        day.works(every=240, minutes=minutes)
        true += timedelta(minutes=minutes)
    day.channel.before, day.channel.after = [], []
    day.clock.now = true
    day.publishes("last", published=true)
    day.works(every=300, hours=2)

    assert day.channel.made == published + 1
    with day.store.reading() as connection:
        on_file = sorted(row["title"] for row in connection.scalars(select(schema.article.c.content)))
    assert day.titles == on_file
