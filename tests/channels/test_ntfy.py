"""ntfy, against a server built from its documentation."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import requests
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from syndicator.channels.ntfy import Ntfy, sequence_id
from syndicator.domain.errors import Misconfigured, Refused, TryLater
from syndicator.domain.post import Style
from syndicator.posts.compose import compose
from syndicator.secret import Secret
from tests.channels.contract import (
    ARTICLE,
    CORRECTED,
    KEY,
    HttpChannelContract,
)
from tests.channels.local_server import Trouble, body, status
from tests.channels.ntfy_server import FakeNtfy

SERVER = FakeNtfy


def channel_at(address: str, secret: Secret, session: requests.Session) -> Ntfy:
    return Ntfy(name="wire", server=address, topic=FakeNtfy.topic, token=secret, session=session)


LAO = replace(
    ARTICLE,
    title="ສະພາແຫ່ງຊາດຮັບຮອງງົບປະມານສຳລັບຂົວແຫ່ງໃໝ່ຂ້າມແມ່ນ້ຳ",
    summary="ການກໍ່ສ້າງຈະເລີ່ມໃນປີໜ້າ ແລະ ໃຊ້ເວລາສາມປີ. " * 200,
)


class TestNtfy(HttpChannelContract):
    at = "/"

    def test_a_notification_has_title_words_link_and_photo(self, channel: Ntfy, server: FakeNtfy) -> None:
        channel.send(self.post(channel), key=KEY)

        [event] = server.events
        assert event["title"] == ARTICLE.title
        assert event["message"] == f"{ARTICLE.summary}\n\nຮູບ: Noy S. / Example News"
        assert event["click"] == ARTICLE.url
        assert event["attachment"] == {"name": "tram.jpg", "url": "https://news.example/tram.jpg"}
        assert event["priority"] == 3

    def test_without_a_photo_nothing_is_attached(self, channel: Ntfy, server: FakeNtfy) -> None:
        channel.send(self.post(channel, replace(ARTICLE, photo=None)), key=KEY)

        assert "attachment" not in server.events[0]

    def test_a_long_lao_text_stays_a_message(self, channel: Ntfy, server: FakeNtfy) -> None:
        post = self.post(channel, LAO)
        channel.send(post, key=KEY)

        [published] = server.published
        assert published.text == post.text
        assert post.omitted == ("summary cut: no room",)
        assert 3500 < len(published.text.encode()) <= 3800

    def test_a_correction_replaces_the_notification_without_a_sound(
        self, channel: Ntfy, server: FakeNtfy
    ) -> None:
        receipt = channel.send(self.post(channel), key=KEY)
        channel.edit(receipt, self.post(channel, CORRECTED))

        assert [event["priority"] for event in server.events] == [3, 2]
        assert len(server.published) == 1

    def test_urgent_news_is_louder(self, channel: Ntfy, server: FakeNtfy) -> None:
        urgent = self.post(channel, replace(ARTICLE, urgent=True))
        channel.send(urgent, key=KEY)
        replace(channel, urgent_priority=5).send(urgent, key="another")

        assert [event["priority"] for event in server.events] == [4, 5]

    def test_a_repeat_shows_what_it_says(self, channel: Ntfy, server: FakeNtfy) -> None:
        server.trouble = Trouble(status(502), at="/", after=True)
        with pytest.raises(Exception, match="502"):
            channel.send(self.post(channel), key=KEY)
        server.trouble = None

        receipt = channel.send(self.post(channel, CORRECTED), key=KEY)

        [published] = server.published
        assert receipt.is_current
        assert CORRECTED.title in published.text

    def test_what_may_never_have_been_posted_can_be_taken_back(self, channel: Ntfy, server: FakeNtfy) -> None:
        channel.delete(channel.find(self.post(channel), key=KEY), self.post(channel))

        assert server.events[0]["event"] == "message_delete"
        assert server.events[0]["sequence_id"] == sequence_id(KEY)

    def test_a_notification_is_changed_in_the_topic_that_it_is_in(
        self, channel: Ntfy, server: FakeNtfy
    ) -> None:
        receipt = channel.send(self.post(channel), key=KEY)
        server.others = {"river-news-2"}
        moved = replace(channel, topic="river-news-2")

        moved.edit(receipt, self.post(channel, CORRECTED))
        assert [CORRECTED.title in each.text for each in server.published] == [True]
        moved.delete(receipt, self.post(channel))
        assert server.published == []

    def test_a_topic_that_is_closed_by_now_is_left_to_a_person(self, channel: Ntfy, server: FakeNtfy) -> None:
        server.others = {"river-news-2"}
        receipt = replace(channel, topic="river-news-2").send(self.post(channel), key=KEY)
        server.others = set()

        for attempt in (
            lambda: channel.delete(receipt, self.post(channel)),
            lambda: channel.edit(receipt, self.post(channel, CORRECTED)),
        ):
            with pytest.raises(Refused, match="was published in topic river-news-2"):
                attempt()
        with pytest.raises(Misconfigured):  # of ours, it stops the channel
            replace(channel, topic="river-news-3").send(self.post(channel), key=KEY)

    def test_a_server_without_sequences_is_told_of_and_never_made_to_post_a_correction(
        self, channel: Ntfy, server: FakeNtfy, caplog: pytest.LogCaptureFixture
    ) -> None:
        server.has_sequences = False

        receipt = channel.send(self.post(channel), key=KEY)

        assert "older than ntfy 2.16" in caplog.text
        assert not receipt.is_current
        for attempt in (
            lambda: channel.edit(receipt, self.post(channel, CORRECTED)),
            lambda: channel.delete(receipt, self.post(channel)),
        ):
            with pytest.raises(Refused, match=r"older than ntfy 2\.16"):
                attempt()
        assert len(server.events) == 1

    @pytest.mark.parametrize(
        ("template", "title"),
        [
            ("{{ headline }}: {{ summary }}", ""),
            ("★ {{ headline }}", ""),
            ("{{ headline }}\n\n{{ section }}", ARTICLE.title),
        ],
    )
    def test_a_text_of_the_newsrooms_own_making_stays_whole(
        self, channel: Ntfy, server: FakeNtfy, template: str, title: str
    ) -> None:
        post = compose(ARTICLE, channel.capabilities, Style(templates={"*": template}))
        channel.send(post, key=KEY)

        assert server.events[0].get("title", "") == title
        assert server.published[0].text == post.text

    def test_a_revoked_token_stops_the_channel(self, channel: Ntfy, server: FakeNtfy, tmp_path: Path) -> None:
        receipt = channel.send(self.post(channel), key=KEY)
        (tmp_path / "token").write_text("tk_revoked0revoked0revoked0revo")

        for attempt in (
            lambda: channel.send(self.post(channel), key="another"),
            lambda: channel.edit(receipt, self.post(channel)),
            lambda: channel.delete(receipt, self.post(channel)),
            channel.check,
        ):
            with pytest.raises(Misconfigured, match="401: unauthorized") as caught:
                attempt()
            assert "revoked" not in str(caught.value)

    def test_a_topic_of_somebody_else_stops_the_channel(self, channel: Ntfy, server: FakeNtfy) -> None:
        with pytest.raises(Misconfigured, match="403: forbidden"):
            replace(channel, topic="mayor").send(self.post(channel), key=KEY)

    def test_too_many_at_once_are_taken_later(self, channel: Ntfy, server: FakeNtfy) -> None:
        server.at_once = 1
        channel.send(self.post(channel), key=KEY)

        with pytest.raises(TryLater, match="too many requests") as caught:
            channel.send(self.post(channel), key="another")
        assert caught.value.rests_account

    @pytest.mark.parametrize(("code", "words"), [(42908, "too many messages"), (42905, "daily bandwidth")])
    def test_the_days_limit_ends_at_midnight(
        self, channel: Ntfy, server: FakeNtfy, code: int, words: str
    ) -> None:
        server.trouble = Trouble(status(429, {"code": code, "http": 429, "error": f"limit reached: {words}"}))

        for attempt in (
            lambda: channel.send(self.post(channel), key=KEY),
            lambda: channel.delete(channel.find(self.post(channel), key=KEY), self.post(channel)),
        ):
            with pytest.raises(TryLater, match=words) as caught:
                attempt()
            assert caught.value.not_before is not None
            assert caught.value.not_before.strftime("%H:%M:%S") == "00:00:00"
            assert timedelta() < caught.value.not_before - datetime.now(UTC) <= timedelta(days=1)

    def test_the_days_messages_are_counted_by_the_server(self, channel: Ntfy, server: FakeNtfy) -> None:
        server.a_day = 0

        with pytest.raises(TryLater, match="too many messages"):
            channel.send(self.post(channel), key=KEY)

    def test_an_address_that_was_shut_out_needs_a_person(self, channel: Ntfy, server: FakeNtfy) -> None:
        server.trouble = Trouble(status(429, {"code": 42909, "http": 429, "error": "too many auth failures"}))

        with pytest.raises(Misconfigured, match="auth failures"):
            channel.send(self.post(channel), key=KEY)

    @pytest.mark.parametrize("content", [b"[]", b'{"code": "x"}', b"{", b"[" * 20_000])
    def test_a_limit_in_any_form_is_one(self, channel: Ntfy, server: FakeNtfy, content: bytes) -> None:
        server.trouble = Trouble(body(content, code=429))

        with pytest.raises(TryLater):
            channel.send(self.post(channel), key=KEY)

    def test_a_trial_names_account_and_topic(self, channel: Ntfy, server: FakeNtfy) -> None:
        assert channel.check() == "newsroom on 127.0.0.1, topic river-news (untried)"

    def test_another_server_at_that_address_is_told(self, channel: Ntfy, server: FakeNtfy) -> None:
        server.trouble = Trouble(status(404))

        with pytest.raises(Misconfigured, match="is there an ntfy server"):
            channel.check()

    @pytest.mark.parametrize(
        ("settings", "what"),
        [
            ({"server": "ntfy.sh"}, "server"),
            ({"server": "https://ntfy.sh/river-news"}, "server"),
            ({"topic": "river news"}, "topic"),
            ({"topic": "ຂ່າວ"}, "topic"),
            ({"topic": ""}, "topic"),
            ({"topic": "x" * 65}, "topic"),
        ],
    )
    def test_what_is_no_server_or_topic_is_refused(
        self, channel: Ntfy, settings: dict[str, str], what: str
    ) -> None:
        with pytest.raises(ValueError, match=f"^{what}: "):
            replace(channel, **settings)  # type: ignore[arg-type]  # one field at a time

    def test_the_public_servers_daily_limit_is_planned_for(self, channel: Ntfy) -> None:
        own, public = (replace(channel, server=f"https://{host}") for host in ("push.example", "ntfy.sh"))

        assert [budget.most for budget in own.capabilities.budgets] == [60]
        assert [budget.most for budget in public.capabilities.budgets] == [60, 250]

    @pytest.mark.slow
    @settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(title=st.text(max_size=300), summary=st.text(max_size=5000))
    def test_any_text_is_taken_as_it_is_shown(
        self, channel: Ntfy, server: FakeNtfy, title: str, summary: str
    ) -> None:
        server.events.clear()
        server.at_once = 10_000
        server._tokens = 1000.0
        post = self.post(channel, replace(ARTICLE, title=f"A{title}", summary=summary))

        channel.send(post, key=KEY)

        [published] = server.published
        assert published.text == post.text
