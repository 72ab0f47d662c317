"""Round-ups: what is left of a backlog is told of in one post, once, and never by itself as well."""

from __future__ import annotations

from dataclasses import replace
from datetime import time, timedelta
from typing import Any

import pytest

from syndicator.domain.capabilities import NEVER
from syndicator.domain.decisions import Impossible, skip, was_not_posted
from syndicator.domain.delivery import Standing
from syndicator.domain.errors import OutcomeUnknown, Refused, TryLater
from syndicator.domain.pacing import Cap, Pace, QuietHours
from syndicator.domain.policy import OnRetraction, Policy
from syndicator.jobs.deliver import deliver
from syndicator.store import Store
from tests.jobs.backlog import Backlog


@pytest.fixture
def story(store: Store) -> Backlog:
    return Backlog(store)


def test_what_is_left_of_a_backlog_is_one_post(story: Backlog) -> None:
    story.publishes_many(5)
    story.delivers()
    assert story.texts[0].startswith("Bridge 5")
    assert story.texts[1].startswith("Bridge 4")
    assert story.texts[2] == (
        "More news\n\nBridge 3 reopens\nhttps://ledger.example/3\n\n"
        "Bridge 2 reopens\nhttps://ledger.example/2\n\nBridge 1 reopens\nhttps://ledger.example/1"
    )
    assert story.channel.requests == ["send"] * 3
    assert [story.standing(key) for key in "12345"] == [Standing.GATHERED] * 3 + [Standing.SENT] * 2
    assert story.roundup.standing is Standing.SENT
    line = story.store.delivery(story.of("1").id)
    assert line
    assert line.roundup
    assert line.roundup.delivery.receipt == story.roundup.receipt
    assert line.roundup.is_named
    assert any("gathers 3 articles" in event for event in story.events)
    story.delivers_until_done()
    assert story.channel.requests == ["send"] * 3


@pytest.mark.parametrize("count", [1, 2, 3])
def test_what_fits_the_bound_and_one_more_goes_singly(story: Backlog, count: int) -> None:
    story.publishes_many(count)
    story.delivers()
    assert not story.roundups
    assert len(story.texts) == count


def test_nothing_is_gathered_where_that_is_not_declared(story: Backlog) -> None:
    story.rounds_up = False
    story.publishes_many(6)
    story.delivers()
    assert len(story.texts) == 6
    assert story.texts[0].startswith("Bridge 6")  # the order of worth holds


def test_nothing_is_gathered_where_the_channel_has_no_links(story: Backlog) -> None:
    story.wide.able["carries_article"] = True
    story.publishes_many(6)
    story.delivers()
    assert len(story.texts) == 6


def test_what_does_not_fit_is_counted(story: Backlog) -> None:
    story.publishes_many(12)
    story.delivers()
    [text] = [text for text in story.texts if text.startswith("More news")]
    assert text.endswith("+6")
    assert "Bridge 10 " in text
    assert "Bridge 7 " in text
    assert "Bridge 6 " not in text
    assert len(text) <= 200
    lines = [story.store.delivery(story.of(str(key)).id) for key in range(1, 11)]
    assert [bool(line and line.roundup and line.roundup.is_named) for line in lines] == [False] * 6 + [
        True
    ] * 4


def test_breaking_news_is_never_gathered(story: Backlog) -> None:
    story.publishes_many(4, urgent=True)
    story.publishes_many(3, first=5)
    story.delivers()
    assert [text[:8] for text in story.texts[:4]] == ["Bridge 4", "Bridge 3", "Bridge 2", "Bridge 1"]
    assert story.texts[4].startswith("More news")
    assert story.places() == dict.fromkeys("1234567", 1)


def test_news_that_break_leave_a_round_up_that_waits(story: Backlog) -> None:
    story.pace = Pace(quotas=[Cap(of="posts", most=1, per=timedelta(hours=1))])
    story.publishes_many(4)
    story.delivers()
    assert story.standing("1") is Standing.GATHERED
    story.publishes("1", title="Bridge 1 falls", urgent=True)
    assert story.standing("1") is Standing.PENDING
    story.delivers_until_done(hours=12)
    assert story.places() == dict.fromkeys("1234", 1)
    assert any("out of the round-up again" in event for event in story.events)


def test_what_comes_later_joins_the_one_that_waits(story: Backlog) -> None:
    story.pace = Pace(quotas=[Cap(of="posts", most=2, per=timedelta(hours=1))])
    story.publishes_many(4)
    story.delivers()
    assert story.roundup.standing is Standing.PENDING
    story.publishes_many(4, first=5)
    story.clock.tick(minutes=55)
    story.delivers()
    assert len(story.roundups) == 1
    story.delivers_until_done(hours=12)
    assert story.places() == dict.fromkeys("12345678", 1)
    assert len(story.roundups) == 1


