"""Discord's bots, against a server built from its OpenAPI document."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import requests

from syndicator.channels.discordbot import DiscordBot
from syndicator.domain.delivery import Receipt
from syndicator.domain.errors import Misconfigured, OutcomeUnknown, PostGone, Refused, TryLater
from syndicator.domain.post import Occasion
from syndicator.posts.compose import compose
from syndicator.secret import Secret
from tests.channels.contract import (
    ARTICLE,
    CORRECTED,
    KEY,
    OTHER,
    OTHER_KEY,
    HttpChannelContract,
    picture,
)
from tests.channels.discord_server import mentioned
from tests.channels.discordbot_server import FakeDiscordBot
from tests.channels.local_server import Trouble, reset, status

SERVER = FakeDiscordBot


def channel_at(address: str, secret: Secret, session: requests.Session) -> DiscordBot:
    return DiscordBot(
        name="wire", server=address, channel=FakeDiscordBot.channel_id, token=secret, session=session
    )


class TestDiscordBot(HttpChannelContract):
    at = "/api/v10/channels"

    def test_a_message_is_sent_with_a_nonce_that_is_enforced(
        self, channel: DiscordBot, server: FakeDiscordBot
    ) -> None:
        channel.send(self.post(channel, photo=picture()), key=KEY)

        [message] = server.messages.values()
        assert len(message.fields["nonce"]) <= 25
        assert message.fields["enforce_nonce"] is True
        assert not mentioned(message)

    def test_a_repeat_says_whether_it_is_current(self, channel: DiscordBot, server: FakeDiscordBot) -> None:
        photo = picture()
        server.trouble = Trouble(reset, at=self.at, after=True)
        with pytest.raises(OutcomeUnknown):
            channel.send(self.post(channel, photo=photo), key=KEY)
        server.trouble = None

        larger = replace(photo, content=photo.content + b"\0")
        assert channel.send(self.post(channel, photo=photo), key=KEY).is_current
        assert not channel.send(self.post(channel, photo=larger), key=KEY).is_current
        assert not channel.send(self.post(channel, CORRECTED, photo), key=KEY).is_current
        assert len(server.messages) == 1

    @pytest.mark.slow
    def test_is_found_after_its_nonce_was_forgotten(
        self, channel: DiscordBot, server: FakeDiscordBot
    ) -> None:
        receipt = channel.send(self.post(channel), key=KEY)
        server.strangers = 250

        assert channel.find(self.post(channel), key=KEY) == receipt
        nowhere = replace(
            ARTICLE, url="https://news.example/never", first_seen=datetime(2026, 1, 1, tzinfo=UTC)
        )
        assert channel.find(self.post(channel, nowhere), key=KEY) is None
        server.strangers = 1200
        with pytest.raises(OutcomeUnknown, match="there are more"):
            channel.find(self.post(channel, nowhere), key=KEY)

    def test_what_it_may_not_read_proves_nothing(self, channel: DiscordBot, server: FakeDiscordBot) -> None:
        channel.send(self.post(channel), key=KEY)
        server.may_read = False

        with pytest.raises(OutcomeUnknown, match="let the bot read its history"):
            channel.find(self.post(channel), key=KEY)

    def test_a_message_that_was_deleted_there_is_not_posted_anew(
        self, channel: DiscordBot, server: FakeDiscordBot
    ) -> None:
        receipt = channel.send(self.post(channel), key=KEY)
        server.messages.clear()

        with pytest.raises(PostGone, match="deleted on the server"):
            channel.edit(receipt, self.post(channel, CORRECTED))
        with pytest.raises(PostGone, match="to answer was deleted"):
            channel.send(replace(self.post(channel, OTHER), reply_to=receipt), key=OTHER_KEY)
        assert server.published == []

    def test_a_running_story_is_a_reply(self, channel: DiscordBot, server: FakeDiscordBot) -> None:
        receipt = channel.send(self.post(channel), key=KEY)
        channel.send(replace(self.post(channel, OTHER), reply_to=receipt), key=OTHER_KEY)

        _, second = server.messages.values()
        assert second.fields["message_reference"] == {"message_id": receipt.remote_id.rpartition("/")[2]}

    def test_a_message_is_changed_in_the_channel_that_it_is_in(
        self, channel: DiscordBot, server: FakeDiscordBot
    ) -> None:
        receipt = channel.send(self.post(channel), key=KEY)
        moved = replace(channel, channel=server.other_id)

        moved.edit(receipt, self.post(channel, CORRECTED))
        assert CORRECTED.title in server.published[0].text
        moved.delete(receipt, self.post(channel))
        moved.delete(receipt, self.post(channel))
        assert server.published == []
        with pytest.raises(PostGone, match="deleted on the server"):
            moved.edit(receipt, self.post(channel, CORRECTED))

    @pytest.mark.parametrize("is_gone", [True, False])
    def test_what_it_posted_in_a_channel_that_it_left_is_left_to_a_person(
        self, channel: DiscordBot, server: FakeDiscordBot, is_gone: bool
    ) -> None:
        receipt = replace(channel, channel=server.other_id).send(self.post(channel), key=KEY)
        server.is_shut_out = not is_gone
        server.other_id = "1386400000000000777" if is_gone else server.other_id

        for attempt in (
            lambda: channel.delete(receipt, self.post(channel)),
            lambda: channel.edit(receipt, self.post(channel, CORRECTED)),
        ):
            with pytest.raises(Refused, match="it was posted in channel 1386400000000000043") as caught:
                attempt()
            assert not isinstance(caught.value, PostGone)
        channel.send(self.post(channel, OTHER), key=OTHER_KEY)

    def test_what_another_bot_has_posted_is_left_to_a_person(
        self, channel: DiscordBot, server: FakeDiscordBot
    ) -> None:
        receipt = channel.send(self.post(channel), key=KEY)
        server.not_ours = set(server.messages)

        for attempt in (
            lambda: channel.delete(receipt, self.post(channel)),
            lambda: channel.edit(receipt, self.post(channel, CORRECTED)),
        ):
            with pytest.raises(
                Refused, match="it was posted by 1386400000000000011, not 1386400000000000099"
            ):
                attempt()
        assert channel.send(self.post(channel, OTHER), key=OTHER_KEY)

    def test_what_may_not_be_deleted_of_our_own_stops_the_channel(
        self, channel: DiscordBot, server: FakeDiscordBot
    ) -> None:
        receipt = channel.send(self.post(channel), key=KEY)
        server.lacks = True

        with pytest.raises(Misconfigured, match="Missing Permissions"):
            channel.delete(receipt, self.post(channel))

    def test_nothing_in_one_channel_answers_what_is_in_another(
        self, channel: DiscordBot, server: FakeDiscordBot
    ) -> None:
        receipt = replace(channel, channel=server.other_id).send(self.post(channel), key=KEY)

        with pytest.raises(PostGone, match=f"is in channel {server.other_id}"):  # it stands by itself
            channel.send(replace(self.post(channel, OTHER), reply_to=receipt), key=OTHER_KEY)
        notice = compose(ARTICLE, channel.capabilities, occasion=Occasion.RETRACTION)
        with pytest.raises(Refused, match=f"is in channel {server.other_id}") as caught:
            channel.send(replace(notice, reply_to=receipt), key=OTHER_KEY)
        assert not isinstance(caught.value, PostGone)  # which would say that there is nothing to be retracted

    def test_an_operator_enters_the_id_of_a_message_or_its_link(
        self, channel: DiscordBot, server: FakeDiscordBot
    ) -> None:
        channel.send(self.post(channel), key=KEY)
        [name] = server.messages
        channel.edit(Receipt(remote_id=name), self.post(channel, CORRECTED))
        link = f"https://discord.com/channels/1386/{server.channel_id}/{name}"
        channel.delete(Receipt(remote_id=link), self.post(channel))
        assert server.published == []
        with pytest.raises(Refused, match="is no message"):
            channel.delete(Receipt(remote_id="the second one"), self.post(channel))

    def test_a_revoked_token_stops_the_channel(
        self, channel: DiscordBot, server: FakeDiscordBot, tmp_path: Path
    ) -> None:
        receipt = channel.send(self.post(channel), key=KEY)
        (tmp_path / "token").write_text("another-token-of-long-ago")

        for attempt in (
            lambda: channel.send(self.post(channel, OTHER), key=OTHER_KEY),
            lambda: channel.edit(receipt, self.post(channel)),
            lambda: channel.delete(receipt, self.post(channel)),
            lambda: channel.find(self.post(channel), key=KEY),
            channel.check,
        ):
            with pytest.raises(Misconfigured, match="401"):
                attempt()

    def test_a_channel_that_it_does_not_see_stops_it(
        self, channel: DiscordBot, server: FakeDiscordBot
    ) -> None:
        receipt = channel.send(self.post(channel), key=KEY)
        server.is_gone = True

        for attempt in (
            lambda: channel.send(self.post(channel, OTHER), key=OTHER_KEY),
            lambda: channel.edit(receipt, self.post(channel)),
            lambda: channel.delete(receipt, self.post(channel)),
            lambda: channel.find(self.post(channel), key=KEY),
            channel.check,
        ):
            with pytest.raises(Misconfigured, match="Unknown Channel"):
                attempt()

    def test_a_missing_permission_stops_the_channel(
        self, channel: DiscordBot, server: FakeDiscordBot
    ) -> None:
        server.lacks = True

        with pytest.raises(Misconfigured, match="Missing Permissions"):
            channel.send(self.post(channel), key=KEY)

    def test_limits_are_waited_for(self, channel: DiscordBot, server: FakeDiscordBot) -> None:
        receipt = channel.send(self.post(channel), key=KEY)
        server.trouble = Trouble(status(400, {"message": "too many edits", "code": 30046}))
        with pytest.raises(TryLater, match="too many edits") as caught:
            channel.edit(receipt, self.post(channel, CORRECTED))
        assert not caught.value.whole_channel

        server.trouble, server.left = None, 0
        before = datetime.now(UTC)
        with pytest.raises(TryLater, match="rate limited") as caught:
            channel.send(self.post(channel), key=KEY)
        assert caught.value.not_before is not None
        assert timedelta(seconds=1) < caught.value.not_before - before < timedelta(seconds=30)

    def test_a_trial_names_bot_and_channel(self, channel: DiscordBot) -> None:
        assert channel.check() == "newsbot in 'news' on 127.0.0.1"

    @pytest.mark.parametrize("wrong", ["#news", "", "١٢"])
    def test_what_is_no_channel_is_refused(self, channel: DiscordBot, wrong: str) -> None:
        with pytest.raises(ValueError, match=r"^channel: "):
            replace(channel, channel=wrong)
