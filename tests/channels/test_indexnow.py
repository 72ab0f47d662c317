"""IndexNow, against an engine built from its documentation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import requests

from syndicator.channels.indexnow import IndexNow
from syndicator.domain.errors import Misconfigured, Refused, TryLater
from syndicator.jobs.ports import Channel
from syndicator.secret import Secret
from syndicator.throttled_log import ThrottledLog
from tests.channels.contract import ARTICLE, CORRECTED, KEY, HttpChannelContract, Place
from tests.channels.indexnow_server import FakeIndexNow
from tests.channels.local_server import Trouble, reset, status
from tests.channels.previewed import preview_and_publish

SERVER = FakeIndexNow


@pytest.fixture
def secret() -> str:
    return "there-is-none"


def channel_at(address: str, secret: Secret, session: requests.Session) -> IndexNow:
    key_file = f"https://news.example/{FakeIndexNow.key}.txt"
    return IndexNow(name="engines", key_file=key_file, server=address, session=session)


class TestIndexNow(HttpChannelContract):
    """What is handed on is an address; the words are for the page."""

    at = "/indexnow"

    def test_publishes_title_summary_and_link(self, channel: Channel, server: Place) -> None:
        channel.send(self.post(channel), key=KEY)

        [published] = server.published
        assert published.leads_to(ARTICLE.url)

    @pytest.mark.slow
    def test_is_sent_what_a_preview_shows(
        self, channel: Channel, server: Place, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """The site's own address is where its key has to be."""
        assert isinstance(channel, IndexNow)
        elsewhere = replace(channel, key_file=f"http://127.0.0.1/{FakeIndexNow.key}.txt")

        shown = preview_and_publish(elsewhere, tmp_path / "previewed", capsys)

        [published] = server.published
        assert shown["text"] == published.text == ""
        assert published.leads_to(shown["url"])

    def test_an_edit_makes_the_post_say_the_new_thing(self, channel: Channel, server: Place) -> None:
        receipt = channel.send(self.post(channel), key=KEY)

        assert channel.edit(receipt, self.post(channel, CORRECTED)).remote_id == receipt.remote_id

        assert server.submitted == [ARTICLE.url, ARTICLE.url]  # type: ignore[attr-defined]

    def test_an_edit_that_failed_can_be_repeated(self, channel: Channel, server: FakeIndexNow) -> None:  # type: ignore[override]
        receipt = channel.send(self.post(channel), key=KEY)
        server.trouble = Trouble(status(503), at=self.at)
        with pytest.raises(TryLater):
            channel.edit(receipt, self.post(channel, CORRECTED))
        server.trouble = None

        channel.edit(receipt, self.post(channel, CORRECTED))

        assert len(server.submitted) == 2

    def test_deleting_twice_is_harmless(self, channel: Channel, server: Place) -> None:
        receipt = channel.send(self.post(channel), key=KEY)

        for _ in range(2):
            channel.delete(receipt, self.post(channel))

        assert server.submitted == [ARTICLE.url] * 3  # type: ignore[attr-defined]

    def test_a_trial_says_where_it_posts_to(self, channel: Channel, server: Place) -> None:
        assert isinstance(channel, IndexNow)
        here = replace(channel, key_file=f"{channel.server}/{FakeIndexNow.key}.txt")

        assert here.check() == "key in place on 127.0.0.1; 127.0.0.1 untried"
        assert server.published == []

    @pytest.mark.parametrize("act", [status(500), status(503), reset])
    def test_a_trial_that_gets_no_answer_can_be_made_later(
        self, channel: IndexNow, server: FakeIndexNow, act: Callable[..., None]
    ) -> None:
        server.trouble = Trouble(act)

        with pytest.raises(TryLater):
            replace(channel, key_file=f"{channel.server}/{FakeIndexNow.key}.txt").check()


@pytest.mark.parametrize("body", ["", "another-key", "3f2a9c0d-E81b and more"])
def test_a_trial_notices_that_the_key_is_not_in_place(
    channel: IndexNow, server: FakeIndexNow, body: str
) -> None:
    server.keys = body
    for name in (FakeIndexNow.key, "another-key"):
        with pytest.raises(Misconfigured, match="not the key alone"):
            replace(channel, key_file=f"{channel.server}/{name}.txt").check()