def test_a_stream_of_news_does_not_hold_it_up_for_ever(story: Backlog) -> None:
    story.pace = Pace(quotas=[Cap(of="posts", most=2, per=timedelta(minutes=30))])
    key, out = 1, []
    for _ in range(25):
        story.source.shows = ()  # of what is on record, it need not show everything each time
        story.publishes_many(3, first=key)
        key += 3
        story.delivers()
        out.append(len([text for text in story.texts if text.startswith("More news")]))
        story.clock.tick(minutes=7)
    assert out[12] >= 1
    assert out[-1] >= 2
    singles = len(story.texts) - out[-1]
    assert singles >= out[-1]  # and it does not take every turn either


def test_quiet_hours_hold_it_back(story: Backlog) -> None:
    now = story.clock()
    begins, ends = (now + timedelta(minutes=m) for m in (1, 121))
    story.pace = Pace(
        quiet=QuietHours(begins=time(begins.hour, begins.minute), ends=time(ends.hour, ends.minute))
    )
    story.clock.tick(minutes=1)
    story.publishes_many(5)
    story.delivers()
    assert not story.texts
    assert not story.roundups
    story.publishes("6", urgent=True)
    story.delivers()
    assert len(story.texts) == 1
    story.clock.tick(hours=3)
    story.delivers()
    assert len(story.texts) == 4


def test_it_counts_as_one_post(story: Backlog) -> None:
    story.pace = Pace(quotas=[Cap(of="posts", most=3, per=timedelta(hours=1))])
    story.publishes_many(9)
    story.delivers()
    assert len(story.texts) == 3
    assert story.texts[2].startswith("More news")
    assert story.places() == dict.fromkeys("123456789", 1) | dict.fromkeys("123", 0)


def test_too_late_is_not_gathered(story: Backlog) -> None:
    story.channel.before = [TryLater("down")] * 20
    story.publishes_many(2)
    story.clock.tick(hours=25)
    story.publishes_many(4, first=3)
    story.channel.before = []
    story.delivers_until_done()
    assert {key: story.standing(key) for key in "12"} == dict.fromkeys("12", Standing.SKIPPED)
    assert story.places() == dict.fromkeys("12", 0) | dict.fromkeys("3456", 1)


def test_what_joins_late_is_news_all_the_same(story: Backlog) -> None:
    """The account was stopped for longer than its oldest news are any."""
    story.pace = Pace(quotas=[Cap(of="posts", most=2, per=timedelta(hours=1))])
    story.publishes_many(5)
    story.delivers()
    story.clock.tick(hours=30)
    story.publishes_many(5, first=6)
    story.delivers_until_done(hours=12)
    assert [story.places()[key] for key in ("6", "7", "8", "9", "10")] == [1] * 5


# --- lost answers, dead workers, two hands


@pytest.mark.parametrize(("remembers", "finds"), [(True, True), (False, True)])
def test_a_lost_answer_makes_no_second_post(story: Backlog, remembers: bool, finds: bool) -> None:
    story.channel.key_memory = timedelta(hours=1) if remembers else None
    story.channel.can_find = finds
    story.publishes_many(5)
    story.channel.after = [None, None, OutcomeUnknown("torn")]
    story.delivers_until_done()
    assert story.places() == dict.fromkeys("12345", 1)
    assert story.roundup.standing is Standing.SENT


def test_what_nobody_can_tell_is_left_to_a_person(story: Backlog) -> None:
    story.channel.key_memory, story.channel.can_find = None, False
    story.publishes_many(5)
    story.channel.after = [None, None, OutcomeUnknown("torn")]
    story.delivers_until_done(hours=8)
    assert story.roundup.standing is Standing.UNKNOWN
    assert story.places() == dict.fromkeys("12345", 1)
    with pytest.raises(Impossible):
        story.store.rule(story.of("1").id, skip, story.clock(), event="")
    story.channel.shown.pop("p3")
    story.store.rule(story.roundup.id, was_not_posted, story.clock(), event="it is not there")
    story.channel.by_key.clear()
    story.delivers_until_done()
    assert story.places() == dict.fromkeys("12345", 1)


def test_members_are_on_record_before_it_is_sent(story: Backlog) -> None:
    """A worker that dies between the two leaves a round-up to be sent, and nothing to be posted singly."""
    story.publishes_many(5)
    account = story.store.claim_channel("wire", story.clock(), timedelta(seconds=90))
    assert account
    assert story.store.round_up(account, story.clock(), 2, timedelta(days=1)) == 3
    assert story.store.round_up(account, story.clock(), 2, timedelta(days=1)) == 0
    story.clock.tick(minutes=5)
    story.delivers()
    assert story.places() == dict.fromkeys("12345", 1)


