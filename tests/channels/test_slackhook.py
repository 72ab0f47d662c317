"""Slack's incoming webhooks, against a server that takes what they take."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import requests

from syndicator.channels.slackhook import SlackHook
from syndicator.domain.errors import Misconfigured, OutcomeUnknown, Refused, TryLater
from syndicator.secret import Secret
from tests.channels.contract import ARTICLE, KEY, HttpChannelContract
from tests.channels.local_server import Act, Trouble, body, reset, status
from tests.channels.slack_server import mentioned, photo_of
from tests.channels.slackhook_server import FakeSlackHook

SERVER = FakeSlackHook


@pytest.fixture
def secret(server: FakeSlackHook) -> str:
    return server.secret


@pytest.fixture
def build(session: requests.Session, tmp_path: Path) -> Callable[[str], SlackHook]:
    def channel(address: str) -> SlackHook:
        (tmp_path / "webhook").write_text(f"{address}{FakeSlackHook.path}\n")
        return SlackHook(name="wire", webhook=Secret(f"file:{tmp_path}/webhook"), session=session)

    return channel


class TestSlackHook(HttpChannelContract):
    at = "/services/"

    def test_a_message_has_blocks_and_mentions_nobody(
        self, channel: SlackHook, server: FakeSlackHook
    ) -> None:
        channel.send(self.post(channel, replace(ARTICLE, title="<!channel> & <@U1> vote")), key=KEY)

        [message] = server.messages.values()
        assert photo_of(message) == "https://news.example/tram.jpg"
        assert not mentioned(message)
        assert message["unfurl_links"] is message["unfurl_media"] is False

    @pytest.mark.parametrize(
        ("name", "media_type"), [("tram.webp", ""), ("tram.jpg", "image/webp"), ("tram.avif", "")]
    )
    def test_a_photo_that_slack_does_not_show_is_left_out(
        self, channel: SlackHook, server: FakeSlackHook, remarks: list[str], name: str, media_type: str
    ) -> None:
        assert ARTICLE.photo
        photo = replace(ARTICLE.photo, url=f"https://news.example/{name}", media_type=media_type)

        channel.send(self.post(channel, replace(ARTICLE, photo=photo)), key=KEY)

        assert [photo_of(each) for each in server.messages.values()] == [""]
        [line] = remarks
        assert line.startswith("without its photo: Slack shows no image/")

    def test_a_photo_that_cannot_be_fetched_is_left_out(
        self, channel: SlackHook, server: FakeSlackHook, remarks: list[str]
    ) -> None:
        server.unreachable.add("https://news.example/tram.jpg")

        channel.send(self.post(channel), key=KEY)

        [message] = server.messages.values()
        assert photo_of(message) == ""
        [line] = remarks
        assert line.startswith("without its photo: 127.0.0.1 answers 400: invalid_blocks")

    @pytest.mark.parametrize("act", [reset, status(502), status(500), body(b"rollup_error", code=500)])
    def test_after_a_lost_answer_nobody_posts_again(
        self, channel: SlackHook, server: FakeSlackHook, act: Act
    ) -> None:
        server.trouble = Trouble(act, at=self.at, after=True)
        with pytest.raises(OutcomeUnknown):
            channel.send(self.post(channel), key=KEY)
        server.trouble = None

        assert channel.capabilities.key_memory is None
        assert len(server.published) == 1

    @pytest.mark.parametrize(
        "dead",
        [
            (404, "no_service"),
            (404, "channel_not_found"),
            (410, "channel_is_archived"),
            (403, "action_prohibited"),
            (403, "invalid_token"),
            (400, "no_active_hooks"),
            (400, "posting_to_general_channel_denied"),
        ],
        ids=str,
    )
    def test_a_webhook_that_is_no_more_stops_the_channel(
        self, channel: SlackHook, server: FakeSlackHook, dead: tuple[int, str]
    ) -> None:
        server.dead = dead

        for attempt in (channel.check, lambda: channel.send(self.post(channel), key=KEY)):
            with pytest.raises(Misconfigured, match=dead[1]) as caught:
                attempt()
            assert server.secret not in str(caught.value)

    @pytest.mark.parametrize("word", ["invalid_payload", "too_many_attachments", "no_text"])
    def test_what_is_of_the_message_is_refused(
        self, channel: SlackHook, server: FakeSlackHook, word: str
    ) -> None:
        server.dead = (400, word)

        with pytest.raises(Refused, match=word):
            channel.send(self.post(channel), key=KEY)

    def test_a_limit_is_waited_for(self, channel: SlackHook, server: FakeSlackHook) -> None:
        server.left = 0
        before = datetime.now(UTC)

        with pytest.raises(TryLater) as caught:
            channel.send(self.post(channel), key=KEY)

        assert caught.value.not_before is not None
        assert timedelta(seconds=25) < caught.value.not_before - before < timedelta(seconds=60)

    def test_a_trial_posts_nothing_and_shows_no_secret(
        self, channel: SlackHook, server: FakeSlackHook
    ) -> None:
        assert channel.check() == "webhook of team T0NEWSROOM on 127.0.0.1"
        assert server.messages == {}

    @pytest.mark.parametrize(
        "address",
        [
            "https://hooks.slack.com/services/T01",
            "https://hooks.slack.com/workflows/T01/A01/123/abcdefgh",
            "ftp://hooks.slack.com/services/T01/B01/abcdefgh",
            "abcdefgh",
        ],
    )
    def test_what_is_no_webhook_is_told_without_showing_it(
        self, channel: SlackHook, tmp_path: Path, address: str
    ) -> None:
        (tmp_path / "webhook").write_text(address)

        for attempt in (channel.check, lambda: channel.send(self.post(channel), key=KEY)):
            with pytest.raises(Misconfigured, match="holds no address") as caught:
                attempt()
            assert "T01" not in str(caught.value)
            assert "abcdefgh" not in str(caught.value)