def test_a_key_that_the_engine_does_not_find_stops_the_channel(
    channel: IndexNow, server: FakeIndexNow
) -> None:
    server.keys = "revoked-key"

    with pytest.raises(Misconfigured, match=r"Invalid key.*; is the key in"):
        channel.send(HttpChannelContract().post(channel), key=KEY)


def test_a_new_key_is_told_once(
    channel: IndexNow,
    server: FakeIndexNow,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("syndicator.channels.indexnow._pending", ThrottledLog())
    server.is_new = True

    for number in range(3):
        channel.send(HttpChannelContract().post(channel), key=f"{KEY}{number}")

    assert [record.message for record in caplog.records] == [
        "channel engines: 127.0.0.1 has yet to look at the key"
    ]


def test_enough_is_enough(channel: IndexNow, server: FakeIndexNow) -> None:
    server.left = 0

    with pytest.raises(TryLater, match="Too Many Requests") as caught:
        channel.send(HttpChannelContract().post(channel), key=KEY)

    assert caught.value.rests_account


@pytest.mark.parametrize("gone", [404, 405])
def test_an_engine_that_knows_no_indexnow_stops_the_channel(
    channel: IndexNow, server: FakeIndexNow, gone: int
) -> None:
    server.trouble = Trouble(status(gone))

    with pytest.raises(Misconfigured, match="know IndexNow"):
        channel.send(HttpChannelContract().post(channel), key=KEY)


@pytest.mark.parametrize(
    ("url", "submitted"),
    [
        ("https://news.example/ຂ່າວ/ນ້ຳ?q=ກ&x=1", "%E0%BA%82%E0%BB%88%E0%BA%B2%E0%BA%A7"),
        ("https://news.example/a b%20c/%C3%A9", "/a%20b%20c/%C3%A9"),
        ("https://NEWS.example/A", "https://news.example/A"),
    ],
)
def test_addresses_are_escaped(channel: IndexNow, server: FakeIndexNow, url: str, submitted: str) -> None:
    channel.send(HttpChannelContract().post(channel, replace(ARTICLE, url=url)), key=KEY)

    assert submitted in server.submitted[0]


def test_a_host_in_letters_of_its_own_is_named_as_networks_do(
    channel: IndexNow, server: FakeIndexNow
) -> None:
    lao = replace(channel, key_file=f"https://ຂ່າວ.example/{channel.key}.txt")

    lao.send(HttpChannelContract().post(lao, replace(ARTICLE, url="https://ຂ່າວ.example/1")), key=KEY)

    assert server.submitted[0].startswith("https://xn--")


@pytest.mark.parametrize(
    ("folder", "url"),
    [
        ("https://news.example/", "https://www.news.example/1"),
        ("https://news.example/lo/", "https://news.example/en/1"),
        ("https://news.example/lo/", "https://news.example/lottery"),
    ],
)
def test_where_the_key_does_not_count_nobody_is_asked(
    channel: IndexNow, server: FakeIndexNow, folder: str, url: str
) -> None:
    elsewhere = replace(channel, key_file=f"{folder}{channel.key}.txt")

    with pytest.raises(Refused, match="is not where"):
        elsewhere.send(HttpChannelContract().post(elsewhere, replace(ARTICLE, url=url)), key=KEY)
    assert not server.requests


@pytest.mark.parametrize(
    "key_file",
    [
        "",
        "/3f2a9c0d.txt",
        "https://news.example/",
        "https://news.example/short.txt",
        "https://news.example/3f2a9c0d_1.txt",
        "https://news.example/3f2a9c0d.html",
        "https://news.example/{path}/3f2a9c0d.txt",
        "https://news.example/" + "k" * 129 + ".txt",
    ],
)
def test_what_is_no_key_file_is_refused(channel: IndexNow, key_file: str) -> None:
    with pytest.raises(ValueError, match=r"^key_file: "):
        replace(channel, key_file=key_file)


def test_a_limit_with_a_time_is_waited_for(channel: IndexNow, server: FakeIndexNow) -> None:
    server.trouble = Trouble(status(429, Retry_After="3600"))
    before = datetime.now(UTC)

    with pytest.raises(TryLater) as caught:
        channel.send(HttpChannelContract().post(channel), key=KEY)

    assert caught.value.not_before is not None
    assert caught.value.not_before - before > timedelta(minutes=55)
