"""A channel's recipients and what they are sent, on both databases."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import cast

import pytest
from sqlalchemy import insert, select, update

from syndicator.domain.errors import Misconfigured, OutcomeUnknown
from syndicator.domain.post import Occasion
from syndicator.domain.recipient import (
    CONFIRM_WITHIN,
    GIVE_UP_AFTER,
    Announcement,
    Letter,
    LetterOutcome,
    Reception,
    Recipient,
    RecipientState,
)
from syndicator.jobs.announcements import RecordedAnnouncements
from syndicator.jobs.broadcast import Announcer, broadcast
from syndicator.jobs.broadcast_ports import Broadcaster, LetterGroup
from syndicator.jobs.job import Job
from syndicator.store import Store, schema
from syndicator.store.announcing import newest_announcement
from syndicator.store.recipients import KEEP_LOST_FOR
from tests.fakes import Clock, FakeBell
from tests.store.announced import announcements_of

pytestmark = pytest.mark.slow  # databases or processes throughout

CHANNEL = "letters"
DELIVERED = LetterOutcome(Reception.DELIVERED)


@dataclass
class Post:
    """A post office that hands over what it takes, three letters at a time."""

    joins: bool = False
    outcomes: dict[str, LetterOutcome] = field(default_factory=dict)
    trouble: Exception | None = None
    meanwhile: Callable[[], object] = lambda: None
    took: list[tuple[str, list[str]]] = field(default_factory=list)

    def broadcast(self, letters: Iterable[Letter]) -> Iterator[LetterGroup]:
        group = []
        for letter in letters:
            if self.trouble:
                raise self.trouble
            self.took.append((letter.recipient.address, [a.key for a in letter.announcements]))
            self.meanwhile()
            group.append((letter, self.outcomes.get(letter.recipient.address, DELIVERED)))
            if len(group) == 3:
                yield group
                group = []
        yield group


@dataclass
class Office:
    store: Store
    post: Post = field(default_factory=Post)
    clock: Clock = field(default_factory=Clock)
    bell: FakeBell = field(default_factory=FakeBell)

    def __post_init__(self) -> None:
        with self.store.writing() as connection:
            connection.execute(insert(schema.channel).values(name=CHANNEL))

    @property
    def announcements(self) -> RecordedAnnouncements:
        return RecordedAnnouncements(channel=CHANNEL, store=self.store, bell=self.bell, clock=self.clock)

    def joins(
        self, address: str, state: RecipientState = RecipientState.ACTIVE, **details: object
    ) -> Recipient:
        recipient = Recipient(channel=CHANNEL, address=address, state=state, details=details)
        return self.store.join(recipient, self.clock())

    def announces(
        self, key: str, occasion: Occasion = Occasion.NEWS, post: str = "", due: datetime | None = None
    ) -> None:
        self.announcements.put(key=key, post=post or key, occasion=occasion, payload={"says": key}, due=due)

    def of_post(self, post: str) -> list[Announcement]:
        return announcements_of(self.store, CHANNEL, post)

    @property
    def announcer(self) -> Announcer:
        channels = {CHANNEL: cast(Broadcaster, self.post)}
        return Announcer(channels=channels, store=self.store, bell=self.bell, clock=self.clock)

    def broadcasts(self) -> int:
        return broadcast(self.announcer, CHANNEL)

    def has(self, address: str) -> Recipient:
        recipient = self.store.recipient(CHANNEL, address)
        assert recipient
        return recipient

    @property
    def due(self) -> list[tuple[Job, str]]:
        return self.store.due(self.clock()).jobs


@pytest.fixture
def office(store: Store) -> Office:
    return Office(store)


def test_each_recipient_is_sent_every_announcement_once_and_in_order(office: Office) -> None:
    office.announces("before")
    for address in ("ann", "bob", "cid", "dee"):
        office.joins(address)
    office.announces("one")
    office.announces("two")

    counts = [office.broadcasts(), office.broadcasts()]

    assert counts == [8, 0]
    for address in ("ann", "bob", "cid", "dee"):
        assert [keys for to, keys in office.post.took if to == address] == [["one"], ["two"]]
    with office.store.reading() as connection:
        table = schema.announcement
        sent = {row.key: row.sent for row in connection.execute(select(table))}
    assert sent == {"before": 0, "one": 4, "two": 4}


def test_what_is_announced_is_rung_for_and_swept_for_until_everybody_has_it(office: Office) -> None:
    office.joins("ann")
    assert office.due == []

    office.announces("one")
    assert office.bell.rung == [(Job.BROADCAST, CHANNEL)]
    assert office.due == [(Job.BROADCAST, CHANNEL)]

    office.broadcasts()
    assert office.due == []


def test_the_same_announcement_put_on_record_again_is_sent_to_nobody(office: Office) -> None:
    office.joins("ann")
    office.announces("one")
    office.broadcasts()
    office.announces("one")

    assert office.broadcasts() == 0


def test_a_recipient_that_fails_waits_by_itself_and_is_given_up_in_the_end(office: Office) -> None:
    office.joins("ann")
    office.joins("bob")
    office.announces("one")
    office.post.outcomes["ann"] = LetterOutcome(Reception.FAILED, "its host does not answer")

    assert office.broadcasts() == 2
    assert office.broadcasts() == 0
    assert (office.has("ann").failures, office.has("ann").reason) == (1, "its host does not answer")
    assert office.has("bob").failures == 0

    ends = office.clock() + GIVE_UP_AFTER
    while office.clock() < ends:
        office.clock.tick(hours=8)
        office.broadcasts()
    lost = office.has("ann")
    assert (lost.state, lost.reason) == (RecipientState.DEAD, "for 7 days: its host does not answer")


def test_one_that_is_asked_to_wait_is_not_tried_before(office: Office) -> None:
    office.joins("ann")
    office.announces("one")
    later = office.clock() + timedelta(hours=2)
    office.post.outcomes["ann"] = LetterOutcome(Reception.FAILED, "answers 429", retry_at=later)
    office.broadcasts()

    office.clock.tick(hours=1, minutes=59)
    assert office.broadcasts() == 0
    office.clock.tick(minutes=1)
    assert office.broadcasts() == 1


def test_a_recipient_that_is_gone_is_sent_nothing_more(office: Office) -> None:
    office.joins("ann")
    office.announces("one")
    office.post.outcomes["ann"] = LetterOutcome(Reception.GONE, "answers 410")
    office.broadcasts()
    office.announces("two")

    assert office.broadcasts() == 0
    assert office.has("ann").state is RecipientState.DEAD


def test_one_announcement_that_is_refused_does_not_keep_the_next_from_going(office: Office) -> None:
    office.joins("ann")
    office.announces("one")
    office.post.outcomes["ann"] = LetterOutcome(Reception.REFUSED, "too long")
    office.broadcasts()
    assert office.has("ann").reason == "too long"

    office.post.outcomes.clear()
    office.announces("two")
    office.broadcasts()
    assert office.post.took == [("ann", ["one"]), ("ann", ["two"])]
    assert office.has("ann").reason == ""


def test_announcements_are_joined_where_the_channel_does_that_once_they_are_due(office: Office) -> None:
    office.post.joins = True
    office.joins("ann")
    morning = office.clock() + timedelta(hours=12)
    for key in ("one", "two", "three"):
        office.announces(key, due=morning)
    assert (office.broadcasts(), office.bell.rung, office.due) == (0, [], [])

    office.clock.tick(hours=12)
    assert office.due == [(Job.BROADCAST, CHANNEL)]
    office.broadcasts()
    assert office.post.took == [("ann", ["one", "two", "three"])]
    assert office.broadcasts() == 0


def test_what_is_corrected_or_taken_back_before_it_is_due_was_never_said_otherwise(office: Office) -> None:
    office.post.joins = True
    office.joins("ann")
    morning = office.clock() + timedelta(hours=12)
    office.announces("one", due=morning)
    office.announces("two", due=morning)
    office.announces("one, better", Occasion.CORRECTION, post="one", due=morning)
    office.announces("two, no", Occasion.RETRACTION, post="two", due=morning)
    office.announces("two, no", Occasion.RETRACTION, post="two", due=morning)

    [kept] = office.of_post("one")
    assert (kept.occasion, kept.payload) == (Occasion.NEWS, {"says": "one, better"})
    assert office.of_post("two") == []
    office.clock.tick(hours=12)
    office.broadcasts()
    assert office.post.took == [("ann", ["one"])]


def test_what_was_said_is_corrected_and_retracted_by_announcements(office: Office) -> None:
    office.joins("ann")
    office.announces("one")
    office.broadcasts()
    office.announces("one, better", Occasion.CORRECTION, post="one")
    office.announces("one, no", Occasion.RETRACTION, post="one")
    office.broadcasts()

    assert [keys for _, keys in office.post.took] == [["one"], ["one, better"], ["one, no"]]
    assert [a.occasion for a in office.of_post("one")] == list(Occasion)


def test_what_was_announced_is_found_again_and_what_was_not_is_certainly_not_there(office: Office) -> None:
    office.announces("one")

    found = office.announcements.find("one", office.clock())
    assert found
    assert found.payload == {"says": "one"}
    assert office.announcements.find("two", office.clock()) is None


def test_after_a_backup_was_put_back_nobody_knows_what_was_announced_before(office: Office) -> None:
    office.announces("one")
    before = office.clock()
    office.clock.tick(hours=1)
    office.store.restore(office.clock())

    assert office.announcements.find("one", before)
    with pytest.raises(OutcomeUnknown, match="put back from a backup at 2026-03-01 13:00 UTC"):
        office.announcements.find("two", before)
    assert office.announcements.find("three", office.clock.tick(minutes=1)) is None


def test_what_has_expired_is_not_sent_any_more(office: Office) -> None:
    office.joins("ann")
    ends = office.clock() + timedelta(hours=1)
    office.announcements.put(key="one", post="one", occasion=Occasion.NEWS, payload={}, expires=ends)
    office.announces("two")
    office.clock.tick(hours=2)

    office.broadcasts()
    assert office.post.took == [("ann", ["two"])]


def test_what_has_expired_takes_no_room_any_more(office: Office) -> None:
    ends = office.clock() + timedelta(hours=1)
    office.announcements.put(
        key="one", post="one", occasion=Occasion.NEWS, payload={"photo": "x" * 999}, expires=ends
    )
    office.announces("two")

    assert office.store.forget_payloads(office.clock()) == 0
    counts = [office.store.forget_payloads(office.clock.tick(hours=2)) for _ in range(2)]
    assert counts == [1, 0]
    kept = {key: office.store.announcement(CHANNEL, key) for key in ("one", "two")}
    assert [each.payload for each in kept.values() if each] == [{}, {"says": "two"}]


def test_what_has_expired_stays_so_when_the_clock_is_set_back(office: Office) -> None:
    office.joins("ann")
    ends = office.clock() + timedelta(hours=1)
    office.announcements.put(key="one", post="one", occasion=Occasion.NEWS, payload={}, expires=ends)
    office.clock.tick(hours=2)
    office.store.forget_payloads(office.clock())

    office.clock.tick(hours=-2)
    assert (office.broadcasts(), office.due) == (0, [])


def test_a_sweep_looks_at_no_announcement_but_the_last_however_many_there_are(office: Office) -> None:
    office.joins("ann")
    for number in range(3):
        office.announces(str(number))
    if office.store.engine.dialect.name != "sqlite":
        pytest.skip("its plans depend on what is in the tables")
    newest = select(newest_announcement(CHANNEL, office.clock()))
    with office.store.reading() as connection:
        statement = str(newest.compile(connection, compile_kwargs={"literal_binds": True}))
        plan = [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}")]

    assert any(
        "USING INDEX ix_announcement_channel_is_spent_id (channel=? AND is_spent=?)" in p for p in plan
    )
    assert not any("TEMP B-TREE" in p for p in plan)


def test_whoever_waits_to_be_confirmed_has_left_or_died_is_sent_nothing(office: Office) -> None:
    office.joins("ann", RecipientState.AWAITING)
    office.joins("bob")
    office.store.change_state(CHANNEL, "bob", RecipientState.LEFT, office.clock())
    office.announces("one")

    assert office.broadcasts() == 0
    assert office.due == []


def test_one_that_is_confirmed_or_comes_back_is_told_what_is_new_from_then_on(office: Office) -> None:
    office.joins("ann", RecipientState.AWAITING)
    office.joins("bob")
    office.store.change_state(CHANNEL, "bob", RecipientState.LEFT, office.clock())
    office.announces("one")
    assert office.store.change_state(CHANNEL, "ann", RecipientState.ACTIVE, office.clock())
    assert not office.store.change_state(CHANNEL, "ann", RecipientState.ACTIVE, office.clock())
    office.joins("bob")
    office.announces("two")

    office.broadcasts()
    assert sorted(office.post.took) == [("ann", ["two"]), ("bob", ["two"])]


def test_joining_again_changes_the_details_and_misses_nothing(office: Office) -> None:
    office.joins("ann", RecipientState.ACTIVE, language="en")
    office.announces("one")
    again = office.joins("ann", RecipientState.AWAITING, language="lo")

    assert (again.state, again.details) == (RecipientState.ACTIVE, {"language": "lo"})
    assert office.broadcasts() == 1


def test_one_that_leaves_while_its_letter_is_under_way_stays_away(office: Office) -> None:
    office.joins("ann")
    office.announces("one")
    office.post.meanwhile = lambda: office.store.change_state(
        CHANNEL, "ann", RecipientState.LEFT, office.clock()
    )

    office.broadcasts()
    assert office.has("ann").state is RecipientState.LEFT


def test_where_nothing_can_be_sent_nobody_is_to_blame_and_nobody_is_forgotten(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    office.joins("ann")
    office.announces("one")
    office.post.trouble = Misconfigured("the relay does not let us in")

    office.broadcasts()
    assert (office.has("ann").failures, office.has("ann").reason) == (0, "the relay does not let us in")
    assert "channel letters: nobody can be told at the moment: the relay does not let us in" in caplog.text

    [circulation] = office.store.circulations(office.clock())
    assert circulation.trouble == "the relay does not let us in"

    office.post.trouble = None
    assert office.broadcasts() == 0
    office.clock.tick(minutes=1)
    assert office.broadcasts() == 1
    assert office.store.circulations(office.clock())[0].trouble == ""


def test_a_letter_whose_worker_died_is_sent_when_its_lease_is_over(office: Office) -> None:
    office.joins("ann")
    office.announces("one")
    [letter] = office.store.claim_letters(CHANNEL, office.clock(), timedelta(minutes=5), 10, joins=False)
    assert letter.recipient.address == "ann"
    assert (office.broadcasts(), office.due) == (0, [])

    office.clock.tick(minutes=5)
    assert office.due == [(Job.BROADCAST, CHANNEL)]
    assert office.broadcasts() == 1


def test_a_channel_that_is_paused_sends_to_nobody(office: Office) -> None:
    office.joins("ann")
    office.announces("one")
    with office.store.writing() as connection:
        connection.execute(update(schema.channel).values(is_paused=True))

    assert (office.broadcasts(), office.due) == (0, [])


def test_other_channels_recipients_are_others(office: Office) -> None:
    office.joins("ann")
    office.store.join(Recipient(channel="other", address="ann"), office.clock())
    other = Announcement(
        channel="other", key="one", post="one", occasion=Occasion.NEWS, payload={}, due=office.clock()
    )
    office.store.announce(other, office.clock())

    assert office.broadcasts() == 0


def test_recipients_are_counted_for_operators_and_forgotten_in_time(office: Office) -> None:
    office.joins("ann")
    office.joins("bob", RecipientState.AWAITING)
    office.joins("cid")
    office.store.change_state(CHANNEL, "cid", RecipientState.DEAD, office.clock(), "answers 410")
    office.announces("one")

    [circulation] = office.store.circulations(office.clock())
    assert circulation.states == {"active": 1, "awaiting": 1, "dead": 1}
    assert circulation.parts == ["1 recipient", "1 behind", "1 to confirm", "1 given up"]

    assert office.store.forget_recipients(office.clock()) == 0
    assert office.store.forget_recipients(office.clock.tick(seconds=CONFIRM_WITHIN.total_seconds() + 1)) == 1
    assert office.store.forget_recipients(office.clock.tick(seconds=KEEP_LOST_FOR.total_seconds())) == 1
    assert office.has("ann").state is RecipientState.ACTIVE
