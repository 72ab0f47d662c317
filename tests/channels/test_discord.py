"""Discord's webhooks, against a server built from its OpenAPI document."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import requests
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from syndicator.channels.discord import Discord
from syndicator.domain.delivery import Receipt
from syndicator.domain.errors import Misconfigured, OutcomeUnknown, Refused, TryLater
from syndicator.domain.post import Style
from syndicator.posts.compose import compose
from syndicator.secret import Secret
from syndicator.text.discord_embeds import escaped
from tests.channels.contract import (
    ARTICLE,
    CORRECTED,
    KEY,
    OTHER,
    HttpChannelContract,
    picture,
)
from tests.channels.discord_server import MARK, FakeDiscord, mentioned
from tests.channels.local_server import Act, Trouble, reset, status

WEBHOOK = f"/api/webhooks/{FakeDiscord.webhook_id}/{FakeDiscord.token}"


SERVER = FakeDiscord


@pytest.fixture
def build(session: requests.Session, tmp_path: Path) -> Callable[[str], Discord]:
    def channel(address: str) -> Discord:
        (tmp_path / "webhook").write_text(f"{address}{WEBHOOK}\n")
        return Discord(name="wire", webhook=Secret(f"file:{tmp_path}/webhook"), session=session)

    return channel


class TestDiscord(HttpChannelContract):
    at = "/api/webhooks"

    def test_an_embed_has_headline_words_link_and_photo(self, channel: Discord, server: FakeDiscord) -> None:
        receipt = channel.send(self.post(channel, photo=picture()), key=KEY)

        [message] = server.messages.values()
        described = {"description": "A tram on the bridge at dawn"}
        assert message.fields["embeds"] == [
            {
                "title": ARTICLE.title,
                "url": ARTICLE.url,
                "description": f"{ARTICLE.summary}\n\nຮູບ: Noy S. / Example News",
                "image": {"url": "attachment://photo.jpg", **described},
            }
        ]
        assert message.fields["attachments"] == [{"id": 0, "filename": "photo.jpg", **described}]
        assert server.unwaited == 0
        assert receipt.is_current

    @pytest.mark.parametrize("media_type", ["image/png", "image/webp"])
    def test_a_photo_is_named_for_what_it_is(
        self, channel: Discord, server: FakeDiscord, media_type: str
    ) -> None:
        channel.send(self.post(channel, photo=picture(media_type=media_type)), key=KEY)

        [message] = server.messages.values()
        assert list(message.files) == [f"photo.{media_type.removeprefix('image/')}"]

    def test_nobody_is_mentioned_by_a_post_or_its_correction(
        self, channel: Discord, server: FakeDiscord
    ) -> None:
        calling = replace(ARTICLE, title="@everyone: <@123> and @here vote")
        receipt = channel.send(self.post(channel, calling, picture()), key=KEY)
        assert not any(map(mentioned, server.messages.values()))

        channel.edit(receipt, self.post(channel, replace(calling, revision=2)))

        assert not any(map(mentioned, server.messages.values()))
        assert server.published[0].text.startswith(calling.title)

    def test_a_long_lao_text_fills_the_embed(self, channel: Discord, server: FakeDiscord) -> None:
        long = replace(ARTICLE, summary="ນັກຂ່າວຂອງພວກເຮົາ_ລາຍງານ ຈາກແຂວງຫຼວງພະບາງ. " * 300)
        post = self.post(channel, long, picture())

        channel.send(post, key=KEY)

        [published] = server.published
        assert published.text == post.text
        assert post.omitted == ("summary cut: no room",)
        assert 3900 < post.length <= 4096

    def test_a_headline_too_long_for_a_title_keeps_its_link(
        self, channel: Discord, server: FakeDiscord
    ) -> None:
        post = self.post(channel, replace(ARTICLE, title="ລົດໄຟ " * 60))
        channel.send(post, key=KEY)

        [published] = server.published
        assert published.text == post.text
        assert published.leads_to(ARTICLE.url)

    def test_a_text_of_the_newsrooms_own_making_keeps_its_link(
        self, channel: Discord, server: FakeDiscord
    ) -> None:
        style = Style(templates={"*": "{{ headline }} ({{ section }})"})
        post = compose(ARTICLE, channel.capabilities, style)
        channel.send(post, key=KEY)

        [published] = server.published
        assert published.text == post.text
        assert published.leads_to(ARTICLE.url)

    @pytest.mark.parametrize(
        "title",
        [
            "*Bold* claims _under_ ~~review~~",
            "# 1 in line",
            "- 3 degrees",
            "2. half begins",
            "C:\\new [a](b)",
        ],
    )
    def test_signs_in_a_headline_stay_signs(self, channel: Discord, server: FakeDiscord, title: str) -> None:
        channel.send(self.post(channel, replace(ARTICLE, title=title)), key=KEY)

        assert server.published[0].text.startswith(title)

    @pytest.mark.slow
    @settings(max_examples=200, deadline=None)
    @given(st.text(alphabet="a1*_~`|<>[]()#\\-+. \nກ", max_size=60))
    def test_any_text_shows_as_it_is(self, text: str) -> None:
        assert MARK.sub(lambda match: match[1] or "", escaped(text)) == text

    @pytest.mark.slow
    @settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(
        title=st.text(min_size=1, max_size=300), summary=st.text(max_size=6000), alt=st.text(max_size=2000)
    )
    def test_what_was_composed_is_never_too_long(
        self, channel: Discord, server: FakeDiscord, title: str, summary: str, alt: str
    ) -> None:
        assert ARTICLE.photo
        article = replace(ARTICLE, title=title, summary=summary, photo=replace(ARTICLE.photo, alt=alt))
        post = self.post(channel, article, picture())
        server.messages.clear()

        channel.send(post, key=KEY)

        assert server.published[0].text.split() == post.text.split()

    @pytest.mark.parametrize("act", [reset, status(502), status(500)])
    def test_after_a_lost_answer_nobody_posts_again(
        self, channel: Discord, server: FakeDiscord, act: Act
    ) -> None:
        server.trouble = Trouble(act, at=self.at, after=True)
        with pytest.raises(OutcomeUnknown):
            channel.send(self.post(channel), key=KEY)
        server.trouble = None

        with pytest.raises(OutcomeUnknown, match="look there"):
            channel.find(self.post(channel), key=KEY)
        assert channel.capabilities.key_memory is None
        assert len(server.published) == 1

    def test_a_photo_too_large_for_the_server_is_left_out(
        self, channel: Discord, server: FakeDiscord, remarks: list[str]
    ) -> None:
        server.most_bytes = 10
        receipt = channel.send(self.post(channel, photo=picture()), key=KEY)
        channel.edit(receipt, self.post(channel, CORRECTED, picture("tomato")))

        assert server.published[0].photo is None
        [line] = remarks
        assert line.startswith("without its photo: 127.0.0.1 answers 413")

    def test_a_message_that_was_deleted_there_is_not_posted_anew(
        self, channel: Discord, server: FakeDiscord
    ) -> None:
        receipt = channel.send(self.post(channel), key=KEY)
        server.messages.clear()

        with pytest.raises(Refused, match="deleted on the server"):
            channel.edit(receipt, self.post(channel, CORRECTED))
        channel.delete(receipt, self.post(channel))
        assert server.published == []

    def test_a_webhook_that_was_deleted_stops_the_channel(
        self, channel: Discord, server: FakeDiscord
    ) -> None:
        receipt = channel.send(self.post(channel), key=KEY)
        server.is_gone = True

        for attempt in (
            lambda: channel.send(self.post(channel, OTHER), key=KEY),
            lambda: channel.send(self.post(channel, OTHER, picture()), key=KEY),
            lambda: channel.edit(receipt, self.post(channel)),
            lambda: channel.delete(receipt, self.post(channel)),
            channel.check,
        ):
            with pytest.raises(Misconfigured, match="Unknown Webhook") as caught:
                attempt()
            assert server.token not in str(caught.value)

    def test_a_revoked_token_stops_the_channel(
        self, channel: Discord, server: FakeDiscord, tmp_path: Path
    ) -> None:
        receipt = channel.send(self.post(channel), key=KEY)
        (tmp_path / "webhook").write_text(f"{server.address}{WEBHOOK[:-6]}000000")

        for attempt in (
            lambda: channel.send(self.post(channel, OTHER), key=KEY),
            lambda: channel.edit(receipt, self.post(channel)),
            lambda: channel.delete(receipt, self.post(channel)),
            channel.check,
        ):
            with pytest.raises(Misconfigured, match="Invalid Webhook Token"):
                attempt()

    def test_a_limit_is_obeyed_to_the_fraction_of_a_second(
        self, channel: Discord, server: FakeDiscord
    ) -> None:
        server.left = 0
        before = datetime.now(UTC)

        with pytest.raises(TryLater, match="rate limited") as caught:
            channel.send(self.post(channel), key=KEY)

        assert caught.value.rests_account
        assert caught.value.not_before is not None
        assert timedelta(seconds=1) < caught.value.not_before - before < timedelta(seconds=10)

    @pytest.mark.parametrize(("code", "whole"), [(30046, False), (20016, True), (40004, True)])
    def test_a_limit_that_comes_as_a_bad_request_is_waited_for(
        self, channel: Discord, server: FakeDiscord, code: int, whole: bool
    ) -> None:
        receipt = channel.send(self.post(channel), key=KEY)
        server.trouble = Trouble(status(400, {"message": "too many edits", "code": code}))

        for attempt in (
            lambda: channel.edit(receipt, self.post(channel, CORRECTED)),
            lambda: channel.delete(receipt, self.post(channel)),
        ):
            with pytest.raises(TryLater, match="too many edits") as caught:
                attempt()
            assert caught.value.whole_channel is whole

    @pytest.mark.parametrize("code", [200000, 240000, 50035])
    def test_what_the_servers_moderators_forbid_is_refused(
        self, channel: Discord, server: FakeDiscord, code: int
    ) -> None:
        server.trouble = Trouble(status(400, {"message": "blocked", "code": code}))

        with pytest.raises(Refused, match="blocked"):
            channel.send(self.post(channel), key=KEY)

    def test_a_thread_is_named_in_every_request(self, channel: Discord, server: FakeDiscord) -> None:
        threaded = replace(channel, thread_id=server.thread_id)
        receipt = threaded.send(self.post(channel), key=KEY)
        threaded.edit(receipt, self.post(channel, CORRECTED, picture()))
        assert CORRECTED.title in server.published[0].text

        threaded.delete(receipt, self.post(channel))

        assert server.published == []

    def test_a_message_is_changed_in_the_thread_that_it_is_in(
        self, channel: Discord, server: FakeDiscord
    ) -> None:
        threaded = replace(channel, thread_id=server.thread_id)
        in_thread = threaded.send(self.post(channel), key=KEY)
        beside = channel.send(self.post(channel, OTHER), key=KEY)

        channel.edit(in_thread, self.post(channel, CORRECTED))
        threaded.edit(beside, self.post(channel, replace(CORRECTED, url=OTHER.url)))
        assert all(CORRECTED.title in each.text for each in server.published)

        for _ in range(2):
            channel.delete(in_thread, self.post(channel))
            threaded.delete(beside, self.post(channel))
        assert server.published == []

    def test_what_another_webhook_has_posted_is_left_to_a_person(
        self, channel: Discord, server: FakeDiscord, tmp_path: Path
    ) -> None:
        receipt = channel.send(self.post(channel), key=KEY)
        server.webhook_id = "1386400000000000002"
        (tmp_path / "webhook").write_text(f"{server.address}/api/webhooks/{server.webhook_id}/{server.token}")

        for attempt in (
            lambda: channel.delete(receipt, self.post(channel)),
            lambda: channel.edit(receipt, self.post(channel, CORRECTED)),
        ):
            with pytest.raises(
                Refused, match=rf"by webhook {FakeDiscord.webhook_id}.* is {server.webhook_id}"
            ):
                attempt()
        channel.send(self.post(channel, OTHER), key=KEY)
        assert len(server.published) == 2

    @pytest.mark.parametrize("in_thread", [False, True])
    def test_what_a_webhook_has_left_behind_is_left_to_a_person(
        self, channel: Discord, server: FakeDiscord, in_thread: bool
    ) -> None:
        first = replace(channel, thread_id=server.thread_id) if in_thread else channel
        receipt = first.send(self.post(channel), key=KEY)
        server.channel_id, server.thread_id = "1386400000000000050", "1386400000000000778"

        for attempt in (
            lambda: channel.delete(receipt, self.post(channel)),
            lambda: channel.edit(receipt, self.post(channel, CORRECTED)),
        ):
            with pytest.raises(Refused, match=f"webhook is that of channel {server.channel_id}"):
                attempt()
        channel.send(self.post(channel, OTHER), key=KEY)

    def test_an_operator_enters_the_id_of_a_message_or_its_link(
        self, channel: Discord, server: FakeDiscord
    ) -> None:
        for form in ("{}", "https://discord.com/channels/1386/1387/{}"):
            channel.send(self.post(channel), key=KEY)
            [name] = server.messages
            entered = Receipt(remote_id=form.format(name))
            channel.edit(entered, self.post(channel, CORRECTED))
            channel.delete(entered, self.post(channel))
            assert server.published == []
        with pytest.raises(Refused, match="is no message"):
            channel.delete(Receipt(remote_id="the second one"), self.post(channel))

    def test_a_trial_names_the_webhook_and_shows_no_token(self, channel: Discord) -> None:
        assert channel.check() == "webhook 'News' of channel 1386400000000000042 on 127.0.0.1"

    @pytest.mark.parametrize(
        "address",
        [
            "https://discord.com/api/webhooks/1386",
            "https://discord.com/channels/1386/1387",
            "ftp://discord.com/api/webhooks/1386/abcdefghijklmnopqrstuvwx",
            "abcdefghijklmnopqrstuvwx",
            "https:///api/webhooks/1386/abcdefghijklmnopqrstuvwx",
        ],
    )
    def test_what_is_no_webhook_is_told_without_showing_it(
        self, channel: Discord, tmp_path: Path, address: str
    ) -> None:
        (tmp_path / "webhook").write_text(address)

        for attempt in (channel.check, lambda: channel.send(self.post(channel), key=KEY)):
            with pytest.raises(Misconfigured, match="holds no address of a webhook") as caught:
                attempt()
            assert "1386" not in str(caught.value)
            assert "abcdef" not in str(caught.value)

    @pytest.mark.parametrize("version", ["/v9", "/v10", ""])
    def test_an_address_may_name_its_version(self, channel: Discord, tmp_path: Path, version: str) -> None:
        (tmp_path / "webhook").write_text(f"https://discord.com/api{version}/webhooks/13/tok-en_1?x=1")

        assert re.fullmatch(
            r"https://discord\.com/api.*/webhooks/13/tok-en_1/messages/7", channel._url("/messages/7")
        )

    @pytest.mark.parametrize("thread", ["news", "12 34", "١٢"])
    def test_what_is_no_thread_is_refused(self, channel: Discord, thread: str) -> None:
        with pytest.raises(ValueError, match=r"^thread_id: "):
            replace(channel, thread_id=thread)