def test_a_hand_that_has_lost_the_channel_gathers_nothing(story: Backlog) -> None:
    story.publishes_many(5)
    first = story.store.claim_channel("wire", story.clock(), timedelta(seconds=90))
    story.clock.tick(minutes=5)
    second = story.store.claim_channel("wire", story.clock(), timedelta(seconds=90))
    assert first
    assert second
    assert story.store.round_up(first, story.clock(), 2, timedelta(days=1)) == 0
    assert story.store.round_up(second, story.clock(), 2, timedelta(days=1)) == 3


def test_what_may_be_out_there_is_not_gathered(story: Backlog) -> None:
    story.publishes_many(1)
    story.channel.after = [OutcomeUnknown("torn")]
    story.delivers()
    story.publishes_many(5, first=2)
    story.clock.tick(minutes=2)
    story.delivers_until_done()
    assert story.places() == dict.fromkeys("123456", 1)
    assert story.standing("1") is Standing.SENT


def test_a_refused_one_stands_for_its_members(story: Backlog) -> None:
    story.publishes_many(5)
    story.channel.before = [None, None, Refused("no")]
    story.delivers_until_done()
    assert story.roundup.standing is Standing.REFUSED
    assert story.places() == dict.fromkeys("123", 0) | dict.fromkeys("45", 1)


# --- a backup


def restored_before(story: Backlog, at: str) -> None:
    """What the record said before the round-up was ``made`` or ``sent``, with the world as it is."""
    if at == "made":
        story.forgets_all_posts()
    else:
        story.forgets_receipts()
    story.store.restore(story.clock())


@pytest.mark.parametrize("at", ["made", "sent"])
@pytest.mark.parametrize("remembers", [timedelta(days=3650), None])
def test_a_backup_posts_nothing_twice(story: Backlog, at: str, remembers: timedelta | None) -> None:
    story.channel.key_memory = remembers
    story.publishes_many(5)
    story.delivers()
    before = dict(story.channel.shown)
    restored_before(story, at)
    story.delivers_until_done(hours=6)
    assert story.channel.shown.keys() == before.keys()
    assert story.places() == dict.fromkeys("12345", 1)
    if at == "made":  # to edit or delete what tells of others, too, is left to a person
        assert "perhaps in a round-up" in story.of("1").reason
        story.retracts("1")
        story.delivers_until_done()
        assert story.places() == dict.fromkeys("12345", 1)


# --- corrections and retractions


def posted(story: Backlog, **able: Any) -> None:
    story.wide.able.update(able)
    story.publishes_many(5)
    story.delivers()
    assert story.roundup.standing is Standing.SENT


def test_a_new_headline_is_edited_in(story: Backlog) -> None:
    posted(story)
    story.publishes("2", title="Bridge 2 stays shut")
    story.delivers()
    assert "Bridge 2 stays shut" in story.texts[2]
    assert story.channel.requests == ["send"] * 3 + ["edit"]
    story.publishes("2", title="Bridge 2 stays shut", summary="Nothing that a round-up shows.")
    story.delivers()
    assert story.channel.requests == ["send"] * 3 + ["edit"]


def test_a_new_headline_is_left_where_nothing_is_edited(story: Backlog) -> None:
    posted(story, edit_within=NEVER, replies=True)
    story.publishes("2", title="Bridge 2 stays shut")
    story.delivers_until_done()
    assert story.channel.requests == ["send"] * 3
    assert any("left as it was" in event for event in story.events)


def test_a_retraction_is_edited_out(story: Backlog) -> None:
    posted(story)
    story.retracts("2")
    story.delivers()
    assert "Bridge 2" not in story.texts[2]
    assert story.places() == dict.fromkeys("1345", 1) | {"2": 0}
    assert story.channel.requests == ["send"] * 3 + ["edit"]


def test_a_retraction_where_nothing_is_edited_posts_it_again_without(story: Backlog) -> None:
    posted(story, edit_within=NEVER)
    story.retracts("2")
    story.delivers_until_done()
    assert story.places() == dict.fromkeys("1345", 1) | {"2": 0}
    assert story.channel.requests == ["send"] * 3 + ["delete", "send"]


def test_what_is_published_again_is_posted_by_itself_where_nothing_is_edited(story: Backlog) -> None:
    posted(story, edit_within=NEVER)
    story.retracts("2")
    story.delivers_until_done()
    story.publishes("2")
    story.publishes("3", title="Bridge 3 stays shut")
    story.delivers_until_done()
    assert story.places() == dict.fromkeys("12345", 1)
    assert story.channel.requests == ["send"] * 3 + ["delete", "send", "send"]
    assert any("its round-up stays as it is: posted by itself" in event for event in story.events)


