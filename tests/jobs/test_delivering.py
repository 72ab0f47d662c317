"""Once, never twice: what a channel shows after every kind of trouble."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syndicator.domain.article import Photo
from syndicator.domain.decisions import retry
from syndicator.domain.delivery import Receipt, Standing
from syndicator.domain.errors import Misconfigured, OutcomeUnknown, PhotoError, Refused, TryLater
from syndicator.domain.post import Post, Style
from syndicator.jobs.deliver import deliver
from syndicator.store import Store, leases
from tests.fakes import NOON, FakeChannel
from tests.jobs.newsroom import Story


@pytest.fixture
def story(store: Store) -> Story:
    story = Story(store)
    story.baseline()
    return story


def test_an_article_is_posted_once_with_its_link(story: Story) -> None:
    story.publishes()

    story.delivers()
    story.delivers()

    [text] = story.texts
    assert "Bridge 1 reopens" in text
    assert text.endswith("https://ledger.example/1")
    assert story.delivery.standing is Standing.SENT
    assert story.channel.requests == ["send"]


def test_three_corrections_before_the_next_delivery_become_one_edit(story: Story) -> None:
    story.publishes()
    story.delivers()

    for title in "Bridge A", "Bridge B", "Bridge C":
        story.publishes(title=title)
    story.delivers()

    assert story.channel.requests == ["send", "edit"]
    assert "Bridge C" in story.texts[0]


def test_a_correction_after_a_failed_post_becomes_one_correct_post(story: Story) -> None:
    story.channel.before = [TryLater("unreachable")]
    story.publishes()
    story.delivers()

    story.publishes(title="Bridge mended")
    story.clock.tick(minutes=5)
    story.delivers()

    assert story.channel.requests == ["send", "send"]
    assert len(story.texts) == 1
    assert "Bridge mended" in story.texts[0]


def test_a_retraction_before_the_first_attempt_becomes_no_post_at_all(story: Story) -> None:
    story.publishes()
    story.retracts()

    story.delivers()

    assert story.channel.requests == []
    assert story.delivery.reason == "withdrawn before it was posted"


def test_a_retraction_takes_the_post_back(story: Story) -> None:
    story.publishes()
    story.delivers()

    story.retracts()
    story.delivers()

    assert story.texts == []
    assert story.delivery.standing is Standing.SENT
    assert story.delivery.receipt is None


@pytest.mark.slow
def test_a_restored_article_is_posted_again_after_its_retraction(story: Story) -> None:
    story.publishes()
    story.delivers()
    story.retracts()
    story.delivers()

    story.publishes()
    story.delivers()

    assert len(story.texts) == 1


def test_a_lost_answer_is_repeated_under_the_same_key(story: Story) -> None:
    story.channel.after = [OutcomeUnknown("no answer")]
    story.publishes()

    story.delivers()
    story.clock.tick(minutes=5)
    story.delivers()

    assert story.channel.requests == ["send", "send"]
    assert story.channel.made == 1
    assert story.delivery.standing is Standing.SENT


def test_a_correction_after_a_lost_answer_ends_with_the_corrected_text(story: Story) -> None:
    """The repeated key brings back the first post, which still says the old thing."""
    story.channel.after = [OutcomeUnknown("no answer")]
    story.publishes()
    story.delivers()

    story.publishes(title="Bridge mended")
    story.clock.tick(minutes=5)
    story.delivers()

    assert story.channel.made == 1
    assert "Bridge mended" in story.texts[0]


def test_a_channel_without_keys_is_asked_before_anything_is_repeated(story: Story) -> None:
    story.channel.key_memory = None
    story.channel.after = [OutcomeUnknown("no answer")]
    story.publishes()

    story.delivers()
    story.clock.tick(minutes=5)
    story.delivers()

    assert story.channel.requests == ["send", "find"]
    assert story.channel.made == 1
    assert story.delivery.standing is Standing.SENT


def test_what_the_channel_does_not_have_is_sent_afresh(story: Story) -> None:
    story.channel.key_memory = None
    story.channel.before = [OutcomeUnknown("reset")]
    story.publishes()

    story.delivers()
    story.clock.tick(minutes=5)
    story.delivers()

    assert story.channel.requests == ["send", "find", "send"]
    assert story.channel.made == 1


@pytest.mark.slow
def test_an_outcome_that_nobody_can_tell_is_left_to_a_person(story: Story) -> None:
    story.channel.key_memory, story.channel.can_find = None, False
    story.channel.after = [OutcomeUnknown("no answer")]
    story.publishes()

    story.delivers_until_done(hours=12)

    assert story.channel.requests.count("send") == 1
    assert story.delivery.standing is Standing.UNKNOWN


def test_a_forgotten_key_is_not_trusted(story: Story) -> None:
    story.channel.after = [OutcomeUnknown("no answer")]
    story.publishes()
    story.delivers()

    story.channel.by_key.clear()
    story.clock.tick(hours=2)
    story.delivers()

    assert story.channel.requests == ["send", "find"]
    assert story.channel.made == 1


def test_a_retraction_after_a_lost_answer_looks_for_the_post_and_deletes_it(story: Story) -> None:
    story.channel.after = [OutcomeUnknown("no answer")]
    story.publishes()
    story.delivers()

    story.retracts()
    story.clock.tick(minutes=5)
    story.delivers()

    assert story.texts == []
    assert story.channel.requests == ["send", "find", "delete"]


def test_a_refused_article_is_not_asked_again_until_it_is_corrected(story: Story) -> None:
    story.channel.before = [Refused("422: too long")]
    story.publishes()
    story.delivers_until_done()
    assert story.delivery.standing is Standing.REFUSED
    assert story.delivery.reason == "422: too long"
    assert story.channel.requests == ["send"]

    story.publishes(title="Short")
    story.delivers()

    assert len(story.texts) == 1


def test_a_channel_in_trouble_rests_and_keeps_its_order(story: Story) -> None:
    story.channel.before = [TryLater("429", not_before=NOON + timedelta(hours=1))]
    story.publishes("1")
    story.clock.tick(seconds=1)
    story.publishes("2")

    story.delivers()
    story.clock.tick(minutes=30)
    story.delivers()
    assert story.channel.requests == ["send"]

    story.clock.tick(minutes=31)
    story.delivers()
    assert [text.splitlines()[0] for text in story.texts] == ["Bridge 1 reopens", "Bridge 2 reopens"]


def test_breaking_news_goes_first(story: Story) -> None:
    story.publishes("1")
    story.publishes("2", urgent=True)

    story.delivers()

    assert story.texts[0].startswith("Bridge 2")


def test_a_misconfigured_channel_stops_and_keeps_its_queue(story: Story) -> None:
    story.channel.before = [Misconfigured("401: the token is not valid")]
    story.publishes()
    story.delivers_until_done()
    assert story.channel.requests == ["send"]
    assert story.channel_row.is_stopped
    assert "401" in story.channel_row.error
    assert story.delivery.standing is Standing.PENDING

    story.declare()  # started again, mended
    story.delivers()

    assert len(story.texts) == 1


def test_a_worker_that_dies_in_mid_post_leaves_no_second_post(story: Story) -> None:
    class Killed(BaseException):
        """What no handler of ours catches: the process is gone."""

    class Dying(FakeChannel):
        def _end(self) -> None:
            if self.made == 1 and self.requests == ["send"]:
                raise Killed

    story.channel = Dying()
    story.publishes()
    account_lost = pytest.raises(Killed)
    with account_lost:
        story.delivers()
    before = story.delivery
    assert before.standing is Standing.SENDING

    story.clock.tick(minutes=2)  # its lease runs out
    story.delivers()

    assert story.channel.made == 1
    assert story.delivery.standing is Standing.SENT


def test_a_queue_does_not_wait_for_a_dead_worker_and_its_interrupted_post_does(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who saw the worker die says so: its channel is free at once. The post that was under way may still be
    worked at by the channel, and is asked for when that is over."""

    class Killed(BaseException):
        """What no handler of ours catches: the process is gone."""

    class Dying(FakeChannel):
        def _end(self) -> None:
            if self.requests == ["send"]:
                raise Killed

    story.channel = Dying()
    story.publishes("1")
    story.clock.tick(seconds=1)
    story.publishes("2")
    monkeypatch.setattr(leases, "PROCESS_MARK", "0123456789abcdef")
    with monkeypatch.context() as patched:
        patched.setattr(story.store, "let_go", lambda *_, **__: None)  # a dead process does not tidy up
        with pytest.raises(Killed):
            story.delivers()

    monkeypatch.setattr(leases, "PROCESS_MARK", "fedcba9876543210")
    assert story.store.free_rows(["1111111111111111"]) == 0
    assert story.delivers() == 0, "another hand has the channel"
    assert story.store.free_rows(["1111111111111111", "0123456789abcdef"]) == 1
    story.clock.tick(seconds=1)
    story.delivers()
    assert story.channel.requests == ["send", "send"]
    assert len(story.texts) == 2
    assert [d.standing for d in story.deliveries] == [Standing.SENDING, Standing.SENT]

    story.clock.tick(minutes=2)
    story.delivers()
    assert story.channel.made == 2
    assert [d.standing for d in story.deliveries] == [Standing.SENT, Standing.SENT]


