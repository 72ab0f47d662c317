"""Deliveries to a channel that knows neither keys nor its own posts: an unknown outcome is never repeated."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from syndicator.channels.telegram import Telegram
from syndicator.domain.decisions import Impossible, Ruling, retry, skip, was_not_posted, was_posted
from syndicator.domain.delivery import Receipt, Standing
from syndicator.jobs.deliver import deliver
from syndicator.secret import Secret
from syndicator.store import Store, schema
from tests.channels.contract import impatient_session
from tests.channels.local_server import Act, Trouble, half, reset, silence, status
from tests.channels.telegram_server import FakeTelegram
from tests.fakes import ALL
from tests.jobs.newsroom import Story

pytestmark = pytest.mark.slow  # databases or processes throughout

LOST = Trouble(reset, at="/bot", after=True)


@pytest.fixture
def server() -> Iterator[FakeTelegram]:
    with FakeTelegram() as fake:
        yield fake


@pytest.fixture
def story(store: Store, server: FakeTelegram, tmp_path: Path) -> Iterator[Story]:
    """A newsroom whose channel is a bot's."""
    (tmp_path / "token").write_text(server.token)
    story = Story(store)
    server.now = story.clock
    story.baseline()
    with impatient_session() as session:
        story.real = Telegram(
            name="wire",
            chat="@theledger",
            server=server.address,
            token=Secret(f"file:{tmp_path}/token"),
            session=session,
        )
        yield story


def decide(story: Story, ruling: Ruling) -> None:
    story.store.rule(story.delivery.id, ruling, story.clock(), event="an operator looked")


def left_unknown(story: Story, server: FakeTelegram, trouble: Trouble = LOST) -> None:
    """A post whose outcome stays unknown, hours later."""
    server.trouble = trouble
    story.publishes()
    story.delivers()
    server.trouble = None
    story.delivers_until_done(hours=4)
    assert story.delivery.standing is Standing.UNKNOWN


@pytest.mark.parametrize("act", [silence, reset, half, status(502), status(500)])
@pytest.mark.parametrize("after", [False, True])
def test_a_lost_answer_is_never_repeated(story: Story, server: FakeTelegram, act: Act, after: bool) -> None:
    left_unknown(story, server, Trouble(act, at="/bot", after=after))

    assert server.asked("sendMessage") == 1
    assert len(server.messages) == after
    assert "look there, and say whether it is" in story.delivery.reason


def test_others_go_out_meanwhile(story: Story, server: FakeTelegram) -> None:
    left_unknown(story, server)
    story.publishes("2")
    story.delivers()

    assert [each.standing for each in story.deliveries] == [Standing.UNKNOWN, Standing.SENT]
    assert len(server.messages) == 2


def test_an_operator_who_found_it_has_it_corrected(story: Story, server: FakeTelegram) -> None:
    left_unknown(story, server)

    [number] = server.messages
    decide(story, was_posted(Receipt(remote_id=f"https://t.me/theledger/{number}")))
    story.publishes(title="The bridge is open")
    story.delivers()

    assert server.asked("sendMessage") == 1
    [message] = server.messages.values()
    assert message.bold == ["The bridge is open"]
    assert story.delivery.standing is Standing.SENT


def test_an_operator_who_found_nothing_has_it_sent(story: Story, server: FakeTelegram) -> None:
    left_unknown(story, server, Trouble(reset, at="/bot"))

    decide(story, was_not_posted)
    story.delivers()

    assert len(server.messages) == 1
    assert story.delivery.standing is Standing.SENT


def test_what_may_be_out_there_is_neither_tried_again_nor_skipped(story: Story, server: FakeTelegram) -> None:
    left_unknown(story, server)

    for ruling in retry, skip:
        with pytest.raises(Impossible):
            decide(story, ruling)

    assert server.asked("sendMessage") == 1


@pytest.mark.parametrize("removal", [{"status": "kicked"}, {"rights": {}}, {"token": "110201543:a-new-one"}])
def test_a_bot_that_was_removed_keeps_its_queue(
    story: Story, server: FakeTelegram, removal: dict[str, object]
) -> None:
    before = {name: getattr(server, name) for name in removal}
    for name, value in removal.items():
        setattr(server, name, value)
    for key in "123":
        story.publishes(key)
    story.delivers_until_done()

    assert story.channel_row.is_stopped
    assert len(server.requests) == 1
    assert {each.standing for each in story.deliveries} == {Standing.PENDING}

    for name, value in before.items():
        setattr(server, name, value)
    story.store.resume_channel("wire")
    story.delivers_until_done()
    assert len(server.messages) == 3


@pytest.mark.parametrize("status", ["kicked", "left"])
def test_a_chat_that_the_bot_has_left_stops_no_other(
    story: Story, server: FakeTelegram, status: str, tmp_path: Path
) -> None:
    """A channel has one chat: several are channels of one bot."""
    story.feeds = [replace(ALL, channels=("wire", "sports"))]
    story.declare()
    story.publishes()
    assert isinstance(story.real, Telegram)
    with FakeTelegram() as other:
        elsewhere = replace(story.real, name="sports", server=other.address)
        couriers = {"wire": story.courier(), "sports": replace(story.courier(), channel=elsewhere)}
        server.status = status
        for name in couriers:
            deliver(replace(story.deliverer(), couriers=couriers), name)

        assert len(other.messages) == 1
    with story.store.reading() as connection:
        rows = {row.name: row for row in connection.execute(select(schema.channel))}
    assert {name for name, row in rows.items() if row.is_stopped} == {"wire"}
    assert rows["wire"].error.endswith("; add the bot to @theledger again")


def test_an_old_chat_that_the_bot_has_left_stops_nothing(story: Story, server: FakeTelegram) -> None:
    story.publishes("1")
    story.delivers()
    server.former_id, server.chat["id"] = server.chat["id"], -1005555555555

    story.publishes("1", title="Bridge opens on Monday")
    story.publishes("2")
    story.delivers_until_done()

    assert not story.channel_row.is_stopped
    assert {each.standing for each in story.deliveries} == {Standing.SENT}
    assert [each.reply_to for each in server.messages.values()] == [None] * 3  # the correction is no reply


def test_a_wait_of_half_a_day_is_obeyed(story: Story, server: FakeTelegram) -> None:
    story.clock.tick(
        seconds=(datetime.now(UTC) - story.clock()).total_seconds()
    )  # what is said counts from now
    server.flood_s = 43_837
    for key in "12":
        story.publishes(key)
    began = story.clock()
    story.delivers()
    server.flood_s = 0

    for _ in range(110):
        if not server.messages:
            story.clock.tick(minutes=7)
            story.delivers()

    assert timedelta(seconds=43_837) <= story.clock() - began < timedelta(seconds=43_837 + 900)
    assert server.asked("sendMessage") <= 3


def test_a_life_within_two_days(story: Story, server: FakeTelegram) -> None:
    story.publishes()
    story.delivers()
    story.publishes(title="Bridge opens on Monday")
    story.delivers()
    [message] = server.messages.values()
    assert message.bold == ["Bridge opens on Monday"]

    story.clock.tick(hours=40)
    story.retracts()
    story.delivers()

    assert server.messages == {}
    assert story.delivery.standing is Standing.SENT
