"""Accounts keep their pace, and the failure of one post is not the account's."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from itertools import pairwise
from random import Random
from typing import Any

import pytest

from syndicator.domain.article import Photo
from syndicator.domain.capabilities import Budget, Spent
from syndicator.domain.delivery import Standing
from syndicator.domain.errors import OutcomeUnknown, TryLater
from syndicator.domain.ledger import Ledger, StatedLimit
from syndicator.domain.pacing import Cap, Pace, QuietHours
from syndicator.jobs.deliver import MAX_PAUSE, deliver
from syndicator.jobs.job import Job
from syndicator.jobs.sweep import Sweeper, sweep
from tests.fakes import FakeBell, FakeChannel
from tests.jobs.newsroom import Story

pytestmark = pytest.mark.slow  # databases or processes throughout

HOUR = timedelta(hours=1)
PHOTO = Photo(url="https://ledger.example/bridge.jpg")


@dataclass
class Watch:
    """A channel's posts, with the time of each."""

    story: Story
    times: list[tuple[str, datetime]] = field(default_factory=list)

    def of(self, request: str) -> list[datetime]:
        return [at for what, at in self.times if what == request]


class TimedChannel(FakeChannel):
    def __init__(self, watch: Watch) -> None:
        super().__init__()
        self.watch = watch

    def _begin(self, request: str) -> None:
        self.watch.times.append((request, self.watch.story.clock()))
        super()._begin(request)


@pytest.fixture(autouse=True)
def baseline(story: Story) -> None:
    story.baseline()


@pytest.fixture
def watch(story: Story) -> Watch:
    watch = Watch(story)
    story.channel = TimedChannel(watch)
    return watch


def work(story: Story, pace: Pace, span: timedelta, every: timedelta = timedelta(seconds=30)) -> None:
    """Sweeps for so long; whoever sleeps lets the time pass."""
    courier = replace(story.courier(), pace=pace)

    def sleep(seconds: float) -> None:
        story.clock.tick(seconds=seconds)

    deliverer = replace(story.deliverer(courier), sleep=sleep)
    end = story.clock() + span
    while story.clock() < end:
        deliver(deliverer, "wire")
        story.clock.tick(seconds=every.total_seconds())


def publish(story: Story, count: int, **changes: Any) -> None:
    for number in range(count):
        story.publishes(str(number + 1), **changes)
        story.clock.tick(seconds=1)


def most_within(times: Sequence[datetime], span: timedelta) -> int:
    return max((sum(start <= at < start + span for at in times) for start in times), default=0)


def test_a_post_that_fails_waits_by_itself(story: Story) -> None:
    story.channel.before = [TryLater("503", rests=False), None, TryLater("busy", rests=False), None]
    publish(story, 4)

    story.delivers()

    assert [d.standing for d in story.deliveries] == [Standing.PENDING, Standing.SENT] * 2
    assert story.channel_row.paused_until is None
    story.clock.tick(seconds=3)
    story.delivers()
    assert {d.standing for d in story.deliveries} == {Standing.SENT}


def test_what_the_service_answered_itself_does_not_rest(story: Story) -> None:
    failure = OutcomeUnknown("500")
    failure.is_over = True
    story.channel.after = [failure]
    story.publishes()
    story.delivers()
    story.clock.tick(seconds=3)

    story.delivers()

    assert story.delivery.standing is Standing.SENT
    assert story.channel.made == 1


def test_an_account_rests_when_different_posts_fail_in_a_row(story: Story) -> None:
    story.channel.before = [TryLater("down", rests=False)] * 100
    publish(story, 9)

    story.delivers()

    assert len(story.channel.requests) == 5
    assert story.channel_row.paused_until > story.clock()
    assert "down" in story.channel_row.error


def test_one_post_that_always_fails_is_not_the_accounts_trouble(story: Story) -> None:
    story.channel.before = [TryLater("this one", rests=False)] * 8
    story.publishes("1")
    for _ in range(8):
        story.delivers()
        story.clock.tick(minutes=31)
        assert story.channel_row.paused_until is None


def test_after_a_rest_another_post_is_tried_than_those_that_failed(story: Story) -> None:
    story.channel.before = [TryLater("down", rests=False)] * 5
    publish(story, 6)
    story.delivers()
    story.clock.tick(seconds=60)

    story.delivers()

    assert {d.standing for d in story.deliveries} == {Standing.SENT}
    assert story.texts[0].startswith("Bridge 6")