def test_a_post_that_a_correction_overtook_is_edited_without_rest(story: Story) -> None:
    class Slow(FakeChannel):
        def _end(self) -> None:
            if self.requests == ["send"]:
                story.publishes(title="Bridge mended")

    story.channel = Slow()
    story.publishes()

    story.delivers()

    assert story.channel.requests == ["send", "edit"]
    assert "Bridge mended" in story.texts[0]


def test_a_defect_of_ours_counts_as_an_unknown_outcome(story: Story) -> None:
    story.channel.after = [KeyError("id")]
    story.publishes()
    story.delivers()
    assert "KeyError" in story.delivery.reason

    story.clock.tick(minutes=5)
    story.delivers()

    assert story.channel.made == 1


@pytest.mark.slow
def test_late_news_is_skipped(story: Story) -> None:
    story.channel.before = [TryLater("down")] * 100
    story.publishes()
    story.delivers_until_done(hours=30)

    assert story.delivery.standing is Standing.SKIPPED
    assert "too late" in story.delivery.reason


@pytest.mark.slow
def test_a_photo_that_cannot_be_had_for_now_is_waited_for_and_then_done_without(story: Story) -> None:
    url = "https://ledger.example/p.jpg"
    story.photos.trouble[url] = PhotoError("503", lasting=False)
    story.publishes(photo=Photo(url=url))

    story.delivers()
    assert story.channel.requests == []
    story.delivers_until_done()

    [post] = story.channel.shown.values()
    assert post.photo is None
    assert any("without its photo" in event for event in story.events)