def test_what_is_published_again_before_anything_was_taken_down_stays_where_it_is(story: Backlog) -> None:
    posted(story, edit_within=NEVER)
    story.retracts("2")
    story.publishes("2")
    story.delivers_until_done()
    assert story.places() == dict.fromkeys("12345", 1)
    assert story.channel.requests == ["send"] * 3


def test_what_is_published_again_is_named_again_where_posts_are_edited(story: Backlog) -> None:
    posted(story)
    story.retracts("2")
    story.delivers_until_done()
    story.publishes("2")
    story.delivers_until_done()
    assert story.places() == dict.fromkeys("12345", 1)
    assert story.channel.requests == ["send"] * 3 + ["edit"] * 2


def test_a_late_retraction_takes_it_down(story: Backlog) -> None:
    posted(story, edit_within=NEVER)
    story.clock.tick(days=3)
    story.retracts("2")
    story.delivers_until_done()
    assert len(story.texts) == 2
    assert story.roundup.standing is Standing.SKIPPED  # the others are no news any more


def test_a_retraction_that_nothing_can_be_done_about_is_told(story: Backlog) -> None:
    posted(story, edit_within=NEVER, delete_within=NEVER)
    story.retracts("2")
    story.delivers_until_done()
    assert story.roundup.standing is Standing.REFUSED
    assert "take it back by hand: https://wire.example/p3" in story.roundup.reason


def test_one_that_was_only_counted_takes_nothing_down(story: Backlog) -> None:
    story.wide.able.update(edit_within=NEVER)
    story.publishes_many(12)
    story.delivers()
    story.retracts("2")
    story.delivers_until_done()
    assert "delete" not in story.channel.requests


def test_all_retracted_is_a_deletion(story: Backlog) -> None:
    posted(story)
    for key in "123":
        story.retracts(key)
    story.delivers_until_done()
    assert len(story.texts) == 2
    assert story.roundup.has is None
    assert story.roundup.standing is Standing.SENT


def test_all_retracted_is_a_notice_where_nothing_is_deleted(story: Backlog) -> None:
    story.policy = Policy(on_retraction=OnRetraction.NOTICE)
    posted(story)
    for key in "123":
        story.retracts(key)
    story.delivers_until_done()
    assert story.texts[2].startswith("More news\n\nThis article has been withdrawn.")


def test_a_retraction_before_it_is_sent_leaves_it_out(story: Backlog) -> None:
    story.pace = Pace(quotas=[Cap(of="posts", most=2, per=timedelta(hours=1))])
    story.publishes_many(5)
    story.delivers()
    story.retracts("3")
    story.delivers_until_done(hours=6)
    assert story.places() == dict.fromkeys("1245", 1) | {"3": 0}
    assert len(story.texts) == 3


def test_all_retracted_before_it_is_sent_is_no_post(story: Backlog) -> None:
    story.pace = Pace(quotas=[Cap(of="posts", most=2, per=timedelta(hours=1))])
    story.publishes_many(4)
    story.delivers()
    story.retracts("1")
    story.retracts("2")
    story.delivers_until_done(hours=6)
    assert story.places() == dict.fromkeys("34", 1) | dict.fromkeys("12", 0)
    assert len(story.texts) == 2


def test_what_is_back_is_told_of_again(story: Backlog) -> None:
    posted(story)
    story.retracts("2")
    story.delivers()
    story.publishes("2")
    story.delivers()
    assert story.places() == dict.fromkeys("12345", 1)


def test_a_change_under_way_is_not_lost(story: Backlog) -> None:
    """A headline that changes between the claim and the request: that is not sent, but the newer one."""
    story.publishes_many(5)
    story.delivers_until_done(hours=0)
    account = story.store.claim_channel("wire", story.clock(), timedelta(seconds=90))
    assert account
    story.store.round_up(account, story.clock(), 0, timedelta(days=1))
    claimed = story.store.next_delivery(account, story.clock(), timedelta(seconds=90))
    assert claimed
    assert claimed.roundup
    story.publishes("2", title="Bridge 2 stays shut")
    assert not story.store.begin(account, replace(claimed.delivery, standing=Standing.SENDING))


def test_it_is_no_article(story: Backlog) -> None:
    posted(story)
    assert {article.key for article in story.store.on_file()} == set("12345")
    assert story.store.standings()["wire"] == {"gathered": 3, "sent": 3}


def test_deliver_is_rung_for_a_round_up(story: Backlog) -> None:
    """A change of a member wakes the channel."""
    posted(story)
    story.bell.rung.clear()
    story.publishes("2", title="Bridge 2 stays shut")
    assert ("deliver", "wire") in story.bell.rung
    assert deliver(story.deliverer(), "wire") == 1
