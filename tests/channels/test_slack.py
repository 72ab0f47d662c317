"""Slack, against a server built from the pages of its methods."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import requests
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from syndicator.channels.slack import Slack
from syndicator.domain.errors import Misconfigured, OutcomeUnknown, Refused, SyndicatorError, TryLater
from syndicator.domain.post import Style
from syndicator.posts.compose import compose
from syndicator.secret import Secret
from tests.channels.contract import ARTICLE, CORRECTED, KEY, OTHER, HttpChannelContract
from tests.channels.local_server import Act, Trouble, body, reset, status
from tests.channels.slack_server import FakeSlack, mentioned, photo_of

POST = "/api/chat.postMessage"


SERVER = FakeSlack


def channel_at(address: str, secret: Secret, session: requests.Session) -> Slack:
    return Slack(name="wire", server=address, channel=FakeSlack.bot_channel, token=secret, session=session)


class TestSlack(HttpChannelContract):
    at = "/api/chat."

    def test_a_message_has_headline_words_photo_and_link(self, channel: Slack, server: FakeSlack) -> None:
        receipt = channel.send(self.post(channel), key=KEY)

        words = f"{ARTICLE.summary}\n\nຮູບ: Noy S. / Example News"
        [message] = server.messages.values()
        assert message["blocks"] == [
            {"type": "header", "text": {"type": "plain_text", "text": ARTICLE.title, "emoji": False}},
            {"type": "section", "text": {"type": "plain_text", "text": words, "emoji": False}},
            {
                "type": "image",
                "image_url": "https://news.example/tram.jpg",
                "alt_text": "A tram on the bridge at dawn",
            },
            {
                "type": "context",
                "elements": [
                    {
                        "type": "mrkdwn",
                        "text": "<https://news.example/2026/bridge?from=front&amp;edition=1|news.example>",
                    }
                ],
            },
        ]
        assert message["text"] == f"{ARTICLE.title}\n\n{words}"
        assert (message["unfurl_links"], message["unfurl_media"]) == (False, False)
        assert receipt.is_current

    def test_without_a_photo_there_is_no_block_of_one(self, channel: Slack, server: FakeSlack) -> None:
        channel.send(self.post(channel, replace(ARTICLE, photo=None)), key=KEY)

        assert photo_of(next(iter(server.messages.values()))) == ""

    @pytest.mark.parametrize(("credit", "alt"), [("Noy S.", "Noy S."), ("", "photo")])
    def test_a_photo_of_which_nothing_is_said_has_its_credit_for_words(
        self, channel: Slack, server: FakeSlack, credit: str, alt: str
    ) -> None:
        assert ARTICLE.photo
        silent = replace(ARTICLE.photo, alt="", caption="", credit=credit)

        channel.send(self.post(channel, replace(ARTICLE, photo=silent)), key=KEY)

        assert server.published[0].alt == alt

    def test_a_photo_that_slack_cannot_fetch_is_left_out(
        self, channel: Slack, server: FakeSlack, remarks: list[str]
    ) -> None:
        server.unreachable.add("https://news.example/tram.jpg")

        receipt = channel.send(self.post(channel), key=KEY)
        channel.edit(receipt, self.post(channel, CORRECTED))

        assert photo_of(next(iter(server.messages.values()))) == ""
        assert [line.partition(":")[0] for line in remarks] == ["without its photo"] * 2
        assert len(server.published) == 1

    @pytest.mark.parametrize("media_type", ["image/webp", "image/avif", "image/svg+xml"])
    def test_a_photo_that_slack_does_not_show_is_left_out(
        self, channel: Slack, server: FakeSlack, caplog: pytest.LogCaptureFixture, media_type: str
    ) -> None:
        assert ARTICLE.photo
        photo = replace(ARTICLE.photo, media_type=media_type)

        channel.send(self.post(channel, replace(ARTICLE, photo=photo)), key=KEY)

        assert photo_of(next(iter(server.messages.values()))) == ""
        assert f"Slack shows no {media_type}" in caplog.text

    @pytest.mark.parametrize("name", ["tram.webp", "tram.AVIF?w=1200", "tram.jpg.webp#1"])
    def test_one_that_nobody_has_measured_is_known_by_its_name(
        self, channel: Slack, server: FakeSlack, remarks: list[str], name: str
    ) -> None:
        assert ARTICLE.photo
        photo = replace(ARTICLE.photo, url=f"https://news.example/{name}", media_type="")

        receipt = channel.send(self.post(channel, replace(ARTICLE, photo=photo)), key=KEY)
        channel.edit(receipt, self.post(channel, replace(CORRECTED, photo=photo)))

        assert photo_of(next(iter(server.messages.values()))) == ""
        [line] = remarks
        assert re.fullmatch(r"without its photo: Slack shows no image/(webp|avif)", line)

    @pytest.mark.parametrize("name", ["tram.jpg?format=webp", "tram", "webp/tram.png"])
    def test_one_of_another_name_is_shown(self, channel: Slack, server: FakeSlack, name: str) -> None:
        assert ARTICLE.photo
        photo = replace(ARTICLE.photo, url=f"https://news.example/{name}", media_type="")

        channel.send(self.post(channel, replace(ARTICLE, photo=photo)), key=KEY)

        assert photo_of(next(iter(server.messages.values()))) == photo.url

    def test_a_correction_changes_the_photo_and_takes_it_away(
        self, channel: Slack, server: FakeSlack
    ) -> None:
        assert ARTICLE.photo
        receipt = channel.send(self.post(channel), key=KEY)
        other = replace(CORRECTED, photo=replace(ARTICLE.photo, url="https://news.example/boat.png"))

        channel.edit(receipt, self.post(channel, other))
        assert [photo_of(each) for each in server.messages.values()] == ["https://news.example/boat.png"]

        channel.edit(receipt, self.post(channel, replace(other, photo=None)))
        assert [photo_of(each) for each in server.messages.values()] == [""]

    @pytest.mark.parametrize("call", ["<!channel>", "<@U012345>", "<#C0123|news> & <!here|here>"])
    def test_nobody_is_mentioned(self, channel: Slack, server: FakeSlack, call: str) -> None:
        said = f"*Now* {call} :fire: `x`"
        calling = replace(ARTICLE, photo=None, title=f"{call}: the vote", summary=said)
        receipt = channel.send(self.post(channel, calling), key=KEY)
        channel.edit(receipt, self.post(channel, replace(calling, title=f"Again {call}")))

        [message] = server.messages.values()
        assert not mentioned(message)
        assert server.published[0].text == f"Again {call}\n\n{said}"

    def test_a_long_lao_text_fills_its_block(self, channel: Slack, server: FakeSlack) -> None:
        long = replace(ARTICLE, summary="ນັກຂ່າວຂອງພວກເຮົາລາຍງານ & ຕິດຕາມ ຈາກແຂວງຫຼວງພະບາງ. " * 200)
        post = self.post(channel, long)

        receipt = channel.send(post, key=KEY)
        channel.edit(receipt, post)

        assert server.published[0].text == post.text
        assert post.omitted == ("summary cut: no room",)
        assert 2800 < post.length <= 3000

    @pytest.mark.parametrize("template", ["{{ headline }} ({{ section }})", "{{ headline }}\n{{ summary }}"])
    def test_a_text_of_the_newsrooms_own_making_keeps_its_link(
        self, channel: Slack, server: FakeSlack, template: str
    ) -> None:
        post = compose(ARTICLE, channel.capabilities, Style(templates={"*": template}))
        channel.send(post, key=KEY)

        [published] = server.published
        assert published.text == post.text
        assert published.leads_to(ARTICLE.url)

    @pytest.mark.parametrize("url", ["https://news.example/a|b>c<d", "https://news.example/?q=1&r=2"])
    def test_any_address_stays_a_link(self, channel: Slack, server: FakeSlack, url: str) -> None:
        channel.send(self.post(channel, replace(ARTICLE, url=url)), key=KEY)

        [link] = server.published[0].links
        assert link == url.replace("|", "%7C").replace(">", "%3E").replace("<", "%3C")

    @pytest.mark.slow
    @settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(
        title=st.text(min_size=1, max_size=300), summary=st.text(max_size=4000), alt=st.text(max_size=2500)
    )
    def test_what_was_composed_is_never_too_long(
        self, channel: Slack, server: FakeSlack, title: str, summary: str, alt: str
    ) -> None:
        assert ARTICLE.photo
        article = replace(ARTICLE, title=f"A{title}", summary=summary, photo=replace(ARTICLE.photo, alt=alt))
        post = self.post(channel, article)
        server.messages.clear()

        channel.edit(channel.send(post, key=KEY), post)

        assert server.published[0].text == post.text

    @pytest.mark.parametrize("act", [reset, status(502), body(b'{"ok": false, "error": "fatal_error"}')])
    def test_after_a_lost_answer_nobody_posts_again(
        self, channel: Slack, server: FakeSlack, act: Act
    ) -> None:
        server.trouble = Trouble(act, at=POST, after=True)
        with pytest.raises(OutcomeUnknown):
            channel.send(self.post(channel), key=KEY)
        server.trouble = None

        with pytest.raises(OutcomeUnknown, match="look there"):
            channel.find(self.post(channel), key=KEY)
        assert channel.capabilities.key_memory is None
        assert len(server.published) == 1

    @pytest.mark.parametrize(
        "content", [b"[]", b"{}", b'{"ok": 1}', b'{"ok": "yes"}', b'{"ok": true}', b"null", b"x" * 100]
    )
    def test_an_answer_that_tells_nothing_is_none(
        self, channel: Slack, server: FakeSlack, content: bytes
    ) -> None:
        server.trouble = Trouble(body(content), at=POST)

        with pytest.raises(OutcomeUnknown, match="unreadable answer"):
            channel.send(self.post(channel), key=KEY)

    @pytest.mark.parametrize(
        ("name", "error"),
        [
            ("msg_blocks_too_long", Refused),
            ("edit_window_closed", Refused),
            ("cant_delete_message", Refused),
            ("is_archived", Misconfigured),
            ("is_inactive", Misconfigured),
            ("not_in_channel", Misconfigured),
            ("missing_scope", Misconfigured),
            ("a_new_one", Misconfigured),
            ("message_limit_exceeded", TryLater),
            ("external_channel_migrating", TryLater),
            ("request_timeout", OutcomeUnknown),
        ],
    )
    def test_every_error_is_sorted_by_whom_it_concerns(
        self, channel: Slack, server: FakeSlack, name: str, error: type[SyndicatorError]
    ) -> None:
        receipt = channel.send(self.post(channel), key=KEY)
        server.forbids = name

        for attempt in (
            lambda: channel.send(self.post(channel, OTHER), key=KEY),
            lambda: channel.edit(receipt, self.post(channel, CORRECTED)),
            lambda: channel.delete(receipt, self.post(channel)),
        ):
            with pytest.raises(SyndicatorError, match=name) as caught:
                attempt()
            assert error in type(caught.value).__mro__

    def test_a_channel_that_was_left_stops_nothing_in_another(
        self, channel: Slack, server: FakeSlack, tmp_path: Path
    ) -> None:
        receipt = channel.send(self.post(channel), key=KEY)
        server.bot_channel = "C0SPORTS"
        moved = replace(channel, channel="C0SPORTS")
        attempts = (
            lambda: moved.edit(receipt, self.post(channel, CORRECTED)),
            lambda: moved.delete(receipt, self.post(channel)),
        )

        for attempt in attempts:
            with pytest.raises(Refused, match="it was posted in channel C0NEWSROOM"):
                attempt()
        moved.send(self.post(channel, OTHER), key=KEY)
        server.revoked.add(server.token)
        for attempt in attempts:
            with pytest.raises(Misconfigured, match="token_revoked"):
                attempt()

    def test_a_message_that_was_deleted_there_is_not_posted_anew(
        self, channel: Slack, server: FakeSlack
    ) -> None:
        receipt = channel.send(self.post(channel), key=KEY)
        server.messages.clear()

        with pytest.raises(Refused, match="deleted there"):
            channel.edit(receipt, self.post(channel, CORRECTED))
        channel.delete(receipt, self.post(channel))
        assert server.published == []

    @pytest.mark.parametrize("name", ["token_revoked", "invalid_auth"])
    def test_a_revoked_token_stops_the_channel(
        self, channel: Slack, server: FakeSlack, tmp_path: Path, name: str
    ) -> None:
        receipt = channel.send(self.post(channel), key=KEY)
        if name == "token_revoked":
            server.revoked.add(server.token)
        else:
            (tmp_path / "token").write_text("xoxb-another-token-of-somebody")

        for attempt in (
            lambda: channel.send(self.post(channel, OTHER), key=KEY),
            lambda: channel.edit(receipt, self.post(channel)),
            lambda: channel.delete(receipt, self.post(channel)),
            channel.check,
        ):
            with pytest.raises(Misconfigured, match=name) as caught:
                attempt()
            assert "xoxb" not in str(caught.value)

    def test_a_limit_is_obeyed(self, channel: Slack, server: FakeSlack) -> None:
        server.left = 0
        before = datetime.now(UTC)

        with pytest.raises(TryLater) as caught:
            channel.send(self.post(channel), key=KEY)

        assert caught.value.rests_account
        assert caught.value.not_before is not None
        assert timedelta(seconds=29) < caught.value.not_before - before < timedelta(seconds=40)

    def test_a_trial_names_bot_and_workspace(self, channel: Slack) -> None:
        assert channel.check() == "newsbot in Example News; channel C0NEWSROOM (untried)"

    @pytest.mark.parametrize(
        ("settings", "what"),
        [
            ({"server": "slack.com"}, "server"),
            ({"server": "https://slack.com/api"}, "server"),
            ({"channel": "#news"}, "channel"),
            ({"channel": "news"}, "channel"),
            ({"channel": ""}, "channel"),
        ],
    )
    def test_what_is_no_server_or_channel_is_refused(
        self, channel: Slack, settings: dict[str, str], what: str
    ) -> None:
        with pytest.raises(ValueError, match=f"^{what}: "):
            replace(channel, **settings)  # type: ignore[arg-type]  # one field at a time


def test_answers_stand_in_the_thread_and_in_the_channel(channel: Slack, server: FakeSlack) -> None:
    first = channel.send(compose(ARTICLE, channel.capabilities), key=KEY)
    thread = first.remote_id.partition(":")[2]
    last = first
    for key in ("second", "third"):  # an answer to the answer is in the first one's thread, too
        answer = replace(compose(OTHER, channel.capabilities), reply_to=last)
        last = channel.send(answer, key=key)

    answers = list(server.messages.values())[1:]
    assert [(each["thread_ts"], each["reply_broadcast"]) for each in answers] == [(thread, True)] * 2
    edited = channel.edit(last, compose(CORRECTED, channel.capabilities))
    assert edited.remote_id == last.remote_id
    assert CORRECTED.title in server.published[-1].text
    channel.delete(edited, compose(CORRECTED, channel.capabilities))
    assert len(server.messages) == 2


def test_an_answer_to_what_was_deleted_stands_by_itself(
    channel: Slack, server: FakeSlack, caplog: pytest.LogCaptureFixture
) -> None:
    first = channel.send(compose(ARTICLE, channel.capabilities), key=KEY)
    channel.delete(first, compose(ARTICLE, channel.capabilities))

    channel.send(replace(compose(OTHER, channel.capabilities), reply_to=first), key="second")

    [message] = server.messages.values()
    assert "thread_ts" not in message
    assert "stands by itself" in caplog.text