def test_two_workers_never_serve_one_channel_at_once(story: Story) -> None:
    story.publishes()
    account = story.store.claim_channel("wire", story.clock(), timedelta(minutes=1))

    assert account is not None
    assert story.delivers() == 0


def test_one_articles_trouble_does_not_stop_the_others(story: Story) -> None:
    story.channel.before = [Refused("no"), None]
    story.publishes("1")
    story.clock.tick(seconds=1)
    story.publishes("2")

    story.delivers()

    assert [text.splitlines()[0] for text in story.texts] == ["Bridge 2 reopens"]


#: What may be raised before anything happened, and after it has happened: then nobody says "later".
LOST: list[Exception | None] = [None, OutcomeUnknown("no answer"), RuntimeError("defect")]
FAILED: list[Exception | None] = [*LOST, TryLater("later")]


@pytest.mark.slow  # days of deliveries
@settings(max_examples=60)
@given(
    before=st.lists(st.sampled_from(FAILED), max_size=4),
    after=st.lists(st.sampled_from(LOST), max_size=4),
    keys=st.booleans(),
    happens=st.lists(st.sampled_from(["correct", "retract", "restore", "wait", "deliver"]), max_size=6),
)
def test_whatever_happens_the_channel_ends_up_with_one_true_post_or_none(
    empty_store: Callable[[], Store],
    before: list[Exception | None],
    after: list[Exception | None],
    keys: bool,
    happens: list[str],
) -> None:
    """The invariant behind all examples: never twice, never stale, never after a retraction."""
    story = Story(empty_store())
    story.baseline()
    story.max_age = timedelta(days=30)
    story.channel = FakeChannel(
        key_memory=timedelta(hours=1) if keys else None, before=list(before), after=list(after)
    )
    story.publishes(title="Version 0")
    alive, version = True, 0
    for step in happens:
        match step:
            case "correct" if alive:
                version += 1
                story.publishes(title=f"Version {version}")
            case "retract" if alive:
                story.retracts()
                alive = False
            case "restore" if not alive:
                version += 1
                story.publishes(title=f"Version {version}")
                alive = True
            case "wait":
                story.clock.tick(minutes=7)
            case "deliver":
                story.delivers()
        assert len(story.texts) <= 1

    for _ in range(40):
        story.delivers()
        story.clock.tick(minutes=31)

    assert [text.splitlines()[0] for text in story.texts] == ([f"Version {version}"] if alive else [])