@pytest.mark.parametrize("chance", [0.25, 0.4])
def test_a_service_that_fails_now_and_then_gets_everything_once(story: Story, chance: float) -> None:
    luck = Random(11)  # noqa: S311 - the same each time

    def trouble() -> Iterator[Exception | None]:
        while True:
            over = OutcomeUnknown("500")
            over.is_over = True
            yield luck.choice([TryLater("503", rests=False), over, None]) if luck.random() < chance else None

    troubles = trouble()
    story.channel.before = [next(troubles) for _ in range(400)]
    publish(story, 30)
    began = story.clock()
    while any(d.standing is not Standing.SENT for d in story.deliveries):
        story.delivers()
        story.clock.tick(seconds=2)
        assert story.clock() - began < timedelta(minutes=5)

    assert story.channel.made == 30


@pytest.mark.parametrize(
    "quota",
    [
        Cap(of=Spent.POSTS, most=3, per=HOUR),
        Budget(of=Spent.POSTS, most=2, per=timedelta(minutes=15)),
        Budget(of=Spent.REQUESTS, most=4, per=HOUR),
    ],
)
def test_no_quota_is_ever_exceeded(story: Story, watch: Watch, quota: Any) -> None:
    story.max_age = timedelta(days=9)
    publish(story, 8)

    work(story, Pace(quotas=[quota]), span=HOUR * 4, every=timedelta(minutes=2))

    assert len(watch.of("send")) == 8
    assert most_within(watch.of("send"), quota.per) == quota.most


def test_the_service_is_asked_no_more_than_it_says(story: Story, watch: Watch) -> None:
    """What it says of what is left is obeyed before it is exceeded: see test_stated_limits for its forms."""
    publish(story, 2)
    courier = story.courier()
    account = story.store.claim_channel("wire", story.clock(), HOUR)
    assert account

    until = story.clock() + timedelta(minutes=3)
    ledger = account.ledger.with_stated(Spent.POSTS, StatedLimit(left=0, until=until), story.clock())
    story.store.let_go(account, ledger=ledger)

    work(story, courier.pace, timedelta(minutes=4))

    assert watch.of("send")[0] >= until


def test_posts_keep_their_distance(story: Story, watch: Watch) -> None:
    publish(story, 5)

    work(story, Pace(min_gap=timedelta(seconds=1)), timedelta(minutes=1), timedelta(seconds=1))
    times = watch.of("send")

    assert len(times) == 5
    gaps = [(b - a).total_seconds() for a, b in pairwise(times)]
    assert gaps == [1.0] * 4  # waited for with the account in hand


def test_quiet_hours_let_breaking_news_out(story: Story, watch: Watch) -> None:
    night = QuietHours(begins=time(11), ends=time(14))  # it is noon
    publish(story, 2)
    story.publishes("3", urgent=True)

    work(story, Pace(quiet=night), timedelta(minutes=5))
    assert [text.splitlines()[0] for text in story.texts] == ["Bridge 3 reopens"]
    assert "quiet" in story.channel_row.ledger["waits"]["posts"][1]

    work(story, Pace(quiet=night), HOUR * 2)
    assert len(story.texts) == 3


def wakes(story: Story, pace: Pace, span: timedelta) -> list[datetime]:
    """When sweeps, one every few seconds, ring for the channel, whose worker comes each time."""
    bell, rung = FakeBell(), list[datetime]()
    sweeper = Sweeper(editor=story.editor, store=story.store, bell=bell, clock=story.clock)
    deliverer = story.deliverer(replace(story.courier(), pace=pace))
    end = story.clock() + span
    while story.clock() < end:
        bell.rung.clear()
        sweep(sweeper, "beat")
        if (Job.DELIVER, "wire") in bell.rung:
            rung.append(story.clock())
            deliver(deliverer, "wire")
        story.clock.tick(seconds=5)
    return rung


def test_nobody_is_woken_while_quiet_hours_last(story: Story, watch: Watch) -> None:
    begins = story.clock()
    night = Pace(quiet=QuietHours(begins=time(11), ends=time(12, 20)))
    publish(story, 3)

    asleep = wakes(story, night, timedelta(minutes=15))
    assert len(asleep) == 1  # which finds that it is quiet; it were ninety without
    assert story.texts == []

    story.publishes("4", urgent=True)
    awake = wakes(story, night, timedelta(minutes=3))
    assert len(awake) == 1
    assert len(story.texts) == 1

    morning = wakes(story, night, timedelta(minutes=10))
    assert morning[0] - begins.replace(hour=12, minute=20, second=0) < timedelta(seconds=5)
    assert len(story.texts) == 4


def test_corrections_and_retractions_are_rung_for_in_quiet_hours(story: Story, watch: Watch) -> None:
    publish(story, 3)
    story.delivers()
    night = Pace(quiet=QuietHours(begins=time(11), ends=time(14)))
    story.publishes("9")
    wakes(story, night, timedelta(minutes=1))

    story.publishes("1", title="Corrected")
    story.retracts("2")
    wakes(story, night, timedelta(minutes=1))

    assert len(watch.of("edit")) == 1
    assert len(watch.of("delete")) == 1
    assert len(story.texts) == 2


