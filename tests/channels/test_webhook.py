"""Webhooks, received by a server that verifies them as Standard Webhooks asks."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
from requests.adapters import HTTPAdapter

from syndicator.channels.webhook import Webhook
from syndicator.domain.article_event import Event, event_id
from syndicator.domain.errors import Misconfigured
from syndicator.posts.compose import compose
from syndicator.secret import Secret
from tests.channels.contract import ARTICLE, CORRECTED, KEY, HttpChannelContract
from tests.channels.local_server import Trouble, status
from tests.channels.servers import FakeReceiver

SERVER = FakeReceiver


def channel_at(address: str, secret: Secret, session: requests.Session) -> Webhook:
    return Webhook(name="wire", url=f"{address}/hook", secret=secret, session=session)


@pytest.fixture
def secret(server: FakeReceiver) -> str:
    return server.secret


class Noting(HTTPAdapter):
    """Notes how long each answer would be waited for."""

    def __init__(self) -> None:
        super().__init__()
        self.timeouts: list[Any] = []

    def send(self, *args: object, **options: object) -> requests.Response:
        self.timeouts.append(options["timeout"])
        return super().send(*args, **options)  # type: ignore[arg-type]  # as they came


class TestWebhook(HttpChannelContract):
    at = "/hook"

    def test_a_message_says_everything_about_the_article(
        self, channel: Webhook, server: FakeReceiver
    ) -> None:
        channel.send(self.post(channel), key=KEY)

        [message] = server.messages
        assert message["type"] == "article.published"
        assert message["timestamp"] == "2026-03-01T09:30:00Z"
        assert message["data"] == {
            "guid": ARTICLE.guid,
            "revision": 1,
            "url": ARTICLE.url,
            "title": ARTICLE.title,
            "summary": ARTICLE.summary,
            "authors": ["Noy S."],
            "section": "City",
            "tags": [],
            "language": "lo-LA",
            "urgent": False,
            "note": "",
            "published": "2026-03-01T09:30:00Z",
            "updated": "2026-03-01T09:30:00Z",
            "photo": {
                "url": "https://news.example/tram.jpg",
                "alt": "A tram on the bridge at dawn",
                "caption": "",
                "credit": "Noy S. / Example News",
                "media_type": "",
                "width": None,
                "height": None,
                "length": None,
            },
            "text": f"{ARTICLE.title}\n\n{ARTICLE.summary}\n\n{ARTICLE.url}",
        }
        assert server.requests[0].headers["Content-Type"] == "application/json"

    def test_the_whole_article_goes_along_when_asked_for(
        self, channel: Webhook, server: FakeReceiver
    ) -> None:
        article = replace(ARTICLE, content_html="<p>Trams cross again.</p>")

        channel.send(self.post(channel, article), key=KEY)
        replace(channel, content="full").send(self.post(channel, article), key="another")

        assert [message["data"].get("content_html") for message in server.messages] == [
            None,
            "<p>Trams cross again.</p>",
        ]

    def test_a_life_is_told_in_three_messages(self, channel: Webhook, server: FakeReceiver) -> None:
        receipt = channel.send(self.post(channel), key=KEY)
        receipt = channel.edit(receipt, self.post(channel, CORRECTED))
        channel.delete(receipt, self.post(channel, replace(CORRECTED, revision=3)))

        assert [message["type"].split(".")[1] for message in server.messages] == [
            "published",
            "updated",
            "withdrawn",
        ]
        assert server.messages[1]["timestamp"] == "2026-03-01T11:00:00Z"
        assert server.messages[2]["data"] == {"guid": ARTICLE.guid, "revision": 3, "url": ARTICLE.url}
        assert len(set(server.ids)) == 3

    def test_a_repeated_message_is_the_same_message(self, channel: Webhook, server: FakeReceiver) -> None:
        channel.send(self.post(channel), key=KEY)
        channel.send(self.post(channel), key=KEY)

        first, second = server.requests
        assert first.headers["webhook-id"] == second.headers["webhook-id"]
        assert first.body == second.body

    def test_the_example_of_the_specification_comes_out_the_same(
        self, build: Callable[[str], Webhook], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The vector that the reference libraries are tested with."""
        (tmp_path / "token").write_text("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
        monkeypatch.setattr("time.time", lambda: 1614265330.7)

        headers = build("http://127.0.0.1")._signed_headers(
            "msg_p5jXN8AQM9LWM0D4loKWxJek", b'{"test": 2432232314}'
        )

        assert headers["webhook-timestamp"] == "1614265330"
        assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="

    def test_a_secret_can_be_changed_without_losing_a_message(
        self, channel: Webhook, server: FakeReceiver, tmp_path: Path
    ) -> None:
        new = "whsec_" + base64.b64encode(b"n" * 32).decode()
        (tmp_path / "token").write_text(f"{new} {server.secret}")

        channel.send(self.post(channel), key=KEY)

        assert len(server.messages) == 1
        assert channel.check() == "127.0.0.1 listens; 2 signing secrets, untried"

    @pytest.mark.parametrize("wrong", ["whsec_!!!", "whsec_c2hvcnQ=", base64.b64encode(b"n" * 32).decode()])
    def test_what_is_no_signing_secret_is_told(self, channel: Webhook, tmp_path: Path, wrong: str) -> None:
        (tmp_path / "token").write_text(wrong)

        for attempt in (channel.check, lambda: channel.send(self.post(channel), key=KEY)):
            with pytest.raises(Misconfigured, match="holds no signing secret") as caught:
                attempt()
            assert wrong not in str(caught.value)

    @pytest.mark.parametrize("gone", [404, 405, 410])
    def test_an_address_where_nobody_listens_stops_the_channel(
        self, channel: Webhook, server: FakeReceiver, gone: int
    ) -> None:
        receipt = channel.send(self.post(channel), key=KEY)
        server.trouble = Trouble(status(gone), method="POST")

        for attempt in (
            lambda: channel.send(self.post(channel), key=KEY),
            lambda: channel.edit(receipt, self.post(channel)),
            lambda: channel.delete(receipt, self.post(channel)),
        ):
            with pytest.raises(Misconfigured, match=str(gone)):
                attempt()

    def test_a_trial_learns_that_nobody_wants_to_hear_from_us(
        self, channel: Webhook, server: FakeReceiver
    ) -> None:
        server.trouble = Trouble(status(410))

        with pytest.raises(Misconfigured, match="410"):
            channel.check()

    @pytest.mark.parametrize("unknown_method", [405, 501])
    def test_a_receiver_that_knows_nothing_but_post_listens(
        self, channel: Webhook, server: FakeReceiver, unknown_method: int
    ) -> None:
        server.trouble = Trouble(status(unknown_method), method="HEAD")

        assert channel.check().startswith("127.0.0.1 listens")

    def test_a_wrong_secret_is_the_account_s_trouble(self, channel: Webhook, tmp_path: Path) -> None:
        (tmp_path / "token").write_text("whsec_" + base64.b64encode(b"w" * 32).decode())

        with pytest.raises(Misconfigured, match="401: the signature does not match"):
            channel.send(self.post(channel), key=KEY)

    def test_a_withdrawal_reaches_receivers_that_may_never_have_had_it(
        self, channel: Webhook, server: FakeReceiver
    ) -> None:
        found = channel.find(self.post(channel), key=KEY)

        channel.delete(found, self.post(channel))

        assert [message["type"] for message in server.messages] == ["article.withdrawn"]

    @pytest.mark.parametrize("url", ["", "ftp://example.org/hook", "/hook", "https://"])
    def test_what_is_no_address_is_refused(self, channel: Webhook, url: str) -> None:
        with pytest.raises(ValueError, match=r"^url: not the address of a webhook"):
            replace(channel, url=url)

    @pytest.mark.parametrize("seconds", [0, 0.5, 31])
    def test_a_receiver_is_given_some_time_and_not_any(self, channel: Webhook, seconds: float) -> None:
        with pytest.raises(ValueError, match=r"^timeout: 1 to 30 seconds"):
            replace(channel, timeout=timedelta(seconds=seconds))

    @pytest.mark.parametrize("seconds", [1, 20, 30])
    def test_a_receiver_is_waited_for_as_long_as_is_declared(
        self, channel: Webhook, server: FakeReceiver, seconds: int
    ) -> None:
        adapter = Noting()
        channel.session.mount("http://", adapter)

        replace(channel, timeout=timedelta(seconds=seconds)).send(self.post(channel), key=KEY)

        [(_connect_s, read_s)] = adapter.timeouts
        assert read_s == seconds
        assert len(server.messages) == 1

    @pytest.mark.parametrize(("seconds", "rest"), [(1, 6), (4, 9), (20, 30), (30, 45)])
    def test_what_is_lost_rests_until_its_receiver_has_done_with_it(
        self, channel: Webhook, seconds: int, rest: int
    ) -> None:
        declared = replace(channel, timeout=timedelta(seconds=seconds))

        assert declared.capabilities.settles_within == timedelta(seconds=rest)

    def test_any_text_survives(self, channel: Webhook, server: FakeReceiver) -> None:
        article = replace(ARTICLE, title='ຂ່າວ "quoted" \\ \u2028 👩‍👧', summary="")

        channel.send(compose(article, channel.capabilities), key=KEY)

        assert server.messages[0]["data"]["title"] == article.title
        assert json.loads(server.requests[0].body)["data"]["title"] == article.title


def test_message_ids_differ_by_article_revision_and_event(channel: Webhook) -> None:
    posts = [compose(replace(ARTICLE, revision=revision), channel.capabilities) for revision in (1, 2)]
    ids = {
        event_id(key, post, event)
        for key in ("a#wire", "b#wire")
        for post in posts
        for event in (Event.PUBLISHED, Event.UPDATED)
    }

    assert len(ids) == 8
    assert not any("." in name for name in ids)