def test_a_lost_answer_rests_and_the_queue_goes_on(story: Story) -> None:
    story.channel.after = [OutcomeUnknown("no answer")]
    story.publishes("1")
    story.clock.tick(seconds=1)
    story.publishes("2")

    story.delivers()
    assert [d.standing for d in story.deliveries] == [Standing.PENDING, Standing.SENT]

    story.clock.tick(seconds=59)
    story.delivers()
    assert story.channel.requests == ["send", "send"]

    story.clock.tick(seconds=2)
    story.delivers()
    assert story.channel.requests == ["send", "send", "send"]
    assert story.channel.made == 2


def test_an_account_that_gets_nothing_through_rests(story: Story) -> None:
    story.channel.after = [OutcomeUnknown("no answer")] * 9
    for key in "1234":
        story.publishes(key)
        story.clock.tick(seconds=1)

    story.delivers()
    assert story.channel.requests == ["send", "send"]
    assert story.channel_row.paused_until is not None
    story.clock.tick(seconds=30)
    story.delivers()  # one try, to see whether it is back

    assert story.channel.requests == ["send", "send", "send"]


@pytest.mark.slow
@pytest.mark.parametrize("what", ["correct", "retract", "retry"])
def test_nothing_shortens_the_rest_of_a_lost_edit(story: Story, what: str) -> None:
    story.publishes()
    story.delivers()
    story.channel.after = [OutcomeUnknown("no answer")]
    story.publishes(title="Bridge A")
    story.delivers()

    match what:
        case "correct":
            story.publishes(title="Bridge B")
        case "retract":
            story.retracts()
        case _:
            story.store.rule(story.delivery.id, retry, story.clock(), event="retried")
    story.clock.tick(seconds=59)
    story.delivers()
    assert story.channel.requests == ["send", "edit"]

    story.clock.tick(seconds=2)
    story.delivers()
    assert len(story.channel.requests) == 3


@pytest.mark.slow
def test_an_article_that_comes_back_after_a_lost_deletion_is_posted_anew(story: Story) -> None:
    story.publishes()
    story.delivers()
    story.channel.after = [OutcomeUnknown("no answer")]
    story.retracts()
    story.delivers()
    story.publishes(title="Bridge again")

    story.delivers()
    assert story.channel.requests == ["send", "delete"], "the deletion may still be worked at"
    story.delivers_until_done()

    assert [text.splitlines()[0] for text in story.texts] == ["Bridge again"]
    assert story.channel.requests == ["send", "delete", "delete", "send"]


@pytest.mark.slow
def test_an_article_that_comes_back_after_a_deletion_that_was_put_off_is_edited(story: Story) -> None:
    story.publishes()
    story.delivers()
    story.channel.before = [TryLater("429")]
    story.retracts()
    story.delivers()
    story.publishes(title="Bridge again")
    story.delivers_until_done()

    assert story.channel.requests == ["send", "delete", "edit"]
    assert len(story.texts) == 1


@pytest.mark.slow
def test_a_refused_repeat_does_not_forget_that_the_first_may_be_out(story: Story) -> None:
    story.channel.after = [OutcomeUnknown("no answer")]
    story.publishes()
    story.delivers()
    story.channel.before = [Refused("400")]
    story.clock.tick(minutes=2)
    story.delivers()
    assert story.delivery.standing is Standing.REFUSED

    story.channel.by_key.clear()
    story.clock.tick(hours=2)
    story.publishes(title="Bridge mended")
    story.delivers_until_done()

    assert story.channel.made == 1
    assert "Bridge mended" in story.texts[0]