def test_quiet_hours_that_are_declared_no_more_hold_nothing_back(story: Story, watch: Watch) -> None:
    publish(story, 1)
    wakes(story, Pace(quiet=QuietHours(begins=time(11), ends=time(14))), timedelta(minutes=1))
    story.declare()  # as a worker does that starts

    wakes(story, Pace(), timedelta(minutes=1))
    assert len(story.texts) == 1


def test_corrections_and_deletions_do_not_wait_for_posts(story: Story, watch: Watch) -> None:
    pace = Pace(quotas=[Cap(of=Spent.POSTS, most=2, per=HOUR)])
    publish(story, 3)
    work(story, pace, timedelta(minutes=1))
    assert len(watch.of("send")) == 2

    story.publishes("3", title="Corrected")
    story.retracts("2")
    work(story, pace, timedelta(minutes=1), MAX_PAUSE)

    assert len(watch.of("edit")) == 1
    assert len(watch.of("delete")) == 1


@pytest.mark.parametrize(("request_", "count"), [("edit", 4), ("delete", 8)])
def test_corrections_and_retractions_take_from_the_points_of_posts(
    story: Story, watch: Watch, request_: str, count: int
) -> None:
    publish(story, 9)
    story.delivers()
    assert len(watch.of("send")) == 9
    points = {Spent.POSTS: 3, Spent.EDITS: 2, Spent.DELETIONS: 1}
    pace = Pace(quotas=[Budget(of=Spent.POINTS, most=8, per=HOUR)], points=points)
    for number in range(9):
        if request_ == "edit":
            story.publishes(str(number + 1), title=f"Corrected {number}")
        else:
            story.retracts(str(number + 1))

    work(story, pace, timedelta(minutes=30))
    assert len(watch.of(request_)) == count

    story.publishes("99")
    work(story, pace, timedelta(minutes=20))
    assert len(watch.of("send")) == 9  # none is left for it
    assert "8 points" in story.channel_row.ledger["waits"]["posts"][1]


def test_a_mass_retraction_keeps_to_the_budget_of_deletions(story: Story, watch: Watch) -> None:
    pace = Pace(quotas=[Budget(of=Spent.DELETIONS, most=3, per=timedelta(minutes=30))])
    publish(story, 8)
    work(story, pace, timedelta(minutes=1))
    for number in range(8):
        story.retracts(str(number + 1))

    work(story, pace, HOUR * 2)

    assert len(watch.of("delete")) == 8
    assert most_within(watch.of("delete"), timedelta(minutes=30)) == 3
    assert not story.texts


def test_without_room_for_photos_posts_wait_and_breaking_news_does_not(story: Story, watch: Watch) -> None:
    pace = Pace(quotas=[Budget(of=Spent.PHOTOS, most=1, per=timedelta(minutes=30))])
    publish(story, 2, photo=PHOTO)
    story.publishes("3")  # which has none
    work(story, pace, timedelta(minutes=1))
    assert len(watch.of("send")) == 2
    story.publishes("4", photo=PHOTO, urgent=True)

    work(story, pace, timedelta(minutes=1))
    assert len(watch.of("send")) == 3
    assert any("without its photo" in event for event in story.events)

    work(story, pace, HOUR)
    assert len(watch.of("send")) == 4


def test_of_a_backlog_the_newest_goes_first(story: Story, watch: Watch) -> None:
    pace = Pace(quotas=[Cap(of=Spent.POSTS, most=2, per=HOUR)])
    publish(story, 6)

    work(story, pace, timedelta(minutes=1))

    assert [text.splitlines()[0] for text in story.texts] == ["Bridge 6 reopens", "Bridge 5 reopens"]


def test_the_operator_reads_the_plan(story: Story, watch: Watch) -> None:

    pace = Pace(quotas=[Cap(of=Spent.POSTS, most=2, per=HOUR)])
    publish(story, 4)
    work(story, pace, timedelta(minutes=1))

    lines = Ledger.from_json(story.channel_row.ledger).plan(story.clock())

    assert lines[0].startswith("posts rest until 13:0")
    assert lines[0].endswith("because 2 posts in 1 h are used up")
    assert lines[1].startswith("0 of 2 posts in 1 h left until 13:0")


def test_the_operator_is_told_of_what_fails_although_the_account_goes_on(story: Story) -> None:
    story.baseline()
    story.channel.before = [TryLater("nobody is there", rests=False), None]
    story.publishes("1")
    story.delivers()
    [row] = story.store.channels()
    assert (row.error, row.failures, row.paused_until) == ("nobody is there", 0, None)

    story.clock.tick(minutes=1)
    story.delivers()
    [row] = story.store.channels()
    assert row.error == ""