@pytest.mark.slow
def test_an_edit_of_a_stopped_worker_that_lands_late_is_edited_over(story: Story) -> None:
    """It sleeps through its lease, and wakes up with an old edit in its hand."""

    class Sleepy(FakeChannel):
        def edit(self, receipt: Receipt, post: Post) -> Receipt:
            if "Bridge A" in post.text and self.requests == ["send"]:
                self.requests.append("edit")
                story.clock.tick(minutes=5)
                story.publishes(title="Bridge B")
                story.delivers()
                self.shown[receipt.remote_id] = post
                return receipt
            return super().edit(receipt, post)

    story.channel = Sleepy()
    story.publishes()
    story.delivers()
    story.publishes(title="Bridge A")
    story.delivers()
    assert "Bridge A" in story.texts[0]

    story.delivers_until_done()
    assert "Bridge B" in story.texts[0]
    assert story.delivery.standing is Standing.SENT
    assert any("another hand" in event for event in story.events)


@pytest.mark.slow
def test_a_worker_that_is_stopped_before_it_sends_does_not_send(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin = type(story.store).begin

    def sleepy(store: Store, *args: Any) -> bool:
        done = begin(store, *args)
        story.clock.tick(minutes=3)
        return done

    story.publishes()
    with monkeypatch.context() as patched:
        patched.setattr(type(story.store), "begin", sleepy)
        story.delivers()
    assert story.channel.requests == []

    story.delivers_until_done()
    assert story.channel.made == 1


def test_what_a_channel_says_is_written_down_without_its_secrets(
    story: Story, caplog: pytest.LogCaptureFixture
) -> None:
    """Whatever a channel is made of: in a reason, in an event, at the channel, in the log, in an address."""

    class Telling(FakeChannel):
        def _receipt(self, remote_id: str) -> Receipt:
            return Receipt(remote_id=remote_id, url="https://wire.example/t0ken/1")

    story.channel = Telling(before=[OutcomeUnknown("t0ken?"), KeyError("t0ken"), Misconfigured("t0ken!")])
    courier = replace(story.courier(), redact=lambda text: text.replace("t0ken", "[env:TOKEN]"))
    story.publishes()
    seen = []
    for _ in range(4):
        story.declare()
        deliver(story.deliverer(courier), "wire")
        story.clock.tick(minutes=31)
        seen += [story.delivery.reason, str(story.delivery.receipt), story.channel_row.error]

    said = "\n".join([*seen, *story.events, caplog.text])
    assert story.delivery.standing is Standing.SENT
    assert "t0ken" not in said
    assert said.count("[env:TOKEN]") > 5


@pytest.mark.parametrize(
    ("template", "why"),
    [
        ("{{ headline }} / {{ byline }}", "the template's own words leave no room"),
        ("{{ headline }} / {{ tags[0].upper() }}", "line 1 of the template"),
    ],
)
def test_a_template_that_fails_of_one_article_stops_no_other(store: Store, template: str, why: str) -> None:
    story = Story(store)
    story.baseline()
    courier = replace(story.courier(), style=Style(templates={"*": template}))
    story.publishes("1", title="Weir reopens", authors=("A very long name " * 60,))
    story.publishes("2", title="Lock closes", tags=("lock",), authors=("Ann",))
    deliver(story.deliverer(courier), "wire")

    assert [each.standing for each in story.deliveries] == [Standing.SENT] * 2
    first, second = sorted(story.texts)
    assert first.startswith("Lock closes / ")
    assert second.startswith("Weir reopens\n")
    [line] = [event for event in story.events if why in event]
    assert "(composed without its template: " in line
    assert story.channel_row.error == ""


def test_a_template_that_came_out_blank_is_a_line_of_the_delivery(store: Store) -> None:
    story = Story(store)
    story.baseline()
    style = Style(templates={"*": "{% if urgent %}Breaking: {{ headline }}{% endif %}"})
    story.publishes(title="Weir reopens")
    deliver(story.deliverer(replace(story.courier(), style=style)), "wire")

    assert [text.startswith("Weir reopens") for text in story.texts] == [True]
    assert story.events[-1].endswith("(its template comes out blank: composed without it)")
